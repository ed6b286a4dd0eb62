"""What happened, as Atom feeds and iCalendar files."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from markupsafe import Markup

from catalogue.schema.values import PartialDate

from ..events import Event
from ..pages import url_of
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


def atom_feed(events: list[Event], title: str, language: str, own: str, edition: str, page: str) -> str:
    """An Atom feed at the address `own` that follows `page` of an edition; dated by its newest entry, not by a clock."""
    entries = Markup("").join(
        _ENTRY.format(
            id=_stable_uuid(e.id), title=e.title, day=e.day.first_day, page=edition + url_of(e.page), text=e.text
        )
        for e in events
    )
    updated, id_ = events[0].day.first_day if events else "2023-11-01", _stable_uuid(f"{language}/{title}")
    given = {
        "language": language,
        "id": id_,
        "title": title,
        "updated": updated,
        "own": own,
        "page": edition + url_of(page),
    }
    return str(_ATOM.format(**given, entries=entries))


def _stable_uuid(name: str) -> UUID:
    """Instead of an address, so that it stays when the site moves."""
    return uuid5(NAMESPACE_URL, f"ds-series/{name}")


def icalendar_text(events: list[Event], title: str, language: str, revised: str, edition: str) -> str:
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
            f"URL:{edition}{url_of(event.page)}",
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
