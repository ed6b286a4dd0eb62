"""Items of the map and the timeline: models by track, techniques, infrastructure, and their lines and lanes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from catalogue.records import first_date, first_day, stated_dates
from catalogue.schema.model import Model, Track
from catalogue.schema.technique import Technique, TechniqueKind
from catalogue.schema.values import PartialDate
from catalogue.uses import Use, UseLabel

from ..cite import opening_sentences, plain_text
from ..context import Context
from ..pages import MODEL, technique_address
from .canvas import Scale, text_width

TECHNIQUES = "techniques"
INFRASTRUCTURE = "infrastructure"
_MACHINERY = {
    TechniqueKind.FRAMEWORK,
    TechniqueKind.PARALLELISM,
    TechniqueKind.KERNEL,
    TechniqueKind.CLUSTER,
    TechniqueKind.INFERENCE,
}


@dataclass(frozen=True)
class Item:
    """A model, a technique or a piece of infrastructure.

    Attributes:
        id: `model:id` or `technique:id`.
        lane: Track of a model; `techniques` or `infrastructure`.
        carrier: Model that introduced a technique at its release; empty where none did.
        kin: Indices of all items of its lineage, its own among them.
    """

    id: str
    lane: str
    date: PartialDate
    label: str
    title: str
    href: str
    carrier: str = ""
    kin: tuple[int, ...] = ()

    @property
    def kind(self) -> str:
        return {TECHNIQUES: "technique", INFRASTRUCTURE: "infrastructure"}.get(self.lane, "model")


def timeline_items(context: Context) -> list[Item]:
    items = [*_model_items(context), *_technique_items(context)]
    found = sorted(items, key=lambda item: (item.date.first_day, item.id))
    places, related = {item.id: place for place, item in enumerate(found)}, _related_items(context)
    return [replace(i, kin=tuple(sorted(places[other] for other in related[i.id] & places.keys()))) for i in found]


def lineage_links(models: Iterable[Model]) -> list[tuple[str, str]]:
    """The older and the younger of two models, however often one builds on the other."""
    return [(older, model.id) for model in models for older in dict.fromkeys(edge.model for edge in model.builds_on)]


def _model_items(context: Context) -> Iterator[Item]:
    for model in context.catalogue.models.values():
        when = first_date(model)
        if when is not None:
            summary, href = opening_sentences(context, model.summary), f"ds:{MODEL.path_of(model.id)}"
            yield Item(f"model:{model.id}", model.track.value, when, model.name, summary, href)


def _technique_items(context: Context) -> Iterator[Item]:
    """What DeepSeek introduced since its first model, and its own forms of what is older."""
    first = min((d.first_day for m in context.catalogue.models.values() if (d := first_date(m))), default="")
    for technique in context.catalogue.techniques.values():
        when = own_form(context, technique)
        if when is None and technique.introduced.by_deepseek:
            when = technique.introduced.date.value
        if when is not None and when.first_day >= first:
            lane = INFRASTRUCTURE if technique.kind in _MACHINERY else TECHNIQUES
            what = plain_text(context, technique.definition)
            carrier = _introducing_model(context, technique, when)
            href, name = f"ds:{technique_address(technique)}", context.short_name(technique)
            yield Item(f"technique:{technique.id}", lane, when, name, what, href, carrier)


def _introducing_model(context: Context, technique: Technique, when: PartialDate) -> str:
    """The model that introduced a technique, or its first form, in the month of its release."""
    uses = context.uses.of_technique(technique.id)
    brought = (use for use in uses if use.how in (UseLabel.INTRODUCED, UseLabel.FORM, UseLabel.FIRST))
    return next((use.model.id for use in brought if use.date and use.date.text[:7] == when.text[:7]), "")


def own_form(context: Context, technique: Technique) -> PartialDate | None:
    """When a model introduced DeepSeek's own form of an older technique; for one by others, the first use counts."""
    if technique.introduced.by_deepseek is None:
        return None
    forms = {UseLabel.FORM}
    if not technique.introduced.by_deepseek:
        forms |= {UseLabel.INTRODUCED, UseLabel.FIRST}
    return next((_described_day(use) for use in context.uses.of_technique(technique.id) if use.how in forms), None)


