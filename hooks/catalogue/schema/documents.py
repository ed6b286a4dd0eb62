"""data/documents.yaml: what is known of documents whose places are headings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from .values import Identifier, PartialDate, Record, Text
from .values import Positive as Number

Heading = Annotated[str, StringConstraints(pattern=r"^[^\s,;][^,;]*$")]


# Name of the document that a bare `§4.2` or `Table 3` is in.
PAPER = "paper"


class Document(Record):
    """Headings of a document, or why it may be cited without naming one; of a paper, how far its numbers go."""

    headings: tuple[Heading, ...] = Field(
        default=(), description="Its headings, in order, as they are written in it, each as far as its first comma."
    )
    short: str | None = Field(default=None, min_length=1, description="It is one screen long: what there is in it.")
    sections: Number | None = Field(default=None, description="Of a paper: the number of its last section.")
    tables: Number | None = Field(default=None, description="Of a paper: the number of its last table.")
    figures: Number | None = Field(default=None, description="Of a paper: the number of its last figure.")
    unread: Text | None = Field(default=None, description="It cannot be opened: what was tried.")


class DocumentsFile(Record):
    """data/documents.yaml."""

    searched: PartialDate | None = Field(
        default=None,
        description="Day on which new releases were last looked for, in every place that UPDATING.md names.",
        examples=["2026-11-29"],
    )
    documents: dict[Identifier, dict[str, Document]] = Field(
        default_factory=dict,
        description="By reference key and name of the document in it; `README` is the model card too, `paper` the paper itself.",
        examples=[{"deepseek-r1-repo": {"README": {"headings": ["1. Introduction", "2. Model Summary"]}}}],
    )
