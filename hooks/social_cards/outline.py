"""Text as outlines, in the fonts of the site: a picture then looks the same on every machine, and needs no font.

These fonts have no Chinese. Where the machine that builds has Noto's, they lend the letters that are missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.ttCollection import TTCollection

_HERE = Path(__file__).parents[2] / "overrides" / "assets" / "fonts"
_INSTALLED = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local" / "share" / "fonts")
_CHINESE = {"text": "NotoSansCJK-Regular.ttc", "bold": "NotoSansCJK-Bold.ttc", "title": "NotoSerifCJK-Bold.ttc"}


@dataclass
class Face:
    """A font at one weight. Letters that it lacks are those of `other`, and left out where that lacks them too."""

    font: TTFont
    weight: int | None = None
    other: Face | None = None
    _known: dict[str, tuple[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        location = {"wght": self.weight} if self.weight is not None and "fvar" in self.font else None
        self._glyphs = self.font.getGlyphSet(location=location)
        self._names = self.font.getBestCmap()
        self._unit = 1 / self.font["head"].unitsPerEm

    def lacks(self, text: str) -> set[str]:
        """The letters of a text that the font has not."""
        own = {letter for letter in text if ord(letter) not in self._names and not letter.isspace()}
        return self.other.lacks("".join(own)) if self.other is not None else own

    def width(self, text: str, size: float) -> float:
        """How wide a text is."""
        return sum(self._letter(letter)[1] for letter in text) * size

    def draw(self, text: str, x: float, y: float, size: float, colour: str) -> str:
        """The outlines of a text that begins at (x, y), as SVG."""
        scale, found, at = size * self._unit, [], 0.0
        for letter in text:
            outline, wide = self._letter(letter)
            if outline:
                larger = self._larger(letter)
                scaled = f" scale({larger:g})" if larger != 1 else ""
                found.append(f'<path transform="translate({at / self._unit:.0f} 0){scaled}" d="{outline}"/>')
            at += wide
        return f'<g fill="{colour}" transform="translate({x:.1f} {y:.1f}) scale({scale:.5f} {-scale:.5f})">{"".join(found)}</g>'

    def _letter(self, letter: str) -> tuple[str, float]:
        """The outline of a letter in the font's units, and its width in ems; each is drawn once."""
        if letter not in self._known:
            name = self._names.get(ord(letter))
            if name is None:
                self._known[letter] = self.other._letter(letter) if self.other is not None else ("", 0.28)
            else:
                pen = SVGPathPen(self._glyphs)
                self._glyphs[name].draw(pen)
                self._known[letter] = (pen.getCommands(), self._glyphs[name].width * self._unit)
        return self._known[letter]

    def _larger(self, letter: str) -> float:
        """How much larger a letter has to be, if it is another font's, whose units are others."""
        if self.other is None or ord(letter) in self._names:
            return 1
        return float(self.other._unit / self._unit)


@dataclass(frozen=True)
class Faces:
    """The faces of a picture."""

    title: Face
    text: Face
    bold: Face


def read_faces(chinese: bool = False) -> Faces:
    """Read the fonts of the site; with `chinese`, and Noto's where `has_chinese`."""
    inter, serif = TTFont(_HERE / "inter.woff2"), TTFont(_HERE / "source-serif.woff2")
    title, text, bold = (Face(_mainland_font(path)) if chinese else None for path in _noto_fonts().values())
    return Faces(Face(serif, other=title), Face(inter, 400, text), Face(inter, 650, bold))


def has_chinese() -> bool:
    """Whether this machine has what pictures in Chinese need: Debian's `fonts-noto-cjk`."""
    return all(path.is_file() for path in _noto_fonts().values())


@cache
def _noto_fonts() -> dict[str, Path]:
    """Noto's fonts for title, text and bold text: where they are, or a path that leads nowhere."""

    def places(name: str) -> Iterator[Path]:
        for folder in _INSTALLED:
            yield from sorted(folder.rglob(name))

    return {use: next(places(_CHINESE[use]), Path(_CHINESE[use])) for use in ("title", "text", "bold")}


def _mainland_font(path: Path) -> TTFont:
    """The font with the forms of mainland China, of a collection for several countries."""
    fonts = TTCollection(path, lazy=True).fonts
    return next((font for font in fonts if (font["name"].getDebugName(1) or "").endswith("CJK SC")), fonts[0])
