"""What can stand in the place of a file, or beside those that are read: each is named, and nothing waits for it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from building import small_project
from checks.wording import read_project as read
from helpers import check_apart, findings_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_project(tmp_path_factory.mktemp("files"))


@pytest.fixture
def whole(made: Path, tmp_path: Path) -> Iterator[Path]:
    """A project whose data and pages are put back after a test."""
    for part in ("data", "docs"):
        shutil.copytree(made / part, tmp_path / part)
    yield made
    for part in ("data", "docs"):
        shutil.rmtree(made / part, ignore_errors=True)
        shutil.copytree(tmp_path / part, made / part)


BESIDE = {
    "data/models/notes.txt": "is not read; the files of entries end in `.yaml`",
    "data/models/deer": "is not read; the files of entries end in `.yaml`",
    "data/models/deer.yaml.txt": "is not read; the files of entries end in `.yaml`",
    "data/models/old/deer.yaml": "is not read; the files of entries end in `.yaml`",
    "data/models/deer.YAML": "is not read; the files of entries end in `.yaml`",
    "data/terms.yml": "is not read; ",
    "data/deer.yaml": "is not read; ",
    "data/more.bib": "is not read; ",
    "docs/en/guides/x.markdown": "is not read; pages end in `.md`; rename it",
    "docs/zh/x.MD": "is not read; pages end in `.md`; rename it",
}


@pytest.mark.parametrize("name", BESIDE)
def test_a_file_that_nobody_reads(name: str, whole: Path) -> None:
    (whole / name).parent.mkdir(exist_ok=True)
    (whole / name).write_text("id: deer\n", encoding="utf-8")
    (finding,) = findings_of(whole, read)
    assert name.startswith(finding.file)
    assert BESIDE[name] in str(finding)


def test_what_editors_keep_beside_an_open_file_is_no_matter(whole: Path) -> None:
    """Emacs locks a file with a link to nowhere; Vim and others keep what it was before."""
    for folder, name in (("data/models", "dor.yaml"), ("docs/en", "index.md"), ("data", "terms.yaml")):
        (whole / folder / f".#{name}").symlink_to("somebody@somewhere.1234:5678")
        (whole / folder / f".{name}.swp").write_bytes(b"b0VIM\xff")
        (whole / folder / f"{name}~").write_text("id: dor\n", encoding="utf-8")
        (whole / folder / f".{name}").write_text("id: dor\n", encoding="utf-8")
    assert findings_of(whole, read) == ()


def test_without_pages_nothing_is_well_formed(whole: Path) -> None:
    shutil.rmtree(whole / "docs")
    assert [finding.file for finding in findings_of(whole, read)] == ["docs/en", "docs/zh"]
    done = check_apart(cwd=whole)
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize("name", ["terms.yaml", "models"])
def test_a_file_of_the_project_that_is_gone(name: str, project: Path) -> None:
    """Only a catalogue that never had it can do without."""
    path = project / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    (finding,) = findings_of(project)
    schema = "model.schema.json" if name == "models" else "terms.schema.json"
    says = f"is not there, and its schema is, {schema}; put it back, or take the schema out too"
    assert str(finding) == f"data/{name}:1: {says}"
