"""Markup that programs read again: the sign of a block, and the few classes that are data.

A copy as Markdown, the search's text and the minutes that a page takes are made from finished HTML, since half of it is written by hand.
What they look for has its name here; `tests/test_prose.py` asks that something else wears it.
"""

import re

BLOCK_BEGINS = "<!-- ds-block:"
BLOCK = re.compile(rf"{BLOCK_BEGINS} (\S+) -->")  # stands in a page for HTML, which is put in after Markdown

MARK = "ds-mark"  # the number of a source behind a sentence
RECOMPUTED = "ds-r"
SAVE = "ds-save"  # leads to files of a figure
WRAPPING = "ds-wrapping"  # formulas that stand in one line where it is long enough
FORMULA = "ds-formula"
FACTS = ("ds-ribbon",)  # values at the top of a page
PROBLEM = "ds-exercise"
PROBLEM_LINKS = "ds-problem-links"
# What the search passes over: it is said elsewhere, cannot be read as a sentence, or is a tool.
UNSEARCHED = (
    *("ds-printed", "ds-sources", MARK, "ds-via", "ds-copy", "ds-meta", PROBLEM, "ds-labs", "ds-who"),
    *("ds-who-line", SAVE, "ds-kicker", "ds-also"),
)
# Anchors of sections that only lead to what other pages say.
ELSEWHERE = frozenset(("related", "origin", "problems", "sources", "cite"))


def block_marker(block: str) -> str:
    return f"{BLOCK_BEGINS} {block} -->"
