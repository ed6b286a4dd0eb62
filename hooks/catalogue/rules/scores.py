"""Scores: whole tables or a named selection, in their range, their settings in the words of data/settings.yaml."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from ..files import MODELS, SETTINGS
from ..findings import KeyPath, nearest_in_quotes
from ..records import sort_by_date
from ..schema.model import Evaluation, EvaluationKind, Model, Row, VariantKind
from ..schema.quantities import Quantity
from ..schema.setting import FIELDS, GAP, NOT_STATED, Setting, each_word
from ..schema.values import values_at
from ..settings import Settings, Vocabulary, fields_of
from .draft import Breach, Draft, Scope, rule, unknown_name

_PERCENT = Decimal(100)
_SEPARATORS = re.compile(r"[\s\-_.]")
_SHORT = 5  # letters of names that can differ in one
_LISTED = 8  # words of a field named in a message


def _each_table(draft: Draft) -> Iterator[tuple[KeyPath, Model, Evaluation]]:
    for path, model in draft.each_model():
        for index, table in enumerate(model.evaluation):
            yield (*path, "evaluation", index), model, table


def _each_row(draft: Draft) -> Iterator[tuple[KeyPath, Model, Evaluation, Row]]:
    for path, model, table in _each_table(draft):
        for index, row in enumerate(table.rows):
            yield (*path, "rows", index), model, table, row


def _each_setting(draft: Draft) -> Iterator[tuple[KeyPath, Setting]]:
    found = [*((path, table.setting) for path, _, table in _each_table(draft))]
    found += [(path, row.setting) for path, _, _, row in _each_row(draft)]
    return (((*path, "setting"), setting) for path, setting in found if setting is not None)


@rule(Scope.CATALOGUE)
def settings_have_known_words(draft: Draft) -> Iterator[Breach]:
    """A field of a `setting` holds words that data/settings.yaml has for it."""
    vocabulary = Vocabulary(draft.settings)
    for path, setting in _each_setting(draft):
        for field, word in each_word(setting.fields):
            if vocabulary.find(field, word) is None:
                known = [one.word for one in getattr(draft.settings.words, field)]
                allowed = "one of data/settings.yaml, such as " + GAP.join(f"`{one}`" for one in known[:_LISTED])
                fix = f"use one of its words, or add `{word}` to `words.{field}` there, with its Chinese"
                found, close = f"`{word}` is no word of `{field}`", nearest_in_quotes(word, known)
                yield Breach((*path, field), found, allowed, close, fix)


@rule(Scope.CATALOGUE)
def settings_say_what_is_asked(draft: Draft) -> Iterator[Breach]:
    """A row on a benchmark of `asked` in data/settings.yaml fills in the fields named there, in its own `setting` or its table's, if only with `not stated`."""
    asked = draft.settings.asked
    for where, field in draft.each_value(SETTINGS, "asked.*.*"):
        yield from unknown_name(where, field, FIELDS, f"`{field}` is no field of a setting", file=SETTINGS)
    said: dict[tuple[str, str], dict[str, None]] = {}
    for _, _, table, row in _each_row(draft):
        for field, value in fields_of(table, row).items():
            said.setdefault((row.benchmark.en, field), {})[value] = None
    for path, _, table, row in _each_row(draft):
        filled = fields_of(table, row)
        for field in asked.get(row.benchmark.en, ()):
            if field not in filled:
                values = [one for one in said.get((row.benchmark.en, field), ()) if one != NOT_STATED][:_LISTED]
                allowed = f"`setting: {{{field}: …}}` with " + " or ".join(f"`{one}`" for one in [*values, NOT_STATED])
                fix = f"look up the {field} in the source; where it does not say, write `{NOT_STATED}`"
                found = f"a score on {row.benchmark.en} without `{field}`, which it depends on"
                yield Breach(path, found, allowed, fix=fix)


@rule(Scope.CATALOGUE, fix="write the setting alike, or under `apart` in data/settings.yaml why it differs")
def repeated_scores_have_one_setting(draft: Draft) -> Iterator[Breach]:
    """A score that two tables of one kind give a variant is one measurement: its rows have one setting, unless they differ in part, attempts or harness, or `apart` in data/settings.yaml names the benchmark."""
    settings = Settings.of_models(draft.settings, sort_by_date(draft.models.models))
    apart, needed = {one.benchmark for one in draft.settings.apart}, set[str]()
    seen: dict[tuple[EvaluationKind, str, str, Decimal], list[tuple[KeyPath, Evaluation, Row]]] = {}
    for path, _, table, row in _each_row(draft):
        if table.kind is EvaluationKind.ABLATION or settings.is_alone(table, row):
            continue
        fields = fields_of(table, row)
        for variant, score in row.scores.items():
            if score.value is None:
                continue
            before = seen.setdefault((table.kind, row.benchmark.en, variant, score.value.value), [])
            for where, other, first in before:
                said = fields_of(other, first)
                if (
                    other is table
                    or settings.list_key(first) == settings.list_key(row)
                    or any(said[name] != fields[name] for name in _OTHER_MEASUREMENT & said.keys() & fields.keys())
                ):
                    continue
                needed.add(row.benchmark.en)
                if row.benchmark.en not in apart:
                    here, there = GAP.join(fields.values()), GAP.join(said.values())
                    line = draft.models_file.relative_line(where, path)
                    found = f"{score.value.text} of `{variant}` on {row.benchmark.en} in the setting `{here}`, on {line} in `{there}`"
                    yield Breach(path, found)
            before.append((path, table, row))
    for where, benchmark in draft.each_value(SETTINGS, "apart.*.benchmark"):
        if benchmark not in needed:
            found = f"no score on {benchmark} stands in two settings"
            yield Breach(where, found, fix="take the entry out", file=SETTINGS)


