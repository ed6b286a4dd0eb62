"""A newcomer's entry that `make check` calls right is not punished elsewhere: it builds on, and what grows from it is valid."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from building import ROOT
from catalogue.load import load_catalogue, untranslated_texts
from catalogue.records import Catalogue
from render import words as language_files
from render.site import make_editions

ENTRY = """id: newcomer-9b
name: Newcomer 9B
track: general
dates: {{announcement: 2026-11, source: {source}}}
summary: A small dense model.
flagship: newcomer-9b-base
variants:
  - id: newcomer-9b-base
    name: Newcomer 9B Base
    kind: base
    parameters: {{total: not published, source: {source}}}
    architecture:
      source: {source}
      attention: GQA
      feed_forward: dense
      num_hidden_layers: 32
      hidden_size: 4096
      vocab_size: 100000
      num_attention_heads: 32
      num_key_value_heads: 8
      intermediate_size: 12288
      hidden_act: silu
      tie_word_embeddings: false
"""


@pytest.fixture(scope="module")
def contributed(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    """The real data with one entry more, in English alone, without check digits, and the youngest of all."""
    data = Path(shutil.copytree(ROOT / "data", tmp_path_factory.mktemp("contributed") / "data"))
    reference = next(m.reference for m in catalogue.models.values() if m.reference)
    (data / "models" / "newcomer-9b.yaml").write_text(ENTRY.format(source=f"{reference} §1"), encoding="utf-8")
    return data


@pytest.fixture(scope="module")
def grown(contributed: Path) -> Catalogue:
    return load_catalogue(contributed)


def test_the_entry_is_right(grown: Catalogue) -> None:
    recount = grown.entries["newcomer-9b-base"].recount
    assert recount is not None
    assert recount.total is not None


def test_its_texts_wait_for_chinese(contributed: Path) -> None:
    waiting = [str(finding) for finding in untranslated_texts(contributed)]
    assert any("newcomer-9b.yaml" in message and "A small dense model." in message for message in waiting)


def test_every_page_is_made_in_both_languages(grown: Catalogue) -> None:
    words = {language: language_files.load_words(language) for language in ("en", "zh")}
    for language, edition in make_editions(grown, words, ROOT / "docs").items():
        pages = edition.site.pages
        page = next(page for path, page in pages.items() if "newcomer-9b" in path)
        html = page.markdown + "".join(page.blocks.values())
        assert "A small dense model." in html
        assert ("ds-fallback" in html) == (language == "zh")
        trends = "".join(pages["trends.md"].blocks.values())
        assert LexborHTMLParser(trends).css_first("[data-id=newcomer-9b-base]") is not None
