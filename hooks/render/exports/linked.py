"""What a page is about, for search engines: JSON-LD with the words of schema.org."""

from __future__ import annotations

import json
from typing import Any

from catalogue.records import first_date
from catalogue.references import Reference
from catalogue.schema.model import Model

from ..cite import plain_text
from ..context import Context
from ..words import ENGLISH

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
