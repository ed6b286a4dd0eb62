"""Pictures that other sites show beside a link: one for each model and technique, one for all other pages.

The Chinese edition has its own where the building machine has the letters, else the English ones. Kept by content, so
that only changes are drawn again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import resvg_py
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.ttCollection import TTCollection

from catalogue.derive.expression import architecture_numbers
from catalogue.records import Entry, first_date
from catalogue.schema.model import Model
from catalogue.schema.technique import Technique
from render import format
from render.cite import counted_text, counts_of, plain_text
from render.context import Context
from render.figures.architecture.shapes import hatch_path
from render.figures.canvas import bar_path
from render.figures.home import general_line, network_thumbnail
from render.figures.svg_file import light_tokens
from render.words import CHINESE

_HERE = Path(__file__).parents[1] / "overrides" / "assets" / "fonts"
_INSTALLED = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local" / "share" / "fonts")
_CHINESE = {"text": "NotoSansCJK-Regular.ttc", "bold": "NotoSansCJK-Bold.ttc", "title": "NotoSerifCJK-Bold.ttc"}


@dataclass
class Face:
    """A font at one weight; letters that it lacks come from `other`, or are left out."""

    font: TTFont
    weight: int | None = None
    other: Face | None = None
    _known: dict[str, tuple[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        location = {"wght": self.weight} if self.weight is not None and "fvar" in self.font else None
        self._glyphs = self.font.getGlyphSet(location=location)
        self._names = self.font.getBestCmap()
        self._unit = 1 / self.font["head"].unitsPerEm

    def missing_letters(self, text: str) -> set[str]:
        own = {letter for letter in text if ord(letter) not in self._names and not letter.isspace()}
        return self.other.missing_letters("".join(own)) if self.other is not None else own

    def text_width(self, text: str, size: float) -> float:
        return sum(self._letter_outline(letter)[1] for letter in text) * size

    def draw_text(self, text: str, x: float, y: float, size: float, colour: str) -> str:
        scale, found, at = size * self._unit, [], 0.0
        for letter in text:
            outline, wide = self._letter_outline(letter)
            if outline:
                larger = self._letter_scale(letter)
                scaled = f" scale({larger:g})" if larger != 1 else ""
                found.append(f'<path transform="translate({at / self._unit:.0f} 0){scaled}" d="{outline}"/>')
            at += wide
        return f'<g fill="{colour}" transform="translate({x:.1f} {y:.1f}) scale({scale:.5f} {-scale:.5f})">{"".join(found)}</g>'

    def _letter_outline(self, letter: str) -> tuple[str, float]:
        if letter not in self._known:
            name = self._names.get(ord(letter))
            if name is None:
                self._known[letter] = self.other._letter_outline(letter) if self.other is not None else ("", 0.28)
            else:
                pen = SVGPathPen(self._glyphs)
                self._glyphs[name].draw(pen)
                self._known[letter] = (pen.getCommands(), self._glyphs[name].width * self._unit)
        return self._known[letter]

    def _letter_scale(self, letter: str) -> float:
        """Scale of a letter from the other font, whose units differ."""
        if self.other is None or ord(letter) in self._names:
            return 1
        return float(self.other._unit / self._unit)


@dataclass(frozen=True)
class Faces:
    title: Face
    text: Face
    bold: Face


def read_faces(chinese: bool = False) -> Faces:
    """Fonts of the site; with `chinese`, Noto's too, which `has_chinese` finds."""
    inter, serif = TTFont(_HERE / "inter.woff2"), TTFont(_HERE / "source-serif.woff2")
    title, text, bold = (Face(_mainland_font(path)) if chinese else None for path in _noto_fonts().values())
    return Faces(Face(serif, other=title), Face(inter, 400, text), Face(inter, 650, bold))


def has_chinese() -> bool:
    return all(path.is_file() for path in _noto_fonts().values())


@cache
def _noto_fonts() -> dict[str, Path]:
    """By use; a path that leads nowhere where a font is missing."""

    def places(name: str) -> Iterator[Path]:
        for folder in _INSTALLED:
            yield from sorted(folder.rglob(name))

    return {use: next(places(_CHINESE[use]), Path(_CHINESE[use])) for use in ("title", "text", "bold")}


