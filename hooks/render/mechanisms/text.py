"""Mechanisms of texts and positions: filling gaps, packing, YaRN's ramp; and of alignment: groups and networks."""

from __future__ import annotations

import numpy as np
from labs import grpo, packing, ppo, rope, yarn

from catalogue.records import Catalogue

from ..words import Words
from .attention import dimension, number
from .panel import Panel, columns


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


def yarn_ramp(words: Words, catalogue: Catalogue) -> list[Panel]:
    """For each pair of V3's rotated entries: how often it turns in the old context, and how much of its speed it keeps."""
    entry = catalogue.entries["deepseek-v3-base"]
    d, base = dimension(entry, "qk_rope_head_dim"), number(entry, "rope_theta")
    L, s = dimension(entry, "rope_scaling.original_max_position_embeddings"), number(entry, "rope_scaling.factor")
    alpha, beta = number(entry, "rope_scaling.beta_slow"), number(entry, "rope_scaling.beta_fast")
    theta = rope.angles(d, base)
    speed = yarn.stretch(theta, yarn.ramp_by_pair(theta, L, alpha, beta), s) / theta
    turns = Panel(words("mechanism.yarn.turns", length=f"{L:,}"), 236, words("mechanism.yarn.turns_says"))
    kept = Panel(words("mechanism.yarn.kept", factor=f"{s:g}"), 236, words("mechanism.yarn.kept_says"))
    log = np.log10(yarn.turns(theta, L))
    low, high = float(log.min()), float(log.max())

    def y(value: float) -> float:
        return 190 - 170 * (value - low) / (high - low)

    for (x, width), value, share in zip(columns(len(theta), 0, 356, 2), log, speed, strict=True):
        turns.bar(
            x,
            y(float(value)),
            width,
            190 - y(float(value)),
            "attention" if share > 0.99 else "off" if share < 1.01 / s else "other",
        )
        kept.bar(
            x,
            190 - 170 * float(share),
            width,
            170 * float(share),
            "attention" if share > 0.99 else "off" if share < 1.01 / s else "other",
        )
    for bound in (alpha, beta):
        turns.line([(0, y(float(np.log10(bound)))), (356, y(float(np.log10(bound))))], "dashed")
        turns.text(356, y(float(np.log10(bound))) - 5, words("mechanism.yarn.bound", count=f"{bound:g}"), anchor="end")
    for panel in (turns, kept):
        panel.line([(0, 190), (356, 190)], "axis")
        panel.text(0, 208, words("mechanism.yarn.pair", number=1))
        panel.text(356, 208, words("mechanism.yarn.pair", number=len(theta)), anchor="end")
    kept.text(356, 30, words("mechanism.yarn.slow", factor=f"{s:g}"), anchor="end")
    return [turns, kept]


def group_of_answers(words: Words, catalogue: Catalogue) -> list[Panel]:
    """Rewards of eight answers and the advantages that follow, in an easy, a hard and a hopeless question."""
    panels = []
    for name, rewards in (("half", [1, 0, 1, 1, 0, 0, 1, 0]), ("rare", [0, 0, 0, 1, 0, 0, 0, 0]), ("none", [0] * 8)):
        A = grpo.advantages(np.array(rewards, float))
        panel = Panel(words(f"mechanism.grpo.{name}"), 184, words("mechanism.grpo.says", highest=f"{A.max():.1f}"))
        for (x, width), reward, a in zip(columns(8, 0, 356, 6), rewards, A, strict=True):
            panel.bar(x, 4, width, 24, "cache" if reward else "faint")
            panel.text(x + width / 2, 21, reward, "on" if reward else "", "middle")
            panel.bar(x, 116 - 24 * max(a, 0), width, 24 * abs(a), "attention" if a > 0 else "off")
            panel.text(
                x + width / 2,
                116 - 24 * a - 5 if a >= 0 else 130 - 24 * a,
                f"{a:+.1f}" if a else "0",
                "small",
                "middle",
            )
        panel.line([(0, 116), (356, 116)], "axis")
        panel.text(0, 176, words("mechanism.grpo.below"))
        panels.append(panel)
    return panels


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
