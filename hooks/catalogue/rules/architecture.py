"""The dimensions of an architecture fit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..findings import Finding, Path
from ..schema.architecture import Architecture, Attention, FeedForward
from .draft import Draft

_NEEDED_BY_ATTENTION = {
    Attention.MLA: ("q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"),
}
_NEEDED_BY_FEED_FORWARD = {
    FeedForward.DENSE: ("intermediate_size",),
    FeedForward.DEEPSEEK_MOE: (
        "moe_intermediate_size",
        "n_routed_experts",
        "n_shared_experts",
        "num_experts_per_tok",
        "first_k_dense_replace",
    ),
}
_ALLOWED_IN_MOE_ALONE = (
    "moe_layer_freq",
    "n_group",
    "topk_group",
    "topk_method",
    "scoring_func",
    "norm_topk_prob",
    "routed_scaling_factor",
)


def _architectures(draft: Draft) -> Iterator[tuple[Path, Architecture]]:
    for path, _, variant in draft.each_variant():
        if variant.architecture is not None:
            yield (*path, "architecture"), variant.architecture


def _number(architecture: Architecture, name: str) -> Any:
    return getattr(getattr(architecture, name), "value", None)


def fields_for_the_kind(draft: Draft) -> Iterator[Finding]:
    """MLA has its ranks and head sizes, MoE its experts and gate, a dense network or layer its width; no kind has the fields of another."""
    for path, architecture in _architectures(draft):
        for table, kind in (
            (_NEEDED_BY_ATTENTION, architecture.attention.value),
            (_NEEDED_BY_FEED_FORWARD, architecture.feed_forward.value),
        ):
            for owner, names in table.items():
                for name in names:
                    there = getattr(architecture, name) is not None
                    if owner == kind and not there:
                        yield draft.finding(
                            path,
                            f"`{name}` is missing",
                            f"{owner} needs it",
                            fix=f"add `{name}:`, or say `not published`",
                        )
                    elif owner != kind and there and owner is not FeedForward.DENSE and kind is not None:
                        yield _beside(draft, path, name, kind, owner)
        if architecture.feed_forward.value is FeedForward.DENSE:
            for name in _ALLOWED_IN_MOE_ALONE:
                if getattr(architecture, name) is not None:
                    yield _beside(draft, path, name, FeedForward.DENSE, FeedForward.DEEPSEEK_MOE)
        if (
            architecture.feed_forward.value is FeedForward.DEEPSEEK_MOE
            and _has_dense_layers(architecture)
            and architecture.intermediate_size is None
        ):
            yield draft.finding(
                path,
                "`intermediate_size` is missing",
                "the layers that keep a dense network need it",
                fix="add `intermediate_size:`, or say `not published`",
            )


def _beside(draft: Draft, path: Path, name: str, kind: str, owner: str) -> Finding:
    return draft.finding(
        (*path, name), f"`{name}` beside `{kind}`", f"it belongs to {owner}", fix="take it out, or correct the kind"
    )


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
