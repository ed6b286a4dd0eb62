"""The modules of labs/, which pages list and readers download."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "labs"
EXERCISES = FOLDER / "exercises"
LABS = tuple(sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__"))


def lab_code(name: str) -> str:
    """The text of a module."""
    return (FOLDER / f"{name}.py").read_text(encoding="utf-8")
