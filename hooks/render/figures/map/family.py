"""Which model stands on which line of the map: each on its parent's, unless that goes on to another of the track.

Records in, stops and lines out, without places. A model has one line that leads to it, from its main parent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalogue.records import first_date, first_day
from catalogue.schema.model import Model, Track

_BELOW = (Track.CODE, Track.MATH, Track.PROVER, Track.REASONING)
TRACKS = (Track.VISION, Track.GENERAL, Track.CODE, Track.MATH, Track.PROVER, Track.REASONING)


@dataclass(frozen=True)
class Stop:
    """A model at its place in the family.

    Attributes:
        line: Number of its line, the uppermost first.
        parent: The model that the line comes from.
        rank: Which of the lines that leave the parent it is, those that go farthest first; −1 on the parent's own.
    """

    model: Model
    day: date
    line: int
    parent: str | None
    rank: int


@dataclass(frozen=True)
class Family:
    """Stops by model in the order of their dates, and the track of each line."""

    stops: Mapping[str, Stop]
    lines: Sequence[Track]


def family_lines(models: Iterable[Model], room: Callable[[Model], float]) -> Family:
    """Give every dated model its line; `room` is how many days its name takes to the right."""
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
    """The first day of a model."""
    return date.fromisoformat(first_day(model))


def _track_chains(
    members: Sequence[Model],
    by_id: Mapping[str, Model],
    children: Mapping[str, Sequence[Model]],
    weight: Mapping[str, int],
) -> list[list[Model]]:
    """The models of a track in runs that go on, each with the child from which most others come."""
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
