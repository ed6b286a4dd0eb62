"""What a family states, in words: dates and licences by checkpoint, and its uses of a technique."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from markupsafe import Markup, escape

from catalogue import records
from catalogue.facts import FACTS, EntryContext
from catalogue.records import first_date
from catalogue.schema.model import Licences, Model
from catalogue.schema.values import Absence, PartialDate, Single, Sources, Stated
from catalogue.uses import FamilyUse, Use, UseLabel

from .cite import Citations
from .context import Context
from .format import maker_name, short_model
from .links import model_link


def family_dates(citations: Citations, model: Model) -> list[Markup]:
    words, found = citations.context.words, []
    dates = records.family_dates(citations.context.catalogue, model)
    for name in ("weights", "announcement", "api", "paper"):
        value = dates[name]
        if not isinstance(value, Stated):
            continue
        line = Markup("{} {}").format(words(f"field.dates.{name}"), citations.value_html(value))
        if of := _checkpoints_of_date(citations, model, name, value.value):
            line += Markup(" <small>{}</small>").format(words("punctuation.listed").join(of))
        found.append(line)
    return found


def _checkpoints_of_date(citations: Citations, model: Model, name: str, date: PartialDate | None) -> list[str]:
    """Checkpoints with that date, empty where these are simply all."""
    entries = citations.context.catalogue.entries_of(model)
    if date is None or len(entries) == 1 or (name != "api" and any(entry.variant.release is None for entry in entries)):
        return []
    stated = FACTS[f"date.{name}"].value
    on = ((entry.variant.name, stated(EntryContext.of(citations.context.catalogue, entry))) for entry in entries)
    of = [shown for shown, single in on if isinstance(single, Single) and single.value == date]
    return of if of != [model.name] else []


def first_date_with_names(citations: Citations, model: Model) -> Markup:
    """The first date, with its checkpoints where that is not the whole family."""
    date = first_date(model)
    if date is None:
        return Markup("")
    shown = citations.value_text(date)
    entries = citations.context.catalogue.entries_of(model)
    if all(entry.variant.release is not None for entry in entries) and len(entries) > 1:
        of = [short_model(entry.variant.name) for entry in entries if records.release_date(entry) == date]
        words = citations.context.words
        shown += escape(words("punctuation.bracketed", text=words("punctuation.listed").join(of))) if of else ""
    return shown


def later_releases(citations: Citations, model: Model) -> list[Markup]:
    words, lines = citations.context.words, []
    first = model.dates.weights.value if model.dates.weights else None
    for entry in citations.context.catalogue.entries_of(model):
        release = entry.variant.release
        if release is None or release.weights is None or release.weights.value in (None, first):
            continue
        line = Markup("{} {}").format(entry.variant.name, citations.value_html(release.weights))
        said = [
            *_named_values(citations, "dates", ("announcement",), release),
            *(_licence_parts(citations, release.licences) if release.licences else ()),
        ]
        if said:
            line += Markup(words("punctuation.bracketed", text=Markup(words("punctuation.comma")).join(said)))
        lines.append(line)
    return lines


def _labelled_value(citations: Citations, label: str, value: Single[Any]) -> Markup:
    words = citations.context.words
    return Markup(words("punctuation.labelled", label=words(label), value=citations.value_html(value)))


def _named_values(citations: Citations, kind: str, names: Iterable[str], record: object) -> list[Markup]:
    found = [(name, getattr(record, name)) for name in names]
    return [
        _labelled_value(citations, f"field.{kind}.{name}", value)
        for name, value in found
        if value is not None and value.value is not None
    ]


def _licence_parts(citations: Citations, own: Licences) -> list[Markup]:
    weights = [citations.value_html(own.weights)] if own.weights is not None and own.weights.value is not None else []
    return [*weights, *_named_values(citations, "licences", ("commercial_use",), own)]


def unreleased_checkpoints(citations: Citations, model: Model) -> list[Markup]:
    days = (
        (entry.variant.name, entry.variant.release.weights if entry.variant.release else None)
        for entry in citations.context.catalogue.entries_of(model)
    )
    return [
        citations.cite(escape(name), day.source)
        for name, day in days
        if day is not None and day.absence is Absence.NOT_PUBLISHED
    ]


def family_licences(citations: Citations, model: Model) -> list[Markup]:
    words = citations.context.words
    stated = model.licences
    if stated is None:
        return []
    named = {"weights": stated.weights, "code": stated.code, "commercial_use": stated.commercial_use}
    lines = [_labelled_value(citations, f"field.licences.{n}", value) for n, value in named.items() if value]
    for variant in model.variants:
        if variant.licences is not None and (said := _licence_parts(citations, variant.licences)):
            lines.append(Markup("{} {}").format(variant.name, Markup(words("punctuation.comma")).join(said)))
    return lines


MOST_CHECKPOINTS = 3  # that are named where a line has little room


def told_together(uses: Iterable[Use]) -> list[tuple[Use, ...]]:
    """A family's uses as pages tell them: those from other makers' networks together, the rest one by one."""
    found: dict[object, list[Use]] = {}
    for index, use in enumerate(uses):
        outside = use.how is UseLabel.INHERITED and use.origin is None
        found.setdefault(UseLabel.INHERITED if outside else index, []).append(use)
    return [tuple(group) for group in found.values()]


def use_label(context: Context, *uses: Use) -> Markup:
    words, use = context.words, uses[0]
    if use.how is UseLabel.IN_WEIGHTS:
        return _in_weights(context, use)
    text = escape(words(f"change.{use.how.value}"))
    if use.how is UseLabel.INHERITED:
        text = _taken_over(context, uses)
    if use.scope is not None:
        text = escape(words(f"change.only_in.{use.scope.value}")).format(change=text)
    return text


def family_label(context: Context, family: FamilyUse) -> Markup:
    groups = told_together(use for use in family.uses if use.how is family.how)
    if len(groups) == 1 and family.how is not UseLabel.IN_WEIGHTS:
        return use_label(context, *groups[0])
    return escape(context.words(f"change.{family.how.value}"))


def use_checkpoints(context: Context, *uses: Use) -> Markup:
    """Checkpoints of uses in brackets; of many their number, with names as title."""
    names, count = _checkpoint_names(context, uses), sum(len(use.variants) for use in uses)
    text = escape(names)
    if count > MOST_CHECKPOINTS:
        text = Markup('<abbr title="{}">{}</abbr>').format(names, context.words("change.checkpoints", count=count))
    return escape(context.words("punctuation.bracketed")).format(text=text)


def use_remark(citations: Citations, use: Use) -> Markup:
    """How it was used, by which checkpoints, and the source; of a derived use, the field that it follows from."""
    separated = Markup(escape(citations.context.words("punctuation.separated")))
    return separated.join(_use_parts(citations, (use,))) + citations.footnote(use.sources)


def sources_of(uses: Sequence[Use]) -> Sources | None:
    """Sources of uses, each once, with those that are silent about a checkpoint's own training."""
    found = [s for use in uses for s in (use.sources, use.own_unpublished) if s is not None]
    items = tuple(dict.fromkeys(item for sources in found for item in sources.items))
    return Sources(items) if items else None


