"""What can stand in the place of a file, or beside those that are read: each is named, and nothing waits for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from building import small_project
from catalogue.findings import Finding
from checks.wording import read_project as read
from helpers import check_apart, findings_of
from render import words

PUT_BACK = "put the file back, saved as UTF-8"


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


# A pipe, for which a reader would wait, and a folder, in the place of a file of data and of a page.
PLACES = [
    *((name, os.mkfifo) for name in ("data/references.bib", "data/models/new.yaml", "docs/zh/new.md")),
    *((name, Path.mkdir) for name in ("data/models.yaml", "docs/en/index.md")),
]


@pytest.mark.parametrize(("name", "put"), PLACES)
def test_something_else_in_the_place_of_a_file(name: str, put: Callable[[Path], object], whole: Path) -> None:
    (whole / name).unlink(missing_ok=True)
    put(whole / name)
    assert list(map(str, findings_of(whole, read))) == [f"{name}:1: cannot be read: it is no file; {PUT_BACK}"]


BESIDE = {
    "data/models/notes.txt": "is not read; here stand the files of entries, which end in `.yaml`",
    "data/models/deer": "is not read; here stand the files of entries, which end in `.yaml`",
    "data/models/deer.yaml.txt": "is not read; here stand the files of entries, which end in `.yaml`",
    "data/models/old/deer.yaml": "is a folder, in which nothing is read",
    "data/models/deer.YAML": "is not read; the files of entries end in `.yaml`; rename it",
    "data/terms.yml": "is not read; the catalogue is made up of `models.yaml`, ",
    "data/deer.yaml": "is not read; the catalogue is made up of `models.yaml`, ",
    "data/more.bib": "is not read; the catalogue is made up of `models.yaml`, ",
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


def test_a_file_of_the_catalogue_with_another_ending_is_known(whole: Path) -> None:
    (whole / "data/terms.yaml").rename(whole / "data/terms.yml")
    (finding,) = findings_of(whole, read)
    assert (finding.file, finding.nearest) == ("data/terms.yml", "`terms.yaml`")


def test_what_editors_keep_beside_an_open_file_is_no_matter(whole: Path) -> None:
    """Emacs locks a file with a link to nowhere; Vim and others keep what it was before."""
    for folder, name in (("data/models", "dor.yaml"), ("docs/en", "index.md"), ("data", "terms.yaml")):
        (whole / folder / f".#{name}").symlink_to("somebody@somewhere.1234:5678")
        (whole / folder / f".{name}.swp").write_bytes(b"b0VIM\xff")
        (whole / folder / f"{name}~").write_text("id: dor\n", encoding="utf-8")
        (whole / folder / f".{name}").write_text("id: dor\n", encoding="utf-8")
    assert findings_of(whole, read) == ()


def test_a_link_to_a_folder_that_leads_back(whole: Path) -> None:
    (whole / "docs/en/guides/again").symlink_to("..")
    (finding,) = findings_of(whole, read)
    assert str(finding).startswith("docs/en/guides/again:1: is a link to a folder, in which no page is checked; ")


@pytest.mark.parametrize("name", ["docs/en", "docs/zh", "data/models"])
def test_a_file_in_the_place_of_a_folder(name: str, whole: Path) -> None:
    shutil.rmtree(whole / name)
    (whole / name).touch()
    (finding,) = findings_of(whole, read)
    assert (finding.file, finding.found) == (name, "is no folder")


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


def test_words_that_are_no_text(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(words.FOLDER, tmp_path / "words"))
    (folder / "more.yaml").write_bytes(b"a: caf\xe9\n")
    os.mkfifo(folder / "pipe.yaml")
    with pytest.raises(words.BrokenWords) as error:
        words.load_words(folder)
    assert str(error.value).split("\n") == [
        f"hooks/render/words/more.yaml:1: is not UTF-8 text: the byte 0xe9; {PUT_BACK}",
        f"hooks/render/words/pipe.yaml:1: cannot be read: it is no file; {PUT_BACK}",
    ]


def test_a_message_is_one_line_whatever_the_file_is_called() -> None:
    assert "\n" not in str(Finding("data/models/de\ner.yaml", 1, "a", "b\nc"))
