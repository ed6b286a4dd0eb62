"""Cards to PNG files: drawn where nobody has drawn the same before, else taken from where they were kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

import resvg_py

from render.context import Context
from render.words import CHINESE

from .cards import social_cards
from .outline import has_chinese, read_faces

FOLDER = "assets/pictures"


def has_localized_cards(context: Context) -> bool:
    """Whether an edition has pictures of its own; else it shows the English ones, whose names and numbers are the same."""
    return context.words.language != CHINESE or has_chinese()


def write_cards(context: Context, site: Path, kept: Path) -> None:
    """Write the pictures into `site`; `kept` is a folder where they lie by what they show."""
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
    """The address of the picture of each page that has its own, and of the site's under `index.md`."""
    catalogue = context.catalogue
    own = {f"models/{id_}.md": f"models-{id_}" for id_ in catalogue.models}
    own |= {
        f"techniques/{id_}.md": f"techniques-{id_}"
        for id_, technique in catalogue.techniques.items()
        if technique.page is None
    }
    return {page: f"{FOLDER}/{name}.png" for page, name in {**own, "index.md": "site"}.items()}
