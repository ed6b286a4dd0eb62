"""Weights beside the main model, and the part of it that reading a prompt uses.

MTP: one MoE layer, a projection of two concatenated states, and five norms a module
(DeepSeek-V3 §2.2 and its README_WEIGHTS); embedding and head are shared. In V4 the layer has
the sliding window alone (`class MTPBlock` of its inference/model.py).
DSpark, Engram and the vision encoder of V4.1: `checkpoint_schema` of ROCm/ATOM's
models/deepseek_v41/weights.py, which lists every tensor of the released files.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..attention import kind_of
from ..schema.architecture import Architecture, FeedForward, VisionEncoder
from .expression import Term, evaluate_formula, formula_names

_NOT_IN_A_BLOCK = ("embedding", "head", "feed_forward", "norms")


def mtp_weights(architecture: Architecture, formulas: Mapping[str, str], numbers: Mapping[str, int]) -> Term | None:
    """Weights of the MTP modules, or of the blocks of a DSpark drafter; None for a model without."""
    if not numbers.get("num_nextn_predict_layers") or architecture.feed_forward.value is not FeedForward.DEEPSEEK_MOE:
        return None
    experts = numbers.get("dspark_n_routed_experts", numbers["n_routed_experts"])
    inserted = {
        **numbers,
        "transformer_block": _layer_weights(
            formulas, {**numbers, **_without_long_range(architecture), "n_routed_experts": experts}
        ),
    }
    if "dspark_n_routed_experts" not in numbers:
        formula = "num_nextn_predict_layers * (transformer_block + 2 * hidden_size * hidden_size + 5 * hidden_size)"
        return evaluate_formula("mtp", formula, inserted)
    return evaluate_formula(
        "dspark",
        "num_nextn_predict_layers * (transformer_block + 2 * hidden_size)"
        " + dspark_target_layers * hidden_size * hidden_size + 2 * hidden_size"
        " + 2 * vocab_size * dspark_markov_rank + hidden_size + dspark_markov_rank",
        inserted,
    )


def engram_weights(numbers: Mapping[str, int]) -> tuple[Term, ...]:
    """The tables, and the projections that turn what is looked up into a key per stream and one value."""
    formulas = {
        "engram_tables": "engram_num_embeddings * engram_head_dim",
        "engram_projections": (
            "engram_layers * ((hc_mult + 1) * hidden_size * (engram_max_ngram_size - 1) * engram_n_heads * engram_head_dim"
            " + 2 * hc_mult * hidden_size)"
        ),
    }
    known = all(formula_names(formula) <= numbers.keys() for formula in formulas.values())
    return tuple(evaluate_formula(name, formula, numbers) for name, formula in formulas.items()) if known else ()


def prefill_weights(architecture: Architecture, formulas: Mapping[str, str], numbers: Mapping[str, int]) -> Term | None:
    """Weights of the layers that a token passes while it is read, less the experts it does not reach.

    Cache entries are made in these layers, and entries are selected where they are made.
    """
    if "encoder_layers" not in numbers:
        return None
    no_cache = {**numbers, **_without_long_range(architecture), "n_routed_experts": numbers["num_experts_per_tok"]}
    gate = numbers["hidden_size"] + numbers.get("gate_biases", 1)
    inserted = {
        **numbers,
        "active_block": _layer_weights(formulas, no_cache)
        + (numbers["n_routed_experts"] - numbers["num_experts_per_tok"]) * gate,
        "cache_maker": sum(
            evaluate_formula(
                name,
                formulas[name],
                {**numbers, "encoder_cache_layers": 1, "decoder_cache_layers": 0, "index_layers": 1},
            ).value
            for name in ("csa2_compressors", "csa2_indexers")
        ),
    }
    return evaluate_formula(
        "reading", "encoder_layers * (active_block + 2 * hidden_size) + encoder_cache_layers * cache_maker", inserted
    )


def vision_weights(encoder: VisionEncoder, hidden_size: int) -> Term | None:
    """Weights of a vision encoder and of the two layers that lead into the language model; None where one is missing."""
    sizes = {name: getattr(encoder, name).value for name in type(encoder).model_fields if name != "source"}
    if None in sizes.values():
        return None
    return evaluate_formula(
        "vision",
        "vision_width * 3 * patch_size * patch_size + vision_width"
        " + vision_layers * (4 * vision_width * vision_width + 3 * vision_width * intermediate_size + 6 * vision_width)"
        " + vision_width + hidden_size * vision_width * downsample_ratio * downsample_ratio + hidden_size"
        " + hidden_size * hidden_size + hidden_size + delimiters * hidden_size",
        {
            **sizes,
            "vision_width": sizes["hidden_size"],
            "vision_layers": sizes["num_hidden_layers"],
            "hidden_size": hidden_size,
        },
    )


def _without_long_range(architecture: Architecture) -> dict[str, int]:
    """The layers that a block with the sliding window alone has none of; its experts are not chosen by hashes."""
    kind = kind_of(architecture)
    return dict.fromkeys((*(kind.long_range_layers if kind else ()), "num_hash_layers"), 0)


def _layer_weights(formulas: Mapping[str, str], numbers: Mapping[str, int]) -> int:
    """Weights of one layer without its two norms, by the formulas of all layers."""
    one_layer = {**numbers, "num_hidden_layers": 1, "moe_layers": 1}
    return sum(
        evaluate_formula(name, formula, one_layer).value
        for name, formula in formulas.items()
        if name not in _NOT_IN_A_BLOCK
    )