def _taken_over(context: Context, uses: Sequence[Use]) -> Markup:
    words, origin = context.words, uses[0].origin
    if len(uses) == 1:
        name = model_link(origin) if origin is not None else context.outside_name(uses[0].other_origin)
        return escape(words("change.inherited_from")).format(model=name)
    others = context.catalogue.other_models
    makers = dict.fromkeys(maker_name(words, others[use.other_origin].maker) for use in uses)
    return escape(words("change.inherited_outside")).format(makers=words("punctuation.listed").join(makers))


def _in_weights(context: Context, use: Use) -> Markup:
    words = context.words
    assert use.origin is not None
    assert use.trained_so is not None
    key = "change.weights_of" if use.origin.id == use.trained_so.id else "change.weights_through"
    start = escape(words(key)).format(model=model_link(use.origin), trained=model_link(use.trained_so))
    own = words("change.own_unpublished" if use.own_unpublished is not None else "change.own_unknown")
    return start + words("punctuation.separated") + own


def _use_parts(citations: Citations, uses: Sequence[Use]) -> Iterator[Markup]:
    words, use = citations.context.words, uses[0]
    if use.stated is not None and use.stated.note is not None:
        yield citations.rich_text(use.stated.note)
    elif use.variants:
        yield escape(_checkpoint_names(citations.context, uses))
    if use.stated is None:
        yield escape(words("technique.follows")).format(field=Markup("<code>{}</code>").format(use.field))


def _checkpoint_names(context: Context, uses: Sequence[Use]) -> str:
    entries = context.catalogue.entries
    return context.words("punctuation.listed").join(entries[id_].variant.name for use in uses for id_ in use.variants)
