"""What attention keeps and computes over the context: the cache of two models, and sparse attention against dense."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from labs import csa

from catalogue.derive.calculators import (
    MEMORY,
    Footprint,
    Missing,
    forms_of_memory,
    memory_footprint,
    memory_numbers,
    work_out,
)
from catalogue.derive.expression import evaluate_formula
from catalogue.records import Catalogue, Entry, by_date, first_date

from ..figures.home_line import general_line
from ..format import format_integer, format_month, short_size
from ..mechanisms.attention import caching_layers, dimension
from ..words import Words
from . import Control, Play, figure_words, slider

_CONTEXTS = [2**n for n in range(10, 21)]
_SELECTED = [2**n for n in range(7, 15)]
_BITS = 16


def cache_context(words: Words, catalogue: Catalogue) -> Play:
    """The cache of two models over the context, at first the last large model without MLA and V3, at V3's context."""
    name = "cache-context"
    counted = {entry.variant.id: (entry, found) for entry, found in _counted_entries(catalogue)}
    models = {
        id_: {
            "name": entry.variant.name,
            "elements": [*found.cache_elements.as_integer_ratio()],
            "window": [found.sliding_window, found.window_elements],
            "stated": stated_context(entry),
        }
        for id_, (entry, found) in counted.items()
    }
    groups: dict[str, list[tuple[str, str]]] = {}
    for id_, (entry, _) in counted.items():
        groups.setdefault(entry.model.name, []).append((id_, entry.variant.name))
    start = catalogue.entries["deepseek-v3-base"]
    chosen = {"a": "deepseek-llm-67b-base", "b": start.variant.id}
    controls = (
        *(
            Control(key, words(f"mechanism.{name}.{key}"), id_, groups=list(groups.items()))
            for key, id_ in chosen.items()
        ),
        _context_slider(words, name, stated_context(start)),
    )
    sizes = [cache_bytes(found, length) for _, found in counted.values() for length in (_CONTEXTS[0], _CONTEXTS[-1])]
    data = {
        "words": {
            **figure_words(
                words, name, "same", "beyond", "curves", "curves_says", "dashed", "sizes", "sizes_says", "numbers"
            ),
            "listed": words("punctuation.listed"),
        },
        "models": models,
        "lengths": _CONTEXTS,
        "powers": enclosing_powers(sizes),
    }
    return Play(name, "attention", controls, data, runs="context")


def memory_strip(words: Words, catalogue: Catalogue) -> Play:
    """What a text as long as V3 can read costs each model of the general line in memory, the oldest first."""
    name = "memory-strip"
    context = stated_context(catalogue.entries["deepseek-v3-base"])
    models: list[dict[str, Any]] = []
    for entry in general_line(catalogue):
        found, date = memory_footprint(entry), first_date(entry.model)
        if isinstance(found, Missing) or entry.architecture is None:
            continue
        stated = stated_context(entry)
        attention = entry.architecture.attention.value
        models.append(
            {
                "name": short_size(entry.variant.name),
                "date": format_month(date, words) if date else "",
                "attention": attention.value if attention else "",
                "layers": dimension(entry, "num_hidden_layers"),
                "numbers": format_integer(round(found.cache_elements)),
                "bytes": cache_bytes(found, context),
                "stated": _short_context(stated),
                "beyond": 0 < stated < context,
            }
        )
    steps = [(place, model["name"]) for place, model in enumerate(models)]
    control = Control("model", words(f"mechanism.{name}.model"), 0, steps)
    keys = ("begins", "beyond", "strip", "strip_says", "square", "square_says", "layers", "numbers")
    data = {"words": figure_words(words, name, *keys), "models": models, "context": _short_context(context)}
    return Play(name, "attention", (control,), data, runs="model")


def _short_context(tokens: int) -> str:
    return f"{tokens >> 20}M" if tokens >= 2**20 else f"{tokens >> 10}K"


def _counted_entries(catalogue: Catalogue) -> Iterator[tuple[Entry, Footprint]]:
    """A variant for each architecture whose cache can be counted, the newest model first."""
    for model in reversed(by_date(catalogue.models.values())):
        for entry in catalogue.entries_of(model):
            found = memory_footprint(entry)
            if entry.variant.id == entry.architecture_owner and not isinstance(found, Missing):
                yield entry, found


def stated_context(entry: Entry) -> int:
    """The longest context that is stated for a variant, in tokens; 0 where none is."""
    stated = entry.variant.context_length
    return int(stated.value.value) if stated and stated.value else 0


