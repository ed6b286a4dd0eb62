"""Mechanisms: each is drawn in both languages, stands where its technique is explained, and shows what the labs compute."""

from __future__ import annotations

import re

import pytest

from building import ROOT
from catalogue.records import Catalogue
from helpers import context_of
from render.labs import LABS
from render.technique_figures import MECHANISMS, PLAYS, SHOWN, labs_of, mechanism_html
from render.words import CHINESE, ENGLISH


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_every_mechanism_is_drawn_and_said(catalogue: Catalogue, language: str) -> None:
    ctx = context_of(catalogue, language)
    for name in (*MECHANISMS, *PLAYS):
        html = mechanism_html(ctx, name)
        panels = html.count("<svg")
        assert panels == html.count('role="img" aria-label="') >= 1, name
        assert not re.search(r"\bnan\b|\binf\b|None", html), name
        for width, x in re.findall(r'<rect[^>]* x="([\d.]+)"[^>]* width="([\d.]+)"', html):
            assert float(width) + float(x) <= 361, name


def test_every_figure_and_every_lab_has_its_place(catalogue: Catalogue) -> None:
    """On the page of a technique, or in a guide: there a figure is placed, and the command that runs a lab is given."""
    guides = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs/en/guides").glob("*.md"))
    assert set(SHOWN) <= set(catalogue.techniques)
    figures = {name for names, _ in SHOWN.values() for name in names}
    labs = {name for _, names in SHOWN.values() for name in names}
    figures |= set(re.findall(r"block\('mechanism-([\w-]+)'\)", guides))
    assert figures == {*MECHANISMS, *PLAYS}
    assert labs <= set(LABS)
    assert set(LABS) == labs | set(re.findall(r"block\('lab-(\w+)'\)", guides))


def test_a_technique_offers_its_lab_and_the_archive_of_all(catalogue: Catalogue) -> None:
    ctx = context_of(catalogue)
    code = labs_of(ctx, "mla")
    assert 'href="ds:data/labs/mla.py"' in code
    assert "ds:data/labs.zip" in code
    assert labs_of(ctx, "zero") == ""