_OTHER_MEASUREMENT = {"part", "harness", "attempts"}


@rule(Scope.CATALOGUE, fix="say the kind of what was measured")
def base_tables_have_base_models(draft: Draft) -> Iterator[Breach]:
    """A table of kind `base` has scores of base checkpoints alone, and they stand in no table of another kind but `specialist` and `ablation`."""
    kinds = {variant.id: variant.kind for _, model in draft.each_model() for variant in model.variants}
    for path, _, table, row in _each_row(draft):
        for variant in row.scores:
            base = kinds.get(variant) is VariantKind.BASE
            if table.kind is EvaluationKind.BASE and variant in kinds and not base:
                found = f"`{variant}`, which is {kinds[variant].value}, in a table of base models"
                yield Breach((*path, "scores", variant), found)
            if table.kind in (EvaluationKind.CHAT, EvaluationKind.REASONING) and base:
                yield Breach(
                    (*path, "scores", variant), f"the base model `{variant}` in a table of kind `{table.kind.value}`"
                )


@rule(Scope.CATALOGUE)
def benchmarks_are_measured(draft: Draft) -> Iterator[Breach]:
    """A benchmark of data/settings.yaml has names of rows of scores, each of which stands there once, and so does its id."""
    rows, seen = {row.benchmark.en for _, _, _, row in _each_row(draft)}, set[tuple[str, str]]()
    for pattern in ("benchmarks.*.id", "benchmarks.*.names.*"):
        for where, name in draft.each_value(SETTINGS, pattern):
            if pattern.endswith("*") and name not in rows:
                close = nearest_in_quotes(name, rows)
                yield Breach(where, f"no row of scores is called `{name}`", nearest=close, file=SETTINGS)
            if (pattern, name) in seen:
                yield Breach(where, f"`{name}` stands here twice", file=SETTINGS)
            seen.add((pattern, name))


@rule(Scope.ENTRY, fix="use the first spelling")
def names_agree(draft: Draft) -> Iterator[Breach]:
    """Benchmarks that differ only in case, spaces, hyphens or a small letter inside are written one way."""
    first: dict[str, tuple[str, KeyPath]] = {}
    for where, text in draft.each_value(MODELS, "models.*.evaluation.*.rows.*.benchmark"):
        word = text.en
        forms = _with_a_letter_less(word)
        known, at = next((first[form] for form in forms if form in first), (word, where))
        first |= dict.fromkeys(forms, (known, at))
        if known != word:
            line = draft.models_file.relative_line(at, where)
            yield Breach(where, f"`{word}`, written `{known}` on {line}", nearest=f"`{known}`")


@rule(Scope.CATALOGUE, fix="take out the one that does not hold")
def selections_are_named(draft: Draft) -> Iterator[Breach]:
    """A quoted table is complete or names the rows that it leaves out and why, not both; what is left out is not among its rows."""
    for here, table in draft.each_value(MODELS, "models.*.evaluation.*"):
        if table.complete and table.left_out:
            yield Breach((*here, "complete"), "both `complete` and `left_out`")
        if not table.complete and not table.left_out:
            yield Breach(here, "a table that does not say whether it is whole")
        rows = {_bare_word(row.benchmark.en) for row in table.rows}
        for where, name in values_at(table, "left_out.*.rows.*", here):
            if _bare_word(name.en) in rows:
                yield Breach(where, f"`{name.en}` is left out, and a row of the same table")


@cache
def _with_a_letter_less(word: str) -> frozenset[str]:
    """Two words that a slip tells apart have one of these in common."""
    bare = _SEPARATORS.sub("", word)
    inside = (at for at in range(1, len(bare) - 1) if bare[at].islower() and len(bare) > _SHORT)
    return frozenset((bare.lower(), *((bare[:at] + bare[at + 1 :]).lower() for at in inside)))


def _bare_word(word: str) -> str:
    return _SEPARATORS.sub("", word.lower())


@rule(Scope.CATALOGUE, fix="correct the sign or the digits, or say in `setting.metric` what is counted")
def scores_within_bounds(draft: Draft) -> Iterator[Breach]:
    """A score of more than 100 stands only where the benchmark has others like it, or where `setting.metric` says what is counted: a rating, or points; one of less than 0 only where it has others like it."""
    scores: dict[str, list[tuple[KeyPath, Quantity]]] = {}
    explained: set[str] = set()
    for path, row in draft.each_value(MODELS, "models.*.evaluation.*.rows.*"):
        if row.setting is not None and row.setting.metric is not None:
            explained.add(row.benchmark.en)
        for variant, score in row.scores.items():
            if score.value is not None and score.value.text[-1] not in "KMBT":
                scores.setdefault(row.benchmark.en, []).append(((*path, "scores", variant), score.value))
    for benchmark, found in scores.items():
        negative = [(where, score) for where, score in found if score.value < 0]
        if 2 * len(negative) <= len(found):
            said = f"where other scores on {benchmark} are not less than 0"
            for where, score in negative:
                yield Breach(where, f"{score.text}, {said}")
        above = [(where, score) for where, score in found if score.value > _PERCENT]
        alone = len({where[:2] for where, _ in found}) == 1
        if len(above) == len(found) and alone and benchmark not in explained:
            why = f"and no other entry has scores on {benchmark}"
        elif 2 * len(above) <= len(found):
            most = max((score.value, score.text) for _, score in found if score.value <= _PERCENT)[1]
            why = f"where other scores on {benchmark} are at most {most}"
        else:
            continue
        for where, score in above:
            yield Breach(where, f"{score.text}, {why}")
