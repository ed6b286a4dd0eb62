"""`make diff OUT=…`: the comment of a pull request and the drawings that change, before and after."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

import pull_request
from catalogue.files import MODELS
from helpers import ROOT, VALID, commit_all

WORKFLOWS = ROOT / ".github" / "workflows"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The small catalogue in a repository, with a width of Ant changed since."""
    data = Path(shutil.copytree(VALID, tmp_path / "data"))
    commit_all(tmp_path)
    file = data / MODELS
    text = file.read_text(encoding="utf-8").replace(
        "          intermediate_size: 176\n", "          intermediate_size: 177\n"
    )
    file.write_text(text.replace("total: 304.7K", "total: 305.5K"), encoding="utf-8")
    return data


def test_facts_and_drawings_stand_before_and_after(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert pull_request.main(["HEAD", "--out", str(out), "--data", str(data)]) == 0
    comment = (out / "comment.md").read_text(encoding="utf-8")
    assert "| `variants.ant-base.architecture.intermediate_size` | 176 | 177 | ant-paper Table 2 |" in comment
    assert "| ant-base: parameters in all | 304,704 | 305,472 |" in comment
    assert "**Drawings that change:** `ant" in comment
    before, after = (
        next((out / "pictures").glob(f"ant*.{side}.svg")).read_text(encoding="utf-8") for side in ("before", "after")
    )
    assert ">176<" in before
    assert ">177<" in after
    page = (out / "index.html").read_text(encoding="utf-8")
    assert page.count("<img ") == 2 * page.count("<h2>") >= 2
    assert not list((out / "pictures").glob("bee*")), "a drawing that stays is not shown"


def test_nothing_changed_makes_no_pictures(data: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "checkout", "-q", "."], cwd=data, check=True)
    out = tmp_path / "out"
    assert pull_request.main(["HEAD", "--out", str(out), "--data", str(data)]) == 0
    assert "No fact changed since HEAD." in (out / "comment.md").read_text(encoding="utf-8")
    assert not (out / "pictures").exists()


def test_what_cannot_be_compared_is_said_in_the_comment(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert pull_request.main(["nowhere", "--out", str(out), "--data", str(data)]) == 1
    assert "nowhere" in (out / "comment.md").read_text(encoding="utf-8")


def test_a_comment_is_never_longer_than_github_takes() -> None:
    rows = "\n".join(f"| `a.{n}` | 1 | 2 | s |" for n in range(5000))
    report = f"<details><summary>all</summary>\n\n| Fact | Was | Is | Source |\n|---|---|---|---|\n{rows}\n\n</details>"
    text = pull_request.comment_text(report, ["ant"])
    assert len(text) <= 65_536
    assert text.count("<details>") == text.count("</details>")
    assert "`facts.md`" in text


def test_a_fork_needs_no_secret_and_its_code_no_rights() -> None:
    """What a pull request runs may read alone; what may write runs none of its code."""
    for path in sorted(WORKFLOWS.glob("*.yml")):
        flow = yaml.safe_load(path.read_text(encoding="utf-8"))
        events = flow[True] if True in flow else flow["on"]
        assert "pull_request_target" not in events, path.name
        assert flow["permissions"] in ({"contents": "read"}, {}), path.name
        text = path.read_text(encoding="utf-8")
        assert "secrets." not in text, path.name
        if "workflow_run" in events:
            assert "checkout" not in text, "the code of a fork is not fetched where rights are"
