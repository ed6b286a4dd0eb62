"""The catalogue as JSON: whole, and a file for each model and technique. A public interface.

Records keep the names of their fields in data/, each value with its source. A variant has its `architecture` with what
it shares, and `facts`, by their ids in catalogue/facts.py: those that are published, and those that are recomputed.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from catalogue.derive.expression import Computation
from catalogue.facts import FACTS, Anchor, EntryContext, Fact, Theme, Value
from catalogue.records import Catalogue, Entry
from catalogue.references import Reference
from catalogue.schema.model import ApiName, Model, Size
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.values import Block, PartialDate, Single, Source, Sources, Stated, Text

from ..answers import AnswerLine, answers_by_model
from ..cite import plain_text
from ..context import Context
from ..events import pointer_label
from ..pages import MODEL, technique_address, url_of
from ..words import CHINESE, ENGLISH

FORMAT = 7
LICENCE = {"data": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}
WHOLE = "data/catalogue.json"
Json = dict[str, Any]


@dataclass(frozen=True)
class PlainRecords:
    """Turns records into what JSON can hold; `contexts` are those of both languages."""

    contexts: Mapping[str, Context]

    @cached_property
    def catalogue(self) -> Catalogue:
        return self.contexts[ENGLISH].catalogue

    def text(self, text: Text) -> dict[str, str]:
        written = {ENGLISH: text.en} | ({CHINESE: text.zh} if text.zh else {})
        return {language: self._filled(language, words) for language, words in written.items()}

    def _filled(self, language: str, written: str) -> str:
        if "{{" not in written:
            return " ".join(written.replace("`", "").split())
        return plain_text(self.contexts[language], Text(en=written, zh=written))

    def of(self, value: Any) -> Any:
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
    return int(value) if value == value.to_integral_value() else float(value)


def computed_number(fact: Fact, value: Computation) -> int | float:
    """What an architecture gives are whole numbers."""
    return value.value if fact.anchor is Anchor.WORKING else float(value.exact)


def _copy_of(catalogue: Catalogue) -> Json:
    return {
        "licence": LICENCE,
        "revision": {name: value for name, value in asdict(catalogue.revision).items() if value},
    }


def catalogue_json(plain: PlainRecords, address: str) -> dict[str, str]:
    catalogue = plain.catalogue
    found: dict[str, str] = {}
    references = {key: _plain_reference(reference) for key, reference in catalogue.references.items()}
    head = {"format": FORMAT, "address": address, **_copy_of(catalogue)}

    def with_files(kind: str, made: Iterable[tuple[str, str, Json]]) -> Iterator[Json]:
        for id_, page, record in made:
            cited = sorted(set(_CITED.findall(_compact_json(record))) & references.keys())
            alone = head | {"page": address + url_of(page), kind: record, "references": [references[k] for k in cited]}
            found[f"data/{kind}s/{id_}.json"] = _compact_json(alone) + "\n"
            yield record

    models = ((model.id, MODEL.path_of(model.id), _model_record(plain, model)) for model in catalogue.models.values())
    techniques = ((each.id, technique_address(each), plain.of(each)) for each in catalogue.techniques.values())
    lists: dict[str, Iterable[Json]] = {
        "models": with_files("model", models),
        "techniques": with_files("technique", techniques),
        "gpus": map(plain.of, catalogue.gpus.values()),
        "api_names": map(plain.of, catalogue.api_names),
        "api_prices": map(plain.of, catalogue.api_prices),
        "billing_hours": map(plain.of, catalogue.billing_hours),
        "api_services": map(plain.of, catalogue.api_services),
        "corrections": map(plain.of, catalogue.corrections),
        "references": references.values(),
    }
    found[WHOLE] = _compact_json(head | {name: list(values) for name, values in lists.items()}) + "\n"
    return found


def _compact_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# Keys of the references that JSON names: within its texts each quote has a backslash.
_CITED = re.compile(r'"reference":"([^"]+)"')


def _plain_reference(found: Reference) -> Json:
    names = ("key", "title", "authors", "year", "url", "eprint", "doi", "venue", "note")
    record = {name: getattr(found, name) for name in names}
    record = {name: list(value) if isinstance(value, tuple) else value for name, value in record.items() if value}
    return record | ({"copy": True} if found.copy else {})


def _model_record(plain: PlainRecords, model: Model) -> Json:
    record: Json = plain.of(model)
    return record | {"variants": [_variant_record(plain, entry) for entry in plain.catalogue.entries_of(model)]}


def _variant_record(plain: PlainRecords, entry: Entry) -> Json:
    subject = EntryContext.of(plain.catalogue, entry)
    facts = {fact.id: (fact, fact.value(subject)) for fact in FACTS.values() if fact.theme is not Theme.ARCHITECTURE}
    record: Json = plain.of(entry.variant)
    record["architecture"] = plain.of(entry.architecture) if entry.architecture else None
    record["facts"] = {
        id_: _fact_record(plain, fact, value) for id_, (fact, value) in facts.items() if value is not None
    }
    return record


def _fact_record(plain: PlainRecords, fact: Fact, value: Value) -> Json:
    if isinstance(value, Single):
        stated: Json = plain.of(value)
        return stated
    if isinstance(value, Computation):
        return {"value": computed_number(fact, value), "basis": fact.basis.value, "working": value.numbers}
    said = value.id if isinstance(value, Model) else value.value if isinstance(value, Enum) else value
    return {"value": said, "basis": fact.basis.value}


def answers_json(context: Context, edition: str) -> str:
    """Questions with their answers, and a row for each fact that is answered of a variant; `edition` is an address."""
    questions = [
        {
            "question": plain_text(context, one.ask),
            "answer": plain_text(context, one.answer),
            "page": edition + url_of(one.path),
        }
        for one in context.catalogue.questions
    ]
    facts = [*_fact_rows(context, edition)]
    record = {"language": context.words.language, **_copy_of(context.catalogue), "questions": questions, "facts": facts}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def _fact_rows(context: Context, edition: str) -> Iterator[dict[str, object]]:
    for model, found in answers_by_model(context).items():
        names = [name for name, *_ in found["variants"]]
        for kind, groups in found["answers"].items():
            for places, lines in groups:
                about = {"model": model, "variants": [names[place] for place in places], "asked": kind}
                yield from (about | _line_record(line, edition) for line in lines)


def _line_record(line: AnswerLine, edition: str) -> dict[str, str]:
    said = {"fact": line.label, "answer": line.text, "basis": line.basis, "source": line.source}
    return {name: value for name, value in said.items() if value} | {"page": edition + url_of(line.address)}


def badge_files(context: Context) -> Iterator[tuple[str, str]]:
    """What a name of the API leads to, as the endpoint of a shields.io badge."""
    for name in context.catalogue.api_names:
        message, color = _badge_text(context, name)
        badge = {"schemaVersion": 1, "label": name.name, "message": message, "color": color}
        yield f"data/badges/{name.id}.json", json.dumps(badge, ensure_ascii=False) + "\n"


def _badge_text(context: Context, name: ApiName) -> tuple[str, str]:
    """Message and colour."""
    if name.until is not None:
        return context.words("news.ended"), "lightgrey"
    return pointer_label(context, name.pointers[-1]), "blue"
