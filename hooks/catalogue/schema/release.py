"""When something came out, under which licence, where it is, and by what name the API calls it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool

from .quantities import Amount
from .values import Block, Facet, HttpsUrl, Identifier, PartialDate, Record, Remark, Single, Stated, Text


class Dates(Block):
    """When an entry came out. At least one date is a day or a month."""

    weights: Stated[PartialDate] | None = Field(
        default=None, description="First public weights.", examples=["2024-12-26"]
    )
    paper: Stated[PartialDate] | None = Field(
        default=None, description="First version of the paper.", examples=["2024-12-27"]
    )
    announcement: Stated[PartialDate] | None = Field(
        default=None, description="Announcement by DeepSeek.", examples=["2024-12-26"]
    )
    api: Annotated[Stated[PartialDate] | None, Facet.ALTERNATIVE] = Field(
        default=None, description="First day in the API.", examples=["2024-12-26"]
    )


# Licences that are known, and whether they allow commercial use of what they cover.
LICENCES = {
    "MIT": True,
    "Apache 2.0": True,
    "DeepSeek License Agreement": True,
    "DeepSeek License Agreement v1.0": True,
    "Llama 3.1 License": True,
    "Llama 3.3 License": True,
}


class Licences(Block):
    """Licences."""

    code: Stated[str] | None = Field(default=None, description="Licence of the code.", examples=["MIT"])
    weights: Stated[str] | None = Field(
        default=None, description="Licence of the weights.", examples=["DeepSeek License Agreement v1.0"]
    )
    commercial_use: Stated[StrictBool] | None = Field(
        default=None, description="Whether commercial use of the weights is allowed.", examples=[True]
    )


class LinkKind(StrEnum):
    """What a link leads to."""

    PAPER = "paper"
    REPOSITORY = "repository"
    WEIGHTS = "weights"
    ANNOUNCEMENT = "announcement"
    DATA = "data"


class Link(Record):
    """A link to another site."""

    kind: LinkKind = Field(description="What it leads to.", examples=["repository"])
    url: HttpsUrl = Field(description="Address.", examples=["https://github.com/deepseek-ai/DeepSeek-V3"])
    label: Text | None = Field(
        default=None, description="Words for the link, where the kind is not enough.", examples=["Configuration file"]
    )


class Release(Block):
    """What holds for a checkpoint that came out by itself. Nothing of the entry's dates, paper, licences and training holds for it unless it stands here."""

    weights: Single[PartialDate] | None = Field(
        default=None,
        description="First day of its weights; `not published` for weights that were never released.",
        examples=["2025-03-24"],
    )
    announcement: Single[PartialDate] | None = Field(
        default=None, description="Its announcement.", examples=["2025-03-25"]
    )
    paper: Single[PartialDate] | None = Field(
        default=None, description="First version of the paper that describes it.", examples=["2025-12-02"]
    )
    reference: Identifier | None = Field(
        default=None,
        description="Key of that paper in references.bib; left out where there is none.",
        examples=["deepseek-v3"],
    )
    licences: Licences | None = Field(default=None, description="Its licences.")
    format: Single[Text] | None = Field(
        default=None, description="Format of the released weights.", examples=["FP8 (E4M3)"]
    )
    gpu_hours: Single[Amount] | None = Field(default=None, description="GPU-hours of its training.", examples=["147K"])
    cost_usd: Single[Amount] | None = Field(
        default=None, description="Cost of its training in US dollars, as published.", examples=["294K"]
    )
    links: tuple[Link, ...] = Field(default=(), description="Links, such as its announcement.")


class ApiPointer(Block):
    """What a name of the API meant from a day on, until the next pointer."""

    since: Stated[PartialDate] = Field(
        description="First day, or `not published` where nobody says when the name began.", examples=["2024-12-26"]
    )
    variant: Identifier | None = Field(
        default=None, description="Variant that answered to the name.", examples=["deepseek-v3"]
    )
    label: Text | None = Field(
        default=None,
        description="Words for the model, where no variant of the catalogue is meant; given instead of `variant`.",
        examples=["DeepSeek-V2-0517"],
    )
    mode: Text | None = Field(
        default=None,
        description="Which mode of the variant, where one model answers to several names.",
        examples=["thinking mode"],
    )
    note: Text | None = Field(
        default=None, description="A remark, such as another date that a source gives.", examples=["Still a preview."]
    )


class ApiName(Block):
    """A name of DeepSeek's API, and the models it has led to."""

    id: Identifier = Field(description="Unique among the API names.", examples=["deepseek-chat"])
    name: str = Field(min_length=1, description="The name as it is sent to the API.", examples=["deepseek-chat"])
    pointers: tuple[ApiPointer, ...] = Field(min_length=1, description="What it meant, the oldest first.")
    until: Stated[PartialDate] | None = Field(
        default=None,
        description="Last day; left out while the name is accepted, `not published` where it ended on a day that nobody names.",
        examples=["2026-07-24"],
    )
    notes: tuple[Remark, ...] = Field(default=(), description="What a reader should know and no field holds.")