def _mainland_font(path: Path) -> TTFont:
    """Of a collection for several countries, the font with the forms of mainland China."""
    fonts = TTCollection(path, lazy=True).fonts
    return next((font for font in fonts if (font["name"].getDebugName(1) or "").endswith("CJK SC")), fonts[0])


WIDTH, HEIGHT = 1200, 630
_LEFT = 72
_TOKENS = light_tokens()
_INK, _GREY, _LINE = (_TOKENS[f"--{name}"] for name in ("md-default-fg-color", "md-default-fg-color--light", "ds-line"))
_BLUE, _ORANGE, _GREEN = (_TOKENS[f"--ds-{name}"] for name in ("act", "expert", "cache"))
_PALE = {"moe": ("#eecdb9", "#e3b294"), "dense": ("#d5d8de", "#bcc0c9")}
_HOME = "index.md"
# Between two of these a line may break: words, and Chinese characters with the marks that must not begin a line.
_WORD = re.compile(r"\s*(?:[\u3400-\u9fff（《“]|[^\s\u3000-\u9fff\uff00-\uffef“”…]+|\S)[，。；：、）》”？！…]*")


@dataclass(frozen=True)
class Card:
    name: str
    svg: str


def social_cards(context: Context, faces: Faces) -> Iterator[tuple[str, Card]]:
    """By the path of their page; the card of all other pages under `index.md`."""
    catalogue = context.catalogue
    for model in catalogue.models.values():
        yield f"models/{model.id}.md", _model_card(context, faces, model)
    for technique in catalogue.techniques.values():
        if technique.page is None:
            yield f"techniques/{technique.id}.md", _technique_card(context, faces, technique)
    yield _HOME, _site_card(context, faces)


def picture_of(page: str, known: Mapping[str, str]) -> str:
    """Its own, that of the model whose part it is, or that of the site."""
    parts = page.removesuffix(".md").split("/")
    for length in range(len(parts), 0, -1):
        name = known.get("/".join(parts[:length]) + ".md")
        if name is not None:
            return name
    return known[_HOME]


def _model_card(context: Context, faces: Faces, model: Model) -> Card:
    entry, words = context.catalogue.flagship(model), context.words
    date, parameters = first_date(model), entry.variant.parameters
    facts = [format.format_month(date, words)] if date else []
    total, active = parameters.total.value, parameters.activated.value if parameters.activated else None
    sizes = (
        [words("picture.total", count=format.format_quantity(total)) + counted_text(words, parameters.total.counts)]
        if total
        else []
    )
    sizes += (
        [
            words("picture.active", count=format.format_quantity(active))
            + counted_text(words, counts_of(parameters.activated))
        ]
        if active
        else []
    )
    cache = entry.recount.kv_cache if entry.recount else None
    more = [words("picture.cache", count=format.format_integer(cache.value))] if cache else []
    lines = [line for line in ("  ·  ".join(facts), "  ·  ".join(sizes), "  ·  ".join(more)) if line]
    body = _draw_lines(faces.bold if sizes else faces.text, lines, 330, 34, 52, _INK)
    return Card(f"models-{model.id}", _card_frame(context, faces, model.name, body + _large_thumbnail(entry)))


def _large_thumbnail(entry: Entry) -> str:
    if entry.architecture is None or "num_hidden_layers" not in architecture_numbers(entry.architecture):
        return ""
    drawn = network_thumbnail(entry)
    thin, thick = _PALE["dense" if drawn["dense"] else "moe"]
    return (
        f'<g transform="translate(760 120) scale(3.1)"><path fill="{thin}" d="{drawn["thin"]}"/><path fill="{thick}" d="{drawn["layers"]}"/>'
        f'<path fill="none" stroke="#e0a98a" stroke-width="1.9" stroke-linecap="round" d="{drawn["routed"]}"/>'
        f'<path fill="none" stroke="{_ORANGE}" stroke-width="4.2" stroke-linecap="round" d="{drawn["active"]}"/></g>'
    )


