"""Sentences are counted as a reader counts them."""

from __future__ import annotations

import pytest

from catalogue.text import count_sentences, split_paragraphs


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three? Four", 4),
        ("A width of 2.5 times, e.g. in V3.1, see eq. 4 and Fig. 2.", 1),
        ("It uses `a. b. c`. That is the input x. The rest follows.", 3),
        ("{{ v('deepseek-v3/parameters.total') }} are many. {{ t('moe', 'A. B.') }} is linked.", 4),
        ("He said “yes.” Then he left (at last). End.", 3),
        ("第一句。第二句！第三句？“第四句。”第五句", 5),
        ("比例为 0.5，见 DeepSeek-V3.1；同上。", 1),
        ("Shazeer et al. (2017) and Du et al. agree.", 1),
    ],
    ids=[
        "marks",
        "numbers and abbreviations",
        "code",
        "quotes",
        "closing marks",
        "Chinese",
        "Chinese numbers",
        "et al.",
    ],
)
def test_sentences(text: str, count: int) -> None:
    assert count_sentences(text) == count


def test_paragraphs_are_lines() -> None:
    assert split_paragraphs("One.\nTwo.\n\nThree.\n") == ["One.", "Two.", "Three."]