def _described_day(use: Use) -> PartialDate | None:
    """The day of the report, where the weights were released before: they do not say how they were made."""
    dates = stated_dates(use.model.dates)
    told = [date for name, date in dates.items() if name in ("paper", "announcement")]
    return min(told, key=lambda day: day.first_day, default=use.date) if use.date == dates.get("weights") else use.date


def _related_items(context: Context) -> dict[str, set[str]]:
    """By item: a model's ancestors, descendants and techniques; a technique's users and what it replaced."""
    models, techniques = context.catalogue.models, context.catalogue.techniques
    parents = {m.id: {link.model for link in m.builds_on} for m in models.values()}
    children = {id_: {child for child, older in parents.items() if id_ in older} for id_ in models}
    found: dict[str, set[str]] = {f"technique:{t.id}": {f"technique:{t.id}"} for t in techniques.values()}
    for technique in techniques.values():
        for other in technique.replaces:
            found[f"technique:{technique.id}"].add(f"technique:{other}")
            found[f"technique:{other}"].add(f"technique:{technique.id}")
    for model in models.values():
        family = {model.id} | _reachable_from(model.id, parents) | _reachable_from(model.id, children)
        found[f"model:{model.id}"] = {f"model:{id_}" for id_ in family}
        for use in context.uses.of_model(model.id):
            if use.how.is_use:
                found[f"technique:{use.technique.id}"].add(f"model:{model.id}")
            taken_up = use.stated is not None and use.how is UseLabel.ADOPTED
            if taken_up or use.how in (UseLabel.INTRODUCED, UseLabel.FORM, UseLabel.FIRST):
                found[f"model:{model.id}"].add(f"technique:{use.technique.id}")
    return found


