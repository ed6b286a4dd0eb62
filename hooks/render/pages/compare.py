"""Comparison tables by theme, over every model, and benchmarks that several models report."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup, escape

from catalogue.derive.training import worked_gpu_hours
from catalogue.records import Entry, sort_by_date
from catalogue.schema.model import COMPARED_KINDS, Evaluation, EvaluationKind, Model, Track
from catalogue.schema.quantities import Quantity
from catalogue.schema.setting import FIELDS, Apart, Benchmark, SettingWord, each_word
from catalogue.schema.training import MAKE_A_BASE_MODEL, Stage, StageKind
from catalogue.schema.values import Remark, Single, Text, stated_at
from catalogue.settings import fields_of

from ..assets import page_script
from ..cite import Citations, reference_anchor
from ..comparison import compared_setting, distinct_scores, interval_text
from ..context import Context
from ..figures.home import model_cards
from ..figures.score_dots import Dot, change_class, score_dots, score_marks
from ..format import short_model, short_variant
from ..links import model_link, variant_link
from ..page import Page, Section, lead_section
from ..recomputed import recomputed_html, worked_hours_text
from ..tables import Cell, Column, Table, by_column, columns_for_each, value_cell
from ..words import Words
from .model_architecture import sizes_table
from .model_machines import compute_table, hours_by_variants
from .model_training import compared_schedules, values_by_variant
from .sources import sources_section

# In the order of reading; the first that knows a name has it.
_SUBJECTS: tuple[tuple[str, str], ...] = (
    (
        "proofs",
        r"miniF2F|ProofNet|FIMO|Putnam|ProverBench|FormalMATH|CombiBench|ProofBench|IMO(?!-?Answer)|CMO|CNML|ISL",
    ),
    (
        "images",
        r"MMMU|MMBench|MMStar|MME|\bMMT|POPE|GQA|VQA|OCR|ChartQA|Chart|AI2D|SEED|MathVista|RealWorldQA|RefCOCO|GenEval|DPG|MJHQ|COCO|CVBench|Zero|Baby|MM-Vet|Fox|OmniDoc|PDF|Images",
    ),
    (
        "maths",
        r"GSM|MATH|Math|AIME|CNMO|HMMT|SAT|OCW|MAWPS|ASDiv|SVAMP|TabMWP|Hungarian|Gaokao|IMO-?Answer|\bApex(?!Bench)",
    ),
    (
        "agents",
        r"ApexBench|BrowseComp|Tau|τ²|MCP|Tool|SWE|Terminal|BFCL|GDPval|HLE w/ tools|Automation|Agents|White-collar|Exploit|Cyber|SEC-|NL2Repo|ProgramBench|R&D|DeepSWE|JSON",
    ),
    (
        "code",
        r"HumanEval|MBPP|LiveCode|LeetCode|Codeforces|CRUX|Aider|USACO|Defects4J|RepoBench|BigCode|DS-FIM|DS-Arena|DSBench|Matplotlib|Numpy|Pandas|Pytorch|Scipy|Scikit|Tensorflow|Java|Python|TypeScript|C#|infilling|ICPC|IOI|code|Code",
    ),
    ("chinese", r"C-Eval|CMMLU|CLUE|CMRC|C3|CCPM|CHID|C-SimpleQA|Chinese|AlignBench|BrowseComp-zh|CMMMU"),
    ("long", r"FRAMES|LongBench|MRCR|CorpusQA|Needle"),
    (
        "dialogue",
        r"MT-Bench|AlpacaEval|Arena|IFEval|[Rr]eward|RMB|PPE|safety|Do-Not|Illegal|Harmless|Discrimination|Rights|Trade|truth|Survey",
    ),
    (
        "knowledge",
        r"MMLU|MMMLU|SuperGPQA|AGIEval|ARC|TriviaQA|NaturalQuestions|SimpleQA|GPQA|HLE|OpenBook|RACE|FACTS|MultiLoKo|AGI",
    ),
    ("language", r"."),
)
SUBJECTS = ("knowledge", "language", "maths", "code", "chinese", "long", "agents", "dialogue", "proofs", "images")
_KNOWN = [(name, re.compile(pattern)) for name, pattern in _SUBJECTS]


@dataclass
class ScoreList:
    name: Markup
    setting: Markup
    subject: str
    fields: Mapping[str, str]
    alone: bool
    scores: dict[str, list[Single[Any]]] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float] | None] = field(default_factory=dict)
    percent: bool = True
    more_is_better: bool | None = True
    tables: dict[str, Evaluation] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)  # variants of which a source says this setting


def benchmark_sections(citations: Citations, models: Sequence[Model]) -> Iterator[Section]:
    """Benchmarks by kind of model, where two families were measured in one setting."""
    context, words, entries = citations.context, citations.context.words, citations.context.catalogue.entries
    yield Section("choose", words("scores.choose"), _family_buttons(citations), quiet=True)
    typed = set[tuple[str, str]]()
    for kind in COMPARED_KINDS:
        groups = []
        shared = [
            b
            for b in _shared_benchmarks(citations, models, kind)
            if len({entries[id_].model.id for id_ in b.scores}) > 1
        ]
        typed.update(pair for benchmark in shared for pair in each_word(benchmark.fields))
        for name in SUBJECTS:
            if views := [_benchmark_view(citations, b, models) for b in shared if b.subject == name]:
                groups.append((name, words(f"scores.subject.{name}"), views))
        if groups:
            named, id_ = words(f"evaluation.{kind.value}"), reference_anchor(kind.value)
            yield Section(id_, named, context.html("scores.html.jinja", groups=groups, kind=id_, name=named))
    rules = escape(words("compare.evaluation.rules"))
    yield Section("rules", words("compare.evaluation.rules_title"), Markup("<p>{}</p>").format(rules))
    yield _numbers_of_problems(citations)
    yield from _explained_words(citations, typed)
    yield from _scores_apart(citations)


def _numbers_of_problems(citations: Citations) -> Section:
    words, file = citations.context.words, citations.context.catalogue.settings.vocabulary.file

    def counted(benchmark: Benchmark) -> Cell | Markup:
        if not benchmark.parts:
            return value_cell(citations, benchmark.problems)
        whole = [citations.value_html(benchmark.problems)] if benchmark.problems else []
        vocabulary = citations.context.catalogue.settings.vocabulary
        for word, number in benchmark.parts.items():
            field = "part" if vocabulary.find("part", word) else "modality"
            said = vocabulary.text({field: word})
            whole.append(
                citations.value_html(number) + Markup(" <small>{}</small>").format(words.text(said) if said else word)
            )
        return Markup("<br>").join(whole)

    columns: list[Column[Benchmark]] = [
        Column(words("table.benchmark"), lambda one: escape(words("punctuation.comma").join(one.names))),
        Column(words("scores.problems.count"), counted, numeric=True),
        Column(words("scores.problems.kind"), lambda one: escape(words(f"scores.kind.{one.kind.name.lower()}"))),
    ]
    table = by_column(words("scores.problems.caption"), columns, sorted(file.benchmarks, key=lambda one: one.names))
    html = citations.context.html("table.html.jinja", t=replace(table, sortable=True))
    return Section("problems", words("scores.problems.title"), html)


def _explained_words(citations: Citations, typed: Collection[tuple[str, str]]) -> Iterator[Section]:
    """What words of the lists' settings mean, of those whose name does not say it."""
    words, vocabulary = citations.context.words, citations.context.catalogue.settings.vocabulary
    said: dict[str, tuple[SettingWord, Text]] = {}
    for name, word in sorted(typed):
        found, shown = vocabulary.find(name, word), vocabulary.text({name: word})
        if found and shown and found[0].means:
            said.setdefault(found[0].word, (found[0], shown))
    listed = [said[word.word] for name in FIELDS for word in getattr(vocabulary.file.words, name) if word.word in said]
    columns: list[Column[tuple[SettingWord, Text]]] = [
        Column(words("table.setting"), lambda one: escape(words.text(one[1]))),
        Column(
            words("table.meaning"), lambda one: citations.sourced_text(Remark(text=one[0].means, source=one[0].source))
        ),
    ]
    if listed:
        named = words("compare.evaluation.words")
        table = by_column(words("compare.evaluation.words_caption"), columns, listed)
        yield Section("words", named, citations.context.html("table.html.jinja", t=table))


