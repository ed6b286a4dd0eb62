"""What the site shows of labs/: code, results, attention weights, experiments as cards."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Iterable, Sequence
from itertools import cycle
from pathlib import Path

from labs.train.experiments.verdict import Verdict

from catalogue.experiments import Result
from catalogue.schema.study import Arm, Comparison, Experiment, ExperimentVerdict

from .cite import Citations
from .context import Context
from .figures.canvas import WIDTH, Linear, Panel
from .links import technique_link
from .words import Words

PAGE = "experiments.md"
# How many decimals of a column are worth showing; a column that is not listed has two.
_DECIMALS = {"loss": 3, "loss_far": 3, "loss_far_tuned": 3, "tokens_per_s": 0, "gain": 3}
_KINDS = ("attention", "expert", "cache", "index", "other", "off", "shared")
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, WIDTH - 6, 12, 166
_ROW = 34
_CLEAR = (ExperimentVerdict.SHOWN, ExperimentVerdict.OPPOSITE, ExperimentVerdict.SEEN_LATER)


def experiment_card(citations: Citations, experiment: Experiment) -> str:
    context, expected = citations.context, experiment.expectation
    result = context.catalogue.results.get(experiment.id)
    return context.html(
        "experiment.html.jinja",
        id=experiment.id,
        page=PAGE,
        name=context.words.text(experiment.name),
        question=citations.rich_text(experiment.question),
        expectation=citations.cite(str(citations.rich_text(expected.text)), expected.source),
        panels=_experiment_panels(context.words, experiment, result) if result else [],
        comparisons=[
            _comparison_shown(context.words, experiment, one, result) for one in experiment.comparisons if result
        ],
        result=citations.rich_text(experiment.result) if experiment.result else "",
        why=citations.rich_text(experiment.why) if experiment.why else "",
        does_not_show=citations.rich_text(experiment.does_not_show),
        next=citations.rich_text(experiment.next) if experiment.next else "",
        command=f"python -m labs.train.experiments {experiment.id}",
        cost=_cost_text(context.words, result) if result else context.words("experiments.not_run"),
        technique=technique_link(context, experiment.technique, short=True) if experiment.technique else "",
        curve=bool(experiment.curve),
    )


def verdicts_found(words: Words, experiment: Experiment) -> list[tuple[str, str]]:
    """Each verdict once, as the class of its label and in words."""
    found = dict.fromkeys(one.verdict for one in experiment.comparisons if one.verdict)
    return [(_verdict_class(verdict), verdict_word(words, verdict)) for verdict in found]


def _verdict_class(verdict: ExperimentVerdict) -> str:
    return verdict.name.lower().replace("_", "-")


def verdict_word(words: Words, verdict: ExperimentVerdict) -> str:
    return words(f"experiments.verdict.{verdict.name.lower()}")


def format_minutes(words: Words, result: Result) -> str:
    return words("experiments.minutes", count=math.ceil(result.minutes))


def _machine_text(words: Words, recorded: str) -> str:
    processor, _, cores = recorded.rpartition(", ")
    return words("experiments.machine", processor=processor, cores=cores.removesuffix(" cores"))


def _cost_text(words: Words, result: Result) -> str:
    return words(
        "experiments.cost", minutes=format_minutes(words, result), seeds=result.seeds, commit=result.origin["commit"]
    )


def machines_used(words: Words, results: Iterable[Result]) -> str:
    """What the experiments ran on, each machine once."""
    used = dict.fromkeys((result.origin["machine"], result.origin["torch"]) for result in results)
    return words("experiments.listed").join(
        words("experiments.ran_on", machine=_machine_text(words, machine), torch=torch) for machine, torch in used
    )


def _comparison_shown(words: Words, experiment: Experiment, comparison: Comparison, result: Result) -> dict[str, str]:
    assert comparison.verdict is not None
    column, judged = comparison.column, result.judge_difference(comparison)
    names = {arm.id: words.text(arm.name) for arm in experiment.arms}
    sign = -1 if judged.difference < 0 else 1
    size, low, high = (
        _column_number(column, sign * judged.difference + side * judged.margin, judged.margin) for side in (0, -1, 1)
    )
    how = "alike" if not size.strip("0.") else "lower" if sign < 0 else "higher"
    text = words(
        f"experiments.compared.{how}",
        column=words(f"experiments.column.{column}"),
        first=names[comparison.first],
        second=names[comparison.second],
        difference=size,
        low=low,
        high=high,
    )
    effect = _effect_text(words, comparison, judged, result)
    verdict = comparison.verdict
    return {"text": text + effect, "verdict": _verdict_class(verdict), "label": verdict_word(words, verdict)}


def _effect_text(words: Words, comparison: Comparison, judged: Verdict, result: Result) -> str:
    """The difference as a share of what the better arm gains on the table of pairs, or as a multiple of the spread over seeds."""
    table = result.yardsticks().get("bigram_loss") if comparison.column == "loss" else None
    best = min(result.mean_and_deviation(comparison.column, arm)[0] for arm in (comparison.first, comparison.second))
    if table is not None and best < table:
        share = 100 * abs(judged.difference) / (table - best)
        return words("experiments.effect.share", share=f"{share:.0f}" if share >= 1 else f"{share:.1g}")
    if not judged.spread or comparison.verdict not in _CLEAR:
        return ""
    return words("experiments.effect.spread", count=f"{abs(judged.difference) / judged.spread:.2g}")


def _column_number(column: str, value: float, deviation: float = 1) -> str:
    """With the column's decimals, or as many more as the first digit of the deviation needs."""
    decimals = max(_DECIMALS.get(column, 2), -math.floor(math.log10(deviation)) if deviation else 0)
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def _experiment_panels(words: Words, experiment: Experiment, result: Result) -> list[Panel]:
    has_curve = experiment.curve and any(arm.id in result.curve_arms for arm in experiment.arms)
    panels = [_curve_panel(words, experiment, result)] if has_curve else []
    columns = dict.fromkeys(comparison.column for comparison in experiment.comparisons)
    return [*panels, *(_seeds_panel(words, experiment, result, column) for column in columns)]


