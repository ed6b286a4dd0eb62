"""Every download of the site by its path, made from the checked records."""

from __future__ import annotations

from collections.abc import Mapping

from catalogue.field_reference import SCHEMAS, json_schema

from ..context import Context
from ..words import ENGLISH
from . import feeds
from .catalogue_json import PlainRecords, catalogue_json
from .notebooks_and_cards import flash_cards, lab_downloads
from .tables import table_files


def export_files(contexts: Mapping[str, Context], address: str) -> dict[str, bytes]:
    plain = PlainRecords(contexts)
    found: dict[str, str | bytes] = {**catalogue_json(plain, address), **dict(table_files(plain))}
    found["data/references.bib"] = plain.catalogue.bibliography
    for language, context in contexts.items():
        suffix = "" if language == ENGLISH else f".{language}"
        found[f"data/cards{suffix}.txt"] = flash_cards(context)
        found |= _feed_files(context, address, suffix)
    found |= lab_downloads(p.exercise for p in plain.catalogue.problems if p.exercise)
    for result in plain.catalogue.results.values():
        found.update({f"data/{name}": text for name, text in result.files.items()})
    for name in SCHEMAS:
        found[f"data/{name}"] = json_schema(name)
    return {path: content if isinstance(content, bytes) else content.encode() for path, content in found.items()}


def _feed_files(context: Context, address: str, suffix: str) -> dict[str, str]:
    words, language = context.words, context.words.language
    edition = address if language == ENGLISH else f"{address}{language}/"
    releases, wrong = feeds.release_events(context, edition), feeds.correction_events(context, edition)
    days = feeds.newest_first([*releases, *feeds.api_end_events(context, edition)])
    title, revised = words("feeds.releases"), context.catalogue.revision.date
    found = {f"data/releases{suffix}.ics": feeds.icalendar_text(days, title, language, revised)}
    for name, events, page in (("releases", releases, "timeline"), ("corrections", wrong, "corrections")):
        path = f"data/{name}{suffix}.atom"
        found[path] = feeds.atom_feed(events, words(f"feeds.{name}"), language, address + path, f"{edition}{page}/")
    return found