def _scores_apart(citations: Citations) -> Iterator[Section]:
    words, listed = citations.context.words, citations.context.catalogue.settings.vocabulary.file.apart
    columns: list[Column[Apart]] = [
        Column(words("table.benchmark"), lambda one: escape(one.benchmark)),
        Column(
            words("compare.evaluation.why"),
            lambda one: citations.sourced_text(Remark(text=one.because, source=one.source)),
        ),
    ]
    if listed:
        table = by_column(words("compare.evaluation.apart_caption"), columns, listed)
        html = citations.context.html("table.html.jinja", t=table)
        yield Section("apart", words("compare.evaluation.apart"), html)


def _family_buttons(citations: Citations) -> str:
    context, tracks = citations.context, []
    for track in Track:
        models = [m for m in _dated_models(context) if m.track is track and m.evaluation]
        if models:
            tracks.append((context.words(f"track.{track.value}"), [(m.id, short_model(m.name)) for m in models]))
    return context.html(
        "scores_choice.html.jinja", tracks=tracks, script=page_script("scores"), marks=score_marks(context.words)
    )


def _shared_benchmarks(citations: Citations, models: Sequence[Model], kind: EvaluationKind) -> list[ScoreList]:
    settings, found = citations.context.catalogue.settings, dict[tuple[str, ...], ScoreList]()
    for model in models:
        for table in model.evaluation:
            for row in table.rows if table.kind is kind else ():
                _, first_table, first = settings.first_row(row)
                made = ScoreList(
                    citations.rich_text(row.benchmark),
                    compared_setting(citations, row),
                    next(name for name, pattern in _KNOWN if pattern.search(row.benchmark.en)),
                    fields_of(first_table, first),
                    settings.is_alone(first_table, first),
                )
                benchmark = found.setdefault(settings.list_key(row), made)
                benchmark.percent &= settings.in_percent(table, row)
                benchmark.more_is_better = settings.more_is_better(table, row)
                for id_, score in row.scores.items():
                    benchmark.scores.setdefault(id_, []).append(score)
                    benchmark.intervals.setdefault(id_, settings.interval(table, row, score))
                    benchmark.tables.setdefault(id_, table)
                benchmark.said.update(row.scores if fields_of(table, row) == benchmark.fields else ())
    _leave_out_repeated(found)
    return [found[key] for key in sorted(found, key=lambda key: (-len(found[key].scores), key)) if found[key].scores]


