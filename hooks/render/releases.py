"""Dates and licences of a family as text: which checkpoint each is of, and the checkpoints that came out by themselves."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from catalogue import checkpoint
from catalogue.records import Entry, first_date
from catalogue.schema.model import Model
from catalogue.schema.release import Licences
from catalogue.schema.values import Absence, PartialDate, Single, Stated

from .cite import Citations
from .format import short_model


def family_dates(citations: Citations, model: Model) -> list[Markup]:
    """Every date of a family; with the checkpoint that it is of, where each has a release of its own, and for a day in the API."""
    words, found = citations.context.words, []
    for name in ("weights", "announcement", "api", "paper"):
        value = getattr(model.dates, name)
        if not isinstance(value, Stated):
            continue
        line = Markup("{} {}").format(words(f"field.dates.{name}"), citations.single(value))
        if of := _checkpoints_of_date(citations, model, name, value.value):
            line += Markup(" <small>{}</small>").format(words("punctuation.listed").join(of))
        found.append(line)
    return found


def _checkpoints_of_date(citations: Citations, model: Model, name: str, date: PartialDate | None) -> list[str]:
    """Names of the checkpoints with that date, where they are not simply all of them."""
    entries = citations.context.catalogue.entries_of(model)
    if date is None or len(entries) == 1 or (name != "api" and any(entry.variant.release is None for entry in entries)):
        return []
    names = citations.context.catalogue.api_names
    on = {
        entry.variant.name: checkpoint.api_date(names, entry.variant.id)
        if name == "api"
        else checkpoint.checkpoint_date(entry, name)
        for entry in entries
    }
    of = [shown for shown, single in on.items() if single is not None and single.value == date]
    return of if of != [model.name] else []


def first_date_with_names(citations: Citations, model: Model) -> Markup:
    """The first date of a family, with the checkpoints that it is of where that is not the family as a whole."""
    date = first_date(model)
    if date is None:
        return Markup("")
    shown = citations.plain(date)
    entries = citations.context.catalogue.entries_of(model)
    if all(entry.variant.release is not None for entry in entries) and len(entries) > 1:
        of = [short_model(entry.variant.name) for entry in entries if checkpoint.release_date(entry) == date]
        words = citations.context.words
        shown += escape(words("punctuation.bracketed", text=words("punctuation.listed").join(of))) if of else ""
    return shown


def later_releases(citations: Citations, model: Model) -> list[Markup]:
    """Checkpoints with a release of their own, each with the day of its weights and its licence."""
    words, lines = citations.context.words, []
    first = model.dates.weights.value if model.dates.weights else None
    for entry in citations.context.catalogue.entries_of(model):
        release = entry.variant.release
        if release is None or release.weights is None or release.weights.value in (None, first):
            continue
        line = Markup("{} {}").format(entry.variant.name, citations.single(release.weights))
        said = [
            *_named(citations, "dates", ("announcement",), release),
            *(_licence_parts(citations, release.licences) if release.licences else ()),
        ]
        if said:
            line += Markup(words("punctuation.bracketed", text=Markup(words("punctuation.listed")).join(said)))
        lines.append(line)
    return lines


def _named(citations: Citations, kind: str, names: Iterable[str], record: object) -> list[Markup]:
    """Values of a record that it states, each behind its name."""
    found = [(name, getattr(record, name)) for name in names]
    return [
        Markup("{} {}").format(citations.context.words(f"field.{kind}.{name}"), citations.single(value))
        for name, value in found
        if value is not None and value.value is not None
    ]


def _licence_parts(citations: Citations, own: Licences) -> list[Markup]:
    """The licence of the weights, and whether they may be used commercially."""
    weights = [citations.single(own.weights)] if own.weights is not None and own.weights.value is not None else []
    return [*weights, *_named(citations, "licences", ("commercial_use",), own)]


def unreleased_checkpoints(citations: Citations, model: Model) -> list[Markup]:
    """Checkpoints whose weights were never released."""
    return [
        citations.marked(escape(entry.variant.name), weights.source)
        for entry in citations.context.catalogue.entries_of(model)
        if (weights := _weights_day(entry)) is not None and weights.absence is Absence.NOT_PUBLISHED
    ]


def _weights_day(entry: Entry) -> Single[PartialDate] | None:
    return entry.variant.release.weights if entry.variant.release is not None else None


def family_licences(citations: Citations, model: Model) -> list[Markup]:
    """The licences of the first release, and those of its checkpoints that have others."""
    words = citations.context.words
    stated = model.licences
    if stated is None:
        return []
    lines = [
        Markup("{} {}").format(words(f"field.licences.{name}"), citations.single(value))
        for name, value in (
            ("weights", stated.weights),
            ("code", stated.code),
            ("commercial_use", stated.commercial_use),
        )
        if value is not None
    ]
    for variant in model.variants:
        if variant.licences is not None and (said := _licence_parts(citations, variant.licences)):
            lines.append(Markup("{} {}").format(variant.name, Markup(words("punctuation.listed")).join(said)))
    return lines
