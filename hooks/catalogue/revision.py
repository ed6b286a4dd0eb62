"""Of which day and commit the data is."""

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
    """The data as it was when something was made from it."""

    digest: str = ""  # of the texts of all data files
    date: str = ""  # day of the last commit to the data; empty where unknown
    commit: str = ""  # that commit, with `+changes` where the files differ from it; empty where unknown

    @property
    def version(self) -> str:
        """`2026.11.29-1a2b3c4d`, with the digest where there is no commit."""
        day = self.date.replace("-", ".")
        return "-".join(part for part in (day, self.commit or self.digest) if part)


def read_revision(data: Path, texts: Mapping[str, str]) -> Revision:
    """From the environment variable `DATA_REVISION`, or else git."""
    digest = blake2b(digest_size=8)
    for name in sorted(texts):
        digest.update(f"{name}\0{texts[name]}\0".encode())
    given = _GIVEN.fullmatch(os.environ.get(VARIABLE, "").strip())
    date, commit = (given[1], given[2] or "") if given else _last_commit(data)
    return Revision(digest.hexdigest(), date, commit)


def _last_commit(data: Path) -> tuple[str, str]:
    found = run_git(data, "log", "-1", "--format=%cs %h", "--abbrev=10", "--", ".").split()
    if len(found) != 2:
        return "", ""
    changed = "+changes" if run_git(data, "status", "--porcelain", "--", ".").strip() else ""
    return found[0], found[1] + changed


def run_git(folder: Path, *arguments: str) -> str:
    try:
        run = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except OSError:
        return ""
    return run.stdout.decode("utf-8", "replace") if run.returncode == 0 else ""
