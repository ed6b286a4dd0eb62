"""Problems on a page: the question, a box for a number, and the answer with its working folded away below it.

Without a script the question and its answer are there all the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from catalogue.derive.expression import Term
from catalogue.derive.problems import Asked, Band
from catalogue.schema.study import Step

from . import assets, puzzles
from .context import Context
from .fields import with_unit
from .format import format_integer, format_power
from .words import Words

_HOMES = ("guide", "technique", "model")


def home_of(problem: Asked) -> str:
    """The page that asks a problem, `guide:id`, `technique:id` or `model:id`: a guide before a technique before a model."""
    pages = list(problem.problem.pages)
    if problem.entry is not None:
        pages.append(f"model:{problem.entry.model.id}")
    return next(page for kind in _HOMES for page in pages if page.startswith(f"{kind}:"))


def of_page(context: Context, page: str) -> list[Asked]:
    """The problems that a page asks; each stands on one page of the site."""
    return [problem for problem in context.problems if home_of(problem) == page]


def homes_of_related(context: Context, page: str) -> dict[str, int]:
    """The pages that ask problems which belong to `page` too, with how many."""
    kind, _, name = page.partition(":")
    found: Counter[str] = Counter()
    for problem in context.problems:
        own_variant = kind == "model" and problem.entry is not None and problem.entry.model.id == name
        if (page in problem.problem.pages or own_variant) and home_of(problem) != page:
            found[home_of(problem)] += 1
    return dict(found)


def problems_html(context: Context, problems: Iterable[Asked], script: bool = True) -> str:
    """The list of problems, and the script that checks answers; empty without a problem."""
    items = [problem_item(context, problem) for problem in problems]
    if not items:
        return ""
    html = context.html("problems.html.jinja", items=items)
    if any(item["puzzle"] for item in items):
        html += str(assets.page_script("puzzles"))
    return html + (checker_script(context) if script else "")


def checker_script(context: Context) -> str:
    """The script that checks answers, for a page that has its lists already."""
    return str(assets.page_script("problems", {"ds-exercise-words": _script_words(context)}))


def problem_item(context: Context, asked_: Asked) -> dict[str, Any]:
    """What is shown of a problem, in the words of the page."""
    words, problem = context.words, asked_.problem
    name = (asked_.entry.variant.name or asked_.entry.variant.id) if asked_.entry else ""
    unit = words.text(problem.unit) if problem.unit else ""
    unit = "" if unit == "-" else unit
    worked = asked_.worked
    return {
        "id": asked_.id,
        "kind": words(f"problems.kind.{problem.kind.name.lower()}"),
        "level": words(f"problems.level.{problem.level}"),
        "question": _code_marked(words.text(problem.question).replace("{name}", name)),
        "hints": [_code_marked(words.text(hint)) for hint in problem.hints],
        "options": [
            {"text": _code_marked(words.text(o.text)), "right": o.right, "says": _code_marked(words.text(o.says))}
            for o in problem.options
        ],
        "steps": [
            {"says": _code_marked(words.text(step.says)), "working": _step_working(context, step, result)}
            for step, result in asked_.steps
        ],
        "points": [_code_marked(words.text(point)) for point in problem.points],
        "exercise": problem.exercise,
        "puzzle": puzzles.puzzle_html(context, problem.simulator) if problem.simulator else "",
        "puzzle_solution": puzzles.solution_html(context, problem.simulator) if problem.simulator else "",
        "band": _band_shown(asked_.band, words) if asked_.band else None,
        "command": f"python -m labs.train.experiments {problem.measured.experiment}" if problem.measured else "",
        "answer": _code_marked(words.text(problem.answer)) if problem.answer else "",
        "exact": str(float(worked.exact)) if worked else "",
        "unit": unit,
        "with_unit": with_unit(Markup("<b>{}</b>").format(_answer_digits(worked.exact)), unit) if worked else "",
        "working": _working_line(worked) if worked and not _is_last_step(asked_) else "",
        "tolerance": problem.tolerance_percent,
        "mistakes": [
            {"value": _answer_digits(number), "says": words.text(mistake.says)} for number, mistake in asked_.mistakes
        ],
        "wrong": json.dumps(
            [[float(number), words.text(mistake.says)] for number, mistake in asked_.mistakes], ensure_ascii=False
        ),
    }


def _is_last_step(asked_: Asked) -> bool:
    """Whether the answer is the number of a step, whose working says it already."""
    names = {step.name.replace("-", "_") for step, _ in asked_.steps if step.name}
    return asked_.worked is not None and asked_.problem.formula in names


def _band_shown(band: Band, words: Words) -> dict[str, str]:
    """A band as it is read; where the seeds agree, a per cent is left on either side."""
    least = abs(band.mean) / 100
    low, high = min(band.low, band.mean - least), max(band.high, band.mean + least)
    shown = {"low": low, "high": high, "mean": band.mean}
    return {
        **{name: f"{number:.3g}".replace("-", "−") for name, number in shown.items()},
        "low_exact": str(low),
        "high_exact": str(high),
        "found": words("punctuation.listed").join(f"{number:.3g}".replace("-", "−") for number in band.found),
        "count": str(len(band.found)),
    }


def _step_working(context: Context, step: Step, result: Term | None) -> Markup:
    if result is None:
        return Markup()
    unit = context.words.text(step.unit) if step.unit else ""
    return Markup("{} = {}").format(
        _working_line(result), with_unit(Markup("<b>{}</b>").format(_answer_digits(result.exact)), unit)
    )


def _code_marked(text: str) -> Markup:
    """A text whose `code` is marked as such."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else Markup("{}").format(part) for i, part in enumerate(parts)
    )


def _script_words(context: Context) -> str:
    names = ("right", "close", "wrong", "not_a_number", "within", "beyond", "foretold")
    return json.dumps({name: context.words(f"problems.{name}") for name in names}, ensure_ascii=False)


def _working_line(worked: Term) -> Markup:
    """The formula with names, then with numbers; a formula of numbers alone is said once."""
    numbers = Markup.escape(worked.numbers)
    return Markup("{} = {}").format(worked.formula, numbers) if worked.values else numbers


def _answer_digits(value: Fraction) -> str:
    """All digits of a whole number that one can read, four of any other."""
    if value.denominator == 1 and value < 10**15:
        return format_integer(int(value))
    return format_power(int(value)) if value >= 10**15 else f"{float(value):,.4g}"
