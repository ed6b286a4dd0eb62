"""What the site shows of labs/: code, results, attention weights, experiments as cards."""

import ast
import csv
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from statistics import mean
from typing import Any

from labs.train.experiments.verdict import CHANCE, Verdict
from markupsafe import Markup, escape

from catalogue.experiments import Result
from catalogue.lab_numbers import FAILURES
from catalogue.schema.study import Arm, Comparison, Experiment, ExperimentVerdict

from .cite import Citations
from .context import Context
from .figures.engine import DrawnPanel, run_figures
from .links import technique_link
from .words import Words

PAGE = "experiments.md"
# How many decimals of a column are worth showing; a column that is not listed has two.
_DECIMALS = {
    "loss": 3,
    "loss_far": 3,
    "loss_far_tuned": 3,
    "tokens_per_s": 0,
    "gain": 0,
    "tokens": 0,
    "steps": 0,
    "division": 3,
}
_HELD_AGAINST = ("loss", "probability", "reward", "strict_reward", "acceptance")
_ALIKE = 0.03  # share by which yardsticks of two arms differ that are drawn as one
_KINDS = ("attention", "expert", "cache", "index", "other", "off", "shared")
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
        panels=experiment_panels(context.words, experiment, result) if result else [],
        comparisons=[
            _comparison_shown(context.words, experiment, one, result) for one in experiment.comparisons if result
        ],
        result=citations.rich_text(experiment.result) if experiment.result else "",
        why=citations.rich_text(experiment.why) if experiment.why else "",
        does_not_show=citations.rich_text(experiment.does_not_show),
        next=citations.rich_text(experiment.next) if experiment.next else "",
        command=f"python -m labs.train.experiments {experiment.id}",
        cost=_cost_text(context.words, result) if result else context.words("experiments.not_run"),
        chance=context.words("experiments.chance", **counts_by_chance(context)) if result else "",
        technique=technique_link(context, experiment.technique, short=True) if experiment.technique else "",
        curve=bool(experiment.curve),
    )


def counts_by_chance(context: Context) -> dict[str, int]:
    """How many comparisons are judged, and how many of them would be clear if no arm differed from another."""
    results = context.catalogue.results
    count = sum(len(one.comparisons) for one in context.catalogue.experiments if one.id in results)
    return {"count": count, "expected": round(CHANCE * count)}


def verdicts_found(words: Words, experiment: Experiment) -> list[tuple[str, str]]:
    """Each verdict once, as the class of its label and in words."""
    found = dict.fromkeys(one.verdict for one in experiment.comparisons if one.verdict)
    return [(_verdict_class(verdict), verdict_word(words, verdict)) for verdict in found]


def _verdict_class(verdict: ExperimentVerdict) -> str:
    return verdict.name.lower().replace("_", "-")


def verdict_word(words: Words, verdict: ExperimentVerdict) -> str:
    return words(f"experiments.verdict.{verdict.name.lower()}")


def format_minutes(words: Words, result: Result) -> str:
    return words("start.minutes", count=math.ceil(result.minutes))


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
    return words("punctuation.separated").join(
        words("experiments.ran_on", machine=_machine_text(words, machine), torch=torch) for machine, torch in used
    )


def _comparison_shown(words: Words, experiment: Experiment, comparison: Comparison, result: Result) -> dict[str, str]:
    assert comparison.verdict is not None
    column, judged = comparison.column, result.judge_difference(comparison)
    of, first, second = _what_is_compared(words, experiment, comparison)
    sign = -1 if judged.difference < 0 else 1
    size, low, high = (
        _column_number(column, sign * judged.difference + side * judged.margin, judged.margin) for side in (0, -1, 1)
    )
    how = "alike" if not size.strip("0.") else "lower" if sign < 0 else "higher"
    text = words(
        f"experiments.compared.{how}",
        column=of,
        first=first,
        second=second,
        difference=size,
        low=low,
        high=high,
    )
    effect = _effect_text(words, comparison, judged, result)
    verdict = comparison.verdict
    return {"text": text + effect, "verdict": _verdict_class(verdict), "label": verdict_word(words, verdict)}


def _what_is_compared(words: Words, experiment: Experiment, comparison: Comparison) -> tuple[str, str, str]:
    """A column and two arms; or, where two columns of one arm are compared, the arm and these."""
    names = {arm.id: words.text(arm.name) for arm in experiment.arms}
    first, second = names[comparison.first], names[comparison.second]
    column, against = (words(f"experiments.column.{one or comparison.column}") for one in (None, comparison.against))
    if first == second:
        return first[:1].upper() + first[1:], column[:1].lower() + column[1:], against[:1].lower() + against[1:]
    return column, first, second if column == against else words("experiments.of_column", column=against, arm=second)


