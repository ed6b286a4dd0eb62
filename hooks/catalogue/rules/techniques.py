"""What a technique's page tells, which model introduced, has or dropped it, and lines of descent without a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..files import MODELS, TECHNIQUES
from ..findings import Finding, KeyPath
from ..records import first_date, first_day, release_date
from ..schema.model import Relation, TechniqueChange
from ..schema.quantities import Quantity
from ..schema.technique import TechniqueKind
from ..schema.values import Single, Text
from ..text import typed_numbers
from ..uses import UseLabel
from .draft import Draft, Scope, repeated_ids, rule, unknown_name

LEAST_DIMENSION = 12


@rule(Scope.CATALOGUE)
def shared_pages_hold_several(draft: Draft) -> Iterator[Finding]:
    """A page that techniques share holds at least two of them and is not called like a technique; each technique is on one page."""
    file, pages = draft.located[TECHNIQUES], list(draft.each_value(TECHNIQUES, "pages.*.id"))
    known, named = [id_ for _, id_ in pages], list(draft.each_value(TECHNIQUES, "techniques.*.page"))
    yield from repeated_ids(file, pages)
    allowed = "a page that techniques share; left out where a technique has a page of its own"
    for path, page in named:
        found = f"`{page}`, which is no page of `pages:`"
        yield from unknown_name(file, path, page, known, found, allowed, "correct the id, or add the page")
    for path, id_ in pages:
        if id_ in draft.technique_ids:
            allowed = "an address leads to one page"
            yield file.finding(path, f"`{id_}`, which is a technique", allowed, fix="choose another id")
        if sum(page == id_ for _, page in named) < 2:
            found = f"`{id_}` holds fewer than two techniques"
            fix = "take it out, or give it to another technique as its `page`"
            yield file.finding(path, found, "a page is shared by several", fix=fix)


@rule(Scope.CATALOGUE)
def models_are_told_once(draft: Draft) -> Iterator[Finding]:
    """A model stands once under `in_models`, and none before the technique was introduced."""
    for index, technique in enumerate(draft.techniques.techniques):
        path, introduced = ("techniques", index, "in_models"), technique.introduced.date.value
        rows = list(enumerate(technique.in_models))
        named = [((*path, i, "model"), row.model) for i, row in rows if row.model is not None]
        yield from repeated_ids(draft.located[TECHNIQUES], named, "model", "tell of a model in one text")
        users = {use.model.id for use in draft.uses.of_technique(technique.id)}  # `uses_in_time` looks at these
        for i, row in rows:
            when, name = draft.uses.date_of(technique.id, row), row.model or "this"
            if when is None:
                continue
            where = (*path, i, "model" if row.model is not None else "date")
            if introduced is not None and when.surely_before(introduced) and row.model not in users:
                yield draft.located[TECHNIQUES].finding(
                    where,
                    f"`{name}`, {when.text}, is older than `{technique.id}`, {introduced.text}",
                    "what came after the technique was introduced",
                    fix="correct the date under `introduced`, or leave the model out",
                )


@rule(Scope.CATALOGUE)
def models_told_of_use_it(draft: Draft) -> Iterator[Finding]:
    """A model under `in_models` uses the technique, or the row says `is_use: false`; one that uses it does not say so."""
    for index, technique in enumerate(draft.techniques.techniques):
        users = {use.model.id for use in draft.uses.of_technique(technique.id) if use.how is not UseLabel.IN_WEIGHTS}
        for i, row in enumerate(technique.in_models):
            if row.model not in draft.by_id:
                continue  # a date, or an id that is none, which is said elsewhere
            where = ("techniques", index, "in_models", i)
            if row.model not in users and row.is_use is not False:
                yield draft.located[TECHNIQUES].finding(
                    (*where, "model"),
                    f"`{row.model}` does not use `{technique.id}`, as far as its entry says",
                    "a model that uses it, or `is_use: false` beside a text that says that it drops or rejects it",
                    fix="correct the id, state the use under `techniques` of the model, or say what it has instead",
                )
            elif row.model in users and row.is_use is False:
                yield draft.located[TECHNIQUES].finding(
                    (*where, "is_use"),
                    f"`{row.model}` uses `{technique.id}`, as its entry says",
                    "`is_use: false` beside a model that does not",
                    fix="take the line out",
                )


_SOFTWARE = (TechniqueKind.KERNEL, TechniqueKind.INFERENCE, TechniqueKind.CLUSTER)


@rule(Scope.CATALOGUE)
def uses_in_time(draft: Draft) -> Iterator[Finding]:
    """No model adopts a technique before the date at which it was introduced; software of its own DeepSeek may have used before it was opened, where the entry states the use."""
    for index, technique in enumerate(draft.techniques.techniques):
        introduced = technique.introduced.date.value
        if introduced is None:
            continue
        own_software = technique.kind in _SOFTWARE and technique.introduced.by_deepseek
        for use in draft.uses.of_technique(technique.id):
            if use.how in (UseLabel.INTRODUCED, UseLabel.FORM) or not use.how.is_use or use.date is None:
                continue
            if own_software and use.stated is not None:
                continue
            if use.date.surely_before(introduced):
                yield draft.located[TECHNIQUES].finding(
                    ("techniques", index, "introduced", "date"),
                    f"introduced {introduced.text}, but `{use.model.id}` used it on {use.date.text}",
                    "a technique is older than its first adopter",
                    fix="give its real first date, or the checkpoints that use it as `variants` of the use",
                )


@rule(Scope.CATALOGUE)
def uses_agree(draft: Draft) -> Iterator[Finding]:
    """An entry that uses a technique agrees with the fields that it follows from, or says in a `note` why not."""
    for path, model in draft.each_model():
        for index, use in enumerate(model.techniques):
            technique = draft.technique_by_id.get(use.id)
            if technique is None or use.note is not None or not technique.follows_from:
                continue
            field = technique.follows_from[0].field
            if use.change is not TechniqueChange.DROPPED and draft.uses.fields_deny(technique, model):
                yield draft.models_file.finding(
                    (*path, "techniques", index),
                    f"it uses `{use.id}`, but by `{field}` no checkpoint of the entry does",
                    "what the fields of the entry say",
                    fix="correct one of the two, or add a `note` that says where it is used",
                )


@rule(Scope.CATALOGUE)
def introductions_are_first(draft: Draft) -> Iterator[Finding]:
    """An entry introduces only a technique that came with it, or that earlier work of DeepSeek's introduced."""
    for path, model in draft.each_model():
        own = first_date(model)
        for index, use in enumerate(model.techniques):
            technique = draft.technique_by_id.get(use.id)
            introduced = technique.introduced.date.value if technique else None
            if use.change is not TechniqueChange.INTRODUCED or technique is None or introduced is None or own is None:
                continue
            if not technique.introduced.by_deepseek and introduced.text[:4] < own.text[:4]:
                yield draft.models_file.finding(
                    (*path, "techniques", index, "change"),
                    f"`introduced`, but {technique.introduced.by.en} introduced `{use.id}` ({introduced.text})",
                    "`change:` left out, or `dropped`",
                    fix="correct it, or say `by_deepseek: true` where the technique is DeepSeek's",
                )


