"""Mechanisms: each is drawn in both languages, stands where its technique is explained, and shows what the labs compute."""

from __future__ import annotations

import re

import pytest

from building import ROOT
from catalogue.records import Catalogue
from helpers import context_of
from render.figures.engine import FIGURES
from render.labs import LABS
from render.technique_figures import LABS_OF, mechanism_html
from render.words import CHINESE, ENGLISH


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_every_mechanism_is_drawn_and_said(catalogue: Catalogue, language: str) -> None:
    ctx = context_of(catalogue, language)
    for name in FIGURES:
        html = mechanism_html(ctx, name)
        panels = html.count("<svg")
        assert panels == html.count('role="img" aria-label="') >= 1, name
        assert not re.search(r"\bnan\b|\binf\b|None", html), name
        for width, x in re.findall(r'<rect[^>]* x="([\d.]+)"[^>]* width="([\d.]+)"', html):
            assert float(width) + float(x) <= 361, name


def test_every_figure_and_every_lab_has_its_place(catalogue: Catalogue) -> None:
    """Techniques that there are; the command that runs a lab is given in a guide. `make check` asks that figures are placed."""
    guides = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs/en/guides").glob("*.md"))
    assert {*LABS_OF} <= set(catalogue.techniques)
    for name, figure in FIGURES.items():
        techniques = {*filter(None, (figure.technique,)), *figure.also}
        assert techniques <= set(catalogue.techniques), name
        folder, _, id_ = figure.page.removesuffix(".md").partition("/")
        assert (ROOT / "docs" / "en" / figure.page).exists() or (folder == "techniques" and id_ in techniques), name
    labs = {name for names in LABS_OF.values() for name in names}
    assert labs <= set(LABS)
    assert set(LABS) == labs | set(re.findall(r"block\('lab-(\w+)'\)", guides))
