"""The flash cards of the site as a deck for Anki, with the drawings of techniques."""

import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import genanki

# By them Anki knows the deck again, and brings its cards up to date.
_NOTES, _DECK = 1764547200001, 1764547200002
_PICTURE = re.compile(r'id="techniques-([\w-]+)--picture".*?(<svg.*?</svg>)', re.DOTALL)
_CSS = ".card { font: 18px sans-serif; text-align: left } img { background: #fff; padding: 8px; width: 420px; max-width: 95% }"


def drawings_of(sections: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The SVG of each technique's picture, from the chapters of the book."""
    return {found[1]: found[2] for _, text in sections if (found := _PICTURE.search(text))}


def write_deck(file: Path, cards: str, drawings: Mapping[str, str]) -> int:
    """From tab-separated `cards`, whose first lines begin with `#`. Gives how many there are."""
    heads = dict(line[1:].split(":", 1) for line in cards.splitlines() if line.startswith("#"))
    rows = [line.split("\t") for line in cards.splitlines() if not line.startswith("#")]
    sides = [{"name": "Card", "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr id=answer>{{Back}}"}]
    model = genanki.Model(_NOTES, "DS Series", [{"name": "Front"}, {"name": "Back"}], sides, _CSS)
    deck = genanki.Deck(_DECK + sum(heads["deck"].encode()), heads["deck"])
    with tempfile.TemporaryDirectory() as folder:
        media = []
        for id_, front, back, tags in rows:
            technique = id_.partition("-technique-")[2]
            if svg := drawings.get(technique):
                media.append(Path(folder) / f"{id_}.svg")
                media[-1].write_text(svg, encoding="utf-8")
                back += f'<br><img src="{id_}.svg">'
            deck.add_note(genanki.Note(model, [front, back], guid=id_, tags=tags.split()))
        genanki.Package(deck, list(map(str, media))).write_to_file(file)
    return len(rows)
