"""Signs: each has one form and one meaning, is explained on one page, and that page is one click away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.records import Catalogue
from catalogue.uses import UseLabel
from helpers import context_of
from render import format
from render.pages import study

EDITIONS = {"en": "", "zh": "zh/"}
SIGNS = {*(sign for sign in format.USES.values() if sign), format.WITHOUT, "✓", "≠"}
# Words of sentences may have them as punctuation or as operators.
HOMES = {"format.py", "formula_lines.py"}


def parsed(built: Path, path: str) -> LexborHTMLParser:
    return LexborHTMLParser((built / path / "index.html").read_text(encoding="utf-8"))


def test_a_sign_means_one_thing() -> None:
    signs = [*(format.USES[part] for part in format.LEGEND), format.WITHOUT, str(format.NOTHING)]
    assert len(signs) == len(set(signs))
    assert set(format.USES) == {format.part_of(how) for how in UseLabel}


def test_there_are_at_most_six() -> None:
    assert len(SIGNS) <= 6


def test_no_sign_is_typed_a_second_time() -> None:
    """In Python, templates and words; `×`, `·` and `≠` as such are operators and bullets, and ≠ is what differs in a drawing too."""
    rare = SIGNS - {"×", "·", "≠"}
    found = [
        f"{path.name}: {sign}"
        for path in Path("hooks/render").rglob("*")
        if path.suffix in {".py", ".jinja"} and path.name not in HOMES
        for sign in rare
        if sign in path.read_text(encoding="utf-8")
    ]
    assert found == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_sign_of_a_page_is_explained(built: Path, edition: str) -> None:
    """What the matrix, the sizes and the sources show is on the page that says how to read them."""
    explained = parsed(built, EDITIONS[edition] + "how-to-read").css(".ds-signs dt")
    html = "".join(term.html or "" for term in explained)
    classes = set(re.findall(r'class="(ds-(?:use|state) \w+|ds-(?:v|r|mark|absent|ok|off|cue))"', html))
    for path in ("techniques", "models/deepseek-v3/architecture", "compare/models"):
        page = (built / EDITIONS[edition] / path / "index.html").read_text(encoding="utf-8")
        body = page[page.index("<article") : page.index("</article>")]
        shown = set(re.findall(r'class="(ds-(?:use|state) \w+|ds-(?:v|r|mark|absent|ok|off|cue))"', body))
        assert shown - {"ds-use changed"} <= classes, path  # is shown as brought in, with its own word


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    "path", ["", "models/deepseek-v3", "techniques/mla", "compare/models", "how-we-count", "glossary"]
)
def test_each_page_leads_there(built: Path, edition: str, path: str) -> None:
    page = parsed(built, EDITIONS[edition] + path)
    for place in ("header", "footer"):
        links = [a.attributes["href"] or "" for a in page.css(f"{place} a")]
        assert any(link.endswith("how-to-read/") for link in links), place


def test_a_catalogue_without_an_example_leaves_a_sign_out(small: Catalogue) -> None:
    page = study.reading_page(context_of(small))
    assert all(block for block in page.blocks.values())
