"""What mkdocs.yml has to say for a build to begin. Takes its values, gives what is wrong with them in a line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from render.words import CHINESE, ENGLISH

_EDITIONS = ([ENGLISH], [ENGLISH, CHINESE])


def config_error(file: Path, language: str, docs: Path, extra: Mapping[str, Any]) -> str | None:
    """What stands in the way of a build by the configuration `file`, with what to do about it."""
    if language not in (ENGLISH, CHINESE):
        return f"{file.name}: theme.language: found `{language}`; allowed are `{ENGLISH}` and `{CHINESE}`"
    editions = extra.get("editions")
    if editions not in _EDITIONS:
        allowed = " and ".join(f"`[{', '.join(each)}]`" for each in _EDITIONS)
        found = "nothing" if editions is None else f"`{editions}`"
        return f"{file.name}: extra.editions: found {found}; allowed are {allowed}"
    wanted = file.parent / "docs" / language
    if docs.resolve() != wanted.resolve():
        return f"{file.name}: docs_dir: found `{docs}`; the pages of this edition stand in `docs/{language}`"
    return None
