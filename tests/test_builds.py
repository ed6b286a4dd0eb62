"""Builds: a clear error in place of a broken site, and one module that knows MkDocs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from building import ROOT, mkdocs, small_project


@pytest.mark.builds
def test_a_broken_catalogue_leaves_the_last_good_site(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    (project / "site").mkdir()
    (project / "site" / "index.html").write_text("the last good site")
    file = project / "data" / "models" / "dor.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("track: code", "track: cod", 1), encoding="utf-8")
    line = text[: text.index("track: code")].count("\n") + 1
    result = mkdocs(project, "build", "--strict")
    output = result.stdout + result.stderr
    assert result.returncode == 1
    assert f"data/models/dor.yaml:{line}: " in output
    assert "`code`" in output
    assert "Traceback" not in output
    assert (project / "site" / "index.html").read_text() == "the last good site"


@pytest.mark.builds
def test_a_wrong_quote_in_a_guide_is_a_clear_error(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    guide = project / "docs" / "en" / "guides" / "framework.md"
    text = guide.read_text(encoding="utf-8")
    wrong = "{{ v('model:ant/training.ant-pre.data.tokns') }}\n{{ block() }}\n"
    guide.write_text(text + wrong, encoding="utf-8")
    line = text.count("\n") + 1
    result = mkdocs(project, "build")
    output = result.stdout + result.stderr
    assert result.returncode == 1
    assert f"docs/en/guides/framework.md:{line}: " in output
    assert "nearest match: `tokens`" in output
    assert f"docs/en/guides/framework.md:{line + 1}: `{{{{ block() }}}}`: block takes the name of one block" in output
    assert "Traceback" not in output


def test_only_the_adapter_knows_mkdocs() -> None:
    guilty = []
    for file in (ROOT / "hooks").rglob("*.py"):
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            for name in (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
        }
        if "mkdocs" in imported and file.name != "study.py":
            guilty.append(file.name)
        if "render" in imported and "catalogue" in file.relative_to(ROOT).parts:
            guilty.append(file.name)
    assert guilty == []


SETTINGS = {
    "a language that there is not": (
        "language: en",
        "language: fr",
        "theme.language: found `fr`; allowed are `en` and `zh`",
    ),
    "an edition that there is not": (
        "[en, zh]",
        "[en, fr]",
        "extra.editions: found `['en', 'fr']`; allowed are `[en]` and",
    ),
    "no edition": ("  editions: [en, zh]", "  #", "extra.editions: found nothing; allowed are `[en]` and `[en, zh]`"),
    "the pages of all languages": (
        "docs_dir: docs/en",
        "docs_dir: docs",
        "the pages of this edition stand in `docs/en`",
    ),
}


@pytest.mark.parametrize(("old", "new", "says"), SETTINGS.values(), ids=SETTINGS.keys())
def test_a_setting_that_no_build_can_begin_with_is_named(old: str, new: str, says: str, tmp_path: Path) -> None:
    project = small_project(tmp_path)
    config = project / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    assert text.count(old) == 1
    config.write_text(text.replace(old, new), encoding="utf-8")
    done = mkdocs(project, "build", "-q")
    assert done.returncode == 1
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (project / "site").exists()
