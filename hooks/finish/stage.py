"""Put a finished site in place of the last one in one step.

A build writes into a folder beside the site, and the two trade places once everything is there. Killed, out of space or
stopped by an error, a build leaves the last good site as it was; what it left behind goes when the next one begins.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, where nothing keeps two builds apart
    fcntl = None  # type: ignore[assignment]

_HERE = -100  # a path that begins at the working folder, for renameat2
_EXCHANGE = 2


class CannotReplace(Exception):
    """The site cannot be replaced. The message says why and what to do."""


@dataclass
class Stage:
    """A folder to build into, and the site that it will be.

    Attributes:
        lock: An open file; closed, or when the process ends, another build may begin.
    """

    site: Path
    folder: Path
    lock: IO[str]

    def put_in_place(self) -> None:
        """Make the folder the site and remove the last one. Raises CannotReplace."""
        try:
            if self.site.exists():
                _keep_hidden(self.site, self.folder)
                shutil.copymode(self.site, self.folder)
                _trade(self.folder, self.site)
            else:
                self.folder.rename(self.site)
        except OSError as error:
            raise CannotReplace(_reason(self.site, error)) from error
        self.drop()

    def drop(self) -> None:
        """Remove what stands in the folder, and let another build begin."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()


def begin(site: Path) -> Stage:
    """Make an empty folder beside the site. Raises CannotReplace where the site could not be replaced, or another build is at it."""
    site = site.resolve()
    folder, name = site.with_name(f".{site.name}.new"), site.with_name(f".{site.name}.lock")
    lock = None
    try:
        if site.exists() and not site.is_dir():
            raise FileExistsError(None, "it is a file")
        if site.exists() and not os.access(site, os.W_OK):
            raise PermissionError(None, "the folder is read-only")
        site.parent.mkdir(parents=True, exist_ok=True)
        lock = name.open("w", encoding="utf-8")
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    except BlockingIOError:
        assert lock is not None
        lock.close()
        raise CannotReplace(
            f"Another build is writing {site}. Wait for it, or build into another folder: mkdocs build -d …"
        ) from None
    except OSError as error:
        if lock is not None:
            lock.close()
        raise CannotReplace(_reason(site, error)) from error
    return Stage(site, folder, lock)


def _reason(site: Path, error: OSError) -> str:
    return (
        f"{site} cannot be replaced: {error.strerror}. The site is built beside it, so that folder and the one above have "
        "to be writable, on one disk; or build into another folder: mkdocs build -d …"
    )


def _keep_hidden(site: Path, folder: Path) -> None:
    """Keep what begins with a dot, such as `.git`, which no build makes and MkDocs leaves alone."""
    for path in site.glob(".*"):
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, folder / path.name, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy2(path, folder / path.name, follow_symlinks=False)


def _trade(one: Path, other: Path) -> None:
    """Let two folders trade places: at once where the system can, otherwise with a moment in between. Raises OSError."""
    if _traded_at_once(one, other):
        return
    aside = one.with_suffix(".old")
    shutil.rmtree(aside, ignore_errors=True)
    other.rename(aside)
    one.rename(other)
    aside.rename(one)


def _traded_at_once(one: Path, other: Path) -> bool:
    """Whether Linux let them trade places; False where it, its C library or the file system cannot."""
    exchange = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    return exchange is not None and exchange(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0
