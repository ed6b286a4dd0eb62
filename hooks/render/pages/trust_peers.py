"""The same architectures and labs in Hugging Face transformers, from data/peers.json: what agrees to the digit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from catalogue.peers import Built, LabResult, State
from catalogue.records import Entry
from catalogue.schema.values import PartialDate

from .. import format
from ..context import Context
from ..links import variant_link
from ..names import short_variant
from ..page import Section
from ..tables import NOTHING, Cell, Column, Table, by_column, count_cell

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
    behind = [words(f"trust.peers.some_{s}", count=states.count(s)) for s in (State.STALE, State.NEW) if s in states]
    day = format.format_date(PartialDate(peers.date), words)
    made = words("trust.peers.made", date=day, **peers.versions)
    equal, apart = _groups(context)
    html = _paragraphs(said, *behind, words("trust.peers.catches"))
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
    return context.catalogue.peers.state(entry.architecture_owner, entry.architecture, entry.total)


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
    columns: list[Column[Sequence[Entry]]] = [
        Column(words("trust.peers.variants"), lambda entries: Markup(", ").join(map(variant_link, entries))),
        Column(words("trust.peers.outcome"), lambda entries: _outcome(context, entries[0], state(context, entries[0]))),
    ]
    return by_column(words("trust.peers.apart"), columns, groups, classes="ds-prose")


def _equal(context: Context, groups: Iterable[Sequence[Entry]]) -> Table:
    """A row for each architecture, with the variants that have it."""
    words = context.words

    def built(entries: Sequence[Entry]) -> Built:
        return context.catalogue.peers.built[entries[0].architecture_owner]

    columns: list[Column[Sequence[Entry]]] = [
        Column(words("trust.peers.first"), lambda entries: variant_link(entries[0])),
        Column(words("trust.peers.class"), lambda entries: _class(built(entries).name)),
        Column(words("trust.peers.both"), lambda entries: count_cell(built(entries).total), True),
        Column(words("trust.peers.others"), lambda entries: Markup(", ").join(map(_short, entries[1:])) or NOTHING),
    ]
    return by_column(words("trust.peers.caption"), columns, groups)


def _class(name: str) -> Markup:
    return Markup('<code title="{}">{}</code>').format(name, name.partition("For")[0])


def _short(entry: Entry) -> Markup:
    return Markup('<a href="ds:models/{}.md">{}</a>').format(entry.model.id, short_variant(entry.variant.name))


def _outcome(context: Context, entry: Entry, outcome: State) -> str:
    words, peers = context.words, context.catalogue.peers
    if outcome is State.DIFFERS and entry.total:
        difference = peers.built[entry.architecture_owner].total - entry.total
        return words("trust.peers.differs", difference=f"{difference:+,}")
    if outcome is State.INCOMPLETE and entry.recount:
        return words("trust.peers.incomplete", fields=words("punctuation.listed").join(entry.recount.missing))
    return words(f"trust.peers.{outcome}", **peers.versions)


def _labs(context: Context) -> Table:
    words = context.words
    ours = Markup("<code>labs/{}.py</code> <code>{}</code>")
    columns: list[Column[LabResult]] = [
        Column(words("trust.labs.lab"), lambda lab: ours.format(lab.lab, lab.function)),
        Column(words("trust.labs.against"), lambda lab: Markup("<code>{}</code>").format(_breakable(lab.against))),
        Column(
            words("trust.labs.difference"), lambda lab: Cell(escape(_small(lab.difference)), str(lab.difference)), True
        ),
    ]
    return by_column(words("trust.labs.caption"), columns, context.catalogue.peers.labs)


def _small(number: float) -> str:
    """A small number as a power of ten: `6·10⁻⁸`."""
    if not number:
        return "0"
    digit, power = f"{number:.0e}".split("e")
    return f"{digit}·10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _breakable(name: str) -> Markup:
    """A name in code that may break where a word of it ends."""
    return Markup(re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z]_)", "<wbr>", str(escape(name))))