def _curve_panel(words: Words, experiment: Experiment, result: Result) -> Panel:
    column = str(experiment.curve)
    arms = [(arm, kind) for arm, kind in _with_colours(experiment.arms) if arm.id in result.curve_arms]
    curves = {arm.id: result.mean_curve(arm.id, column) for arm, _ in arms}
    places = [point for curve in curves.values() for point in curve]
    across = Linear(0, max(point.step for point in places), _LEFT, _RIGHT)
    lines = _yardstick_lines(words, result, column, max(point.most for point in places))
    heights = [*(point.least for point in places), *(point.most for point in places), *lines.values()]
    low, high = min(heights), max(heights)
    up = Linear(low, high if high > low else low + 1, _BOTTOM, _TOP)
    title = words("experiments.curve", column=words(f"experiments.column.{column}"))
    ends = [
        words("experiments.side", arm=words.text(arm.name), value=_column_number(column, curves[arm.id][-1].mean))
        for arm, _ in arms
    ]
    panel = Panel(title, _BOTTOM + 40 + 17 * len(arms), words("experiments.listed").join(ends))
    for value in up.ticks(4):
        panel.line([(_LEFT, up(value)), (_RIGHT, up(value))], "axis")
        panel.text(_LEFT - 6, up(value) + 4, f"{value:,.4g}".replace("-", "−"), "small", "end")
    for arm, kind in arms:
        curve = curves[arm.id]
        edge = [(across(point.step), up(point.most)) for point in curve]
        edge += [(across(point.step), up(point.least)) for point in reversed(curve)]
        panel.path("M" + "L".join(f"{x:g} {y:g}" for x, y in edge) + "z", f"{kind} band")
    for arm, kind in arms:
        panel.line([(across(point.step), up(point.mean)) for point in curves[arm.id]], kind)
    for name, value in lines.items():
        panel.line([(_LEFT, up(value)), (_RIGHT, up(value))], "yardstick")
        panel.text(_RIGHT, up(value) - 4, name, "small", "end")
    for step in across.ticks(4):
        panel.text(across(step), _BOTTOM + 17, f"{step:g}", "small", "middle")
    panel.text(_RIGHT, _BOTTOM + 32, words("experiments.steps"), "small", "end")
    for index, (arm, kind) in enumerate(arms):
        y = _BOTTOM + 38 + 17 * index
        panel.bar(0, y, 11, 11, kind)
        panel.text(18, y + 10, words.text(arm.name))
    return panel


