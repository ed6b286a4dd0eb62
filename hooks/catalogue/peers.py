"""The same architectures in Hugging Face transformers, and data/peers.json, which says how many parameters they have there.

`make peers` builds them from our dimensions and writes the file; the build reads it and needs neither PyTorch nor
transformers. A record keeps the settings that it was made from: where a dimension has changed since, it is stale, and
an architecture that came since has none.
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
    """The class of transformers that has this architecture, with our dimensions; None where there is none."""
    kind = kind_of(architecture)
    return kind.in_transformers(architecture) if kind is not None else None


@dataclass(frozen=True)
class Built:
    """What transformers made of an architecture: its parameters, and balance biases, which it keeps as buffers."""

    name: str
    settings: Mapping[str, Any]
    parameters: int
    biases: int

    @property
    def total(self) -> int:
        """Both together, as we count."""
        return self.parameters + self.biases


@dataclass(frozen=True)
class LabResult:
    """A lab held against transformers on random weights.

    Attributes:
        lab: Name of its module.
        function: Its function that was compared.
        against: What of transformers it is held against.
        difference: The largest one, relative to the largest number compared.
    """

    lab: str
    function: str
    against: str
    difference: float


class State(StrEnum):
    """What came out of a comparison."""

    EQUAL = "equal"
    DIFFERS = "differs"
    STALE = "stale"
    NEW = "new"
    NO_PEER = "no_peer"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Peers:
    """The report of `make peers`.

    Attributes:
        built: By the variant whose entry holds the architecture.
        labs: The labs that were compared.
    """

    date: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    built: Mapping[str, Built] = field(default_factory=dict)
    labs: tuple[LabResult, ...] = ()

    def state(self, owner: str, architecture: Architecture | None, total: int | None) -> State:
        """How the architecture of the variant `owner`, with `total` parameters by our count, compares."""
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
