"""Problems on a page: question, a box for a number, and the folded answer with its working, which needs no script."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from labs import overlap, router
from markupsafe import Markup

from catalogue.derive.expression import Computation
from catalogue.derive.problems import Band, SolvedProblem
from catalogue.schema.study import Problem, Simulator, Step

from . import assets
from .cite import Citations
from .context import Context
from .format import format_integer, format_power, format_scientific, spoken_numbers
from .page import title_of
from .pages import GUIDE, MODEL, technique_address
from .tables import with_unit
from .words import CHINESE, Words

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


@cache
def best_order() -> tuple[str, ...]:
    return min(overlap.possible_orders(), key=overlap.length)


def experts_of_the_rule() -> list[tuple[int, int]]:
    """Node and place by V3's rule: nodes with the best pairs, then the best experts on them."""
    flat = np.array(SCORES).reshape(1, -1)
    ranked = np.where(router.reachable(flat, len(SCORES), NODES), flat, -np.inf)
    chosen = np.flatnonzero(router.largest(ranked, EXPERTS)[0])
    return [divmod(int(expert), len(SCORES[0])) for expert in chosen]


@cache
def best_experts() -> list[tuple[int, int]]:
    """Node and place with the largest sum of scores on any four nodes."""

    def on_nodes(nodes: Sequence[int]) -> list[tuple[int, int]]:
        places = [(node, place) for node in nodes for place in range(len(SCORES[0]))]
        return sorted(places, key=lambda at: -SCORES[at[0]][at[1]])[:EXPERTS]

    return max(map(on_nodes, combinations(range(len(SCORES)), NODES)), key=total_score)


def total_score(experts: Sequence[tuple[int, int]]) -> float:
    return round(sum(SCORES[node][place] for node, place in experts), 2)


def _chunks_puzzle(context: Context) -> str:
    words = context.words
    names = {name: words(f"puzzle.chunks.part.{_puzzle_key(name)}") for name in (*overlap.NEEDS, *overlap.SENT_AFTER)}
    rows = [
        (names[name], overlap.COMPUTE, words("punctuation.listed").join(names[n] for n in needs))
        for name, needs in overlap.NEEDS.items()
    ]
    rows += [(names[name], overlap.SEND, names[after] if after else "") for name, after in overlap.SENT_AFTER.items()]
    short = {name: words(f"puzzle.chunks.short.{_puzzle_key(name)}") for name in names}
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
        data=_puzzle_data("chunks", {**given, "names": names, "short": short, "said": said}),
    )


def _chunks_solution(context: Context) -> str:
    words, spans = context.words, overlap.run(best_order())
    listed = []
    for part in best_order():
        name, (start, end) = words(f"puzzle.chunks.part.{_puzzle_key(part)}"), spans[part]
        listed.append(words("puzzle.chunks.span", part=name, start=start, end=end))
    count = len(list(overlap.possible_orders()))
    says = words("puzzle.chunks.solution", best=overlap.length(best_order()), count=count)
    return context.html("puzzle_solution.html.jinja", listed=listed, says=says)


def _routing_puzzle(context: Context) -> str:
    words, rule = context.words, total_score(experts_of_the_rule())
    said = {key: words(f"puzzle.routing.{key}") for key in ("status", "nodes", "experts", "better", "solved")}
    given = {"experts": EXPERTS, "nodes": NODES, "rule": rule, "best": total_score(best_experts()), "said": said}
    return context.html("puzzle_routing.html.jinja", scores=SCORES, rule=rule, data=_puzzle_data("routing", given))


def _routing_solution(context: Context) -> str:
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


def _puzzle_key(name: str) -> str:
    return name.lower().replace(" ", "_")


def _puzzle_data(name: str, given: Mapping[str, object]) -> Markup:
    return assets.json_block(f"puzzle-{name}", json.dumps(given, ensure_ascii=False))