def _yardstick_lines(words: Words, result: Result, column: str, highest: float) -> dict[str, float]:
    """Name and value of what a loss is held against; single frequencies only where the chart reaches up to them."""
    found = result.yardsticks() if column == "loss" else {}
    return {
        words(f"experiments.yardstick.{name}"): value
        for name, value in found.items()
        if name != "unigram_loss" or value <= highest
    }


def _seeds_panel(words: Words, experiment: Experiment, result: Result, column: str) -> Panel:
    arms = [(arm, kind) for arm, kind in _with_colours(experiment.arms) if result.seed_values(column, arm.id)]
    everything = [value for arm, _ in arms for value in result.seed_values(column, arm.id)]
    lines = _yardstick_lines(words, result, column, max(everything))
    low, high = min(*everything, *lines.values()), max(*everything, *lines.values())
    across = Linear(low, high if high > low else low + 1, 8, WIDTH - 8)
    means = [_column_number(column, result.mean_and_deviation(column, arm.id)[0]) for arm, _ in arms]
    said = [
        words("experiments.side", arm=words.text(arm.name), value=mean)
        for (arm, _), mean in zip(arms, means, strict=True)
    ]
    panel = Panel(
        words("experiments.seeds", column=words(f"experiments.column.{column}")),
        _ROW * len(arms) + 26 + 15 * len(lines),
        words("experiments.listed").join(said),
    )
    for index, (name, value) in enumerate(lines.items()):
        bottom = _ROW * len(arms) + 26 + 15 * index
        panel.line([(across(value), 16), (across(value), bottom)], "yardstick")
        right = across(value) > WIDTH / 2
        panel.text(across(value) + (-4 if right else 4), bottom + 10, name, "small", "end" if right else "start")
    for index, ((arm, kind), mean) in enumerate(zip(arms, means, strict=True)):
        y = _ROW * index
        panel.text(0, y + 12, words.text(arm.name))
        panel.text(WIDTH - 4, y + 12, mean, "strong", "end")
        panel.line([(8, y + 23), (WIDTH - 8, y + 23)], "axis")
        panel.dots([(across(value), y + 23) for value in result.seed_values(column, arm.id)], f"{kind} seed")
    bottom = _ROW * len(arms) + 14
    ticks = across.ticks(4)
    for value in ticks:
        anchor = "start" if across(value) < 20 else "end" if across(value) > WIDTH - 20 else "middle"
        panel.text(across(value), bottom, f"{value:,.4g}".replace("-", "−"), "small", anchor)
    return panel


def _with_colours(arms: Sequence[Arm]) -> list[tuple[Arm, str]]:
    """Every arm has a row; beyond the seventh the colours come round again."""
    return list(zip(arms, cycle(_KINDS), strict=False))


