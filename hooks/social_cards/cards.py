"""What a picture shows, as SVG of 1,200 by 630: the name, a sentence or the sizes, the network in small, and the site."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalogue.derive.dimensions import numbers_of
from catalogue.records import Entry, first_date
from catalogue.schema.model import Model
from catalogue.schema.technique import Technique
from render import format
from render.cite import Citations, counted_text, counts_of
from render.context import Context
from render.figures.architecture.export import light_tokens
from render.figures.architecture.marks import bar_path, hatch_path
from render.figures.home_line import general_line, network_thumbnail

from .outline import Face, Faces

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
    """A picture's name in the site and its SVG."""

    name: str
    svg: str


def social_cards(context: Context, faces: Faces) -> Iterator[tuple[str, Card]]:
    """A card for each model and each technique with a page of its own, by the path of that, and one for all the others under `index.md`."""
    catalogue = context.catalogue
    for model in catalogue.models.values():
        yield f"models/{model.id}.md", _model_card(context, faces, model)
    for technique in catalogue.techniques.values():
        if technique.page is None:
            yield f"techniques/{technique.id}.md", _technique_card(context, faces, technique)
    yield _HOME, _site_card(context, faces)


def picture_of(page: str, known: Mapping[str, str]) -> str:
    """The picture of a page: its own, that of the model whose part it is, or the one of the site."""
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
    """The thumbnail of the general line, large."""
    if entry.architecture is None or "num_hidden_layers" not in numbers_of(entry.architecture):
        return ""
    drawn = network_thumbnail(entry)
    thin, thick = _PALE["dense" if drawn.dense else "moe"]
    return (
        f'<g transform="translate(760 120) scale(3.1)"><path fill="{thin}" d="{drawn.thin}"/><path fill="{thick}" d="{drawn.layers}"/>'
        f'<path fill="none" stroke="#e0a98a" stroke-width="1.9" stroke-linecap="round" d="{drawn.routed}"/>'
        f'<path fill="none" stroke="{_ORANGE}" stroke-width="4.2" stroke-linecap="round" d="{drawn.active}"/></g>'
    )


def _technique_card(context: Context, faces: Faces, technique: Technique) -> Card:
    said = str(Citations(context).inline(technique.definition).striptags())
    name = context.short_name(technique)
    lines = _wrapped_lines(faces.text, said, 34, WIDTH - 2 * _LEFT, 5)
    return Card(
        f"techniques-{technique.id}",
        _card_frame(context, faces, name, _draw_lines(faces.text, lines, 320, 34, 48, _GREY)),
    )


def _site_card(context: Context, faces: Faces) -> Card:
    """What the general models keep of a token, hatched, as at the head of the home page."""
    lines = _wrapped_lines(faces.text, context.words("picture.site"), 36, WIDTH - 2 * _LEFT, 3)
    caches = [
        entry.recount.kv_cache.value
        for entry in general_line(context.catalogue)
        if entry.recount and entry.recount.kv_cache
    ]
    kept = ""
    for index, cache in enumerate(caches):
        high = max(3.0, 118 * cache / max(caches))
        x, y = 700 + index * 62, 488 - high
        kept += f'<path fill="#dcebe1" stroke="{_GREEN}" d="{bar_path(x, y, 40, high)}"/><path stroke="{_GREEN}" d="{hatch_path(x, y, 40, high, 8)}"/>'
    return Card(
        "site", _card_frame(context, faces, "DS Series", _draw_lines(faces.text, lines, 320, 36, 54, _GREY) + kept)
    )


def _card_frame(context: Context, faces: Faces, title: str, body: str) -> str:
    """Title, body, and the site at the foot."""
    size = 84.0
    while faces.title.width(title, size) > WIDTH - 2 * _LEFT and size > 40:
        size -= 4
    foot = faces.title.draw("DS Series", _LEFT, 566, 34, _INK)
    claim = context.words("picture.claim")
    right = WIDTH - _LEFT - faces.text.width(claim, 26)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/><rect width="{WIDTH}" height="12" fill="{_BLUE}"/>'
        f"{faces.title.draw(title, _LEFT, 190, size, _INK)}{body}"
        f'<path stroke="{_LINE}" stroke-width="2" d="M{_LEFT} 506H{WIDTH - _LEFT}"/>{foot}'
        f"{faces.text.draw(claim, right, 564, 26, _GREY)}</svg>"
    )


def _with_common_spaces(text: str) -> str:
    """A text with common spaces."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


def _draw_lines(face: Face, lines: list[str], y: float, size: float, step: float, colour: str) -> str:
    return "".join(
        face.draw(
            _with_common_spaces(line), _LEFT, y + index * step - 60, size, colour if index or len(lines) == 1 else _GREY
        )
        for index, line in enumerate(lines)
    )


def _wrapped_lines(face: Face, text: str, size: float, room: float, most: int) -> list[str]:
    """A text in lines; one that is too long ends with a sign for it."""
    lines: list[str] = [""]
    for word in _WORD.findall(text):
        longer = f"{lines[-1]}{word}".strip()
        if face.width(longer, size) > room and lines[-1]:
            if len(lines) == most:
                lines[-1] += " …"
                return lines
            lines.append(word.strip())
        else:
            lines[-1] = longer
    return lines
