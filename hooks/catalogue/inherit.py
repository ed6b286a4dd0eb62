"""Hand the source of a block down to every value in it that has none of its own, with the copy in which it was read."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from .schema.copies import Copies
from .schema.values import Block, Single, Sources, Stated

R = TypeVar("R", bound=BaseModel)


def with_sources(record: R, copies: Copies, inherited: Sources | None = None) -> R:
    """Fill each value's and block's `source` from the closest block around it and from `copies`.

    Works on the record itself, which nobody else has seen yet: copies of everything would take as much room again.
    """
    own = inherited
    values = vars(record)
    if isinstance(record, Block | Single):
        own = copies.filled(record.source) or inherited
        values["source"] = own
    if isinstance(record, Single):
        if isinstance(record, Stated) and record.by_variant is not None:
            _inherit_below(record.by_variant, copies, own)
        return record
    for value in values.values():
        _inherit_below(value, copies, own)
    return record


def _inherit_below(value: Any, copies: Copies, source: Sources | None) -> None:
    if isinstance(value, BaseModel):
        with_sources(value, copies, source)
    elif isinstance(value, tuple):
        for item in value:
            _inherit_below(item, copies, source)
    elif isinstance(value, dict):
        for item in value.values():
            _inherit_below(item, copies, source)
