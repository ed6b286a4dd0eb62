"""Mechanisms of attention: what each form keeps, MLA's two ways, what sparse attention reads, who computes a prompt."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
from labs import ced, csa, dsa

from catalogue.attention import CachingLayers, kind_of
from catalogue.derive.dimensions import numbers_of
from catalogue.derive.expression import evaluate_formula, formula_names
from catalogue.records import Catalogue, Entry
from catalogue.schema.quantities import Quantity

from ..words import Words
from .panel import Panel

_LINE = ("deepseek-llm-7b-base", "deepseek-llm-67b-base", "deepseek-coder-5.7bmqa-base", "deepseek-v2")


def architecture_number(entry: Entry, path: str) -> float:
    """A value of an architecture, such as `rope_scaling.factor`. Raises ValueError where it is not stated."""
    value: Any = reduce(getattr, [*path.split("."), "value"], entry.architecture)
    if value is None:
        raise ValueError(f"{entry.variant.id} has no {path}")
    return float(value.value if isinstance(value, Quantity) else value)


def dimension(entry: Entry, path: str) -> int:
    """The same for a count."""
    return int(architecture_number(entry, path))


def caching_layers(entry: Entry) -> tuple[Mapping[str, int], tuple[CachingLayers, ...]]:
    """The numbers of an architecture, and its layers by the form of what they keep. Raises ValueError without one."""
    kind = kind_of(entry.architecture) if entry.architecture is not None else None
    if entry.architecture is None or kind is None:
        raise ValueError(f"{entry.variant.id} has no attention")
    return numbers_of(entry.architecture), kind.caching_layers


def _kept_per_layer(entry: Entry) -> tuple[int, int, int]:
    """Numbers that one layer keeps of a token, the query heads, and the heads that keep something of their own (0: a latent)."""
    numbers, (layers,) = caching_layers(entry)
    kept = evaluate_formula("kept", layers.per_token(numbers), numbers).value
    of_heads = "head_dim" in formula_names(layers.entry)
    return kept, numbers["num_attention_heads"], numbers["num_key_value_heads"] if of_heads else 0


def attention_cache(words: Words, catalogue: Catalogue) -> list[Panel]:
    """Heads and what one layer keeps of a token, to one scale."""
    entries = [catalogue.entries[id_] for id_ in _LINE]
    most = max(_kept_per_layer(entry)[0] for entry in entries)
    heads = Panel(words("mechanism.attention-cache.heads"), 236, words("mechanism.attention-cache.heads_says"))
    sizes = Panel(words("mechanism.attention-cache.sizes"), 236, words("mechanism.attention-cache.sizes_says"))
    for row, entry in enumerate(entries):
        kept, queries, groups = _kept_per_layer(entry)
        y = 8 + row * 58
        kind = (
            entry.architecture.attention.value.value
            if entry.architecture and entry.architecture.attention.value
            else ""
        )
        heads.text(0, y + 8, kind, "strong")
        heads.text(50, y + 8, entry.variant.name or entry.variant.id)
        shown = min(queries, 32)
        step = 352 / 32
        heads.cells([(i * step, y + 16) for i in range(shown)], step - 3, 8, "attention")
        keeping = groups or 1
        for i in range(min(keeping, 32)):
            wide = shown / min(keeping, 32) * step if groups else shown * step
            heads.cells([(i * wide, y + 28)], wide - 3, 8, "cache" if groups else "cache soft")
        if queries > shown:
            heads.text(358, y + 8, words("mechanism.attention-cache.of", shown=shown, all=queries), "small", "end")
        sizes.text(0, y + 8, kind, "strong")
        sizes.text(50, y + 8, words("mechanism.attention-cache.numbers", count=f"{kept:,}"))
        sizes.bar(0, y + 16, kept / most * 358, 20, "cache")
    return [heads, sizes]


def mla_two_ways(words: Words, catalogue: Catalogue) -> list[Panel]:
    """MLA of V3, with keys and values written out and with the matrices absorbed; widths to one scale."""
    entry = catalogue.entries["deepseek-v3-base"]
    d_c, d_r, d_h = (dimension(entry, n) for n in ("kv_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim"))
    n_h = dimension(entry, "num_attention_heads")
    scale = 300 / (d_c + d_r)
    rebuilt = Panel(words("mechanism.mla-two-ways.rebuilt"), 226, words("mechanism.mla-two-ways.rebuilt_says"))
    absorbed = Panel(words("mechanism.mla-two-ways.absorbed"), 226, words("mechanism.mla-two-ways.absorbed_says"))
    for panel, wide in ((rebuilt, d_h), (absorbed, d_c)):
        own = panel is rebuilt
        panel.text(0, 12, words("mechanism.mla-two-ways.query"), "strong")
        panel.bar(0, 18, wide * scale, 14, "attention")
        panel.bar(wide * scale + 3, 18, d_r * scale, 14, "other")
        panel.text(358, 12, words("mechanism.mla-two-ways.width", a=wide, b=d_r), anchor="end")
        panel.arrow(60, 36, 60, 62)
        panel.text(70, 53, words("mechanism.mla-two-ways.compared"))
        panel.text(0, 80, words(f"mechanism.mla-two-ways.{'keys' if own else 'latent'}"), "strong")
        panel.text(
            358,
            80,
            words("mechanism.mla-two-ways.heads" if own else "mechanism.mla-two-ways.one", count=n_h),
            anchor="end",
        )
        for copy in range(4 if own else 1):
            panel.bar(copy * 4, 86 + copy * 4, wide * scale, 14, "cache soft" if own else "cache")
        panel.bar(wide * scale + (15 if own else 3), 86 + (6 if own else 0), d_r * scale, 14, "other")
        if own:
            panel.arrow(60, 152, 60, 122)
            panel.text(70, 142, words("mechanism.mla-two-ways.made"))
            panel.text(0, 170, words("mechanism.mla-two-ways.latent"), "strong")
            panel.bar(0, 176, d_c * scale, 14, "cache")
            panel.bar(d_c * scale + 3, 176, d_r * scale, 14, "other")
        else:
            panel.text(0, 142, words("mechanism.mla-two-ways.query_changed"))
            panel.text(0, 160, words("mechanism.mla-two-ways.value_after"))
        panel.text(0, 214, words("mechanism.mla-two-ways.products", count=wide + d_r), "strong")
    return [rebuilt, absorbed]


def dsa_selection(words: Words, catalogue: Catalogue) -> list[Panel]:
    """Which earlier tokens each token reads: a run of the lab with random indexers."""
    T, k, rng = 48, 8, np.random.default_rng(3)
    scores = dsa.index_scores(rng.standard_normal((T, 2, 4)), rng.random((T, 2)), rng.standard_normal((T, 4)))
    chosen, step = dsa.selected(scores, k), 7.2
    panel = Panel(words("mechanism.dsa-selection.mask"), 366, words("mechanism.dsa-selection.mask_says"))
    for t in range(T):
        panel.bar(6, t * step + 4, (t + 1) * step - 1.4, step - 1.4, "index-soft")
    panel.cells([(s * step + 6, t * step + 4) for t, s in np.argwhere(chosen)], step - 1.4, step - 1.4, "attention")
    for y, kind, name in ((18, "index-soft", "earlier"), (38, "attention", "read")):
        panel.bar(344, y - 8, 10, 10, kind)
        panel.text(338, y + 2, words(f"mechanism.dsa-selection.{name}"), anchor="end")
    entry = catalogue.entries["deepseek-v3.2-exp"]
    work = Panel(words("mechanism.dsa-selection.work"), 366, words("mechanism.dsa-selection.work_says"))
    lengths, top = [2**n for n in range(11, 18)], dimension(entry, "index_topk")
    most = max(lengths)
    work.line([(40, 10), (40, 320), (350, 320)], "axis")
    for kind, limit in (("off", most), ("attention", top)):
        work.line([(40 + 300 * n / most, 320 - 290 * min(n, limit) / most) for n in lengths], kind)
    work.text(330, 24, words("mechanism.dsa-selection.dense"), "strong", "end")
    work.text(348, 306, words("mechanism.dsa-selection.sparse", count=f"{top:,}"), "strong", "end")
    work.text(40, 340, "0")
    work.text(350, 340, words("mechanism.dsa-selection.length", count=f"{most:,}"), anchor="end")
    return [panel, work]


def csa_windows(words: Words, catalogue: Catalogue) -> list[Panel]:
    """What a token sees of the 512 before it: window, CSA entries and the selected among them, HCA entries."""
    entry = catalogue.entries["deepseek-v4-pro-base"]
    m, far, window = (dimension(entry, n) for n in ("csa_compress_ratio", "hca_compress_ratio", "sliding_window"))
    T, step = 4 * far, 350 / (4 * far)
    panel = Panel(words("mechanism.csa-windows.title", count=T), 236, words("mechanism.csa-windows.says"))
    t = T - 1
    rows = [(20, "tokens"), (78, "window"), (136, "csa"), (194, "hca")]
    for y, name in rows:
        panel.text(0, y, words(f"mechanism.csa-windows.{name}", m=m, far=far, window=window), "strong")
    panel.cells([(i * step, 26) for i in range(0, T, 2)], step * 1.2, 12)
    _, first = csa.seen(t, m, window)
    panel.bar(first * step, 84, window * step, 14, "cache")
    entries = csa.complete(t, m)
    rng = np.random.default_rng(5)
    picked = set(rng.choice(entries, entries // 8, replace=False).tolist())
    for kind, some in (("cache soft", set(range(entries)) - picked), ("cache", picked)):
        panel.cells([(i * m * step, 142) for i in sorted(some)], m * step - 0.8, 14, kind)
    panel.cells([(i * far * step, 200) for i in range(csa.complete(t, far))], far * step - 2, 14, "cache")
    panel.text(358, 232, words("mechanism.csa-windows.now"), "small", "end")
    kept = Panel(words("mechanism.csa-windows.kept"), 236, words("mechanism.csa-windows.kept_says"))
    size = dimension(entry, "head_dim")
    context = 2**20
    amounts = [
        ("none", context * size),
        ("csa", csa.elements(context, m, size, window)),
        ("hca", csa.elements(context, far, size, window)),
    ]
    for row, (name, amount) in enumerate(amounts):
        y = 20 + row * 58
        kept.text(0, y, words(f"mechanism.csa-windows.kept_{name}", m=m, far=far), "strong")
        kept.text(358, y, f"{amount:,}", anchor="end")
        kept.bar(0, y + 6, amount / amounts[0][1] * 350, 14, "cache" if row else "outline")
    return [panel, kept]


def causal_encoder_decoder(words: Words, catalogue: Catalogue) -> list[Panel]:
    """Layers against tokens of a prompt: what is computed with and without the split, counted."""
    entry = catalogue.entries["deepseek-v4.1-flash"]
    layers, window = dimension(entry, "num_hidden_layers"), dimension(entry, "sliding_window")
    prompt, height = 32 * window, 240 / layers
    panels = []
    for name, replay in (("without", False), ("with", True)):
        share = ced.work(prompt, layers, window, replay) / ced.work(prompt, layers, window, replay=False)
        says = words("mechanism.ced.says", share=f"{100 * share:.0f}", count=f"{prompt:,}")
        panel = Panel(words(f"mechanism.ced.{name}"), 284, says)
        for layer in range(layers):
            y, encoder = 4 + 240 - (layer + 1) * height, layer < layers // 2
            if replay and not encoder:
                panel.bar(0, y, 350, height - 1.2, "faint")
                panel.bar(350 - 350 * window / prompt, y, 350 * window / prompt, height - 1.2, "expert")
            else:
                panel.bar(0, y, 350, height - 1.2, "attention" if encoder else "attention soft")
        panel.text(0, 266, words("mechanism.ced.tokens", count=f"{prompt:,}"))
        panel.text(350, 266, words("mechanism.ced.share", share=f"{100 * share:.0f}"), "strong", "end")
        panels.append(panel)
    return panels
