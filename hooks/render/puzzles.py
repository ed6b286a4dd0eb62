"""Puzzles with a simulator: the chunks of DualPipe on two lanes, and eight experts for a token under a limit on nodes.

Without a script the task stands as a table, and its solution, found here with labs/, below it; `scripts/puzzles.js` plays it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
from labs import overlap, router
from markupsafe import Markup

from catalogue.schema.study import Simulator

from . import assets
from .context import Context

# Scores of the four best experts on each node. The nodes with the best pairs are not those that serve the token best.
SCORES = (
    (0.93, 0.60, 0.41, 0.40),
    (0.90, 0.62, 0.42, 0.41),
    (0.88, 0.63, 0.44, 0.40),
    (0.85, 0.65, 0.45, 0.43),
    (0.74, 0.73, 0.72, 0.70),
    (0.75, 0.71, 0.69, 0.68),
    (0.95, 0.45, 0.42, 0.40),
    (0.70, 0.66, 0.52, 0.50),
)
EXPERTS, NODES = 8, 4  # num_experts_per_tok and topk_group of V3


def puzzle_html(context: Context, simulator: Simulator) -> Markup:
    """The task with what the script needs."""
    return Markup(_PUZZLES[simulator][0](context))


def solution_html(context: Context, simulator: Simulator) -> Markup:
    """What the best moves are, and what they reach."""
    return Markup(_PUZZLES[simulator][1](context))


def best_order() -> tuple[str, ...]:
    """The shortest order of the parts of a forward and a backward chunk."""
    return min(overlap.possible_orders(), key=overlap.length)


def experts_of_the_rule(scores: Sequence[Sequence[float]] = SCORES) -> list[tuple[int, int]]:
    """Node and place of the experts that V3's rule chooses: the nodes with the best pairs, then the best experts on them."""
    flat = np.array(scores).reshape(1, -1)
    ranked = np.where(router.reachable(flat, len(scores), NODES), flat, -np.inf)
    chosen = np.flatnonzero(router.largest(ranked, EXPERTS)[0])
    return [divmod(int(expert), len(scores[0])) for expert in chosen]


def best_experts(scores: Sequence[Sequence[float]] = SCORES) -> list[tuple[int, int]]:
    """Node and place of the experts with the largest sum of scores on any four nodes."""

    def on_nodes(nodes: Sequence[int]) -> list[tuple[int, int]]:
        places = [(node, place) for node in nodes for place in range(len(scores[0]))]
        return sorted(places, key=lambda at: -scores[at[0]][at[1]])[:EXPERTS]

    return max(map(on_nodes, combinations(range(len(scores)), NODES)), key=total_score)


def total_score(experts: Sequence[tuple[int, int]]) -> float:
    """The sum of the scores of some experts."""
    return round(sum(SCORES[node][place] for node, place in experts), 2)


def _chunks(context: Context) -> str:
    words = context.words
    names = {name: words(f"puzzle.chunks.part.{_key(name)}") for name in (*overlap.NEEDS, *overlap.SENT_AFTER)}
    rows = [
        (names[name], overlap.COMPUTE, words("punctuation.listed").join(names[n] for n in needs))
        for name, needs in overlap.NEEDS.items()
    ]
    rows += [(names[name], overlap.SEND, names[after] if after else "") for name, after in overlap.SENT_AFTER.items()]
    short = {name: words(f"puzzle.chunks.short.{_key(name)}") for name in names}
    said = {key: words(f"puzzle.chunks.{key}") for key in ("status", "solved", "longer", "computes", "sends")}
    said["separated"] = words("punctuation.separated")
    given = {
        "needs": overlap.NEEDS,
        "sent": overlap.SENT_AFTER,
        "compute": overlap.COMPUTE,
        "send": overlap.SEND,
        "best": overlap.length(best_order()),
    }
    return context.html(
        "puzzle_chunks.html.jinja",
        names=names,
        parts=list(overlap.NEEDS),
        rows=rows,
        data=_data("chunks", {**given, "names": names, "short": short, "said": said}),
    )


def _chunks_solved(context: Context) -> str:
    words, spans = context.words, overlap.run(best_order())
    listed = [
        words(
            "puzzle.chunks.span",
            part=words(f"puzzle.chunks.part.{_key(part)}"),
            start=spans[part][0],
            end=spans[part][1],
        )
        for part in best_order()
    ]
    return context.html(
        "puzzle_solution.html.jinja",
        listed=listed,
        says=words(
            "puzzle.chunks.solution", best=overlap.length(best_order()), count=len(list(overlap.possible_orders()))
        ),
    )


def _routing(context: Context) -> str:
    words, rule = context.words, total_score(experts_of_the_rule())
    said = {key: words(f"puzzle.routing.{key}") for key in ("status", "nodes", "experts", "better", "solved")}
    given = {"experts": EXPERTS, "nodes": NODES, "rule": rule, "best": total_score(best_experts()), "said": said}
    return context.html("puzzle_routing.html.jinja", scores=SCORES, rule=rule, data=_data("routing", given))


def _routing_solved(context: Context) -> str:
    words = context.words
    free = sorted((score for node in SCORES for score in node), reverse=True)[:EXPERTS]

    def nodes(experts: Sequence[tuple[int, int]]) -> str:
        return words("punctuation.listed").join(str(node + 1) for node in sorted({node for node, _ in experts}))

    rule, best = experts_of_the_rule(), best_experts()
    says = words(
        "puzzle.routing.solution",
        rule=f"{total_score(rule):.2f}",
        rule_nodes=nodes(rule),
        best=f"{total_score(best):.2f}",
        best_nodes=nodes(best),
        free=f"{sum(free):.2f}",
        count=len(list(combinations(SCORES, NODES))),
    )
    return context.html("puzzle_solution.html.jinja", listed=[], says=says)


def _key(name: str) -> str:
    return name.lower().replace(" ", "_")


def _data(name: str, given: Mapping[str, object]) -> Markup:
    return assets.json_block(f"puzzle-{name}", json.dumps(given, ensure_ascii=False))


_PUZZLES: Mapping[Simulator, tuple[Callable[[Context], str], Callable[[Context], str]]] = {
    Simulator.CHUNKS: (_chunks, _chunks_solved),
    Simulator.ROUTING: (_routing, _routing_solved),
}
