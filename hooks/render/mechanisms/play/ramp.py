"""YaRN: which pairs of V3's rotated entries keep their speed, by the factor and the bounds of the ramp."""

from __future__ import annotations

import numpy as np
from labs import rope, yarn

from catalogue.records import Catalogue

from ...words import Words
from ..attention import dimension, number
from ..panel import Panel, columns
from . import Data, Drawn, Play, State, fixed, grouped, slider, texts

_FACTORS, _SLOW, _FAST = range(1, 65), range(1, 9), range(16, 65)


def play(words: Words, catalogue: Catalogue) -> Play:
    """It begins with V3's factor and bounds."""
    name, entry = "yarn", catalogue.entries["deepseek-v3-base"]
    start = {key: dimension(entry, f"rope_scaling.{key}") for key in ("factor", "beta_slow", "beta_fast")}
    controls = (
        slider(words, name, "factor", start["factor"], _FACTORS),
        slider(words, name, "alpha", start["beta_slow"], _SLOW),
        slider(words, name, "beta", start["beta_fast"], _FAST),
    )
    keys = ("turns", "turns_says", "kept", "kept_says", "bound", "pair", "slow")
    data = {
        "words": texts(words, name, *keys),
        "d": dimension(entry, "qk_rope_head_dim"),
        "base": number(entry, "rope_theta"),
        "length": dimension(entry, "rope_scaling.original_max_position_embeddings"),
    }
    return Play("ramp", controls, data, draw)


def draw(data: Data, state: State) -> Drawn:
    """For each pair: how often it turns in the old context, and how much of its speed it keeps."""
    words, L, s, bounds = data["words"], data["length"], state["factor"], (state["alpha"], state["beta"])
    theta = rope.angles(data["d"], data["base"])
    share = yarn.stretch(theta, yarn.ramp_by_pair(theta, L, *bounds), s) / theta
    kinds = ["attention" if x > 0.99 else "off" if x < 1.01 / s else "other" for x in share]
    log = np.log10(yarn.turns(theta, L))
    low, high = float(log.min()), float(log.max())

    def y(value: float) -> float:
        return 190 - 170 * (value - low) / (high - low)

    turns = Panel(words["turns"].format(length=grouped(L)), 214, words["turns_says"])
    kept = Panel(words["kept"].format(factor=s), 214, words["kept_says"])
    for i, (x, width) in enumerate(columns(len(theta), 0, 356, 2)):
        turns.bar(x, y(float(log[i])), width, 190 - y(float(log[i])), kinds[i])
        kept.bar(x, 190 - 170 * float(share[i]), width, 170 * float(share[i]), kinds[i])
    for bound in bounds:
        at = y(float(np.log10(bound)))
        turns.line([(0, at), (356, at)], "dashed")
        turns.text(356, at - 5, words["bound"].format(count=bound), anchor="end")
    for panel in (turns, kept):
        panel.line([(0, 190), (356, 190)], "axis")
        panel.text(0, 208, words["pair"].format(number=1))
        panel.text(356, 208, words["pair"].format(number=len(theta)), anchor="end")
    kept.text(356, 14, words["slow"].format(factor=s), anchor="end")
    said = {"factor": s, "length": grouped(L), "longer": grouped(L * s), "pairs": len(theta)}
    said |= {name: kinds.count(kind) for name, kind in (("fast", "attention"), ("mixed", "other"), ("slow", "off"))}
    return Drawn([turns, kept], said | {"sharp": fixed(float(yarn.length_factor(s)), 2)})
