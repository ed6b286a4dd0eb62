"""A catalogue of any size, made from the real one: its entries again and again under other ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

_VARIANTS = re.compile(r"(?ms)^variants:\n.*?(?=^\w|\Z)")
_ID = re.compile(r"(?m)^(?:  - |  - \{)?id: ([a-z0-9.-]+)")


def write_synthetic(data: Path, count: int) -> None:
    """Make the files of `data/models/` hold `count` models. The first ones are the real ones."""
    folder = data / "models"
    real = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
    for name in real:
        (folder / f"{name}.yaml").unlink()
    for name, entry in islice(_again(real), count):
        (folder / f"{name}.yaml").write_text(entry, encoding="utf-8")


def _again(entries: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each entry with the name of its file, first as it is and then renamed, without end."""
    yield from entries.items()
    number = 0
    while True:
        number += 1
        for name, entry in entries.items():
            yield f"{name}-n{number}", _renamed(entry, f"-n{number}")


def _renamed(entry: str, suffix: str) -> str:
    """The entry with its own ids and names changed wherever they stand, and those of other entries kept.

    Sources keep their keys, which are those of references.
    """
    variants = _VARIANTS.search(entry)
    head = re.search(r"(?m)^id: .*$", entry)
    own = sorted(
        set(_ID.findall((head[0] if head else "") + "\n" + (variants[0] if variants else ""))), key=len, reverse=True
    )
    ids = "|".join(map(re.escape, own))
    renamed = re.sub(
        rf"(?:(?<![\w.-])|(?<=scores\.))({ids})(?![\w.-])(?=[/@':,}}\]]|$)", rf"\1{suffix}", entry, flags=re.M
    )
    renamed = re.sub(r"(?m)^((?:name|    name): )(\"?)([^{\s\"#][^#\n]*?)(\"?)$", rf"\1\2\3{suffix}\4", renamed)
    renamed = re.sub(r"(?m)^  api:.*\n(?:    .*\n)*", "", renamed)  # no name of the API leads to it
    renamed = re.sub(
        r"(?m)^((?:    )?name: )([^\"\n{][^\n]*)$", rf"\1\2 {suffix}", renamed
    )  # of the family and its variants
    renamed = re.sub(r"(- \{id: [^,]*, name: )([^,]*)", rf"\1\2 {suffix}", renamed)
    return re.sub(r"(?:source|reference): [^}\n]*", lambda m: re.sub(rf"({ids}){suffix}\b", r"\1", m[0]), renamed)
