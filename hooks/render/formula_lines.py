"""Break a formula that is wider than a column: before relations, before plus and minus, after a wide space.

Takes and gives MathML. Where no break outside brackets is left, the widest pair of brackets is opened: its two halves
then stand on different lines, both in the size that the whole pair would have.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

MOST = 74.0  # letters of a line, at the size and in the column that formulas have
_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_RELATIONS = frozenset("=≈≤≥<>→←∈≠")
_SIGNS = frozenset("+−-")
_INDENT = "2em"


def in_lines(math: str) -> str:
    """The formula as it is where it fits, or as a table with a row for each line."""
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
    """What stands side by side at the top of a formula."""
    children = list(root)
    while len(children) == 1 and children[0].tag in ("mrow", "mstyle"):
        children = list(children[0])
    return children


def _fitted_lines(pieces: Sequence[Element]) -> list[list[Element]]:
    """As few lines as fit; a piece that fits nowhere stands alone."""
    lines: list[list[Element]] = [[]]
    for segment in _line_segments(pieces):
        alone = _starts_anew(lines[-1])
        if lines[-1] and (alone or _width_in_letters([*lines[-1], *segment]) > MOST):
            lines.append([])
        lines[-1].extend(segment)
    return [line for line in lines if line]


def _line_segments(pieces: Sequence[Element]) -> list[list[Element]]:
    """Pieces up to where a line may end."""
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
    """Whether a line ends a formula, so that the next one is another and not its continuation."""
    return bool(line) and _is_wide_space(line[-1])


def _open_widest(pieces: list[Element]) -> bool:
    """Put the widest pair of brackets in place of its group; False where there is none that is worth it."""
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
    """About how many letters wide they are."""
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
