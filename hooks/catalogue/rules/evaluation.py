"""One benchmark, one name: scores can only be compared where names agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..findings import Finding
from .draft import Draft


def names_agree(draft: Draft) -> Iterator[Finding]:
    """Benchmarks and settings that differ only in case, spaces or hyphens are written one way."""
    first: dict[tuple[str, str], tuple[str, int]] = {}
    for path, model in draft.each_model():
        for i, table in enumerate(model.evaluation):
            for j, row in enumerate(table.rows):
                for field in ("benchmark", "setting"):
                    text = getattr(row, field)
                    if text is None:
                        continue
                    word = text.en
                    where = (*path, "evaluation", i, "rows", j, field)
                    known, line = first.setdefault((field, _bare(word)), (word, draft.models_file.line(where)))
                    if known != word:
                        yield draft.finding(
                            where,
                            f"`{word}`, written `{known}` on line {line}",
                            "one spelling",
                            f"`{known}`",
                            "use the first spelling",
                        )


def _bare(word: str) -> str:
    return re.sub(r"[\s\-_.]", "", word.lower())
