"""The settings of scores use the words of data/settings.yaml, and say what scores on a benchmark depend on."""

from __future__ import annotations

from collections.abc import Iterator

from ..files import SETTINGS
from ..findings import Finding, KeyPath, nearest_in_quotes
from ..schema.model import Evaluation, Model, Row
from ..schema.setting import FIELDS, GAP, NOT_STATED, Setting, each_word
from ..settings import Vocabulary, fields_of
from .draft import Draft, Scope, rule

_LISTED = 8  # words of a field named in a message


def _tables(draft: Draft) -> Iterator[tuple[KeyPath, Model, Evaluation]]:
    for path, model in draft.each_model():
        for index, table in enumerate(model.evaluation):
            yield (*path, "evaluation", index), model, table


def _rows(draft: Draft) -> Iterator[tuple[KeyPath, Model, Evaluation, Row]]:
    for path, model, table in _tables(draft):
        for index, row in enumerate(table.rows):
            yield (*path, "rows", index), model, table, row


def _settings(draft: Draft) -> Iterator[tuple[KeyPath, Setting]]:
    found = [*((path, table.setting) for path, _, table in _tables(draft))]
    found += [(path, row.setting) for path, _, _, row in _rows(draft)]
    return (((*path, "setting"), setting) for path, setting in found if setting is not None)


@rule(Scope.CATALOGUE)
def settings_have_known_words(draft: Draft) -> Iterator[Finding]:
    """A field of a `setting` holds words that data/settings.yaml has for it."""
    vocabulary = Vocabulary(draft.settings)
    for path, setting in _settings(draft):
        for field, word in each_word(setting.fields):
            if vocabulary.find(field, word) is None:
                known = [one.word for one in getattr(draft.settings.words, field)]
                yield draft.models_file.finding(
                    (*path, field),
                    f"`{word}` is no word of `{field}`",
                    "one of data/settings.yaml, such as " + GAP.join(f"`{one}`" for one in known[:_LISTED]),
                    nearest_in_quotes(word, known),
                    f"use that word, or add `{word}` to `words.{field}` there, with its Chinese",
                )


@rule(Scope.CATALOGUE)
def settings_say_what_is_asked(draft: Draft) -> Iterator[Finding]:
    """A row on a benchmark of `asked` in data/settings.yaml fills in the fields named there, in its own `setting` or its table's, if only with `not stated`."""
    asked = draft.settings.asked
    for benchmark, fields in asked.items():
        for index, field in enumerate(fields):
            if field not in FIELDS:
                yield draft.located[SETTINGS].finding(
                    ("asked", benchmark, index),
                    f"`{field}` is no field of a setting",
                    GAP.join(f"`{f}`" for f in FIELDS),
                )
    said: dict[tuple[str, str], dict[str, None]] = {}
    for _, _, table, row in _rows(draft):
        for field, value in fields_of(table, row).items():
            said.setdefault((row.benchmark.en, field), {})[value] = None
    for path, _, table, row in _rows(draft):
        filled = fields_of(table, row)
        for field in asked.get(row.benchmark.en, ()):
            if field not in filled:
                values = [one for one in said.get((row.benchmark.en, field), ()) if one != NOT_STATED][:_LISTED]
                yield draft.models_file.finding(
                    path,
                    f"a score on {row.benchmark.en} without `{field}`, which it depends on",
                    f"`setting: {{{field}: …}}` with " + " or ".join(f"`{one}`" for one in [*values, NOT_STATED]),
                    fix=f"look up the {field} in the source; where it does not say, write `{NOT_STATED}`",
                )
