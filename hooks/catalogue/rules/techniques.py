"""What a technique's page tells, which model introduced, has or dropped it, and lines of descent without a circle."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..files import MODELS, TECHNIQUES
from ..records import first_date, first_day, release_date
from ..schema.model import Relation, TechniqueChange
from ..schema.quantities import Quantity
from ..schema.technique import TechniqueKind
from ..schema.values import Single, Text
from ..text import typed_numbers
from ..uses import UseLabel
from .draft import Breach, Draft, Scope, repeated_ids, rule

LEAST_DIMENSION = 12


@rule(Scope.CATALOGUE, TECHNIQUES, fix="choose another id, or give it to another technique as its `page`")
def shared_pages_hold_several(draft: Draft) -> Iterator[Breach]:
    """A page that techniques share holds at least two of them and is not called like a technique."""
    named = [page for _, page in draft.each_value(TECHNIQUES, "techniques.*.page")]
    for path, id_ in draft.each_value(TECHNIQUES, "pages.*.id"):
        if id_ in draft.technique_ids:
            yield Breach(path, f"`{id_}`, which is a technique")
        if named.count(id_) < 2:
            yield Breach(path, f"`{id_}` holds fewer than two techniques")


@rule(Scope.CATALOGUE, TECHNIQUES, fix="correct the date under `introduced`, or leave the model out")
def models_are_told_once(draft: Draft) -> Iterator[Breach]:
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
                yield Breach(where, f"`{name}`, {when.text}, is older than `{technique.id}`, {introduced.text}")


@rule(Scope.CATALOGUE, TECHNIQUES, fix="correct the id, or state the use under `techniques` of the model")
def models_told_of_use_it(draft: Draft) -> Iterator[Breach]:
    """A model under `in_models` uses the technique, or the row says `is_use: false`; one that uses it does not say so."""
    for index, technique in enumerate(draft.techniques.techniques):
        users = {use.model.id for use in draft.uses.of_technique(technique.id) if use.how is not UseLabel.IN_WEIGHTS}
        for i, row in enumerate(technique.in_models):
            if row.model not in draft.by_id:
                continue  # a date, or an id that is none, which is said elsewhere
            where = ("techniques", index, "in_models", i)
            if row.model not in users and row.is_use is not False:
                yield Breach((*where, "model"), f"by its entry `{row.model}` does not use `{technique.id}`")
            elif row.model in users and row.is_use is False:
                yield Breach((*where, "is_use"), f"by its entry `{row.model}` uses `{technique.id}`")


_SOFTWARE = (TechniqueKind.KERNEL, TechniqueKind.INFERENCE, TechniqueKind.CLUSTER)


@rule(Scope.CATALOGUE, TECHNIQUES, fix="give its first date, or the checkpoints that use it as `variants` of the use")
def uses_in_time(draft: Draft) -> Iterator[Breach]:
    """No model adopts a technique before the date at which it was introduced; software of its own DeepSeek may have used before it was opened, where the entry states the use."""
    for index, technique in enumerate(draft.techniques.techniques):
        introduced = technique.introduced.date.value
        if introduced is None:
            continue
        own_software = technique.kind in _SOFTWARE and technique.introduced.by_deepseek
        for use in draft.uses.of_technique(technique.id):
            if use.how in (UseLabel.INTRODUCED, UseLabel.FORM) or not use.how.is_use or use.date is None:
                continue
            if not (own_software and use.stated) and use.date.surely_before(introduced):
                found = f"introduced {introduced.text}, but `{use.model.id}` used it on {use.date.text}"
                yield Breach(("techniques", index, "introduced", "date"), found)


@rule(Scope.CATALOGUE, fix="correct one of the two, or add a `note` that says where it is used")
def uses_agree(draft: Draft) -> Iterator[Breach]:
    """An entry that uses a technique agrees with the fields that it follows from, or says in a `note` why not."""
    for path, model in draft.each_model():
        for index, use in enumerate(model.techniques):
            technique = draft.technique_by_id.get(use.id)
            if technique is None or use.note is not None or not technique.follows_from:
                continue
            field = technique.follows_from[0].field
            if use.change is not TechniqueChange.DROPPED and draft.uses.fields_deny(technique, model):
                yield Breach((*path, "techniques", index), f"it uses `{use.id}`, but by `{field}` no checkpoint does")


@rule(Scope.CATALOGUE, fix="correct it, or say `by_deepseek: true` where the technique is DeepSeek's")
def introductions_are_first(draft: Draft) -> Iterator[Breach]:
    """An entry introduces only a technique that came with it, or that earlier work of DeepSeek's introduced."""
    for path, model in draft.each_model():
        own = first_date(model)
        for index, use in enumerate(model.techniques):
            technique = draft.technique_by_id.get(use.id)
            introduced = technique.introduced.date.value if technique else None
            if use.change is not TechniqueChange.INTRODUCED or technique is None or introduced is None or own is None:
                continue
            if not technique.introduced.by_deepseek and introduced.text[:4] < own.text[:4]:
                found = f"`introduced`, but {technique.introduced.by.en} introduced `{use.id}` ({introduced.text})"
                yield Breach((*path, "techniques", index, "change"), found)


