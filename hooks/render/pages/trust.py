"""“How far to trust these numbers”: coverage, checks of digits, other implementations; and corrections."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from markupsafe import Markup, escape

from catalogue.attention import allows_field
from catalogue.derive.parameters import Built, LabResult, State
from catalogue.records import Entry
from catalogue.schema.architecture import Architecture, FeedForward
from catalogue.schema.documents import PlaceAsked
from catalogue.schema.model import Dates, Track
from catalogue.schema.study import Correction
from catalogue.schema.training import Infrastructure, StageKind
from catalogue.schema.values import (
    Absence,
    Facet,
    PartialDate,
    Single,
    Stated,
    fields_with,
    fields_with_values,
    stated_at,
)

from .. import format
from ..assets import page_script
from ..cite import Citations
from ..context import Context
from ..format import NOTHING, format_span, short_variant
from ..links import correction_anchor, model_link, technique_link, variant_link
from ..page import Page, Section, lead_section, titled_page
from ..tables import Cell, Column, Table, by_column, columns_for_each, count_cell
from .sources import sources_section

PRE_TRAINING = (
    *("data.tokens", "sequence_length", "steps", "batch_size.sequences", "learning_rate.peak"),
    *("learning_rate.schedule", "learning_rate.warmup_steps", "optimizer.name", "optimizer.beta1", "optimizer.beta2"),
    *("optimizer.weight_decay", "optimizer.gradient_clip_norm"),
)
SFT = ("data.samples", "data.tokens", "data.epochs", "learning_rate.peak", "batch_size.sequences", "sequence_length")
RL = (
    *("reinforcement.algorithm", "reinforcement.reward", "data.samples", "learning_rate.peak"),
    *("reinforcement.kl_coefficient", "reinforcement.clip_epsilon", "reinforcement.group_size"),
    *("reinforcement.questions_per_step", "reinforcement.temperature", "reinforcement.max_output_length"),
)
STAGES: tuple[tuple[str, frozenset[StageKind], tuple[str, ...]], ...] = (
    ("section.training", frozenset({StageKind.PRE_TRAINING, StageKind.CONTINUED_PRE_TRAINING}), PRE_TRAINING),
    ("coverage.sft", frozenset({StageKind.SFT, StageKind.DISTILLATION}), SFT),
    ("stage.rl", frozenset({StageKind.RL}), RL),
)


class CoverageState(StrEnum):
    """What is known of a field, the best first; the value is the key of its word."""

    SOURCED = "coverage.sourced"
    COPY = "coverage.copy"
    NOT_PUBLISHED = "absence.not_published"
    NOT_APPLICABLE = "absence.not_applicable"
    UNKNOWN = "absence.unknown"


_SHOWN = (CoverageState.SOURCED, CoverageState.COPY, CoverageState.NOT_PUBLISHED, CoverageState.UNKNOWN)
FieldState = Callable[[Entry], CoverageState]
GENERAL = (
    *("variant.parameters.total", "variant.parameters.activated", "variant.context_length"),
    *("model.tokenizer.algorithm", "model.tokenizer.vocabulary"),
    *(f"model.dates.{name}" for name in fields_with_values(Dates)),
    *("model.licences.code", "model.licences.weights", "model.licences.commercial_use"),
)


def coverage_section(context: Context) -> Section:
    words = context.words
    entries = [context.catalogue.flagship(model) for model in context.catalogue.models.values()]
    counted = [
        (words(word), Counter(state(entry) for state in states.values() for entry in entries))
        for word, states in field_groups().items()
    ]
    columns: list[Column[tuple[str, Counter[CoverageState]]]] = [
        Column(words("coverage.fields"), lambda row: row[0]),
        Column(words("coverage.known"), lambda row: _share_cell(row[1])),
    ]
    columns += columns_for_each(
        _SHOWN[1:],
        lambda state: (
            Markup('<svg class="ds-known {}" aria-hidden="true"><rect width="100%" height="14"/></svg>').format(
                state.name.lower()
            )
            + words(state).capitalize()
        ),
        lambda row, state: count_cell(row[1][state]),
        True,
    )
    table = by_column(words("coverage.caption"), columns, counted, classes="ds-coverage")
    intro = escape(words("coverage.intro", models=len(entries)))
    html = f"<p>{intro}</p>{context.html('table.html.jinja', t=table)}"
    return Section("coverage", words("coverage.title"), html)


def _share_cell(count: Counter[CoverageState]) -> Cell:
    known = count[CoverageState.SOURCED] + count[CoverageState.COPY]
    applying = count.total() - count[CoverageState.NOT_APPLICABLE]
    share = known / applying if applying else 0
    bar, at = Markup(), 0.0
    for state in _SHOWN if applying else ():
        width = 100 * count[state] / applying
        bar += Markup('<rect class="{}" x="{:.2f}%" width="{:.2f}%" height="14"/>').format(
            state.name.lower(), at, width
        )
        at += width
    html = Markup('<span>{:.0f}%</span><svg class="ds-known" aria-hidden="true">{}</svg>').format(100 * share, bar)
    return Cell(html, str(share))


def field_groups() -> dict[str, dict[str, FieldState]]:
    """By word of the group and path."""
    architecture = [
        path
        for path in fields_with_values(Architecture)
        if not path.startswith("rope_scaling.") or path == "rope_scaling.type"  # of a scaling its kind alone
    ]
    return {
        "coverage.general": {path: partial(_general_state, path) for path in GENERAL},
        "section.architecture": {path: partial(_architecture_state, path) for path in architecture},
        **{word: {path: partial(_stage_state, kinds, path) for path in paths} for word, kinds, paths in STAGES},
        "section.infrastructure": {
            path: partial(_infrastructure_state, path) for path in fields_with_values(Infrastructure)
        },
    }


def _general_state(path: str, entry: Entry) -> CoverageState:
    of_experts, of_a_paper = path == "variant.parameters.activated", path == "model.dates.paper"
    silent = (of_experts and _is_dense(entry)) or (of_a_paper and entry.model.reference is None)
    return _unless_inapplicable(silent, state_of([stated_at(entry, path)]))


def _architecture_state(path: str, entry: Entry) -> CoverageState:
    """Not applicable where the kind has no such field, or where an applicable one would be stated."""
    architecture = entry.architecture
    if architecture is None:
        has_no_size = entry.variant.parameters.total.absence is Absence.NOT_APPLICABLE
        return CoverageState.NOT_APPLICABLE if has_no_size else CoverageState.UNKNOWN
    silent = path in fields_with(Architecture, Facet.OF_A_PART) or not allows_field(architecture, path)
    if path == "intermediate_size" and not _is_dense(entry):
        silent = True  # only where some layers stay dense, and then a rule asks for it
    return _unless_inapplicable(silent, state_of([stated_at(architecture, path)]))


def _stage_state(kinds: frozenset[StageKind], path: str, entry: Entry) -> CoverageState:
    stages = [stage for stage in entry.model.training if stage.kind in kinds]
    return _unless_inapplicable(not stages, state_of(stated_at(stage, path) for stage in stages))


def _infrastructure_state(path: str, entry: Entry) -> CoverageState:
    of_experts = path in ("parallelism.expert", "precision.communication")
    found = state_of([stated_at(entry.model.infrastructure, path)])
    return _unless_inapplicable(of_experts and _is_dense(entry), found)


def _is_dense(entry: Entry) -> bool:
    return entry.architecture is not None and entry.architecture.feed_forward.value is FeedForward.DENSE


def _unless_inapplicable(does_not_apply: bool, state: CoverageState) -> CoverageState:
    """“Not applicable” where silence means that nothing applies."""
    return CoverageState.NOT_APPLICABLE if does_not_apply and state is CoverageState.UNKNOWN else state


def state_of(values: Iterable[Stated[Any] | None]) -> CoverageState:
    singles = [single for value in values if value is not None for _, single in value.singles()]
    order = list(CoverageState)
    return min((_single_state(single) for single in singles), key=order.index, default=CoverageState.UNKNOWN)


def _single_state(single: Single[Any]) -> CoverageState:
    if single.absence is not None:
        return CoverageState[single.absence.name]
    sources = single.source.items if single.source is not None else ()
    first_hand = any(source.via is None and not source.second_hand for source in sources)
    return CoverageState.SOURCED if first_hand else CoverageState.COPY


# Outcomes of a comparison that was made; the others say why there is none.
COMPARED = (State.EQUAL, State.DIFFERS)


def peer_sections(context: Context) -> list[Section]:
    words, peers = context.words, context.catalogue.peers
    if not peers.built:
        return []
    states = [peer_state(context, entry) for entry in context.catalogue.entries.values()]
    equal, compared = states.count(State.EQUAL), sum(map(states.count, COMPARED))
    said = words(
        "trust.peers.result_all" if equal == compared else "trust.peers.result",
        equal=equal,
        compared=compared,
        all=len(states),
    )
    behind = [words(f"trust.peers.some_{s}", count=states.count(s)) for s in (State.STALE, State.NEW) if s in states]
    day = format.format_date(PartialDate(peers.date), words)
    made = words("trust.peers.made", date=day, **peers.versions)
    alike, apart = _peer_groups(context)
    html = _joined_paragraphs(said, *behind, words("trust.peers.catches"))
    if apart:
        html += context.html("table.html.jinja", t=_differences_table(context, apart))
    summary = words("trust.peers.folded", count=len(alike))
    html += context.html("folded_table.html.jinja", t=_equal_table(context, alike), summary=summary)
    html += _joined_paragraphs(words("trust.peers.counted"), made)
    found = [Section("peers", words("trust.peers.title"), html)]
    if peers.labs:
        html = _joined_paragraphs(words("trust.labs.text"), words("trust.labs.layout"))
        found.append(
            Section("labs", words("trust.labs.title"), html + context.html("table.html.jinja", t=_labs_table(context)))
        )
    return found


def peer_state(context: Context, entry: Entry) -> State:
    return context.catalogue.peers.state_of(entry.architecture_owner, entry.architecture, entry.total)


def _joined_paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts if text)


def _peer_groups(context: Context) -> tuple[list[list[Entry]], list[list[Entry]]]:
    by_owner: dict[str, list[Entry]] = {}
    for entry in context.catalogue.entries.values():
        by_owner.setdefault(entry.architecture_owner, []).append(entry)
    groups = list(by_owner.values())
    return (
        [entries for entries in groups if peer_state(context, entries[0]) is State.EQUAL],
        [entries for entries in groups if peer_state(context, entries[0]) is not State.EQUAL],
    )


def _differences_table(context: Context, groups: Iterable[Sequence[Entry]]) -> Table:
    words, listed = context.words, Markup(context.words("punctuation.listed"))
    columns: list[Column[Sequence[Entry]]] = [
        Column(words("trust.peers.variants"), lambda entries: listed.join(map(variant_link, entries))),
        Column(
            words("compare.evaluation.why"),
            lambda entries: _outcome_text(context, entries[0], peer_state(context, entries[0])),
        ),
    ]
    return by_column(words("trust.peers.apart"), columns, groups, classes="ds-prose")


def _equal_table(context: Context, groups: Iterable[Sequence[Entry]]) -> Table:
    words, listed = context.words, Markup(context.words("punctuation.listed"))

    def built(entries: Sequence[Entry]) -> Built:
        return context.catalogue.peers.built[entries[0].architecture_owner]

    def short_link(entry: Entry) -> Markup:
        return Markup('<a href="ds:models/{}.md">{}</a>').format(entry.model.id, short_variant(entry.variant.name))

    code = Markup('<code title="{}">{}</code>')
    columns: list[Column[Sequence[Entry]]] = [
        Column(words("trust.peers.first"), lambda entries: variant_link(entries[0])),
        Column(
            words("trust.peers.class"),
            lambda entries: code.format(built(entries).name, built(entries).name.partition("For")[0]),
        ),
        Column(words("trust.peers.both"), lambda entries: count_cell(built(entries).total), True),
        Column(words("trust.peers.others"), lambda entries: listed.join(map(short_link, entries[1:])) or NOTHING),
    ]
    return by_column(words("trust.peers.caption"), columns, groups)


def _outcome_text(context: Context, entry: Entry, outcome: State) -> str:
    words, peers = context.words, context.catalogue.peers
    if outcome is State.DIFFERS and entry.total:
        difference = peers.built[entry.architecture_owner].total - entry.total
        return words("trust.peers.differs", difference=f"{difference:+,}")
    if outcome is State.INCOMPLETE and entry.recount:
        return words("trust.peers.incomplete", fields=words("punctuation.listed").join(entry.recount.missing))
    return words(f"trust.peers.{outcome}", **peers.versions)


_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z]_)")


def _labs_table(context: Context) -> Table:
    words = context.words
    ours = Markup("<code>labs/{}.py</code> <code>{}</code>")
    columns: list[Column[LabResult]] = [
        Column(words("trust.labs.lab"), lambda lab: ours.format(lab.lab, lab.function)),
        Column(
            words("trust.labs.against"),
            lambda lab: Markup("<code>{}</code>").format(Markup(_BREAK.sub("<wbr>", lab.against))),
        ),
        Column(
            words("trust.labs.difference"),
            lambda lab: Cell(
                escape(format.format_scientific(Decimal(f"{lab.difference:.0e}")) if lab.difference else "0"),
                str(lab.difference),
            ),
            True,
        ),
    ]
    return by_column(words("trust.labs.caption"), columns, context.catalogue.peers.labs)


DIGITS = ("controls", "limits", "weakest")


def trust_page(context: Context) -> Page:
    words = context.words
    sections = [
        lead_section(words("trust.intro")),
        coverage_section(context),
        Section("summary", words("trust.digits"), _joined_paragraphs(*(words(f"trust.{key}") for key in DIGITS))),
        *peer_sections(context),
        *_watched_sections(context),
    ]
    return titled_page(words, "trust.md", "trust", tuple(sections))


def _day_html(context: Context, day: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(
        day, format.format_date(PartialDate.parse(day), context.words)
    )


def _watched_sections(context: Context) -> list[Section]:
    words, watched = context.words, context.catalogue.watched
    if watched is None:
        return []

    def read(one: PlaceAsked) -> Markup | str:
        if one.copy_of:
            return Markup(words("trust.watched.copy")).format(page=one.copy_of)
        return words("trust.watched.unreached" if one.why else "trust.watched.itself")

    columns: list[Column[PlaceAsked]] = [
        Column(words("trust.watched.place"), lambda one: words(f"trust.watched.places.{one.place}")),
        Column(words("trust.watched.asked"), lambda one: _day_html(context, one.asked)),
        Column(words("trust.watched.read"), read),
        Column(words("trust.watched.newest"), lambda one: _day_html(context, one.newest) if one.newest else NOTHING),
        Column(words("trust.watched.new"), lambda one: count_cell(len(one.new)), numeric=True),
    ]
    table = by_column(words("trust.watched.caption"), columns, watched.places, classes="ds-prose ds-watched")
    html = _joined_paragraphs(words("trust.watched.intro")) + context.html("table.html.jinja", t=table)
    return [Section("watched", words("trust.watched.title"), html)]


# So many of the newest stand open.
NEWEST = 4
MOST_DAYS = 24  # for which there are columns


def corrections_page(context: Context) -> Page:
    words, citations = context.words, Citations(context)
    # Of one day the later row is the newer.
    by_day = sorted(context.catalogue.corrections, key=lambda row: row.date.first_day)[::-1]
    others = [row for row in by_day if not row.central]
    shown = {"corrections.central": [row for row in by_day if row.central], "corrections.newest": others[:NEWEST]}
    sections = [
        Section(key.partition(".")[2], words(key), _corrections_list(citations, rows))
        for key, rows in shown.items()
        if rows
    ]
    groups: dict[str, list[Correction]] = {}
    for row in others[NEWEST:]:
        groups.setdefault(_correction_group(context, row), []).append(row)
    folds = "".join(
        _corrections_list(citations, groups[key], f"of-{key.partition('.')[2]}", words(key))
        for key in (*(f"track.{track.value}" for track in Track), "page.techniques", "corrections.site")
        if key in groups
    )
    if folds:
        sections.append(Section("others", words("corrections.others"), folds))
    if sections:
        lead = context.html("filter.html.jinja", script=page_script("filter"))
        lead = _correction_days(context, by_day) + lead
    else:
        lead = f"<p>{escape(words('corrections.none'))}</p>"
    return titled_page(
        words,
        "corrections.md",
        "corrections",
        (lead_section(words("corrections.intro"), lead), *sections, sources_section(citations)),
        hide=("toc",),
    )


def _correction_days(context: Context, rows: Sequence[Correction]) -> str:
    """A column a day on which something was mended or not, from the first such day to the last."""
    mended = Counter(row.date.first_day for row in rows)
    central = Counter(row.date.first_day for row in rows if row.central)
    first, last = date.fromisoformat(min(mended)), date.fromisoformat(max(mended))
    if not 0 < (last - first).days <= MOST_DAYS:
        return ""
    every = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    columns = [(day, f"{day:%m-%d}", mended[day.isoformat()], central[day.isoformat()]) for day in every]
    said = {"says": context.words("corrections.days"), "of_them": "corrections.of_them"}
    return context.html("dated_columns.html.jinja", columns=columns, most=max(mended.values()), **said)


def _correction_group(context: Context, row: Correction) -> str:
    model = context.catalogue.models.get(row.entry or "")
    if model is not None:
        return f"track.{model.track.value}"
    return "page.techniques" if row.entry else "corrections.site"


def _corrections_list(citations: Citations, rows: Sequence[Correction], fold: str = "", title: str = "") -> str:
    """Folded under the anchor `fold` if given."""
    shown = [_correction_row(citations, row) for row in rows]
    return citations.context.html("corrections.html.jinja", rows=shown, fold=fold, title=title)


def _correction_row(citations: Citations, row: Correction) -> dict[str, Markup | str]:
    return {
        "anchor": correction_anchor(row),
        "about": citations.rich_text(row.about),
        "place": _corrected_page(citations.context, row.entry),
        "was": citations.rich_text(row.was),
        "right": citations.cite(str(citations.rich_text(row.right)), row.source),
        "dates": format_span(row.since, row.date, citations.context.words),
        "why": citations.rich_text(row.why) if row.why else Markup(""),
    }


def _corrected_page(context: Context, entry: str | None) -> Markup:
    if entry and entry in context.catalogue.models:
        return model_link(context.catalogue.models[entry])
    return technique_link(context, entry) if entry else Markup("")
