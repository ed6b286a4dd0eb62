"""Builds: a clear error in place of a broken site."""

from __future__ import annotations

from pathlib import Path

import pytest

from building import ROOT, mkdocs, small_project
from postbuild.edition_build import config_error


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


SETTINGS = {
    "no language": (
        "fr",
        "docs/fr",
        {"editions": ["en", "zh"]},
        "theme.language: found `fr`; allowed are `en` and `zh`",
    ),
    "no edition": ("en", "docs/en", {}, "extra.editions: found nothing; allowed are `[en]` and `[en, zh]`"),
    "all pages": ("en", "docs", {"editions": ["en"]}, "the pages of this edition stand in `docs/en`"),
}


@pytest.mark.parametrize(("language", "docs", "extra", "says"), SETTINGS.values(), ids=SETTINGS.keys())
def test_a_setting_that_no_build_can_begin_with_is_named(
    language: str, docs: str, extra: dict[str, list[str]], says: str
) -> None:
    assert says in (config_error(ROOT / "mkdocs.yml", language, ROOT / docs, extra) or "")


def test_a_build_does_not_begin_with_such_a_setting(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    config = project / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[en, zh]", "[en, fr]"), encoding="utf-8")
    done = mkdocs(project, "build", "-q")
    assert done.returncode == 1
    assert "extra.editions: found `['en', 'fr']`; allowed are `[en]` and" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (project / "site").exists()
