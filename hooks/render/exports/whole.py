"""The catalogue as JSON, a public interface: whole, and one file for each model and technique.

`catalogue.json` has the shape `models[] → id, name, track, dates, arxiv, variants[] → id, dates, licences, parameters
{total, activated}, architecture {config.json names}`, each value with its source; `catalogue.schema.json` says it in full.
The dates and licences of a variant are its own; those of a model are its first release's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from catalogue import checkpoint
from catalogue.records import Entry

from .plain import Plain, reference
from .shape import FORMAT, schema, version

LICENCE = {"data": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}
WHOLE, SCHEMA = "data/catalogue.json", "data/catalogue.schema.json"


def files(plain: Plain, address: str) -> dict[str, str]:
    """The JSON of everything by path; `address` is that of the site."""
    catalogue = plain.catalogue
    models = {id_: _model(plain, id_) for id_ in catalogue.models}
    techniques = {id_: plain.of(technique) for id_, technique in catalogue.techniques.items()}
    references = {key: reference(found) for key, found in catalogue.references.items()}
    head = {
        "format": FORMAT,
        "version": version(),
        "schema": address + SCHEMA,
        "address": address,
        "licence": LICENCE,
    }
    whole = head | {
        "models": list(models.values()),
        "techniques": list(techniques.values()),
        "gpus": [plain.of(gpu) for gpu in catalogue.gpus.values()],
        "api_names": [plain.of(name) for name in catalogue.api_names],
        "corrections": [plain.of(row) for row in catalogue.corrections],
        "references": list(references.values()),
    }
    found = {WHOLE: _compact(whole), SCHEMA: schema(address + SCHEMA)}
    for kind, entries in (("model", models), ("technique", techniques)):
        for id_, entry in entries.items():
            cited = [references[key] for key in sorted(set(_cited(entry))) if key in references]
            one = head | {"page": f"{address}{kind}s/{id_}/", kind: entry, "references": cited}
            found[f"data/{kind}s/{id_}.json"] = _compact(one)
    return found


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _cited(value: Any) -> Iterator[str]:
    """Keys of the references that JSON names."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "reference" and isinstance(inner, str):
                yield inner
            else:
                yield from _cited(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _cited(inner)


def _model(plain: Plain, id_: str) -> dict[str, Any]:
    catalogue = plain.catalogue
    model = catalogue.models[id_]
    paper = catalogue.references.get(model.reference or "")
    rest: dict[str, Any] = plain.of(model)
    head = {key: rest.pop(key) for key in ("id", "name", "track", "dates")}
    rest.pop("variants")
    variants = [_variant(plain, entry) for entry in catalogue.entries_of(model)]
    return {**head, "arxiv": paper.eprint if paper else None, "variants": variants, **rest}


def _variant(plain: Plain, entry: Entry) -> dict[str, Any]:
    """A checkpoint with its own dates and licences: those of the model are those of its first release."""
    catalogue = plain.catalogue
    record: dict[str, Any] = plain.of(entry.variant)
    record.pop("release", None)
    dates = {name: checkpoint.date(entry, name) for name in checkpoint.RELEASED}
    dates["api"] = checkpoint.in_the_api(catalogue.api_names, entry.variant.id)
    licences, key = checkpoint.licences(entry), checkpoint.reference(entry)
    paper = catalogue.references.get(key or "")
    record["dates"] = {name: plain.of(date) for name, date in dates.items() if date is not None}
    record["arxiv"] = paper.eprint if paper else None
    record["licences"] = plain.of(licences) if licences else {}
    for name, value in (
        ("released_format", checkpoint.weights_format(entry)),
        ("gpu_hours", checkpoint.gpu_hours(entry)),
        ("cost_usd", checkpoint.cost(entry)),
    ):
        if value is not None:
            record[name] = plain.of(value)
    record["architecture"] = plain.of(entry.architecture) if entry.architecture else None
    recount = entry.recount
    record["recomputed"] = {
        "total": recount.total if recount else None,
        "activated": {str(basis): value for basis, value in recount.activated.items()} if recount else {},
        "kv_cache_elements_per_token": recount.kv_cache.value if recount and recount.kv_cache else None,
    }
    return record
