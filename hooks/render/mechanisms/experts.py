"""Mechanisms of routing: V3's router for one token, nodes that a token has to visit."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from labs import all_to_all, router

from catalogue.records import Catalogue, Entry

from ..words import Words
from .attention import architecture_number, dimension
from .panel import Panel, equal_columns


def _example_gates(entry: Entry, tokens: int, limited: bool = True) -> np.ndarray:
    """Gates of random tokens at random experts, by V3's rule."""
    n, k, groups, best = (
        dimension(entry, name) for name in ("n_routed_experts", "num_experts_per_tok", "n_group", "topk_group")
    )
    return _route_tokens(
        tokens, n, k, *((groups, best) if limited else (1, 1)), architecture_number(entry, "routed_scaling_factor")
    )


@lru_cache(maxsize=8)  # both editions draw the same
def _route_tokens(tokens: int, n: int, k: int, groups: int, best: int, scale: float) -> np.ndarray:
    rng = np.random.default_rng(11)
    u, e = rng.standard_normal((tokens, 16)), rng.standard_normal((n, 16)) / 2
    gates: np.ndarray = router.route(u, e, np.zeros(n), k, groups, best, scale)
    return gates


def router_of_v3(words: Words, catalogue: Catalogue) -> list[Panel]:
    """The experts of a layer in their groups: which groups and which experts one token reaches, and with which gates."""
    entry = catalogue.entries["deepseek-v3-base"]
    groups, n = dimension(entry, "n_group"), dimension(entry, "n_routed_experts")
    gates, per = _example_gates(entry, 1)[0], n // groups
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


def node_limit(words: Words, catalogue: Catalogue) -> list[Panel]:
    """How many nodes tokens are sent to, without and with the limit; random tokens at random experts."""
    entry = catalogue.entries["deepseek-v3-base"]
    nodes, tokens = dimension(entry, "n_group"), 2000
    panels = []
    for name, limited in (("free", False), ("limited", True)):
        visited = all_to_all.copies(_example_gates(entry, tokens, limited) > 0, nodes)
        panel = Panel(
            words(f"mechanism.node-limit.{name}", limit=dimension(entry, "topk_group")),
            190,
            words("mechanism.node-limit.says", mean=f"{visited.mean():.1f}"),
        )
        for (x, width), count in zip(equal_columns(nodes, 0, 356), range(1, nodes + 1), strict=True):
            share = float(np.mean(visited == count))
            panel.bar(x, 140 - 120 * share, width, 120 * share, "expert")
            panel.text(x + width / 2, 156, count, anchor="middle")
        panel.line([(0, 140), (356, 140)], "axis")
        panel.text(0, 178, words("mechanism.node-limit.mean", mean=f"{visited.mean():.1f}"), "strong")
        panels.append(panel)
    return panels
