"""Tables with a part for each kind, which fail at import where one is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

K = TypeVar("K", bound=StrEnum)
T = TypeVar("T")


class KindWithoutPart(TypeError):
    pass


def per_kind(what: str, parts: Mapping[K, T], kinds: Iterable[K]) -> Mapping[K, T]:
    """The parts in the order of their kinds. Raises KindWithoutPart where one is missing or belongs to no kind."""
    wanted = list(kinds)
    missing, foreign = set(wanted) - parts.keys(), parts.keys() - set(wanted)
    if missing or foreign:
        odd = ", ".join(sorted(f"`{kind}`" for kind in missing or foreign))
        raise KindWithoutPart(f"{what}: {'there is none for' if missing else 'no kind is called'} {odd}")
    return {kind: parts[kind] for kind in wanted}
