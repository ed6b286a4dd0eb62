"""What stands on the timeline, and how it hangs together: models by track, techniques, infrastructure.

Catalogue in, items in the order of their dates out. Where they are drawn is for `timeline.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from catalogue.records import first_date, stated_dates
from catalogue.schema.model import Model
from catalogue.schema.technique import Technique, TechniqueKind
from catalogue.schema.values import PartialDate
from catalogue.uses import How, Use

from ..cite import opening_sentences, plain_text
from ..context import Context
from ..page_registry import MODEL, technique_address

TECHNIQUES = "techniques"
INFRASTRUCTURE = "infrastructure"
_MACHINERY = {
    TechniqueKind.FRAMEWORK,
    TechniqueKind.PARALLELISM,
    TechniqueKind.KERNEL,
    TechniqueKind.CLUSTER,
    TechniqueKind.INFERENCE,
}


@dataclass(frozen=True)
class Item:
    """A model, a technique or a piece of infrastructure.

    Attributes:
        id: `model:id` or `technique:id`.
        lane: Track of a model; `techniques` or `infrastructure`.
        date: First known date of a model; when a technique was introduced.
        title: What it is, in a sentence.
        href: Its page.
        carrier: Model that brought a technique in when it came out; empty where it came by itself.
        kin: Places in the list of items of everything that belongs to its lineage, itself included.
    """

    id: str
    lane: str
    date: PartialDate
    label: str
    title: str
    href: str
    carrier: str = ""
    kin: tuple[int, ...] = ()

    @property
    def kind(self) -> str:
        return {TECHNIQUES: "technique", INFRASTRUCTURE: "infrastructure"}.get(self.lane, "model")


@dataclass(frozen=True)
class Link:
    """A line from a model to one that was built on it, however often."""

    older: str
    younger: str


def timeline_items(context: Context) -> list[Item]:
    """Everything that is drawn and listed, in the order of the dates, with its lineage."""
    found = sorted(
        [*_model_items(context), *_technique_items(context)], key=lambda item: (item.date.first_day, item.id)
    )
    places = {item.id: place for place, item in enumerate(found)}
    kin = {
        id_: sorted({places[other] for other in others & places.keys()})
        for id_, others in _related_items(context).items()
    }
    return [replace(item, kin=tuple(kin[item.id])) for item in found]


def lineage_links(models: Iterable[Model]) -> list[Link]:
    """The lines, one for each pair of models."""
    return [
        Link(older, model.id) for model in models for older in dict.fromkeys(edge.model for edge in model.builds_on)
    ]


def _model_items(context: Context) -> Iterator[Item]:
    for model in context.catalogue.models.values():
        when = first_date(model)
        if when is not None:
            summary = opening_sentences(context, model.summary)
            yield Item(
                f"model:{model.id}", model.track.value, when, model.name, summary, f"ds:{MODEL.path_of(model.id)}"
            )


def _technique_items(context: Context) -> Iterator[Item]:
    """What the makers introduced themselves since their first model, and their own forms of what is older."""
    first = min((d.first_day for m in context.catalogue.models.values() if (d := first_date(m))), default="")
    for technique in context.catalogue.techniques.values():
        when = own_form(context, technique)
        if when is None and technique.introduced.by_deepseek:
            when = technique.introduced.date.value
        if when is not None and when.first_day >= first:
            lane = INFRASTRUCTURE if technique.kind in _MACHINERY else TECHNIQUES
            what = plain_text(context, technique.definition)
            carrier = _introducing_model(context, technique, when)
            href, name = f"ds:{technique_address(technique)}", context.short_name(technique)
            yield Item(f"technique:{technique.id}", lane, when, name, what, href, carrier)


def _introducing_model(context: Context, technique: Technique, when: PartialDate) -> str:
    """The model that introduced a technique, or brought its first form, in the month in which it came out."""
    for use in context.uses.of_technique(technique.id):
        if use.how in (How.INTRODUCED, How.FORM, How.FIRST) and use.date and use.date.text[:7] == when.text[:7]:
            return use.model.id
    return ""


def own_form(context: Context, technique: Technique) -> PartialDate | None:
    """When a model brought DeepSeek's own form of a technique that is older; None where there is none.

    Of one that others introduced, the first use here is that form.
    """
    if technique.introduced.by_deepseek is None:
        return None
    forms = (How.FORM,) if technique.introduced.by_deepseek else (How.FORM, How.INTRODUCED, How.FIRST)
    return next((_described_day(use) for use in context.uses.of_technique(technique.id) if use.how in forms), None)


def _described_day(use: Use) -> PartialDate | None:
    """The day of the report or the announcement where the weights lay there before: they do not say how they were made."""
    dates = stated_dates(use.model.dates)
    told = [date for name, date in dates.items() if name in ("paper", "announcement")]
    return min(told, key=lambda day: day.first_day, default=use.date) if use.date == dates.get("weights") else use.date


def _related_items(context: Context) -> dict[str, set[str]]:
    """By item: for a model what it was built on, all the way back and forth, and the techniques it brought in;
    for a technique the models that used it and what it took the place of.
    """
    models, techniques = context.catalogue.models, context.catalogue.techniques
    parents = {m.id: {link.model for link in m.builds_on} for m in models.values()}
    children = {id_: {child for child, older in parents.items() if id_ in older} for id_ in models}
    found: dict[str, set[str]] = {f"technique:{t.id}": {f"technique:{t.id}"} for t in techniques.values()}
    for technique in techniques.values():
        for other in technique.replaces:
            found[f"technique:{technique.id}"].add(f"technique:{other}")
            found[f"technique:{other}"].add(f"technique:{technique.id}")
    for model in models.values():
        family = {model.id} | _reachable_from(model.id, parents) | _reachable_from(model.id, children)
        found[f"model:{model.id}"] = {f"model:{id_}" for id_ in family}
        for use in context.uses.of_model(model.id):
            if use.how.is_use:
                found[f"technique:{use.technique.id}"].add(f"model:{model.id}")
            taken_up = use.stated is not None and use.how is How.ADOPTED
            if taken_up or use.how in (How.INTRODUCED, How.FORM, How.FIRST):
                found[f"model:{model.id}"].add(f"technique:{use.technique.id}")
    return found


def _reachable_from(start: str, steps: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = set(steps[start])
    while waiting:
        step = waiting.pop()
        found.add(step)
        waiting |= steps[step] - found
    return found