FOLDER = Path(__file__).parents[2] / "labs"
EXERCISES = FOLDER / "exercises"
LABS = tuple(sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__"))


# The functions that a guide explains, of those that it shows; the rest of a file is one link away.
_SHOWN = {
    "dualpipe": ("_order",),
    "fp8": ("quantise", "accumulate"),
    "grpo": ("advantages", "clipped"),
    "mhc": ("sinkhorn", "step"),
    "mla": ("compress", "absorbed"),
    "muon": ("newton_schulz",),
    "one_step": ("backward", "step"),
    "packing": ("best_fit",),
    "policy_gradient": ("sampled_gradients",),
    "roofline": ("ridge", "time"),
    "router": ("route",),
    "router_gradient": ("centroid_gradient",),
    "sampling": ("with_temperature", "top_p"),
    "speculative": ("residual", "sample"),
    "yarn": ("ramp_by_pair", "stretch"),
}


def lab_code(name: str) -> str:
    return (FOLDER / f"{name}.py").read_text(encoding="utf-8")


def mechanism_code(name: str) -> str:
    functions = {node.name: node for node in ast.parse(lab_code(name)).body if isinstance(node, ast.FunctionDef)}
    return "\n\n\n".join(statement_text(name, functions[function]) for function in _SHOWN.get(name, functions)) + "\n"


def statement_text(module: str, node: ast.stmt) -> str:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    return "\n".join(lab_code(module).splitlines()[first - 1 : node.end_lineno])


EXPERIMENT_BLOCK = "experiment-"  # `{{ block('experiment-muon') }}` places the card of `muon`


ATTENTION_WEIGHTS = Path(__file__).parents[2] / "labs" / "train" / "artifacts" / "attention.json"
_TOKEN_ROW, _TOKEN_LEFT, _TOKEN_TOP = 15, 78, 6

Rows = Sequence[Sequence[float]]  # row t: the weights that token t gives to the tokens up to itself


def trained_attention(context: Context, file: Path = ATTENTION_WEIGHTS) -> str:
    """Empty where no model has been exported."""
    if not file.is_file():
        return ""
    found = json.loads(file.read_text(encoding="utf-8"))[context.words.language]
    words, name = context.words, "sentence_weights"
    panels = [
        _attention_panel(
            words(f"{name}.{looks_at}", layer=layer + 1, head=head + 1),
            words(f"{name}.says", share=f"{100 * share:.0f}"),
            found["tokens"],
            found["weights"][layer][head],
        )
        for looks_at, (layer, head, share) in chosen_heads(found["weights"]).items()
    ]
    caption = words(f"{name}.caption", sentence=found["sentence"].rstrip(".。"))
    return context.html("mechanism.html.jinja", name="sentence-weights", panels=panels, caption=caption, play=None)


def chosen_heads(weights: Sequence[Sequence[Rows]]) -> dict[str, tuple[int, int, float]]:
    """For each pattern the layer and head that show it most, and their mean share of weight."""

    def share(rows: Rows, looks_at: str) -> float:
        late = list(enumerate(rows))[3:]  # before that everything is near
        parts = ({"before": row[t - 1], "first": row[0], "further": sum(row[1 : t - 1])} for t, row in late)
        return sum(part[looks_at] for part in parts) / len(late) if late else 0.0

    places = [(layer, head) for layer, heads in enumerate(weights) for head in range(len(heads))]
    found = {}
    for looks_at in ("before", "further", "first"):
        layer, head = max(places, key=lambda place: share(weights[place[0]][place[1]], looks_at))
        found[looks_at] = (layer, head, share(weights[layer][head], looks_at))
    return found


def _attention_panel(title: str, says: str, tokens: Sequence[str], rows: Rows) -> Panel:
    panel = Panel(title, _TOKEN_TOP + _TOKEN_ROW * len(rows) + 6, says)
    step = min(_TOKEN_ROW, (356 - _TOKEN_LEFT) / len(rows))
    for t, row in enumerate(rows):
        middle = _TOKEN_TOP + _TOKEN_ROW * (t + 0.5)
        panel.text(_TOKEN_LEFT - 8, middle + 4, tokens[t].strip() or "␣", "small", "end")
        for j, weight in enumerate(row):
            side = max(0.8, (step - 1.5) * math.sqrt(weight))
            left, kind = _TOKEN_LEFT + step * (j + 0.5) - side / 2, "attention" if weight > 0.02 else ""
            panel.bar(left, middle - side / 2, side, side, kind)
    return panel
