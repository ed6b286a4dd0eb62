"""The order of the layers agrees with how many there are of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..attention import kind_of
from ..derive.dimensions import numbers_of
from ..derive.layout import LayoutError, layer_kinds
from ..findings import Finding
from .draft import Draft
from .registry import Scope, rule


@rule(Scope.CATALOGUE)
def layers_in_order(draft: Draft) -> Iterator[Finding]:
    """The order of the layers names only kinds that the attention has, each as often as there are layers of it."""
    for path, _, variant in draft.each_variant():
        architecture = variant.architecture
        layout = architecture.attention_layout if architecture else None
        kind = kind_of(architecture) if architecture else None
        if architecture is None or layout is None or layout.value is None or kind is None or not kind.layer_names:
            continue
        where = (*path, "architecture", "attention_layout")
        try:
            order = layer_kinds(layout.value)
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
        for name in sorted(counts.keys() - {*kind.layer_names, "engram"}):
            yield draft.finding(where, f"`{name}`", " or ".join(kind.layer_names), fix="correct the name")
        numbers = numbers_of(architecture)
        stated = {
            "num_hidden_layers": len(order),
            "sliding_window_layers": counts["window"],
            "engram_layers": counts["engram"],
            **kind.count_layers(counts),
        }
        for name, found in stated.items():
            if numbers.get(name, found) != found:
                yield draft.finding(
                    where,
                    f"{found} layers",
                    f"{numbers[name]}, as `{name}` says",
                    fix="correct one of the two",
                )