def _effect_text(words: Words, comparison: Comparison, judged: Verdict, result: Result) -> str:
    """The difference as a share of what the better arm gains on the table of pairs, or as a multiple of the spread over seeds."""
    ends = {arm: result.mean_and_deviation(comparison.column, arm)[0] for arm in (comparison.first, comparison.second)}
    ahead = min(ends, key=lambda arm: ends[arm])
    best, table = ends[ahead], result.yardsticks(ahead).get("bigram_loss") if comparison.column == "loss" else None
    if table is not None and max(ends.values()) < table:
        share = 100 * abs(judged.difference) / (table - best)
        return words("experiments.effect.share", share=f"{share:.0f}" if share >= 1 else f"{share:.1g}")
    if not judged.spread or comparison.verdict not in _CLEAR:
        return ""
    return words("experiments.effect.spread", count=f"{float(f'{abs(judged.difference) / judged.spread:.2g}'):g}")


def _column_number(column: str, value: float, deviation: float = 1) -> str:
    """With the column's decimals, or as many more as the first digit of the deviation needs."""
    decimals = max(_DECIMALS.get(column, 2), -math.floor(math.log10(deviation)) if deviation else 0)
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def experiment_panels(words: Words, experiment: Experiment, result: Result, small: bool = False) -> list[DrawnPanel]:
    has_curve = experiment.curve and any(arm.id in result.curve_arms for arm in experiment.arms)
    panels = [_curve_panel(words, experiment, result, small)] if has_curve else []
    return [*panels, *(_seeds_panel(words, experiment, result, column, small) for column in experiment.columns)]


def _curve_panel(words: Words, experiment: Experiment, result: Result, small: bool) -> DrawnPanel:
    column = str(experiment.curve)
    curves = {arm.id: result.mean_curve(arm.id, column) for arm in experiment.arms if arm.id in result.curve_arms}
    judged = {arm: result.seed_values(column, arm) for arm in curves if column in experiment.columns}
    ends = {arm: mean(judged.get(arm) or [curve[-1].mean]) for arm, curve in curves.items()}
    arms = [
        {
            "name": words.text(arm.name),
            "kind": kind,
            "end": _column_number(column, ends[arm.id]),
            "points": [(point.step, point.mean, point.least, point.most) for point in curves[arm.id]],
        }
        for arm, kind in _with_colours(experiment.arms)
        if arm.id in curves
    ]
    lines = _yardstick_lines(
        words, experiment, result, column, max(point.most for curve in curves.values() for point in curve)
    )
    known = "judged" if judged else "curve"
    drawn_by, steps = "smallCurve" if small else "curvePanel", words("experiments.steps")
    return _drawn_panel(drawn_by, words, "curve", known, column, arms, lines, steps)


def _drawn_panel(
    drawn_by: str,
    words: Words,
    title: str,
    ends: str,
    column: str,
    arms: list[dict[str, Any]],
    lines: Any,
    *more: object,
) -> DrawnPanel:
    says = words("punctuation.separated").join(
        words("experiments.side", arm=arm["name"], value=arm["end"]) for arm in arms
    )
    said = words(f"experiments.{title}", column=words(f"experiments.column.{column}"))
    ends = words(f"experiments.ends.{ends}", arms=says)
    return DrawnPanel.of(run_figures(drawn_by, said, ends, arms, list(lines.items()), *more))


def _yardstick_lines(
    words: Words, experiment: Experiment, result: Result, column: str, highest: float
) -> dict[str, float]:
    """Name and value of what a number is held against; single frequencies where the chart reaches them and pairs say more. An arm that read
    something else has lines of its own."""
    lines: dict[str, float] = {}
    drawn: dict[str, list[float]] = {}
    for arm in experiment.arms if column in _HELD_AGAINST else ():
        found = result.yardsticks(arm.id)
        for name, value in found.items():
            if name == "unigram_loss" and not 1.1 * found.get("bigram_loss", 0) < value <= highest:
                continue
            known = drawn.setdefault(name, [])
            if not any(abs(value - other) <= _ALIKE * other for other in known):
                label = words(f"experiments.yardstick.{name}")
                own = words("experiments.of_column", column=label, arm=words.text(arm.name))
                lines[own if known else label] = value
                known.append(value)
    return lines


