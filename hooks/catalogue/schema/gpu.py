"""A kind of GPU with the numbers that memory and training time are worked out from."""

from __future__ import annotations

from pydantic import Field

from .quantities import Quantity
from .values import Block, Identifier, Stated


class Gpu(Block):
    """A kind of GPU. Peaks are those of dense matrices; data sheets also print twice as much, for matrices half of zeros."""

    id: Identifier = Field(description="Unique among the GPUs.", examples=["nvidia-h800"])
    name: str = Field(
        min_length=1, description="Name, as `infrastructure.hardware.gpu` writes it.", examples=["NVIDIA H800"]
    )
    memory_gb: Stated[Quantity] = Field(description="Memory, in GB.", examples=[80])
    bandwidth_tb_per_s: Stated[Quantity] = Field(description="Memory bandwidth, in TB/s.", examples=[3.35])
    bf16_tflops: Stated[Quantity] = Field(description="Peak in dense BF16, in TFLOPS.", examples=[990])
    fp8_tflops: Stated[Quantity] = Field(
        description="Peak in dense FP8, in TFLOPS; `not applicable` for a GPU without the format.", examples=[1979]
    )
