"""Count parameters and cache elements from an architecture, by one convention for every model.

- *Total* counts every weight of the main model once: input embedding, output head (unless tied), attention,
  feed-forward networks, gates and norms. MTP modules, Engram and a vision encoder are counted apart.
- *Activated* is the total less the routed experts that a token does not reach. The input embedding counts whole,
  although a token reads one row; papers differ here, so the count is also given without one or both embeddings.
- *KV cache* counts the elements kept per token over all layers.

RMSNorm has one weight per element; SwiGLU has three matrices (Shazeer 2020).

`make peers` builds DeepSeek's architectures in transformers from our dimensions and writes data/peers.json; the
build only reads it. A record keeps the settings it was made from, so that one whose dimensions changed since is stale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

from ..attention import AttentionKind, kind_of
from ..attention.kind import Peer
from ..schema.architecture import Architecture, FeedForward, VisionEncoder
from ..schema.model import ActivatedBasis
from ..schema.quantities import Quantity, Share
from ..schema.training import CacheFormat
from ..schema.values import Absence, Facet, PartialDate, Single, Text, fields_with, per_kind
from .expression import (
    Computation,
    Part,
    architecture_names,
    architecture_numbers,
    evaluate_formula,
    formula_names,
    held_formulas,
)

_NOT_IN_A_BLOCK = ("embedding", "head", "feed_forward", "norms")


def mtp_weights(
    architecture: Architecture, formulas: Mapping[str, str], numbers: Mapping[str, int]
) -> Computation | None:
    """Of the MTP modules or a DSpark drafter; None without any."""
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


# Tables, and projections of what is looked up to a key per stream and one value.
ENGRAM = (
    Part("engram_tables", "engram_num_embeddings * engram_head_dim", ("engram_layers",)),
    Part(
        "engram_projections",
        "engram_layers * ((hc_mult + 1) * hidden_size * (engram_max_ngram_size - 1) * engram_n_heads * engram_head_dim"
        " + 2 * hc_mult * hidden_size)",
        ("engram_layers",),
    ),
)


def engram_weights(numbers: Mapping[str, int]) -> tuple[Computation, ...]:
    known = all(formula_names(part.formula) <= numbers.keys() for part in ENGRAM)
    return tuple(evaluate_formula(part.name, part.formula, numbers) for part in ENGRAM) if known else ()


def prefill_weights(
    architecture: Architecture, formulas: Mapping[str, str], numbers: Mapping[str, int]
) -> Computation | None:
    """Less the experts that a token does not reach. Cache entries are made, and selected, in these layers."""
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


def vision_weights(encoder: VisionEncoder, hidden_size: int) -> Computation | None:
    """With the two layers into the language model; None where a dimension is unknown."""
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
    """Counts of zero for a block that has the sliding window alone and no hash routing."""
    kind = kind_of(architecture)
    return dict.fromkeys((*(kind.long_range_layers if kind else ()), "num_hash_layers"), 0)


def _layer_weights(formulas: Mapping[str, str], numbers: Mapping[str, int]) -> int:
    """Without the layer's two norms."""
    one_layer = {**numbers, "num_hidden_layers": 1, "moe_layers": 1}
    return sum(
        evaluate_formula(name, formula, one_layer).value
        for name, formula in formulas.items()
        if name not in _NOT_IN_A_BLOCK
    )


# What every page counts as active for a token: the weights that it is multiplied with. No paper states its basis; the
# printed counts of V3, V4-Pro and OCR fit this one alone, and so does the comparison in App. D of the paper on V2.
ACTIVATED_CONVENTION = ActivatedBasis.NO_INPUT_EMBEDDING


@dataclass(frozen=True)
class Recount:
    terms: tuple[Computation, ...]  # lines that add up to the total
    inactive_experts: Computation | None  # routed experts a token does not reach; None for dense models
    total: int | None
    activated: Mapping[ActivatedBasis, int]
    kv_cache: Computation | None  # elements per token over all layers
    state: Computation | None  # elements that a sequence keeps beside it, however long it is
    mtp: Computation | None  # what the main model does not share
    engram: tuple[Computation, ...]
    prefill: Computation | None  # parameters a token uses while it is read, where that is a part of the layers
    missing: tuple[str, ...]  # fields that totals need; with any of them, totals are None
    cache_missing: tuple[str, ...]


