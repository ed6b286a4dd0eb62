"""Publish a finished site: a build writes into a folder beside the last site, which it replaces by two renames.

Killed, out of space or stopped by an error, a build leaves the last good site as it was; what it left behind goes when the next
one begins.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class CannotReplace(Exception):
    """The site cannot be replaced. The message says why and what to do."""


@dataclass(frozen=True)
class StagedSite:
    """A folder to build into, and the site that it will be. `apart` is for an edition that another process builds."""

    site: Path
    folder: Path
    apart: Path

    def publish(self) -> None:
        """Make the folder the site and remove the last one. Raises CannotReplace."""
        last = _folder(self.site, "old")
        try:
            if self.site.exists():
                _keep_hidden_files(self.site, self.folder)
                shutil.copymode(self.site, self.folder)
                self.site.rename(last)
            self.folder.rename(self.site)
        except OSError as error:
            if last.exists() and not self.site.exists():
                last.rename(self.site)
            raise CannotReplace(_reason(self.site, error)) from error
        shutil.rmtree(last, ignore_errors=True)
        self.discard()

    def discard(self) -> None:
        """Remove what was built."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.apart, ignore_errors=True)


def stage(site: Path) -> StagedSite:
    """Make an empty folder beside the site. Raises CannotReplace where the site could not be replaced."""
    site = site.resolve()
    staged = StagedSite(site, _folder(site, "new"), _folder(site, "apart"))
    try:
        if site.exists() and not site.is_dir():
            raise FileExistsError(None, "it is a file")
        if site.exists() and not os.access(site, os.W_OK):
            raise PermissionError(None, "the folder is read-only")
        site.parent.mkdir(parents=True, exist_ok=True)
        for left in _left_behind(site):
            if left.name.startswith(f".{site.name}.old") and not site.exists():
                left.rename(site)  # killed between the two renames
            shutil.rmtree(left, ignore_errors=True)
        staged.folder.mkdir()
    except OSError as error:
        raise CannotReplace(_reason(site, error)) from error
    return staged


def _folder(site: Path, kind: str) -> Path:
    """A folder beside the site for this process alone: two builds at once do not meet."""
    return site.with_name(f".{site.name}.{kind}-{os.getpid()}")


def _left_behind(site: Path) -> Iterator[Path]:
    """Folders of builds that have ended."""
    for kind in ("old", "new", "apart"):
        for path in site.parent.glob(f".{site.name}.{kind}-*"):
            process = path.name.rpartition("-")[2]
            if process.isdigit() and (int(process) == os.getpid() or not _is_running(int(process))):
                yield path


def _is_running(process: int) -> bool:
    """Whether a process lives; where the system cannot be asked without harm, it is taken to."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _reason(site: Path, error: OSError) -> str:
    return (
        f"{site} cannot be replaced: {error.strerror}. The site is built beside it, so that folder and the one above have "
        "to be writable, on one disk; or build into another folder: mkdocs build -d …"
    )


def _keep_hidden_files(site: Path, folder: Path) -> None:
    """Keep what begins with a dot, such as `.git`, which no build makes and MkDocs leaves alone."""
    for path in site.glob(".*"):
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, folder / path.name, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy2(path, folder / path.name, follow_symlinks=False)
