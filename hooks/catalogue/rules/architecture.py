"""The dimensions of an architecture fit together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from math import isqrt
from typing import Any

from ..findings import Finding, Path
from ..schema.architecture import Architecture, Attention, FeedForward
from ..schema.values import Block, Single
from .draft import Draft

_INDEXER = ("index_n_heads", "index_head_dim", "index_topk")
_GROUPED = ("o_groups", "o_lora_rank", "sliding_window")
_MOE = ("moe_intermediate_size", "n_routed_experts", "n_shared_experts", "num_experts_per_tok", "first_k_dense_replace")
_NEEDED: dict[Attention | FeedForward, tuple[str, ...]] = {
    Attention.MLA: ("q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"),
    Attention.CSA_HCA: (
        *("head_dim", "q_lora_rank", "qk_rope_head_dim", *_GROUPED, *_INDEXER),
        *("csa_layers", "csa_compress_ratio", "hca_layers", "hca_compress_ratio"),
    ),
    FeedForward.DENSE: ("intermediate_size",),
    FeedForward.DEEPSEEK_MOE: _MOE,
}
_ALSO_ALLOWED: dict[Attention | FeedForward, tuple[str, ...]] = {
    Attention.MHA: ("sliding_window", "sliding_window_layers"),
    Attention.GQA: ("sliding_window", "sliding_window_layers"),
    Attention.MLA: _INDEXER,
    Attention.CSA_HCA: ("sliding_window_layers", "compress_rope_theta", "attention_layout"),
    Attention.CSA2: (
        "q_lora_rank",
        "qk_rope_head_dim",
        *_GROUPED,
        *_INDEXER,
        "compress_rope_theta",
        "attention_layout",
        "sliding_window_layers",
        "csa_layers",
        *("encoder_cache_layers", "encoder_compress_ratio", "decoder_cache_layers", "index_layers", "encoder_layers"),
    ),
    FeedForward.DEEPSEEK_MOE: (
        *("moe_layer_freq", "n_group", "topk_group", "topk_method", "scoring_func", "norm_topk_prob"),
        *("routed_scaling_factor", "num_hash_layers", "intermediate_size", "gate_biases"),
        *("dspark_n_routed_experts", "dspark_num_experts_per_tok", "dspark_markov_rank", "dspark_target_layers"),
    ),
}
_EVERY_KIND = ("head_dim",)


def _owners(kinds: type[Attention] | type[FeedForward]) -> dict[str, list[Attention | FeedForward]]:
    """The kinds that may have a field, for the fields that not every kind may have."""
    owners: dict[str, list[Attention | FeedForward]] = {}
    for kind in kinds:
        for name in (*_NEEDED.get(kind, ()), *_ALSO_ALLOWED.get(kind, ())):
            if name not in _EVERY_KIND:
                owners.setdefault(name, []).append(kind)
    return owners


def may_have(architecture: Architecture, name: str) -> bool:
    """Whether a field fits the kinds of attention and feed-forward network of an architecture."""
    kinds = (architecture.attention.value, architecture.feed_forward.value)
    owners = [_owners(type(kind)).get(name) for kind in kinds if kind is not None]
    return all(own is None or any(kind in own for kind in kinds) for own in owners)


def _architectures(draft: Draft) -> Iterator[tuple[Path, Architecture]]:
    for path, _, variant in draft.each_variant():
        if variant.architecture is not None:
            yield (*path, "architecture"), variant.architecture


def _number(architecture: Architecture, name: str) -> Any:
    return getattr(getattr(architecture, name), "value", None)


def fields_for_the_kind(draft: Draft) -> Iterator[Finding]:
    """A kind of attention or feed-forward network has the fields that size it, and no field that belongs to another kind."""
    for path, architecture in _architectures(draft):
        kinds: tuple[Attention | FeedForward | None, ...] = (
            architecture.attention.value,
            architecture.feed_forward.value,
        )
        for kind in kinds:
            if kind is None:
                continue
            for name in _NEEDED.get(kind, ()):
                if getattr(architecture, name) is None:
                    yield _lacking(draft, path, name, f"{kind} needs it")
            for name, owners in _owners(type(kind)).items():
                if kind not in owners and getattr(architecture, name) is not None:
                    yield draft.finding(
                        (*path, name),
                        f"`{name}` beside `{kind}`",
                        "it belongs to " + " and ".join(owners),
                        fix="take it out, or correct the kind",
                    )
        if (
            architecture.feed_forward.value is FeedForward.DEEPSEEK_MOE
            and _has_dense_layers(architecture)
            and architecture.intermediate_size is None
        ):
            yield _lacking(draft, path, "intermediate_size", "the layers that keep a dense network need it")


def _lacking(draft: Draft, path: Path, name: str, why: str) -> Finding:
    fix = f"add `{name}:`, or say `not published`"
    if name == "q_lora_rank":
        fix += ", or `not applicable` where the queries are not compressed"
    return draft.finding(path, f"`{name}` is missing", why, fix=fix)


def _has_dense_layers(architecture: Architecture) -> bool:
    return (_number(architecture, "first_k_dense_replace") or 0) > 0 or (
        _number(architecture, "moe_layer_freq") or 1
    ) > 1


def heads(draft: Draft) -> Iterator[Finding]:
    """Heads fit the kind of attention, and heads that share keys and values divide evenly."""
    for path, architecture in _architectures(draft):
        heads_, shared = _number(architecture, "num_attention_heads"), _number(architecture, "num_key_value_heads")
        kind = architecture.attention.value
        if heads_ and shared:
            expected = {
                Attention.MHA: (shared == heads_, f"{heads_}, one for each query head"),
                Attention.MLA: (shared == heads_, f"{heads_}, one for each query head"),
                Attention.MQA: (shared == 1, "1"),
                Attention.CSA_HCA: (shared == 1, "1"),
                Attention.GQA: (1 < shared < heads_, f"a number between 1 and {heads_}"),
            }
            fits, allowed = expected.get(kind, (True, "")) if kind else (True, "")
            if not fits:
                yield draft.finding(
                    (*path, "num_key_value_heads"),
                    f"{shared} key-value heads with {kind}",
                    f"allowed is {allowed}",
                    fix="correct the number or the kind of attention",
                )
            elif heads_ % shared:
                yield draft.finding(
                    (*path, "num_key_value_heads"),
                    f"{heads_} query heads do not divide over {shared} key-value heads",
                    "a divisor of the query heads",
                    fix="correct one of the two",
                )
        width = _number(architecture, "hidden_size")
        if architecture.head_dim is None and kind is not Attention.MLA and width and heads_ and width % heads_:
            yield draft.finding(
                (*path, "num_attention_heads"),
                f"hidden_size {width} does not divide over {heads_} heads",
                "a divisor of hidden_size, or a `head_dim`",
                fix="correct one of them, or add `head_dim`",
            )


def experts(draft: Draft) -> Iterator[Finding]:
    """A token reaches no more experts than there are, groups divide the experts, and dense layers fit into the model."""
    for path, architecture in _architectures(draft):
        at_most = (
            ("num_experts_per_tok", "n_routed_experts"),
            ("topk_group", "n_group"),
            ("first_k_dense_replace", "num_hidden_layers"),
        )
        for small, large in at_most:
            a, b = _number(architecture, small), _number(architecture, large)
            if a is not None and b is not None and a > b:
                yield draft.finding(
                    (*path, small),
                    f"{small} {a} is more than {large} {b}",
                    f"at most {b}",
                    fix="correct one of the two",
                )
        routed, groups = _number(architecture, "n_routed_experts"), _number(architecture, "n_group")
        if routed and groups and routed % groups:
            yield draft.finding(
                (*path, "n_group"),
                f"{routed} experts do not divide into {groups} groups",
                "a divisor of n_routed_experts",
                fix="correct one of the two",
            )


def layers_of_each_kind(draft: Draft) -> Iterator[Finding]:
    """With CSA and HCA, the layers of each kind and those with the window alone make up all layers."""
    for path, architecture in _architectures(draft):
        parts = [_number(architecture, name) or 0 for name in ("csa_layers", "hca_layers", "sliding_window_layers")]
        layers = _number(architecture, "num_hidden_layers")
        if architecture.attention.value is Attention.CSA_HCA and layers is not None and sum(parts) != layers:
            yield draft.finding(
                (*path, "num_hidden_layers"),
                f"{layers} layers, but {' + '.join(map(str, parts))} = {sum(parts)} by kind",
                "CSA, HCA and window-only layers add up to all layers",
                fix="correct one of them",
            )


_MODULES = {
    "engram": (
        *("engram_layers", "engram_vocab_size", "engram_num_embeddings", "engram_max_ngram_size"),
        *("engram_n_heads", "engram_head_dim", "hc_mult"),
    ),
    "dspark": (
        *("dspark_n_routed_experts", "dspark_num_experts_per_tok", "dspark_markov_rank", "dspark_target_layers"),
        "num_nextn_predict_layers",
    ),
}


def modules_complete(draft: Draft) -> Iterator[Finding]:
    """An architecture has all fields that size Engram or the DSpark drafter, or none of them."""
    for path, architecture in _architectures(draft):
        for prefix, needed in _MODULES.items():
            there = [name for name in needed if name.startswith(prefix) and getattr(architecture, name) is not None]
            for name in needed if there else ():
                if getattr(architecture, name) is None:
                    yield _lacking(draft, path, name, f"`{there[0]}` needs it")


def engram_rows(draft: Draft) -> Iterator[Finding]:
    """The rows of Engram's tables add up to the primes that follow its table size, one for each layer, length of sequence and hash head."""
    for path, architecture in _architectures(draft):
        rows, start, layers, longest, hash_heads = (
            _number(architecture, f"engram_{name}")
            for name in ("num_embeddings", "vocab_size", "layers", "max_ngram_size", "n_heads")
        )
        if None in (rows, start, layers, longest, hash_heads):
            continue
        expected = sum(islice(_primes(start), layers * (longest - 1) * hash_heads))
        if rows != expected:
            yield draft.finding(
                (*path, "engram_num_embeddings"),
                f"{rows:,} rows, but the primes from {start:,} on add up to {expected:,}",
                "the two agree",
                fix="correct the rows or what they follow from",
            )