def recount_sizes(architecture: Architecture) -> Recount:
    """Never raises: what cannot be computed is None, and `missing` says why."""
    numbers = architecture_numbers(architecture)
    attention, feed_forward = kind_of(architecture), architecture.feed_forward.value
    formulas = parameter_formulas(architecture, numbers)
    names = architecture_names(architecture, numbers)
    kept = held_formulas((*attention.cache, *attention.state), names) if attention else {}
    missing = _missing_fields(formulas.values(), numbers)
    cache_missing = _missing_fields(kept.values(), numbers)
    kv_cache, state = (
        evaluate_formula(name, formula, numbers) if (formula := kept.get(name)) and not cache_missing else None
        for name in ("kv_cache", "state")
    )
    unknown = {"attention": attention, "feed_forward": feed_forward}
    missing = missing or tuple(name for name, kind in unknown.items() if kind is None)
    if missing:
        return Recount((), None, None, {}, kv_cache, state, None, (), None, missing, cache_missing)
    terms = tuple(evaluate_formula(name, formula, numbers) for name, formula in formulas.items())
    total = sum(t.value for t in terms)
    inactive = None
    if feed_forward is FeedForward.DEEPSEEK_MOE:
        inactive = evaluate_formula("idle_experts", IDLE_EXPERTS, numbers)
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
        state,
        mtp_weights(architecture, formulas, numbers),
        engram_weights(numbers),
        prefill_weights(architecture, formulas, numbers),
        (),
        cache_missing,
    )


def parameter_formulas(architecture: Architecture, numbers: Mapping[str, int]) -> dict[str, str]:
    attention, feed_forward = kind_of(architecture), architecture.feed_forward.value
    names = architecture_names(architecture, numbers)
    if attention is not None and attention.last_stream_mapping:
        names |= {LAST_STREAM_MAPPING}
    parts = (
        *EMBEDDINGS,
        *(attention.weights if attention else ()),
        *(FEED_FORWARDS[feed_forward] if feed_forward else ()),
        *NORMS,
        *(HYPER_CONNECTIONS if attention else ()),
    )
    return held_formulas(parts, names)


EMBEDDINGS = (
    Part("embedding", "vocab_size * hidden_size"),
    Part("head", "vocab_size * hidden_size", ("!tie_word_embeddings",)),
    *(
        Part("attention_bias", "num_hidden_layers * (num_attention_heads + 2 * num_key_value_heads) * head_dim", when)
        for when in (("attention_bias",), ("qkv_bias", "!attention_bias"))
    ),
    Part("output_bias", "num_hidden_layers * hidden_size", ("attention_bias",)),
)
NORMS = (
    Part("norms", "(2 * num_hidden_layers + 1) * hidden_size", ("!norms_per_layer",)),
    Part("norms", "(norms_per_layer * num_hidden_layers + 1) * hidden_size", ("norms_per_layer",)),
)

# Mappings between residual streams: `class Block` and `class Transformer` in inference/model.py of DeepSeek-V4-Flash.
# V4.1 mixes with the coefficients of the block before and has no mapping behind the last layer.
LAST_STREAM_MAPPING = "last_stream_mapping"
_BETWEEN_STREAMS = "2 * num_hidden_layers * ((hc_mult * hc_mult + 2 * hc_mult) * (hc_mult * hidden_size + 1) + 3)"
HYPER_CONNECTIONS = (
    Part("hyper_connections", _BETWEEN_STREAMS, ("hc_mult", f"!{LAST_STREAM_MAPPING}")),
    Part(
        "hyper_connections",
        f"{_BETWEEN_STREAMS} + hc_mult * hc_mult * hidden_size + hc_mult + 1",
        ("hc_mult", LAST_STREAM_MAPPING),
    ),
)

FEED_FORWARDS: Mapping[FeedForward, tuple[Part, ...]] = per_kind(
    "weights of feed-forward networks",
    {
        FeedForward.DENSE: (Part("feed_forward", "3 * num_hidden_layers * hidden_size * intermediate_size"),),
        FeedForward.DEEPSEEK_MOE: (
            Part("feed_forward", "3 * dense_layers * hidden_size * intermediate_size", ("dense_layers",)),
            Part("routed_experts", "moe_layers * n_routed_experts * 3 * hidden_size * moe_intermediate_size"),
            Part("shared_experts", "moe_layers * n_shared_experts * 3 * hidden_size * moe_intermediate_size"),
            Part("gate", "moe_layers * n_routed_experts * hidden_size"),
            *(
                Part("gate_bias", f"{layers} * {biases}n_routed_experts", ("balance_bias", *hashed, *several))
                for layers, hashed in (
                    ("moe_layers", ("!num_hash_layers",)),
                    ("(moe_layers - num_hash_layers)", ("num_hash_layers",)),
                )
                for biases, several in (("", ("!gate_biases",)), ("gate_biases * ", ("gate_biases",)))
            ),
        ),
    },
    FeedForward,
)
# Routed experts that a token does not reach.
IDLE_EXPERTS = "moe_layers * (n_routed_experts - num_experts_per_tok) * 3 * hidden_size * moe_intermediate_size"