def cache_bytes(found: Footprint, length: int) -> int:
    """Bytes of the cache of one sequence of `length` tokens in BF16, by the formula of the memory calculator."""
    numbers = {**memory_numbers(found), "cache_bits": _BITS, "sequences": 1, "context_length": length}
    form = {"cache_bytes": forms_of_memory(found, mixed=False, stored=False)["cache_bytes"]}
    return work_out({"cache_bytes": MEMORY["cache_bytes"]}, form, numbers)["cache_bytes"].value


@dataclass(frozen=True)
class AttentionLayer:
    """Dimensions of one layer that decide what attention costs a token.

    Attributes:
        heads: Query heads.
        wide: Products of a head with an entry, for the score and for the sum.
        entry: Numbers in an entry of the cache.
        ratio: Tokens in an entry.
        window: Uncompressed tokens that are read besides.
        index_heads: Heads of the indexer, each of `index_wide` numbers; 0 without one.
        chooses: The control with the number of selected entries; all are read where it is empty.
    """

    heads: int
    wide: int
    entry: int
    ratio: int = 1
    window: int = 0
    index_heads: int = 0
    index_wide: int = 0
    chooses: str = ""


def compared_layers(catalogue: Catalogue) -> dict[str, AttentionLayer]:
    """V3.2's layer without selection and with it, and the two kinds of V4-Pro."""
    old, new = catalogue.entries["deepseek-v3.2-exp"], catalogue.entries["deepseek-v4-pro-base"]
    numbers, (latent,) = caching_layers(old)
    entry = evaluate_formula("entry", latent.entry, numbers).value
    mla = AttentionLayer(numbers["num_attention_heads"], entry + numbers["kv_lora_rank"], entry)
    numbers, forms = caching_layers(new)
    compressed = {
        form.name: AttentionLayer(
            numbers["num_attention_heads"],
            2 * (entry := evaluate_formula("entry", form.entry, numbers).value),
            entry,
            numbers[form.ratio],
            numbers["sliding_window"],
        )
        for form in forms
    }
    return {
        "dense": mla,
        "dsa": replace(mla, **_indexer_dimensions(old), chooses="k"),
        "csa": replace(compressed["csa"], **_indexer_dimensions(new), chooses="entries"),
        "hca": compressed["hca"],
    }


def _indexer_dimensions(entry: Entry) -> dict[str, Any]:
    return {"index_heads": dimension(entry, "index_n_heads"), "index_wide": dimension(entry, "index_head_dim")}


def attention_cost(layer: Mapping[str, Any], n: int, k: int) -> tuple[int, int, int]:
    """Products of attention and of the indexer, and numbers read from the cache, for a token that sees n others."""
    entries = n // layer["ratio"]
    read = csa.read(n, layer["ratio"], k if layer["chooses"] else entries, layer["window"])
    indexed = entries * layer["index_wide"]
    return layer["heads"] * layer["wide"] * read, layer["index_heads"] * indexed, layer["entry"] * read + indexed


def sparsity_cost(words: Words, catalogue: Catalogue) -> Play:
    """What one token costs one layer, at first in V3.2's context and with as many entries as the models select."""
    name, found = "sparsity-cost", compared_layers(catalogue)
    start = {"k": "deepseek-v3.2-exp", "entries": "deepseek-v4-pro-base"}
    controls = (
        _context_slider(words, name, stated_context(catalogue.entries["deepseek-v3.2-exp"])),
        *(
            slider(words, name, key, dimension(catalogue.entries[id_], "index_topk"), _SELECTED)
            for key, id_ in start.items()
        ),
    )
    layers = {key: asdict(layer) for key, layer in found.items()}
    ends = [sum(attention_cost(layer, n, k)[:2]) for layer in layers.values() for n in _CONTEXTS for k in _SELECTED]
    data = {
        "words": figure_words(words, name, "curves", "curves_says", "bars", "bars_says", *layers, "row"),
        "layers": layers,
        "lengths": _CONTEXTS,
        "powers": enclosing_powers(ends),
    }
    return Play(name, "attention", controls, data, runs="context")


def _context_slider(words: Words, figure: str, stated: int) -> Control:
    """A slider that begins at the longest step within a stated context."""
    start = max((n for n in _CONTEXTS if n <= stated), default=_CONTEXTS[0])
    steps = [(n, _short_context(n)) for n in _CONTEXTS]
    return Control("context", words(f"mechanism.{figure}.context"), start, steps)


def enclosing_powers(amounts: Iterable[float]) -> list[int]:
    """The exponents of ten below and above all amounts."""
    found = list(amounts)
    return [math.floor(math.log10(min(found))), math.ceil(math.log10(max(found)))]
