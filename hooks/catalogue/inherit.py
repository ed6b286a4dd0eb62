"""Hand the source of a block down to every value in it that has none of its own."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from .schema.values import Block, Single, Sources, Stated

R = TypeVar("R", bound=BaseModel)


def with_sources(record: R, inherited: Sources | None = None) -> R:
    """Return `record` with each value's and block's `source` filled from the closest block around it."""
    updates: dict[str, Any] = {}
    own = inherited
    if isinstance(record, Block | Single):
        own = record.source or inherited
        updates["source"] = own
    if isinstance(record, Single):
        if isinstance(record, Stated) and record.by_variant is not None:
            updates["by_variant"] = _down(record.by_variant, own)
        return record.model_copy(update=updates)
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, BaseModel | tuple | dict):
            updates[name] = _down(value, own)
    return record.model_copy(update=updates)


def _down(value: Any, source: Sources | None) -> Any:
    if isinstance(value, BaseModel):
        return with_sources(value, source)
    if isinstance(value, tuple):
        return tuple(_down(item, source) for item in value)
    if isinstance(value, dict):
        return {key: _down(item, source) for key, item in value.items()}
    return value
