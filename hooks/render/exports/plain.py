"""Records as JSON: values as `{value, text?, source?, note?}`, absences as `{absence, …}`, texts as the pages print them.

`shape` describes what comes out; a test holds the one against the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from catalogue.records import Catalogue
from catalogue.references import Reference
from catalogue.schema.model import Size
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.values import Block, PartialDate, Single, Source, Sources, Stated, Text

from ..cite import plain_text
from ..context import Context
from ..words import CHINESE, ENGLISH


@dataclass(frozen=True)
class Plain:
    """Turns records into what JSON can hold; `contexts` are those of both languages."""

    contexts: Mapping[str, Context]

    @cached_property
    def catalogue(self) -> Catalogue:
        return self.contexts[ENGLISH].catalogue

    def text(self, text: Text) -> dict[str, str]:
        """A text in each language it has, with its quotes filled in and without markup."""
        written = {ENGLISH: text.en} | ({CHINESE: text.zh} if text.zh else {})
        return {language: self._filled(language, words) for language, words in written.items()}

    def _filled(self, language: str, written: str) -> str:
        if "{{" not in written:
            return " ".join(written.replace("`", "").split())
        return plain_text(self.contexts[language], Text(en=written, zh=written))

    def of(self, value: Any) -> Any:
        """Any record or value."""
        if isinstance(value, Single):
            return self._single(value)
        if isinstance(value, Sources):
            return [self.of(source) for source in value.items]
        if isinstance(value, Source):
            return {"reference": value.key, "locus": value.locus} | ({"via": self.of(value.via)} if value.via else {})
        if isinstance(value, Text):
            return self.text(value)
        if isinstance(value, BaseModel):
            fields = {name: getattr(value, name) for name in type(value).model_fields}
            inside = isinstance(value, Block) and any(isinstance(v, Single | Block) for v in fields.values())
            return {
                name: self.of(v)
                for name, v in fields.items()
                if v is not None and v != () and not (inside and name == "source")
            }
        if isinstance(value, tuple):
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            return {key: self.of(item) for key, item in value.items()}
        return self._scalar(value)["value"]

    def _single(self, value: Single[Any]) -> dict[str, Any]:
        result: dict[str, Any]
        if isinstance(value, Stated) and value.by_variant is not None:
            return {"by_variant": {key: self._single(single) for key, single in value.by_variant.items()}}
        result = {"absence": value.absence.value} if value.absence else self._scalar(value.value)
        if isinstance(value, Size) and value.counts is not None:
            result["counts"] = value.counts.value
        if value.source is not None:
            result["source"] = self.of(value.source)
        if value.note is not None:
            result["note"] = self.text(value.note)
        return result

    def _scalar(self, value: Any) -> dict[str, Any]:
        if isinstance(value, Quantity | Length):
            return {"value": plain_number(value.value), "text": value.text}
        if isinstance(value, PartialDate):
            return {"value": value.text}
        if isinstance(value, Text):
            return {"value": self.text(value)}
        if isinstance(value, Enum):
            return {"value": value.value}
        return {"value": value}


def plain_number(value: Decimal) -> int | float:
    """A whole number as one, any other to the precision of a float."""
    return int(value) if value == value.to_integral_value() else float(value)


def plain_reference(found: Reference) -> dict[str, Any]:
    """A reference with what its page shows of it."""
    names = ("key", "title", "authors", "year", "url", "eprint", "doi", "venue", "note")
    record = {name: getattr(found, name) for name in names}
    record = {name: list(value) if isinstance(value, tuple) else value for name, value in record.items() if value}
    return record | ({"copy": True} if found.copy else {})
