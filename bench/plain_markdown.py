"""The same pages as a stock Material project: Markdown files on disk, tables as Markdown, no hooks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def write_plain(project: Path, target: Path, languages: tuple[str, ...] = ("en",)) -> None:
    """Write the pages of `project` to `target` as plain Markdown, with a stock configuration."""
    script = "import sys; from pathlib import Path; import plain; plain.write(Path(sys.argv[1]), tuple(sys.argv[2:]))"
    subprocess.run([sys.executable, "-c", script, str(target), *languages], cwd=project / "hooks", check=True)
