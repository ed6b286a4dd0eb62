"""Texts: guides of a readable length without typed numbers or leftovers; sentences are counted as a reader counts them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from building import ROOT
from catalogue.records import Catalogue
from catalogue.text import count_sentences, split_paragraphs
from helpers import built_page, table
from render import words as language_files


def test_prose_quotes_its_numbers() -> None:
    """Hand-written pages type no number of three digits or more: they quote the catalogue, or mark a made-up one as code."""
    names = re.compile(
        r"\b(?:DeepSeek[\w.-]*|V\d[\w.]*|R1[\w-]*|v1\.5|FP\d+|BF16|bf16|fp32|E\dM\d|INT\d+|H\d00|A100|ZeRO-\d|1F1B|ZB1P|FlashAttention-\d|LLaMA[\w.-]*|Llama[\w.-]*|Qwen[\w.-]*|\d+(?:\.\d+)?B|AIME \d{4}|MATH-500|\d{4}-\d{2}-\d{2}|20[12]\d|1 × 128|128 × 128)\b|§[\d.]+"
    )
    typed = {}
    for file in sorted((ROOT / "docs").rglob("*.md")):
        text = re.sub(
            r"\{\{.*?\}\}|`[^`]*`|\]\([^)]*\)|\{ *#[^}]*\}|<[^>]*>", " ", file.read_text(encoding="utf-8"), flags=re.S
        )
        text = text.split("---", 2)[2]
        found = [
            n
            for n in re.findall(r"(?<![\w.-])\d[\d,.]*\d(?![\w-])", names.sub(" ", text))
            if sum(map(str.isdigit, n)) > 2
        ]
        if found:
            typed[file.name] = found
    assert typed == {}


NOT_PROSE = "h1, h2, h3, h4, table, pre, figure > :not(figcaption), details, form, script, style, [hidden], .ds-printed, .ds-exercises"
"""What the words of a guide are counted without: headings, tables, code, drawings, problems, sources and controls."""


def read(page: LexborHTMLParser) -> str:
    """What one reads on a page from its first line on: paragraphs, lists and captions."""
    article = page.css_first("article")
    for node in article.css(NOT_PROSE):
        node.decompose()
    return article.text()


def test_a_guide_has_1500_to_3500_words(built: Path, catalogue: Catalogue) -> None:
    """As the reader sees it; the Chinese one is in step, with 1.2 to 1.8 characters for an English word."""
    lengths, outside = {}, []
    for guide in catalogue.study.guides:
        english, chinese = (read(built_page(built, f"{folder}guides/{guide.id}")) for folder in ("", "zh/"))
        words = sum(any(map(str.isalnum, word)) for word in english.split())
        characters = len(re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+", chinese))
        lengths[guide.id] = f"{words} words, {characters} characters"
        if not 1500 <= words <= 3500 or not 1.2 <= characters / words <= 1.8:
            outside.append(guide.id)
    assert outside == [], lengths


# Words whose names are put together in another way, or by a script.
PUT_TOGETHER = ("small.", "add.value_", "sentence_weights.", "hero.", "poster.save_")


def test_words_have_no_leftovers() -> None:
    """Every word of the interface is named in a template or module, in full or by its beginning before what is filled in."""
    files = [path for path in (ROOT / "hooks").rglob("*") if path.suffix in (".py", ".jinja")]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in [*files, *(ROOT / "overrides").rglob("*.html")])
    filled_in = re.findall(r"""f["']([\w.]+[._])\{""", sources) + re.findall(r"""["']([\w.]+\.)["'] [~+]""", sources)
    dynamic = (*PUT_TOGETHER, *(beginning for beginning in filled_in if "." in beginning))
    whole = set(re.findall(r"""["']([\w.]+)["']""", sources))
    ends = set(re.findall(r"""f["']\{\w+\}(\.[\w.]+)["']""", sources))  # what stands behind a name that is filled in
    whole |= {name + end for name in whole for end in ends}
    unused = [key for key in language_files.load_words()["en"] if key not in whole and not key.startswith(dynamic)]
    assert unused == []


@pytest.mark.parametrize(("text", "count"), table("sentences"))
def test_sentences(text: str, count: int) -> None:
    assert count_sentences(text) == count


def test_paragraphs_are_lines() -> None:
    assert split_paragraphs("One.\nTwo.\n\nThree.\n") == ["One.", "Two.", "Three."]
