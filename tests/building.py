"""Real builds in real folders: copy the project, run MkDocs as a reader does; a site is built once for all workers."""

import atexit
import compileall
import fcntl
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

ROOT = Path(__file__).parent.parent
VALID = Path(__file__).parent / "cases" / "valid"
CODE = ("hooks", "labs", "overrides")
PARTS = ("mkdocs.yml", "mkdocs.zh.yml", "data", "docs", *CODE)
TEMPLATES, COMPILED = ("hooks/render/templates", "overrides"), "__jinja2_{}.cache"
AVOIDED = re.compile(r"(?m)^ +zh:\n +- form: .*\n +but: .*\n +because: .*\n")
# For an address below a path; compressed copies are made by the tests that serve them.
AS_RELEASED = {"SITE_URL": "https://example.org/ds/"}
HEADING = re.compile(r"(?m)^#.*$")


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


def small_project(folder: Path) -> Path:
    """The project with the small valid catalogue, which builds in a fraction of the time.

    Of the hand-written pages, which quote the real catalogue, only title and headings are kept. Its modules and the
    templates of the theme are compiled, which each build would do anew. Its code is that of all small projects; a test
    that changes some of it takes `with_own_code`.
    """
    project = Path(shutil.copytree(_small(), folder / "project", symlinks=True))
    _take_compiled_templates(project)
    return project


def _take_compiled_templates(project: Path) -> None:
    """Give a project what was compiled of the templates of its code, which Jinja keeps by their paths.

    Jinja compares the text too: what was compiled of another one is not used.
    """
    key_of = FileSystemBytecodeCache("").get_cache_key
    for folder in TEMPLATES:
        for file in (path for path in (ROOT / folder).rglob("*") if path.is_file()):
            name = file.relative_to(ROOT / folder).as_posix()
            kept = ROOT / ".templates" / COMPILED.format(key_of(name, str(file)))
            if kept.is_file():
                shutil.copy(kept, project / ".templates" / COMPILED.format(key_of(name, str(project / folder / name))))


def with_own_code(project: Path) -> Path:
    """A small project with a copy of the code, which a test may change."""
    for part in CODE:
        shared = (project / part).resolve()
        (project / part).unlink()
        shutil.copytree(shared, project / part)
    return project


@functools.cache
def _small() -> Path:
    """The small project, which each process makes once to copy it, beside its code."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    project = copy_project(Path(folder))
    shutil.rmtree(project / "data")
    shutil.copytree(VALID, project / "data")
    terms = project / "data" / "terms.yaml"
    text = terms.read_text(encoding="utf-8")
    terms.write_text(AVOIDED.sub("", text), encoding="utf-8")  # a made-up rule, which the words of the interface break
    study = project / "data" / "study.yaml"
    guides, _, _ = (ROOT / "data" / "study.yaml").read_text(encoding="utf-8").partition("\nroutes:")
    _, _, rest = study.read_text(encoding="utf-8").partition("\nroutes:")
    study.write_text(f"{guides}\nroutes:{rest}", encoding="utf-8")
    for page in (project / "docs").rglob("*.md"):
        _, front, body = page.read_text(encoding="utf-8").split("---\n", 2)
        kept = [heading for heading in HEADING.findall(body) if "{{" not in heading]
        page.write_text(f"---\n{front}---\n\n" + "\n\n".join(kept) + "\n", encoding="utf-8")
    (project / ".templates").mkdir()
    for part in (".templates", *CODE):
        shared = Path(folder) / part
        (project / part).rename(shared)
        compileall.compile_dir(shared, quiet=2)
        (project / part).symlink_to(shared)
    return project


def mkdocs(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `mkdocs …` in a project and return what it printed."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", **environment},
    )


def once(name: str, factory: pytest.TempPathFactory, make: Callable[[Path], None]) -> Path:
    """A folder that the first worker to ask fills with `make`, while the others wait for it."""
    shared = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def strictly(project: Path, **environment: str) -> Callable[[Path], None]:
    """Build a project strictly, without a warning; what was said is in a log beside the folder."""

    def build(folder: Path) -> None:
        result = mkdocs(project, "build", "--strict", "-d", str(folder), **environment)
        assert result.returncode == 0, result.stdout + result.stderr
        assert "WARNING" not in result.stdout + result.stderr
        folder.with_suffix(".log").write_text(result.stdout + result.stderr, encoding="utf-8")

    return build
