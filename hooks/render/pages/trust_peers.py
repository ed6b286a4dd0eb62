"""The same architectures and labs in Hugging Face transformers, from data/peers.json: what agrees to the digit."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from catalogue.peers import State
from catalogue.records import Entry
from catalogue.schema.values import PartialDate

from .. import format
from ..context import Context
from ..links import variant_link
from ..page import Section
from ..tables import NOTHING, Cell, Column, Table

# Outcomes of a comparison that was made; the others say why there is none.
COMPARED = (State.EQUAL, State.DIFFERS)


def sections(context: Context) -> list[Section]:
    """Parameters by architecture, then the labs; nothing without a report."""
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
    found = [
        Section(
            "peers",
            words("trust.peers.title"),
            _paragraphs(said, stale, words("trust.peers.catches"), words("trust.peers.counted"), made)
            + context.html("table.html.jinja", t=_table(context)),
        )
    ]
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


def _table(context: Context) -> Table:
    """A row for each architecture with the variants that have it; last, what is not compared."""
    words = context.words
    by_owner: dict[str, list[Entry]] = {}
    for entry in context.catalogue.entries.values():
        by_owner.setdefault(entry.architecture_owner, []).append(entry)
    groups = sorted(by_owner.values(), key=lambda entries: state(context, entries[0]) not in COMPARED)
    heads = [
        Column(words("trust.peers.variants")),
        Column(words("trust.peers.class")),
        Column(words("trust.peers.there"), True),
        Column(words("trust.peers.outcome")),
    ]
    return Table(
        words("trust.peers.caption"), heads, [_row(context, entries) for entries in groups], classes="ds-prose"
    )


def _row(context: Context, entries: Iterable[Entry]) -> list[Cell]:
    first, *others = entries
    built = context.catalogue.peers.built.get(first.architecture_owner)
    outcome = state(context, first)
    names = variant_link(first)
    if others:
        names += Markup("<br><small>{}</small>").format(Markup(", ").join(variant_link(entry) for entry in others))
    shown = built is not None and outcome in (*COMPARED, State.STALE)
    return [
        Cell(names),
        Cell(Markup("<code>{}</code>").format(_breakable(built.name)) if built and shown else NOTHING),
        Cell(escape(f"{built.total:,}"), str(built.total)) if built and shown else Cell(NOTHING, ""),
        Cell(escape(_outcome(context, first, outcome))),
    ]


def _outcome(context: Context, entry: Entry, outcome: State) -> str:
    words, peers = context.words, context.catalogue.peers
    if outcome is State.DIFFERS and entry.recount and entry.recount.total:
        difference = peers.built[entry.architecture_owner].total - entry.recount.total
        return words("trust.peers.differs", difference=f"{difference:+,}")
    if outcome is State.INCOMPLETE and entry.recount:
        return words("trust.peers.incomplete", fields=", ".join(entry.recount.missing))
    return words(f"trust.peers.{outcome}", **peers.versions)


def _breakable(name: str) -> Markup:
    """A class name that may break before its last words."""
    return Markup(str(escape(name)).replace("For", "<wbr>For"))


def _labs(context: Context) -> Table:
    words = context.words
    heads = [
        Column(words("trust.labs.lab")),
        Column(words("trust.labs.against")),
        Column(words("trust.labs.difference"), True),
    ]
    rows = [
        [
            Cell(Markup("<code>labs/{}.py</code> <code>{}</code>").format(lab.lab, lab.function)),
            Cell(Markup("<code>{}</code>").format(lab.against)),
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
