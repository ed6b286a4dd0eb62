"""Releases, ends of API names and corrections as Atom feeds and iCalendar files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from markupsafe import Markup

from catalogue import records
from catalogue.lookup import hyphenated_name
from catalogue.records import first_date
from catalogue.schema.values import PartialDate

from ..cite import plain_text
from ..context import Context
from ..links import correction_anchor
from ..words import ENGLISH

_ATOM = Markup("""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">
<id>urn:uuid:{id}</id>
<title>{title}</title>
<updated>{updated}T00:00:00Z</updated>
<author><name>DS Series</name></author>
<rights>CC BY 4.0</rights>
<link rel="self" type="application/atom+xml" href="{own}"/>
<link rel="alternate" type="text/html" href="{page}"/>
{entries}</feed>
""")
_ENTRY = Markup("""<entry>
<id>urn:uuid:{id}</id>
<title>{title}</title>
<updated>{day}T00:00:00Z</updated>
<link rel="alternate" type="text/html" href="{page}"/>
<summary>{text}</summary>
</entry>
""")


@dataclass(frozen=True)
class Event:
    """Something that happened on a day, or in a month where the day is not known.

    Attributes:
        id: The same in each language and for ever.
    """

    id: str
    day: PartialDate
    title: str
    text: str
    page: str


def release_events(context: Context, address: str) -> list[Event]:
    catalogue, words, found = context.catalogue, context.words, []
    for model in catalogue.models.values():
        page = f"{address}models/{model.id}/"
        first = first_date(model)
        if first is not None:
            text = plain_text(context, model.lead or model.summary)
            found.append(Event(f"model/{model.id}", first, model.name, text, page))
        for entry in catalogue.entries_of(model):
            day = records.release_date(entry)
            if entry.variant.release is None or day is None or day == first:
                continue
            text = words("feeds.checkpoint", model=model.name)
            found.append(Event(f"variant/{entry.variant.id}", day, entry.variant.name, text, page))
    return newest_first(found)


def api_end_events(context: Context, address: str) -> list[Event]:
    words = context.words
    return newest_first(
        Event(
            f"api-name/{name.id}",
            name.until.value,
            words("feeds.end", name=name.name),
            words("feeds.end_text", name=name.name),
            f"{address}api-names/",
        )
        for name in context.catalogue.api_names
        if name.until is not None and name.until.value is not None
    )


def correction_events(context: Context, address: str) -> list[Event]:
    words = context.words
    return newest_first(
        Event(
            f"correction/{row.date.text}/{row.entry or ''}/{hyphenated_name(row.about.en)}",
            row.date,
            plain_text(context, row.about),
            words(
                "feeds.correction",
                was=plain_text(context, row.was),
                since=row.since.text,
                right=plain_text(context, row.right),
            ),
            f"{address}corrections/#{correction_anchor(row)}",
        )
        for row in context.catalogue.corrections
    )


def newest_first(events: Iterable[Event]) -> list[Event]:
    by_id = sorted(events, key=lambda event: event.id)
    return sorted(by_id, key=lambda event: event.day.first_day, reverse=True)


def atom_feed(events: list[Event], title: str, language: str, own: str, page: str) -> str:
    """An Atom feed at the address `own` that follows `page`; dated by its newest entry, not by a clock."""
    entries = Markup("").join(
        _ENTRY.format(id=_stable_uuid(e.id), title=e.title, day=e.day.first_day, page=e.page, text=e.text)
        for e in events
    )
    updated, id_ = events[0].day.first_day if events else "2023-11-01", _stable_uuid(f"{language}/{title}")
    given = {"language": language, "id": id_, "title": title, "updated": updated, "own": own, "page": page}
    return str(_ATOM.format(**given, entries=entries))


def _stable_uuid(name: str) -> UUID:
    """Instead of an address, so that it stays when the site moves."""
    return uuid5(NAMESPACE_URL, f"ds-series/{name}")


def icalendar_text(events: list[Event], title: str, language: str, revised: str) -> str:
    """All-day events, which last the whole month where only that is known; `revised` is the day of the data."""
    suffix = "" if language == ENGLISH else f"-{language}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//DS Series//{language}",
        f"X-WR-CALNAME:{_escape_ical(title)}",
    ]
    for event in events:
        start, end = _day_range(event.day)
        stamp = revised.replace("-", "") or f"{start:%Y%m%d}"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_stable_uuid(event.id + suffix)}",
            f"DTSTAMP:{stamp}T000000Z",
            f"DTSTART;VALUE=DATE:{start:%Y%m%d}",
            f"DTEND;VALUE=DATE:{end:%Y%m%d}",
            f"SUMMARY:{_escape_ical(event.title)}",
            f"DESCRIPTION:{_escape_ical(event.text)}",
            f"URL:{event.page}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _fold_line(line))


def _day_range(day: PartialDate) -> tuple[date, date]:
    """The first day and the day after the last, as iCalendar counts."""
    start = date.fromisoformat(day.first_day)
    if day.is_day:
        return start, start + timedelta(days=1)
    return start, (start + timedelta(days=31)).replace(day=1)


def _escape_ical(text: str) -> str:
    for character in ("\\", ";", ","):
        text = text.replace(character, "\\" + character)
    return text.replace("\n", "\\n")


def _fold_line(line: str) -> Iterator[str]:
    """RFC 5545 folding: at most 75 bytes a line, no character cut."""
    part, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > 74:
            yield part
            part, size = " ", 1
        part, size = part + character, size + width
    yield part
