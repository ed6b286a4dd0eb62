"""Count parameters and cache elements from an architecture.

The convention, stated once and applied to every model:

- *Total* counts every weight of the main model once: input embedding, output head (not
  again where it is tied to the embedding), attention, feed-forward networks, gates and
  norms. MTP modules, Engram and a vision encoder are not part of it; `modules` counts them apart.
- *Activated* is the total less the routed experts that a token does not reach. The input
  embedding counts whole, although a token reads one row of it; papers differ here, so the
  count is also given without it and without both embeddings.
- *KV cache* counts the elements kept per token over all layers.

Formulas: RMSNorm has one weight per element; SwiGLU has three matrices (Shazeer 2020);
attention and its caches are in the package `attention`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..attention import AttentionKind, kind_of
from ..kinds import per_kind
from ..schema.architecture import Architecture, FeedForward
from ..schema.model import ActivatedBasis
from .auxiliary import engram_weights, mtp_weights, prefill_weights
from .dimensions import numbers_of
from .expression import Term, evaluate_formula, formula_names
from .routing import has_balance_bias

# What every page counts as active for a token: the weights that it is multiplied with. No paper states its basis; the
# printed counts of V3, V4-Pro and OCR fit this one alone, and so does the comparison in App. D of the paper on V2.
ACTIVATED_CONVENTION = ActivatedBasis.NO_INPUT_EMBEDDING


@dataclass(frozen=True)
class Recount:
    """What follows from an architecture.

    Attributes:
        terms: Lines that add up to the total parameters.
        inactive_experts: Routed experts a token does not reach; None for dense models.
        total: Total parameters.
        activated: Activated parameters by what the count includes.
        kv_cache: Elements cached per token over all layers.
        mtp: Parameters of the MTP modules or the drafter that the main model does not share.
        engram: Tables and projections of Engram; none in models without it.
        prefill: Parameters that a token uses while it is read, where it passes a part of the layers alone.
        missing: Fields that are needed and not known; with any of them, totals are None.
        cache_missing: The same for the cache.
    """

    terms: tuple[Term, ...]
    inactive_experts: Term | None
    total: int | None
    activated: Mapping[ActivatedBasis, int]
    kv_cache: Term | None
    mtp: Term | None
    engram: tuple[Term, ...]
    prefill: Term | None
    missing: tuple[str, ...]
    cache_missing: tuple[str, ...]


def recount_sizes(architecture: Architecture) -> Recount:
    """Recompute sizes. Never raises: what cannot be computed is None, and `missing` says why."""
    numbers = numbers_of(architecture)
    attention, feed_forward = kind_of(architecture), architecture.feed_forward.value
    formulas = formulas_of(architecture, numbers)
    cache_formula = attention.cache(numbers) if attention else None
    missing = _missing_fields(formulas.values(), numbers)
    cache_missing = _missing_fields([cache_formula] if cache_formula else [], numbers)
    kv_cache = evaluate_formula("kv_cache", cache_formula, numbers) if cache_formula and not cache_missing else None
    unknown = {"attention": attention, "feed_forward": feed_forward}
    missing = missing or tuple(name for name, kind in unknown.items() if kind is None)
    if missing:
        return Recount((), None, None, {}, kv_cache, None, (), None, missing, cache_missing)
    terms = tuple(evaluate_formula(name, formula, numbers) for name, formula in formulas.items())
    total = sum(t.value for t in terms)
    inactive = None
    if feed_forward is FeedForward.DEEPSEEK_MOE:
        inactive = evaluate_formula(
            "idle_experts",
            "moe_layers * (n_routed_experts - num_experts_per_tok) * 3 * hidden_size * moe_intermediate_size",
            numbers,
        )
    every = total - (inactive.value if inactive else 0)
    embedding = numbers["vocab_size"] * numbers["hidden_size"]
    head = 0 if architecture.tie_word_embeddings.value else embedding
    activated = {
        ActivatedBasis.ALL: every,
        ActivatedBasis.NO_INPUT_EMBEDDING: every - (embedding if head else 0),
        ActivatedBasis.NO_EMBEDDINGS: every - embedding - head,
    }
    return Recount(
        terms,
        inactive,
        total,
        activated,
        kv_cache,
        mtp_weights(architecture, formulas, numbers),
        engram_weights(numbers),
        prefill_weights(architecture, formulas, numbers),
        (),
        cache_missing,
    )


def formulas_of(architecture: Architecture, numbers: Mapping[str, int]) -> dict[str, str]:
    """The formulas whose results add up to the total, by the name of the part."""
    attention, feed_forward = kind_of(architecture), architecture.feed_forward.value
    norms = "norms_per_layer" if "norms_per_layer" in numbers else "2"
    return {
        **_embedding_formulas(architecture),
        **(attention.weights(architecture, numbers) if attention else {}),
        **(_FEED_FORWARD[feed_forward](architecture, numbers) if feed_forward else {}),
        "norms": f"({norms} * num_hidden_layers + 1) * hidden_size",
        **_hyper_connection_formulas(attention, numbers),
    }


def _embedding_formulas(architecture: Architecture) -> dict[str, str]:
    formulas = {"embedding": "vocab_size * hidden_size"}
    if not architecture.tie_word_embeddings.value:
        formulas["head"] = "vocab_size * hidden_size"
    if (architecture.attention_bias and architecture.attention_bias.value) or (
        architecture.qkv_bias and architecture.qkv_bias.value
    ):
        formulas["attention_bias"] = "num_hidden_layers * (num_attention_heads + 2 * num_key_value_heads) * head_dim"
    if architecture.attention_bias and architecture.attention_bias.value:
        formulas["output_bias"] = "num_hidden_layers * hidden_size"
    return formulas


def _hyper_connection_formulas(attention: AttentionKind | None, numbers: Mapping[str, int]) -> dict[str, str]:
    """Formula of the mappings between residual streams, where a model has several.

    `class Block` and `class Transformer` in inference/model.py of DeepSeek-V4-Flash. V4.1 mixes with the coefficients of
    the block before and has no mapping behind the last layer.
    """
    if "hc_mult" not in numbers or attention is None:
        return {}
    formula = "2 * num_hidden_layers * ((hc_mult * hc_mult + 2 * hc_mult) * (hc_mult * hidden_size + 1) + 3)"
    if attention.last_stream_mapping:
        formula += " + hc_mult * hc_mult * hidden_size + hc_mult + 1"
    return {"hyper_connections": formula}


def _dense_formulas(architecture: Architecture, numbers: Mapping[str, int]) -> dict[str, str]:
    return {"feed_forward": "3 * num_hidden_layers * hidden_size * intermediate_size"}


def _expert_formulas(architecture: Architecture, numbers: Mapping[str, int]) -> dict[str, str]:
    formulas = {
        "routed_experts": "moe_layers * n_routed_experts * 3 * hidden_size * moe_intermediate_size",
        "shared_experts": "moe_layers * n_shared_experts * 3 * hidden_size * moe_intermediate_size",
        "gate": "moe_layers * n_routed_experts * hidden_size",
    }
    if has_balance_bias(architecture):
        layers = "(moe_layers - num_hash_layers)" if numbers.get("num_hash_layers") else "moe_layers"
        biases = "gate_biases * " if "gate_biases" in numbers else ""
        formulas["gate_bias"] = f"{layers} * {biases}n_routed_experts"
    if numbers.get("dense_layers", 1) != 0:
        formulas = {"feed_forward": "3 * dense_layers * hidden_size * intermediate_size"} | formulas
    return formulas


_FEED_FORWARD: Mapping[FeedForward, Callable[[Architecture, Mapping[str, int]], dict[str, str]]] = per_kind(
    "weights of feed-forward networks",
    {FeedForward.DENSE: _dense_formulas, FeedForward.DEEPSEEK_MOE: _expert_formulas},
    FeedForward,
)


def _missing_fields(formulas: object, numbers: Mapping[str, int]) -> tuple[str, ...]:
    needed = {name for formula in formulas for name in formula_names(formula)}  # type: ignore[attr-defined]
    given_by = {"moe_layers": "first_k_dense_replace", "dense_layers": "first_k_dense_replace"}
    return tuple(sorted({given_by.get(name, name) for name in needed if name not in numbers}))
