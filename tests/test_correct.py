"""`make correct`: a wrong value, its row on the Corrections page and the check digits in one command, or nothing at all."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

import correct
from catalogue.files import MODELS
from catalogue.load import load_catalogue
from helpers import CASES, ROOT, VALID, commit_all

REPORT = (CASES / "report.md").read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The small catalogue in a repository, with the form for a wrong fact."""
    shutil.copytree(VALID, tmp_path / "data")
    (tmp_path / correct.FORM).parent.mkdir(parents=True)
    shutil.copy(ROOT / correct.FORM, tmp_path / correct.FORM)
    commit_all(tmp_path)
    return tmp_path


def run(project: Path, *given: str) -> int:
    return correct.main([*given, "--project", str(project)])


def texts(project: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((project / "data").rglob("*.yaml")))


def changed_lines(project: Path) -> list[str]:
    done = subprocess.run(["git", "diff", "-U0"], cwd=project, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_a_value_and_its_row_are_written_and_nothing_else(project: Path) -> None:
    assert run(project, "--value", "ant-base/architecture.rms_norm_eps", "--right", "2e-6", "--why", "A slip.") == 0
    lines = changed_lines(project)
    assert "-          rms_norm_eps: 1e-6" in lines
    assert "+          rms_norm_eps: 2e-6" in lines
    assert len([line for line in lines if line.startswith("-")]) == 1
    newest = load_catalogue(project / "data").corrections[-1]
    assert newest.date.text == date.today().isoformat()
    assert (newest.entry, newest.was.en, newest.right.en) == ("ant", "1e-6", "2e-6")
    assert newest.about.en == "Ant Base: RMSNorm epsilon"
    assert newest.about.zh.startswith("Ant Base：")
    assert newest.since.text == date.today().isoformat(), "the day of the commit that wrote the line"
    assert str(newest.source.items[0].key) == "ant-paper"


def test_check_digits_follow_a_dimension(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(project, "--value", "cat-long/architecture.index_topk", "--right", "12") == 0
    said = capsys.readouterr().out
    assert "read every dimension of that architecture again" in said
    assert "control: {sum: 1475}" in (project / "data" / MODELS).read_text(encoding="utf-8")
    assert load_catalogue(project / "data")


def test_another_source_is_written_beside_the_value(project: Path) -> None:
    given = ("--value", "ant-base/context_length", "--right", "8K", "--source", "ant-paper §4")
    assert run(project, *given) == 0
    assert "context_length: {value: 8K, source: ant-paper §4}" in texts(project)


def test_what_is_wrong_afterwards_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = texts(project)
    assert run(project, "--value", "ant-base/parameters.total", "--right", "999K") == 1
    assert "Nothing was changed." in capsys.readouterr().err
    assert texts(project) == before
    assert run(project, "--value", "ant-base/context_length", "--right", "8K", "--source", "no-such-paper §1") == 1
    assert texts(project) == before


def test_a_report_is_read_as_the_form_sends_it(project: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    page = "https://example.org/models/ant/"
    said = "Ant Base: RMSNorm epsilon: 1e-6"
    report.write_text(
        REPORT.format(page=page, said=said, right="`2e-6`", source="ant-paper\nTable 3"), encoding="utf-8"
    )
    assert run(project, "--report", str(report), "--since", "2024-01-01") == 0
    assert "rms_norm_eps: {value: 2e-6, source: ant-paper Table 3}" in texts(project)
    assert load_catalogue(project / "data").corrections[-1].since.text == "2024-01-01"


def test_a_report_that_may_mean_several_values_names_them(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.md"
    report.write_text(REPORT.format(page="models/ant/", said="8", right="9", source="ant-paper §1"), encoding="utf-8")
    text = texts(project)
    assert run(project, "--report", str(report)) == 1
    report.write_text(
        REPORT.format(page="models/ant/", said="304.7K", right="9", source="ant-paper §1"), encoding="utf-8"
    )
    assert run(project, "--report", str(report)) == 1
    said = capsys.readouterr().err
    assert "VALUE=ant-base/parameters.total" in said
    assert "VALUE=ant-chat/parameters.total" in said
    assert texts(project) == text


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--value", "ant-base/parameters.totl", "--right", "1"), "nearest match: `ant-base/parameters.total`"),
        (("--value", "ant-base/parameters.total", "--right", "304.7K"), "is `304.7K` already"),
        (("--value", "ant-base/parameters.total"), "say what is right"),
        (("--right", "1"), "say which value"),
        (("--report", "nowhere.md"), "nowhere.md"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_refused(
    given: tuple[str, ...], says: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts(project)
    assert run(project, *given) == 1
    assert says in capsys.readouterr().err
    assert texts(project) == before


def test_a_report_without_its_parts_is_refused(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.md"
    report.write_text("The number of layers is wrong.", encoding="utf-8")
    assert run(project, "--report", str(report)) == 1
    assert "the report lacks `page`, `value`, `right`, `source`" in capsys.readouterr().err


def test_the_form_has_the_fields_that_links_fill_in() -> None:
    """The link beside a value sends `page`, `value` and `cited`."""
    form = (ROOT / correct.FORM).read_text(encoding="utf-8")
    script = (ROOT / "hooks/render/scripts/page/sources.js").read_text(encoding="utf-8")
    for name in ("page", "value", "cited"):
        assert f"id: {name}\n" in form
        assert f"{name}:" in script or f'"{name}"' in script