def _leave_out_repeated(found: Mapping[tuple[str, ...], ScoreList]) -> None:
    """A table that does not say how it measured, and has the score of one that does, repeats it and measured nothing."""
    said = {
        (key[:2], id_, score.value)
        for key, one in found.items()
        if not one.alone
        for id_, scores in one.scores.items()
        for score in scores
    }
    for key, one in found.items():
        if one.alone:
            repeated = [
                id_ for id_, scores in one.scores.items() if all((key[:2], id_, s.value) in said for s in scores)
            ]
            for id_ in repeated:
                del one.scores[id_]


def _benchmark_view(citations: Citations, benchmark: ScoreList, models: Sequence[Model]) -> dict[str, object]:
    entries = citations.context.catalogue.entries
    order = [e.variant.id for m in models for e in citations.context.catalogue.entries_of(m)]
    numbers = {id_: _score_number(scores) for id_, scores in benchmark.scores.items()}
    most = 100 if benchmark.percent else max(filter(None, numbers.values()), default=1)
    rows, before = [], None
    for id_ in (id_ for id_ in order if id_ in benchmark.scores):
        number, interval, dots = numbers[id_], benchmark.intervals[id_], Markup("")
        if number is not None:
            dot, more = Dot(number, interval), benchmark.more_is_better
            classes = change_class(before, dot, more) if before and more is not None else ""
            dots, before = score_dots(dot, before, classes, most), dot
        rows.append(
            {
                "model": entries[id_].model.id,
                "name": _variant_head(entries[id_]) + _setting_remark(citations, benchmark, entries[id_]),
                "score": Markup(" / ").join(map(citations.value_html, distinct_scores(benchmark.scores[id_]))),
                "interval": interval_text(interval),
                "dots": dots,
            }
        )
    return {"name": benchmark.name, "setting": benchmark.setting, "rows": rows}


