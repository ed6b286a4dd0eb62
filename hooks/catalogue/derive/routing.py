"""How experts are chosen (`topk_method`), as far as it decides what is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..kinds import per_kind
from ..schema.architecture import Architecture, TopkMethod


@dataclass(frozen=True, kw_only=True)
class Routing:
    """A way to choose experts.

    Attributes:
        balance_bias: Whether each expert's score has a learned bias that only the choice sees (DeepSeek-V3 §2.1.2).
    """

    balance_bias: bool


ROUTINGS: Mapping[TopkMethod, Routing] = per_kind(
    "routing",
    {
        TopkMethod.GREEDY: Routing(balance_bias=False),
        TopkMethod.GROUP_LIMITED_GREEDY: Routing(balance_bias=False),
        TopkMethod.NOAUX_TC: Routing(balance_bias=True),
    },
    TopkMethod,
)


def has_balance_bias(architecture: Architecture) -> bool:
    """Whether experts have a bias for balance; not where nothing is said of how they are chosen."""
    method = architecture.topk_method.value if architecture.topk_method else None
    return method is not None and ROUTINGS[method].balance_bias
