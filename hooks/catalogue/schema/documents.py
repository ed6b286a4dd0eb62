"""data/documents.yaml: what is known of documents whose places are headings."""

from __future__ import annotations

from pydantic import Field, model_validator

from .values import Identifier, Record, Text


class Document(Record):
    """Headings of a document; or why it may be cited without naming one."""

    headings: tuple[str, ...] = Field(default=(), description="Its headings, in order, as they are written in it.")
    short: str | None = Field(default=None, min_length=1, description="It is one screen long: what there is in it.")
    unread: Text | None = Field(default=None, description="It cannot be opened: what was tried.")

    @model_validator(mode="after")
    def _one_of_three(self) -> Document:
        if [bool(self.headings), self.short is not None, self.unread is not None].count(True) != 1:
            raise ValueError("exactly one of `headings`, `short` and `unread` is given")
        return self


class DocumentsFile(Record):
    """data/documents.yaml."""

    documents: dict[Identifier, dict[str, Document]] = Field(
        default_factory=dict,
        description="By reference key and name of the document in it; `README` is the model card too.",
        examples=[{"deepseek-r1-repo": {"README": {"headings": ["1. Introduction", "2. Model Summary"]}}}],
    )
