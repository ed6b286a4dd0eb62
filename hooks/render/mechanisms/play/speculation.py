"""Speculative decoding: how many tokens a pass gives and how much faster that is, by acceptance, guesses and their cost."""

from __future__ import annotations

import re

import numpy as np
from labs import speculative

from catalogue.records import Catalogue

from ...words import Words
from ..attention import dimension
from ..panel import Panel, columns
from . import Data, Drawn, Play, State, figures, slider, texts

_RATES = range(101)
_GUESSES = range(1, 9)
_COSTS = range(51)


def play(words: Words, catalogue: Catalogue) -> Play:
    """It begins with V3's module: one guess, the lower of the published rates, a cost by its share of the layers."""
    name, entry = "speculative", catalogue.entries["deepseek-v3-base"]
    guesses = dimension(entry, "num_nextn_predict_layers")
    cost = round(100 * guesses / dimension(entry, "num_hidden_layers"))
    percent = words("play.percent", value="{value}")
    controls = (
        slider(words, name, "alpha", _published(catalogue), _RATES, percent),
        slider(words, name, "gamma", guesses, _GUESSES),
        slider(words, name, "cost", cost, _COSTS, percent),
    )
    keys = ("passes", "passes_says", "rate", "here", "speed", "speed_says", "guesses")
    data = {"words": texts(words, name, *keys), "most": max(_GUESSES)}
    return Play("speculation", controls, data, draw, (_rule(words),))


def _rule(words: Words) -> Panel:
    """The rule of acceptance on one distribution, which no input changes."""
    rule = Panel(words("mechanism.speculative.rule"), 230, words("mechanism.speculative.rule_says"))
    p, q = np.array([0.42, 0.25, 0.18, 0.1, 0.05]), np.array([0.3, 0.4, 0.1, 0.15, 0.05])
    for i, (x, width) in enumerate(columns(len(p), 0, 356, 14)):
        half, common = width / 2 - 1, min(p[i], q[i])
        rule.bar(x, 180 - 380 * p[i], half, 380 * p[i], "attention")
        rule.bar(x + half + 2, 180 - 380 * q[i], half, 380 * q[i], "other soft")
        rule.bar(x + half + 2, 180 - 380 * common, half, 380 * common, "other")
        rule.text(x + width / 2, 196, "abcde"[i], "strong", "middle")
    share = f"{100 * speculative.acceptance(p, q):.0f}"
    rule.text(0, 218, words("mechanism.speculative.kept", share=share), "strong")
    rule.text(356, 16, words("mechanism.speculative.legend"), "small", "end")
    return rule


def _published(catalogue: Catalogue) -> int:
    for fact in catalogue.techniques["mtp"].facts:
        if fact.label.en == "Acceptance of the second token" and (
            found := re.match(r"(\d+)%", getattr(fact.value.value, "en", ""))
        ):
            return int(found[1])
    raise ValueError("the technique mtp states no acceptance of the second token")


def draw(data: Data, state: State) -> Drawn:
    """Tokens per pass over the rate, and speed over the number of guesses."""
    words, most = data["words"], data["most"]
    alpha, gamma, c = state["alpha"] / 100, state["gamma"], state["cost"] / 100
    tokens = speculative.tokens_per_pass(alpha, gamma)
    passes = Panel(words["passes"], 230, words["passes_says"])
    passes.line([(30, 10), (30, 190), (356, 190)], "axis")
    for guesses in range(1, most + 1):
        points = [
            (30 + 3 * rate, 190 - 20 * speculative.tokens_per_pass(rate / 100, guesses)) for rate in range(0, 101, 2)
        ]
        passes.line(points, "attention" if guesses == gamma else "faint")
        passes.text(336, points[-1][1] + 4, guesses, "strong" if guesses == gamma else "small")
    passes.dots([(30 + 300 * alpha, 190 - 20 * tokens)], "attention here")
    for number in range(1, most + 1, 2):
        passes.text(24, 194 - 20 * number, number, "small", "end")
    passes.text(30, 208, words["rate"].format(share=0))
    passes.text(330, 208, words["rate"].format(share=100), anchor="end")
    passes.text(30, 226, words["here"], "small")

    speeds = [speculative.speedup(alpha, guesses, c) for guesses in range(1, most + 1)]
    best = speeds.index(max(speeds)) + 1
    speed = Panel(words["speed"], 230, words["speed_says"])
    top = max(2, *speeds)
    for (x, width), guesses, value in zip(columns(most, 0, 356, 8), range(1, most + 1), speeds, strict=True):
        tall = value / top * 160
        kind = "attention" if guesses == gamma else "attention soft"
        speed.bar(x, 190 - tall, width, tall, kind)
        speed.text(x + width / 2, 184 - tall, f"{value:.2f}", "strong" if guesses == best else "small", "middle")
        speed.text(x + width / 2, 208, guesses, "strong" if guesses == gamma else "", "middle")
    speed.line([(0, 190 - 160 / top), (356, 190 - 160 / top)], "dashed")
    speed.text(0, 226, words["guesses"], "small")
    said = {"alpha": state["alpha"], "gamma": gamma, "cost": state["cost"], "tokens": figures(tokens)}
    said |= {"speed": figures(speeds[gamma - 1]), "best": best, "limit": most, "most": figures(max(speeds))}
    return Drawn([passes, speed], said)
