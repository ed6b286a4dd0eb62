"""GRPO: which answers of a group are right, and the advantages that follow."""

from __future__ import annotations

import numpy as np
from labs import grpo

from catalogue.records import Catalogue

from ...words import Words
from ..panel import Panel, columns
from . import Control, Data, Drawn, Play, State, fixed, slider, texts

_SIZES = range(2, 17)
_START, _SHOWN = "1011001000000000", 8
_BASE, _LONGEST = 128, 86  # where 0 lies, and how long the largest advantage of a group is


def play(words: Words, catalogue: Catalogue) -> Play:
    """It begins with eight answers, half of them right."""
    name = "grpo"
    controls = (
        slider(words, name, "size", _SHOWN, _SIZES),
        Control("rewards", words("mechanism.grpo.rewards"), _START, marks=_SHOWN),
    )
    keys = ("equal", "group", "group_says", "below", "push", "push_says", "count", "right", "wrong")
    return Play("group", controls, {"words": texts(words, name, *keys)}, draw)


def draw(data: Data, state: State) -> Drawn:
    """The group, and the advantages of a right and a wrong answer by how many are right."""
    words, size = data["words"], state["size"]
    rewards = np.array([float(mark) for mark in state["rewards"][:size]])
    A = grpo.advantages(rewards)
    most = (size - 1) ** 0.5  # one against all others
    unit = min(40, _LONGEST / most)
    group = Panel(words["group"], 240, words["group_says"])
    for i, (x, width) in enumerate(columns(size, 0, 356, 6 if size < 10 else 3)):
        a = float(A[i])
        group.bar(x, 4, width, 24, "cache" if rewards[i] else "faint")
        group.text(x + width / 2, 21, fixed(rewards[i]), "on" if rewards[i] else "", "middle")
        group.bar(x, _BASE - unit * max(a, 0), width, unit * abs(a), "attention" if a > 0 else "off")
        if size < 10 or i == list(rewards).index(rewards[i]):
            y = _BASE - unit * a
            group.text(x + width / 2, y + 14 if a < 0 else y - 5, signed(a), "small", "middle")
    group.line([(0, _BASE), (356, _BASE)], "axis")
    group.text(0, 234, words["below"], "small")

    right = int(rewards.sum())
    push = Panel(words["push"], 240, words["push_says"])
    push.line([(30, _BASE), (350, _BASE)], "axis")
    place = 300 / size
    pairs = [(0.0, 0.0) if k in (0, size) else _pair(size, k) for k in range(size + 1)]
    for k, (up, down) in enumerate(pairs):
        here = " here" if k == right else ""
        push.dots([(40 + place * k, _BASE - unit * up)], f"attention{here}")
        push.dots([(40 + place * k, _BASE - unit * down)], f"off{here}")
    for k in (0, size):
        push.text(40 + place * k, 234, k, "small", "middle")
    push.text(190, 234, words["count"], "small", "middle")
    for advantage in range(-int(most), int(most) + 1):
        push.text(24, _BASE + 4 - unit * advantage, advantage, "small", "end")
    push.text(350, 30, words["right"], "strong", "end")
    push.text(46, 204, words["wrong"], "strong")
    up, down = pairs[right]
    said = {"right": right, "size": size, "up": signed(up, 2), "down": signed(down, 2)}
    return Drawn([group, push], said, "equal" if right in (0, size) else "says")


def _pair(size: int, right: int) -> tuple[float, float]:
    """Advantages of a right and of a wrong answer."""
    A = grpo.advantages(np.array([1.0] * right + [0.0] * (size - right)))
    return float(A[0]), float(A[-1])


def signed(number: float, decimals: int = 1) -> str:
    """With its sign; a bare 0."""
    return f"{'+' if number > 0 else ''}{fixed(number, decimals)}".replace("-", "−") if number else "0"
