"""Mechanisms of policy gradients: the clip for both signs, and what a baseline does to the noise."""

from __future__ import annotations

import numpy as np
from labs.grpo import clipped
from labs.norm import softmax
from labs.policy_gradient import exact_gradient, sampled_gradients

from catalogue.records import Catalogue

from ..words import Words
from .panel import Panel

_EPSILON = 0.2


def clip_both_signs(words: Words, catalogue: Catalogue) -> list[Panel]:
    """The clipped objective over the ratio, for a good and for a bad answer, with what the policy is pushed to do."""
    name, panels = "mechanism.clip-signs", []
    rho = np.linspace(0.4, 1.6, 61)
    for case, advantage in (("good", 1.0), ("bad", -1.0)):
        panel = Panel(words(f"{name}.{case}"), 226, words(f"{name}.{case}_says"))
        top = 30.0 if advantage > 0 else -70.0

        def place(ratio: float, value: float, top: float = top) -> tuple[float, float]:
            return 20 + (ratio - 0.4) * 275, top + 150 - 85 * value

        panel.line([place(0.4, 0), place(1.6, 0)], "axis")
        panel.line([place(float(r), float(r) * advantage) for r in rho], "off dashed")
        panel.line(
            [place(float(r), float(clipped(r, advantage, _EPSILON))) for r in rho],
            "attention" if advantage > 0 else "expert",
        )
        for edge, label in ((1 - _EPSILON, "1 − ε"), (1.0, "1"), (1 + _EPSILON, "1 + ε")):
            x, zero = place(edge, 0)
            panel.line([(x, zero - 4), (x, zero + 4)], "axis")
            panel.text(x, zero + (18 if advantage > 0 else -8), label, "small", "middle")
        panel.dots([place(1.0, advantage)], "attention" if advantage > 0 else "index")
        flat, slope = (1.4, 0.62) if advantage > 0 else (0.6, 1.34)
        x, y = place(flat, float(clipped(flat, advantage, _EPSILON)))
        panel.text(x, y + 20, words(f"{name}.flat"), "strong", "middle")
        x, y = place(slope, float(clipped(slope, advantage, _EPSILON)))
        panel.text(
            x + (10 if advantage > 0 else -10), y + 22, words(f"{name}.slope"), "", "start" if advantage > 0 else "end"
        )
        panel.text(350, place(1, 0)[1] + (34 if advantage > 0 else -26), words(f"{name}.ratio"), "", "end")
        panels.append(panel)
    return panels


def baseline_noise(words: Words, catalogue: Catalogue) -> list[Panel]:
    """The running mean of sampled gradients of one logit, with the rewards as they are and less their mean."""
    name, count = "mechanism.baseline-noise", 400
    logits, reward = np.array([1.0, 0.0, 0.0, -1.0]), np.array([10.0, 10.0, 11.0, 10.0])
    exact, best = float(exact_gradient(logits, reward)[2]), 2
    panels = []
    for case, b in (("without", 0.0), ("with", float(softmax(logits) @ reward))):
        samples = sampled_gradients(logits, reward, count, np.random.default_rng(3), b)[:, best]
        mean = np.cumsum(samples) / np.arange(1, count + 1)
        spread = f"{samples.std():.2f}"
        panel = Panel(words(f"{name}.{case}"), 214, words(f"{name}.says", spread=spread, exact=f"{exact:.2f}"))

        def height(value: float) -> float:
            return 100 - 50 * min(max(value, -1.8), 1.8)

        panel.line([(24, height(0)), (356, height(0))], "axis")
        panel.line([(24, height(exact)), (356, height(exact))], "dashed")
        panel.line(
            [(24 + 330 * i / count, height(float(m))) for i, m in enumerate(mean) if i > 2],
            "off" if b == 0 else "attention",
        )
        panel.text(18, height(0) + 4, "0", "small", "end")
        panel.text(356, 20, words(f"{name}.spread", spread=spread), "strong", "end")
        panel.text(356, 206, words(f"{name}.samples", count=count), "", "end")
        panels.append(panel)
    return panels
