"""Scores: the tables of a paper, and benchmarks that several models report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from catalogue.records import Entry, sort_by_date
from catalogue.schema.model import Evaluation, EvaluationKind, Model, Track
from catalogue.schema.quantities import Quantity
from catalogue.schema.values import Single

from ..assets import page_script
from ..cite import Citations, reference_anchor
from ..format import short_model, short_variant
from ..page import Section
from ..tables import Cell, Head, Table, value_cell


def scores_sections(citations: Citations, model: Model) -> list[Section]:
    if not model.evaluation:
        return []
    words = citations.context.words
    views = [
        {
            "table": _scores_table(citations, table),
            "kind": words(f"evaluation.{table.kind.value}"),
            "note": citations.rich_text(table.note) if table.note else None,
            "left_out": _rows_left_out(citations, table),
        }
        for table in model.evaluation
    ]
    return [
        Section(
            "evaluation",
            words("section.evaluation"),
            citations.context.html("model_evaluation.html.jinja", tables=views),
        )
    ]


def _rows_left_out(citations: Citations, table: Evaluation) -> Markup:
    words = citations.context.words
    lines = []
    for group in table.left_out:
        rows = [citations.rich_text(name) for name in group.rows]
        between = "separated" if any(mark in row for row in rows for mark in "，：,:") else "listed"
        listed = Markup(escape(words(f"punctuation.{between}"))).join(rows)
        lines.append(escape(words("evaluation.left_out")).format(rows=listed, why=citations.rich_text(group.why)))
    return Markup(escape(words("punctuation.gap"))).join(lines)


def _scores_table(citations: Citations, table: Evaluation) -> Table:
    words, entries = citations.context.words, citations.context.catalogue.entries
    variants = list(dict.fromkeys(id_ for row in table.rows for id_ in row.scores))
    heads = [Head(words("table.benchmark")), *(Head(entries[id_].variant.name, True) for id_ in variants)]
    rows = []
    for row in table.rows:
        name = citations.rich_text(row.benchmark)
        if row.setting:
            name += Markup(" <small>{}</small>").format(citations.score_setting(row.setting))
        rows.append([Cell(name), *(value_cell(citations, row.scores.get(id_)) for id_ in variants)])
    return Table(words.text(table.title), heads, rows, sortable=len(rows) > 6, classes="ds-scores")


# In the order of reading; the first that knows a name has it.
_SUBJECTS: tuple[tuple[str, str], ...] = (
    ("proofs", r"miniF2F|ProofNet|FIMO|Putnam|ProverBench|FormalMATH|CombiBench|ProofBench|IMO|CMO|CNML|ISL"),
    (
        "images",
        r"MMMU|MMBench|MMStar|MME|MMT|POPE|GQA|VQA|OCR|ChartQA|Chart|AI2D|SEED|MathVista|RealWorldQA|RefCOCO|GenEval|DPG|MJHQ|COCO|CVBench|Zero|Baby|MM-Vet|Fox|OmniDoc|PDF|documents|Images",
    ),
    (
        "agents",
        r"BrowseComp|Tau|τ²|MCP|Tool|SWE|Terminal|BFCL|GDPval|HLE w/ tools|Automation|Agents|White-collar|FRAMES|Apex|Exploit|Cyber|SEC-|NL2Repo|ProgramBench|R&D|DeepSWE|JSON",
    ),
    (
        "code",
        r"HumanEval|MBPP|LiveCode|LeetCode|Codeforces|CRUX|Aider|USACO|Defects4J|RepoBench|BigCode|DS-FIM|DS-Arena|DSBench|Matplotlib|Numpy|Pandas|Pytorch|Scipy|Scikit|Tensorflow|Java|Python|TypeScript|C#|ICPC|IOI|code|Code",
    ),
    ("maths", r"GSM|MATH|Math|MGSM|CMath|AIME|CNMO|HMMT|SAT|OCW|MAWPS|ASDiv|SVAMP|TabMWP|Hungarian|Gaokao"),
    ("chinese", r"C-Eval|CMMLU|CLUE|CMRC|C3|CCPM|CHID|C-SimpleQA|Chinese|AlignBench|BrowseComp-zh|CMMMU"),
    ("long", r"LongBench|MRCR|CorpusQA|Needle"),
    (
        "dialogue",
        r"MT-Bench|AlpacaEval|Arena|IFEval|Reward|RMB|PPE|safety|Do-Not|Illegal|Harmless|Discrimination|Rights|Trade|truth|Survey",
    ),
    (
        "knowledge",
        r"MMLU|MMMLU|SuperGPQA|AGIEval|ARC|TriviaQA|NaturalQuestions|SimpleQA|GPQA|HLE|OpenBook|RACE|FACTS|MultiLoKo|AGI",
    ),
    ("language", r"."),
)
SUBJECTS = ("knowledge", "language", "maths", "code", "chinese", "long", "agents", "dialogue", "proofs", "images")
_KNOWN = [(name, re.compile(pattern)) for name, pattern in _SUBJECTS]


def benchmark_subject(benchmark: str) -> str:
    return next(name for name, pattern in _KNOWN if pattern.search(benchmark))


KINDS = (EvaluationKind.BASE, EvaluationKind.CHAT, EvaluationKind.REASONING)


@dataclass
class Benchmark:
    """A benchmark in one setting with scores by variant; several where sources print different ones."""

    name: Markup
    setting: Markup
    subject: str
    scores: dict[str, list[Single[Any]]] = field(default_factory=dict)


def benchmark_sections(citations: Citations, models: Sequence[Model]) -> Iterator[Section]:
    """Benchmarks by kind of model, where two families were measured in one setting.

    Scores of a table without a setting are comparable only among themselves.
    """
    context, words = citations.context, citations.context.words
    yield Section("choose", words("scores.choose"), _family_buttons(citations), quiet=True)
    for kind in KINDS:
        shared = [b for b in _shared_benchmarks(citations, models, kind) if _count_families(citations, b) > 1]
        groups = [
            (
                name,
                words(f"scores.subject.{name}"),
                [_benchmark_view(citations, b, models) for b in shared if b.subject == name],
            )
            for name in SUBJECTS
        ]
        if shared:
            named, id_ = words(f"evaluation.{kind.value}"), reference_anchor(kind.value)
            html = context.html(
                "scores.html.jinja", groups=[group for group in groups if group[2]], kind=id_, name=named
            )
            yield Section(id_, named, html)


def _family_buttons(citations: Citations) -> str:
    words, catalogue = citations.context.words, citations.context.catalogue
    tracks = [
        (
            words(f"track.{track.value}"),
            [
                (m.id, short_model(m.name))
                for m in sort_by_date(catalogue.models.values())
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


def _count_families(citations: Citations, benchmark: Benchmark) -> int:
    entries = citations.context.catalogue.entries
    return len({entries[id_].model.id for id_ in benchmark.scores})


def _shared_benchmarks(citations: Citations, models: Sequence[Model], kind: EvaluationKind) -> list[Benchmark]:
    context, words = citations.context, citations.context.words
    found: dict[tuple[str, str], Benchmark] = {}
    for model in models:
        for table in model.evaluation:
            for row in table.rows if table.kind is kind else ():
                locus = context.place(table.source.items[0].locus) if table.source else table.id
                alone = words("compare.evaluation.alone", model=model.name, locus=locus)
                setting = citations.score_setting(row.setting) if row.setting else escape(alone)
                key = (row.benchmark.en, row.setting.en if row.setting else alone)
                made = Benchmark(citations.rich_text(row.benchmark), setting, benchmark_subject(row.benchmark.en))
                benchmark = found.setdefault(key, made)
                for id_, score in row.scores.items():
                    benchmark.scores.setdefault(id_, []).append(score)
    return [found[key] for key in sorted(found, key=lambda key: (-len(found[key].scores), key))]


def _benchmark_view(citations: Citations, benchmark: Benchmark, models: Sequence[Model]) -> dict[str, object]:
    entries = citations.context.catalogue.entries
    order = [e.variant.id for m in models for e in citations.context.catalogue.entries_of(m)]
    numbers = {id_: _score_number(scores) for id_, scores in benchmark.scores.items()}
    most = max([100.0, *(number for number in numbers.values() if number is not None)])
    rows = [
        {
            "model": entries[id_].model.id,
            "name": _variant_head(entries[id_]),
            "score": _scores_html(citations, benchmark.scores[id_]),
            "share": round(100 * number / most, 1) if (number := numbers[id_]) is not None else 0,
        }
        for id_ in order
        if id_ in benchmark.scores
    ]
    return {"name": benchmark.name, "setting": benchmark.setting, "rows": rows}


def _score_number(scores: Sequence[Single[Any]]) -> float | None:
    value = scores[0].value
    return max(0.0, float(value.value)) if isinstance(value, Quantity) else None


def _variant_head(entry: Entry) -> Markup:
    name = short_variant(entry.variant.name)
    if not entry.model.evaluation:
        return escape(name)
    return Markup('<a href="ds:models/{}.md#evaluation">{}</a>').format(entry.model.id, name)


def _scores_html(citations: Citations, scores: Sequence[Single[Any]]) -> Markup:
    """Several where sources print different ones for one setting."""
    distinct: dict[object, Single[Any]] = {}
    for score in scores:
        distinct.setdefault(getattr(score.value, "text", score.absence), score)
    return Markup(" / ").join(citations.value_html(score) for score in distinct.values())
