"""The layers in their order: runs of one kind, and the kind of attention of each where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.derive.layout import layer_kinds
from catalogue.schema.architecture import FeedForward

from .dimensions import Dimension, Dimensions

ENGRAM = "+engram"
KINDS = ("csa", "hca", "full", "reindex", "reuse", "window")


@dataclass(frozen=True)
class Run:
    """Layers of one kind that follow each other.

    Attributes:
        kind: `dense`, `moe` or `hashed`; how the bars look.
        count: How many, as a number to be shown.
        said: Key of the words for them.
        layers: How many.
    """

    kind: str
    count: Dimension | None
    said: str
    layers: int


def layer_runs(dims: Dimensions) -> list[Run]:
    """The layers from the bottom up."""
    total = dims.number("num_hidden_layers") or 0
    if dims.architecture.feed_forward.value is not FeedForward.DEEPSEEK_MOE:
        return [Run("dense", dims.stated("num_hidden_layers"), "run_all", total)]
    encoder = dims.number("encoder_layers")
    if encoder is not None:
        decoder = dims.derived("decoder_layers", "num_hidden_layers - encoder_layers")
        return [
            Run("moe", dims.stated("encoder_layers"), "run_encoder", encoder),
            Run("moe", decoder, "run_decoder", total - encoder),
        ]
    dense, hashed = dims.number("first_k_dense_replace") or 0, dims.number("num_hash_layers") or 0
    if (dims.number("moe_layer_freq") or 1) > 1:
        return [Run("moe", dims.stated("num_hidden_layers"), "run_mixed", total)]
    found = []
    if dense:
        found.append(Run("dense", dims.stated("first_k_dense_replace"), "run_dense", dense))
    if hashed:
        found.append(Run("hashed", dims.stated("num_hash_layers"), "run_hashed", hashed))
    rest = " - ".join(
        ["num_hidden_layers", *["first_k_dense_replace"] * bool(dense), *["num_hash_layers"] * bool(hashed)]
    )
    if dense or hashed:
        count = dims.derived("gate_layers", rest, None if hashed else "drawing.moe_layers")
    else:
        count = dims.stated("num_hidden_layers")
    return [*found, Run("moe", count, "run_gate" if hashed else "run_moe", total - dense - hashed)]


def attention_kinds(dims: Dimensions) -> Sequence[str]:
    """The kind of attention of each layer from the bottom up; none where all are alike."""
    layout = dims.architecture.attention_layout
    return layer_kinds(layout.value) if layout is not None and layout.value is not None else ()