def _setting_remark(citations: Citations, benchmark: ScoreList, entry: Entry) -> Markup:
    """Of a setting that only the table it repeats says, and of a model that does not reason among those that do."""
    words, id_, table = citations.context.words, entry.variant.id, benchmark.tables[entry.variant.id]
    own = [row for one in entry.model.evaluation if one.kind is table.kind for row in one.rows if id_ in row.scores]
    said = "" if id_ in benchmark.said else escape(words("compare.evaluation.taken"))
    if table.kind is EvaluationKind.REASONING and not own and table.source:
        source = citations.source_text(table.source.items[0])
        said = escape(words("compare.evaluation.no_reasoning")).format(source=source)
    return Markup(" <small>{}</small>").format(said) if said else Markup("")


def _score_number(scores: Sequence[Single[Any]]) -> float | None:
    value = scores[0].value
    return max(0.0, float(value.value)) if isinstance(value, Quantity) else None


def _variant_head(entry: Entry) -> Markup:
    name = short_variant(entry.variant.name)
    if not entry.model.evaluation:
        return escape(name)
    return Markup('<a href="ds:models/{}.md#evaluation">{}</a>').format(entry.model.id, name)


_ATTENTION = ("attention", "num_hidden_layers", "hidden_size", "num_attention_heads", "num_key_value_heads")
_LATENT = ("q_lora_rank", "kv_lora_rank", "rope_theta")
_FEED_FORWARD = ("feed_forward", "intermediate_size", "first_k_dense_replace", "moe_intermediate_size")
_EXPERTS = ("n_routed_experts", "n_shared_experts", "num_experts_per_tok", "vocab_size")
_TRAINING = (
    *("data.tokens", "sequence_length", "steps", "batch_size.sequences", "optimizer.name", "optimizer.beta1"),
    *("optimizer.beta2", "optimizer.weight_decay", "optimizer.gradient_clip_norm", "learning_rate.peak"),
    *("learning_rate.schedule", "learning_rate.warmup_steps"),
)
_POST_TRAINING = (
    *("data.samples", "data.tokens", "data.epochs", "learning_rate.peak", "batch_size.sequences", "steps"),
    *("preference.method", "preference.beta", "reinforcement.algorithm", "reinforcement.reward"),
    *("reinforcement.kl_coefficient", "reinforcement.clip_epsilon", "reinforcement.group_size"),
    *("reinforcement.temperature", "reinforcement.max_output_length"),
)
_INFRASTRUCTURE = ("hardware.gpu", "hardware.gpu_count", "framework", "precision.compute")
_PARALLELISM = tuple(f"parallelism.{way}" for way in ("pipeline", "pipeline_schedule", "expert", "tensor", "data"))


def theme_page(context: Context, theme: str) -> Page:
    citations, words, key = Citations(context), context.words, theme.replace("-", "_")
    sections = tuple(_SECTIONS[theme](citations))
    intro = words(f"compare.{key}.intro")
    if theme != "evaluation":
        intro += words("punctuation.gap") + words("compare.bars")
    drawn = model_cards(context) if theme == "architecture" else ""
    return Page(
        f"compare/{theme}.md",
        words(f"compare.{key}.title"),
        words(f"compare.{key}.description"),
        (lead_section(intro, drawn), *sections, sources_section(citations)),
        hide=("toc",),
    )


def _dated_models(context: Context) -> list[Model]:
    return sort_by_date(context.catalogue.models.values())


