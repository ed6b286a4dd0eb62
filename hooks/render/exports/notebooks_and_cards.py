"""Downloads for study: flash cards, labs as modules, notebooks and archives, the training lab with its texts."""

import ast
import html
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from textwrap import dedent
from typing import Any

from catalogue.schema.values import Text

from ..cite import plain_text
from ..context import Context
from ..labs import EXERCISES, FOLDER, LABS, lab_code, statement_text
from ..problems import home_of, problem_item

NOTEBOOKS = "data/notebooks"
TOUR = "train.ipynb"  # of labs/train, in its archive and beside the others
_CELL = "# %%"  # the percent format: https://jupytext.readthedocs.io/en/latest/formats-scripts.html


def notebook_path(name: str) -> str:
    return f"{NOTEBOOKS}/{name}.ipynb"


def notebook_downloads() -> Iterator[tuple[str, bytes]]:
    for name in LABS:
        yield notebook_path(name), notebook_json(name, _notebook_cells(name)).encode()
    yield f"{NOTEBOOKS}/{TOUR}", tour_notebook().encode()


def tour_notebook() -> str:
    """labs/train/tour.py, which stands in the archive of that lab and imports it."""
    return notebook_json("tour", cells_of_script((FOLDER / "train" / "tour.py").read_text(encoding="utf-8")))


