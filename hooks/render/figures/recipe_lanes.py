"""A training recipe as lanes: solid lines are weights, dashed ones data, as wide as their samples.

There is a form to the right and one downwards for a phone. A model whose stages merely follow each other has none.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from catalogue.schema.model import Model
from catalogue.schema.quantities import Quantity
from catalogue.schema.training import Stage
from catalogue.schema.values import Stated

from .. import format
from ..context import Context
from .canvas import path_data, text_width, wrapped_text
from .schedule import BESIDE, recipe_rows

WIDTH, DOWN_WIDTH = 1000, 358
_LEFT = 40
_RADIUS = 14
_WIDEST, _THIN = 24.0, 1.5
_DOWN_WIDEST = 11.0
_SIZE = 13
_LANE, _STUB = 92, 34  # height of a lane, and what it has above for data that no stage makes
_END = 150  # room for the name of what comes out
_ROW, _TRACK = 50, 24  # of the form that runs down


@dataclass(frozen=True)
class StageTie:
    """A line into a stage: `weights`, `data`, `reward`, or `unknown` for data without a count."""

    kind: str
    d: str
    down_d: str
    width: float
    down_width: float
    label: str = ""
    x: float = 0
    y: float = 0


@dataclass(frozen=True)
class _StageGraph:
    """Stages by id with the sources of their weights and data, each in a lane and a column."""

    stages: Mapping[str, Stage]
    weights: Mapping[str, Sequence[str]]
    lane: Mapping[str, int]
    column: Mapping[str, int]

    @property
    def lanes(self) -> int:
        return max(self.lane.values()) + 1

    @property
    def column_step(self) -> float:
        return (WIDTH - _END - _LEFT) / (max(self.column.values()) + 1)

    def makers_of(self, id_: str) -> list[str]:
        """The stages that make its data, without judges."""
        return [other for other in self.stages[id_].fed_by if self.stages[other].kind not in BESIDE]


def recipe_lanes(context: Context, model: Model) -> Markup:
    """Empty where no stage makes data for another."""
    if not any(stage.fed_by for stage in model.training):
        return Markup()
    graph = _graph_of(model)
    samples = {id_: _sample_count(stage) for id_, stage in graph.stages.items()}
    most = max((count for count in samples.values() if count), default=None)
    places = _stage_places(graph, samples)
    makers_above = {
        maker
        for id_, stage in graph.stages.items()
        for maker in graph.makers_of(id_)
        if samples[id_] is not None and graph.lane[id_] > graph.lane[maker]
    }
    nodes = list(_stage_nodes(context, model, graph, places, makers_above))
    height = max(node["y"] for node in nodes) + 72
    ties = list(_stage_ties(context, graph, places, samples, most))
    return Markup(
        context.html(
            "recipe_lanes.html.jinja",
            model=model.id,
            nodes=nodes,
            ties=ties,
            width=WIDTH,
            height=round(height),
            down_width=DOWN_WIDTH,
            down_height=_ROW * len(nodes) + 8,
            down_text=_TRACK * graph.lanes + 12,
            most=next((tie.label for tie in ties if tie.width == _WIDEST), ""),
            kinds={tie.kind for tie in ties},
            name=model.name,
            radius=_RADIUS,
        )
    )


def _graph_of(model: Model) -> _StageGraph:
    stages = {stage.id: stage for stage in model.training}
    weights = _weights_of(model)
    lane: dict[str, int] = {}
    ends: list[str] = []
    for id_, stage in stages.items():
        before = next((w for w in weights[id_] if w in ends), None)
        if before is None or stage.kind in BESIDE or stages[before].kind in BESIDE:
            lane[id_] = len(ends)
            ends.append(id_)
        else:
            lane[id_] = ends.index(before)
            ends[lane[id_]] = id_
    column: dict[str, int] = {}
    for id_, stage in stages.items():
        column[id_] = 1 + max((column[i] for i in (*weights[id_], *stage.fed_by)), default=-1)
    for id_ in stages:  # a judge stands just before the stage that it judges
        uses = [column[other] for other, stage in stages.items() if id_ in stage.fed_by]
        if stages[id_].kind in BESIDE and uses:
            column[id_] = max(column[id_], min(uses) - 1)
    return _StageGraph(stages, weights, _packed_lanes(stages, weights, lane, column), column)


def _packed_lanes(
    stages: Mapping[str, Stage],
    weights: Mapping[str, Sequence[str]],
    lane: Mapping[str, int],
    column: Mapping[str, int],
) -> dict[str, int]:
    """Lanes with room for each other share a height; names of results count as occupied."""
    group = {id_: id_ for id_ in stages}

    def head(id_: str) -> str:
        return id_ if group[id_] == id_ else head(group[id_])

    for id_, stage in stages.items():
        for other in (*weights[id_], *stage.fed_by):
            group[head(id_)] = head(other)
    taken: list[tuple[set[str], set[int]]] = []  # of each height the groups and the columns
    found: dict[str, int] = {}
    for number in range(max(lane.values()) + 1):
        ids = [id_ for id_ in stages if lane[id_] == number]
        columns = set(range(min(map(column.__getitem__, ids)), max(map(column.__getitem__, ids)) + 2))
        own = head(ids[0])
        place = next(
            (i for i, (groups, used) in enumerate(taken) if own not in groups and not columns & used), len(taken)
        )
        if place == len(taken):
            taken.append((set(), set()))
        taken[place][0].add(own)
        taken[place][1].update(columns)
        found |= dict.fromkeys(ids, place)
    return found


def _weights_of(model: Model) -> dict[str, Sequence[str]]:
    """Stages whose weights each stage takes: those it names, or the one before it in its row.

    In a row that branches off and names none it is not known.
    """
    found: dict[str, Sequence[str]] = {}
    for row in recipe_rows(model):
        before = None
        for _, stage in row.stages:
            named = stage.weights_from
            found[stage.id] = named if named is not None else ((before,) if before else ())
            before = stage.id
    return found


def _sample_count(stage: Stage) -> Decimal | None:
    if stage.data is None:
        return None
    if stage.data.samples is not None:
        return _single_number(stage.data.samples)
    parts = [_single_number(part.amount) if part.amount is not None else None for part in stage.data.mix]
    counted = [part for part in parts if part is not None]
    return sum(counted, Decimal(0)) if counted and len(counted) == len(parts) else None


def _single_number(stated: Stated[Quantity]) -> Decimal | None:
    values = [single.value for _, single in stated.singles() if single.value is not None]
    return values[0].value if len(values) == 1 else None


def _stands_alone(graph: _StageGraph, samples: Mapping[str, Decimal | None], id_: str) -> bool:
    """Whether a stage has counted data that no single stage makes."""
    return samples[id_] is not None and len(graph.makers_of(id_)) != 1


_Places = Mapping[str, tuple[float, float, float, float]]


def _stage_places(graph: _StageGraph, samples: Mapping[str, Decimal | None]) -> _Places:
    step = graph.column_step
    tops, y = [], 0.0
    for lane in range(graph.lanes):
        y += _STUB if any(_stands_alone(graph, samples, id_) for id_ in graph.stages if graph.lane[id_] == lane) else 0
        tops.append(y + 24)
        y += _LANE
    order = sorted(graph.stages, key=lambda id_: (graph.column[id_], list(graph.stages).index(id_)))
    return {
        id_: (
            _LEFT + step * (graph.column[id_] + 1) - 40,
            tops[graph.lane[id_]],
            _TRACK * graph.lane[id_] + 16,
            _ROW * order.index(id_) + 20,
        )
        for id_ in graph.stages
    }


def _stage_nodes(
    context: Context, model: Model, graph: _StageGraph, places: _Places, makers_above: set[str]
) -> Iterator[dict[str, Any]]:
    words = context.words
    last_stage = {variant: stage.id for stage in model.training for variant in stage.variants}
    room = graph.column_step
    line_room = DOWN_WIDTH - _TRACK * graph.lanes - 16
    for number, (id_, stage) in enumerate(graph.stages.items(), 1):
        kind = stage.kind.name.lower()
        title = words.text(stage.name) if stage.name else words(f"stage.{kind}")
        is_end = not any(graph.lane[other] == graph.lane[id_] and id_ in graph.weights[other] for other in graph.stages)
        finished = [variant for variant in stage.variants if last_stage[variant] == id_]
        start = "" if graph.weights[id_] else _lane_start(context, stage)
        result = _variant_names(context, finished) if is_end and stage.kind not in BESIDE else ""
        x, y, down_x, down_y = places[id_]
        fact = _stage_fact(context, stage)
        shorter = re.split("[,，]", start)[0]  # what it is, without how it was changed
        below = (result and f"→ {result}", fact, "" if start == result else shorter)
        yield {
            "id": f"stage-{id_}",
            "number": number,
            "kind": kind.replace("_", "-"),
            "title": title,
            "lines": wrapped_text(title, _SIZE, min(room - 20, 190), 3),
            "fact": fact,
            "x": x,
            "y": y,
            "down_x": down_x,
            "down_y": down_y,
            "beside": stage.kind in BESIDE,
            "start": wrapped_text(start, 12.5, max(room - 56, 92), 4) if start else (),
            "down_lines": wrapped_text(" · ".join(filter(None, below)), 12, line_room, 2),
            "result": result,
            "before_band": id_ in makers_above,  # its words end where a band leaves downwards
        }


def _stage_fact(context: Context, stage: Stage) -> str:
    """Tokens or steps; samples stand at the line that brings them."""
    stated = {"tokens": stage.data.tokens if stage.data else None, "steps": stage.steps}
    for key, value in stated.items():
        published = [single.value for _, single in value.singles() if single.value is not None] if value else []
        if published:
            shown = " / ".join(format.format_quantity(each, context.words) for each in published)
            return context.words(f"recipe.lanes.{key}", value=shown)
    return ""


def _lane_start(context: Context, stage: Stage) -> str:
    entries = context.catalogue.entries
    based = {entries[id_].variant.based_on for id_ in stage.variants}
    names = {single.value for single in based if single is not None and single.value is not None}
    if len(names) > 2:
        return context.words("recipe.lanes.models", count=len(names))
    if stage.starts_from is None:
        return ""
    for _, single in stage.starts_from.singles():
        if single.value is None:
            return context.words("absence.not_published")
        return re.sub(r"DeepSeek-(?=[A-Z])", "", context.words.text(single.value))
    return ""


def _variant_names(context: Context, variants: Sequence[str]) -> str:
    names = [format.short_size(context.catalogue.entries[id_].variant.name) for id_ in variants]
    joined = context.words("punctuation.listed").join(names)
    if len(names) > 1 and text_width(joined, 14) > _END:
        return context.words("recipe.lanes.models", count=len(names))
    return joined


def _stage_ties(
    context: Context, graph: _StageGraph, places: _Places, samples: Mapping[str, Decimal | None], most: Decimal | None
) -> Iterator[StageTie]:
    column = graph.column_step
    for id_, stage in graph.stages.items():
        x, y, down_x, down_y = places[id_]
        count = samples[id_]
        share = float(count / most) if count is not None and most else 0.0
        wide, down_wide = max(_THIN, _WIDEST * share), max(_THIN, _DOWN_WIDEST * share)
        label = _sample_text(context, stage, count) if count is not None else ""
        if not graph.weights[id_] and stage.starts_from is not None:
            yield StageTie("weights", path_data("M", x - 36, y, "H", x), "", 2.5, 2.5)
        for other in graph.weights[id_]:
            yield StageTie("weights", *_tie_curves(places[other], places[id_], column), 2.5, 2.5)
        makers = graph.makers_of(id_)
        for other in stage.fed_by:
            curves = _tie_curves(places[other], places[id_], column)
            if other in makers and len(makers) == 1 and count is not None:
                beside = _beside_curve(places[other], places[id_], wide, column)
                yield StageTie("data", *curves, wide, down_wide, label, *beside)
            else:
                yield StageTie("unknown" if other in makers else "reward", *curves, _THIN, _THIN)
        if _stands_alone(graph, samples, id_):
            d = path_data("M", x, y - _RADIUS - 34, "V", y - _RADIUS)
            down = path_data("M", down_x, down_y - 32, "V", down_y - 12)
            yield StageTie("data", d, down, wide, down_wide, label, x + wide / 2 + 8, y - _RADIUS - 18)


def _sample_text(context: Context, stage: Stage, count: Decimal) -> str:
    stated = stage.data.samples if stage.data else None
    published = [single.value for _, single in stated.singles() if single.value is not None] if stated else []
    if published:
        return format.format_quantity(published[0], context.words)
    return re.sub(r"\.0+(?=[A-Z])", "", format.format_amount(count, context.words))


def _tie_curves(
    start: tuple[float, float, float, float], end: tuple[float, float, float, float], column: float
) -> tuple[str, str]:
    """A rising tie keeps to its lane up to the last column, so that it crosses no title above."""
    (x1, y1, across1, down1), (x2, y2, across2, down2) = start, end
    turn = max(x1, x2 - column) if y2 < y1 else x1
    bend, fall = (x2 - turn) / 2, (down2 - down1) / 2
    flat = ("H", turn + _RADIUS) if turn > x1 else ()
    to_right = path_data("M", x1 + _RADIUS, y1, *flat, "C", turn + bend, y1, x2 - bend, y2, x2 - _RADIUS, y2)
    down = path_data("M", across1, down1 + 11, "C", across1, down1 + fall, across2, down2 - fall, across2, down2 - 11)
    return to_right, down


def _beside_curve(
    start: tuple[float, float, float, float], end: tuple[float, float, float, float], wide: float, column: float
) -> tuple[float, float]:
    """Place of a number: right of a falling curve a third along, below the flat part of a rising one."""
    if end[1] < start[1]:
        return start[0] + 0.7 * column, start[1] + wide / 2 + 16
    x = start[0] + (end[0] - start[0]) * 0.4
    return x + wide / 2 + 12, start[1] + (end[1] - start[1]) * 0.35