def _architecture_sections(citations: Citations) -> Iterator[Section]:
    context, words = citations.context, citations.context.words
    entries = (entry for model in _dated_models(context) for entry in context.catalogue.entries_of(model))
    owners = [entry for entry in entries if entry.variant.architecture is not None]
    table = sizes_table(citations, words("compare.architecture.sizes_caption"), tuple(owners))
    yield Section("sizes", words("compare.architecture.sizes"), _render_sortable(context, table))
    html = ""
    for part in (_ATTENTION + _LATENT, _FEED_FORWARD + _EXPERTS):
        columns: list[Column[Entry]] = [Column(words("table.variant"), lambda e: variant_link(e, "architecture"))]
        columns += columns_for_each(
            part,
            lambda key: words(f"field.architecture.{key}"),
            lambda entry, key: value_cell(citations, getattr(entry.architecture, key), notes="short"),
            True,
        )
        caption = words("compare.architecture.caption", part=words(f"field.architecture.{part[0]}"))
        html += _render_sortable(context, by_column(caption, columns, owners))
    yield Section("dimensions", words("changes.dimensions"), html)


def _render_sortable(context: Context, table: Table) -> str:
    wide = replace(table, sortable=True, classes=f"{table.classes} ds-wide".strip())
    return context.html("table.html.jinja", t=wide)


def _stage_sections(
    citations: Citations, kinds: Collection[StageKind], keys: Sequence[str], theme: str
) -> Iterator[Section]:
    words, entries = citations.context.words, citations.context.catalogue.entries
    listed = words("punctuation.listed")
    stages = [(model, stage) for model in _dated_models(citations.context) for stage in model.training]
    columns: list[Column[_StageRun]] = [
        Column(words("table.model"), lambda run: _stage_link(words, run.model, run.stage)),
        Column(
            words("table.for"),
            lambda run: listed.join(short_variant(entries[id_].variant.name) for id_ in run.variants),
        ),
    ]
    columns += columns_for_each(
        keys,
        lambda key: words(f"field.{key}"),
        lambda run, key: value_cell(citations, run.stated_value(key), notes="short"),
        if_any=True,
    )
    for kind in (kind for kind in StageKind if kind in kinds):
        runs = [run for model, stage in stages if stage.kind is kind for run in _stage_runs(model, stage, keys)]
        if runs:
            name = words(f"stage.{kind.name.lower()}")
            table = by_column(words(f"compare.{theme}.caption", stage=name), columns, runs)
            yield Section(kind.name.lower().replace("_", "-"), name, _render_sortable(citations.context, table))


@dataclass(frozen=True)
class _StageRun:
    model: Model
    stage: Stage
    variants: Sequence[str]

    def stated_value(self, key: str) -> Single[Any] | None:
        value = stated_at(self.stage, key)
        return value.for_variant(self.variants[0]) if value is not None else None


def _stage_runs(model: Model, stage: Stage, keys: Sequence[str]) -> list[_StageRun]:
    apart = {id_ for key in keys if (value := stated_at(stage, key)) is not None for id_ in value.by_variant or ()}
    return [_StageRun(model, stage, [v.id]) for v in model.variants if v.id in apart] or [
        _StageRun(model, stage, stage.variants)
    ]


def _stage_link(words: Words, model: Model, stage: Stage) -> Markup:
    name = Markup("<br><small>{}</small>").format(words.text(stage.name)) if stage.name else ""
    return model_link(model, f"stage-{stage.id}") + name


def _training_sections(citations: Citations) -> Iterator[Section]:
    context = citations.context
    yield from compared_schedules(citations, _dated_models(context))
    yield from _stage_sections(citations, MAKE_A_BASE_MODEL, _TRAINING, "training")
    table = compute_table(citations, _dated_models(context))
    yield Section("compute", context.words("compare.training.compute"), _render_sortable(context, table))