@rule(Scope.CATALOGUE)
def dropped_was_there(draft: Draft) -> Iterator[Finding]:
    """An entry drops a technique that a model which it builds on has; of what was never there nothing is said."""
    for path, model in draft.each_model():
        for index, use in enumerate(model.techniques):
            if use.change is TechniqueChange.DROPPED and not draft.uses.lineage_has(use.id, model):
                yield draft.models_file.finding(
                    (*path, "techniques", index, "change"),
                    f"`dropped`, but no model that `{model.id}` builds on is known to use `{use.id}`",
                    "a technique of a model that it builds on, or of one further back",
                    fix="take the use out, or add the model that has it to `builds_on`",
                )


@rule(Scope.IDS)
def no_cycles(draft: Draft) -> Iterator[Finding]:
    """Nothing builds on itself: not a model by `builds_on`, not a variant by `architecture_of` or `based_on`."""
    file = draft.models_file
    for path, circle in _each_circle(draft.each_value(MODELS, "models.*.id"), parents_by_model(draft)):
        found = f"the lineage goes round: {circle}"
        yield file.finding(
            (*path, "builds_on"), found, "an entry builds on older ones", fix="take one of these edges out"
        )
    variants = [variant for _, _, variant in draft.each_variant()]
    shared = {v.id: {v.architecture_of} if v.architecture_of else set() for v in variants}
    for path, circle in _each_circle(draft.each_value(MODELS, "models.*.variants.*.id"), shared):
        found, allowed = f"shared architectures go round: {circle}", "one of them holds the architecture"
        yield file.finding((*path, "architecture_of"), found, allowed, fix="write it out in one")
    # One that starts from itself is said where parents are.
    starts = {v.id: {v.based_on.value} - {None, v.id} if v.based_on else set() for v in variants}
    for path, circle in _each_circle(draft.each_value(MODELS, "models.*.variants.*.id"), starts):
        found, allowed = f"weights that go round: {circle}", "a checkpoint starts from an older one"
        yield file.finding((*path, "based_on"), found, allowed, fix="correct `based_on` of one of them")


