"""Mechanisms of attention from the beginning: what the root of d is for, RoPE as a rotation, and the rows of training and of writing."""

from __future__ import annotations

import math

import numpy as np
from labs.norm import softmax

from catalogue.records import Catalogue

from ..words import Words
from .panel import Panel

_SIZES = (4, 64, 512)
_KEYS = 24


def softmax_saturating(words: Words, catalogue: Catalogue) -> list[Panel]:
    """The weights that a random query gives to random keys, sorted, for heads of three sizes: scores as they are, and divided."""
    name, panels = "mechanism.softmax-saturates", []
    for case in ("raw", "divided"):
        rng = np.random.default_rng(6)
        panel = Panel(words(f"{name}.{case}"), 232, "")
        largest = []
        for row, size in enumerate(_SIZES):
            q, k = rng.standard_normal(size), rng.standard_normal((_KEYS, size))
            scores = k @ q / (math.sqrt(size) if case == "divided" else 1)
            weights = np.sort(softmax(scores))[::-1]
            largest.append(f"{weights[0]:.2f}")
            base = 66 + row * 72
            panel.text(0, base - 46, words(f"{name}.size", size=size), "strong")
            panel.text(0, base - 28, words(f"{name}.largest", weight=largest[-1]))
            for i, weight in enumerate(weights):
                height = max(56 * float(weight), 0.6)
                panel.bar(112 + 10.2 * i, base - height, 8.4, height, "attention" if i == 0 else "attention soft")
            panel.line([(112, base), (356, base)], "axis")
        panel.text(112, 228, words(f"{name}.keys", count=_KEYS))
        panel.says = words(f"{name}.says", small=largest[0], middle=largest[1], large=largest[2])
        panels.append(panel)
    return panels


def rope_rotation(words: Words, catalogue: Catalogue) -> list[Panel]:
    """One pair of entries of a query and a key at two pairs of positions with the same distance, and at another distance."""
    name, theta, q_angle, k_angle = "mechanism.rope-rotation", math.radians(28), math.radians(20), math.radians(75)
    panels = []
    for case, (m, n) in (("near", (1, 3)), ("far", (5, 7)), ("other", (5, 6))):
        angle = math.degrees(k_angle - q_angle + (n - m) * theta)
        score = f"{math.cos(math.radians(angle)):.2f}".replace("-", "−")
        panel = Panel(
            words(f"{name}.{case}", m=m, n=n), 214, words(f"{name}.says", m=m, n=n, angle=round(angle), score=score)
        )
        cx, cy, radius = 96.0, 104.0, 84.0
        panel.line(
            [(cx + radius * math.cos(a / 24 * math.pi), cy - radius * math.sin(a / 24 * math.pi)) for a in range(49)],
            "axis",
        )
        for start, position, kind in ((q_angle, m, "attention"), (k_angle, n, "expert")):
            panel.line([(cx, cy), _point_on_circle(cx, cy, radius, start)], f"{kind} dashed")
            panel.line([(cx, cy), _point_on_circle(cx, cy, radius, start + position * theta)], kind)
        for letter, at, kind in (
            (f"q · {m}θ", q_angle + m * theta, "strong"),
            (f"k · {n}θ", k_angle + n * theta, "strong"),
        ):
            x, y = _point_on_circle(cx, cy, radius + 13, at)
            panel.text(x, y + 4, letter[0], kind, "middle")
        panel.text(204, 84, words(f"{name}.apart", distance=n - m), "strong")
        panel.text(204, 106, words(f"{name}.angle", angle=round(angle)))
        panel.text(204, 128, words(f"{name}.score", score=score))
        panels.append(panel)
    return panels


def _point_on_circle(cx: float, cy: float, radius: float, angle: float) -> tuple[float, float]:
    return cx + radius * math.cos(angle), cy - radius * math.sin(angle)


def rows_of_attention(words: Words, catalogue: Catalogue) -> list[Panel]:
    """The triangle of scores: in training all rows at once, in writing one row with what is kept of the columns."""
    name, count, step = "mechanism.attention-rows", 8, 24
    panels = []
    for case in ("training", "writing"):
        panel = Panel(words(f"{name}.{case}"), 244, words(f"{name}.{case}_says"))
        last = count - 1
        for t in range(count):
            for j in range(count):
                x, y = 60 + j * step, 26 + t * step
                if j > t:
                    continue
                now = case == "training" or t == last
                panel.bar(x, y, step - 3, step - 3, "attention" if now else "faint")
            if case == "writing":
                panel.bar(60 + t * step, 2, step - 3, 16, "cache" if t < last else "expert")
        panel.text(52, 14, words(f"{name}.keys") if case == "writing" else "", "small", "end")
        panel.text(52, 26 + (last if case == "writing" else 0) * step + 15, words(f"{name}.query"), "small", "end")
        panel.text(60, 240, words(f"{name}.{case}_below"))
        panels.append(panel)
    return panels