def _infrastructure_sections(citations: Citations) -> Iterator[Section]:
    context, words = citations.context, citations.context.words
    models = [model for model in _dated_models(context) if model.infrastructure is not None]
    yield Section("hours", words("fact.gpu_hours"), _hours_picture(citations, models))

    def said(model: Model, key: str) -> Cell | Markup:
        value = stated_at(model.infrastructure, key)
        if value is None or not value.by_variant:
            return value_cell(citations, value, notes="short")
        return values_by_variant(citations, value)

    columns: list[Column[Model]] = [Column(words("table.model"), lambda model: model_link(model, "infrastructure"))]
    columns += columns_for_each(_INFRASTRUCTURE, lambda key: words(f"field.infrastructure.{key}"), said)

    def is_told(model: Model, key: str) -> bool:
        value = stated_at(model.infrastructure, key)
        return value is not None and any(single.value is not None for _, single in value.singles())

    def ways(model: Model) -> Markup:
        """Each published way of splitting the work, named: most models have one or two of five."""
        each = Markup('<span class="ds-each"><small>{}</small> {}</span>')
        shown = (
            (words(f"field.infrastructure.{key}"), said(model, key)) for key in _PARALLELISM if is_told(model, key)
        )
        return Markup("").join(
            each.format(label, cell.html if isinstance(cell, Cell) else cell) for label, cell in shown
        ) or Markup('<span class="ds-absent">{}</span>').format(words("absence.not_published"))

    columns.append(Column(words("kind.parallelism"), ways))
    told = [model for model in models if any(is_told(model, key) for key in (*_INFRASTRUCTURE, *_PARALLELISM))]
    html = _render_sortable(
        context, by_column(words("compare.infrastructure.caption"), columns, told, classes="ds-prose")
    )
    silent = _named_models(words, "compare.infrastructure.silent", [model for model in models if model not in told])
    yield Section("frameworks", words("compare.infrastructure.frameworks"), html + silent)


def _hours_picture(citations: Citations, models: Sequence[Model]) -> str:
    """A bar a run, hollow where its hours were worked out, with what it cost; below it the models without."""
    context, words = citations.context, citations.context.words
    rows: list[tuple[Model, Markup, float, Markup, str]] = []
    link = Markup('<a href="ds:models/{}.md#infrastructure">{}</a>')
    for model in models:
        total, several = stated_at(model.infrastructure, "gpu_hours_total"), len(model.variants) > 1
        if total is not None and isinstance(total.value, Quantity):
            name = link.format(model.id, short_model(model.name))
            rows.append((model, name, float(total.value.value), _priced_hours(citations, model), ""))
        for entries in hours_by_variants(citations, model).values():
            worked = worked_gpu_hours(context.catalogue.entries, entries[0])
            assert worked is not None
            names = words("punctuation.listed").join(short_variant(entry.variant.name) for entry in entries)
            name = link.format(model.id, names if several else short_model(model.name))
            working = words(f"compare.infrastructure.{worked.term.name}", working=worked.term.numbers)
            shown = recomputed_html(worked_hours_text(words, worked)[0]) + _render_note(
                citations.cite(working, worked.source)
            )
            rows.append((model, name, float(worked.term.value), shown, "worked"))
    without = [model for model in models if all(model is not row[0] for row in rows)]
    html = context.html(
        "ranked.html.jinja",
        rows=[row[1:] for row in rows],
        most=max((row[2] for row in rows), default=1),
        says=words("fact.gpu_hours"),
    )
    return f'{html}<p class="ds-legend">{words("compare.infrastructure.hollow")}</p>' + _named_models(
        words, "compare.infrastructure.no_hours", without
    )


def _priced_hours(citations: Citations, model: Model) -> Markup:
    block, words = model.infrastructure, citations.context.words
    assert block is not None
    shown = citations.value_html(block.gpu_hours_total)
    if block.cost_usd is None or block.cost_usd.value is None or block.price_per_gpu_hour_usd is None:
        return shown
    cost, price = citations.value_html(block.cost_usd), citations.value_html(block.price_per_gpu_hour_usd)
    said = Markup(words("compare.infrastructure.cost")).format(cost=cost, price=price)
    return shown + _render_note(said)


def _render_note(said: Markup) -> Markup:
    return Markup(' <span class="ds-note">{}</span>').format(said)


def _named_models(words: Words, key: str, models: Sequence[Model]) -> str:
    names = words("punctuation.listed").join(short_model(model.name) for model in models)
    return f'<p class="ds-silent">{words(key, names=names)}</p>' if models else ""


_SECTIONS: dict[str, Callable[[Citations], Iterator[Section]]] = {
    "architecture": _architecture_sections,
    "training": _training_sections,
    "post-training": lambda citations: _stage_sections(
        citations, set(StageKind) - MAKE_A_BASE_MODEL, _POST_TRAINING, "post_training"
    ),
    "infrastructure": _infrastructure_sections,
    "evaluation": lambda citations: benchmark_sections(citations, _dated_models(citations.context)),
}
