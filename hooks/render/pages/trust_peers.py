"""The same architectures and labs in Hugging Face transformers, from data/peers.json: what agrees to the digit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from catalogue.peers import State
from catalogue.records import Entry
from catalogue.schema.values import PartialDate

from .. import format
from ..context import Context
from ..links import variant_link
from ..names import short_variant
from ..page import Section
from ..tables import NOTHING, Cell, Head, Table

# Outcomes of a comparison that was made; the others say why there is none.
COMPARED = (State.EQUAL, State.DIFFERS)


def sections(context: Context) -> list[Section]:
    """What is not equal, then parameters by architecture, then the labs; nothing without a report."""
    words, peers = context.words, context.catalogue.peers
    if not peers.built:
        return []
    states = [state(context, entry) for entry in context.catalogue.entries.values()]
    said = words(
        "trust.peers.result",
        equal=states.count(State.EQUAL),
        compared=sum(map(states.count, COMPARED)),
        all=len(states),
    )
    stale = words("trust.peers.some_stale", count=states.count(State.STALE)) if State.STALE in states else ""
    day = format.date(PartialDate(peers.date), words)
    made = words("trust.peers.made", date=day, **peers.versions)
    equal, apart = _groups(context)
    html = _paragraphs(said, stale, words("trust.peers.catches"))
    if apart:
        html += context.html("table.html.jinja", t=_apart(context, apart))
    summary = words("trust.peers.folded", count=len(equal))
    html += context.html("folded_table.html.jinja", t=_equal(context, equal), summary=summary)
    html += _paragraphs(words("trust.peers.counted"), made)
    found = [Section("peers", words("trust.peers.title"), html)]
    if peers.labs:
        html = _paragraphs(words("trust.labs.text"), words("trust.labs.layout"))
        found.append(
            Section("labs", words("trust.labs.title"), html + context.html("table.html.jinja", t=_labs(context)))
        )
    return found


def state(context: Context, entry: Entry) -> State:
    """How a variant's architecture compares."""
    total = entry.recount.total if entry.recount else None
    return context.catalogue.peers.state(entry.architecture_owner, entry.architecture, total)


def _paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts if text)


def _groups(context: Context) -> tuple[list[list[Entry]], list[list[Entry]]]:
    """Variants by their architecture: those that are equal, and the others."""
    by_owner: dict[str, list[Entry]] = {}
    for entry in context.catalogue.entries.values():
        by_owner.setdefault(entry.architecture_owner, []).append(entry)
    groups = list(by_owner.values())
    return (
        [entries for entries in groups if state(context, entries[0]) is State.EQUAL],
        [entries for entries in groups if state(context, entries[0]) is not State.EQUAL],
    )


def _apart(context: Context, groups: Iterable[Sequence[Entry]]) -> Table:
    """What is not equal, or not compared, and why."""
    words = context.words
    heads = [Head(words("trust.peers.variants")), Head(words("trust.peers.outcome"))]
    rows = [
        [
            Cell(Markup(", ").join(variant_link(entry) for entry in entries)),
            Cell(escape(_outcome(context, entries[0], state(context, entries[0])))),
        ]
        for entries in groups
    ]
    return Table(words("trust.peers.apart"), heads, rows, classes="ds-prose")


def _equal(context: Context, groups: Iterable[Sequence[Entry]]) -> Table:
    """A row for each architecture, with the variants that have it."""
    words, built = context.words, context.catalogue.peers.built
    heads = [
        Head(words("trust.peers.first")),
        Head(words("trust.peers.class")),
        Head(words("trust.peers.both"), True),
        Head(words("trust.peers.others")),
    ]
    rows = []
    for first, *others in groups:
        found = built[first.architecture_owner]
        rows.append(
            [
                Cell(variant_link(first)),
                Cell(Markup('<code title="{}">{}</code>').format(found.name, found.name.partition("For")[0])),
                Cell(escape(f"{found.total:,}"), str(found.total)),
                Cell(Markup(", ").join(_short(entry) for entry in others) if others else NOTHING),
            ]
        )
    return Table(words("trust.peers.caption"), heads, rows)


def _short(entry: Entry) -> Markup:
    return Markup('<a href="ds:models/{}.md">{}</a>').format(entry.model.id, short_variant(entry.variant.name))


def _outcome(context: Context, entry: Entry, outcome: State) -> str:
    words, peers = context.words, context.catalogue.peers
    if outcome is State.DIFFERS and entry.recount and entry.recount.total:
        difference = peers.built[entry.architecture_owner].total - entry.recount.total
        return words("trust.peers.differs", difference=f"{difference:+,}")
    if outcome is State.INCOMPLETE and entry.recount:
        return words("trust.peers.incomplete", fields=words("punctuation.listed").join(entry.recount.missing))
    return words(f"trust.peers.{outcome}", **peers.versions)


def _labs(context: Context) -> Table:
    words = context.words
    heads = [
        Head(words("trust.labs.lab")),
        Head(words("trust.labs.against")),
        Head(words("trust.labs.difference"), True),
    ]
    rows = [
        [
            Cell(Markup("<code>labs/{}.py</code> <code>{}</code>").format(lab.lab, lab.function)),
            Cell(Markup("<code>{}</code>").format(_breakable(lab.against))),
            Cell(escape(_small(lab.difference)), str(lab.difference)),
        ]
        for lab in context.catalogue.peers.labs
    ]
    return Table(words("trust.labs.caption"), heads, rows)


def _small(number: float) -> str:
    """A small number as a power of ten: `6·10⁻⁸`."""
    if not number:
        return "0"
    digit, power = f"{number:.0e}".split("e")
    return f"{digit}·10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _breakable(name: str) -> Markup:
    """A name in code that may break where a word of it ends."""
    return Markup(re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z]_)", "<wbr>", str(escape(name))))
