"""Cache against context for any two models, by the formulas with which the catalogue recounts it and the calculator works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalogue.derive.calculators import (
    MEMORY,
    Footprint,
    Missing,
    footprint,
    forms_of_memory,
    memory_numbers,
    work_out,
)
from catalogue.records import Catalogue, Entry, by_date

from ...words import Words
from ..panel import Panel
from . import Control, Data, Drawn, Play, State, figures, texts
from .curves import LENGTHS, Axes, powers, short

_BITS = 16
_KINDS = {"a": "index", "b": "cache"}


def play(words: Words, catalogue: Catalogue) -> Play:
    """It begins with the last large model without MLA and V3, at V3's context."""
    name = "cache-context"
    able = {entry.variant.id: (entry, found) for entry, found in _able(catalogue)}
    models = {
        id_: {
            "name": entry.variant.name,
            "elements": [*found.cache_elements.as_integer_ratio()],
            "window": [found.sliding_window, found.window_elements],
            "stated": stated_context(entry),
        }
        for id_, (entry, found) in able.items()
    }
    groups: dict[str, list[tuple[str, str]]] = {}
    for id_, (entry, _) in able.items():
        groups.setdefault(entry.model.name, []).append((id_, entry.variant.name))
    start = catalogue.entries["deepseek-v3-base"]
    chosen = {"a": "deepseek-llm-67b-base", "b": start.variant.id}
    steps = [(length, short(length)) for length in LENGTHS]
    controls = (
        *(
            Control(key, words(f"mechanism.{name}.{key}"), id_, groups=list(groups.items()))
            for key, id_ in chosen.items()
        ),
        Control("context", words(f"mechanism.{name}.context"), stated_context(start), steps),
    )
    sizes = [kept(found, length) for _, found in able.values() for length in (LENGTHS[0], LENGTHS[-1])]
    data = {
        "words": texts(words, name, "same", "curves", "curves_says", "dashed", "sizes", "sizes_says", "numbers"),
        "models": models,
        "lengths": LENGTHS,
        "powers": powers(sizes),
    }
    return Play("attention", controls, data, draw)


def _able(catalogue: Catalogue) -> Iterator[tuple[Entry, Footprint]]:
    """A variant for each architecture whose cache can be counted, the newest model first."""
    for model in reversed(by_date(catalogue.models.values())):
        for entry in catalogue.entries_of(model):
            found = footprint(entry)
            if entry.variant.id == entry.architecture_owner and not isinstance(found, Missing):
                yield entry, found


def stated_context(entry: Entry) -> int:
    """The longest context that is stated for a variant; 0 where none is."""
    stated = entry.variant.context_length
    return int(stated.value.value) if stated and stated.value else 0


def kept(found: Footprint, length: int) -> int:
    """Bytes of the cache of one sequence in BF16, as the memory calculator has it."""
    numbers = {**memory_numbers(found), "cache_bits": _BITS, "sequences": 1, "context_length": length}
    form = {"cache_bytes": forms_of_memory(found, mixed=False, stored=False)["cache_bytes"]}
    return work_out({"cache_bytes": MEMORY["cache_bytes"]}, form, numbers)["cache_bytes"].value


def cache_bytes(model: Mapping[str, Any], length: int) -> int:
    """The same from what the script has; tests hold both to `kept`."""
    (elements, share), (window, inside) = model["elements"], model["window"]
    total: int = round(2 * (length * elements + min(length, window) * inside * share) / share)
    return total


def draw(data: Data, state: State) -> Drawn:
    """Both caches over the context, and both at the chosen one, to scale."""
    words, lengths, axes = data["words"], data["lengths"], Axes(data["lengths"], data["powers"])
    models = {key: data["models"][state[key]] for key in _KINDS}
    context = state["context"]
    curves = Panel(words["curves"], 240, words["curves_says"])
    axes.draw(curves, 220, lambda power: "" if power % 3 else ("1 MB", "1 GB", "1 TB")[power // 3 - 2])
    for key, model in models.items():
        points = [(length, axes.place(length, cache_bytes(model, length))) for length in lengths]
        within = [point for length, point in points if not model["stated"] or length <= model["stated"]]
        beyond = [point for length, point in points if model["stated"] and length >= model["stated"]]
        for part, kind in ((within, ""), (beyond, " dashed")):
            if len(part) > 1:
                curves.line(part, _KINDS[key] + kind)
        curves.dots([axes.place(context, cache_bytes(model, context))], f"{_KINDS[key]} here")
    curves.text(34, 237, words["dashed"], "small")

    sizes = {key: cache_bytes(model, context) for key, model in models.items()}
    bars = Panel(words["sizes"].format(context=short(context)), 240, words["sizes_says"])
    for row, (key, model) in enumerate(models.items()):
        y = 20 + row * 96
        bars.text(0, y, model["name"], "strong")
        bars.bar(0, y + 10, sizes[key] / max(sizes.values()) * 356, 28, _KINDS[key])
        elements = figures(model["elements"][0] / model["elements"][1])
        bars.text(0, y + 56, f"{size(sizes[key])} · {words['numbers'].format(count=elements)}")
    more, less = sorted(sizes, key=lambda key: -sizes[key])
    said = {"more": models[more]["name"], "less": models[less]["name"], "context": short(context)}
    said |= {"much": size(sizes[more]), "little": size(sizes[less]), "times": figures(sizes[more] / sizes[less])}
    return Drawn([curves, bars], said, "same" if sizes["a"] == sizes["b"] else "says")


def size(count: float) -> str:
    """Bytes as GB, small ones as MB."""
    return f"{figures(count / 1e9)} GB" if count >= 1e9 else f"{figures(count / 1e6)} MB"
