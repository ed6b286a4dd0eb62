"""A build replaces the site when it is whole, or not at all."""

from __future__ import annotations

import filecmp
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from building import mkdocs, small_project
from postbuild import publish

OLD = "the last good site"


def good(folder: Path) -> Path:
    """A site that was built before."""
    site = folder / "site"
    site.mkdir()
    (site / "index.html").write_text(OLD)
    return site


def stands(site: Path) -> bool:
    return (site / "index.html").read_text(encoding="utf-8") == OLD


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


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


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


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(publish.CannotReplace, match="cannot be replaced"):
        publish.stage_site(tmp_path / "file" / "site")


def test_a_file_in_the_place_of_the_site_stays(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")
    with pytest.raises(publish.CannotReplace, match="it is a file"):
        publish.stage_site(tmp_path / "site")
    assert (tmp_path / "site").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_site(tmp_path: Path) -> None:
    site = good(tmp_path)
    site.chmod(0o555)
    with pytest.raises(publish.CannotReplace, match="read-only"):
        publish.stage_site(site)


def until_written(running: subprocess.Popen[str], project: Path, name: str) -> None:
    """Wait until a build has come so far."""
    while not list(project.glob(f".site.*/{name}")):
        assert running.poll() is None
        time.sleep(0.01)


@pytest.mark.builds
def test_failures_keep_the_last_good_site(small_site: Path, tmp_path: Path) -> None:
    """A full disk, a warning of the Chinese edition in a strict build, and death at any moment; then it is whole.

    Where it is the same for a build of one entry, which takes a third of the time, that is what fails.
    """
    project = small_project(tmp_path)
    site = good(project)
    build, of_one_entry = [sys.executable, "-m", "mkdocs", "build"], {**os.environ, "PREVIEW": "ant"}

    # No file may be larger than this: what the system says then is what it says of a full disk.
    limited = subprocess.run(
        [*build, "-q"],
        cwd=project,
        env=of_one_entry,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )
    said = limited.stdout + limited.stderr
    assert limited.returncode == 1
    assert "The site cannot be written: File too large" in said
    assert "is as it was before" in said
    assert "Traceback" not in said
    assert stands(site)

    # A strict build that warns fails after everything is written; what the check finds stops it long before.
    # What stands on the disk where it is stopped is what would stand there if it was killed.
    config = project / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("hooks:\n", "hooks:\n  - warns.py\n", 1), encoding="utf-8")
    (project / "warns.py").write_text(
        "import logging\n\n\ndef on_env(env, config, files):\n"
        "    if config.docs_dir.endswith('zh'):\n        logging.getLogger('mkdocs').warning('something is odd')\n"
    )
    warned = subprocess.Popen(
        [*build, "--strict"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    for seen in ("assets", "models"):
        until_written(warned, project, seen)
        warned.send_signal(signal.SIGSTOP)
        assert stands(site)
        warned.send_signal(signal.SIGCONT)
    said, _ = warned.communicate()
    assert warned.returncode == 1
    assert "something is odd" in said
    assert "Aborted with" in said
    assert stands(site)
    config.write_text(text, encoding="utf-8")

    killed = subprocess.Popen([*build, "-q"], cwd=project, env=of_one_entry, text=True)
    until_written(killed, project, "assets")
    killed.kill()
    killed.wait()
    assert stands(site)
    assert list(project.glob(".site.*")), "for the next build to remove"

    # The same input gives the same bytes: whatever was left behind, whatever order a set of words has in the process,
    # and without the plugin for folders, which does nothing here.
    lines = text.splitlines(keepends=True)
    kept = [line for line in lines if "- offline:" not in line]
    assert len(kept) == len(lines) - 1
    config.write_text("".join(kept), encoding="utf-8")
    result = mkdocs(project, "build", "--strict", PYTHONHASHSEED="7")
    assert result.returncode == 0, result.stderr
    assert "WARNING" not in result.stdout + result.stderr
    assert not stands(site)
    assert (site / "zh" / "index.html").is_file()
    assert list(project.glob(".site.*")) == []
    files = [path.relative_to(small_site) for path in small_site.rglob("*") if path.is_file() and path.suffix != ".gz"]
    _, differ, missing = filecmp.cmpfiles(small_site, site, map(str, files), shallow=False)
    assert files
    assert (differ, missing) == ([], [])
