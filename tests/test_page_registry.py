"""Pages are declared once: each declaration has what makes it, and nothing is made or written beside them."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from render.pages import PAGES, DeclaredPage, declaration_of
from render.site import BuilderInputs, builder_of

GENERATED = [declared for declared in PAGES if declared.builder]
PAGE_MODULES = Path(__file__).parent.parent / "hooks" / "render" / "pages"


@pytest.mark.parametrize("declared", GENERATED, ids=lambda declared: declared.path)
def test_a_builder_is_there_and_takes_what_the_declaration_gives(declared: DeclaredPage) -> None:
    parameters = list(inspect.signature(builder_of(declared)).parameters)
    assert len(parameters) == 1 + (declared.groups is not None) + len(declared.needs)
    assert set(declared.needs) <= BuilderInputs.__annotations__.keys()


def test_every_function_that_makes_a_page_is_declared() -> None:
    declared = {page.builder.partition(":")[0] for page in GENERATED}
    making = {path.stem for path in PAGE_MODULES.glob("*.py") if "-> Page:\n" in path.read_text(encoding="utf-8")}
    assert making - declared == set()


@pytest.mark.parametrize(
    ("path", "declared"),
    [
        ("trends.md", "trends.md"),
        ("techniques/index.md", "techniques/index.md"),
        ("techniques/mla.md", "techniques/*.md"),
        ("models/deepseek-v3/training.md", "models/*.md"),
        ("compare/models.md", "compare/models.md"),
        ("guides/framework.md", "guides/*.md"),
    ],
)
def test_a_page_is_found_with_its_declaration(path: str, declared: str) -> None:
    found = declaration_of(path)
    assert found.path == declared


def test_a_page_that_is_not_declared_has_no_declaration() -> None:
    assert declaration_of("nowhere.md") is None
