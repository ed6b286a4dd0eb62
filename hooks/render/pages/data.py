"""The data page: what can be downloaded, in which shape."""

from __future__ import annotations

from collections.abc import Mapping

from catalogue.field_reference import SCHEMAS
from catalogue.schema.values import PartialDate

from .. import format
from ..context import Context
from ..page import Page, Section
from ..words import ENGLISH

_JSON = ("catalogue.json", "catalogue.schema.json")
_TABLES = ("catalogue.sqlite", "datapackage.json")
_FEEDS = (("releases", "atom"), ("releases", "ics"), ("corrections", "atom"))
_QUERY = """SELECT name, released, total, activated, tokens FROM variants
WHERE tokens_of = 'pre-training' ORDER BY released;"""


def page(context: Context, downloads: Mapping[str, bytes]) -> Page:
    """The downloads by what they are good for, with their sizes."""
    words = context.words
    tables = tuple(path.removeprefix("data/") for path in downloads if path.endswith(".csv") and path.count("/") == 1)
    suffix = "" if words.language == ENGLISH else f".{words.language}"
    feeds = tuple(f"{name}{suffix}.{kind}" for name, kind in _FEEDS)
    model = next(iter(context.catalogue.models))
    groups = (
        ("json", _JSON, words("data.json_each"), (f"models/{model}.json",), ""),
        ("tables", (*_TABLES, *tables), words("data.tables_each"), (f"models/{model}.csv",), _QUERY),
        ("cards", (f"cards{suffix}.txt",), "", (), ""),
        ("labs", ("labs.zip", "exercises.zip"), "", (), ""),
        ("follow", feeds, "", (), ""),
        ("markdown", (), "", (), ""),
        ("bibliography", ("references.bib",), "", (), ""),
        ("schemas", tuple(SCHEMAS), "", (), ""),
    )
    sections = [
        Section(
            name,
            words(f"data.{name}"),
            context.html(
                "data.html.jinja",
                intro=words(f"data.{name}_text") if f"data.{name}_text" in words else "",
                query=query,
                items=[_item(context, downloads, file) for file in files],
                each=each,
                examples=examples,
            ),
        )
        for name, files, each, examples, query in groups
    ]
    said = (words("data.licence"), _revision(context))
    lead = Section(
        "lead", "", f'<p class="ds-lead">{words("data.intro")}</p>' + "".join(f"<p>{each}</p>" for each in said)
    )
    return Page("downloads.md", words("page.data"), words("data.description"), (lead, *sections))


def _revision(context: Context) -> str:
    """Of which day and commit the downloads are."""
    words, revision = context.words, context.catalogue.revision
    if not revision.date:
        return words("data.digest", digest=revision.digest)
    return words(
        "data.revision",
        date=format.date(PartialDate(revision.date), words),
        commit=revision.commit,
        digest=revision.digest,
    )


def _item(context: Context, downloads: Mapping[str, bytes], name: str) -> dict[str, str]:
    path = f"data/{name}"
    size = len(downloads.get(path, b""))
    key = name.replace(".zh.", ".").replace(".", "_")
    return {"path": path, "name": name, "what": context.words(f"data.{key}"), "size": f"{size / 1024:,.0f} kB"}
