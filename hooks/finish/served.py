"""What a build takes over from the last one while the site is served: pages that are made from the same text stand as they are.

Knows folders and texts, and nothing of MkDocs, which empties the site's folder at each build.
"""

from __future__ import annotations

import errno
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from . import Gathered

_MOMENT = 1.5  # seconds


def digest(texts: Iterable[str]) -> str:
    """A short name for some texts, which changes with each of them."""
    found = blake2b(digest_size=12)
    for text in texts:
        found.update(f"{text}\0".encode())
    return found.hexdigest()


def state_of(*folders: Path) -> Iterator[str]:
    """The files below some folders with the moment of their last change."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            yield f"{path} {path.stat().st_mtime_ns}"


@dataclass
class Served:
    """An edition as it was served last.

    Attributes:
        shared: Digest of what stands on every page.
        pages: Digest of what each page was made from, by the path of its source.
    """

    shared: str = ""
    pages: Mapping[str, str] = field(default_factory=dict)
    gathered: Gathered = field(default_factory=Gathered)

    def same(self, shared: str, pages: Mapping[str, str]) -> frozenset[str]:
        """The pages that need not be made again."""
        if shared != self.shared:
            return frozenset()
        return frozenset(path for path, made_from in pages.items() if self.pages.get(path) == made_from)


class Again:
    """A file that is watched while the site is served: touched, it has the site built again."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mkdocs_again_"))
        self._file = self.folder / "touched"
        self._file.touch()
        self._timer: threading.Timer | None = None

    def soon(self) -> None:
        """Build again in a moment, which is enough for a browser to show what was built."""
        self._timer = threading.Timer(_MOMENT, self._file.touch)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Build again only when something is saved."""
        if self._timer is not None:
            self._timer.cancel()

    def drop(self) -> None:
        """Remove the file."""
        self.cancel()
        shutil.rmtree(self.folder, ignore_errors=True)


class Aside:
    """The last site, put aside while the next one is made in its place."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self._folder = site.with_name(f"{site.name}.last")
        shutil.rmtree(self._folder, ignore_errors=True)
        site.mkdir(parents=True, exist_ok=True)
        site.rename(self._folder)
        site.mkdir()

    def put_back(self, folder: Path, made: Mapping[Path, bool], partial: bool, apart: str) -> None:
        """Put back what an edition in `folder` does not make again.

        `made` are the files of its pages, each with whether it stays as it was. Where only a part of the pages is made, everything
        else stays too, but for the folder `apart`, which is another edition's.
        """
        if partial:
            self._rest(folder, (file for file, same in made.items() if not same), apart)
        else:
            for file in (file for file, same in made.items() if same):
                self._back(file)

    def _back(self, file: Path) -> None:
        """Put a file of the last site at its place again; what was not there is passed over."""
        last = self._folder / file.relative_to(self.site)
        if last.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            last.replace(file)

    def _rest(self, folder: Path, fresh: Iterable[Path], apart: str) -> None:
        """Put back everything of an edition but its `fresh` files and what stands in the folder `apart`."""
        kept, last = set(fresh), self._folder / folder.relative_to(self.site)
        for path in [path for path in last.rglob("*") if path.is_file()]:
            file = folder / path.relative_to(last)
            if file not in kept and path.relative_to(last).parts[0] != apart:
                file.parent.mkdir(parents=True, exist_ok=True)
                path.replace(file)

    def drop(self) -> None:
        """Remove what is left of the last site."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def restore(self) -> None:
        """Serve the last site again, because the next one failed."""
        shutil.rmtree(self.site, ignore_errors=True)
        self._folder.rename(self.site)


def is_taken(host: str, port: int) -> bool:
    """Whether another program listens at an address, which is better known before the first build than after it."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False
