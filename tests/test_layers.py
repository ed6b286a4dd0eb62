"""The layers that ARCHITECTURE.md draws: who may import whom, without a circle; and every path that it names is there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from building import ROOT

HOOKS = ROOT / "hooks"
# In order; a package imports those in front of it, and itself.
LAYERS = ("labs", "catalogue", "render", "checks", "postbuild")
_PATH = re.compile(r"`((?:data|docs|hooks|labs|overrides|tests|tools|bench|peers)/[\w./-]*)`")
_SHORT = re.compile(r"`((?:catalogue|render|postbuild|checks)/[\w./-]+)`")


def imports_of(name: str, path: Path) -> Iterator[str]:
    """Absolute names of what a module imports, below functions too."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                below = HOOKS.joinpath(*base.split("."), alias.name)
                yield f"{base}.{alias.name}" if below.is_dir() or below.with_suffix(".py").exists() else base


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """What each module imports."""
    named = {".".join(path.relative_to(HOOKS).with_suffix("").parts): path for path in sorted(HOOKS.rglob("*.py"))}
    modules = {name.removesuffix(".__init__"): path for name, path in named.items()}
    return {name: {*imports_of(name, path)} for name, path in modules.items()}


def test_packages_import_only_what_stands_before_them(imports: dict[str, set[str]]) -> None:
    wrong = [
        f"{name} imports {found}"
        for name, others in imports.items()
        for found in others
        if (top := name.split(".")[0]) in LAYERS
        and (other := found.split(".")[0]) in LAYERS
        and LAYERS.index(other) > LAYERS.index(top)
    ]
    assert wrong == []


# What a module or the modules of a package say that they do not import, by the beginning of its name.
APART = {
    "catalogue.schema": "catalogue.",
    "catalogue.lab_numbers": "catalogue.",
    **dict.fromkeys(
        ("render.figures", "render.tables", "render.technique_figures"),
        "render.pages.",
    ),
}


def test_what_stands_apart_imports_nothing_of_the_rest(imports: dict[str, set[str]]) -> None:
    """No page under a figure, nothing of the catalogue under its schema."""
    wrong = [
        f"{name} imports {found}"
        for name, others in imports.items()
        for room, barred in APART.items()
        for found in others
        if f"{name}.".startswith(f"{room}.") and found.startswith(barred) and not f"{found}.".startswith(f"{room}.")
    ]
    assert wrong == []
    assert set(APART) <= imports.keys()


def test_mkdocs_is_known_to_its_adapter_alone(imports: dict[str, set[str]]) -> None:
    assert {name for name, others in imports.items() if any(one.split(".")[0] == "mkdocs" for one in others)} == {
        "study"
    }


def test_no_modules_import_each_other_in_a_circle(imports: dict[str, set[str]]) -> None:
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " → ".join([*way[way.index(name) :], name])
        if name not in done:
            for other in sorted(imports[name] & imports.keys() - {name}):
                visit(other, (*way, name))
            done.add(name)

    for name in imports:
        visit(name, ())


def test_every_path_that_the_architecture_names_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = [ROOT / path for path in _PATH.findall(text)] + [HOOKS / path for path in _SHORT.findall(text)]
    assert len(named) > 40
    assert [str(path.relative_to(ROOT)) for path in named if not path.exists()] == []
