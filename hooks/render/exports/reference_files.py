"""What one cites with: the references as RIS and CSL-JSON beside the BibTeX of data/references.bib, and a page of the site."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from catalogue.references import Author, Reference
from catalogue.schema.values import PartialDate

from .. import format
from ..context import Context


class _Kind(NamedTuple):
    csl: str
    ris: str


# By the type of a BibTeX entry; a report on arXiv alone is a preprint, which CSL calls `article`.
_PREPRINT = _Kind("article", "UNPB")
_KINDS = {
    "article": _Kind("article-journal", "JOUR"),
    "inproceedings": _Kind("paper-conference", "CONF"),
    "incollection": _Kind("chapter", "CHAP"),
    "book": _Kind("book", "BOOK"),
    "techreport": _Kind("report", "RPRT"),
    "phdthesis": _Kind("thesis", "THES"),
    "mastersthesis": _Kind("thesis", "THES"),
    "online": _Kind("webpage", "ELEC"),
    "misc": _Kind("webpage", "ELEC"),
}
_REPOSITORY, _SOFTWARE = re.compile(r"//(?:github\.com|huggingface\.co)/[^/]+/[^/]+/?$"), _Kind("software", "COMP")


def _kind_of_reference(reference: Reference) -> _Kind:
    if reference.eprint and not reference.venue:
        return _PREPRINT
    return _SOFTWARE if _REPOSITORY.search(reference.url or "") else _KINDS[reference.type]


def csl_json(references: Iterable[Reference]) -> str:
    return json.dumps([_csl_item(each) for each in references], ensure_ascii=False, indent=1) + "\n"


def _csl_item(reference: Reference) -> dict[str, Any]:
    item = {
        "id": reference.key,
        "type": _kind_of_reference(reference).csl,
        "title": reference.title,
        "author": [_csl_name(author) for author in reference.people],
        "issued": {"date-parts": [[int(reference.year)]]} if reference.year.isdigit() else None,
        "container-title": reference.venue,
        "number": f"arXiv:{reference.eprint}" if reference.eprint else None,
        "DOI": reference.doi,
        "URL": reference.url,
        "note": reference.note,
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(author: Author) -> dict[str, str]:
    return {"family": author.family, "given": author.given} if author.given else {"literal": author.family}


def ris_text(references: Iterable[Reference]) -> str:
    """Lines end as the format asks, with a carriage return too."""
    return "".join(f"{line}\r\n" for each in references for line in _ris_lines(each))


def _ris_lines(reference: Reference) -> Iterator[str]:
    fields = (
        ("TY", _kind_of_reference(reference).ris),
        ("ID", reference.key),
        ("TI", reference.title),
        *(("AU", ", ".join(filter(None, (author.family, author.given)))) for author in reference.people),
        ("PY", reference.year),
        ("T2", reference.venue),
        ("M1", f"arXiv:{reference.eprint}" if reference.eprint else None),
        ("DO", reference.doi),
        ("UR", reference.url),
        ("N1", reference.note),
    )
    yield from _ris_record(fields)
    yield ""


def _ris_record(fields: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    yield from (f"{tag}  - {value}" for tag, value in fields if value)
    yield "ER  - "


class PageCitation(NamedTuple):
    line: str
    bibtex: str
    ris: str


_BIBTEX = """\
@misc{{{key},
  title = {{{{{title}}}}},
  author = {{{{DS Series}}}},
  year = {{{year}}},
  note = {{{note}}},
  url = {{{url}}},
}}"""


def page_citation(context: Context, edition: str, title: str, url: str) -> PageCitation:
    """With the day and the revision of the data; `edition` is the address that `url` is below."""
    words, revision = context.words, context.catalogue.revision
    stated = revision.commit or revision.digest
    day = format.format_date(PartialDate(revision.date), words) if revision.date else ""
    note = words("cite.revision", day=day, revision=stated) if day else words("cite.digest", revision=stated)
    key = "-".join(("ds-series", *filter(None, url.strip("/").split("/"))))
    given = {"key": key, "title": title, "year": revision.date[:4], "note": note, "url": edition + url}
    line = words("cite.line", title=title, note=note, url=edition + url)
    fields = (
        ("TY", "ELEC"),
        ("TI", title),
        ("AU", "DS Series"),
        ("PY", given["year"]),
        ("N1", note),
        ("UR", given["url"]),
    )
    return PageCitation(line, _BIBTEX.format(**given), "\n".join(_ris_record(fields)))
