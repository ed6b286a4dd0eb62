"""A lab as a Jupyter notebook that needs nothing beside it: what it imports from other labs stands in cells of its own.

Takes the text of the modules in labs/, gives the JSON of nbformat 4.5. Nothing is run here.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

from ..lab_files import LABS, lab_code

FOLDER = "data/notebooks"


def notebook_path(name: str) -> str:
    """Path of the notebook of a lab below the site."""
    return f"{FOLDER}/{name}.ipynb"


def notebook_downloads() -> Iterator[tuple[str, bytes]]:
    """Path below the site and content of the notebook of every lab."""
    for name in LABS:
        yield notebook_path(name), notebook_json(name).encode()


def notebook_json(name: str) -> str:
    """The notebook of a lab."""
    cells: list[dict[str, Any]] = [
        {"cell_type": kind, "id": f"{name.replace('_', '-')}-{number}", "metadata": {}, "source": source}
        | ({"execution_count": None, "outputs": []} if kind == "code" else {})
        for number, (kind, source) in enumerate(_cells(name))
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def code_of_notebook(text: str) -> str:
    """All code of a notebook, as Jupyter runs it from the first cell to the last."""
    notebook: dict[str, Any] = json.loads(text)
    return "\n\n".join(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")


def _cells(name: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each cell: what the lab is, imports, borrowed functions, a cell for each of its own, its example."""
    tree = ast.parse(lab_code(name))
    yield "markdown", f"# labs/{name}.py\n\n{ast.get_docstring(tree)}"
    borrowed = _borrowed_names(name)
    outside = {line for module in (name, *borrowed) for line in _outside_imports(module)}
    yield "code", "\n".join(sorted(outside))
    for module, names in borrowed.items():
        parts = [_source(module, node) for node in ast.parse(lab_code(module)).body if _defined_names(node) & names]
        yield "code", f"# from labs/{module}.py\n" + "\n\n".join(parts)
    settings: list[str] = []
    for node in tree.body[1:]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If) and settings:
            yield "code", "\n".join(settings)
            settings = []
        if isinstance(node, ast.If):  # the example below `if __name__ == "__main__":`
            example = [each for each in node.body if not isinstance(each, ast.ImportFrom)]
            yield "code", dedent("\n".join(lab_code(name).splitlines()[example[0].lineno - 1 : node.end_lineno]))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield "code", _source(name, node)
        else:
            settings.append(_source(name, node))


def _borrowed_names(name: str) -> dict[str, set[str]]:
    """What a lab needs of other labs, by module, so that each stands behind those that it needs itself."""
    found: dict[str, set[str]] = {}

    def visit(module: str, wanted: set[str] | None) -> None:
        body = ast.parse(lab_code(module)).body
        used = _used_names(body, wanted)
        example = [each for node in body if isinstance(node, ast.If) and wanted is None for each in node.body]
        for node in (*body, *example):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("labs."):
                names = {alias.name for alias in node.names} & used
                other = str(node.module).removeprefix("labs.")
                if names:
                    visit(other, names)
                    found[other] = found.get(other, set()) | _used_names(ast.parse(lab_code(other)).body, names)

    visit(name, None)
    return found


def _used_names(body: list[ast.stmt], wanted: set[str] | None) -> set[str]:
    """The names that `wanted` definitions of a module lead to, and they themselves; without, all names in the module."""
    uses = {
        defined: {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        for node in body
        for defined in _defined_names(node)
    }
    if wanted is None:
        return {each.id for node in body for each in ast.walk(node) if isinstance(each, ast.Name)}
    found, left = set[str](), set(wanted)
    while left:
        one = left.pop()
        found.add(one)
        left |= uses.get(one, set()) - found
    return found


def _defined_names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else []
    return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}


def _outside_imports(module: str) -> Iterator[str]:
    for node in ast.parse(lab_code(module)).body:
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != "__future__"):
            line = ast.unparse(node)
            if not line.startswith("from labs."):
                yield line


def _source(module: str, node: ast.stmt) -> str:
    """A statement as it is written, with its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    return "\n".join(lab_code(module).splitlines()[first - 1 : node.end_lineno])
