"""`make watch` names what is new under deepseek-ai, changes nothing, and says which places it could not ask."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import watch
from helpers import ROOT
from watch import Answer, Known, NoAnswer, Report, watch_places

RECORDED = Path(__file__).parent / "cases" / "watch"
SECOND = "https://api.github.com/organizations/1/repos?per_page=100&sort=pushed&page=2"
MOVED = "https://github.com/deepseek-ai/DualPipe"


def recorded(name: str, following: str = "") -> Answer:
    return Answer(200, (RECORDED / name).read_text(encoding="utf-8"), following)


def ask_recorded(address: str, head: bool = False) -> Answer:
    """The answers of a day in December, as the three places give them."""
    if head:
        return Answer(404 if address == MOVED else 200)
    if "/commits/main" in address:
        return recorded("hugging-face-commits.json")
    if address.startswith("https://huggingface.co/api/models?"):
        return recorded("hugging-face.json")
    if "/commits?" in address:
        return recorded("github-commits.json") if "path=README.md" in address else Answer(200, "[]")
    if address.startswith("https://api.github.com/"):
        return recorded("github-2.json") if address == SECOND else recorded("github-1.json", SECOND)
    return recorded("arxiv.xml")


@pytest.fixture(scope="module")
def known() -> Known:
    return replace(watch.known_places(ROOT / "data"), searched="2026-11-29")


@pytest.fixture(scope="module")
def report(known: Known) -> Report:
    return watch_places(known, ask_recorded)


def test_the_catalogue_knows_its_own_repositories_and_papers(known: Known) -> None:
    assert {"huggingface.co/deepseek-v3", "github.com/deepseek-v3"} <= known.repositories
    assert known.papers["2412.19437"] == "deepseek-v3"
    assert "README.md" in known.cited_files["github.com/DeepSeek-V3"]
    assert sum(known.copied.values()) > 100


def test_what_is_new_is_told_from_what_is_old_and_what_is_dead(report: Report, known: Known) -> None:
    new = " ".join(report.found[watch.NEW_REPOSITORIES])
    assert "huggingface.co/deepseek-ai/DeepSeek-V99" in new
    assert "github.com/deepseek-ai/Drill" in new, "the first page of two"
    assert "DeepSeek-V3" not in new
    assert "DualPipe" not in new
    (old,) = report.found[watch.OLD_REPOSITORIES]
    assert "deepseek-old-demo" in old
    assert report.found[watch.NEW_PAPERS] == ["2612.09876, 2026-12-19: DeepSeek-V99: Technical Report"]
    assert "deepseek-v3 (2412.19437): 2026-12-05" in report.found[watch.CHANGED_PAPERS]
    commits = report.found[watch.CHANGED_FILES]
    assert "deepseek-ai/DeepSeek-V3 README.md: 2026-12-01 0123456789 Update the table of sizes" in commits
    assert any("Hugging Face" in line and "Correct the licence" in line for line in commits)
    assert not any("Update README.md" in line or "DualPipe" in line for line in commits)
    (dead,) = report.found[watch.DEAD]
    assert dead.startswith(f"{MOVED} answers 404")
    readable = {line.partition(":")[0] for line in report.found[watch.ORIGINALS]}
    assert readable <= known.copied.keys()
    assert len(readable) > 20


def test_what_does_not_answer_is_named_and_the_others_are_asked_all_the_same(known: Known) -> None:
    def without_github(address: str, head: bool) -> Answer:
        if "api.github.com" in address:
            return Answer(403)
        return ask_recorded(address, head)

    said = "\n".join(watch_places(known, without_github, links=False).lines(known))
    assert "GitHub: answers 403, which may be its limit: set GITHUB_TOKEN" in said
    assert "DeepSeek-V99" in said


def test_without_a_network_nothing_is_said_to_be_new_or_not(capsys: pytest.CaptureFixture[str]) -> None:
    def silent(address: str, head: bool) -> Answer:
        raise NoAnswer("Name or service not known")

    assert watch.main(["--no-links"], silent) == 2
    said = capsys.readouterr().out
    assert said.startswith("No place could be asked")
    assert "arXiv: Name or service not known" in said


def test_an_answer_that_is_no_list_is_no_list_without_anything_new(known: Known) -> None:
    report = watch_places(known, lambda address, head: Answer(200, "<html>"), links=False)
    assert not any(report.found.values())
    assert any("not JSON" in line for line in report.unasked)
    assert any("not Atom" in line for line in report.unasked)


def test_nothing_new_is_said_with_its_day(known: Known, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def quiet(address: str, head: bool) -> Answer:
        return Answer(200, "<feed xmlns='http://www.w3.org/2005/Atom'/>" if "arxiv" in address else "[]")

    before = {path: path.stat().st_mtime_ns for path in (ROOT / "data").rglob("*")}
    assert watch.main(["--no-links", "--markdown", str(tmp_path / "report.md")], quiet) == 0
    assert "Nothing new since 2026-" in capsys.readouterr().out
    assert "Nothing new" in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert before == {path: path.stat().st_mtime_ns for path in (ROOT / "data").rglob("*")}
