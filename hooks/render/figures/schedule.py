"""Stages of a recipe in rows, and learning rate and batch size over a run, on linear axes.

Runs share one axis; on a phone each stands by itself, on the same scales. Lengths are CSS pixels at full size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from catalogue.derive.training import Schedule, Stretch, Way
from catalogue.schema.model import Model
from catalogue.schema.training import FROM_NOTHING, Stage, StageKind

from .. import format
from ..context import Context
from .canvas import Scale, spread_apart, text_width

# Stages that make a judge of the model, not the model.
BESIDE = {StageKind.REWARD_MODEL}


@dataclass
class StageRow:
    """Stages that follow each other, and the number of the stage they branch off after."""

    stages: list[tuple[int, Stage]] = field(default_factory=list)
    after: int | None = None


def recipe_rows(model: Model) -> list[StageRow]:
    """Stages are numbered from 1, as in the entry."""
    found: list[StageRow] = []
    for number, stage in enumerate(model.training, 1):
        before = _previous_stage(model, stage, model.training[: number - 1])
        row = next((r for r in found if r.stages[-1][0] == before), None)
        if row is None:
            row = StageRow(after=before)
            found.append(row)
        row.stages.append((number, stage))
    return found


def _previous_stage(model: Model, stage: Stage, earlier: tuple[Stage, ...]) -> int | None:
    """Number of the last stage that these variants, or those they start from, went through."""
    if stage.starts_from is not None and stage.starts_from.value and stage.starts_from.value.en == FROM_NOTHING:
        return None
    went_on = line_of_variants(model, stage.variants)
    return next((n for n in range(len(earlier), 0, -1) if went_on & set(earlier[n - 1].variants)), None)


def line_of_variants(model: Model, variants: tuple[str, ...]) -> set[str]:
    parents = {v.id: v.based_on.value for v in model.variants if v.based_on is not None}
    found, open_ = set(), list(variants)
    while open_:
        id_ = open_.pop()
        if id_ not in found:
            found.add(id_)
            open_ += [parent] if (parent := parents.get(id_)) in {v.id for v in model.variants} else []
    return found


WIDTH = 780
TICK_ROOM = 16
TOP = 34
RATE_HEIGHT = 280
BATCH_HEIGHT = 110
BETWEEN = 66
BOTTOM = 44
LABEL_SIZE = 13
TICK_SIZE = 13
LABEL_GAP = 15
LEADER = 22
# The form for a phone.
DOWN_WIDTH, DOWN_LEADER = 340, 14
DOWN_HEAD, DOWN_TITLE, DOWN_AXIS, DOWN_BETWEEN = 22, 24, 22, 18
DOWN_HEIGHTS = {"rate": (150, 92), "batch": (70, 52)}  # of one run alone, of one of several
DOWN_TICKS = 2
SAMPLES = 24
BAND, DOWN_BAND, BAND_GAP, PERCENT_GAP = 124, 34, 6, 18  # of a stage behind the run, whose tokens are not to scale
# Colours and dashes of the style sheet; the run behind the last begins again with the first.
STYLES = 12
_CURVED = {Way.COSINE}


@dataclass(frozen=True)
class LaterStage:
    """A context extension: its length, its steps in words, and its levels where they are published."""

    length: str
    steps: str
    rate: Decimal | None
    batch: Decimal | None


@dataclass(frozen=True)
class ScheduleRun:
    """One schedule.

    Attributes:
        key: `variant` or `variant/stage`, in the markup.
        label: Short name at the end of the line.
        length: Length of its sequences.
        later: Stages drawn behind it.
    """

    key: str
    name: str
    label: str
    href: str
    schedule: Schedule
    length: str = ""
    later: tuple[LaterStage, ...] = ()


@dataclass(frozen=True)
class PlotMark:
    x: float
    y: float
    computed: bool
    share: Fraction
    value: Decimal
    title: str


@dataclass(frozen=True)
class PlotLine:
    run: ScheduleRun
    style: int
    paths: list[str]
    dotted: list[str]
    marks: list[PlotMark]


def schedule_figure(context: Context, runs: Sequence[ScheduleRun], in_tokens: bool, batch: bool) -> str:
    """Both forms as SVG. `in_tokens` needs runs of one length; otherwise the axis is the share of each run."""
    words = context.words
    shown = ["rate", "batch"] if batch else ["rate"]
    later: list[tuple[int, ScheduleRun, LaterStage]] = []
    for i, run in enumerate(runs):  # one that several runs go through is drawn once
        later += [(1 + i % STYLES, run, s) for s in run.later if s not in [stage for _, _, stage in later]]
    gap = PERCENT_GAP if later and not in_tokens else 0
    room, first = len(later) * BAND + gap, TOP + 16 * bool(later)
    high = float(max(r.schedule.tokens.value for r in runs if r.schedule.tokens)) if in_tokens else 1.0
    across = _horizontal_scale(runs, shown, high, WIDTH - LEADER, _side_texts(runs))
    left = across.start
    panels = [_schedule_panel(context, runs, across, in_tokens, first, RATE_HEIGHT, "rate", room=room)]
    if batch:
        top = panels[0]["bottom"] + BETWEEN
        panels.append(_schedule_panel(context, runs, across, in_tokens, top, BATCH_HEIGHT, "batch", room=room))
    return context.html(
        "schedule.svg.jinja",
        width=WIDTH + room,
        length=runs[0].length if len(runs) == 1 else "",
        silent=words("schedule.no_rate"),
        bands=_bands(later, panels, across.end + gap, BAND, len({run.later for run in runs}) > 1),
        height=panels[-1]["bottom"] + BOTTOM,
        left=left,
        right=across.end,
        panels=panels,
        across=_schedule_alternative(across, 5, in_tokens),
        down=_narrow_schedules(context, runs, shown, high, in_tokens),
        axis=words("schedule.tokens_axis" if in_tokens else "schedule.share_axis"),
        alternative=words("schedule.alternative", names=words("punctuation.listed").join(run.name for run in runs)),
        label_x=across.end + room + LEADER,
    )


def _bands(
    later: Sequence[tuple[int, ScheduleRun, LaterStage]],
    panels: Sequence[dict[str, Any]],
    start: float,
    wide: float,
    named: bool = False,
) -> list[dict[str, Any]]:
    """Stages behind the runs, each with its levels in the panels; a level that a label at the end names has no text."""
    return [
        {
            "style": style,
            "name": f"{run.label.split(' ')[0]} · {stage.length}" if named else stage.length,
            "steps": stage.steps,
            "silent": stage.rate is None,
            "x": start + i * wide + BAND_GAP,
            "width": wide - BAND_GAP,
            "levels": [
                (panel["up"](float(level)), "" if text in {label["text"] for label in panel["labels"]} else text)
                for panel in panels
                if (level := getattr(stage, panel["what"])) is not None and (text := _level_text(level, panel["what"]))
            ],
        }
        for i, (style, run, stage) in enumerate(later)
    ]


def _narrow_schedules(
    context: Context, runs: Sequence[ScheduleRun], shown: Sequence[str], high: float, in_tokens: bool
) -> dict[str, Any]:
    several = len(runs) > 1
    values = [text for run in runs for text in _side_texts([run])]
    room = max(len(run.later) for run in runs) * DOWN_BAND
    gap = PERCENT_GAP if room and not in_tokens else 0
    room += gap
    across = _horizontal_scale(runs, shown, high, DOWN_WIDTH - DOWN_LEADER - room, values)
    alone, y = [], 0.0
    for index, run in enumerate(runs):
        start, panels = y, []
        y += DOWN_HEAD if several or run.length else 0
        for what in shown:
            if not (_value_stretches(run, what) or (what == "rate" and run.schedule.loose)):
                continue
            height = DOWN_HEIGHTS[what][several]
            y += DOWN_TITLE
            style = 1 + index % STYLES
            panels.append(_schedule_panel(context, [run], across, in_tokens, y, height, what, runs, style, room))
            y += height + DOWN_AXIS
        bands = _bands([(1 + index % STYLES, run, stage) for stage in run.later], panels, across.end + gap, DOWN_BAND)
        alone.append({"run": run, "y": start + 15, "panels": panels, "bands": bands})
        y += DOWN_BETWEEN
    return {
        "width": DOWN_WIDTH,
        "height": y,
        "left": across.start,
        "right": across.end,
        "alone": alone,
        "across": _schedule_alternative(across, DOWN_TICKS, in_tokens),
        "label_x": across.end + room + DOWN_LEADER,
    }


def _horizontal_scale(
    runs: Sequence[ScheduleRun], shown: Sequence[str], high: float, end: float, texts: Sequence[str]
) -> Scale:
    ticks = [text for what in shown for _, text in _scale_ticks(_vertical_scale(runs, what, TOP, RATE_HEIGHT), what)]
    left = TICK_ROOM + round(max(text_width(text, TICK_SIZE) for text in ticks))
    return Scale(0, high, left, round(end - max(text_width(text, LABEL_SIZE, bold=True) for text in texts) - 4))


def _schedule_alternative(across: Scale, about: int, in_tokens: bool) -> list[tuple[float, str]]:
    ticks = across.ticks(about)
    return [(across(tick), format.format_tick(tick) if in_tokens else f"{round(100 * tick)}%") for tick in ticks]


def _side_texts(runs: Sequence[ScheduleRun]) -> list[str]:
    if len(runs) > 1:
        return [run.label for run in runs]
    rates = [_level_text(s.last, "rate") for s in runs[0].schedule.rate]
    return rates + [_level_text(rate, "rate") for rate in runs[0].schedule.loose]


def _schedule_panel(
    context: Context,
    runs: Sequence[ScheduleRun],
    across: Scale,
    in_tokens: bool,
    top: float,
    height: float,
    what: str,
    scaled: Sequence[ScheduleRun] = (),
    style: int = 1,
    room: float = 0,
) -> dict[str, Any]:
    """A plot of `runs` on the scale of `scaled`; the first run has the `style`."""
    up = _vertical_scale(scaled or runs, what, top, height)
    lines = [
        _schedule_line(context, run, 1 + (style - 1 + index) % STYLES, across, up, in_tokens, what)
        for index, run in enumerate(runs)
        if _value_stretches(run, what) or (what == "rate" and run.schedule.loose)
    ]
    leader = DOWN_LEADER if scaled else LEADER
    return {
        "title": context.words(f"schedule.{what}_axis"),
        "what": what,
        "up": up,
        "top": top,
        "bottom": top + height,
        "ticks": _scale_ticks(up, what),
        "lines": lines,
        "labels": _end_labels(lines, across.end + room, top, top + height, leader, len(runs) == 1, what),
    }


def _vertical_scale(runs: Sequence[ScheduleRun], what: str, top: float, height: float) -> Scale:
    stretches = [stretch for run in runs for stretch in _value_stretches(run, what)]
    values = [value for stretch in stretches for value in (stretch.first, stretch.last)]
    values += [rate for run in runs for rate in run.schedule.loose] if what == "rate" else []
    return Scale(0, float(max(values)) * 1.06, top + height, top)


def _scale_ticks(up: Scale, what: str) -> list[tuple[float, str]]:
    return [(up(tick), _level_text(Decimal(str(tick)), what)) for tick in up.ticks(5 if what == "rate" else 3)]


def _value_stretches(run: ScheduleRun, what: str) -> tuple[Stretch, ...]:
    return run.schedule.rate if what == "rate" else run.schedule.batch


def _schedule_line(
    context: Context, run: ScheduleRun, style: int, across: Scale, up: Scale, in_tokens: bool, what: str
) -> PlotLine:
    scale = float(run.schedule.tokens.value) if in_tokens and run.schedule.tokens else 1.0

    def place(share: Fraction) -> float:
        return across(float(share) * scale)

    def mark(share: Fraction, value: Decimal, computed: bool) -> PlotMark:
        at = _point_text(context, share, run.schedule)
        title = context.words("schedule.point", name=run.name, at=at, value=_level_text(value, what))
        return PlotMark(place(share), up(float(value)), computed, share, value, title)

    stretches = _value_stretches(run, what)
    drawn = [s for s in stretches if s.way is not Way.GROWS]
    growing = [s for s in stretches if s.way is Way.GROWS]
    marks = [mark(s.end, s.last, s.computed) for s in stretches]
    if stretches and stretches[0].way not in (Way.WARM_UP, Way.CONSTANT):
        marks.insert(0, mark(stretches[0].start, stretches[0].first, False))
    if what == "rate":
        marks += [mark(Fraction(i), rate, False) for i, rate in enumerate(run.schedule.loose)]
    return PlotLine(
        run,
        style,
        [_stretch_path(drawn, place, up)] if drawn else [],
        [f"M{place(s.start)} {up(float(s.first))}L{place(s.end)} {up(float(s.last))}" for s in growing],
        marks,
    )


def _stretch_path(stretches: Sequence[Stretch], place: Callable[[Fraction], float], up: Scale) -> str:
    points: list[str] = []
    for stretch in stretches:
        steps = SAMPLES if stretch.way in _CURVED else 1
        for i in range(steps + 1):
            share = stretch.start + (stretch.end - stretch.start) * Fraction(i, steps)
            points.append(f"{place(share)} {up(stretch.value_at(share))}")
    return "M" + "L".join(dict.fromkeys(points))


def _end_labels(
    lines: Sequence[PlotLine], right: float, top: float, bottom: float, leader: float, single: bool, what: str
) -> list[dict[str, Any]]:
    """Names at the ends of several lines; values of the levels of a single one."""
    wanted: list[tuple[PlotLine, PlotMark, str]] = []
    for line in lines:
        if single:
            last = {mark.value: mark for mark in line.marks}
            wanted += [(line, mark, _level_text(mark.value, what)) for mark in last.values()]
        else:
            wanted.append((line, line.marks[-1], line.run.label))
    places = spread_apart([mark.y for _, mark, _ in wanted], LABEL_GAP, top, bottom - 5)
    return [
        {
            "y": y,
            "text": text,
            "style": line.style,
            "leader": f"M{mark.x} {mark.y}L{right + 4} {mark.y}L{right + leader - 4} {y}",
            "href": None if single else line.run.href,
        }
        for (line, mark, text), y in zip(wanted, places, strict=True)
    ]


def _point_text(context: Context, share: Fraction, schedule: Schedule) -> str:
    if schedule.tokens is not None:
        tokens = Decimal(share.numerator) * schedule.tokens.value / share.denominator
        return context.words("schedule.at_tokens", tokens=format.format_compact(tokens.to_integral_value()))
    return context.words("schedule.at", share=f"{round(100 * share)}%")


def _level_text(value: Decimal, what: str) -> str:
    if what == "batch":
        return format.format_integer(int(value))
    return format.format_power(value) if value else "0"
