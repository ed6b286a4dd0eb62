"""What happened on a day, from the records: releases, techniques and infrastructure, names of the API, corrections.

The feeds and the page of what changed are made from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from catalogue import records
from catalogue.lookup import hyphenated_name
from catalogue.records import first_date
from catalogue.schema.model import ApiPointer
from catalogue.schema.technique import Technique
from catalogue.schema.values import PartialDate

from .cite import plain_text, reference_anchor
from .context import Context
from .links import correction_anchor
from .pages import MODEL, technique_address


class EventKind(StrEnum):
    """The value is the key of its word."""

    MODEL = "news.model"
    TECHNIQUE = "news.technique"
    API = "news.api"
    API_END = "news.api_end"
    CORRECTION = "news.correction"


@dataclass(frozen=True)
class Event:
    """Something that happened on a day, or in a month where the day is not known.

    Attributes:
        id: The same in each language and for ever.
        page: Source path, with an anchor.
        models: Ids of the families that it is about.
    """

    id: str
    kind: EventKind
    day: PartialDate
    title: str
    text: str
    page: str
    models: frozenset[str] = frozenset()


def all_events(context: Context) -> list[Event]:
    found = (
        *_release_events(context),
        *_technique_events(context),
        *_api_events(context),
        *_correction_events(context),
    )
    by_id = sorted(found, key=lambda event: event.id)
    return sorted(by_id, key=lambda event: event.day.first_day, reverse=True)


def _release_events(context: Context) -> Iterator[Event]:
    catalogue, words = context.catalogue, context.words
    for model in catalogue.models.values():
        page, about = MODEL.path_of(model.id), frozenset((model.id,))
        first = first_date(model)
        if first is not None:
            text = plain_text(context, model.lead or model.summary)
            yield Event(f"model/{model.id}", EventKind.MODEL, first, model.name, text, page, about)
        for entry in catalogue.entries_of(model):
            day = records.release_date(entry)
            if entry.variant.release is None or day is None or day == first:
                continue
            text = words("feeds.checkpoint", model=model.name)
            yield Event(f"variant/{entry.variant.id}", EventKind.MODEL, day, entry.variant.name, text, page, about)


def _technique_events(context: Context) -> Iterator[Event]:
    """What DeepSeek introduced, and what came out of it on a day of its own, such as code."""
    for technique in context.catalogue.techniques.values():
        page, name = technique_address(technique), context.words.text(technique.name)
        day = technique.introduced.date.value
        if technique.introduced.by_deepseek and day is not None:
            text = plain_text(context, technique.definition)
            yield Event(f"technique/{technique.id}", EventKind.TECHNIQUE, day, name, text, page)
        yield from _dated_steps(context, technique, name, page)


def _dated_steps(context: Context, technique: Technique, name: str, page: str) -> Iterator[Event]:
    for step in technique.in_models:
        if step.date is not None and step.date != technique.introduced.date.value:
            text = plain_text(context, step.text)
            yield Event(f"technique/{technique.id}/{step.date.text}", EventKind.TECHNIQUE, step.date, name, text, page)


def _api_events(context: Context) -> Iterator[Event]:
    """What a name led to from a day on, what it cost, and the ends of names that had one."""
    words, entries = context.words, context.catalogue.entries
    for name in context.catalogue.api_names:
        behind = frozenset(entries[each.variant].model.id for each in name.pointers if each.variant)
        for pointer in name.pointers:
            day, label = pointer.since.value, pointer_label(context, pointer)
            if day is not None:
                mode = words("api_names.in_mode", mode=words.text(pointer.mode)) if pointer.mode else ""
                title = words("news.pointer", name=name.name, model=label + mode)
                about = frozenset((entries[pointer.variant].model.id,)) if pointer.variant else frozenset()
                id_ = f"api-name/{name.id}/{day.text}/{hyphenated_name(label)}"
                yield Event(id_, EventKind.API, day, title, "", f"api-names.md#{reference_anchor(name.id)}", about)
        if name.until is not None and name.until.value is not None:
            title, text = words("feeds.end", name=name.name), words("feeds.end_text", name=name.name)
            yield Event(f"api-name/{name.id}", EventKind.API_END, name.until.value, title, text, "api-names.md", behind)
    for price in context.catalogue.api_prices:
        title = words("news.price", names=words("punctuation.listed").join(price.names))
        parts = (("hit", price.dollars.hit), ("miss", price.dollars.miss), ("output", price.dollars.output))
        told = (f"{words(f'prices.{part}')} ${single.value.text}" for part, single in parts if single and single.value)
        rate = words(f"prices.rate.{price.rate.name.lower()}")
        text = f"{rate}{words('punctuation.colon')}{words('punctuation.listed').join(told)}"
        yield Event(f"price/{price.path}", EventKind.API, price.since, title, text, "api-names.md#prices")


def pointer_label(context: Context, pointer: ApiPointer) -> str:
    if pointer.variant is not None:
        return context.catalogue.entries[pointer.variant].variant.name
    return context.words.text(pointer.label) if pointer.label is not None else ""


def _correction_events(context: Context) -> Iterator[Event]:
    words = context.words
    for row in context.catalogue.corrections:
        was, right = plain_text(context, row.was), plain_text(context, row.right)
        yield Event(
            f"correction/{row.date.text}/{row.entry or ''}/{hyphenated_name(row.about.en)}",
            EventKind.CORRECTION,
            row.date,
            plain_text(context, row.about),
            words("feeds.correction", was=was, since=row.since.text, right=right),
            f"corrections.md#{correction_anchor(row)}",
            frozenset((row.entry,)) if row.entry else frozenset(),
        )