@rule(Scope.CATALOGUE, fix="take the use out, or add the model that has it to `builds_on`")
def dropped_was_there(draft: Draft) -> Iterator[Breach]:
    """An entry drops a technique that a model which it builds on has; of what was never there nothing is said."""
    for path, model in draft.each_model():
        for index, use in enumerate(model.techniques):
            if use.change is TechniqueChange.DROPPED and not draft.uses.lineage_has(use.id, model):
                found = f"`dropped`, but no model that `{model.id}` builds on is known to use `{use.id}`"
                yield Breach((*path, "techniques", index, "change"), found)


@rule(Scope.IDS, fix="take one of these edges out")
def no_cycles(draft: Draft) -> Iterator[Breach]:
    """Nothing builds on itself: not a model by `builds_on`, not a variant by `architecture_of` or `based_on`."""
    variants = [variant for _, _, variant in draft.each_variant()]
    # One that starts from itself is said where parents are.
    for field, where, what, parents in (
        ("builds_on", "models.*.id", "the lineage goes", parents_by_model(draft)),
        (
            "architecture_of",
            "models.*.variants.*.id",
            "shared architectures go",
            {v.id: {v.architecture_of} - {None} for v in variants},
        ),
        (
            "based_on",
            "models.*.variants.*.id",
            "weights that go",
            {v.id: {v.based_on.value} - {None, v.id} if v.based_on else set() for v in variants},
        ),
    ):
        for path, id_ in draft.each_value(MODELS, where):
            if circle := _circle_from(id_, parents):
                yield Breach((*path[:-1], field), f"{what} round: {' → '.join(circle)}")


@rule(Scope.CATALOGUE, fix="correct it, or add the entry to `builds_on`")
def one_main_parent(draft: Draft) -> Iterator[Breach]:
    """Where an entry builds on older ones, one of them is its main parent, which came out before it; it needs none where it takes their architecture alone."""
    days = {model.id: first_day(model) for model in draft.models.models}
    for path, model in draft.each_model():
        own = days[model.id]
        older = sorted({e.model for e in model.builds_on if not days.get(e.model) or days[e.model] < own})
        continues = any(e.relation is not Relation.ARCHITECTURE for e in model.builds_on if e.model in older)
        if model.main_parent is None and continues and own:
            fix = f"name the one that it continues: `main_parent: {' or '.join(older)}`"
            yield Breach(path, "`main_parent` is missing", fix=fix)
        elif model.main_parent is not None and model.main_parent not in older and own:
            yield Breach((*path, "main_parent"), f"`{model.main_parent}` is no older entry of `builds_on`")


@rule(Scope.CATALOGUE, fix="name an earlier one")
def compared_with_is_earlier(draft: Draft) -> Iterator[Breach]:
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
            why = (
                "the flagship itself"
                if other is own
                else f"which came out later ({other_day.text if other_day else ''})"
            )
            yield Breach((*path, "compared_with"), f"`{other.variant.id}`, {why}")


def all_ancestors(model: str, parents: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = {model}
    while waiting:
        waiting = {parent for each in waiting for parent in parents.get(each, ())} - found
        found |= waiting
    return found


def parents_by_model(draft: Draft) -> dict[str, set[str]]:
    return {model.id: {edge.model for edge in model.builds_on} for model in draft.models.models}


def _circle_from(start: str, parents: Mapping[str, set[Any]]) -> list[str]:
    """The way from an id that leads back to itself."""
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


@rule(Scope.CATALOGUE, fix="look for it in the source; a reason that others give goes into `reason_by_others`")
def changes_have_a_reason(draft: Draft) -> Iterator[Breach]:
    """A change from one thing to another has the reason that its source gives, or `reason: not published`."""
    for path, model in draft.each_model():
        for index, change in enumerate(model.changes):
            if change.before is not None and change.reason is None:
                yield Breach((*path, "changes", index), f"“{change.aspect.en}” without a reason")


@rule(Scope.CATALOGUE)
def changes_quote_dimensions(draft: Draft) -> Iterator[Breach]:
    """A dimension of one of the two models is quoted in `before` and `after` of a change, and not typed again."""
    for path, model in draft.each_model():
        dimensions = _dimensions_by_number(draft, [model.flagship, model.compared_with or ""])
        for index, change in enumerate(model.changes):
            for side in ("before", "after"):
                text: Text | None = getattr(change, side)
                for number in typed_numbers(text.en) if text else ():
                    if place := dimensions.get(Decimal(number.replace(",", ""))) if number[-1].isdigit() else None:
                        found, fix = f"`{number}` is typed, and `{place}` has it", f"write `{{{{ v('{place}') }}}}`"
                        yield Breach((*path, "changes", index, side), found, fix=fix)


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
