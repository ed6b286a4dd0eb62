"""Scores side by side: like with like, by subject; under each benchmark the models that were measured, the oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from catalogue.records import Entry, by_date
from catalogue.schema.evaluation import EvaluationKind
from catalogue.schema.model import Model, Track
from catalogue.schema.quantities import Quantity
from catalogue.schema.values import Single

from ..assets import page_script
from ..cite import Citations, reference_anchor
from ..comparison.benchmarks import SUBJECTS, benchmark_subject
from ..names import short_model, short_variant
from ..page import Section

KINDS = (EvaluationKind.BASE, EvaluationKind.CHAT, EvaluationKind.REASONING)


@dataclass
class Benchmark:
    """A benchmark in one setting, with the scores of each variant; several where sources print different ones."""

    name: Markup
    setting: Markup
    subject: str
    scores: dict[str, list[Single[Any]]] = field(default_factory=dict)


def sections(citations: Citations, models: Sequence[Model]) -> Iterator[Section]:
    """A part for each kind of model; a benchmark is shown where two families or more were measured in one setting.

    Where a table states no setting, its scores are comparable among themselves and with nothing else.
    """
    context, words = citations.context, citations.context.words
    yield Section("choose", words("scores.choose"), _choice(citations), quiet=True)
    for kind in KINDS:
        shared = [b for b in _benchmarks(citations, models, kind) if _families(citations, b) > 1]
        groups = [
            (name, words(f"scores.subject.{name}"), [_view(citations, b, models) for b in shared if b.subject == name])
            for name in SUBJECTS
        ]
        if shared:
            named, id_ = words(f"evaluation.{kind.value}"), reference_anchor(kind.value)
            html = context.html(
                "scores.html.jinja", groups=[group for group in groups if group[2]], kind=id_, name=named
            )
            yield Section(id_, named, html)


def _choice(citations: Citations) -> str:
    """Buttons that leave only the scores of some families."""
    words, catalogue = citations.context.words, citations.context.catalogue
    tracks = [
        (
            words(f"track.{track.value}"),
            [
                (m.id, short_model(m.name))
                for m in by_date(catalogue.models.values())
                if m.track is track and m.evaluation
            ],
        )
        for track in Track
    ]
    return citations.context.html(
        "scores_choice.html.jinja",
        tracks=[(name, found) for name, found in tracks if found],
        script=page_script("scores"),
    )


def _families(citations: Citations, benchmark: Benchmark) -> int:
    entries = citations.context.catalogue.entries
    return len({entries[id_].model.id for id_ in benchmark.scores})


def _benchmarks(citations: Citations, models: Sequence[Model], kind: EvaluationKind) -> list[Benchmark]:
    context, words = citations.context, citations.context.words
    found: dict[tuple[str, str], Benchmark] = {}
    for model in models:
        for table in model.evaluation:
            for row in table.rows if table.kind is kind else ():
                locus = context.place(table.source.items[0].locus) if table.source else table.id
                alone = words("compare.evaluation.alone", model=model.name, locus=locus)
                setting = citations.setting(row.setting) if row.setting else escape(alone)
                key = (row.benchmark.en, row.setting.en if row.setting else alone)
                made = Benchmark(citations.inline(row.benchmark), setting, benchmark_subject(row.benchmark.en))
                benchmark = found.setdefault(key, made)
                for id_, score in row.scores.items():
                    benchmark.scores.setdefault(id_, []).append(score)
    return [found[key] for key in sorted(found, key=lambda key: (-len(found[key].scores), key))]


def _view(citations: Citations, benchmark: Benchmark, models: Sequence[Model]) -> dict[str, object]:
    entries = citations.context.catalogue.entries
    order = [e.variant.id for m in models for e in citations.context.catalogue.entries_of(m)]
    numbers = {id_: _number(scores) for id_, scores in benchmark.scores.items()}
    most = max([100.0, *(number for number in numbers.values() if number is not None)])
    rows = [
        {
            "model": entries[id_].model.id,
            "name": _head(entries[id_]),
            "score": _scores(citations, benchmark.scores[id_]),
            "share": round(100 * number / most, 1) if (number := numbers[id_]) is not None else 0,
        }
        for id_ in order
        if id_ in benchmark.scores
    ]
    return {"name": benchmark.name, "setting": benchmark.setting, "rows": rows}


def _number(scores: Sequence[Single[Any]]) -> float | None:
    value = scores[0].value
    return max(0.0, float(value.value)) if isinstance(value, Quantity) else None


def _head(entry: Entry) -> Markup:
    """A variant's name without the maker's; it leads to its own tables."""
    name = short_variant(entry.variant.name)
    if not entry.model.evaluation:
        return escape(name)
    return Markup('<a href="ds:models/{}.md#evaluation">{}</a>').format(entry.model.id, name)


def _scores(citations: Citations, scores: Sequence[Single[Any]]) -> Markup:
    """One score; several where sources print different ones for the same setting."""
    distinct: dict[object, Single[Any]] = {}
    for score in scores:
        distinct.setdefault(getattr(score.value, "text", score.absence), score)
    return Markup(" / ").join(citations.single(score) for score in distinct.values())
