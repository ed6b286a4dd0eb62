"""Interactive figures of training and decoding: balance, number formats, pipelines, advantages, longer contexts, speculation."""

from __future__ import annotations

import re

import numpy as np
from labs import fp8, speculative

from catalogue.records import Catalogue
from catalogue.schema.quantities import Quantity

from ..mechanisms.attention import architecture_number, dimension
from ..mechanisms.panel import Panel, equal_columns
from ..words import Words
from . import Control, Play, figure_words, slider


def bias_balance(words: Words, catalogue: Catalogue) -> Play:
    """The load of experts under a bias that follows it, step by step, at first with the speed of V3."""
    name = "bias-balance"
    steps = 200
    controls = (
        slider(words, name, "speed", _published_bias_speed(catalogue), (0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03)),
        slider(words, name, "experts", 16, (8, 16, 32)),
        slider(words, name, "step", 1, range(1, steps + 1)),
    )
    keys = ("load", "load_says", "loads", "biases", "path", "path_says", "legend", "at_step")
    # `table` random numbers, which every step reads from another place, `stride` further on.
    simulation = {"rounds": steps, "tokens": 512, "sparsity": 8, "seed": 7, "table": 2**16, "stride": 7919}
    return Play(name, "bias_balance", controls, {"words": figure_words(words, name, *keys), **simulation}, runs="step")


def _published_bias_speed(catalogue: Catalogue) -> float:
    for fact in catalogue.techniques["aux-loss-free"].facts:
        if "Bias update speed of DeepSeek-V3" in fact.label.en and isinstance(fact.value.value, Quantity):
            return float(fact.value.value.value)
    raise ValueError("the technique aux-loss-free states no speed of V3's bias")


def fp8_tiles(words: Words, catalogue: Catalogue) -> Play:
    """Where numbers of very different sizes fall in E4M3, at first one scale for all; beside it, how sums are promoted."""
    name = "fp8-tiles"
    rows, channels = 16, 512
    tiles = (16, 32, 64, 128, 256, 512, rows * channels)
    labels = [f"1 × {width}" for width in tiles[:-1]] + [words(f"mechanism.{name}.whole")]
    controls = (
        Control("tile", words(f"mechanism.{name}.tile"), tiles[-1], list(zip(tiles, labels, strict=True))),
        slider(words, name, "spread", 6, range(9), words(f"mechanism.{name}.spread_step")),
        slider(words, name, "outlier", 1, (1, 100, 1_000, 10_000, 100_000, 1_000_000)),
    )
    keys = ("range", "range_says", "zero", "coarse", "fine", "axis", "lost", "lost_says", "tiles", "whole_short")
    data = {
        "words": figure_words(words, name, *keys),
        "shape": (rows, channels),
        "seed": 2,
        "place": (5, 300),
        "tiles": tiles,
    }
    return Play(name, "fp8_tiles", controls, data, (_promoted_sums(words),), runs="outlier")


def _promoted_sums(words: Words) -> Panel:
    """Error of a dot product over its length: added up in 14 bits all along, and promoted to FP32 every 128 products."""
    name = "mechanism.fp8-tiles"
    lengths = [128 * 2**n for n in range(6)]
    errors = {
        kind: [100 * fp8.dot_error(length, every) for length in lengths]
        for kind, every in (("off", None), ("cache", 128))
    }
    panel = Panel(words(f"{name}.sums"), 230, words(f"{name}.sums_says"))
    top = max(errors["off"])
    panel.line([(46, 10), (46, 180), (356, 180)], "axis")
    for kind, values in errors.items():
        points = [(46 + 60 * i, 180 - 150 * value / top) for i, value in enumerate(values)]
        panel.line(points, kind)
        x, y = (350.0, points[-1][1] - 8) if kind == "cache" else (330.0, 22.0)
        panel.text(x, y, f"{values[-1]:.2f}%", "strong", "end")
    for i in (0, 3, 5):
        panel.text(46 + 60 * i, 198, f"{lengths[i]:,}", "small", "middle")
    panel.text(0, 226, words(f"{name}.sums_axis"), "small")
    panel.text(40, 184, "0", "small", "end")
    return panel


def grpo(words: Words, catalogue: Catalogue) -> Play:
    """Which answers of a group are right and the advantages that follow, at first eight answers, half of them right."""
    name, shown = "grpo", 8
    controls = (
        slider(words, name, "size", shown, range(2, 17)),
        Control("rewards", words(f"mechanism.{name}.rewards"), "1011001000000000", marks=shown),
    )
    keys = ("equal", "group", "group_says", "below", "push", "push_says", "count", "right", "wrong")
    return Play(name, "grpo", controls, {"words": figure_words(words, name, *keys)})


