"""Compare the whole site, both editions, as two revisions build it: the gate of a change that is to alter nothing.

    python tools/same_site.py main                     # main beside the working tree, changes not committed among it
    python tools/same_site.py main HEAD --but '<style\\b.*?</style>'  # but for what the change is meant to alter

Every file is compared, byte for byte, but for what the patterns after `--but` match. Prints each file that differs, with its
first difference, and ends with 1 if there is one. A revision is built once and kept in `.same_site/`.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".same_site"
_FINGERPRINT = re.compile(r"\.[0-9a-f]{8}(?=\.(?:css|js|woff2)\b)")
_INDEX_FOLDER = re.compile(r"(?<=search/)[0-9a-f]{10}")
_CHANGE_DAY = re.compile(r"<lastmod>[^<]*</lastmod>")


def build_revision(revision: str | None) -> Path:
    """The site of a revision, from where it was kept if it was built before; without one, that of the working tree."""
    if revision is None:
        target = KEPT / "working-tree"
        shutil.rmtree(target, ignore_errors=True)
        _run_mkdocs(ROOT, target)
        return target
    commit = _git("rev-parse", "--verify", f"{revision}^{{commit}}")
    target = KEPT / commit
    if not target.exists():
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / "tree"
            _git("worktree", "add", "--detach", "--quiet", str(tree), commit)
            try:
                _run_mkdocs(tree, target)
            finally:
                _git("worktree", "remove", "--force", str(tree))
    return target


def _run_mkdocs(project: Path, target: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(target)]
    subprocess.run(command, cwd=project, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, check=True)


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def read_files(site: Path) -> dict[str, Path]:
    """The files of a site by path without what changes with the content of another file."""
    paths = (path for path in site.rglob("*") if path.is_file() and path.suffix not in (".gz", ".br"))
    return {_without_fingerprints(path.relative_to(site).as_posix()): path for path in sorted(paths)}


def _without_fingerprints(text: str) -> str:
    return _INDEX_FOLDER.sub("", _FINGERPRINT.sub("", text))


def compared(path: Path, but: list[str]) -> str | bytes:
    """The content of a file as it is compared."""
    content = path.read_bytes()
    try:
        text = _CHANGE_DAY.sub("", _without_fingerprints(content.decode()))
    except UnicodeDecodeError:
        return content
    for pattern in but:
        text = re.sub(pattern, "", text, flags=re.DOTALL)
    return text


def first_difference(before: str | bytes, after: str | bytes) -> str:
    """Where two contents part, with what stands there in each."""
    if isinstance(before, bytes) or isinstance(after, bytes):
        return f"    {len(before)} and {len(after)} bytes"
    at = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    return "\n".join(f"    {sign} {text[max(at - 60, 0) : at + 100]!r}" for sign, text in (("-", before), ("+", after)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", help="a revision")
    parser.add_argument("after", nargs="?", help="another one; without it the working tree")
    parser.add_argument("--but", action="append", default=[], help="a pattern: what it matches may differ")
    parser.add_argument("--most", type=int, default=20, help="differences to print")
    options = parser.parse_args()
    before, after = (read_files(build_revision(each)) for each in (options.before, options.after))
    differing = []
    for name in sorted({*before, *after}):
        was, is_now = (compared(files[name], options.but) if name in files else "" for files in (before, after))
        if was != is_now or (name in before) != (name in after):
            differing.append(f"{name}\n{first_difference(was, is_now)}")
    print("\n".join(differing[: options.most]))
    print(f"{len(differing)} of {len({*before, *after})} files differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
