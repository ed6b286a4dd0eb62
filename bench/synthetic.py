"""A catalogue of any size, made from the real one: its entries again and again under other ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

_ENTRY = re.compile(r"(?m)^(?=  - id: )")
_VARIANTS = re.compile(r"(?ms)^    variants:\n.*?(?=^    \w)")
_ID = re.compile(r"(?m)^(?:  - |      - )id: (\S+)$")


def write_synthetic(data: Path, count: int) -> None:
    """Rewrite `data/models.yaml` to hold `count` models. The first ones are the real ones."""
    file = data / "models.yaml"
    before, key, models = file.read_text(encoding="utf-8").partition("\nmodels:\n")
    _, *entries = _ENTRY.split(models)
    file.write_text(before + key + "".join(islice(_again(entries), count)), encoding="utf-8")


def _again(entries: list[str]) -> Iterator[str]:
    yield from entries
    number = 0
    while True:
        number += 1
        for entry in entries:
            yield _renamed(entry, f"-n{number}")


def _renamed(entry: str, suffix: str) -> str:
    """The entry with its own ids changed wherever they stand, and those of other entries kept.

    Sources keep their keys, which are those of references.
    """
    variants = _VARIANTS.search(entry)
    own = sorted(
        set(_ID.findall(entry.split("\n")[0] + "\n" + (variants[0] if variants else ""))), key=len, reverse=True
    )
    ids = "|".join(map(re.escape, own))
    renamed = re.sub(
        rf"(?:(?<![\w.-])|(?<=scores\.))({ids})(?![\w.-])(?=[/@':,}}\]]|$)", rf"\1{suffix}", entry, flags=re.M
    )
    return re.sub(r"(?:source|reference): [^}\n]*", lambda m: re.sub(rf"({ids}){suffix}\b", r"\1", m[0]), renamed)
