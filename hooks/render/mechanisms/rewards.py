"""Mechanisms of policy gradients: the clip for both signs, and what a baseline does to the noise."""

from __future__ import annotations

import numpy as np
from labs.grpo import clipped
from labs.norm import softmax
from labs.policy_gradient import exact_gradient, sampled_gradients

from catalogue.records import Catalogue

from ..lab_files import experiment_result
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


def grpo_step(words: Words, catalogue: Catalogue) -> list[Panel]:
    """One drawn group on the question 1 + 1, what its step does to the policy, and forty mean steps with and without the division."""
    name, found = "mechanism.grpo-step", experiment_result("one-step")
    group, answers, right = found["one_group"], found["answers"], found["answers"].index(found["right"])
    drawn = Panel(words(f"{name}.group"), 190, words(f"{name}.group_says"))
    for column, label in ((26, "answer"), (96, "reward"), (236, "advantage")):
        drawn.text(column, 14, words(f"{name}.{label}"), "small", "middle")
    drawn.line([(236, 24), (236, 180)], "axis")
    for row, (answer, reward, advantage) in enumerate(
        zip(group["answers"], group["rewards"], group["advantages"], strict=True)
    ):
        y, width = 30 + row * 38, 42 * abs(advantage)
        good = advantage > 0
        drawn.text(26, y + 19, answer, "strong", "middle")
        drawn.text(96, y + 19, f"{reward:g}", "", "middle")
        drawn.bar(236 if good else 236 - width, y + 2, width, 26, "attention" if good else "expert")
        drawn.text(
            236 + width + 6 if good else 236 - width - 6, y + 19, _minus(advantage), "", "start" if good else "end"
        )
    step = Panel(
        words(f"{name}.step"),
        190,
        words(f"{name}.step_says", before=found["before"][right], after=f"{group['after'][right]:.2f}"),
    )
    for i, answer in enumerate(answers):
        x = 10 + i * 88
        for offset, share, kind in ((0, found["before"][i], "attention soft"), (36, group["after"][i], "attention")):
            height = 300 * share
            step.bar(x + offset, 150 - height, 32, height, kind)
            step.text(x + offset + 16, 144 - height, f"{share:.2f}", "small", "middle")
        step.text(x + 34, 168, answer, "strong", "middle")
    step.line([(0, 150), (356, 150)], "axis")
    step.text(0, 186, words(f"{name}.step_below"))
    course = Panel(
        words(f"{name}.course"),
        226,
        words(f"{name}.course_says", nothing=f"{100 * found['all_groups']['share_that_teach_nothing']:.0f}"),
    )
    course.line([(30, 16), (30, 180), (356, 180)], "axis")
    for share, label in ((0.0, "0"), (0.5, "½"), (1.0, "1")):
        course.text(24, 184 - 160 * share, label, "small", "end")
    for key, kind in (("divided by the deviation", "attention"), ("not divided", "off")):
        listed = [shares[right] for shares in found["course"][key]]
        course.line([(30 + 320 * n / (len(listed) - 1), 180 - 160 * p) for n, p in enumerate(listed)], kind)
    for i, (label, kind) in enumerate((("divided", "attention"), ("not_divided", "off"))):
        course.bar(30, 196 + 16 * i, 10, 10, kind)
        course.text(46, 205 + 16 * i, words(f"{name}.{label}"), "small")
    course.text(356, 200, words(f"{name}.steps", count=len(found["course"]["not divided"]) - 1), "", "end")
    return [drawn, step, course]


def _minus(number: float) -> str:
    return f"{number:+.2f}".replace("-", "−")
