"""Pipelines: four schedules over stages and micro-batches, run by labs/, with the idle time counted."""

from __future__ import annotations

from functools import lru_cache

from labs import dualpipe, pipeline, zero_bubble

from catalogue.records import Catalogue

from ...words import Words
from ..panel import Panel
from . import Data, Drawn, Play, State, fixed, slider, texts

Row = list[tuple[float, float, tuple[tuple[str, int, int], ...]]]

# Times of the report's table in units of a forward pass: a backward pass is twice as long, half of it for the weights.
_TIMES = {"F": 1, "B": 2, "I": 1, "W": 1}
_KINDS = {"F": "attention", "B": "cache", "I": "cache", "W": "cache soft"}
_NAMES = ("1f1b", "zb1p", "dualpipe", "dualpipev")
_STAGES, _BATCHES = 8, 20


def play(words: Words, catalogue: Catalogue) -> Play:
    """It begins with as many stages and micro-batches as the example of DualPipe's repository has."""
    name = "pipelines"
    controls = (
        slider(words, name, "stages", _STAGES, range(4, 17, 2)),
        slider(words, name, "batches", _BATCHES, range(4, 41, 2)),
    )
    data = {"words": texts(words, name, "few", *_NAMES, "panel_says", "idle", "needs"), "times": _TIMES}
    return Play("schedule", controls, data, draw)


@lru_cache(maxsize=8)  # both editions draw the same
def runs(stages: int, batches: int) -> list[tuple[str, list[Row]]]:
    """The schedules that are possible: DualPipe needs two micro-batches for each stage, so that its lines can cover each other."""

    def along(device: int, line: int) -> tuple[int, int]:
        return 0, device

    def both_ways(device: int, line: int) -> tuple[int, int]:
        return line, device if line == 0 else stages - 1 - device

    def there_and_back(device: int, line: int) -> tuple[int, int]:
        return 0, device if line == 0 else stages - 1 - device

    found = [
        ("1f1b", pipeline.run(pipeline.one_f_one_b(stages, batches), along, _TIMES)),
        ("zb1p", pipeline.run(zero_bubble.zb1p(stages, batches), along, _TIMES)),
    ]
    if batches >= 2 * stages:
        half = batches // 2
        found += [
            ("dualpipe", pipeline.run(dualpipe.dualpipe(stages, half), both_ways, _TIMES)),
            (
                "dualpipev",
                pipeline.run(dualpipe.dualpipe(stages // 2, half, v_shape=True), there_and_back, _TIMES),
            ),
        ]
    return found


def draw(data: Data, state: State) -> Drawn:
    """One line a device, time to the right; idle time is what stays empty."""
    words, stages, batches = data["words"], state["stages"], state["batches"]
    found = dict(runs(stages, batches))
    longest = max(end for rows in found.values() for row in rows for _, end, _ in row)
    said: dict[str, object] = {"stages": stages, "batches": batches, "least": 2 * stages}
    panels = []
    for number, name in enumerate(_NAMES):
        rows = found.get(name)
        panel = Panel(words[name], 120, words["panel_says"])
        panels.append(panel)
        if rows is None:
            panel.text(0, 52, words["needs"].format(least=2 * stages))
            continue
        _place(panel, rows, 356 / longest)
        whole = max(row[-1][1] for row in rows)
        idle = pipeline.idle(rows)[0]
        said[f"share{number}"] = fixed(100 * idle / whole)
        text = words["idle"].format(idle=round(idle), all=round(whole), share=said[f"share{number}"])
        panel.text(0, 114, text, "strong")
    return Drawn(panels, said, "says" if "dualpipe" in found else "few")


def _place(panel: Panel, rows: list[Row], scale: float) -> None:
    """Draw the slots, all of one kind in one path, which is a tenth of the text."""
    height, paths = 96 / len(rows), dict[str, Panel]()
    for device, row in enumerate(rows):
        y = device * height
        panel.bar(0, y, 356, height - 1.5, "faint")
        for start, end, slot in row:
            tall = (height - 1.5) / len(slot)
            for part, (kind, _, _) in enumerate(slot):
                group = paths.setdefault(_KINDS[kind], Panel("", 0, ""))
                group.cells([(start * scale, y + part * tall)], (end - start) * scale - 0.5, tall)
    for kind, group in paths.items():
        panel.shapes.append({"is": "path", "d": "".join(shape["d"] for shape in group.shapes), "kind": kind})
