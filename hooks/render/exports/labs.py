"""The labs as downloads: each module, all of them as one archive that runs where it is unpacked, and exercises to complete."""

from __future__ import annotations

import ast
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping

from ..lab_files import EXERCISES, FOLDER

ARCHIVE = "data/labs.zip"
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
