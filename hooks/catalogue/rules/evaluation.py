"""One benchmark, one name: scores can only be compared where names agree. A quoted table says what it leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..findings import Finding, Path
from .draft import Draft
from .registry import Scope, rule


@rule(Scope.ENTRY)
def names_agree(draft: Draft) -> Iterator[Finding]:
    """Benchmarks and settings that differ only in case, spaces or hyphens are written one way."""
    first: dict[tuple[str, str], tuple[str, Path]] = {}
    for path, model in draft.each_model():
        for i, table in enumerate(model.evaluation):
            for j, row in enumerate(table.rows):
                for field in ("benchmark", "setting"):
                    text = getattr(row, field)
                    if text is None:
                        continue
                    word = text.en
                    where = (*path, "evaluation", i, "rows", j, field)
                    known, at = first.setdefault((field, _bare_word(word)), (word, where))
                    if known != word:
                        yield draft.finding(
                            where,
                            f"`{word}`, written `{known}` on {draft.models_file.place(at, where)}",
                            "one spelling",
                            f"`{known}`",
                            "use the first spelling",
                            (word, known),
                        )


@rule(Scope.CATALOGUE)
def selections_are_named(draft: Draft) -> Iterator[Finding]:
    """A quoted table is complete or names the rows that it leaves out and why, not both; what is left out is not among its rows."""
    for path, model in draft.each_model():
        for i, table in enumerate(model.evaluation):
            here = (*path, "evaluation", i)
            if table.complete and table.left_out:
                yield draft.finding(
                    (*here, "complete"),
                    "both `complete` and `left_out`",
                    "one of the two",
                    fix="take out the one that does not hold",
                )
            if not table.complete and not table.left_out:
                yield draft.finding(
                    here,
                    "a table that does not say whether it is whole",
                    "`complete: true`, or `left_out` with the rows that are not here and why",
                    fix="compare it with the source, row by row, and add one of the two",
                )
            rows = {_bare_word(row.benchmark.en): row.benchmark.en for row in table.rows}
            for j, group in enumerate(table.left_out):
                for k, name in enumerate(group.rows):
                    if _bare_word(name.en) in rows:
                        yield draft.finding(
                            (*here, "left_out", j, "rows", k),
                            f"`{name.en}` is left out, and a row of the same table",
                            "one of the two",
                            fix="take it out of one of the two lists",
                        )


def _bare_word(word: str) -> str:
    return re.sub(r"[\s\-_.]", "", word.lower())
