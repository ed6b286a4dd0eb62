"""Of which day and revision the data is: what downloads name, so that whoever uses a copy can say which one.

Read off the data alone, off git or the environment, and never off the clock: the same input gives the same bytes.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

VARIABLE = "DATA_REVISION"
"""`2026-11-29 1a2b3c4`, for a copy of the project without its history, such as an archive or an image of a container."""
_GIVEN = re.compile(r"(\d{4}-\d{2}-\d{2})(?: +([\w.+-]+))?", re.ASCII)


@dataclass(frozen=True)
class Revision:
    """The data as it was when something was made from it.

    Attributes:
        digest: Of the texts of all data files; the same for the same data.
        date: Day of the last commit that changed the data; empty where nobody says.
        commit: That commit, with `+changes` behind it where the files differ from it; empty where nobody says.
    """

    digest: str = ""
    date: str = ""
    commit: str = ""

    @property
    def version(self) -> str:
        """In one word: `2026.11.29-1a2b3c4d`, by the digest where there is no commit."""
        day = self.date.replace("-", ".")
        return "-".join(part for part in (day, self.commit or self.digest) if part)


def read_revision(data: Path, texts: Mapping[str, str]) -> Revision:
    """The revision of the folder `data` with some texts: what the environment says, or else git."""
    digest = blake2b(digest_size=8)
    for name in sorted(texts):
        digest.update(f"{name}\0{texts[name]}\0".encode())
    given = _GIVEN.fullmatch(os.environ.get(VARIABLE, "").strip())
    date, commit = (given[1], given[2] or "") if given else _last_commit(data)
    return Revision(digest.hexdigest(), date, commit)


def _last_commit(data: Path) -> tuple[str, str]:
    """Day and name of the last commit that changed the data; empty outside of a repository."""
    found = _run_git(data, "log", "-1", "--format=%cs %h", "--abbrev=10", "--", ".").split()
    if len(found) != 2:
        return "", ""
    changed = "+changes" if _run_git(data, "status", "--porcelain", "--", ".").strip() else ""
    return found[0], found[1] + changed


def _run_git(folder: Path, *arguments: str) -> str:
    """What git prints; empty where there is no git, or no repository."""
    try:
        run = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
        )
    except OSError:
        return ""
    return run.stdout if run.returncode == 0 else ""
