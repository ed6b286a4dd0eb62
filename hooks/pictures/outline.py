"""Text as outlines, in the fonts of the site: a picture then looks the same on every machine, and needs no font."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

_HERE = Path(__file__).parents[2] / "overrides" / "assets" / "fonts"


@dataclass
class Face:
    """A font at one weight. Letters that it lacks are left out."""

    font: TTFont
    weight: int | None = None
    _known: dict[str, tuple[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        location = {"wght": self.weight} if self.weight is not None and "fvar" in self.font else None
        self._glyphs = self.font.getGlyphSet(location=location)
        self._names = self.font.getBestCmap()
        self._unit = 1 / self.font["head"].unitsPerEm

    def lacks(self, text: str) -> set[str]:
        """The letters of a text that the font has not."""
        return {letter for letter in text if ord(letter) not in self._names and not letter.isspace()}

    def width(self, text: str, size: float) -> float:
        """How wide a text is."""
        return sum(self._letter(letter)[1] for letter in text) * size

    def draw(self, text: str, x: float, y: float, size: float, colour: str) -> str:
        """The outlines of a text that begins at (x, y), as SVG."""
        scale, found, at = size * self._unit, [], 0.0
        for letter in text:
            outline, wide = self._letter(letter)
            if outline:
                found.append(f'<path transform="translate({at / self._unit:.0f} 0)" d="{outline}"/>')
            at += wide
        return f'<g fill="{colour}" transform="translate({x:.1f} {y:.1f}) scale({scale:.5f} {-scale:.5f})">{"".join(found)}</g>'

    def _letter(self, letter: str) -> tuple[str, float]:
        """The outline of a letter in the font's units, and its width in ems; each is drawn once."""
        if letter not in self._known:
            name = self._names.get(ord(letter))
            if name is None:
                self._known[letter] = ("", 0.28)
            else:
                pen = SVGPathPen(self._glyphs)
                self._glyphs[name].draw(pen)
                self._known[letter] = (pen.getCommands(), self._glyphs[name].width * self._unit)
        return self._known[letter]


@dataclass(frozen=True)
class Faces:
    """The faces of a picture."""

    title: Face
    text: Face
    bold: Face


def faces() -> Faces:
    """Read the fonts of the site."""
    inter = TTFont(_HERE / "inter.woff2")
    return Faces(Face(TTFont(_HERE / "source-serif.woff2")), Face(inter, 400), Face(inter, 650))
