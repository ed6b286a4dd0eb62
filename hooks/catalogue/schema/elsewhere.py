"""Models of other makers: data/elsewhere.json, which `make elsewhere` writes, and data/contemporaries.yaml. They are no entries of the catalogue."""

from __future__ import annotations

from pydantic import Field

from .architecture import Architecture
from .quantities import Count
from .values import Block, Identifier, Record, Stated, Text


class ModelType(Record):
    """A model type of Hugging Face transformers with what its configuration class has of DeepSeek's ideas. Its values are defaults of the class."""

    type: str
    maker: str
    checkpoint: str
    gate: str = ""
    bias: bool = False
    mtp_in_checkpoint: bool = False
    from_deepseek: tuple[str, ...] = ()
    kv_lora_rank: int | None = None
    q_lora_rank: int | None = None
    qk_nope_head_dim: int | None = None
    qk_rope_head_dim: int | None = None
    v_head_dim: int | None = None
    n_routed_experts: int | None = None
    num_experts_per_tok: int | None = None
    n_shared_experts: int | None = None
    n_group: int | None = None
    topk_group: int | None = None
    routed_scaling_factor: float | None = None
    num_nextn_predict_layers: int | None = None
    index_topk: int | None = None
    index_n_heads: int | None = None
    index_head_dim: int | None = None
    hc_mult: int | None = None
    hc_sinkhorn_iters: int | None = None
    engram_max_ngram_size: int | None = None


class Elsewhere(Record):
    """The table as it was read from one version of transformers."""

    version: str
    models: tuple[ModelType, ...]
    deepseek_as_text_model: dict[str, str] = Field(default_factory=dict)


class Contemporary(Block):
    """A model of another maker whose parameters and cache are recomputed beside DeepSeek's."""

    id: Identifier = Field(description="Unique among the contemporaries.", examples=["qwen3-235b-a22b"])
    name: str = Field(min_length=1, description="The name that its maker gave it.", examples=["Qwen3-235B-A22B"])
    maker: str = Field(
        min_length=1,
        description="Who made it, which keeps it out of DeepSeek's counts, firsts and lineages.",
        examples=["Alibaba"],
    )
    total: Stated[Count] | None = Field(default=None, description="All parameters, as published.", examples=["235B"])
    activated: Stated[Count] | None = Field(
        default=None, description="Parameters active for a token, as published.", examples=["22B"]
    )
    architecture: Architecture = Field(description="Its dimensions, in the words of config.json.")
    remark: Text | None = Field(default=None, description="What the count leaves out.")


class ContemporariesFile(Record):
    """data/contemporaries.yaml."""

    contemporaries: tuple[Contemporary, ...] = Field(default=(), description="The models, the oldest first.")
