"""The styles of the theme, which are reduced at development time: they hold what the pages of the site use."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from theme_css import TARGET, Used, flat_declarations, theme_styles


def test_the_styles_of_the_theme_are_those_that_the_pages_use(built: Path) -> None:
    committed = TARGET.read_text(encoding="utf-8")
    assert f" {version('mkdocs-material')} " in committed.partition("\n")[0], (
        "Material is another one now: make theme-css"
    )
    missing = set(flat_declarations(theme_styles(built))) - set(flat_declarations(committed))
    assert not missing, "pages use more of the theme: make theme-css"


@pytest.mark.parametrize("broken", ['<a href="ds', '<p "="x">', '<a "">', '<b class=">'])
def test_a_quote_left_open_in_a_tag_takes_no_style_from_others(broken: str) -> None:
    """A page that ends in the middle of a link."""
    used = Used()
    used.page(f'<p class="one">{broken}</p><div class="two" id="three">')
    used.page('<p class="four">')
    assert used.elements >= {frozenset(("p", "[class", ".one")), frozenset(("p", "[class", ".four"))}
    assert used.has(frozenset(("div", ".two", "#three")))