def _reachable_from(start: str, steps: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = set(steps[start])
    while waiting:
        step = waiting.pop()
        found.add(step)
        waiting |= steps[step] - found
    return found


_BELOW = (Track.CODE, Track.MATH, Track.PROVER, Track.REASONING)
TRACKS = (Track.VISION, Track.GENERAL, Track.CODE, Track.MATH, Track.PROVER, Track.REASONING)


@dataclass(frozen=True)
class Stop:
    """A model at its place in the family.

    Attributes:
        line: Number of its line from the top.
        parent: The model that the line comes from.
        rank: Its place among the lines that leave the parent, the longest first; −1 on the parent's own line.
    """

    model: Model
    day: date
    line: int
    parent: str | None
    rank: int


@dataclass(frozen=True)
class Family:
    stops: Mapping[str, Stop]
    lines: Sequence[Track]


def family_lines(models: Iterable[Model], room: Callable[[Model], float]) -> Family:
    """Every dated model on its line; `room` is the width of its name in days."""
    dated = sorted((m for m in models if first_date(m) is not None), key=lambda m: (first_day(m), m.id))
    by_id = {m.id: m for m in dated}
    children = {m.id: [c for c in dated if c.main_parent == m.id] for m in dated}
    weight = {m.id: 0 for m in dated}
    for m in reversed(dated):
        weight[m.id] = sum(weight[c.id] + 1 for c in children[m.id])
    own: dict[str, int] = {}
    tracks: list[Track] = []
    for track in TRACKS:
        chains = _track_chains([m for m in dated if m.track is track], by_id, children, weight)
        base, ends = len(tracks), list[float]()
        for chain in chains:
            parent = by_id.get(chain[0].main_parent or "")
            start = first_day_of(parent or chain[0]).toordinal()
            near = own[parent.id] - base if parent is not None and parent.track is track else 0
            rows = sorted([*range(len(ends)), len(ends)], key=lambda row: abs(row - near))
            row = next(row for row in rows if row == len(ends) or ends[row] < start)
            ends[row : row + 1] = [first_day_of(chain[-1]).toordinal() + room(chain[-1])]
            own |= {m.id: base + row for m in chain}
        if track in _BELOW:  # what leaves the general line first goes deepest, so that no line crosses the next
            own |= {m.id: base + len(ends) - 1 - (own[m.id] - base) for chain in chains for m in chain}
        tracks += [track] * len(ends)
    stops = {}
    for m in dated:
        leaving = [c for c in children.get(m.main_parent or "", []) if own[c.id] != own[c.main_parent or ""]]
        leaving.sort(key=lambda c: (-abs(own[c.id] - own[c.main_parent or ""]), first_day_of(c)))
        rank = leaving.index(m) if m in leaving else -1
        stops[m.id] = Stop(m, first_day_of(m), own[m.id], m.main_parent if m.main_parent in by_id else None, rank)
    return Family(stops, tracks)


def first_day_of(model: Model) -> date:
    return date.fromisoformat(first_day(model))


def _track_chains(
    members: Sequence[Model],
    by_id: Mapping[str, Model],
    children: Mapping[str, Sequence[Model]],
    weight: Mapping[str, int],
) -> list[list[Model]]:
    """Chains of models of a track; each goes on with the child that has most descendants."""
    found: list[list[Model]] = []
    continued: set[str] = set()
    for m in members:
        if m.id in continued:
            continue
        chain = [m]
        while True:
            same = [c for c in children[chain[-1].id] if c.track is m.track]
            if not same:
                break
            chain.append(max(same, key=lambda c: (weight[c.id], first_day(c))))
        continued |= {one.id for one in chain}
        found.append(chain)
    return found


LINE = 17.0
_SIZE = 12.5
_MARK, _GAP = 10.0, 12.0
_STEM = 7.0  # how far a stem may lie in the gap behind a name
_WEEK = ("2025-02-21", "2025-03-01")  # Open Source Week, with its announcement and what followed it


def lay_out_lane(id_: str, found: Sequence[Item], scale: Scale, top: float, width: float) -> dict[str, Any]:
    """Places the months whose names stand left of the stem from the latest on, the others from the earliest."""
    groups = _items_by_month([item for item in found if item.lane == id_])
    sides, limit = [], width
    for week, members in reversed(groups):
        wide = _MARK + max(text_width(item.label, _SIZE, bold=week) for item in members) + _GAP
        x = scale(date.fromisoformat(members[0].date.first_day))
        right = x + wide <= limit
        limit = limit if right else min(limit, x + _STEM)
        sides.append((x, wide, right, week, members))
    order = [side for side in sides if side[2]] + [side for side in reversed(sides) if not side[2]]
    taken: list[tuple[float, float, float, float]] = []
    months = {}
    for x, wide, right, week, members in order:
        left = x if right else x - wide
        high = LINE * len(members) + 6
        y = _free_height(taken, left, wide, high, top + 26)
        taken += [(left, y, left + wide, y + high), (x + _STEM, top, x - _STEM, y)]
        heights = [round(y + index * LINE + 7, 1) for index in range(len(members))]
        text_x, anchor = (x + _MARK, "start") if right else (x - _MARK, "end")
        place = {"x": round(x, 1), "text_x": round(text_x, 1), "anchor": anchor}
        notes = [{**place, "item": item, "y": height} for item, height in zip(members, heights, strict=True)]
        months[x, week] = {"stem": f"M{x:g} {top:g}V{heights[-1]:g}", "notes": notes, "week": week}
    bottom = max((box[3] for box in taken), default=top)
    height = round(bottom - top + 8, 1)
    return {"id": id_, "y": top, "height": height, "months": [months[key] for key in sorted(months)]}


def _items_by_month(members: Sequence[Item]) -> list[tuple[bool, list[Item]]]:
    found: dict[str, tuple[bool, list[Item]]] = {}
    for item in members:
        day = item.date.first_day
        week = _WEEK[0] <= day <= _WEEK[1] and item.kind == "infrastructure"
        found.setdefault("week" if week else day[:7], (week, []))[1].append(item)
    return sorted(found.values(), key=lambda group: group[1][0].date.first_day)


def _free_height(
    taken: Sequence[tuple[float, float, float, float]], x: float, wide: float, high: float, top: float
) -> float:
    """The first height from `top` down where a block overlaps none."""
    y = top
    for left, upper, right, lower in sorted(taken, key=lambda box: box[1]):
        if left < x + wide and x < right and upper < y + high and y < lower:
            y = lower
    return y
