"""DeepSeek's architectures in Hugging Face transformers, compared by number of parameters.

`make peers` builds them from our dimensions and writes data/peers.json; the build only reads it. A record keeps the
settings it was made from, so that one whose dimensions changed since is stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .attention import kind_of
from .attention.transformers import Peer
from .schema.architecture import Architecture

PEERS = "peers.json"


def transformers_class(architecture: Architecture) -> Peer | None:
    """None where transformers has no such architecture."""
    kind = kind_of(architecture)
    return kind.in_transformers(architecture) if kind is not None else None


@dataclass(frozen=True)
class Built:
    """What transformers made of an architecture; it keeps balance biases as buffers, beside the parameters."""

    name: str
    settings: Mapping[str, Any]
    parameters: int
    biases: int

    @property
    def total(self) -> int:
        return self.parameters + self.biases


@dataclass(frozen=True)
class LabResult:
    lab: str
    function: str
    against: str
    difference: float  # the largest one, relative to the largest number compared


class State(StrEnum):
    EQUAL = "equal"
    DIFFERS = "differs"
    STALE = "stale"
    NEW = "new"
    NO_PEER = "no_peer"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Peers:
    """Report of `make peers`."""

    date: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    built: Mapping[str, Built] = field(default_factory=dict)  # by the variant that owns the architecture
    labs: tuple[LabResult, ...] = ()

    def state(self, owner: str, architecture: Architecture | None, total: int | None) -> State:
        if architecture is None:
            return State.UNKNOWN
        if total is None:
            return State.INCOMPLETE
        ours = transformers_class(architecture)
        if ours is None:
            return State.NO_PEER
        built = self.built.get(owner)
        if built is None:
            return State.NEW
        if (built.name, dict(built.settings)) != (ours.name, ours.settings):
            return State.STALE
        return State.EQUAL if built.total == total else State.DIFFERS