def _primes(start: int) -> Iterator[int]:
    """Primes from `start` on; no Engram table shares its size with another (`find_next_prime` of engram_demo_v1.py)."""
    return (number for number in count(start) if all(number % divisor for divisor in range(2, isqrt(number) + 1)))


def exceptions_differ(draft: Draft) -> Iterator[Finding]:
    """Settings that a variant names beside an architecture it shares differ from it."""
    for path, _, variant in draft.each_variant():
        shared = draft.entries.get(variant.architecture_of or "")
        if variant.architecture_except is not None and shared is not None and shared.architecture is not None:
            yield from _needless(
                draft, (*path, "architecture_except"), variant.architecture_except, shared.architecture
            )


def _needless(draft: Draft, path: Path, differing: Block, shared: Block) -> Iterator[Finding]:
    settings = {name: getattr(differing, name) for name in type(differing).model_fields if name != "source"}
    if all(new is None for new in settings.values()):
        yield draft.finding(path, "no setting", "settings that differ", fix="name one, or take it out")
    for name, new in settings.items():
        old, where = getattr(shared, name), (*path, name)
        if isinstance(new, Single):
            if old is not None and (new.value, new.absence) == (old.value, old.absence):
                yield draft.finding(
                    where, "the same as in the shared architecture", "a setting that differs", fix="take it out"
                )
        elif isinstance(new, Block) and old is None:
            yield draft.finding(
                where,
                f"settings of `{name}`, which the shared architecture has not",
                "settings that differ from its own",
                fix="take them out, or give this variant an `architecture` of its own",
            )
        elif isinstance(new, Block):
            yield from _needless(draft, where, new, old)
