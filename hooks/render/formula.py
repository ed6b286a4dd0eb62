"""Formulas: LaTeX to MathML at build, and the catalogue's own formulas as lines with their numbers."""

import re
from collections.abc import Sequence
from functools import cache
from html import unescape
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from fontTools.ttLib import TTFont
from latex2mathml.converter import convert
from markupsafe import Markup, escape

MOST = 74.0  # letters of a line, at the size and in the column that formulas have
_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_RELATIONS = frozenset("=≈≤≥<>→←∈≠")
_SIGNS = frozenset("+−-")
_INDENT = "2em"


def in_lines(math: str) -> str:
    """The formula where it fits, or a table with a row for each line."""
    root = ElementTree.fromstring(math.replace(f' xmlns="{_NAMESPACE}"', ""))
    pieces = _flat_pieces(root)
    if _width_in_letters(pieces) <= MOST:
        return math
    lines = _fitted_lines(pieces)
    while any(_width_in_letters(line) > MOST for line in lines) and _open_widest(pieces):
        lines = _fitted_lines(pieces)
    table = Element("mtable", {"displaystyle": "true", "class": "ds-lines"})
    for number, line in enumerate(lines):
        row = ElementTree.SubElement(ElementTree.SubElement(table, "mtr"), "mtd")
        if number and not _starts_anew(lines[number - 1]):
            row.append(Element("mspace", {"width": _INDENT}))
        row.extend(line)
    for child in list(root):
        root.remove(child)
    root.append(table)
    root.set("xmlns", _NAMESPACE)
    return ElementTree.tostring(root, encoding="unicode")


def _flat_pieces(root: Element) -> list[Element]:
    children = list(root)
    while len(children) == 1 and children[0].tag in ("mrow", "mstyle"):
        children = list(children[0])
    return children


def _fitted_lines(pieces: Sequence[Element]) -> list[list[Element]]:
    """As few lines as fit; a piece that never fits stands alone."""
    lines: list[list[Element]] = [[]]
    for segment in _line_segments(pieces):
        alone = _starts_anew(lines[-1])
        if lines[-1] and (alone or _width_in_letters([*lines[-1], *segment]) > MOST):
            lines.append([])
        lines[-1].extend(segment)
    return [line for line in lines if line]


def _line_segments(pieces: Sequence[Element]) -> list[list[Element]]:
    found: list[list[Element]] = [[]]
    for piece in pieces:
        if found[-1] and _may_begin(piece):
            found.append([])
        found[-1].append(piece)
        if _is_wide_space(piece) or (piece.tag == "mo" and (piece.text or "") == ","):
            found.append([])
    return [segment for segment in found if segment]


def _may_begin(piece: Element) -> bool:
    return piece.tag == "mo" and (piece.text or "").strip() in _RELATIONS | _SIGNS and piece.get("form") != "prefix"


def _is_wide_space(piece: Element) -> bool:
    width = piece.get("width", "") if piece.tag == "mspace" else ""
    return width.endswith("em") and float(width[:-2]) >= 1


def _starts_anew(line: Sequence[Element]) -> bool:
    """Whether a line ends a formula, so that the next is not its continuation."""
    return bool(line) and _is_wide_space(line[-1])


def _open_widest(pieces: list[Element]) -> bool:
    """Replace the group of the widest brackets by its content; False where none is worth it."""
    groups = [piece for piece in pieces if piece.tag == "mrow" and len(piece) > 2 and piece[0].get("fence")]
    if not groups:
        return False
    widest = max(groups, key=lambda group: _width_in_letters([group]))
    if _width_in_letters([widest]) < MOST / 3:
        return False
    tall = any(child.tag in ("mfrac", "munderover") or child.find(".//mfrac") is not None for child in widest)
    for fence in (widest[0], widest[-1]):
        fence.set("stretchy", "true" if tall else "false")
        if tall:
            fence.set("minsize", "2.4em")
            fence.set("maxsize", "2.4em")
    at = pieces.index(widest)
    pieces[at : at + 1] = list(widest)
    return True


def _width_in_letters(pieces: Sequence[Element]) -> float:
    return sum(_as_one_row(piece) for piece in pieces)


def _as_one_row(piece: Element) -> float:
    children = [_as_one_row(child) for child in piece]
    match piece.tag:
        case "mfrac" | "munder" | "mover" | "munderover":
            return max(children) * (1 if piece.tag == "mfrac" else 0.75) + 0.4
        case "msub" | "msup":
            return children[0] + 0.7 * children[1]
        case "msubsup":
            return children[0] + 0.7 * max(children[1:])
        case "mspace":
            width = piece.get("width", "0em")
            return 2 * float(width[:-2]) if width.endswith("em") else 0.3
        case "mo":
            return len((piece.text or "").strip()) + (1.0 if _may_begin(piece) else 0.2)
    return len((piece.text or "").strip()) + sum(children)


class FormulaError(ValueError):
    """latex2mathml did not understand a formula, which it says only in its output."""


_UNTOUCHED = re.compile(r"(<code\b.*?</code>|<[^>]*>)")  # tags, and code as it is written: `q_lora_rank` has no index
_INDEXED = re.compile(r"\b([^\W\d_])(?=[_^])(?:_(\w{1,4}|\{[^}]*\}))?(?:\^(\w{1,3}|\{[^}]*\}))?")


def with_indices(html: Markup) -> Markup:
    """Letters with an index, written `d_h^R` or `W^{UK}`, as MathML."""
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
    # Entities: Markdown would take a backslash for its own.
    written = str(escape(latex)).replace("\\", "&#92;")
    return _convert_latex(latex, "inline").replace("<math ", f'<math data-latex="{written}" ', 1)


@cache
def formula_mathml(latex: str) -> str:
    """Display MathML with its LaTeX as annotation. Raises FormulaError for an unknown command."""
    return in_lines(_convert_latex(latex, "block")).replace("<math ", f'<math data-latex="{escape(latex)}" ', 1)


def wrapping_mathml(latex: str) -> str:
    """Display MathML whose parts at a `\\qquad` stand below each other on a narrow screen."""
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
    shown = unescape(re.sub(r"<annotation.*?</annotation>|<[^>]*>", "", result))
    if lacking := sorted({sign for sign in shown if not sign.isspace() and ord(sign) < _HAN} - _signs_of_the_font()):
        raise FormulaError(
            f"`{latex}`: `{lacking[0]}` is not in the font of formulas; write another sign, or cut it with fonts/subset.py"
        )
    return result


_FONTS = Path(__file__).parents[2] / "overrides" / "assets" / "fonts"
_HAN = 0x2E80  # from here on letters come from the reader's system


@cache
def _signs_of_the_font() -> frozenset[str]:
    fonts = (TTFont(path, lazy=True).getBestCmap() for path in _FONTS.glob("stix-two-math*.woff2"))
    return frozenset(chr(code) for font in fonts for code in font)


_BRACE = re.compile(r"\\.|[{}]", re.S)
_PAIRS = (
    (r"\\left(?![a-zA-Z])", r"\\right(?![a-zA-Z])", "\\left", "\\right"),
    (r"\\begin\{", r"\\end\{", "\\begin", "\\end"),
)


def unbalanced_part(latex: str) -> str:
    """What lacks its other half, in words; the converter would draw another formula in silence."""
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
