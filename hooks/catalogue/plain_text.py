"""Read a file that somebody wrote, or say what stands in its place: a folder, a pipe, a link to nowhere, no text.

A pipe would keep who reads it waiting, and a device can be without end. Files that editors keep beside the one they have
open (`.#x.yaml`, `x.yaml~`) belong to nobody.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from .findings import Finding

MOST = 4 << 20  # bytes of one file; the largest has a tenth of it
_KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
_PUT_BACK = "put the file back, saved as UTF-8"


class Unreadable(Exception):
    """A file that gives no text. `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(str(finding))


def text_of(path: Path, name: str) -> str:
    """The text of a file that messages call by its `name`. Raises Unreadable."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            kind = next((said for is_one, said in _KINDS if is_one(about.st_mode)), "a device")
            raise Unreadable(Finding(name, 1, "", f"cannot be read: it is {kind}, and not a file", fix=_PUT_BACK))
        if about.st_size > MOST:
            found = f"is larger than {MOST >> 20} MiB, so something in it is not meant to be there"
            raise Unreadable(Finding(name, 1, "", found, fix="put the file back, or split it"))
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        said = f"it is a link to `{os.readlink(path)}`, which is not there" if path.is_symlink() else error.strerror
        raise Unreadable(Finding(name, 1, "", f"cannot be read: {said}", fix=_PUT_BACK)) from None
    except OSError as error:
        raise Unreadable(Finding(name, 1, "", f"cannot be read: {error.strerror}", fix=_PUT_BACK)) from None
    except UnicodeDecodeError as error:
        line, byte = error.object.count(b"\n", 0, error.start) + 1, error.object[error.start]
        raise Unreadable(Finding(name, line, "", f"is not UTF-8 text: the byte {byte:#04x}", fix=_PUT_BACK)) from None


def list_folder(folder: Path) -> Iterator[Path]:
    """What stands in a folder, in order, without the files that editors keep there; nothing where there is no folder."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if not (path.name.startswith(".") or path.name.endswith("~")):
                yield path


def pages_of(folder: Path) -> dict[str, str]:
    """The text of each hand-written page in a folder, by its path there; a mark that begins a file is none of it."""
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8-sig") for path in pages_below(folder)}


def pages_below(folder: Path) -> list[Path]:
    """The hand-written pages in a folder and in those below it. Links to folders are not followed, which may lead back."""
    found = []
    for path in list_folder(folder):
        if path.suffix == ".md":
            found.append(path)
        elif path.is_dir() and not path.is_symlink():
            found += pages_below(path)
    return sorted(found)