def pipelines(words: Words, catalogue: Catalogue) -> Play:
    """Four pipeline schedules, at first with the stages and micro-batches of the example in DualPipe's repository."""
    name = "pipelines"
    controls = (
        slider(words, name, "stages", 8, range(4, 17, 2)),
        slider(words, name, "batches", 20, range(4, 41, 2)),
    )
    keys = ("few", "1f1b", "zb1p", "dualpipe", "dualpipev", "panel_says", "idle", "needs")
    # Units of a forward pass, as in the report's table: a backward pass is twice as long, half of it for the weights.
    times = {"F": 1, "B": 2, "I": 1, "W": 1}
    return Play(
        name, "pipelines", controls, {"words": figure_words(words, name, *keys), "times": times}, runs="batches"
    )


def yarn(words: Words, catalogue: Catalogue) -> Play:
    """Which pairs of V3's rotated entries keep their speed, at first with V3's factor and bounds."""
    name, entry = "yarn", catalogue.entries["deepseek-v3-base"]
    start = {key: dimension(entry, f"rope_scaling.{key}") for key in ("factor", "beta_slow", "beta_fast")}
    controls = (
        slider(words, name, "factor", start["factor"], range(1, 65)),
        slider(words, name, "alpha", start["beta_slow"], range(1, 9)),
        slider(words, name, "beta", start["beta_fast"], range(16, 65)),
    )
    keys = ("turns", "turns_says", "kept", "kept_says", "bound", "pair", "slow")
    data = {
        "words": figure_words(words, name, *keys),
        "d": dimension(entry, "qk_rope_head_dim"),
        "base": architecture_number(entry, "rope_theta"),
        "length": dimension(entry, "rope_scaling.original_max_position_embeddings"),
    }
    return Play(name, "yarn", controls, data, runs="factor")


def speculation(words: Words, catalogue: Catalogue) -> Play:
    """Tokens per pass and speed, at first V3's module: one guess, the lower published rate, a cost by its share of the layers."""
    name, entry = "speculative", catalogue.entries["deepseek-v3-base"]
    guesses = dimension(entry, "num_nextn_predict_layers")
    cost = round(100 * guesses / dimension(entry, "num_hidden_layers"))
    percent = words("play.percent", value="{value}")
    most = 8
    controls = (
        slider(words, name, "alpha", _published_acceptance(catalogue), range(101), percent),
        slider(words, name, "gamma", guesses, range(1, most + 1)),
        slider(words, name, "cost", cost, range(51), percent),
    )
    keys = ("passes", "passes_says", "rate", "here", "speed", "speed_says", "guesses")
    data = {"words": figure_words(words, name, *keys), "most": most}
    return Play(name, "speculative", controls, data, (_acceptance_rule(words),), runs="gamma")


def _acceptance_rule(words: Words) -> Panel:
    """The rule of acceptance on one distribution."""
    rule = Panel(words("mechanism.speculative.rule"), 230, words("mechanism.speculative.rule_says"))
    p, q = np.array([0.42, 0.25, 0.18, 0.1, 0.05]), np.array([0.3, 0.4, 0.1, 0.15, 0.05])
    for i, (x, width) in enumerate(equal_columns(len(p), 0, 356, 14)):
        half, common = width / 2 - 1, min(p[i], q[i])
        rule.bar(x, 180 - 380 * p[i], half, 380 * p[i], "attention")
        rule.bar(x + half + 2, 180 - 380 * q[i], half, 380 * q[i], "other soft")
        rule.bar(x + half + 2, 180 - 380 * common, half, 380 * common, "other")
        rule.text(x + width / 2, 196, "abcde"[i], "strong", "middle")
    share = f"{100 * speculative.acceptance(p, q):.0f}"
    rule.text(0, 218, words("mechanism.speculative.kept", share=share), "strong")
    rule.text(356, 16, words("mechanism.speculative.legend"), "small", "end")
    return rule


def _published_acceptance(catalogue: Catalogue) -> int:
    for fact in catalogue.techniques["mtp"].facts:
        if fact.label.en == "Acceptance of the second token" and (
            found := re.match(r"(\d+)%", getattr(fact.value.value, "en", ""))
        ):
            return int(found[1])
    raise ValueError("the technique mtp states no acceptance of the second token")
