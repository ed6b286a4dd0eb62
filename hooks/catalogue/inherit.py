"""Hand the source of a block down to every value in it that has none of its own, with the copy in which it was read."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from .schema.copies import Copies
from .schema.values import Block, Single, Sources, Stated

R = TypeVar("R", bound=BaseModel)


def with_sources(record: R, copies: Copies, inherited: Sources | None = None) -> R:
    """Return `record` with each value's and block's `source` filled from the closest block around it and from `copies`."""
    updates: dict[str, Any] = {}
    own = inherited
    if isinstance(record, Block | Single):
        own = copies.filled(record.source) or inherited
        updates["source"] = own
    if isinstance(record, Single):
        if isinstance(record, Stated) and record.by_variant is not None:
            updates["by_variant"] = _down(record.by_variant, copies, own)
        return record.model_copy(update=updates)
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, BaseModel | tuple | dict):
            updates[name] = _down(value, copies, own)
    return record.model_copy(update=updates)


def _down(value: Any, copies: Copies, source: Sources | None) -> Any:
    if isinstance(value, BaseModel):
        return with_sources(value, copies, source)
    if isinstance(value, tuple):
        return tuple(_down(item, copies, source) for item in value)
    if isinstance(value, dict):
        return {key: _down(item, copies, source) for key, item in value.items()}
    return value