def _missing_fields(formulas: object, numbers: Mapping[str, int]) -> tuple[str, ...]:
    needed = {name for formula in formulas for name in formula_names(formula)}  # type: ignore[attr-defined]
    given_by = {"moe_layers": "first_k_dense_replace", "dense_layers": "first_k_dense_replace"}
    return tuple(sorted({given_by.get(name, name) for name in needed if name not in numbers}))


def cache_bytes(recount: Recount) -> Computation | None:
    """Of a token in BF16, two for an element."""
    if recount.kv_cache is None:
        return None
    return evaluate_formula("kv_cache_bytes", "2 * kv_cache_elements", {"kv_cache_elements": recount.kv_cache.value})


def stored_cache(
    architecture: Architecture, recount: Recount, stated: CacheFormat | None, variant_id: str
) -> Computation | None:
    """Bytes of a token in service; None where the format is unknown or has no formula."""
    if stated is None:
        return None
    numbers = architecture_numbers(architecture)
    if recount.kv_cache is not None:
        numbers["kv_cache_elements"] = recount.kv_cache.value
    for name in ("bits_per_element", "entry_bytes", "index_key_bytes"):
        value = getattr(stated, name)
        single = value.for_variant(variant_id) if value else None
        if single is not None and single.value is not None and not single.value.value % 1:
            numbers[name] = int(single.value.value)
    formula = _stored_formula(kind_of(architecture), "entry_bytes" in numbers, "index_key_bytes" in numbers)
    if formula is None or not formula_names(formula) <= numbers.keys():
        return None
    return evaluate_formula("stored_cache", formula, numbers)


def _stored_formula(kind: AttentionKind | None, entries: bool, index_keys: bool) -> str | None:
    if not entries:
        return "kv_cache_elements * bits_per_element / 8"
    if kind is None or kind.stored_cache is None:
        return None
    return kind.stored_cache("(entry_bytes + index_key_bytes)" if index_keys else "entry_bytes")


@dataclass(frozen=True)
class Agreement:
    published: Quantity
    recomputed: int
    tolerance: Decimal  # largest difference that counts as agreement, in the number's own unit
    difference: Decimal  # recomputed minus published

    @property
    def holds(self) -> bool:
        return abs(self.difference) <= self.tolerance

    @property
    def percent(self) -> Decimal:
        return 100 * self.difference / self.published.value


def compare_published(published: Quantity, recomputed: int, tolerance: Share | None) -> Agreement:
    """The tolerance is in percent or, without one, half a unit of the last printed digit."""
    allowed = abs(published.value) * tolerance.value / 100 if tolerance else published.step / 2
    return Agreement(published, recomputed, allowed, recomputed - published.value)


# What an architecture says by not having a dimension: the same as with a count of none.
NOT_THERE = "0"


class Verdict(StrEnum):
    DIFFERENT = "differs"
    SAME = "same"
    OPEN = "open"


def comparable_value(single: Single[Any] | None) -> str | None:
    """Equal for equal values; None where the value is not known."""
    if single is None or single.absence in (Absence.NOT_PUBLISHED, Absence.UNKNOWN):
        return None
    return str(single.absence) if single.absence is not None else comparable_spelling(single.value)


def comparable_dimension(key: str, single: Single[Any] | None) -> str | None:
    """As `comparable_value`, but a dimension that is left out can mean that there is none."""
    if single is None:
        return None if key in fields_with(Architecture, Facet.DEFAULTED) else NOT_THERE
    return NOT_THERE if single.absence is Absence.NOT_APPLICABLE else comparable_value(single)


def comparable_spelling(value: object) -> str:
    """Numbers without their unit's letter, texts in English."""
    match value:
        case Quantity():
            bound = value.qualifier if value.qualifier != "~" else ""
            return f"{bound}{value.value.normalize():f}"
        case bool():
            return str(value)
        case Decimal():
            return f"{value.normalize():f}"
        case Text():
            return value.en
        case PartialDate():
            return value.text
        case Enum():
            return str(value.value)
    return str(value)


def row_verdict(sayings: Sequence[str | None]) -> Verdict:
    known = {saying for saying in sayings if saying is not None}
    if len(known) > 1:
        return Verdict.DIFFERENT
    return Verdict.SAME if known and None not in sayings else Verdict.OPEN


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
class Shipped:
    """A configuration that a class of transformers comes with, and what transformers makes of it, biases and all."""

    config: str
    total: int


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
    configs: Mapping[str, Shipped] = field(default_factory=dict)  # by class

    def state_of(self, owner: str, architecture: Architecture | None, total: int | None) -> State:
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