def _seeds_panel(words: Words, experiment: Experiment, result: Result, column: str, small: bool) -> DrawnPanel:
    arms = [
        {
            "name": words.text(arm.name),
            "kind": kind,
            "end": _column_number(column, result.mean_and_deviation(column, arm.id)[0]),
            "values": values,
        }
        for arm, kind in _with_colours(experiment.arms)
        if (values := result.seed_values(column, arm.id))
    ]
    highest = max(value for arm in experiment.arms for value in result.seed_values(column, arm.id))
    lines = _yardstick_lines(words, experiment, result, column, highest)
    return _drawn_panel("smallSeeds" if small else "seedsPanel", words, "seeds", "judged", column, arms, lines)


def _with_colours(arms: Sequence[Arm]) -> list[tuple[Arm, str]]:
    """Every arm has a row; beyond the seventh the colours come round again."""
    return list(zip(arms, cycle(_KINDS), strict=False))


RUN_BLOCK = "run-"  # `{{ block('run-a') }}` places the curves of a run that went wrong on purpose, and does not say how
_PRETRAINING = ("loss", "grad_norm", "attention_entropy", "max_violation")
_REINFORCEMENT = ("reward", "length", "entropy", "clipped")
RUNS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "a": ("rate-too-high", _PRETRAINING),
    "b": ("dead-experts", _PRETRAINING),
    "c": ("no-clip", _PRETRAINING),
    "d": ("fp8-underflow", (*_PRETRAINING[:3], "held_back")),
    "e": ("no-root", _PRETRAINING),
    "f": ("leak", ("loss", "grad_norm", "test_loss", "fresh_loss")),
    "g": ("bias-in-the-gate", _PRETRAINING),
    "h": ("off-policy", _REINFORCEMENT),
    "i": ("reward-hole", _REINFORCEMENT),
    "j": ("length-drift", (*_REINFORCEMENT[:2], "wrong_length", "right_length")),
}


def failed_run(context: Context, letter: str) -> str:
    """Small curves of what was logged of the run and of a healthy one beside it."""
    words, (name, columns) = context.words, RUNS[letter]
    rows = tuple(csv.DictReader((FAILURES / f"{name}.curve.csv").read_text(encoding="utf-8").splitlines()))
    result = Result({}, (), rows)
    arms = {"healthy": "other", "failing": "expert"}
    charts, ends = [], []
    for column in columns:
        curves = {arm: [(point.step, point.mean) for point in result.mean_curve(arm, column)] for arm in arms}
        title = words(f"experiments.column.{column}")
        charts.append({"title": title, "curves": [{"kind": kind, "points": curves[arm]} for arm, kind in arms.items()]})
        ends.append(words("run.ends", column=title, **{arm: f"{curve[-1][1]:.3g}" for arm, curve in curves.items()}))
    says = words("punctuation.separated").join(ends)
    legend = [[kind, words(f"run.{arm}")] for arm, kind in arms.items()]
    panel = DrawnPanel.of(
        run_figures("runPanel", words("run.title", letter=letter.upper()), says, charts, legend, context=context)
    )
    return context.html("mechanism.html.jinja", name=f"run-{letter}", panels=[panel], caption="", play=None)


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


TRAINED_MODEL = Path(__file__).parents[2] / "labs" / "train" / "artifacts"


def trained_attention(context: Context, folder: Path = TRAINED_MODEL) -> str:
    """Empty where no model has been exported."""
    if not folder.is_dir():
        return ""
    words, name = context.words, "sentence_weights"
    weights, about = (
        json.loads((folder / f"{file}.json").read_text(encoding="utf-8")) for file in ("attention", "about")
    )
    found = weights[words.language]
    panels = [
        DrawnPanel.of(
            run_figures(
                "attentionPanel",
                words(f"{name}.{looks_at}", layer=head["layer"], head=head["head"]),
                words(f"{name}.says", share=f"{100 * share:.0f}"),
                found["tokens"],
                found["weights"][head["layer"] - 1][head["head"] - 1],
            )
        )
        for looks_at, (head, share) in chosen_heads(about["heads"]).items()
    ]
    caption = Markup(words(f"{name}.caption", sentence=escape(found["sentence"].rstrip(".。"))))
    return context.html("mechanism.html.jinja", name="sentence-weights", panels=panels, caption=caption, play=None)


def chosen_heads(measured: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Mapping[str, Any], float]]:
    """The head that reads the token before most and the one that reads furthest, with these shares, as measured on text held back."""
    shares = {
        "before": lambda head: head["previous"],
        "further": lambda head: 1 - head["itself"] - head["previous"] - head["first"],
    }
    best = {looks_at: max(measured, key=share) for looks_at, share in shares.items()}
    return {looks_at: (head, shares[looks_at](head)) for looks_at, head in best.items()}