def _technique_card(context: Context, faces: Faces, technique: Technique) -> Card:
    said = plain_text(context, technique.definition)
    name = context.short_name(technique)
    lines = _wrapped_lines(faces.text, said, 34, WIDTH - 2 * _LEFT, 5)
    return Card(
        f"techniques-{technique.id}",
        _card_frame(context, faces, name, _draw_lines(faces.text, lines, 320, 34, 48, _GREY)),
    )


def _site_card(context: Context, faces: Faces) -> Card:
    """What the general models keep of a token, hatched, as on the home page."""
    lines = _wrapped_lines(faces.text, context.words("picture.site"), 36, WIDTH - 2 * _LEFT, 3)
    caches = [
        entry.recount.kv_cache.value
        for entry in general_line(context.catalogue)
        if entry.recount and entry.recount.kv_cache
    ]
    kept = ""
    for index, size in enumerate(caches):
        high = max(3.0, 118 * size / max(caches))
        x, y = 700 + index * 62, 488 - high
        kept += f'<path fill="#dcebe1" stroke="{_GREEN}" d="{bar_path(x, y, 40, high)}"/><path stroke="{_GREEN}" d="{hatch_path(x, y, 40, high, 8)}"/>'
    return Card(
        "site", _card_frame(context, faces, "DS Series", _draw_lines(faces.text, lines, 320, 36, 54, _GREY) + kept)
    )


def _card_frame(context: Context, faces: Faces, title: str, body: str) -> str:
    size = 84.0
    while faces.title.text_width(title, size) > WIDTH - 2 * _LEFT and size > 40:
        size -= 4
    foot = faces.title.draw_text("DS Series", _LEFT, 566, 34, _INK)
    claim = context.words("picture.claim")
    right = WIDTH - _LEFT - faces.text.text_width(claim, 26)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/><rect width="{WIDTH}" height="12" fill="{_BLUE}"/>'
        f"{faces.title.draw_text(title, _LEFT, 190, size, _INK)}{body}"
        f'<path stroke="{_LINE}" stroke-width="2" d="M{_LEFT} 506H{WIDTH - _LEFT}"/>{foot}'
        f"{faces.text.draw_text(claim, right, 564, 26, _GREY)}</svg>"
    )


def _with_common_spaces(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def _draw_lines(face: Face, lines: list[str], y: float, size: float, step: float, colour: str) -> str:
    return "".join(
        face.draw_text(
            _with_common_spaces(line), _LEFT, y + index * step - 60, size, colour if index or len(lines) == 1 else _GREY
        )
        for index, line in enumerate(lines)
    )


def _wrapped_lines(face: Face, text: str, size: float, room: float, most: int) -> list[str]:
    """A text that is too long ends with “…”."""
    lines: list[str] = [""]
    for word in _WORD.findall(text):
        longer = f"{lines[-1]}{word}".strip()
        if face.text_width(longer, size) > room and lines[-1]:
            if len(lines) == most:
                lines[-1] += " …"
                return lines
            lines.append(word.strip())
        else:
            lines[-1] = longer
    return lines


FOLDER = "assets/pictures"


def has_localized_cards(context: Context) -> bool:
    return context.words.language != CHINESE or has_chinese()


def write_cards(context: Context, site: Path, kept: Path) -> None:
    """`kept` is a folder in which they lie by content."""
    kept.mkdir(parents=True, exist_ok=True)
    target = site / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    used = set()
    for _, card in social_cards(context, read_faces(chinese=context.words.language == CHINESE)):
        place = kept / (hashlib.sha256(card.svg.encode()).hexdigest()[:32] + ".png")
        if not place.is_file():
            place.write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=card.svg, skip_system_fonts=True)))
        used.add(place)
        (target / f"{card.name}.png").write_bytes(place.read_bytes())
    for old in set(kept.glob("*.png")) - used:
        old.unlink()


def card_addresses(context: Context) -> dict[str, str]:
    """Of each page with a picture of its own; the site's under `index.md`."""
    catalogue = context.catalogue
    own = {f"models/{id_}.md": f"models-{id_}" for id_ in catalogue.models}
    own |= {
        f"techniques/{id_}.md": f"techniques-{id_}"
        for id_, technique in catalogue.techniques.items()
        if technique.page is None
    }
    return {page: f"{FOLDER}/{name}.png" for page, name in {**own, "index.md": "site"}.items()}
