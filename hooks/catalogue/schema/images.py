"""How images enter a network and leave it: what a drawing shows of a model that reads or draws them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from .values import Block, Text


class ImageWay(StrEnum):
    """Which end of the language model a path leads to."""

    IN = "in"
    OUT = "out"
    ALONE = "alone"


class ImageStep(Block):
    """A part that an image passes."""

    name: Text = Field(description="What it is called, short.", examples=["SigLIP-L"])
    detail: Text | None = Field(
        default=None, description="What it does, in a few words.", examples=["two linear layers"]
    )


class ImageLane(Block):
    """What comes in, and the parts that it passes on its own."""

    image: Text = Field(description="What comes in.", examples=["384 × 384 pixels"])
    steps: tuple[ImageStep, ...] = Field(min_length=1, description="The parts, in order.")


class ImagePath(Block):
    """A path of images, from what comes in to what comes out."""

    way: ImageWay = Field(
        description="`in`: into the language model; `out`: from it to an image; `alone`: without a language model.",
        examples=["in"],
    )
    use: Text | None = Field(
        default=None, description="What the path is for, where there are several.", examples=["understanding"]
    )
    lanes: tuple[ImageLane, ...] = Field(min_length=1, description="Encoders that see the image side by side.")
    then: tuple[ImageStep, ...] = Field(default=(), description="Parts behind all of them.")
    gives: Text = Field(description="What comes out.", examples=["576 tokens"])