def cells_of_script(text: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each cell of a script in the percent format. Raises ValueError for text before the first cell."""
    before, *parts = f"\n{text}".split(f"\n{_CELL}")
    if before.strip():
        raise ValueError(f"a script in the percent format begins with `{_CELL}`, not with `{before.strip()[:40]}`")
    for part in parts:
        head, _, body = part.partition("\n")
        if head.strip() == "[markdown]":
            yield "markdown", "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.strip().splitlines())
        else:
            yield "code", body.strip()


def notebook_json(name: str, made_of: Iterator[tuple[str, str]]) -> str:
    cells: list[dict[str, Any]] = [
        {"cell_type": kind, "id": f"{name.replace('_', '-')}-{number}", "metadata": {}, "source": source}
        | ({"execution_count": None, "outputs": []} if kind == "code" else {})
        for number, (kind, source) in enumerate(made_of)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _notebook_cells(name: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each cell: docstring, imports, functions of other labs, own definitions, example."""
    tree = ast.parse(lab_code(name))
    yield "markdown", f"# labs/{name}.py\n\n{ast.get_docstring(tree)}"
    borrowed = _borrowed_names(name)
    outside = {line for module in (name, *borrowed) for line in _outside_imports(module)}
    yield "code", "\n".join(sorted(outside))
    for module, names in borrowed.items():
        parts = [
            statement_text(module, node) for node in ast.parse(lab_code(module)).body if _defined_names(node) & names
        ]
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
            yield "code", statement_text(name, node)
        else:
            settings.append(statement_text(name, node))


def _borrowed_names(name: str) -> dict[str, set[str]]:
    """Names that a lab needs of other labs, by module, each behind those that it needs itself."""
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
    """The names that `wanted` definitions lead to, themselves included; all names of the module without `wanted`."""
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


# Anki's headers: https://docs.ankiweb.net/importing/text-files.html
_HEADERS = """#separator:tab
#html:true
#notetype:Basic
#deck:{deck}
#guid column:1
#tags column:4
"""


def flash_cards(context: Context) -> str:
    """Tab-separated id, front, back and tag. Ids stay, so that a second import updates the cards."""
    lines = ("\t".join(" ".join(cell.split()) for cell in card) for card in _card_fields(context))
    return _HEADERS.format(deck=context.words("data.deck")) + "\n".join(lines) + "\n"


def _card_fields(context: Context) -> Iterator[tuple[str, str, str, str]]:
    catalogue, language = context.catalogue, context.words.language
    escape = html.escape

    def plain(text: Text) -> str:
        return escape(plain_text(context, text), quote=False)

    for term in catalogue.glossary.terms:
        yield f"ds-{language}-term-{term.id}", plain(term.name), plain(term.definition), "term"
    for technique in catalogue.techniques.values():
        yield (
            f"ds-{language}-technique-{technique.id}",
            plain(technique.name),
            plain(technique.definition),
            f"technique::{technique.kind.name.lower()}",
        )
    for problem in context.problems:
        shown = problem_item(context, problem)
        if shown["puzzle"]:
            continue  # a card has no simulator
        steps = [f"{step['says']} {step['working']}" for step in shown["steps"]]
        options = [f"{option['text']}: {option['says']}" for option in shown["options"] if option["right"]]
        band = context.words("problems.band", **shown["band"]) if shown["band"] else ""
        rest = [band, *options, *steps, shown["with_unit"], shown["working"], shown["answer"], *shown["points"]]
        front = "<br>".join(
            [f"<b>{shown['title']}</b>", shown["question"], *(option["text"] for option in shown["options"])]
        )
        back, tag = "<br>".join(map(str, filter(None, rest))), f"problem::{home_of(problem).replace(':', '::')}"
        yield f"ds-{language}-problem-{problem.id}", front, back, tag


ARCHIVE = "data/labs.zip"
TRAINING_ARCHIVE = "data/train.zip"
EXERCISE_ARCHIVE = "data/exercises.zip"
_SAME_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest date of the format: the same input gives the same bytes
_HOLE = 'raise NotImplementedError("write this")'


def lab_downloads(exercises: Iterable[str] = ()) -> Iterator[tuple[str, bytes]]:
    modules = sorted(FOLDER.glob("*.py"))
    for module in modules:
        if module.stem != "__init__":
            yield f"data/labs/{module.name}", module.read_bytes()
    whole = {f"labs/{file.name}": file.read_bytes() for file in [*modules, FOLDER / "README.md"]}
    yield ARCHIVE, zip_archive(whole)
    yield EXERCISE_ARCHIVE, zip_archive(exercise_files(whole, exercises))
    yield TRAINING_ARCHIVE, zip_archive(training_files())
    yield from notebook_downloads()


def training_files() -> dict[str, bytes]:
    root, train = FOLDER.parent, FOLDER / "train"
    code = [path for path in train.rglob("*.py") if not {"tests", "runs"} & {*path.relative_to(train).parts}]
    text = [
        *(root / "docs").rglob("*.md"),
        *(root / "data").rglob("*.yaml"),
        *(path for folder in ("experiments", "failures") for path in (root / "data" / folder).rglob("*.csv")),
    ]
    kept = sorted([FOLDER / "__init__.py", *code, *train.rglob("*.xz"), *train.glob("*/README.md"), *text])
    first = {"README.md": (train / "README.md").read_bytes(), TOUR: tour_notebook().encode()}
    return first | {path.relative_to(root).as_posix(): path.read_bytes() for path in kept}


def exercise_files(whole: Mapping[str, bytes], exercises: Iterable[str]) -> dict[str, bytes]:
    found = dict(whole)
    for exercise in exercises:
        module, function = exercise.split(".")
        path = f"labs/{module}.py"
        found[path] = without_body(found[path].decode(), function).encode()
    tests = {f"exercises/{file.name}": file.read_bytes() for file in sorted(EXERCISES.glob("test_*.py"))}
    return {**found, **tests, "README.md": (EXERCISES / "README.md").read_bytes()}


def without_body(code: str, function: str) -> str:
    """A module whose `function` has its docstring alone. Raises KeyError if there is no such function."""
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            lines = code.splitlines()
            documented = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
            first = node.body[1 if documented else 0]
            assert node.end_lineno is not None
            lines[first.lineno - 1 : node.end_lineno] = [f"    {_HOLE}"]
            return "\n".join(lines) + "\n"
    raise KeyError(function)


def zip_archive(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            info = zipfile.ZipInfo(path, _SAME_DAY)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, content)
    return written.getvalue()
