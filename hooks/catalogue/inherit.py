"""Hand the source of a block down to every value in it that has none of its own, with the copy in which it was read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel

from .schema.copies import Copies
from .schema.values import Block, Single, Sources, Stated

R = TypeVar("R", bound=BaseModel)


def with_sources(record: R, copies: Copies, inherited: Sources | None = None) -> R:
    """Return `record` with each value's and block's `source` filled from the closest block around it and from `copies`.

    What nothing is filled in stays the same object, which spares half of the copying.
    """
    updates: dict[str, Any] = {}
    own = inherited
    if isinstance(record, Block | Single):
        own = copies.filled(record.source) or inherited
        if own is not record.source:
            updates["source"] = own
    if isinstance(record, Single):
        names: Iterable[str] = ("by_variant",) if isinstance(record, Stated) and record.by_variant is not None else ()
    else:
        names = type(record).model_fields
    for name in names:
        value = getattr(record, name)
        if isinstance(value, BaseModel | tuple | dict) and (new := _down(value, copies, own)) is not value:
            updates[name] = new
    return record.model_copy(update=updates) if updates else record


def _down(value: Any, copies: Copies, source: Sources | None) -> Any:
    if isinstance(value, BaseModel):
        return with_sources(value, copies, source)
    if isinstance(value, tuple):
        items = tuple(_down(item, copies, source) for item in value)
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if isinstance(value, dict):
        filled = {key: _down(item, copies, source) for key, item in value.items()}
        return value if all(filled[key] is old for key, old in value.items()) else filled
    return value
