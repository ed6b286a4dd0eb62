"""A drawing as a file of its own, with the colours of styles/tokens.css in it."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path

_STYLES = Path(__file__).parents[1] / "styles"
_SVG = re.compile(r'<svg class="ds-drawing-wide".*?</svg>', re.DOTALL)
_LINK = re.compile(r"</?a\b[^>]*>")
_DATA = re.compile(r' data-[a-z]+="[^"]*"')
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_RIGHT, _LINE = 28, 18  # right margin of a sheet, height of a line
FONTS = 'Inter, "Segoe UI", "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'


def svg_file(figure: str, address: str = "") -> str | None:
    """The wide sheet with the colours of the light scheme and the `address` of its page; None without one. Links go."""
    found = _SVG.search(figure)
    if found is None:
        return None
    svg = _DATA.sub("", _LINK.sub("", found[0]))
    box = _BOX.search(svg)
    assert box is not None
    width, height = float(box[1]), float(box[2])
    if address:
        line = (
            f'<text class="credit" x="{width - _RIGHT:g}" y="{height + 2:g}" text-anchor="end">{escape(address)}</text>'
        )
        svg, height = svg.removesuffix("</svg>") + line + "</svg>", height + _LINE
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ds-drawing" width="{width:g}" height="{height:g}"'
        f' viewBox="0 0 {width:g} {height:g}"'
        f' font-family=\'{FONTS}\'><style>{_inlined_style()}</style><rect width="100%" height="100%" fill="#fff"/>'
    )
    return head + svg.partition(">")[2] + "\n"


def public_address(address: str) -> str:
    """Empty for a local address, which means nothing elsewhere."""
    local = address.startswith(("http://127.", "http://localhost", "http://[::1]"))
    return "" if local else address.partition("://")[2].rstrip("/")


@cache
def light_tokens() -> dict[str, str]:
    return _tokens_of_selector(r"\[data-md-color-scheme\]")


@cache
def dark_tokens() -> dict[str, str]:
    return {**light_tokens(), **_tokens_of_selector(r'\[data-md-color-scheme="slate"\]')}


def _tokens_of_selector(selector: str) -> dict[str, str]:
    tokens = (_STYLES / "tokens.css").read_text(encoding="utf-8")
    found = re.search(selector + r" \{(.*?)\}", tokens, re.DOTALL)
    assert found is not None
    return dict(re.findall(r"(--[a-z0-9-]+): ([^;]+);", found[1]))


@cache
def _inlined_style() -> str:
    values = light_tokens()
    lines = (_STYLES / "drawing.css").read_text(encoding="utf-8").splitlines()
    own = (line for line in lines if line.startswith(".ds-drawing ") and "{" in line)
    still = (line for line in own if not any(word in line for word in (":hover", ":focus", "ds-drawing-")))
    rules = (re.sub(r"var\((--[a-z0-9-]+)\)", lambda m: values.get(m[1], "serif"), line) for line in still)
    return re.sub(r"color-mix\(in srgb, (#\w{6}) (\d+)%, (#\w{6}|transparent)\)", _mixed_color, "\n".join(rules))


def _mixed_color(mix: re.Match[str]) -> str:
    """`color-mix` computed, for programs that do not know it."""
    front, share = [int(mix[1][i : i + 2], 16) for i in (1, 3, 5)], int(mix[2]) / 100
    if mix[3] == "transparent":
        return f"rgba({front[0]},{front[1]},{front[2]},{share:g})"
    back = [int(mix[3][i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in zip(front, back, strict=True))
