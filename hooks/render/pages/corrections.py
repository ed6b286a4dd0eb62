"""What this site had wrong, since when, and what is right: in groups, the newest first."""

from __future__ import annotations

from markupsafe import Markup, escape

from catalogue.schema.correction import Correction
from catalogue.schema.model import Track

from .. import jump
from ..assets import script
from ..cite import Citations
from ..context import Context
from ..links import model_link, technique_link
from ..page import Page, Section, lead_section
from .sources import sources


def page(context: Context) -> Page:
    """The corrections by the track of the model, then those of techniques and of the whole site; the sources last."""
    words, citations = context.words, Citations(context)
    groups: dict[str, list[Correction]] = {}
    for row in sorted(context.catalogue.corrections, key=lambda row: row.date.first_day, reverse=True):
        groups.setdefault(_group(context, row), []).append(row)
    order = [*(f"track.{track.value}" for track in Track), "page.techniques", "corrections.site"]
    named = [(key.partition(".")[2], words(key), groups[key]) for key in order if key in groups]
    sections = [
        Section(f"of-{id_}", name, context.html("corrections.html.jinja", rows=[_row(citations, r) for r in rows]))
        for id_, name, rows in named
    ]
    if not sections:
        lead = f"<p>{escape(words('corrections.none'))}</p>"
    else:
        box = context.html("references_filter.html.jinja", script=script("references"))
        lead = box + jump.bar(context, ((f"of-{id_}", name, len(rows)) for id_, name, rows in named))
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


def _row(citations: Citations, row: Correction) -> dict[str, Markup]:
    return {
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
