"""Hand-written pages, and what data names by a path, are held to what is there: by `make check`, without a build."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from building import small_project
from catalogue.records import Catalogue
from catalogue.text import chinese_slips, text_slips
from checks import placeable_blocks
from checks.markup import markup_problems
from checks.wording import read_project as read
from checks.wording import slips_in_words
from helpers import check, each_row, edit, findings_of, table
from render.figures import engine
from render.figures.engine import unreadable_scripts
from render.labs import EXPERIMENT_BLOCK
from render.pages import HOME, generated_pages, written_pages
from render.pages.glossary import formulas_by_block
from render.site import BLOCKS
from render.words import CHINESE, ENGLISH, Words, load_words


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_project(tmp_path_factory.mktemp("written"))


@pytest.fixture
def project(good: Path, tmp_path: Path) -> Path:
    for part in ("data", "docs"):
        shutil.copytree(good / part, tmp_path / "project" / part)
    return tmp_path / "project"


GUIDE = "docs/en/guides/attention.md"
CASES = table("written")


def test_links_that_lead_nowhere_are_named(project: Path) -> None:
    page = project / GUIDE
    expected = {}
    text = page.read_text(encoding="utf-8")
    for case in CASES["links"]:
        text += f"\n{case['text']}\n"
        expected[text.count("\n")] = case
    page.write_text(text, encoding="utf-8")
    found = {finding.line: str(finding) for finding in findings_of(project, read)}
    assert found.keys() == expected.keys()
    for line, case in expected.items():
        assert found[line].startswith(f"{GUIDE}:{line}: "), case["label"]
        assert case["says"] in found[line], case["label"]


def test_limits_of_terms_are_held_to_pages_and_forms(project: Path) -> None:
    terms = project / "data/terms.yaml"
    text = terms.read_text(encoding="utf-8")
    text = text.replace("  - id: wing\n", "  - id: wing\n    not_on: [guides/expert]\n")
    terms.write_text(text + "neighbours: {before: 的, forms: {触觉: {before: 长}}}\n", encoding="utf-8")
    assert [str(finding).partition(": ")[2] for finding in findings_of(project, read)] == [
        "terms.wing.not_on[0]: `guides/expert`: no page of the site has this path; nearest match: `guides/experts`; correct the path, or take it out",
        "neighbours.forms.触觉: `触觉` is no form of a term; forms in running text; nearest match: `触角`; take it out",
    ]


def test_new_neighbours_of_terms_are_a_line_of_the_check_and_no_mistake(project: Path) -> None:
    page = project / "docs/zh/guides/attention.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n蚂蚁的长触角。\n", encoding="utf-8")
    run = check(project / "data")
    assert run.returncode == 0
    assert "长｜触角; no link stands there until the character is added" in run.stdout


def test_links_that_lead_somewhere_are_none_of_it(project: Path) -> None:
    page = project / GUIDE
    good = (
        '[a](experts.md#nodes) [b](../models/ant.md#architecture) [c](https://example.org/x.md) [d](#mla "the title")',
        '<a href="ds:models/ant.md#architecture">e</a> [f](../techniques/sharing.md) [g](../compare/training.md)',
        "`[code](nowhere.md)`",
        "```\n[code](nowhere.md)\n```",
        "<!-- [a](nowhere.md) -->",
    )
    page.write_text(page.read_text(encoding="utf-8") + "\n\n".join(("", *good, "")), encoding="utf-8")
    assert [str(finding) for finding in findings_of(project, read)] == []


@each_row(CASES["projects"])
def test_what_a_build_would_stop_at_or_readers_of_a_language_would_miss_is_said(
    project: Path, row: dict[str, str]
) -> None:
    file = project / row["file"]
    if "new" not in row:
        file.unlink()
    elif "old" not in row:
        file.write_text(row["new"], encoding="utf-8")
    else:
        edit(file, (row["old"], row["new"]))
    found = [str(finding) for finding in findings_of(project, read)]
    assert [message for message in found if row["says"] in message], found


@each_row(CASES["markup"])
def test_what_is_left_open_or_not_allowed_on_a_page_is_named(row: dict[str, str]) -> None:
    found = markup_problems(f"# A page\n\n{row['text']}\n")
    lines = [each.line for each in found if row["says"] in f"{each.found}; {each.fix}"]
    assert lines[:1] == [int(row.get("line", 3))]


@each_row(CASES["slips"])
def test_what_no_text_has_is_named(row: dict[str, Any]) -> None:
    slip, *_ = text_slips(row["text"], of_the_catalogue=True)
    assert row["says"] in f"{slip.found}; {slip.allowed}"
    assert bool(list(text_slips(row["text"]))) != row.get("page", False)


@pytest.mark.parametrize("text", CASES["right"])
def test_what_is_right_is_no_slip(text: str) -> None:
    assert not [*text_slips(text, of_the_catalogue=True), *chinese_slips(text)]


@each_row(CASES["words"])
def test_slips_in_words_are_named(row: dict[str, str]) -> None:
    words = Words(CHINESE, {"page.a": row["text"]}, {"page.a": ("a.yaml", 7)})
    assert row["says"] in str(next(slips_in_words(words)))


def test_scripts_and_sheets_that_do_not_end_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("scripts/a.js", "\nf((1);"), ("styles/a.css", "p { color: red")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(engine, "_SCRIPTS", tmp_path / "scripts")
    script, sheet = unreadable_scripts()
    assert script[:2] == ("scripts/a.js", 2)
    assert sheet == ("styles/a.css", 1, "1 brackets `{` and 0 `}`")


def test_markup_that_is_whole_is_none_of_it() -> None:
    good = (
        "`a` and ``b ` c`` and **d** and __e__ and 2 ** 3 and snake__case",
        "```\n<script> ** ` [a](b\n```",
        "[**a**](b.md) [`c`](d.md) [e [f]](g.md) ![h](i_(j).png) <https://example.org> [k][l]",
        "a < b, p <0.5 and `<think>`; [0, 1) is an interval",
        '<p class="x"><a href="#y">z</a><br>a</p>',
        "<!-- a **comment -->",
        "| a | b |\n|---|---|\n| **c** | `d` |",
    )
    assert list(markup_problems("\n\n".join(good))) == []


def made(site: Path) -> set[str]:
    """The pages of a built site in English, without the guides and the parts of models."""
    html = (path for path in site.rglob("index.html") if path.relative_to(site).parts[0] != "zh")
    built = {p.parent.relative_to(site).as_posix() for p in html if 'http-equiv="refresh"' not in p.read_text("utf-8")}
    return {path for path in built if not re.fullmatch(r"guides/.+|models/[^/]+/.+", path)}


@pytest.mark.parametrize(("which", "site"), [("catalogue", "built"), ("small", "small_site")])
def test_the_pages_are_known_before_they_are_made(which: str, site: str, request: pytest.FixtureRequest) -> None:
    catalogue: Catalogue = request.getfixturevalue(which)
    hand_written = {path for path in written_pages(catalogue) if not path.startswith("guides/")}
    known = generated_pages(catalogue) | hand_written
    as_built = {"." if path == HOME.path else re.sub(r"(/index)?\.md$", "", path) for path in known}
    assert as_built == made(request.getfixturevalue(site))


def test_what_a_page_can_place_is_known_by_name(catalogue: Catalogue) -> None:
    experiments = {f"{EXPERIMENT_BLOCK}{one.id}" for one in catalogue.experiments}
    drawn = {*BLOCKS, *formulas_by_block(catalogue), *experiments, "symbols"}
    assert placeable_blocks(load_words()[ENGLISH], catalogue) == drawn
