"""A newcomer's entry that `make check` calls right is not punished elsewhere: its pages are made, and it shows in figures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from building import ROOT
from catalogue.load import load_catalogue, untranslated_texts
from catalogue.records import Catalogue
from render.context import make_context
from render.pages.trends import trends_page
from render.site import site_of
from render.words import load_words

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


@pytest.mark.parametrize("language", ["en", "zh"])
def test_its_page_and_its_point_are_made(grown: Catalogue, language: str) -> None:
    ctx = make_context(grown, load_words(language))
    page = site_of(ctx, "newcomer-9b").pages["models/newcomer-9b.md"]
    html = page.markdown + "".join(page.blocks.values())
    assert "A small dense model." in html
    assert ("ds-fallback" in html) == (language == "zh")
    trends = "".join(trends_page(ctx).blocks.values())
    assert LexborHTMLParser(trends).css_first("[data-id=newcomer-9b-base]") is not None
