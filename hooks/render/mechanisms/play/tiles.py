"""FP8: the error of a random matrix with an outlier, by the size of the tiles that share a scale."""

from __future__ import annotations

import numpy as np
from labs import fp8

from catalogue.records import Catalogue

from ...words import Words
from ..panel import Panel, columns
from . import Control, Data, Drawn, Play, State, fixed, grouped, slider, texts
from .noise import normal

_ROWS, _COLUMNS, _SEED = 16, 512, 2
_WIDTHS = (16, 32, 64, 128, 256, 512)
_ALL = _ROWS * _COLUMNS
_OUTLIER = (5, 300)
_SIZES = (1, 100, 1_000, 10_000, 30_000, 60_000, 100_000, 200_000, 500_000, 1_000_000)
_LEVELS = (0, 0.05, 0.2, 0.6)


def play(words: Words, catalogue: Catalogue) -> Play:
    """It begins with the tile of the V3 report and an outlier that one scale for the whole matrix cannot bear."""
    name = "fp8-tiles"
    steps = [(width, f"1 × {width}") for width in _WIDTHS]
    controls = (
        Control("tile", words(f"mechanism.{name}.tile"), 128, [*steps, (_ALL, words(f"mechanism.{name}.whole"))]),
        slider(words, name, "outlier", 200_000, _SIZES),
    )
    data = {
        "words": texts(words, name, "where", "where_says", "legend", "error", "error_says", "tiles", "whole_short"),
        "shape": (_ROWS, _COLUMNS),
        "seed": _SEED,
        "place": _OUTLIER,
        "levels": _LEVELS,
        "tiles": (*_WIDTHS, _ALL),
    }
    return Play("tiles", controls, data, draw)


def matrix(rows: int, wide: int, seed: int, place: tuple[int, int], outlier: int) -> np.ndarray:
    """A random matrix, one number of which is set."""
    x = normal(rows * wide, seed).reshape(rows, wide)
    x[place] = outlier
    return x


def errors(x: np.ndarray, tile: int) -> np.ndarray:
    """Relative error of every number, with a scale for each `tile` numbers of a row, or one for all."""
    rows = len(x) if tile == x.size else 1
    quantised, scale = fp8.quantise(x, rows, tile // rows)
    wrong: np.ndarray = np.abs(x - scale * quantised) / np.abs(x)
    return wrong


def draw(data: Data, state: State) -> Drawn:
    """Where the errors lie, and their median for every size of tile."""
    words, (rows, wide), tile = data["words"], data["shape"], state["tile"]
    x = matrix(rows, wide, data["seed"], tuple(data["place"]), state["outlier"])
    found = {size: errors(x, size) for size in data["tiles"]}
    medians = [100 * float(np.median(wrong)) for wrong in found.values()]
    here = list(data["tiles"]).index(tile)

    where = Panel(words["where"], 190, words["where_says"])
    parts = found[tile].reshape(rows, 32, wide // 32).mean(axis=2)
    for level, low in enumerate(data["levels"]):
        high = [*data["levels"], np.inf][level + 1]
        places = [(c * 11.1, r * 9) for r, c in np.argwhere((parts >= low) & (parts < high))]
        where.cells(places, 10.4, 8, f"off-{level}")
    for edge in range(1, wide // tile):
        at = edge * tile / (wide / 32) * 11.1 - 0.4
        where.line([(at, 0), (at, 144)], "axis")
    where.text(0, 166, words["legend"])

    error = Panel(words["error"], 190, words["error_says"])
    top = max(10, *medians)
    for i, ((x_, width), median) in enumerate(zip(columns(len(medians), 0, 356, 8), medians, strict=True)):
        tall = median / top * 110
        error.bar(x_, 144 - tall, width, tall, "off" if i == here else "off-1")
        error.text(
            x_ + width / 2,
            138 - tall,
            words["percent"].format(value=fixed(median, 1)),
            "strong" if i == here else "small",
            "middle",
        )
        label = words["whole_short"] if i == len(medians) - 1 else data["tiles"][i]
        error.text(x_ + width / 2, 160, label, "strong" if i == here else "small", "middle")
    error.line([(0, 144), (356, 144)], "axis")
    error.text(0, 182, words["tiles"], "small")
    lost = 100 * float(np.mean(found[tile] == 1))
    said = {"scales": grouped(x.size // tile), "numbers": grouped(x.size), "median": fixed(medians[here], 1)}
    said |= {"lost": fixed(lost, 1), "whole": fixed(medians[-1], 1)}
    return Drawn([where, error], said)
