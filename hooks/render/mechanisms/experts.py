"""Mechanisms of routing: V3's router for one token, a load that a bias evens out, nodes that a token has to visit."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from labs import all_to_all, balance, router

from catalogue.records import Catalogue, Entry

from ..words import Words
from .attention import dimension, number
from .panel import Panel, columns


def _gates(entry: Entry, tokens: int, limited: bool = True) -> np.ndarray:
    """Gates of random tokens at random experts, by V3's rule."""
    n, k, groups, best = (
        dimension(entry, name) for name in ("n_routed_experts", "num_experts_per_tok", "n_group", "topk_group")
    )
    return _routed(tokens, n, k, *((groups, best) if limited else (1, 1)), number(entry, "routed_scaling_factor"))


@lru_cache(maxsize=8)  # both editions draw the same
def _routed(tokens: int, n: int, k: int, groups: int, best: int, scale: float) -> np.ndarray:
    rng = np.random.default_rng(11)
    u, e = rng.standard_normal((tokens, 16)), rng.standard_normal((n, 16)) / 2
    gates: np.ndarray = router.route(u, e, np.zeros(n), k, groups, best, scale)
    return gates


@lru_cache(maxsize=8)
def _simulated(steps: int, tokens: int, speed: float) -> tuple[np.ndarray, np.ndarray]:
    """Loads of the experts and their imbalance, step by step; the bias moves by `speed`."""
    loads, imbalance = balance.simulate(steps, T=tokens, u=speed)
    return loads, imbalance


def router_of_v3(words: Words, catalogue: Catalogue) -> list[Panel]:
    """The experts of a layer in their groups: which groups and which experts one token reaches, and with which gates."""
    entry = catalogue.entries["deepseek-v3-base"]
    groups, n = dimension(entry, "n_group"), dimension(entry, "n_routed_experts")
    gates, per = _gates(entry, 1)[0], n // groups
    chosen = np.flatnonzero(gates)
    reached = {int(i) // per for i in chosen}
    panel = Panel(
        words("mechanism.router.experts", experts=n, groups=groups),
        268,
        words("mechanism.router.says", chosen=len(chosen)),
    )
    step = 346 / per
    for group in range(groups):
        y = 4 + group * 33
        panel.bar(0, y, 356, 28, "expert soft" if group in reached else "faint")
        places = [(8 + i * step, y + 14) for i in range(per)]
        panel.dots(places, "expert soft" if group in reached else "fine")
        panel.dots([places[int(i) % per] for i in chosen if int(i) // per == group], "expert")
    weights = Panel(words("mechanism.router.gates"), 268, words("mechanism.router.gates_says"))
    most = max(gates)
    for row, i in enumerate(sorted(chosen, key=lambda i: -gates[i])):
        y = 6 + row * 27
        weights.text(0, y + 13, words("mechanism.router.expert", number=int(i) + 1))
        weights.bar(92, y, gates[i] / most * 200, 18, "expert")
        weights.text(300, y + 13, f"{gates[i]:.2f}", "strong")
    weights.text(92, 246, words("mechanism.router.sum", sum=f"{gates.sum():.1f}"), "strong")
    return [panel, weights]


def bias_balance(words: Words, catalogue: Catalogue) -> list[Panel]:
    """Load of the experts before and after, and the imbalance step by step, with and without the bias."""
    steps = 120
    loads, with_bias = _simulated(steps, 512, 0.004)
    _, without = _simulated(steps, 512, 0.0)
    load = Panel(words("mechanism.bias-balance.load"), 250, words("mechanism.bias-balance.load_says"))
    most, even = loads.max(), loads[0].mean()
    for row, (name, values) in enumerate((("first", loads[0]), ("last", loads[-1]))):
        base = 108 + row * 126
        load.text(0, base - 94, words(f"mechanism.bias-balance.{name}", step=1 if row == 0 else steps), "strong")
        for (x, width), value in zip(columns(len(values), 0, 356), values, strict=True):
            load.bar(x, base - value / most * 82, width, value / most * 82, "expert")
        load.line([(0, base - even / most * 82), (356, base - even / most * 82)], "dashed")
    path = Panel(words("mechanism.bias-balance.path"), 250, words("mechanism.bias-balance.path_says"))
    top = max(without.max(), with_bias.max())
    path.line([(30, 10), (30, 210), (356, 210)], "axis")
    for kind, values in (("off", without), ("expert", with_bias)):
        path.line([(30 + 320 * i / (steps - 1), 210 - 190 * v / top) for i, v in enumerate(values)], kind)
    path.text(
        350, 210 - 190 * without[-20:].mean() / top + 50, words("mechanism.bias-balance.without"), "strong", "end"
    )
    path.text(350, 210 - 190 * with_bias[-20:].mean() / top - 16, words("mechanism.bias-balance.with"), "strong", "end")
    path.text(30, 230, words("mechanism.bias-balance.step", step=1))
    path.text(356, 230, words("mechanism.bias-balance.step", step=steps), anchor="end")
    return [load, path]


def node_limit(words: Words, catalogue: Catalogue) -> list[Panel]:
    """How many nodes tokens are sent to, without and with the limit; random tokens at random experts."""
    entry = catalogue.entries["deepseek-v3-base"]
    nodes, tokens = dimension(entry, "n_group"), 2000
    panels = []
    for name, limited in (("free", False), ("limited", True)):
        visited = all_to_all.copies(_gates(entry, tokens, limited) > 0, nodes)
        panel = Panel(
            words(f"mechanism.node-limit.{name}", limit=dimension(entry, "topk_group")),
            190,
            words("mechanism.node-limit.says", mean=f"{visited.mean():.1f}"),
        )
        for (x, width), count in zip(columns(nodes, 0, 356), range(1, nodes + 1), strict=True):
            share = float(np.mean(visited == count))
            panel.bar(x, 140 - 120 * share, width, 120 * share, "expert")
            panel.text(x + width / 2, 156, count, anchor="middle")
        panel.line([(0, 140), (356, 140)], "axis")
        panel.text(0, 178, words("mechanism.node-limit.mean", mean=f"{visited.mean():.1f}"), "strong")
        panels.append(panel)
    return panels
