"""The commands of hooks/check.py: a new entry, facts that changed, annotations, and a bare locale."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from building import mkdocs, small_project
from catalogue import new_entry, upkeep
from catalogue.files import ASKED, CORRECTIONS, ENTRIES, MODELS, REFERENCES
from catalogue.load import load_catalogue
from helpers import ROOT, cases, check, edit, ended_process, findings_of

ALL = {case.label: case for table in ("typing", "rules", "references", "reading") for case in cases(table)}


def test_a_new_entry_asks_to_be_filled_in_and_then_passes(valid: Path) -> None:
    run = check("new", "wasp-2", "--arxiv", "https://arxiv.org/abs/2405.01234v2", "--data", valid)
    assert run.returncode == 0, run.stderr
    entry, references = valid / ENTRIES / "wasp-2.yaml", valid / REFERENCES
    found = findings_of(valid)
    assert found
    assert all("TODO" in str(finding) or "to be filled in" in str(finding) for finding in found), found
    edit(entry, ("total: TODO", "total: 7B"), ("wasp-2 TODO", "wasp-2 §1"), ("TODO", "Wasp 2"))
    assert "eprint = {2405.01234}" in references.read_text(encoding="utf-8")
    edit(references, ("TODO", "Wasp"))
    assert [
        str(finding) for finding in findings_of(valid) if finding.found != "name `Wasp 2` for the second time"
    ] == []


def test_a_new_entry_of_a_known_paper_takes_its_reference(valid: Path) -> None:
    before = (valid / REFERENCES).read_text(encoding="utf-8")
    new_entry.write_new_entry(valid, "ant-two", "2303.01234")
    assert (valid / REFERENCES).read_text(encoding="utf-8") == before
    assert "reference: ant-paper" in (valid / ENTRIES / "ant-two.yaml").read_text(encoding="utf-8")


def test_a_new_entry_without_a_paper_asks_for_none(valid: Path) -> None:
    """A model that a blog post announces: its reference would be called its paper on every page."""
    new_entry.write_new_entry(valid, "wasp-3")
    entry = (valid / ENTRIES / "wasp-3.yaml").read_text(encoding="utf-8")
    assert "\n  announcement: TODO" in entry
    assert "\nreference:" not in entry
    told = [str(finding) for finding in findings_of(valid) if finding.file.endswith(".bib")]
    assert len(told) == 1, "an address that is to be filled in is no wrong address too"


REFUSED = {
    "an id with capitals": (("Wasp", ""), "allowed are lower-case letters"),
    "an id that is there": (("dor", ""), "valid/models/dor.yaml is there already"),
    "no arXiv id": (("wasp", "24.123"), "an arXiv id is YYMM.NNNNN"),
}


@pytest.mark.parametrize(("given", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_a_new_entry_is_refused(given: tuple[str, str], says: str, valid: Path) -> None:
    with pytest.raises(new_entry.Refused, match=says):
        new_entry.write_new_entry(valid, *given)


@pytest.fixture
def repository(valid: Path) -> Path:
    """The small catalogue under version control."""
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "One"],
    ):
        subprocess.run(["git", *command], cwd=valid.parent, check=True)
    return valid


def test_a_changed_width_is_told_with_what_follows(repository: Path) -> None:
    width = "          intermediate_size: 17{}\n"
    edit(repository / MODELS, (width.format(6), width.format(7)), ("total: 304.7K", "total: 305.5K"))
    assert findings_of(repository) == ()
    told = upkeep.changes_report(repository, "HEAD").splitlines()
    assert told[:2] == [
        "models.ant.variants.ant-base.parameters.total: 304.7K → 305.5K (ant-paper Table 1)",
        "models.ant.variants.ant-base.architecture.intermediate_size: 176 → 177 (ant-paper Table 2)",
    ]
    follows = told[told.index("What follows:") :]
    assert any(line.startswith("  ant-base: total.recomputed: 304,704 → 305,472") for line in follows), follows


def test_a_changed_value_asks_for_a_row_until_there_is_one(repository: Path) -> None:
    assert list(upkeep.rows_to_write(repository, load_catalogue(repository))) == []
    edit(repository / MODELS, ("rms_norm_eps: 1e-6", "rms_norm_eps: 2e-6"))
    (line,) = upkeep.rows_to_write(repository, load_catalogue(repository))
    assert line.startswith("ant: variants.ant-base.architecture.rms_norm_eps: 1e-6 → 2e-6. ")
    rows = repository / CORRECTIONS
    row = "about: Epsilon of Ant\n    was: '1e-6'\n    since: 2025-03-01\n    right: '2e-6'\n    source: ant-paper Table 2"
    rows.write_text(
        f"{rows.read_text(encoding='utf-8')}  - date: 2025-03-02\n    entry: ant\n    {row}\n", encoding="utf-8"
    )
    assert list(upkeep.rows_to_write(repository, load_catalogue(repository))) == []


def test_what_was_there_is_not_held_to_a_younger_rule(repository: Path) -> None:
    """As after a new field that asked.yaml needs words for, and which its commit is the first to have."""
    asked = repository / ASKED
    words = asked.read_text(encoding="utf-8")
    asked.write_text(re.sub(r"(?m)^  rms_norm_eps: .*\n", "", words), encoding="utf-8")
    assert "`rms_norm_eps` has no words" in str(findings_of(repository))
    commit = ["git", "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qam", "Two"]
    subprocess.run(commit, cwd=repository.parent, check=True)
    asked.write_text(words, encoding="utf-8")
    assert upkeep.changes_report(repository, "HEAD") == "No fact changed since HEAD."


def test_nothing_changed_and_a_revision_that_is_not_there(repository: Path) -> None:
    assert upkeep.changes_report(repository, "HEAD") == "No fact changed since HEAD."
    with pytest.raises(upkeep.NoSuchRevision, match="nowhere"):
        upkeep.changes_report(repository, "nowhere")


def test_findings_are_annotations_of_a_pull_request(valid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ALL["mix that does not add up"].apply(valid)
    (finding,) = findings_of(valid)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run = check(valid)
    text = str(finding).partition(": ")[2].replace("%", "%25")
    assert run.stdout.splitlines() == [f"::error file={finding.file},line={finding.line}::{text}"]
    monkeypatch.setenv("GITHUB_ACTIONS", "")
    assert "::error" not in check(valid).stdout


def test_a_bare_locale_breaks_nothing(valid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(valid / MODELS, ("track: general", "track: 旗舰"))
    for name, value in (("LC_ALL", "C"), ("PYTHONUTF8", "0"), ("PYTHONIOENCODING", "")):
        monkeypatch.setenv(name, value)
    command = [sys.executable, str(ROOT / "hooks" / "check.py"), str(valid)]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.returncode == 1
    assert "found `旗舰`" in run.stderr
    assert "Traceback" not in run.stdout + run.stderr


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_make_says_what_is_missing_and_hands_on_what_is_typed() -> None:
    def make(*given: str) -> subprocess.CompletedProcess[str]:
        command = ["make", "READY=", "PYTHON=python3", *given]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)

    assert "make new ID=deepseek-x CONFIG=config.json BIB=paper.bib" in make("new").stdout
    told = make("new", "ID=wasp", "BIN=.venv/bin", 'CONFIG=a$b "c".json').stderr
    assert told.startswith('a$b "c".json: cannot be read'), "as it was typed"


@pytest.mark.builds
def test_a_preview_has_the_pages_of_one_entry_alone(tmp_path: Path) -> None:
    project, site = small_project(tmp_path), tmp_path / "preview"
    site.mkdir()
    (site / "index.html").write_text("of the last preview")
    left_behind = tmp_path / f".preview.new-{ended_process()}"
    left_behind.mkdir()
    run = mkdocs(project, "build", "--strict", "-d", str(site), PREVIEW="ant", COMPRESS="true")
    assert run.returncode == 0, run.stderr
    assert (run.stdout + run.stderr).count("SITE_URL is not set") == 1
    assert "WARNING" not in run.stdout + run.stderr
    assert not left_behind.exists()
    assert (site / "zh" / "models" / "ant" / "index.html.br").is_file()
    pages = {path.parent.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert {"models/ant", "zh/models/ant"} <= pages
    assert all("models/ant" in page for page in pages)
    page = (site / "models" / "ant" / "index.html").read_text(encoding="utf-8")
    assert "Ant" in page
    style, *_ = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert ".md-typeset" in (site / "models" / "ant" / style).read_text(encoding="utf-8")


@pytest.mark.builds
def test_a_preview_of_a_guide_has_it_alone(tmp_path: Path) -> None:
    project, site = small_project(tmp_path), tmp_path / "preview"
    guide = project / "docs/en/guides/attention.md"
    guide.write_text(guide.read_text(encoding="utf-8") + "\n{{ v('ant-base/parameters.total') }}\n", encoding="utf-8")
    command = ("build", "--strict", "-d", str(site))
    run = mkdocs(project, *command, PREVIEW="guides/attention")
    assert "docs/en/guides/attention.md:" in run.stdout + run.stderr
    assert "quotes values and lists no sources" in run.stdout + run.stderr
    guide.write_text(guide.read_text(encoding="utf-8") + "\n{{ block('sources') }}\n", encoding="utf-8")
    run = mkdocs(project, *command, PREVIEW="guides/attention")
    assert run.returncode == 0, run.stdout + run.stderr
    pages = {path.parent.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert pages == {"guides/attention", "zh/guides/attention"}
    assert 'href="#s1"' in (site / "guides" / "attention" / "index.html").read_text(encoding="utf-8")
