"""Real builds in real folders: copy the project, run MkDocs as a reader does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PARTS = ("mkdocs.yml", "mkdocs.zh.yml", "data", "docs", "hooks", "overrides")


def copy_project(folder: Path) -> Path:
    """A copy of everything that a build reads."""
    project = folder / "project"
    project.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, project / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, project / part)
    return project


def mkdocs(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `mkdocs …` in a project and return what it printed."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
