"""A drawing in a few sentences, for those who do not see it: the same values, in the order of the drawing."""

from __future__ import annotations

from catalogue.records import Entry
from catalogue.schema.architecture import FeedForward

from .attention import kind_name
from .dimensions import Dimension, Dimensions


def text_alternative(dims: Dimensions, entry: Entry) -> str:
    """What the drawing shows, read from the bottom up."""
    words = dims.words
    sentences = [
        _summary_sentence(dims, "embedding", "vocab_size", "hidden_size"),
        _summary_sentence(dims, "layers", "num_hidden_layers"),
        words(
            "drawing.said_attention",
            kind=words(f"drawing.kind_{kind_name(dims)}"),
            heads=_dimension_text(dims.stated("num_attention_heads")),
        ),
    ]
    if dims.architecture.feed_forward.value is FeedForward.DEEPSEEK_MOE:
        routed = ("n_routed_experts", "num_experts_per_tok")
        none_shared = dims.number("n_shared_experts") == 0
        sentences.append(
            _summary_sentence(dims, "experts_routed", *routed)
            if none_shared
            else _summary_sentence(dims, "experts", *routed, "n_shared_experts")
        )
        if dims.number("first_k_dense_replace"):
            sentences.append(_summary_sentence(dims, "dense_first", "first_k_dense_replace"))
    else:
        sentences.append(_summary_sentence(dims, "dense", "intermediate_size"))
    for name in ("hc_mult", "num_nextn_predict_layers", "engram_layers"):
        if dims.number(name):
            drafter = name == "num_nextn_predict_layers" and dims.number("dspark_n_routed_experts")
            sentences.append(_summary_sentence(dims, "drafter" if drafter else name, name))
    if dims.vision is not None:
        sentences.append(words("drawing.said_vision"))
    return words("drawing.sentence_gap").join(sentences)


def _summary_sentence(dims: Dimensions, sentence: str, *fields: str) -> str:
    return dims.words(f"drawing.said_{sentence}", **{name: _dimension_text(dims.stated(name)) for name in fields})


def _dimension_text(dimension: Dimension | None) -> str:
    return dimension.shown if dimension is not None else "–"
