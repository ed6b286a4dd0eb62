"""HTML and JSON as text that reads as a diff.

HTML stays as it was made, broken into lines: one for each element of its own, indented by depth, without what closes it. So an
escape that is dropped, a link, a class or a source that changes is one line that changes. Data of scripts is JSON, a value a line.
Of the Chinese edition what is said in Chinese is kept, without markup; what else there is, is that of the English one.
"""

import json
import re
from collections.abc import Iterator

WIDTH = 110  # of a line of JSON
TOGETHER = 220  # of a line of shapes or of cells

_TAG = re.compile(r'<(/?)([a-zA-Z][\w-]*)((?:[^>"]|"[^"]*")*?)(/?)>')
_SCRIPT = re.compile(r'<script type="application/json" id="([^"]+)">(.*?)</script>', re.DOTALL)
_PHRASING = (
    "a abbr b bdi br button cite code em i input kbd label mark small span strong sub sup time tspan title u wbr "
    "math mi mn mo mrow ms mspace mstyle msub msubsup msup mtext mfrac msqrt mover munder mtable mtr mtd semantics"
)
_INLINE = frozenset(_PHRASING.split())
_VOID = frozenset(["br", "hr", "img", "input", "link", "meta", "source", "wbr", "col"])
_GEOMETRY = re.compile(r' (?:d|x|y|x1|x2|y1|y2|cx|cy|r|rx|ry|dx|dy|width|height|points|transform|viewBox)="[^"]*"')
_SHAPE = re.compile(r" *<(?:path|rect|circle|line)\b[^>]*>(?:$| <)")
_CELL = re.compile(r" *<(?:td|th|option)\b")
HAN = re.compile(r"[\u4e00-\u9fff]")
_SPACE = re.compile(r"\s+")


def lines_of_html(html: str, geometry: bool = True) -> Iterator[str]:
    """HTML as lines; without `geometry` a drawing is what it says and how it is classed."""
    html, at = str(html), 0  # of Markup each part would be escaped once more
    for script in _SCRIPT.finditer(html):
        yield from _broken(html[at : script.start()], geometry)
        yield f"data of a script: {script[1]}"
        data = json.loads(script[2])
        for known in ("drawings", "words"):  # as on the pages of the models, and in words/
            data.pop(known, None) if isinstance(data, dict) else None
        yield from (f"  {line}" for line in lines_of_json(data))
        at = script.end()
    yield from _broken(html[at:], geometry)


def _broken(html: str, geometry: bool) -> Iterator[str]:
    """Shapes without a text, and cells of a row, share a line with what is before them."""
    last = ""
    for line in _elements(html, geometry):
        beside = any(one.match(line) and one.match(last) for one in (_SHAPE, _CELL))
        if beside and len(last) + len(line.lstrip()) < TOGETHER and _depth(last) == _depth(line):
            last += f" {line.lstrip()}"
        else:
            if last:
                yield last
            last = line
    if last:
        yield last


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _elements(html: str, geometry: bool) -> Iterator[str]:
    depth, line, at = 0, "", 0
    begun = 0  # depth of the element that the line begins with

    def ended() -> Iterator[str]:
        if text := _SPACE.sub(" ", line).strip():
            yield "  " * begun + text

    for tag in _TAG.finditer(html):
        line += html[at : tag.start()]
        at = tag.end()
        closes, name, attributes, alone = tag.groups()
        if name in _INLINE:
            line += tag[0]
        elif closes:
            yield from ended()
            depth -= 1
            line, begun = "", depth
        else:
            yield from ended()
            kept = attributes if geometry else _GEOMETRY.sub("", attributes)
            line, begun = f"<{name}{kept.rstrip()}> ", depth
            depth += not alone and name not in _VOID
    line += html[at:]
    yield from ended()


def lines_of_json(value: object) -> Iterator[str]:
    """JSON with whatever fits into a line on one."""
    whole = json.dumps(value, ensure_ascii=False)
    if len(whole) <= WIDTH or not isinstance(value, dict | list):
        yield whole
    elif isinstance(value, dict):
        for key, inner in value.items():
            first, *rest = lines_of_json(inner)
            yield f"{key}: {first}"
            yield from (f"  {line}" for line in rest)
    elif all(not isinstance(inner, dict | list | str) for inner in value):
        line = ""
        for number in map(json.dumps, value):
            if len(line) + len(number) > WIDTH:
                yield line
                line = ""
            line += f"{number} "
        yield line.rstrip()
    else:
        for inner in value:
            first, *rest = lines_of_json(inner)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)


def chinese(line: str) -> str:
    """What a line says in Chinese: its text, and the labels on its elements in brackets."""
    said = _TAG.sub(
        lambda tag: "".join(f"[{label}]" for label in re.findall(r'"([^"]*)"', tag[3]) if HAN.search(label)), line
    )
    return said if said.startswith("\n") else said.strip()