class _Puzzle(NamedTuple):
    """What is played, how it is solved, and the best that can be reached."""

    board: Callable[[Context], str]
    solution: Callable[[Context], str]
    par: Callable[[], str]


_PUZZLES: Mapping[Simulator, _Puzzle] = {
    Simulator.CHUNKS: _Puzzle(_chunks_puzzle, _chunks_solution, lambda: f"{overlap.length(best_order()):g}"),
    Simulator.ROUTING: _Puzzle(_routing_puzzle, _routing_solution, lambda: f"{total_score(best_experts()):.2f}"),
}


_HOMES = ("guide", "technique", "model")


def home_of(problem: SolvedProblem) -> str:
    """The page that asks a problem, `guide:id`, `technique:id` or `model:id`, in this order of preference."""
    pages = list(problem.problem.pages)
    if problem.entry is not None:
        pages.append(f"model:{problem.entry.model.id}")
    return next(page for kind in _HOMES for page in pages if page.startswith(f"{kind}:"))


def problems_of_page(context: Context, page: str) -> list[SolvedProblem]:
    return [problem for problem in context.problems if home_of(problem) == page]


def homes_of_related(context: Context, page: str) -> dict[str, int]:
    kind, _, name = page.partition(":")
    found: Counter[str] = Counter()
    for problem in context.problems:
        own_variant = kind == "model" and problem.entry is not None and problem.entry.model.id == name
        if (page in problem.problem.pages or own_variant) and home_of(problem) != page:
            found[home_of(problem)] += 1
    return dict(found)


def problems_html(context: Context, problems: Iterable[SolvedProblem], script: bool = True) -> str:
    items = [problem_item(context, problem) for problem in problems]
    if not items:
        return ""
    html = context.html("problems.html.jinja", items=items)
    if any(item["puzzle"] for item in items):
        html += str(assets.page_script("puzzles"))
    return html + (checker_script(context) if script else "")


def checker_script(context: Context) -> str:
    names = ("right", "close", "wrong", "not_a_number", "not_saved", "within", "beyond", "foretold")
    said = json.dumps({name: context.words(f"problems.{name}") for name in names}, ensure_ascii=False)
    return str(assets.page_script("problems", {"ds-exercise-words": said}))


def problem_item(context: Context, asked_: SolvedProblem) -> dict[str, Any]:
    words, problem = context.words, asked_.problem

    def spoken(number: Fraction) -> Markup:
        return spoken_numbers(_answer_digits(number), words)

    name = (asked_.entry.variant.name or asked_.entry.variant.id) if asked_.entry else ""
    unit = words.text(problem.unit) if problem.unit else ""
    unit = "" if unit == "-" else unit
    worked = asked_.worked
    puzzle = _PUZZLES[problem.simulator] if problem.simulator else None
    return {
        "id": asked_.id,
        "kind": words(f"problems.kind.{problem.kind.name.lower()}"),
        "level": words(f"problems.level.{problem.level}"),
        "kind_id": problem.kind.name.lower(),
        "level_id": problem.level,
        "par": words(f"puzzle.par.{problem.simulator}", best=puzzle.par()) if puzzle else "",
        "title": words.text(problem.title).replace("{name}", name),
        "question": _code_marked(words.text(problem.question).replace("{name}", name)),
        "hints": [_code_marked(words.text(hint)) for hint in problem.hints],
        "options": [
            {"text": _code_marked(words.text(o.text)), "right": o.right, "says": _code_marked(words.text(o.says))}
            for o in problem.options
        ],
        "steps": [
            {"says": _code_marked(words.text(step.says)), "working": _step_working(context, problem, step, result)}
            for step, result in asked_.steps
        ],
        "points": [_code_marked(words.text(point)) for point in problem.points],
        "exercise": problem.exercise,
        "puzzle": Markup(puzzle.board(context)) if puzzle else "",
        "puzzle_solution": Markup(puzzle.solution(context)) if puzzle else "",
        "band": _band_shown(asked_.band, words) if asked_.band else None,
        "command": f"python -m labs.train.experiments {problem.measured.experiment}" if problem.measured else "",
        "answer": Citations(context).rich_text(problem.answer) if problem.answer else "",
        "exact": str(float(worked.exact)) if worked else "",
        "unit": unit,
        "with_unit": with_unit(Markup("<b>{}</b>").format(spoken(worked.exact)), unit) if worked else "",
        "working": _working_line(words, problem, worked) if worked and not _is_last_step(asked_) else "",
        "tolerance": problem.tolerance_percent,
        "mistakes": [
            {"value": spoken(number), "says": words.text(mistake.says)} for number, mistake in asked_.mistakes
        ],
        "wrong": json.dumps(
            [[float(number), words.text(mistake.says)] for number, mistake in asked_.mistakes], ensure_ascii=False
        ),
    }