@rule(Scope.CATALOGUE)
def one_main_parent(draft: Draft) -> Iterator[Finding]:
    """Where an entry builds on older ones, one of them is its main parent, which came out before it; it needs none where it takes their architecture alone."""
    days = {model.id: first_day(model) for model in draft.models.models}
    for path, model in draft.each_model():
        own = days[model.id]
        older = sorted({e.model for e in model.builds_on if not days.get(e.model) or days[e.model] < own})
        continues = any(e.relation is not Relation.ARCHITECTURE for e in model.builds_on if e.model in older)
        if model.main_parent is None and continues and own:
            yield draft.models_file.finding(
                path,
                "`main_parent` is missing",
                "one of the older entries that it builds on: " + " or ".join(older),
                fix=f"name the one that it continues: `main_parent: {older[0] if len(older) == 1 else 'id'}`",
            )
        elif model.main_parent is not None and model.main_parent not in older and own:
            yield draft.models_file.finding(
                (*path, "main_parent"),
                f"`{model.main_parent}` is no older entry of `builds_on`",
                " or ".join(older) or "none",
                fix="correct it, or add the entry to `builds_on`",
            )


@rule(Scope.CATALOGUE)
def compared_with_is_earlier(draft: Draft) -> Iterator[Finding]:
    """What a flagship is compared with came out before it, or is of another line: neither a later checkpoint of the entry nor of one that builds on it."""
    parents = parents_by_model(draft)
    for path, model in draft.each_model():
        other, own = draft.entries.get(model.compared_with or ""), draft.entries.get(model.flagship)
        if other is None or own is None:
            continue
        day, other_day = release_date(own), release_date(other)
        later = day is not None and other_day is not None and day.surely_before(other_day)
        builds_on_it = other.model.id == model.id or model.id in all_ancestors(other.model.id, parents)
        if other is own or (later and builds_on_it):
            yield draft.models_file.finding(
                (*path, "compared_with"),
                "the flagship itself"
                if other is own
                else f"`{other.variant.id}`, which came out later ({other_day.text if other_day else ''})",
                "a variant of the predecessor, or of the closest relative",
                fix="name an earlier one",
            )


def all_ancestors(model: str, parents: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = {model}
    while waiting:
        waiting = {parent for each in waiting for parent in parents.get(each, ())} - found
        found |= waiting
    return found


def parents_by_model(draft: Draft) -> dict[str, set[str]]:
    return {model.id: {edge.model for edge in model.builds_on} for model in draft.models.models}


def _each_circle(ids: Iterable[tuple[KeyPath, str]], parents: Mapping[str, set[Any]]) -> Iterator[tuple[KeyPath, str]]:
    """The record of each id that leads back to itself, and the way round."""
    for path, id_ in ids:
        if circle := _circle_from(id_, parents):
            yield path[:-1], " → ".join(circle)


def _circle_from(start: str, parents: Mapping[str, set[str]]) -> list[str]:
    stack = [(start, [start])]
    seen = set()
    while stack:
        node, way = stack.pop()
        for parent in sorted(parents.get(node, ())):
            if parent == start:
                return [*way, start]
            if parent not in seen:
                seen.add(parent)
                stack.append((parent, [*way, parent]))
    return []


@rule(Scope.CATALOGUE)
def changes_have_a_reason(draft: Draft) -> Iterator[Finding]:
    """A change from one thing to another has the reason that its source gives, or `reason: not published`."""
    for path, model in draft.each_model():
        for index, change in enumerate(model.changes):
            if change.before is not None and change.reason is None:
                yield draft.models_file.finding(
                    (*path, "changes", index),
                    f"“{change.aspect.en}” without a reason",
                    "the reason that the source gives, or `reason: not published`",
                    fix="look for it in the source; a reason that others give goes into `reason_by_others`",
                )


@rule(Scope.CATALOGUE)
def changes_quote_dimensions(draft: Draft) -> Iterator[Finding]:
    """A dimension of one of the two models is quoted in `before` and `after` of a change, and not typed again."""
    for path, model in draft.each_model():
        dimensions = _dimensions_by_number(draft, [model.flagship, model.compared_with or ""])
        for index, change in enumerate(model.changes):
            for side in ("before", "after"):
                text: Text | None = getattr(change, side)
                for number in typed_numbers(text.en) if text else ():
                    if place := dimensions.get(Decimal(number.replace(",", ""))) if number[-1].isdigit() else None:
                        yield draft.models_file.finding(
                            (*path, "changes", index, side),
                            f"`{number}` is typed, and `{place}` has this value",
                            "a quote, which follows the value",
                            fix=f"write `{{{{ v('{place}') }}}}` in both languages",
                        )


def _dimensions_by_number(draft: Draft, variants: Iterable[str]) -> dict[Decimal, str]:
    """Where each number of the architectures stands; small ones look like counts such as “three steps”."""
    found: dict[Decimal, str] = {}
    for variant in variants:
        entry = draft.entries.get(variant)
        for name, stated in entry.architecture if entry and entry.architecture else ():
            value = stated.value if isinstance(stated, Single) else None
            if isinstance(value, int | Quantity) and not isinstance(value, bool):
                number = Decimal(value) if isinstance(value, int) else value.value
                if number >= LEAST_DIMENSION or number % 1:
                    found.setdefault(number, f"{variant}/architecture.{name}")
    return found
