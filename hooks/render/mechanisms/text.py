"""Mechanisms of texts: filling gaps and packing; and of alignment: networks in memory."""

from __future__ import annotations

import numpy as np
from labs import packing, ppo

from catalogue.records import Catalogue

from ..words import Words
from .panel import Panel


def fill_in_the_middle(words: Words, catalogue: Catalogue) -> list[Panel]:
    """A document cut in three, and the order in which it is trained on."""
    parts = {"prefix": (120, "attention soft"), "middle": (80, "expert"), "suffix": (130, "other soft")}
    panels = []
    for name, order in (("document", ("prefix", "middle", "suffix")), ("psm", ("prefix", "suffix", "middle"))):
        panel = Panel(words(f"mechanism.fim.{name}"), 84, words(f"mechanism.fim.{name}_says"))
        x = 0.0
        for part in order:
            width, kind = parts[part]
            if name == "psm":
                panel.bar(x, 10, 5, 38)
                x += 8
            panel.bar(x, 10, width, 38, kind)
            panel.text(
                x + width / 2, 33, words(f"mechanism.fim.{part}"), "on" if part == "middle" else "strong", "middle"
            )
            x += width + 2
        panel.text(0, 72, words(f"mechanism.fim.{name}_below"))
        panels.append(panel)
    return panels


def packing_documents(words: Words, catalogue: Catalogue) -> list[Panel]:
    """The same documents cut by length and packed whole; what a token of a packed sequence may see."""
    lengths, capacity = [34, 52, 18, 61, 27, 45, 12, 39, 70, 23, 31, 16, 44, 28], 100
    scale = 350 / capacity
    kinds = ("attention", "other", "expert", "cache", "index")
    cut = Panel(
        words("mechanism.packing.cut", torn=packing.cut(lengths, capacity)), 190, words("mechanism.packing.says")
    )
    place = 0
    for i, length in enumerate(lengths):
        left = length
        while left:
            row, x = divmod(place, capacity)
            part = min(left, capacity - x)
            cut.bar(x * scale, 4 + row * 28, part * scale - 1, 22, kinds[i % 5])
            place, left = place + part, left - part
    packed = Panel(words("mechanism.packing.packed"), 190, words("mechanism.packing.says"))
    sequences = packing.best_fit(lengths, capacity)
    for row, sequence in enumerate(sequences):
        x = 0
        packed.bar(0, 4 + row * 28, 350, 22, "faint")
        for i in sequence:
            packed.bar(x * scale, 4 + row * 28, lengths[i] * scale - 1, 22, kinds[i % 5])
            x += lengths[i]
    mask = Panel(words("mechanism.packing.mask"), 190, words("mechanism.packing.mask_says"))
    seen, step = packing.mask([6, 10, 8]), 7
    T = len(seen)
    mask.cells(
        [(s * step + 90, t * step + 4) for t in range(T) for s in range(t + 1)], step - 1, step - 1, "attention soft"
    )
    mask.cells([(s * step + 90, t * step + 4) for t, s in np.argwhere(seen)], step - 1, step - 1, "attention")
    return [cut, packed, mask]


def networks_in_memory(words: Words, catalogue: Catalogue) -> list[Panel]:
    """Which networks each way of training holds, and which of them learn."""
    panel = Panel(words("mechanism.networks.title"), 214, words("mechanism.networks.says"))
    names = {"policy": "policy", "critic": "critic", "reward model": "reward", "reference model": "reference"}
    for row, (method, held) in enumerate(ppo.HELD.items()):
        y = 6 + row * 46
        panel.text(0, y + 22, method, "strong")
        for i, network in enumerate(held):
            learns = network in ("policy", "critic")
            panel.bar(54 + i * 77, y, 73, 36, "attention" if learns else "faint")
            panel.text(
                54 + i * 77 + 36,
                y + 22,
                words(f"mechanism.networks.{names[network]}"),
                "on" if learns else "",
                "middle",
            )
    panel.text(54, 208, words("mechanism.networks.legend"))
    return [panel]