def _is_last_step(asked_: SolvedProblem) -> bool:
    """Whether the answer is the number of a step, whose working has it already."""
    names = {step.name.replace("-", "_") for step, _ in asked_.steps if step.name}
    return asked_.worked is not None and asked_.problem.formula in names


def _band_shown(band: Band, words: Words) -> dict[str, str]:
    least = abs(band.mean) / 100
    low, high = min(band.low, band.mean - least), max(band.high, band.mean + least)
    if band.share:
        low, high = max(low, 0), min(high, 1)
    shown = {"low": low, "high": high, "mean": band.mean}
    return {
        **{name: f"{number:.3g}".replace("-", "−") for name, number in shown.items()},
        "low_exact": str(low),
        "high_exact": str(high),
        "found": words("punctuation.listed").join(f"{number:.3g}".replace("-", "−") for number in band.found),
        "count": str(len(band.found)),
    }


def _step_working(context: Context, problem: Problem, step: Step, result: Computation | None) -> Markup:
    if result is None:
        return Markup()
    unit = context.words.text(step.unit) if step.unit else ""
    return Markup("{} = {}").format(
        _working_line(context.words, problem, result),
        with_unit(Markup("<b>{}</b>").format(_answer_digits(result.exact)), unit),
    )


def _code_marked(text: str) -> Markup:
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(p) if i % 2 else p for i, p in enumerate(parts))


def _working_line(words: Words, problem: Problem, worked: Computation) -> Markup:
    numbers = Markup.escape(worked.numbers)
    if not worked.values:
        return numbers
    chinese = {name.replace("-", "_"): zh for name, zh in problem.zh_names.items()}
    names = chinese if words.language == CHINESE else {}
    return Markup("{} = {}").format(worked.written_formula(lambda name: names.get(name, name)), numbers)


def _answer_digits(value: Fraction) -> str:
    if value.denominator == 1 and value < 10**15:
        return format_integer(int(value))
    if value >= 10**15:
        return format_power(int(value))
    size = Decimal(f"{abs(float(value)):.4g}")
    sign = "−" if value < 0 else ""
    return sign + (format_scientific(size) if 0 < size < Decimal("0.001") else f"{size:,f}")


def title_and_address(context: Context, home: str, written: Mapping[str, str]) -> tuple[str, str]:
    kind, _, id_ = home.partition(":")
    if kind == "guide":
        path = GUIDE.path_of(id_)
        return (title_of(written[path]) if written else id_), path
    if kind == "technique":
        technique = context.catalogue.techniques[id_]
        return context.short_name(technique), technique_address(technique)
    return context.catalogue.models[id_].name, MODEL.path_of(id_)


def links_to_related(context: Context, page: str, written: Mapping[str, str]) -> Markup:
    links, link = [], Markup('<a href="ds:{}">{}</a>')
    for home, count in homes_of_related(context, page).items():
        title, address = title_and_address(context, home, written)
        place = f"{address}#problems" if home.startswith("guide:") else address
        said = context.words("problems.under", name=re.split("[:：]", title)[0], count=count)
        links.append(link.format(place, said))
    return Markup(" · ").join(links)
