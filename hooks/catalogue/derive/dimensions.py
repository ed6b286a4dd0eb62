"""The numbers of an architecture: what it states, its layout of layers and its routing, and the few numbers that follow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..kinds import per_kind
from ..schema.architecture import Architecture, TopkMethod
from ..schema.values import Single


def numbers_of(architecture: Architecture) -> dict[str, int]:
    """Every integer of the architecture by its name, and the few that follow from them."""
    numbers = {}
    for name, stated in vars(architecture).items():
        if isinstance(stated, Single) and isinstance(stated.value, int) and not isinstance(stated.value, bool):
            numbers[name] = stated.value
    if "head_dim" not in numbers and {"hidden_size", "num_attention_heads"} <= numbers.keys():
        numbers["head_dim"] = numbers["hidden_size"] // numbers["num_attention_heads"]
    if "num_hidden_layers" in numbers and "first_k_dense_replace" in numbers:
        first, every = numbers["first_k_dense_replace"], numbers.get("moe_layer_freq", 1)
        moe = sum(1 for layer in range(first, numbers["num_hidden_layers"]) if layer % every == 0)
        numbers["moe_layers"] = moe
        numbers["dense_layers"] = numbers["num_hidden_layers"] - moe
    return numbers


_TOKEN = re.compile(
    r"\s*(?:(?P<name>[a-z]+(?:\+engram)?)|(?P<open>\()|(?P<close>\))(?:\*(?P<outer>\d+))?)(?:\*(?P<times>\d+))?"
)


_LONGEST_BLOCK = 12  # layers that are repeated together


class LayoutError(ValueError):
    """A layout that cannot be read; says why."""


def layer_kinds(layout: str) -> tuple[str, ...]:
    """The kind of each layer, from the first one up. Raises LayoutError for what is no layout."""
    stack: list[list[str]] = [[]]
    place = 0
    text = layout.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise LayoutError(f"`{text[place:].strip()}` cannot be read")
        place = found.end()
        if found["open"]:
            stack.append([])
        elif found["close"]:
            if len(stack) == 1:
                raise LayoutError("a bracket is closed that was not opened")
            inner = stack.pop()
            stack[-1] += inner * int(found["outer"] or 1)
        else:
            stack[-1] += [found["name"]] * int(found["times"] or 1)
    if len(stack) > 1:
        raise LayoutError("a bracket is not closed")
    return tuple(stack[0])


def layout_of(layers: Sequence[str]) -> str:
    """The kinds of the layers written short: what covers the most of the next layers by repetition comes first."""
    said = []
    start = 0
    while start < len(layers):
        covered, size, times = 1, 1, 1
        for length in range(1, _LONGEST_BLOCK + 1):
            block = layers[start : start + length]
            count = 1
            while list(layers[start + count * length : start + (count + 1) * length]) == list(block):
                count += 1
            if count > 1 and count * length > covered:
                covered, size, times = count * length, length, count
        block_text = layout_of(layers[start : start + size]) if 1 < size < len(layers) else layers[start]
        said.append(f"({block_text})*{times}" if size > 1 else block_text + (f"*{times}" if times > 1 else ""))
        start += covered
    return " ".join(said)


@dataclass(frozen=True, kw_only=True)
class Routing:
    """A way to choose experts.

    Attributes:
        balance_bias: Whether each expert's score has a learned bias that only the choice sees (DeepSeek-V3 §2.1.2).
    """

    balance_bias: bool


ROUTINGS: Mapping[TopkMethod, Routing] = per_kind(
    "ROUTINGS in derive/dimensions.py",
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
