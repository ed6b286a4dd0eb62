"""The order of the layers agrees with how many there are of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..derive.layout import LayoutError, layers
from ..derive.parameters import numbers_of
from ..findings import Finding
from ..schema.architecture import Attention
from .draft import Draft
from .registry import Scope, rule

_KINDS = {Attention.CSA_HCA: ("window", "csa", "hca"), Attention.CSA2: ("window", "full", "reindex", "reuse")}


@rule(Scope.CATALOGUE)
def layers_in_order(draft: Draft) -> Iterator[Finding]:
    """The order of the layers names only kinds that the attention has, each as often as there are layers of it."""
    for path, _, variant in draft.each_variant():
        architecture = variant.architecture
        layout = architecture.attention_layout if architecture else None
        kind = architecture.attention.value if architecture else None
        if architecture is None or layout is None or layout.value is None or kind not in _KINDS:
            continue
        where = (*path, "architecture", "attention_layout")
        try:
            order = layers(layout.value)
        except LayoutError as error:
            yield draft.finding(
                where,
                str(error),
                "names, `*` with a number, and brackets",
                fix="write it like `window*2 (csa hca)*20 csa`",
            )
            continue
        counts = Counter(name.removesuffix("+engram") for name in order)
        counts["engram"] = sum(name.endswith("+engram") for name in order)
        for name in sorted(counts.keys() - {*_KINDS[kind], "engram"}):
            yield draft.finding(where, f"`{name}`", " or ".join(_KINDS[kind]), fix="correct the name")
        numbers = numbers_of(architecture)
        stated = {
            "num_hidden_layers": len(order),
            "sliding_window_layers": counts["window"],
            "engram_layers": counts["engram"],
            **_by_kind(kind, counts),
        }
        for name, found in stated.items():
            if numbers.get(name, found) != found:
                yield draft.finding(
                    where,
                    f"{found} layers",
                    f"{numbers[name]}, as `{name}` says",
                    fix="correct one of the two",
                )


def _by_kind(kind: Attention, counts: Counter[str]) -> dict[str, int]:
    if kind is Attention.CSA_HCA:
        return {"csa_layers": counts["csa"], "hca_layers": counts["hca"]}
    return {
        "csa_layers": counts["full"] + counts["reindex"] + counts["reuse"],
        "index_layers": counts["full"] + counts["reindex"],
    }
