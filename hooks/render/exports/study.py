"""Downloads for study: flash cards, the labs as files, notebooks and archives, and the lab that trains with its text."""

from __future__ import annotations

import ast
import html
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping

from catalogue.schema.values import Text

from ..cite import plain_text
from ..context import Context
from ..lab_files import EXERCISES, FOLDER
from ..problems import problem_item
from .notebooks import notebook_downloads

# Anki's headers: https://docs.ankiweb.net/importing/text-files.html
_HEADERS = """#separator:tab
#html:true
#notetype:Basic
#deck:{deck}
#guid column:1
#tags column:4
"""


def flash_cards(context: Context) -> str:
    """A card in each line: id, front, back and tag; ids stay, so that importing again brings old cards up to date."""
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
        yield f"ds-{language}-technique-{technique.id}", plain(technique.name), plain(technique.definition), "technique"
    for problem in context.problems:
        shown = problem_item(context, problem)
        if shown["puzzle"]:
            continue  # a card has no simulator
        steps = [f"{step['says']} {step['working']}" for step in shown["steps"]]
        options = [f"{option['text']}: {option['says']}" for option in shown["options"] if option["right"]]
        band = context.words("problems.band", **shown["band"]) if shown["band"] else ""
        rest = [band, *options, *steps, shown["with_unit"], shown["working"], shown["answer"], *shown["points"]]
        front = "<br>".join([shown["question"], *(option["text"] for option in shown["options"])])
        yield f"ds-{language}-problem-{problem.id}", front, "<br>".join(map(str, filter(None, rest))), "problem"


ARCHIVE = "data/labs.zip"
TRAINING_ARCHIVE = "data/train.zip"
EXERCISE_ARCHIVE = "data/exercises.zip"
_SAME_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest date of the format: the same input gives the same bytes
_HOLE = 'raise NotImplementedError("write this")'


def lab_path(name: str) -> str:
    """Path of a module below the site."""
    return f"data/labs/{name}.py"


def lab_downloads(exercises: Iterable[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Path below the site and content of every download; `exercises` are the functions to complete, as `module.function`."""
    modules = sorted(FOLDER.glob("*.py"))
    for module in modules:
        if module.stem != "__init__":
            yield lab_path(module.stem), module.read_bytes()
    whole = {f"labs/{file.name}": file.read_bytes() for file in [*modules, FOLDER / "README.md"]}
    yield ARCHIVE, _zip_archive(whole)
    yield EXERCISE_ARCHIVE, _zip_archive(exercise_files(whole, exercises))
    yield TRAINING_ARCHIVE, _zip_archive(training_files())
    yield from notebook_downloads()


def training_files() -> dict[str, bytes]:
    """The lab that trains, without its tests, and the pages, texts and results that it reads, at their places in the project."""
    root, train = FOLDER.parent, FOLDER / "train"
    code = [path for path in train.rglob("*.py") if "tests" not in path.parts and "runs" not in path.parts]
    text = [
        *(root / "docs").rglob("*.md"),
        *(root / "data").rglob("*.yaml"),
        *(root / "data/experiments").rglob("*.csv"),
    ]
    kept = sorted([FOLDER / "__init__.py", *code, *text])
    readme = {"README.md": (train / "README.md").read_bytes()}
    return readme | {path.relative_to(root).as_posix(): path.read_bytes() for path in kept}


def exercise_files(whole: Mapping[str, bytes], exercises: Iterable[str]) -> dict[str, bytes]:
    """The labs without the bodies of some functions, and the tests that say when these are right."""
    found = dict(whole)
    for exercise in exercises:
        module, function = exercise.split(".")
        path = f"labs/{module}.py"
        found[path] = without_body(found[path].decode(), function).encode()
    tests = {f"exercises/{file.name}": file.read_bytes() for file in sorted(EXERCISES.glob("test_*.py"))}
    return {**found, **tests, "README.md": (EXERCISES / "README.md").read_bytes()}


def without_body(code: str, function: str) -> str:
    """A module in which a function has its docstring alone. Raises KeyError for a function that it does not have."""
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            lines = code.splitlines()
            documented = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
            first = node.body[1 if documented else 0]
            assert node.end_lineno is not None
            lines[first.lineno - 1 : node.end_lineno] = [f"    {_HOLE}"]
            return "\n".join(lines) + "\n"
    raise KeyError(function)


def _zip_archive(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            info = zipfile.ZipInfo(path, _SAME_DAY)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, content)
    return written.getvalue()
