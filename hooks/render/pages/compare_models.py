"""Any models side by side: a ready comparison in HTML, and the cells of every variant for the script.

The script shows other choices from the same cells. What differs is decided by what values say
(`catalogue.derive.agreement`), here for the ready comparison and in the script for the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from catalogue.derive.agreement import NOT_THERE, Verdict
from catalogue.records import Entry, by_date
from catalogue.schema.model import Track

from .. import assets
from ..cite import Citations
from ..comparison import stated_for_models, themes
from ..comparison.rows import Cells, Line, Row, compared_lines, count_verdicts
from ..context import Context
from ..figures.architecture import architecture_drawing
from ..links import variant_link
from ..marks import NOTHING
from ..page import Page, Section
from .sources import sources

PATH = "compare/models.md"
MOST = 4
_SOURCE = re.compile(r'href="#s(\d+)"')


@dataclass(frozen=True)
class Theme:
    """A table of the page.

    Attributes:
        least: How many variants have to fill a row for it to be shown.
    """

    id: str
    cells: Callable[[Citations, Entry], Cells]
    least: int = 1


def address(*entries: Entry) -> str:
    """Where a comparison of these variants is."""
    return f"ds:{PATH}?v={','.join(entry.variant.id for entry in entries)}"


def pairs(context: Context) -> list[tuple[Entry, Entry]]:
    """The flagship of each model behind its predecessor, the newest model last."""
    catalogue = context.catalogue
    return [
        (before, catalogue.flagship(model))
        for model in by_date(catalogue.models.values())
        if (before := catalogue.predecessor(model)) is not None
    ]


def default_pair(context: Context) -> tuple[Entry, ...]:
    """The newest general model and its predecessor; else the newest pair, and where no model has one, the last two variants."""
    found: list[tuple[Entry, ...]] = [tuple(context.catalogue.entries.values())[-2:], *pairs(context)]
    return next((pair for pair in reversed(found) if pair[-1].model.track is Track.GENERAL), found[-1])


def page(context: Context) -> Page:
    """The page."""
    words, citations = context.words, Citations(context)
    chosen = default_pair(context)
    shown = _themes(citations)
    ready = {
        theme.id: compared_lines([theme.cells(citations, entry) for entry in chosen], theme.least) for theme in shown
    }
    drawn = _drawn(citations, chosen)
    sections = [
        _table(context, theme, chosen, ready[theme.id], drawn if theme.id == "architecture" else None)
        for theme in shown
    ]
    listed = _sources_of(citations, sections)
    everything = {
        id_: {theme.id: theme.cells(citations, entry) for theme in shown}
        for id_, entry in context.catalogue.entries.items()
    }
    data = _data(citations, shown, everything)
    lead = context.html(
        "compare_models.html.jinja",
        chosen=chosen,
        families=_families(context),
        themes=[(theme.id, words(f"compare.models.{theme.id}")) for theme in shown],
        pairs=[(pair, address(*pair)) for pair in pairs(context)],
        legend={kind: cue(context, kind) for kind in (Verdict.DIFFERENT, Verdict.SAME)},
        most=MOST,
        result=_result(context, chosen, count_verdicts(line for found in ready.values() for line in found)),
        script=assets.page_script("compare", {"compare-data": data}),
    )
    return Page(
        PATH,
        words("compare.models.title"),
        words("compare.models.description"),
        (Section("lead", "", lead), *sections, sources(citations, listed)),
        hide=("toc",),
    )


def _sources_of(citations: Citations, sections: Sequence[Section]) -> list[tuple[int, list[Markup]]]:
    """The sources of what is shown: a row that one model alone has a score in is not."""
    shown = {int(number) for section in sections for number in _SOURCE.findall(section.html)}
    return citations.listing(shown)


def _themes(citations: Citations) -> tuple[Theme, ...]:
    evaluation = stated_for_models.benchmark_tables(citations).evaluation
    return (
        Theme("identity", themes.identity_rows),
        Theme("sizes", themes.size_rows),
        Theme("architecture", _once_each(themes.architecture_rows)),
        Theme("cache", themes.cache_rows),
        Theme("training", stated_for_models.training_rows),
        Theme("compute", themes.compute_rows),
        Theme("post-training", stated_for_models.post_training),
        Theme("infrastructure", stated_for_models.infrastructure_rows),
        Theme("evaluation", evaluation, least=2),
    )


def _once_each(theme: Callable[[Citations, Entry], Cells]) -> Callable[[Citations, Entry], Cells]:
    """The cells of an architecture, made once for all variants with the same configuration."""
    made: dict[str, Cells] = {}

    def cells(citations: Citations, entry: Entry) -> Cells:
        if entry.configuration_of not in made:
            made[entry.configuration_of] = theme(citations, entry)
        return made[entry.configuration_of]

    return cells


def _families(context: Context) -> list[tuple[str, list[Entry]]]:
    """Every variant, under the name of its family, the newest family first."""
    catalogue = context.catalogue
    return [(m.name, list(catalogue.entries_of(m))) for m in reversed(list(catalogue.models.values()))]


def _drawn(citations: Citations, chosen: Sequence[Entry]) -> list[Markup]:
    """The drawings of the chosen architectures, each once; what differs from the first is marked in the others."""
    catalogue = citations.context.catalogue
    owners = dict.fromkeys(entry.architecture_owner for entry in chosen if entry.architecture is not None)
    entries = [catalogue.entries[id_] for id_ in owners]
    return [
        architecture_drawing(citations, entry, entries[0] if entry is not entries[0] else None) for entry in entries
    ]


def _table(
    context: Context, theme: Theme, chosen: Sequence[Entry], found: Sequence[Line], drawn: list[Markup] | None
) -> Section:
    words = context.words
    title = words(f"compare.models.{theme.id}")
    html = context.html(
        "compare_table.html.jinja",
        theme=theme.id,
        drawn=drawn,
        title=title,
        names=[variant_link(entry) for entry in chosen],
        lines=found,
        counts=count_verdicts(found),
        cues={kind: cue(context, kind) for kind in Verdict},
    )
    return Section(theme.id, title, html)


def _result(context: Context, chosen: Sequence[Entry], counts: Mapping[Verdict, int]) -> str:
    """How much differs between the chosen, in one sentence, which the script then keeps up to date."""
    names = context.words("punctuation.listed").join(entry.variant.name for entry in chosen)
    numbers = {kind.value: number for kind, number in counts.items()}
    return context.words("compare.models.result", names=names, **numbers)


def cue(context: Context, kind: Verdict) -> Markup:
    """The sign of a row, with its word for those who do not see it."""
    if kind is Verdict.OPEN:
        return Markup('<span class="ds-cue"></span>')
    sign, word = context.words(f"compare.models.sign.{kind.value}"), context.words(f"compare.models.{kind.value}")
    return Markup('<span class="ds-cue" role="img" title="{}">{}</span>').format(word, sign)


class _Pool:
    """Texts by number, each kept once."""

    def __init__(self, *first: str) -> None:
        self._numbers = {text: number for number, text in enumerate(first)}

    def number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    @property
    def texts(self) -> list[str]:
        return list(self._numbers)


def _data(citations: Citations, shown: Sequence[Theme], everything: Mapping[str, Mapping[str, Cells]]) -> str:
    """The cells of every variant as JSON, each HTML and each run of cells kept once.

    `cells[n]` is a flat list of row, HTML and value, by number; HTML 0 is a dash and value 0 is a dimension that is
    not there, −1 one that is not known. `variants` has the name of each and the run of cells of each theme; `drawings` is by `owners`, the variants
    whose architecture others share.
    """
    context, words = citations.context, citations.context.words
    html, values, runs = _Pool(str(NOTHING)), _Pool(NOT_THERE), _Pool()
    rows: dict[str, list[Row]] = {
        theme.id: sorted({r for cells in everything.values() for r in cells[theme.id]}, key=lambda r: r.order)
        for theme in shown
    }
    variants: dict[str, list[object]] = {}
    for id_, by_theme in everything.items():
        numbers = []
        for theme in shown:
            run: list[int] = []
            for place, row in enumerate(rows[theme.id]):
                cell = by_theme[theme.id].get(row)
                if cell is not None:
                    value = values.number(cell.value) if cell.value is not None else -1
                    run += [place, html.number(str(cell.html)), value]
            numbers.append(runs.number(json.dumps(run)))
        variants[id_] = [str(variant_link(context.catalogue.entries[id_])), *numbers]
    entries = context.catalogue.entries
    owners = {id_: entry.architecture_owner for id_, entry in entries.items() if entry.architecture is not None}
    drawings = {id_: str(architecture_drawing(citations, entries[id_])) for id_ in dict.fromkeys(owners.values())}
    data: dict[str, Any] = {
        "owners": owners,
        "drawings": drawings,
        "themes": [
            {"id": t.id, "least": t.least, "rows": [[r.group, str(r.label)] for r in rows[t.id]]} for t in shown
        ],
        "variants": variants,
        "html": html.texts,
        "cells": [json.loads(run) for run in runs.texts],
        "sources": ["<br>".join(citations.lines(sources, set())) for sources in citations.numbers],
        "cues": {kind.value: str(cue(context, kind)) for kind in Verdict},
        "words": dict(_words_for_the_script(words)),
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _words_for_the_script(words: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    for key in ("unknown", "many", "few", "copied", "not_copied", "result", "nothing", "counts"):
        yield key, words(f"compare.models.{key}")
    yield "and", words("punctuation.listed")


def link(context: Context, before: Entry, after: Entry) -> Markup:
    """A link to two variants side by side."""
    label = escape(context.words("compare.models.against", name=before.variant.name))
    return Markup('<a class="ds-aside" href="{}">{}</a>').format(address(before, after), label)
