"""Builds: a clear error in place of a broken site; the site is replaced when the new one is whole, or not at all."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from building import CODE, ROOT, mkdocs, small_project, with_own_code
from helpers import edit, ended_process
from postbuild import publish
from postbuild.edition_build import config_error

OLD = "the last good site"


def good(folder: Path) -> Path:
    """A site that was built before."""
    site = folder / "site"
    site.mkdir()
    (site / "index.html").write_text(OLD)
    return site


def stands(site: Path) -> bool:
    return (site / "index.html").read_text(encoding="utf-8") == OLD


@dataclass(frozen=True)
class Broken:
    """A text of a project that is changed, or added to, and what a build says of it; `{line}` is the line of the change."""

    file: str
    old: str
    new: str
    says: tuple[str, ...]


WRONG_QUOTE = "{{ v('model:ant/training.ant-pre.data.tokns') }}\n\n{{ block() }}\n"
WORDS = "hooks/render/words/interface.yaml"
BROKEN = {
    "catalogue": Broken("data/models/dor.yaml", "track: code", "track: cod", ("dor.yaml:{line}: ", "`code`")),
    "quotes": Broken(
        "docs/en/guides/framework.md",
        "",
        WRONG_QUOTE,
        ("framework.md:{line}: ", "nearest match: `tokens`", "`{{{{ block() }}}}`: block takes the name of one block"),
    ),
    "word": Broken(
        WORDS, "zh: 时间线", "zh: 1", ("words/interface.yaml:{line}: page.timeline.zh: `1`; allowed is a text",)
    ),
}


@pytest.mark.builds
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_broken_is_named_and_the_last_good_site_stays(tmp_path: Path, broken: Broken) -> None:
    project = small_project(tmp_path)
    if broken.file.startswith(CODE):
        with_own_code(project)
    site = good(project)
    file = project / broken.file
    text = file.read_text(encoding="utf-8")
    changed = text.replace(broken.old, broken.new, 1) if broken.old else text + broken.new
    assert changed != text
    file.write_text(changed, encoding="utf-8")
    line = changed[: changed.index(broken.new)].count("\n") + 1
    result = mkdocs(project, "build", "--strict")
    said = result.stdout + result.stderr
    assert result.returncode == 1
    for part in broken.says:
        assert part.format(line=line) in said
    assert "Traceback" not in said
    assert stands(site)


@pytest.mark.builds
def test_a_lost_hook_is_named(tmp_path: Path) -> None:
    """Without it MkDocs would empty the folder and build a site of templates alone."""
    config = small_project(tmp_path) / "mkdocs.yml"
    site = good(config.parent)
    edit(config, ("hooks:\n  - &the-line-of-the-hook hooks/study.py\n", ""))
    result = mkdocs(config.parent, "build")
    said = result.stdout + result.stderr
    assert result.returncode == 1
    assert "found undefined alias 'the-line-of-the-hook'" in said
    assert 'mkdocs.yml", line 9' in said
    assert "Traceback" not in said
    assert stands(site)


def test_what_no_build_can_begin_with_is_named() -> None:
    given = (ROOT / "mkdocs.yml", "en", ROOT / "docs" / "en", {"editions": ["en"]})
    slip = config_error(*given[:3], {"editions": ["en"], "alternat": True})
    assert "extra: unknown key `alternat`; nearest match: `alternate`" in (slip or "")
    assert "nav: the navigation is made from data/study.yaml" in (config_error(*given, [{"Home": "index.md"}]) or "")
    assert "`attr_list` is missing" in (config_error(*given, None, ["tables"]) or "")
    assert config_error(*given) is None


def test_the_new_site_takes_the_place_of_the_last(tmp_path: Path) -> None:
    site = good(tmp_path)
    (site / ".git").mkdir()
    (site / ".git" / "HEAD").write_text("ref")
    new = publish.stage_site(site)
    (new.folder / "index.html").write_text("new")
    assert stands(site)
    new.publish()
    assert (site / "index.html").read_text() == "new"
    assert (site / ".git" / "HEAD").read_text() == "ref", "what begins with a dot is kept, as MkDocs keeps it"
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["site"]


def test_what_a_killed_build_left_behind_goes_and_what_a_running_one_makes_stays(tmp_path: Path) -> None:
    site = good(tmp_path)
    (tmp_path / f".site.new-{ended_process()}" / "half").mkdir(parents=True)
    (tmp_path / f".site.new-{os.getppid()}" / "half").mkdir(parents=True)
    new = publish.stage_site(site)
    assert list(new.folder.iterdir()) == []
    new.discard()
    assert {path.name for path in tmp_path.iterdir()} == {"site", f".site.new-{os.getppid()}"}


def test_a_build_killed_between_the_two_renames_is_undone(tmp_path: Path) -> None:
    site = good(tmp_path)
    site.rename(tmp_path / f".site.old-{ended_process()}")
    publish.stage_site(site).discard()
    assert stands(site)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_site_that_cannot_be_put_in_place_leaves_the_last(tmp_path: Path) -> None:
    site = good(tmp_path)
    new = publish.stage_site(site)
    new.folder.rmdir()
    with pytest.raises(publish.CannotReplace, match="cannot be replaced"):
        new.publish()
    assert stands(site)


# Where the Chinese edition is whole and the site is not yet put in place: notes what is served, then warns or dies.
HOOK = """
import logging, os, signal
from pathlib import Path

def on_post_build(config):
    if config.docs_dir.endswith("zh"):
        root = Path(config.config_file_path).parent
        (root / "served").write_text((root / "site" / "index.html").read_text())
        if os.environ["THEN"] == "die":
            os.killpg(0, signal.SIGKILL)
        logging.getLogger("mkdocs").warning("something is odd")
"""


@pytest.mark.builds
def test_failures_keep_the_last_good_site(tmp_path: Path) -> None:
    """A full disk, a warning of the Chinese edition in a strict build, and death.

    The pages of one entry are built, which is put in place like the whole site and takes a third of the time.
    """
    project = small_project(tmp_path)
    site = good(project)

    def build(
        *arguments: str, then: str = "", before: Callable[[], None] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", *arguments],
            cwd=project,
            env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PREVIEW": "ant", "THEN": then},
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,  # all of its processes die together
            preexec_fn=before,
        )

    # No file may be larger than this: what the system says then is what it says of a full disk.
    limited = build("-q", before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)))
    said = limited.stdout + limited.stderr
    assert limited.returncode == 1
    assert "The site cannot be written: File too large" in said
    assert "is as it was before" in said
    assert "Traceback" not in said
    assert stands(site)

    edit(project / "mkdocs.yml", ("hooks:\n", "hooks:\n  - then.py\n"))
    (project / "then.py").write_text(HOOK)
    warned = build("--strict", then="warn")
    said = warned.stdout + warned.stderr
    assert warned.returncode == 1
    assert "something is odd" in said
    assert "Aborted with" in said
    assert stands(site)
    assert (project / "served").read_text() == OLD

    assert build("-q", then="die").returncode == -signal.SIGKILL
    assert stands(site)
    assert list(project.glob(".site.*")), "for the next build to remove"
