"""data/corrections.yaml: what this site had wrong, since when, and what is right."""

from __future__ import annotations

from pydantic import Field, StrictBool

from .values import Block, Identifier, PartialDate, Record, Text


class Correction(Block):
    """A mistake of this site that was mended."""

    date: PartialDate = Field(description="Day on which it was mended.", examples=["2026-11-26"])
    entry: Identifier | None = Field(
        default=None, description="Model or technique whose page it was on.", examples=["deepseek-v2-5"]
    )
    central: StrictBool = Field(
        default=False,
        description="true for what readers may have quoted, a number or a licence for example: it stands first, for good.",
        examples=[True],
    )
    about: Text = Field(description="What it is the value of.", examples=["Scale of YaRN in V2.5's configuration"])
    was: Text = Field(description="What the site said.", examples=["0.707"])
    since: PartialDate = Field(description="Day on which the site began to say so.", examples=["2026-11-25"])
    right: Text = Field(description="What the source says.", examples=["1.0"])
    why: Text | None = Field(
        default=None, description="How it came about, where that helps others.", examples=["Inherited from V2."]
    )


class CorrectionsFile(Record):
    """data/corrections.yaml."""

    corrections: tuple[Correction, ...] = Field(
        default=(), description="The corrections; of one day the later row is the newer one."
    )
