"""Mechanisms of training: learning rates, Muon, MTP and the streams of mHC."""

from __future__ import annotations

import numpy as np
from labs import mhc, muon, schedules

from catalogue.records import Catalogue

from ..words import Words
from .attention import dimension
from .panel import Panel, equal_columns


def learning_rates(words: Words, catalogue: Catalogue) -> list[Panel]:
    """The steps of DeepSeek LLM beside a cosine; what a longer run can reuse."""
    phases = catalogue.models["deepseek-llm"].training[0].learning_rate.phases  # type: ignore[union-attr]
    drops = [float(phase.until.value.value) / 100 for phase in phases[:-1]]  # type: ignore[union-attr]
    x = np.linspace(0.004, 1, 250)
    shapes = {"steps": schedules.multi_step(x, drops, 10**-0.5), "cosine": schedules.cosine(x, 0.1)}
    panels = []
    for name, rates in shapes.items():
        panel = Panel(words(f"mechanism.multi-step.{name}"), 220, words("mechanism.multi-step.says"))
        panel.line([(30, 10), (30, 180), (356, 180)], "axis")
        for length, kind in ((1.0, "attention"), (0.5, "off")):
            panel.line([(30 + 320 * t * length, 180 - 150 * float(y)) for t, y in zip(x, rates, strict=True)], kind)
        panel.text(350, 26, words("mechanism.multi-step.long"), "strong", "end")
        panel.text(40, 172, words("mechanism.multi-step.short"), "strong")
        panel.text(30, 198, words("mechanism.multi-step.tokens"))
        panels.append(panel)
    return panels


def muon_values(words: Words, catalogue: Catalogue) -> list[Panel]:
    """Singular values of a gradient before and after the Newton-Schulz iteration."""
    rng = np.random.default_rng(4)
    G = rng.standard_normal((24, 3)) @ rng.standard_normal((3, 24)) + 0.1 * rng.standard_normal((24, 24))
    panels = []
    for name, matrix in (("before", G / np.linalg.norm(G, 2)), ("after", muon.newton_schulz(G))):
        values = np.linalg.svd(matrix, compute_uv=False)
        panel = Panel(words(f"mechanism.muon.{name}"), 170, words("mechanism.muon.says", least=f"{values.min():.2f}"))
        for (x, width), value in zip(equal_columns(len(values), 0, 356), values, strict=True):
            panel.bar(x, 140 - 120 * value, width, 120 * value, "attention")
        panel.line([(0, 140), (356, 140)], "axis")
        panel.line([(0, 20), (356, 20)], "dashed")
        panel.text(0, 160, words("mechanism.muon.directions", count=len(values)))
        panels.append(panel)
    return panels


def mtp_modules(words: Words, catalogue: Catalogue) -> list[Panel]:
    """Which token the main model and the module predict at each place, and what the module is told."""
    count, step = 7, 50
    panels = []
    for name, ahead in (("main", 1), ("module", 2)):
        panel = Panel(words(f"mechanism.mtp.{name}"), 168, words(f"mechanism.mtp.{name}_says"))
        for i in range(count):
            x = i * step
            panel.bar(x, 120, 42, 26, "faint")
            panel.text(x + 21, 137, f"t{i + 1}", "strong", "middle")
            if i + ahead < count:
                panel.bar(x, 14, 42, 26, "attention" if ahead == 1 else "other")
                panel.text(x + 21, 31, f"t{i + 1 + ahead}", "on", "middle")
                panel.arrow(x + 12, 116, x + 12, 44)
                if ahead == 2:
                    panel.line([(x + step + 12, 116), (x + step + 12, 84), (x + 26, 84)], "dashed")
                    panel.arrow(x + 26, 84, x + 26, 44, "dashed")
        panel.text(0, 164, words(f"mechanism.mtp.{name}_below"), "small")
        panels.append(panel)
    return panels


def residual_streams(words: Words, catalogue: Catalogue) -> list[Panel]:
    """A mixing matrix before and after Sinkhorn-Knopp, and what many of them in a row do to a signal."""
    entry = catalogue.entries["deepseek-v4-pro-base"]
    n, mixings = dimension(entry, "hc_mult"), 2 * dimension(entry, "num_hidden_layers")  # at attention, and at experts
    iterations = dimension(entry, "hc_sinkhorn_iters")
    rng = np.random.default_rng(9)
    raw = rng.standard_normal((n, n))
    panel = Panel(words("mechanism.mhc.matrices"), 230, words("mechanism.mhc.matrices_says"))
    for left, name, M in ((0, "before", np.exp(raw)), (190, "after", mhc.sinkhorn(raw, iterations))):
        panel.text(left, 12, words(f"mechanism.mhc.{name}", count=iterations), "strong")
        for r in range(n):
            for c in range(n):
                side = 30 * float(np.sqrt(M[r, c] / M.max()))
                panel.bar(left + c * 34 + (30 - side) / 2, 22 + r * 34 + (30 - side) / 2, side, side, "attention")
            panel.text(left + n * 34 + 2, 42 + r * 34, f"{M[r].sum():.1f}")
        for c in range(n):
            panel.text(left + c * 34 + 15, 22 + n * 34 + 14, f"{M[:, c].sum():.1f}", anchor="middle")
    panel.text(0, 202, words("mechanism.mhc.sums"))
    gains = Panel(words("mechanism.mhc.gains"), 230, words("mechanism.mhc.gains_says"))
    free = [np.eye(n) + 0.25 * rng.standard_normal((n, n)) for _ in range(mixings)]
    bound = [mhc.sinkhorn(rng.standard_normal((n, n)), iterations) for _ in range(mixings)]
    top = np.log10(max(mhc.gain(free[: i + 1]) for i in range(mixings)))
    gains.line([(36, 10), (36, 190), (356, 190)], "axis")
    for kind, matrices in (("off", free), ("attention", bound)):
        heights = [max(0.0, float(np.log10(mhc.gain(matrices[: i + 1])))) for i in range(mixings)]
        gains.line([(36 + 314 * i / (mixings - 1), 186 - 170 * h / top) for i, h in enumerate(heights)], kind)
    for power in range(0, int(top) + 1, 2 if top < 8 else 4):
        gains.text(30, 190 - 170 * power / top, f"{10**power:,}", "small", "end")
    gains.text(60, 24, words("mechanism.mhc.free"), "strong")
    gains.text(350, 178, words("mechanism.mhc.bound"), "strong", "end")
    gains.text(356, 210, words("mechanism.mhc.mixings", count=mixings), anchor="end")
    return [panel, gains]
