"""Experts and the bias: the load step by step, by the speed at which the bias follows it and the number of experts."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from labs import balance

from catalogue.records import Catalogue
from catalogue.schema.quantities import Quantity

from ...words import Words
from ..panel import Panel, columns
from . import Data, Drawn, Play, State, fixed, slider, texts
from .noise import normal

_SPEEDS = (0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03)
_EXPERTS = (8, 16, 32)
_STEPS, _TOKENS, _SPARSITY, _SEED = 200, 512, 8, 7
_LEFT, _ACROSS = 46, 304  # of the curves, beside their labels
_TABLE = 2**16  # as many random numbers, which every step begins to read at another place
_STRIDE = 7919


def play(words: Words, catalogue: Catalogue) -> Play:
    """It begins with the speed of V3."""
    name = "bias-balance"
    controls = (
        slider(words, name, "speed", _published(catalogue), _SPEEDS),
        slider(words, name, "experts", 16, _EXPERTS),
        slider(words, name, "step", _STEPS, range(1, _STEPS + 1)),
    )
    keys = ("load", "load_says", "loads", "biases", "path", "path_says", "legend", "at_step")
    sizes = {"rounds": _STEPS, "tokens": _TOKENS, "sparsity": _SPARSITY, "seed": _SEED, "table": _TABLE}
    return Play("bias", controls, {"words": texts(words, name, *keys), **sizes, "stride": _STRIDE}, draw)


def _published(catalogue: Catalogue) -> float:
    for fact in catalogue.techniques["aux-loss-free"].facts:
        if "Bias update speed of DeepSeek-V3" in fact.label.en and isinstance(fact.value.value, Quantity):
            return float(fact.value.value.value)
    raise ValueError("the technique aux-loss-free states no speed of V3's bias")


def simulated(data: Data, experts: int, speed: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Loads, imbalance and biases of the lab's simulation, with chance that a browser can repeat."""
    sizes = (int(data[name]) for name in ("rounds", "tokens", "sparsity", "table", "stride", "seed"))
    return _run(experts, speed, *sizes)


@lru_cache(maxsize=16)  # both editions draw the same
def _run(
    experts: int, speed: float, rounds: int, tokens: int, sparsity: int, count: int, stride: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    places, table = np.arange(tokens * experts), normal(count, seed)

    def noise(step: int) -> np.ndarray:
        found: np.ndarray = table[(places + step * stride) % count].reshape(tokens, experts)
        return found

    loads, violations, biases = balance.simulate(rounds, experts, experts // sparsity, tokens, speed, noise=noise)
    return loads, violations, biases


def draw(data: Data, state: State) -> Drawn:
    """The load and the biases at a step, and the imbalance over all steps with the bias and without."""
    words, experts, step = data["words"], state["experts"], state["step"] - 1
    loads, violations, biases = simulated(data, experts, state["speed"])
    without = simulated(data, experts, 0)[1]
    load = Panel(words["load"].format(experts=experts, step=step + 1), 250, words["load_says"])
    even, most, far = float(loads[0].mean()), float(loads.max()), max(float(np.abs(biases).max()), 1e-9)
    for i, (x, width) in enumerate(columns(experts, 0, 356, 3 if experts < 32 else 2)):
        first, now, bias = (float(a) for a in (loads[0][i], loads[step][i], biases[step][i]))
        load.bar(x, 150 - first / most * 132, width, first / most * 132, "expert soft")
        load.bar(x + width * 0.2, 150 - now / most * 132, width * 0.6, now / most * 132, "expert")
        load.bar(x, 204 - 22 * max(bias, 0) / far, width, 22 * abs(bias) / far, "attention" if bias > 0 else "off")
    load.line([(0, 150 - even / most * 132), (356, 150 - even / most * 132)], "dashed")
    load.line([(0, 204), (356, 204)], "axis")
    load.text(0, 168, words["loads"], "small")
    load.text(0, 244, words["biases"], "small")

    path = Panel(words["path"], 250, words["path_says"])
    top = max(float(without.max()), float(violations.max()))
    last = data["rounds"] - 1
    path.line([(_LEFT, 10), (_LEFT, 210), (356, 210)], "axis")
    for value in range(int(top) + 1):
        path.text(_LEFT - 6, 214 - 190 * value / top, words["percent"].format(value=100 * value), "small", "end")
    for kind, values in (("off", without), ("expert", violations)):
        path.line([(_LEFT + _ACROSS * i / last, 210 - 190 * float(v) / top) for i, v in enumerate(values)], kind)
    path.dots([(_LEFT + _ACROSS * step / last, 210 - 190 * float(violations[step]) / top)], "expert here")
    path.text(_LEFT, 247, words["legend"], "small")
    for number, anchor in ((1, "start"), (data["rounds"], "end")):
        path.text(_LEFT + _ACROSS * (number - 1) / last, 230, words["at_step"].format(step=number), anchor=anchor)
    said = {"step": step + 1, "experts": experts, "with": fixed(100 * float(violations[step]))}
    late = 100 * float(violations[data["rounds"] // 2 :].mean())
    return Drawn([load, path], said | {"without": fixed(100 * float(without[step])), "late": fixed(late)})
