"""What this site had wrong, since when, and what is right: what matters and what is newest first, all else folded by kind."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from catalogue.schema.correction import Correction
from catalogue.schema.model import Track

from ..assets import page_script
from ..cite import Citations
from ..context import Context
from ..links import correction_anchor, model_link, technique_link
from ..page import Page, Section, lead_section
from .sources import sources

# So many of the newest stand open.
NEWEST = 4


def page(context: Context) -> Page:
    """Each correction once: the central ones, the newest of the others, and the rest by what it is of; the sources last."""
    words, citations = context.words, Citations(context)
    # Of one day the later row is the newer.
    by_day = sorted(context.catalogue.corrections, key=lambda row: row.date.first_day)[::-1]
    others = [row for row in by_day if not row.central]
    shown = {"corrections.central": [row for row in by_day if row.central], "corrections.newest": others[:NEWEST]}
    sections = [
        Section(key.partition(".")[2], words(key), _list(citations, rows)) for key, rows in shown.items() if rows
    ]
    groups: dict[str, list[Correction]] = {}
    for row in others[NEWEST:]:
        groups.setdefault(_group(context, row), []).append(row)
    folds = "".join(
        _list(citations, groups[key], f"of-{key.partition('.')[2]}", words(key))
        for key in (*(f"track.{track.value}" for track in Track), "page.techniques", "corrections.site")
        if key in groups
    )
    if folds:
        sections.append(Section("others", words("corrections.others"), folds))
    if sections:
        lead = context.html("filter.html.jinja", script=page_script("filter"))
    else:
        lead = f"<p>{escape(words('corrections.none'))}</p>"
    return Page(
        "corrections.md",
        words("page.corrections"),
        words("corrections.description"),
        (lead_section(words("corrections.intro"), lead), *sections, sources(citations)),
        hide=("toc",),
    )


def _group(context: Context, row: Correction) -> str:
    """The word for what a correction is of."""
    model = context.catalogue.models.get(row.entry or "")
    if model is not None:
        return f"track.{model.track.value}"
    return "page.techniques" if row.entry else "corrections.site"


def _list(citations: Citations, rows: Sequence[Correction], fold: str = "", title: str = "") -> str:
    """Corrections, in a fold with this anchor where it is given one."""
    shown = [_row(citations, row) for row in rows]
    return citations.context.html("corrections.html.jinja", rows=shown, fold=fold, title=title)


def _row(citations: Citations, row: Correction) -> dict[str, Markup | str]:
    return {
        "anchor": correction_anchor(row),
        "about": citations.inline(row.about),
        "place": _place(citations.context, row.entry),
        "was": citations.inline(row.was),
        "right": citations.marked(str(citations.inline(row.right)), row.source),
        "since": citations.plain(row.since),
        "date": citations.plain(row.date),
        "why": citations.inline(row.why) if row.why else Markup(""),
    }


def _place(context: Context, entry: str | None) -> Markup:
    """The page it was on."""
    if entry and entry in context.catalogue.models:
        return model_link(context.catalogue.models[entry])
    return technique_link(context, entry) if entry else Markup("")
