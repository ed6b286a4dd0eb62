"""Static figures of attention: heads, caches, MLA's two ways, sparse selection, windows, rotation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
from labs import ced, csa, dsa
from labs.norm import softmax

from catalogue.attention import CachingLayers, kind_of
from catalogue.derive.expression import architecture_numbers, evaluate_formula, formula_names, parse_layout
from catalogue.records import Entry
from catalogue.schema.quantities import Quantity

from .. import format
from .canvas import WIDTH, Mechanism, draws_mechanism

_LINE = ("deepseek-llm-7b-base", "deepseek-llm-67b-base", "deepseek-coder-5.7bmqa-base", "deepseek-v2")


def architecture_number(entry: Entry, path: str) -> float:
    """A value of an architecture, such as `rope_scaling.factor`. Raises ValueError where it is not stated."""
    value: Any = reduce(getattr, [*path.split("."), "value"], entry.architecture)
    if value is None:
        raise ValueError(f"{entry.variant.id} has no {path}")
    return float(value.value if isinstance(value, Quantity) else value)


def architecture_count(entry: Entry, path: str) -> int:
    return int(architecture_number(entry, path))


def caching_layers(entry: Entry) -> tuple[Mapping[str, int], tuple[CachingLayers, ...]]:
    """Numbers of an architecture and its caching layers. Raises ValueError where the attention is not published."""
    kind = kind_of(entry.architecture) if entry.architecture is not None else None
    if entry.architecture is None or kind is None:
        raise ValueError(f"{entry.variant.id} has no attention")
    return architecture_numbers(entry.architecture), kind.caching_layers


def _kept_per_layer(entry: Entry) -> tuple[int, int, int]:
    """Elements that a layer caches of a token, query heads, and heads with a cache of their own (0: a latent)."""
    numbers, (layers,) = caching_layers(entry)
    kept = evaluate_formula("kept", layers.per_token(numbers), numbers).value
    of_heads = "head_dim" in formula_names(layers.entry)
    return kept, numbers["num_attention_heads"], numbers["num_key_value_heads"] if of_heads else 0


@draws_mechanism("attention-cache", page="guides/attention.md", techniques=("mha", "mqa", "gqa", "mla"))
def attention_cache(figure: Mechanism) -> None:
    entries = [figure.catalogue.entries[id_] for id_ in _LINE]
    most = max(_kept_per_layer(entry)[0] for entry in entries)
    heads = figure.new_panel("heads", 236)
    sizes = figure.new_panel("sizes", 236)
    for row, entry in enumerate(entries):
        kept, queries, groups = _kept_per_layer(entry)
        y = 8 + row * 58
        attention = entry.architecture.attention.value if entry.architecture else None
        kind = attention.value if attention else ""
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
            heads.text(358, y + 8, figure.say("of", shown=shown, all=queries), "small", "end")
        sizes.text(0, y + 8, kind, "strong")
        sizes.text(50, y + 8, figure.say("numbers", count=f"{kept:,}"))
        sizes.bar(0, y + 16, kept / most * 358, 20, "cache")


@draws_mechanism("mla-two-ways", page="guides/attention.md", techniques=("mla",))
def mla_two_ways(figure: Mechanism) -> None:
    entry = figure.catalogue.entries["deepseek-v3-base"]
    d_c, d_r, d_h = (architecture_count(entry, n) for n in ("kv_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim"))
    n_h = architecture_count(entry, "num_attention_heads")
    scale = 300 / (d_c + d_r)
    rebuilt = figure.new_panel("rebuilt", 226)
    absorbed = figure.new_panel("absorbed", 226)
    for panel, wide in ((rebuilt, d_h), (absorbed, d_c)):
        own = panel is rebuilt
        panel.text(0, 12, figure.say("query"), "strong")
        panel.bar(0, 18, wide * scale, 14, "attention")
        panel.bar(wide * scale + 3, 18, d_r * scale, 14, "other")
        panel.text(358, 12, figure.say("width", a=wide, b=d_r), anchor="end")
        panel.arrow(60, 36, 60, 62)
        panel.text(70, 53, figure.say("compared"))
        panel.text(0, 80, figure.say("keys" if own else "latent"), "strong")
        panel.text(358, 80, figure.say("heads" if own else "one", count=n_h), anchor="end")
        for copy in range(4 if own else 1):
            panel.bar(copy * 4, 86 + copy * 4, wide * scale, 14, "cache soft" if own else "cache")
        panel.bar(wide * scale + (15 if own else 3), 86 + (6 if own else 0), d_r * scale, 14, "other")
        if own:
            panel.arrow(60, 152, 60, 122)
            panel.text(70, 142, figure.say("made"))
            panel.text(0, 170, figure.say("latent"), "strong")
            panel.bar(0, 176, d_c * scale, 14, "cache")
            panel.bar(d_c * scale + 3, 176, d_r * scale, 14, "other")
        else:
            panel.text(0, 142, figure.say("query_changed"))
            panel.text(0, 160, figure.say("value_after"))
        panel.text(0, 214, figure.say("products", count=wide + d_r), "strong")


@draws_mechanism("dsa-selection", page="guides/attention.md", techniques=("dsa",))
def dsa_selection(figure: Mechanism) -> None:
    T, k, rng = 48, 8, np.random.default_rng(3)
    scores = dsa.index_scores(rng.standard_normal((T, 2, 4)), rng.random((T, 2)), rng.standard_normal((T, 4)))
    chosen, step = dsa.selected(scores, k), 7.2
    panel = figure.new_panel("mask", 366)
    for t in range(T):
        panel.bar(6, t * step + 4, (t + 1) * step - 1.4, step - 1.4, "index-soft")
    panel.cells([(s * step + 6, t * step + 4) for t, s in np.argwhere(chosen)], step - 1.4, step - 1.4, "attention")
    for y, kind, name in ((18, "index-soft", "earlier"), (38, "attention", "read")):
        panel.bar(344, y - 8, 10, 10, kind)
        panel.text(338, y + 2, figure.say(name), anchor="end")
    entry = figure.catalogue.entries["deepseek-v3.2-exp"]
    work = figure.new_panel("work", 366)
    lengths, top = [2**n for n in range(11, 18)], architecture_count(entry, "index_topk")
    most = max(lengths)
    work.line([(40, 10), (40, 320), (350, 320)], "axis")
    for kind, limit in (("off", most), ("attention", top)):
        work.line([(40 + 300 * n / most, 320 - 290 * min(n, limit) / most) for n in lengths], kind)
    work.text(330, 24, figure.say("dense"), "strong", "end")
    work.text(348, 306, figure.say("sparse", count=f"{top:,}"), "strong", "end")
    work.text(40, 340, "0")
    work.text(350, 340, figure.say("length", count=f"{most:,}"), anchor="end")


@draws_mechanism("csa-entry", page="guides/attention.md", techniques=("csa",))
def entry_of_csa(figure: Mechanism) -> None:
    """The tokens that one entry is a mean of: those of two groups in CSA, with weights of their own in each dimension, and of one in HCA."""
    entry = figure.catalogue.entries["deepseek-v4-pro-base"]
    m, far = architecture_count(entry, "csa_compress_ratio"), architecture_count(entry, "hca_compress_ratio")
    rng = np.random.default_rng(21)
    panel = figure.new_panel("csa", 210, m=m, both=2 * m)
    step, shown = WIDTH / (3 * m), 3
    for row in range(shown):
        weights = softmax(rng.normal(size=2 * m), axis=0)
        y = 62 + 48 * row
        for i, weight in enumerate(weights):
            height = 42 * float(weight) / 0.5
            panel.bar((m + i) * step + 3, y - height, step - 8, height, "cache soft" if i < m else "cache")
        panel.line([(m * step, y), (WIDTH, y)], "axis")
        panel.text(0, y - 3, figure.say("dimension", number=row + 1), "small")
    for i in range(2 * m):
        panel.bar((m + i) * step + 3, 170, step - 8, 12)
    panel.text(0, 180, figure.say("tokens"), "small")
    for first, which in ((m, "before"), (2 * m, "own")):
        panel.text((first + m / 2) * step, 200, figure.say(which), "small", "middle")
    blurred = figure.new_panel("hca", 210, far=far)
    weights = softmax(rng.normal(size=far), axis=0)
    for i, weight in enumerate(weights):
        height = 120 * float(weight) / float(weights.max())
        blurred.bar(i * WIDTH / far, 158 - height, WIDTH / far - 0.6, height, "cache")
    blurred.line([(0, 158), (WIDTH, 158)], "axis")
    blurred.cells([(i * WIDTH / far, 170) for i in range(far)], WIDTH / far - 0.6, 12)
    blurred.text(WIDTH / 2, 200, figure.say("group", far=far), "small", "middle")


@draws_mechanism("csa-windows", page="guides/attention.md", techniques=("csa", "hca"))
def csa_windows(figure: Mechanism) -> None:
    entry = figure.catalogue.entries["deepseek-v4-pro-base"]
    names = ("csa_compress_ratio", "hca_compress_ratio", "sliding_window")
    m, far, window = (architecture_count(entry, name) for name in names)
    T, step = 4 * far, 350 / (4 * far)
    panel = figure.new_panel("title", 236, says="says", count=T)
    t = T - 1
    rows = [(20, "tokens"), (78, "window"), (136, "csa"), (194, "hca")]
    for y, name in rows:
        panel.text(0, y, figure.say(name, m=m, far=far, window=window), "strong")
    panel.cells([(i * step, 26) for i in range(0, T, 2)], step * 1.2, 12)
    _, first = csa.seen(t, m, window)
    panel.bar(first * step, 84, window * step, 14, "cache")
    entries = csa.complete(t, m)
    rng = np.random.default_rng(5)
    picked = set(rng.choice(entries, entries // 8, replace=False).tolist())
    for kind, some in (("cache soft", set(range(entries)) - picked), ("cache", picked)):
        panel.cells([(i * m * step, 142) for i in sorted(some)], m * step - 0.8, 14, kind)
    panel.cells([(i * far * step, 200) for i in range(csa.complete(t, far))], far * step - 2, 14, "cache")
    panel.text(358, 232, figure.say("now"), "small", "end")
    kept = figure.new_panel("kept", 236)
    size = architecture_count(entry, "head_dim")
    context = 2**20
    amounts = [
        ("none", context * size),
        ("csa", csa.elements(context, m, size, window)),
        ("hca", csa.elements(context, far, size, window)),
    ]
    for row, (name, amount) in enumerate(amounts):
        y = 20 + row * 58
        kept.text(0, y, figure.say(f"kept_{name}", m=m, far=far), "strong")
        kept.text(358, y, format.spoken_number(amount, figure.words), anchor="end")
        kept.bar(0, y + 6, amount / amounts[0][1] * 350, 14, "cache" if row else "outline")


@draws_mechanism("ced", page="guides/attention.md", techniques=("ced",))
def causal_encoder_decoder(figure: Mechanism) -> None:
    entry = figure.catalogue.entries["deepseek-v4.1-flash"]
    layers, window = architecture_count(entry, "num_hidden_layers"), architecture_count(entry, "sliding_window")
    prompt, height = 32 * window, 240 / layers
    for name, replay in (("without", False), ("with", True)):
        share = ced.work(prompt, layers, window, replay) / ced.work(prompt, layers, window, replay=False)
        panel = figure.new_panel(name, 284, says="says", share=f"{100 * share:.0f}", count=f"{prompt:,}")
        for layer in range(layers):
            y, encoder = 4 + 240 - (layer + 1) * height, layer < layers // 2
            if replay and not encoder:
                panel.bar(0, y, 350, height - 1.2, "faint")
                panel.bar(350 - 350 * window / prompt, y, 350 * window / prompt, height - 1.2, "expert")
            else:
                panel.bar(0, y, 350, height - 1.2, "attention" if encoder else "attention soft")
        panel.text(0, 266, figure.say("tokens", count=f"{prompt:,}"))
        panel.text(350, 266, figure.say("share", share=f"{100 * share:.0f}"), "strong", "end")


_SIZES = (4, 64, 512)
_KEYS = 24


@draws_mechanism("softmax-saturates", page="guides/attention-from-one-sentence.md")
def softmax_saturating(figure: Mechanism) -> None:
    for case in ("raw", "divided"):
        rng = np.random.default_rng(6)
        panel = figure.new_panel(case, 232, says="says")
        largest = []
        for row, size in enumerate(_SIZES):
            q, k = rng.standard_normal(size), rng.standard_normal((_KEYS, size))
            scores = k @ q / (math.sqrt(size) if case == "divided" else 1)
            weights = np.sort(softmax(scores))[::-1]
            largest.append(f"{weights[0]:.2f}")
            base = 66 + row * 72
            panel.text(0, base - 46, figure.say("size", size=size), "strong")
            panel.text(0, base - 28, figure.say("largest", weight=largest[-1]))
            for i, weight in enumerate(weights):
                height = max(56 * float(weight), 0.6)
                panel.bar(112 + 10.2 * i, base - height, 8.4, height, "attention" if i == 0 else "attention soft")
            panel.line([(112, base), (356, base)], "axis")
        panel.text(112, 228, figure.say("keys", count=_KEYS))
        panel.says = figure.say("says", small=largest[0], middle=largest[1], large=largest[2])


@draws_mechanism("rope-rotation", page="guides/attention-from-one-sentence.md", techniques=("rope",))
def rope_rotation(figure: Mechanism) -> None:
    theta, q_angle, k_angle = math.radians(28), math.radians(20), math.radians(75)
    for case, (m, n) in (("near", (1, 3)), ("far", (5, 7)), ("other", (5, 6))):
        angle = math.degrees(k_angle - q_angle + (n - m) * theta)
        score = f"{math.cos(math.radians(angle)):.2f}".replace("-", "−")
        panel = figure.new_panel(case, 214, says="says", m=m, n=n, angle=round(angle), score=score)
        cx, cy, radius = 96.0, 104.0, 84.0
        panel.line(
            [(cx + radius * math.cos(a / 24 * math.pi), cy - radius * math.sin(a / 24 * math.pi)) for a in range(49)],
            "axis",
        )
        for start, position, kind in ((q_angle, m, "attention"), (k_angle, n, "expert")):
            panel.line([(cx, cy), _point_on_circle(cx, cy, radius, start)], f"{kind} dashed")
            panel.line([(cx, cy), _point_on_circle(cx, cy, radius, start + position * theta)], kind)
        for letter, at in (("q", q_angle + m * theta), ("k", k_angle + n * theta)):
            x, y = _point_on_circle(cx, cy, radius + 13, at)
            panel.text(x, y + 4, letter, "strong", "middle")
        panel.text(204, 84, figure.say("apart", distance=n - m), "strong")
        panel.text(204, 106, figure.say("angle", angle=round(angle)))
        panel.text(204, 128, figure.say("score", score=score))


def _point_on_circle(cx: float, cy: float, radius: float, angle: float) -> tuple[float, float]:
    return cx + radius * math.cos(angle), cy - radius * math.sin(angle)


@draws_mechanism("attention-rows", page="guides/attention-from-one-sentence.md")
def rows_of_attention(figure: Mechanism) -> None:
    count, step = 8, 24
    for case in ("training", "writing"):
        panel = figure.new_panel(case, 244)
        last = count - 1
        for t in range(count):
            now = case == "training" or t == last
            for j in range(t + 1):
                panel.bar(60 + j * step, 26 + t * step, step - 3, step - 3, "attention" if now else "faint")
            if case == "writing":
                panel.bar(60 + t * step, 2, step - 3, 16, "cache" if t < last else "expert")
        panel.text(52, 14, figure.say("keys") if case == "writing" else "", "small", "end")
        panel.text(52, 26 + (last if case == "writing" else 0) * step + 15, figure.say("query"), "small", "end")
        panel.text(60, 240, figure.say(f"{case}_below"))


@draws_mechanism("csa2-layers", page="guides/attention.md", techniques=("csa2",))
def layers_of_csa2(figure: Mechanism) -> None:
    entry = figure.catalogue.entries["deepseek-v4.1-flash"]
    stated = entry.architecture.attention_layout if entry.architecture else None
    if stated is None:
        return
    kinds = [layer.partition("+")[0] for layer in parse_layout(str(stated.value))]
    writers = [layer for layer, kind in enumerate(kinds) if kind == "full"]
    encoder, group = architecture_count(entry, "encoder_layers"), architecture_count(entry, "encoder_compress_ratio")
    colours = {"window": "faint", "full": "cache", "reindex": "index", "reuse": "attention soft"}
    step, choices = 7.6, len(kinds) - kinds.count("reuse") - kinds.count("window")
    panel = figure.new_panel("title", 332, says="says", layers=len(kinds), caches=len(writers), choices=choices)

    def height(layer: int) -> float:
        return 6 + (len(kinds) - 1 - layer) * step

    for layer, kind in enumerate(kinds):
        panel.bar(0, height(layer), 96, step - 1.6, colours[kind])
    for i, layer in enumerate(writers):
        upto = writers[i + 1] if i + 1 < len(writers) else len(kinds)
        middle, entries = height(layer) + step / 2 - 0.8, 56 / (group if layer < encoder else 1)
        panel.bar(150, middle - 7, entries, 14, "cache")
        panel.arrow(98, middle, 148, middle, "cache")
        panel.line([(122, middle), (122, height(upto - 1) + step / 2 - 0.8)], "cache")
        for reader in range(layer + 1, upto):
            y = height(reader) + step / 2 - 0.8
            panel.line([(122, y), (98, y)], "cache")
        which = "encoder_cache" if layer < encoder else "decoder_cache"
        panel.text(150 + entries + 6, middle + 4, figure.say(which, group=group), "small")
    border = (height(encoder - 1) + height(encoder) + step - 1.6) / 2
    panel.line([(0, border), (96, border)], "dashed")
    panel.text(150, border - 34, figure.say("decoder"), "strong")
    panel.text(150, border + 20, figure.say("encoder"), "strong")
    for x, kind in ((0, "window"), (112, "full"), (176, "reindex"), (262, "reuse")):
        panel.bar(x, 318, 10, 10, colours[kind])
        panel.text(x + 14, 327, figure.say(kind), "small")
