"""Names of DeepSeek's API as dated pointers to variants."""

from __future__ import annotations

from pydantic import Field

from .values import Block, Identifier, PartialDate, Remark, Stated, Text


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
