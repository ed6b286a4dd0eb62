"""LaTeX to MathML at build, so that no script draws formulas in the browser."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from latex2mathml.converter import convert
from markupsafe import Markup, escape

from .formula_lines import in_lines


class FormulaError(ValueError):
    """latex2mathml did not understand a formula; it says so only in its output."""


_UNTOUCHED = re.compile(r"(<code\b.*?</code>|<[^>]*>)")  # tags, and code as it is written: `q_lora_rank` has no index
_INDEXED = re.compile(r"\b([^\W\d_])(?=[_^])(?:_(\w{1,4}|\{[^}]*\}))?(?:\^(\w{1,3}|\{[^}]*\}))?")


def with_indices(html: Markup) -> Markup:
    """Letters with an index, written `d_h^R` or `W^{UK}` in a text, as the formula sets them."""
    return Markup(
        "".join(
            part if part.startswith("<") else _INDEXED.sub(_set_letters, part) for part in _UNTOUCHED.split(str(html))
        )
    )


def _set_letters(match: re.Match[str]) -> str:
    letter, below, above = (part and part.strip("{}") for part in match.groups())
    return f"<i>{letter}</i>" + (f"<sub>{below}</sub>" if below else "") + (f"<sup>{above}</sup>" if above else "")


@cache
def inline_mathml(latex: str) -> str:
    """MathML for a letter or a short formula in a sentence. Raises FormulaError as `mathml` does."""
    # Entities: Markdown would take a backslash for its own.
    written = str(escape(latex)).replace("\\", "&#92;")
    return _convert_latex(latex, "inline").replace("<math ", f'<math data-latex="{written}" ', 1)


@cache
def formula_mathml(latex: str) -> str:
    """Display MathML, with the LaTeX for whoever writes the page in another form. Raises FormulaError where a command was not understood.

    The cache holds a pure function's results, not data: a changed formula is a new key.
    """
    return in_lines(_convert_latex(latex, "block")).replace("<math ", f'<math data-latex="{escape(latex)}" ', 1)


def wrapping_mathml(latex: str) -> str:
    """Display MathML whose parts, where the LaTeX has a `\\qquad` between them, stand one below the other on a narrow screen."""
    parts = [part.strip() for part in latex.split(r"\qquad")]
    if len(parts) == 1 or any(map(unbalanced_part, parts)):
        return formula_mathml(latex)
    return f'<div class="ds-wrapping">{"".join(map(formula_mathml, parts))}</div>'


def _convert_latex(latex: str, display: Literal["block", "inline"]) -> str:
    if problem := unbalanced_part(latex):
        raise FormulaError(f"`{latex}`: {problem}")
    try:
        result = str(convert(latex, display=display))
    except Exception as error:  # the library raises many unrelated classes
        raise FormulaError(f"`{latex}` cannot be converted: {type(error).__name__} {error}") from error
    left_over = re.search(r"\\[A-Za-z]+", result)
    if left_over or "<merror" in result:
        raise FormulaError(f"`{latex}`: `{left_over[0] if left_over else '?'}` is not understood; use plain LaTeX")
    return result


_BRACE = re.compile(r"\\.|[{}]", re.S)
_PAIRS = (
    (r"\\left(?![a-zA-Z])", r"\\right(?![a-zA-Z])", "\\left", "\\right"),
    (r"\\begin\{", r"\\end\{", "\\begin", "\\end"),
)


def unbalanced_part(latex: str) -> str:
    """What stands in a formula without its other half, in words; empty if nothing does. The converter draws another formula in its place."""
    depth = 0
    for brace in _BRACE.findall(latex):
        depth += (brace == "{") - (brace == "}")
        if depth < 0:
            return "`}` closes what no `{` opens"
    if depth:
        return "`{` without `}`"
    for opening, closing, first, second in _PAIRS:
        opened, closed = len(re.findall(opening, latex)), len(re.findall(closing, latex))
        if opened != closed:
            return f"{opened} × `{first}` and {closed} × `{second}`"
    return ""
