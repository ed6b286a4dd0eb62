"""What programs that look for data read, as JSON-LD: on the page of downloads and of each model, and beside the tables.

Croissant says of each file what it holds and of each table what its columns mean: https://docs.mlcommons.org/croissant/docs/croissant-spec.html
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from catalogue.schema.model import Model

from ..cite import plain_text
from ..context import Context
from ..pages import url_of
from ..words import ENGLISH
from .catalogue_json import LICENCE, Json
from .reference_files import page_citation
from .tables import Cell, ExportTable

_FORMATS = {"json": "application/json", "csv": "text/csv", "bib": "application/x-bibtex"}


def linked_data(context: Context, path: str, address: str, downloads: tuple[str, ...]) -> str:
    """JSON-LD of the page of downloads or of a model, without a `<` that could end the script; empty for others."""
    model = context.catalogue.models.get(path.removeprefix("models/").removesuffix(".md"))
    if path == "use-and-extend.md":
        listed = [
            {"@type": "DataDownload", "contentUrl": address + file, "encodingFormat": format_}
            for file, format_ in _distributed_files(downloads)
        ]
        record = _dataset_record(context, address, "Dataset") | {"distribution": listed}
    elif model:
        record = _model_article(context, model)
    else:
        return ""
    whole = {"@context": "https://schema.org", **record, **_of_site(context, path, address)}
    return json.dumps(whole, ensure_ascii=False).replace("<", "\\u003c")


def _of_site(context: Context, path: str, address: str) -> Json:
    language, revision = context.words.language, context.catalogue.revision
    return {
        **({"dateModified": revision.date} if revision.date else {}),
        "url": address + ("" if language == ENGLISH else f"{language}/") + url_of(path),
        "license": LICENCE["url"],
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": "DS Series", "url": address},
    }


def _dataset_record(context: Context, address: str, type_: str) -> Json:
    return {
        "@type": type_,
        "version": context.catalogue.revision.version,
        "@id": f"{address}data/catalogue.json",
        "name": "DS Series",
        "description": context.words("extend.description"),
        "inLanguage": ["en", "zh"],
    }


def _distributed_files(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The files of the whole catalogue, each with its media type."""
    for path in paths:
        kind = path.rpartition(".")[2]
        if path.count("/") == 1 and kind in _FORMATS and ".schema." not in path:
            yield path, _FORMATS[kind]


def _model_article(context: Context, model: Model) -> Json:
    """An article of this site about a model, which cites its paper."""
    paper = context.catalogue.references.get(model.reference or "")
    return {
        "@type": "TechArticle",
        "headline": model.name,
        "description": plain_text(context, model.lead or model.summary),
        "inLanguage": context.words.language,
        "about": {"@type": "SoftwareApplication", "name": model.name, "applicationCategory": "Language model"},
        **({"citation": {"@type": "ScholarlyArticle", "name": paper.title, "url": paper.url or ""}} if paper else {}),
    }


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# That of the specification, by which validators know it, with the names that ours has no use for too.
_NAMES = """citeAs column equivalentProperty extract field fileObject fileProperty fileSet format includes isLiveDataset
  jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate separator source subField transform"""
_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    **{name: f"cr:{name}" for name in _NAMES.split()},
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}


def croissant_json(context: Context, files: Mapping[str, bytes], tables: Iterable[ExportTable], address: str) -> str:
    """Croissant 1.0: every file with its digest, every table with the meaning and type of its columns."""
    page = "use-and-extend.md"
    revision = context.catalogue.revision
    record = {
        "@context": _CONTEXT,
        **_dataset_record(context, address, "sc:Dataset"),
        **_of_site(context, page, address),
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "version": revision.version.replace(".0", "."),  # semantic versions have no leading zeros, as validators know
        **({"datePublished": revision.date} if revision.date else {}),
        "citeAs": page_citation(context, address, "DS Series", url_of(page)).bibtex,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": path.rpartition("/")[2],
                "name": path.rpartition("/")[2],
                "contentUrl": address + path,
                "contentSize": f"{len(files[path])} B",
                "encodingFormat": format_,
                "sha256": sha256(files[path]).hexdigest(),
            }
            for path, format_ in _distributed_files(files)
        ],
        "recordSet": [_record_set(table) for table in tables],
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _record_set(table: ExportTable) -> Json:
    cells = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    named = list(zip(table.columns, cells, strict=True))
    keys = [column.name for column, values in named[:2] if len({*values, None}) > len(values)]
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        **({"key": {"@id": f"{table.name}/{keys[0]}"}} if keys else {}),
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{table.name}/{column.name}",
                "name": column.name,
                "description": column.says,
                "dataType": _type_of(values),
                "source": {"fileObject": {"@id": f"{table.name}.csv"}, "extract": {"column": column.name}},
            }
            for column, values in named
        ],
    }


def _type_of(values: Iterable[Cell]) -> str:
    """Of a column; months alone among days make it text."""
    found = [value for value in values if value is not None]
    if found and all(isinstance(value, int) for value in found):
        return "sc:Integer"
    if found and all(isinstance(value, int | float) for value in found):
        return "sc:Float"
    return "sc:Date" if found and all(_DAY.fullmatch(str(value)) for value in found) else "sc:Text"
