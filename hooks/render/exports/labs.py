"""The labs as downloads: each module, and all of them as one archive that runs where it is unpacked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ..lab_files import FOLDER

ARCHIVE = "data/labs.zip"
_SAME_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest date of the format: the same input gives the same bytes


def lab_path(name: str) -> str:
    """Path of a module below the site."""
    return f"data/labs/{name}.py"


def lab_downloads() -> Iterator[tuple[str, bytes]]:
    """Path below the site and content of every download."""
    modules = sorted(FOLDER.glob("*.py"))
    for module in modules:
        if module.stem != "__init__":
            yield lab_path(module.stem), module.read_bytes()
    yield ARCHIVE, _archive([*modules, FOLDER / "README.md"])


def _archive(files: list[Path]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            info = zipfile.ZipInfo(f"labs/{file.name}", _SAME_DAY)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, file.read_bytes())
    return written.getvalue()
