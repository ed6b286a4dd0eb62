"""data/documents.yaml and data/copies.yaml: what documents hold, and where copies of them are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints
from pydantic.json_schema import JsonSchemaValue

from .quantities import Scalar
from .values import Identifier, PartialDate, Record, Source, Sources, Text, parse_source
from .values import Positive as Number

Heading = Annotated[str, StringConstraints(pattern=r"^[^\s,;][^,;]*$")]
Outline = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)*( \d+(\.\d+)*)*$")]


# Name of the document that a bare `§4.2` or `Table 3` is in.
PAPER = "paper"


class Document(Record):
    """Headings of a document, or why it may be cited without naming one; of a paper, how far its numbers go."""

    headings: tuple[Heading, ...] = Field(
        default=(), description="Its headings, in order, as they are written in it, each as far as its first comma."
    )
    short: str | None = Field(default=None, min_length=1, description="It is one screen long: what there is in it.")
    sections: Number | None = Field(default=None, description="Of a paper: the number of its last section.")
    outline: Outline | None = Field(default=None, description="Of a paper: the numbers of all its sections, in order.")
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


EVERYWHERE, ORIGINAL = "*", "original"


@dataclass(frozen=True)
class Copy(Scalar):
    """A copy of a document and the place in it, or `original` for a place that was read in the document itself."""

    via: Source | None

    json_schema: ClassVar[JsonSchemaValue] = {"type": "string", "pattern": r"^[a-z0-9][a-z0-9.-]*(\s|$)"}

    @classmethod
    def parse(cls, data: Any) -> Copy:
        """Read `key place` or `original`. Raises ValueError."""
        if not isinstance(data, str) or not data.strip():
            raise ValueError("not a copy; allowed is `copy-key place`, or `original`")
        return cls(None if data == ORIGINAL else parse_source(data))


class CopiesFile(Record):
    """data/copies.yaml."""

    copies: dict[Identifier, Copy | dict[str, Copy]] = Field(
        default_factory=dict,
        description=(
            "By reference key: the copy in which the document was read; or by place in the document, "
            "`*` for all places that are not named. A place covers what is inside it: `README` covers `README §2`."
        ),
        examples=[{"deepseek-v4": {"*": "copy-somebody papers/v4.md", "Table 1": "original"}}],
    )


@dataclass(frozen=True)
class Copies:
    """The table of copies.

    Attributes:
        lines: The copy for a document and a place in it.
        second_hand: Keys of references that are copies.
    """

    lines: Mapping[tuple[str, str], Source | None]
    second_hand: frozenset[str] = frozenset()

    @classmethod
    def of(cls, file: CopiesFile, second_hand: Iterable[str] = ()) -> Copies:
        """The table that a file states, with the references that are copies themselves."""
        return cls({(key, place): copy.via for key, place, copy in each_line(file)}, frozenset(second_hand))

    @cached_property
    def _known(self) -> dict[Sources, Sources]:
        """What was filled in before: many values have the same sources."""
        return {}

    @cached_property
    def _places(self) -> dict[str, tuple[str, ...]]:
        """Places of each document that have a line, the longest first."""
        found: dict[str, list[str]] = {}
        for key, place in self.lines:
            found.setdefault(key, []).append(place)
        return {key: tuple(sorted(places, key=len, reverse=True)) for key, places in found.items()}

    def line(self, key: str, locus: str) -> tuple[str, str] | None:
        """The line that says where a place was read: its own, that of what it is inside, or that of the whole document."""
        if not locus:
            return None
        for place in self._places.get(key, ()):
            if place == locus or (locus.startswith(place) and locus[len(place)] in " ,"):
                return key, place
        return (key, EVERYWHERE) if (key, EVERYWHERE) in self.lines else None

    def filled(self, sources: Sources | None) -> Sources | None:
        """The sources with the copy in which each was read, where the table knows one and none is typed."""
        if sources is None:
            return None
        if sources not in self._known:
            items = tuple(self._filled(item) for item in sources.items)
            changed = any(new is not old for new, old in zip(items, sources.items, strict=True))
            self._known[sources] = Sources(items) if changed else sources
        return self._known[sources]

    def _filled(self, item: Source) -> Source:
        line = self.line(item.key, item.locus) if item.via is None else None
        copy = self.lines[line] if line else None
        if copy is None and item.key not in self.second_hand:
            return item
        return replace(item, via=copy or item.via, tabled=bool(copy), second_hand=item.key in self.second_hand)


def each_line(file: CopiesFile) -> Iterator[tuple[str, str, Copy]]:
    """Every line as document, place and copy."""
    for key, stated in file.copies.items():
        for place, copy in stated.items() if isinstance(stated, dict) else ((EVERYWHERE, stated),):
            yield key, place, copy
