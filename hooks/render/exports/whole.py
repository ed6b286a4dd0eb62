"""The catalogue as JSON, a public interface: whole, and one file for each model and technique.

`catalogue.json` has the shape `models[] → id, name, track, dates, arxiv, variants[] → id, dates, licences, parameters
{total, activated}, architecture {config.json names}`, each value with its source; `catalogue.schema.json` says it in full.
The dates and licences of a variant are its own; those of a model are its first release's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from catalogue import checkpoint
from catalogue.records import Entry

from ..page_registry import MODEL, technique_address, url_of
from .plain import Plain, plain_reference
from .shape import FORMAT, export_schema, schema_version

LICENCE = {"data": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}
WHOLE, SCHEMA = "data/catalogue.json", "data/catalogue.schema.json"


def catalogue_json(plain: Plain, address: str) -> dict[str, str]:
    """The JSON of everything, and of each model and technique, by path; `address` is that of the site."""
    catalogue = plain.catalogue
    found: dict[str, str] = {}
    references = {key: _compact_json(plain_reference(found)) for key, found in catalogue.references.items()}
    head = {
        "format": FORMAT,
        "version": schema_version(),
        "schema": address + SCHEMA,
        "address": address,
        "licence": LICENCE,
        "revision": {name: value for name, value in asdict(catalogue.revision).items() if value},
    }

    def entries(kind: str, made: Iterable[tuple[str, str, dict[str, Any]]]) -> Iterator[str]:
        """The entries as JSON, each of which is a file too."""
        for id_, page, record in made:
            entry = _compact_json(record)
            cited = [references[key] for key in sorted(set(_CITED.findall(entry))) if key in references]
            about = _compact_json({"page": address + url_of(page)})
            parts = [
                _compact_json(head)[:-1],
                ",",
                about[1:-1],
                f',"{kind}":',
                entry,
                ',"references":',
                _json_list(cited),
                "}\n",
            ]
            found[f"data/{kind}s/{id_}.json"] = "".join(parts)
            yield entry

    models = ((id_, MODEL.path_of(id_), _model_record(plain, id_)) for id_ in catalogue.models)
    techniques = ((each.id, technique_address(each), plain.of(each)) for each in catalogue.techniques.values())
    lists: dict[str, Iterable[str]] = {
        "models": entries("model", models),
        "techniques": entries("technique", techniques),
        "gpus": (_compact_json(plain.of(gpu)) for gpu in catalogue.gpus.values()),
        "api_names": (_compact_json(plain.of(name)) for name in catalogue.api_names),
        "corrections": (_compact_json(plain.of(row)) for row in catalogue.corrections),
        "references": references.values(),
    }
    found[WHOLE] = "".join(_object_with_lists(_compact_json(head), lists))
    found[SCHEMA] = export_schema(address + SCHEMA)
    return found


def _object_with_lists(head: str, lists: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """An object with what is in `head`, and lists of values that are JSON already, one by one."""
    yield head[:-1]
    for name, values in lists.items():
        yield f',"{name}":['
        for at, value in enumerate(values):
            yield f",{value}" if at else value
        yield "]"
    yield "}\n"


def _json_list(values: Iterable[str]) -> str:
    return f"[{','.join(values)}]"


def _compact_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# Keys of the references that JSON names: within its texts each quote has a backslash.
_CITED = re.compile(r'"reference":"([^"]+)"')


def _model_record(plain: Plain, id_: str) -> dict[str, Any]:
    catalogue = plain.catalogue
    model = catalogue.models[id_]
    paper = catalogue.references.get(model.reference or "")
    rest: dict[str, Any] = plain.of(model)
    head = {key: rest.pop(key) for key in ("id", "name", "track", "dates")}
    rest.pop("variants")
    variants = [_variant_record(plain, entry) for entry in catalogue.entries_of(model)]
    return {**head, "arxiv": paper.eprint if paper else None, "variants": variants, **rest}


def _variant_record(plain: Plain, entry: Entry) -> dict[str, Any]:
    """A checkpoint with its own dates and licences: those of the model are those of its first release."""
    catalogue = plain.catalogue
    record: dict[str, Any] = plain.of(entry.variant)
    record.pop("release", None)
    dates = {name: checkpoint.checkpoint_date(entry, name) for name in checkpoint.RELEASED}
    dates["api"] = checkpoint.api_date(catalogue.api_names, entry.variant.id)
    licences, key = checkpoint.checkpoint_licences(entry), checkpoint.checkpoint_reference(entry)
    paper = catalogue.references.get(key or "")
    record["dates"] = {name: plain.of(date) for name, date in dates.items() if date is not None}
    record["arxiv"] = paper.eprint if paper else None
    record["licences"] = plain.of(licences) if licences else {}
    for name, value in (
        ("released_format", checkpoint.weights_format(entry)),
        ("gpu_hours", checkpoint.gpu_hours(entry)),
        ("cost_usd", checkpoint.published_cost(entry)),
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
