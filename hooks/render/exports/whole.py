"""The catalogue as JSON and as linked data: whole, and one file for each model and technique. A public interface.

`catalogue.json` has the shape `models[] → id, name, track, dates, arxiv, variants[] → id, dates, licences, parameters
{total, activated}, architecture {config.json names}`, each value with its source; `catalogue.schema.json` says it in
full. The dates and licences of a variant are its own; those of a model are its first release's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from catalogue import checkpoint
from catalogue.records import Entry, first_date
from catalogue.references import Reference
from catalogue.schema.model import Model

from ..cite import plain_text
from ..context import Context
from ..page_registry import MODEL, technique_address, url_of
from ..words import ENGLISH
from .rows import Plain, plain_reference
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


_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_FORMATS = {
    "json": "application/json",
    "csv": "text/csv",
    "sqlite": "application/vnd.sqlite3",
    "bib": "application/x-bibtex",
}


def linked_data(context: Context, path: str, address: str, downloads: tuple[str, ...]) -> str:
    """JSON-LD for the page at `path` as text to stand in a `script`; empty where there is nothing to say.

    The page of downloads is a Dataset; the page of a model names the paper that describes it.
    """
    catalogue = context.catalogue
    if path == "use-and-extend.md":
        return _script_text(_dataset_record(context, address, downloads))
    folder, _, name = path.removesuffix(".md").rpartition("/")
    model = catalogue.models.get(name) if folder == "models" else None
    paper = catalogue.references.get(model.reference or "") if model else None
    return _script_text(_article_record(context, model, paper)) if model and paper else ""


def _script_text(record: dict[str, Any]) -> str:
    """As it may stand in a page: no `<` that could end the script."""
    return json.dumps({"@context": "https://schema.org", **record}, ensure_ascii=False).replace("<", "\\u003c")


def _dataset_record(context: Context, address: str, downloads: tuple[str, ...]) -> dict[str, Any]:
    words, revision = context.words, context.catalogue.revision
    dated = {"dateModified": revision.date} if revision.date else {}
    return {
        "@type": "Dataset",
        "version": revision.version,
        **dated,
        "@id": f"{address}data/catalogue.json",
        "name": "DS Series",
        "description": words("extend.description"),
        "license": _LICENCE,
        "isAccessibleForFree": True,
        "inLanguage": ["en", "zh"],
        "url": address + ("" if words.language == ENGLISH else f"{words.language}/") + "use-and-extend/",
        "creator": {"@type": "Organization", "name": "DS Series", "url": address},
        "distribution": [
            {"@type": "DataDownload", "contentUrl": address + path, "encodingFormat": _FORMATS[kind]}
            for path in downloads
            if path.count("/") == 1
            and (kind := path.rpartition(".")[2]) in _FORMATS
            and not path.endswith(".schema.json")
        ],
    }


def _article_record(context: Context, model: Model, paper: Reference) -> dict[str, Any]:
    first = first_date(model)
    record: dict[str, Any] = {
        "@type": "ScholarlyArticle",
        "headline": paper.title,
        "name": paper.title,
        "author": [
            {"@type": "Organization" if name in paper.organisations else "Person", "name": name}
            for name in paper.authors
            if name != "et al."
        ],
        "datePublished": _publication_day(model) or paper.year,
        "about": {
            "@type": "SoftwareApplication",
            "name": model.name,
            "applicationCategory": "Language model",
            "description": plain_text(context, model.lead or model.summary),
        },
    }
    if first is not None:
        record["about"]["datePublished"] = first.text
    if paper.url:
        record |= {"url": paper.url, "sameAs": paper.url}
    if paper.eprint:
        record["identifier"] = f"arXiv:{paper.eprint}"
    return record


def _publication_day(model: Model) -> str:
    """The day of the paper's first version; empty where it is not known."""
    day = model.dates.paper.value if model.dates.paper else None
    return day.text if day else ""
