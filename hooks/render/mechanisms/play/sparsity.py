"""Sparsity against cost: what one token costs one layer, in products and in numbers read, by context and by how many are selected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from labs import csa

from catalogue.records import Catalogue, Entry

from ...words import Words
from ..attention import dimension
from ..panel import Panel
from . import Control, Data, Drawn, Play, State, figures, fixed, power, slider, ten, texts
from .cache import stated_context
from .curves import LENGTHS, Axes, powers, short

_SELECTED = [2**n for n in range(7, 15)]
_KINDS = {"dense": "off", "dsa": "attention", "csa": "index", "hca": "cache"}


@dataclass(frozen=True)
class Layer:
    """A form of attention.

    Attributes:
        heads: Query heads.
        wide: Products of a head with an entry: for the score and for the sum.
        entry: Numbers in an entry of the cache.
        ratio: Tokens in an entry.
        window: Uncompressed tokens that are read besides.
        index_heads: Heads of the indexer, each of `index_wide` numbers; 0 without one.
        chooses: The control with the number of entries that are selected; all are read where it is empty.
    """

    heads: int
    wide: int
    entry: int
    ratio: int = 1
    window: int = 0
    index_heads: int = 0
    index_wide: int = 0
    chooses: str = ""


def layers(catalogue: Catalogue) -> dict[str, Layer]:
    """V3.2's layer without selection and with it, and the two kinds of V4-Pro."""
    old, new = catalogue.entries["deepseek-v3.2-exp"], catalogue.entries["deepseek-v4-pro-base"]
    latent, turned = dimension(old, "kv_lora_rank"), dimension(old, "qk_rope_head_dim")
    head, window = dimension(new, "head_dim"), dimension(new, "sliding_window")
    mla = Layer(dimension(old, "num_attention_heads"), 2 * latent + turned, latent + turned)
    shared = Layer(dimension(new, "num_attention_heads"), 2 * head, head, window=window)
    return {
        "dense": mla,
        "dsa": replace(mla, **_indexer(old), chooses="k"),
        "csa": replace(shared, ratio=dimension(new, "csa_compress_ratio"), **_indexer(new), chooses="entries"),
        "hca": replace(shared, ratio=dimension(new, "hca_compress_ratio")),
    }


def _indexer(entry: Entry) -> dict[str, Any]:
    return {"index_heads": dimension(entry, "index_n_heads"), "index_wide": dimension(entry, "index_head_dim")}


def play(words: Words, catalogue: Catalogue) -> Play:
    """It begins with V3.2's context and with as many as the models select."""
    name, found = "sparsity-cost", layers(catalogue)
    longest = stated_context(catalogue.entries["deepseek-v3.2-exp"])
    start = {"k": "deepseek-v3.2-exp", "entries": "deepseek-v4-pro-base"}
    controls = (
        Control("context", words(f"mechanism.{name}.context"), longest, [(n, short(n)) for n in LENGTHS]),
        *(
            slider(words, name, key, dimension(catalogue.entries[id_], "index_topk"), _SELECTED)
            for key, id_ in start.items()
        ),
    )
    ends = [sum(cost(asdict(layer), n, k)[:2]) for layer in found.values() for n in LENGTHS for k in _SELECTED]
    data = {
        "words": texts(words, name, "curves", "curves_says", "bars", "bars_says", *_KINDS, "row"),
        "layers": {key: asdict(layer) for key, layer in found.items()},
        "lengths": LENGTHS,
        "powers": powers(ends),
    }
    return Play("attention", controls, data, draw)


def cost(layer: Mapping[str, Any], n: int, k: int) -> tuple[int, int, int]:
    """Products of attention and of the indexer, and numbers read from the cache, where a token sees n."""
    entries = n // layer["ratio"]
    read = csa.read(n, layer["ratio"], k if layer["chooses"] else entries, layer["window"])
    indexed = entries * layer["index_wide"]
    return layer["heads"] * layer["wide"] * read, layer["index_heads"] * indexed, layer["entry"] * read + indexed


def draw(data: Data, state: State) -> Drawn:
    """Products of each form over the context, and those at the chosen one to scale, the indexer's part pale."""
    words, lengths, context = data["words"], data["lengths"], state["context"]
    axes = Axes(lengths, data["powers"])

    def at(layer: Mapping[str, Any], n: int) -> tuple[int, int, int]:
        return cost(layer, n, state.get(layer["chooses"], 0))

    curves = Panel(words["curves"], 226, words["curves_says"])
    axes.draw(curves, 222, ten)
    for key, layer in data["layers"].items():
        curves.line([axes.place(n, sum(at(layer, n)[:2])) for n in lengths], _KINDS[key])
        curves.dots([axes.place(context, sum(at(layer, context)[:2]))], f"{_KINDS[key]} here")

    found = {key: at(layer, context) for key, layer in data["layers"].items()}
    most, numbers = sum(found["dense"][:2]), found["dense"][2]
    bars = Panel(words["bars"].format(context=short(context)), 226, words["bars_says"])
    for row, (key, (attention, indexer, read)) in enumerate(found.items()):
        y, longest = 12 + row * 56, 356 / max(sum(each[:2]) for each in found.values())
        bars.text(0, y, words[key], "strong")
        bars.bar(0, y + 6, attention * longest, 16, _KINDS[key])
        if indexer:
            bars.bar(attention * longest, y + 6, indexer * longest, 16, f"{_KINDS[key]} soft")
        share = {"products": figures(100 * (attention + indexer) / most), "read": figures(100 * read / numbers)}
        bars.text(0, y + 36, words["row"].format(**share), "small")
    said: dict[str, object] = {"context": short(context), "products": power(most)}
    said |= {key: figures(100 * sum(each[:2]) / most) for key, each in found.items()}
    return Drawn([curves, bars], said | {"indexer": fixed(100 * found["dsa"][1] / sum(found["dsa"][:2]))})
