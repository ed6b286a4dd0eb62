"""Every download of the site by its path, made from the checked records."""

from collections.abc import Mapping

from catalogue.field_reference import SCHEMAS, json_schema

from ..context import Context
from ..events import EventKind, all_events
from ..pages import MODEL
from ..words import ENGLISH
from . import feeds
from .catalogue_json import PlainRecords, answers_json, badge_files, catalogue_json
from .linked_data import croissant_json
from .notebooks_and_cards import flash_cards, lab_downloads, zip_archive
from .reference_files import csl_json, ris_text
from .tables import all_tables, table_files


def export_files(contexts: Mapping[str, Context], address: str) -> dict[str, bytes]:
    plain = PlainRecords(contexts)
    tables = all_tables(plain)
    found: dict[str, str | bytes] = {**catalogue_json(plain, address), **dict(table_files(plain, tables))}
    references = plain.catalogue.references.values()
    found["data/references.bib"] = plain.catalogue.bibliography
    found["data/references.ris"], found["data/references.csl.json"] = ris_text(references), csl_json(references)
    for language, context in contexts.items():
        suffix = "" if language == ENGLISH else f".{language}"
        found[f"data/cards{suffix}.txt"] = flash_cards(context)
        edition = address if language == ENGLISH else f"{address}{language}/"
        found |= _feed_files(context, address, edition, suffix)
        found[f"data/answers{suffix}.json"] = answers_json(context, edition)
    found |= badge_files(contexts[ENGLISH])
    found |= lab_downloads(p.exercise for p in plain.catalogue.problems if p.exercise)
    for result in plain.catalogue.results.values():
        found.update({f"data/{name}": text for name, text in result.files.items()})
    for name in SCHEMAS:
        found[f"data/{name}"] = json_schema(name)
    files = {path: content if isinstance(content, bytes) else content.encode() for path, content in found.items()}
    croissant = croissant_json(contexts[ENGLISH], files, tables, address).encode()
    files["data/croissant.json"] = croissant
    return files | {f"data/releases/{plain.catalogue.revision.version}.zip": zip_archive(_files_of_release(files))}


def _files_of_release(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What a citation may mean by its day and revision: the records, the tables, and the references that they name."""
    of_records = ("data/catalogue.json", "data/models/", "data/techniques/", "data/references.", "data/croissant.json")
    return {
        path: content
        for path, content in files.items()
        if (path.startswith(of_records) or path.endswith(".csv")) and not path.endswith(".atom")
    }


def _feed_files(context: Context, address: str, edition: str, suffix: str) -> dict[str, str]:
    words, language = context.words, context.words.language
    events = all_events(context)
    of_kind = {kind: [event for event in events if event.kind is kind] for kind in EventKind}
    released, days = [], []
    for event in events:
        released += [event] if event.kind in (EventKind.MODEL, EventKind.TECHNIQUE) else []
        days += [event] if event.kind in (EventKind.MODEL, EventKind.API_END) else []
    listed = [
        ("releases", released, words("feeds.releases"), "timeline.md"),
        ("techniques", of_kind[EventKind.TECHNIQUE], words("feeds.techniques"), "techniques/index.md"),
        ("corrections", of_kind[EventKind.CORRECTION], words("feeds.corrections"), "corrections.md"),
    ]
    for model in context.catalogue.models.values():
        of_model = [event for event in events if model.id in event.models]
        listed.append((f"models/{model.id}", of_model, words("feeds.model", model=model.name), MODEL.path_of(model.id)))
    title, revised = words("feeds.calendar"), context.catalogue.revision.date
    found = {f"data/releases{suffix}.ics": feeds.icalendar_text(days, title, language, revised, edition)}
    for name, told, title, page in listed:
        path = f"data/{name}{suffix}.atom"
        found[path] = feeds.atom_feed(told, title, language, address + path, edition, page)
    return found
