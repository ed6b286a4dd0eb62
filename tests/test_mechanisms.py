"""Mechanisms: each is drawn in both languages, stands where its technique is explained, and shows what the labs compute."""

import re

from building import ROOT
from catalogue.records import Catalogue
from render.figures.engine import FIGURES
from render.labs import LABS
from render.technique_figures import LABS_OF


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
