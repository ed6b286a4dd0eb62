"""Nobody uses a technique before it was there, and what an entry says of one agrees with its architecture."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding
from ..records import first_date
from ..schema.model import TechniqueChange
from ..uses import How
from .draft import Draft
from .registry import Scope, rule


@rule(Scope.CATALOGUE)
def uses_in_time(draft: Draft) -> Iterator[Finding]:
    """No model adopts a technique before the date at which it was introduced."""
    for index, technique in enumerate(draft.techniques.techniques):
        introduced = technique.introduced.date.value
        if introduced is None:
            continue
        for use in draft.uses.of_technique(technique.id):
            if use.how in (How.INTRODUCED, How.FORM) or not use.how.is_use or use.date is None:
                continue
            if use.date.surely_before(introduced):
                yield draft.techniques_file.finding(
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
            technique = next((t for t in draft.techniques.techniques if t.id == use.id), None)
            if technique is None or use.note is not None or not technique.follows_from:
                continue
            field = technique.follows_from[0].field
            if use.change is not TechniqueChange.DROPPED and draft.uses.fields_deny(technique, model):
                yield draft.finding(
                    (*path, "techniques", index),
                    f"it uses `{use.id}`, but by `{field}` no checkpoint of the entry does",
                    "what the fields of the entry say",
                    fix="correct one of the two, or add a `note` that says where it is used",
                )


@rule(Scope.CATALOGUE)
def introductions_are_first(draft: Draft) -> Iterator[Finding]:
    """An entry introduces only a technique that came with it, or that earlier work of DeepSeek's introduced."""
    techniques = {technique.id: technique for technique in draft.techniques.techniques}
    for path, model in draft.each_model():
        own = first_date(model)
        for index, use in enumerate(model.techniques):
            technique = techniques.get(use.id)
            introduced = technique.introduced.date.value if technique else None
            if use.change is not TechniqueChange.INTRODUCED or technique is None or introduced is None or own is None:
                continue
            if not technique.introduced.by_deepseek and introduced.text[:4] < own.text[:4]:
                yield draft.finding(
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
            if use.change is TechniqueChange.DROPPED and not draft.uses.line_has(use.id, model):
                yield draft.finding(
                    (*path, "techniques", index, "change"),
                    f"`dropped`, but no model that `{model.id}` builds on is known to use `{use.id}`",
                    "a technique of a model that it builds on, or of one further back",
                    fix="take the use out, or add the model that has it to `builds_on`",
                )
