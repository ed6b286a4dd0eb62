"""Interactive figures: inputs and data for their scripts, which draw them at build too.

Imports no page. Scripts stand in `scripts/play/`.
"""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

import numpy as np
import quickjs
from labs import csa, fp8, speculative
from markupsafe import Markup

from catalogue.derive.calculators import (
    MEMORY,
    MemoryFootprint,
    MissingFields,
    evaluate_lines,
    memory_footprint,
    memory_forms,
    memory_numbers,
)
from catalogue.derive.expression import evaluate_formula
from catalogue.records import Catalogue, Entry, first_date, sort_by_date
from catalogue.schema.quantities import Quantity

from . import assets
from .figures.attention_mechanisms import architecture_count, architecture_number, caching_layers
from .figures.canvas import Mechanism, Panel, enter_figure, equal_columns
from .figures.home import general_line
from .figures.meanings import kinds_of
from .format import format_integer, format_month, format_scientific, short_size
from .words import Words

State = Mapping[str, Any]


@dataclass(frozen=True)
class PlayControl:
    """An input of a figure.

    Attributes:
        name: Key in the state; in the address it follows the figure's name.
        start: Value at build.
        steps: Values of a slider, each with its label.
        groups: Options of a list under headings, as value and label; empty for a slider.
        marks: Number of boxes to tick at first; the value is a text of 0 and 1, one for each box.
    """

    name: str
    label: str
    start: Any
    steps: Sequence[tuple[Any, str]] = ()
    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    marks: int = 0

    @property
    def place(self) -> int:
        return [value for value, _ in self.steps].index(self.start)

    @property
    def shown(self) -> str:
        return self.steps[self.place][1]


@dataclass(frozen=True)
class Play:
    """An interactive figure.

    Attributes:
        name: What its script registers with `play(name, draw)`.
        script: The bundle of `assets.PLAYS` that draws it.
        data: Given to the script beside the state, as JSON.
        static_panels: Panels that no input changes, behind the others.
        runs: The slider that a Play button moves; empty without one.
    """

    name: str
    script: str
    controls: Sequence[PlayControl]
    data: Mapping[str, Any]
    static_panels: Sequence[Panel] = ()
    runs: str = ""

    @property
    def start(self) -> dict[str, Any]:
        return {control.name: control.start for control in self.controls}

    @property
    def script_data(self) -> dict[str, Any]:
        steps = {c.name: [list(column) for column in zip(*c.steps, strict=True)] for c in self.controls if c.steps}
        return {**self.data, "steps": steps}


PLAYS: dict[str, Callable[[Words, Catalogue], Play]] = {}
PLAYED: dict[str, str] = {}  # the technique on whose page a figure stands beside its guide: the one that it is about


def declares_play(
    name: str, page: str, technique: str = "", also: tuple[str, ...] = ()
) -> Callable[[Callable[[Mechanism], Play]], Callable[[Mechanism], Play]]:
    """`page` places it; it stands beside it on that of `technique`, and those of `also` lead to it."""

    def enter(make: Callable[[Mechanism], Play]) -> Callable[[Mechanism], Play]:
        def with_kinds(words: Words, catalogue: Catalogue) -> Play:
            play = make(Mechanism(name, words, catalogue))
            return replace(play, data={"kinds": kinds_of(technique), **play.data})

        PLAYS[name] = with_kinds
        enter_figure(name, page, (*filter(None, (technique,)), *also))
        if technique:
            PLAYED[name] = technique
        return make

    return enter


def _script_words(figure: Mechanism, *keys: str) -> dict[str, str]:
    return {"percent": figure.words("play.percent")} | {key: figure.say(key) for key in ("says", *keys)}


def _make_slider(
    figure: Mechanism, name: str, start: Any, values: Sequence[Any], label: str = "{value}"
) -> PlayControl:
    """A slider that begins at the value nearest to `start`."""
    start = start if start in values else min(values, key=lambda value: abs(value - start))
    steps = [(value, label.format(value=group_digits(value))) for value in values]
    return PlayControl(name, figure.say(name), start, steps)


def group_digits(number: float) -> str:
    """`16,384`; decimals stay: `0.004`."""
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


# Declared last, so it takes the place of figure.js's: it keeps what would draw, and draws nothing by itself.
_REGISTER = """
function play(name, draw) { (play.drawings ??= {})[name] = draw; }
globalThis.drawFigure = (name, data, state) => {
  const { panels, said, says = "says" } = play.drawings[name](JSON.parse(data), JSON.parse(state));
  return JSON.stringify({
    panels: panels.map(({ title, height, says, shapes }) => ({ title, height, says, shapes: shapes.join("") })),
    status: filled(JSON.parse(data).words[says], said),
  });
};
"""


@dataclass(frozen=True)
class DrawnPanel:
    title: str
    height: float
    says: str
    shapes: Markup


@dataclass(frozen=True)
class DrawnPlay:
    panels: Sequence[DrawnPanel]
    status: str


def draw_play(play: Play, state: State) -> DrawnPlay:
    """Inputs that `state` leaves out keep their first value."""
    engine = _engine_for(assets.play_source(play.script) + _REGISTER, threading.get_ident())
    drawn = json.loads(engine.get("drawFigure")(play.name, _as_json(play.data), _as_json({**play.start, **state})))
    panels = [DrawnPanel(p["title"], p["height"], p["says"], Markup(p["shapes"])) for p in drawn["panels"]]
    return DrawnPlay(panels, drawn["status"])


def run_script(page: str, function: str, *arguments: object) -> Any:
    """A page script's function, run as in a browser."""
    source = f"{assets.drawing_source(page)}\nglobalThis.call = (name, given) => JSON.stringify(eval(name)(...JSON.parse(given)));"
    engine = _engine_for(source, threading.get_ident())
    return json.loads(engine.get("call")(function, _as_json(arguments)))


@lru_cache(maxsize=16)
def _engine_for(source: str, thread: int) -> quickjs.Context:
    """QuickJS measures its stack from the thread that made it, so each thread has its own engine."""
    engine = quickjs.Context()
    engine.eval(f"(() => {{\n{source}\n}})();")
    return engine


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_CONTEXTS = [2**n for n in range(10, 21)]
_SELECTED = [2**n for n in range(7, 15)]
_BITS = 16


@declares_play("cache-context", page="guides/attention.md", technique="mla", also=("gqa", "kv-cache-compression"))
def cache_context(figure: Mechanism) -> Play:
    counted = {entry.variant.id: (entry, found) for entry, found in _counted_entries(figure.catalogue)}
    models = {
        id_: {
            "name": entry.variant.name,
            "elements": [*found.cache_elements.as_integer_ratio()],
            "window": [found.sliding_window, found.window_elements, found.state_elements],
            "stated": stated_context(entry),
        }
        for id_, (entry, found) in counted.items()
    }
    groups: dict[str, list[tuple[str, str]]] = {}
    for id_, (entry, _) in counted.items():
        groups.setdefault(entry.model.name, []).append((id_, entry.variant.name))
    start = figure.catalogue.entries["deepseek-v3-base"]
    chosen = {"a": "deepseek-llm-67b-base", "b": start.variant.id}
    controls = (
        *(PlayControl(key, figure.say(key), id_, groups=list(groups.items())) for key, id_ in chosen.items()),
        _context_slider(figure),
    )
    sizes = [cache_bytes(found, length) for _, found in counted.values() for length in (_CONTEXTS[0], _CONTEXTS[-1])]
    keys = ("same", "beyond", "curves", "curves_says", "dashed", "sizes", "sizes_says", "numbers")
    data = {
        "words": _script_words(figure, *keys) | {"listed": figure.words("punctuation.listed")},
        "models": models,
        "lengths": _CONTEXTS,
        "powers": enclosing_powers(sizes),
    }
    return Play(figure.name, "attention", controls, data, runs="context")


@declares_play("memory-strip", page="guides/attention.md", also=("mla",))
def memory_strip(figure: Mechanism) -> Play:
    context = stated_context(figure.catalogue.entries["deepseek-v3-base"])
    models: list[dict[str, Any]] = []
    for entry in general_line(figure.catalogue):
        found, date = memory_footprint(entry), first_date(entry.model)
        if isinstance(found, MissingFields) or entry.architecture is None:
            continue
        stated = stated_context(entry)
        attention = entry.architecture.attention.value
        models.append(
            {
                "name": short_size(entry.variant.name),
                "date": format_month(date, figure.words) if date else "",
                "attention": attention.value if attention else "",
                "layers": architecture_count(entry, "num_hidden_layers"),
                "numbers": format_integer(round(found.cache_elements)),
                "bytes": cache_bytes(found, context),
                "stated": _short_context(stated),
                "beyond": 0 < stated < context,
            }
        )
    steps = [(place, model["name"]) for place, model in enumerate(models)]
    control = PlayControl("model", figure.say("model"), 0, steps)
    keys = ("begins", "beyond", "strip", "strip_says", "square", "square_says", "layers", "numbers")
    data = {"words": _script_words(figure, *keys), "models": models, "context": _short_context(context)}
    return Play(figure.name, "attention", (control,), data, runs="model")


def _short_context(tokens: int) -> str:
    return f"{tokens >> 20}M" if tokens >= 2**20 else f"{tokens >> 10}K"


def _counted_entries(catalogue: Catalogue) -> Iterator[tuple[Entry, MemoryFootprint]]:
    """A variant for each architecture with a known cache, the newest model first."""
    for model in reversed(sort_by_date(catalogue.models.values())):
        for entry in catalogue.entries_of(model):
            found = memory_footprint(entry)
            if entry.variant.id == entry.architecture_owner and not isinstance(found, MissingFields):
                yield entry, found


def stated_context(entry: Entry) -> int:
    stated = entry.variant.context_length
    return int(stated.value.value) if stated and stated.value else 0


def cache_bytes(found: MemoryFootprint, length: int) -> int:
    numbers = {**memory_numbers(found), "cache_bits": _BITS, "sequences": 1, "context_length": length}
    form = {"cache_bytes": memory_forms(found, mixed=False, stored=False)["cache_bytes"]}
    return evaluate_lines({"cache_bytes": MEMORY["cache_bytes"]}, form, numbers)["cache_bytes"].value


@dataclass(frozen=True)
class AttentionLayer:
    """Dimensions of a layer that decide what attention costs a token.

    Attributes:
        heads: Query heads.
        wide: Products of a head with an entry, for the score and the sum.
        entry: Elements of a cache entry.
        ratio: Tokens in an entry.
        window: Uncompressed tokens that are read besides.
        index_heads: Heads of the indexer, each of `index_wide` elements; 0 without one.
        chooses: PlayControl with the number of selected entries; empty where all are read.
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
    """V3.2 without and with selection, and both kinds of V4-Pro's layers."""
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
    return {
        "index_heads": architecture_count(entry, "index_n_heads"),
        "index_wide": architecture_count(entry, "index_head_dim"),
    }


def attention_cost(layer: Mapping[str, Any], n: int, k: int) -> tuple[int, int, int]:
    """Products of attention and indexer, and elements read, for a token after n others."""
    entries = n // layer["ratio"]
    read = csa.read(n, layer["ratio"], k if layer["chooses"] else entries, layer["window"])
    indexed = entries * layer["index_wide"]
    return layer["heads"] * layer["wide"] * read, layer["index_heads"] * indexed, layer["entry"] * read + indexed


@declares_play("sparsity-cost", page="guides/attention.md", technique="dsa", also=("csa", "hca"))
def sparsity_cost(figure: Mechanism) -> Play:
    found = compared_layers(figure.catalogue)
    start = {"k": "deepseek-v3.2-exp", "entries": "deepseek-v4-pro-base"}
    controls = (
        _context_slider(figure),
        *(
            _make_slider(figure, key, architecture_count(figure.catalogue.entries[id_], "index_topk"), _SELECTED)
            for key, id_ in start.items()
        ),
    )
    layers = {key: asdict(layer) for key, layer in found.items()}
    ends = [sum(attention_cost(layer, n, k)[:2]) for layer in layers.values() for n in _CONTEXTS for k in _SELECTED]
    data = {
        "words": _script_words(figure, "curves", "curves_says", "bars", "bars_says", *layers, "row"),
        "layers": layers,
        "lengths": _CONTEXTS,
        "powers": enclosing_powers(ends),
    }
    return Play(figure.name, "attention", controls, data, runs="context")


def _context_slider(figure: Mechanism) -> PlayControl:
    steps = [(n, _short_context(n)) for n in _CONTEXTS]
    start = stated_context(figure.catalogue.entries["deepseek-v3-base"])
    return PlayControl("context", figure.say("context"), start, steps)


def enclosing_powers(amounts: Iterable[float]) -> list[int]:
    found = list(amounts)
    return [math.floor(math.log10(min(found))), math.ceil(math.log10(max(found)))]


@declares_play("bias-balance", page="guides/experts.md", technique="aux-loss-free")
def bias_balance(figure: Mechanism) -> Play:
    steps = 200
    controls = (
        _make_slider(
            figure, "speed", _published_bias_speed(figure.catalogue), (0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03)
        ),
        _make_slider(figure, "experts", 16, (8, 16, 32)),
        _make_slider(figure, "step", 1, range(1, steps + 1)),
    )
    keys = ("load", "load_says", "loads", "biases", "path", "path_says", "without", "with", "at_step", "says_alike")
    # `table` random numbers, which every step reads from another place, `stride` further on.
    simulation = {"rounds": steps, "tokens": 512, "sparsity": 8, "seed": 7, "table": 2**16, "stride": 7919}
    return Play(
        figure.name, "bias_balance", controls, {"words": _script_words(figure, *keys), **simulation}, runs="step"
    )


def _published_bias_speed(catalogue: Catalogue) -> float:
    for fact in catalogue.techniques["aux-loss-free"].facts:
        if "Bias update speed of DeepSeek-V3" in fact.label.en and isinstance(fact.value.value, Quantity):
            return float(fact.value.value.value)
    raise ValueError("the technique aux-loss-free states no speed of V3's bias")


@declares_play("fp8-tiles", page="guides/precision.md", technique="fp8-training")
def fp8_tiles(figure: Mechanism) -> Play:
    rows, channels = 16, 512
    tiles = (16, 32, 64, 128, 256, 512, rows * channels)
    labels = [f"1 × {width}" for width in tiles[:-1]] + [figure.say("whole")]
    controls = (
        PlayControl("tile", figure.say("tile"), tiles[-1], list(zip(tiles, labels, strict=True))),
        PlayControl("spread", figure.say("spread"), 6, [(n, format_scientific(Decimal(10) ** n)) for n in range(9)]),
        _make_slider(figure, "outlier", 1, (1, 100, 1_000, 10_000, 100_000, 1_000_000)),
    )
    keys = ("range", "range_says", "zero", "coarse", "fine", "axis", "lost", "lost_says", "tiles", "whole_short")
    data = {
        "words": _script_words(figure, *keys),
        "shape": (rows, channels),
        "seed": 2,
        "place": (5, 300),
        "tiles": tiles,
    }
    return Play(figure.name, "fp8_tiles", controls, data, [_promoted_sums(figure)], runs="outlier")


_dot_error = cache(fp8.dot_error)  # both editions show the same


def _promoted_sums(figure: Mechanism) -> Panel:
    lengths = [128 * 2**n for n in range(6)]
    errors = {
        which: [100 * _dot_error(length, every) for length in lengths]
        for which, every in (("throughout", None), ("promoted", 128))
    }
    panel = figure.new_panel("sums", 230)
    top, said = max(errors["throughout"]), kinds_of("fp8-training")
    kinds = {"throughout": said["lost"], "promoted": said["promoted"]}
    panel.line([(46, 10), (46, 180), (356, 180)], "axis")
    for which, values in errors.items():
        points = [(46 + 60 * i, 180 - 150 * value / top) for i, value in enumerate(values)]
        panel.line(points, kinds[which])
        x, y = (350.0, points[-1][1] - 8) if which == "promoted" else (330.0, 22.0)
        panel.text(x, y, f"{values[-1]:.2f}%", "strong", "end")
    for i in (0, 3, 5):
        last = i == len(lengths) - 1
        panel.text(358 if last else 46 + 60 * i, 198, f"{lengths[i]:,}", "small", "end" if last else "middle")
    panel.text(0, 226, figure.say("sums_axis"), "small")
    for row, which in enumerate(kinds):
        panel.legend(56, 12 + 19 * row, (kinds[which], figure.say(which)))
    panel.text(40, 184, "0", "small", "end")
    return panel


@declares_play("grpo", page="guides/from-a-reward-to-a-gradient.md", technique="grpo")
def grpo_advantages(figure: Mechanism) -> Play:
    shown = 8
    controls = (
        _make_slider(figure, "size", shown, range(2, 17)),
        PlayControl("rewards", figure.say("rewards"), "1011001000000000", marks=shown),
    )
    keys = ("equal", "group", "group_says", "below", "push", "push_says", "count", "right", "wrong")
    return Play(figure.name, "grpo", controls, {"words": _script_words(figure, *keys)}, runs="size")


@declares_play(
    "pipelines",
    page="guides/framework.md",
    technique="dualpipe",
    also=("pipeline-parallelism", "zero-bubble", "dualpipev"),
)
def pipeline_schedules(figure: Mechanism) -> Play:
    controls = (
        _make_slider(figure, "stages", 4, range(4, 17, 2)),
        _make_slider(figure, "batches", 8, range(4, 41, 2)),
        _make_slider(figure, "sends", 100, range(0, 101, 25), figure.words("play.percent", value="{value}")),
    )
    keys = ("few", "1f1b", "zb1p", "dualpipe", "dualpipev", "panel_says", "idle", "needs")
    # Units of a forward pass, as in the report's table: a backward pass is twice as long, half of it for the weights.
    times = {"F": 1, "B": 2, "I": 1, "W": 1}
    return Play(
        figure.name, "pipelines", controls, {"words": _script_words(figure, *keys), "times": times}, runs="batches"
    )


@declares_play("yarn", page="guides/long-context.md", technique="yarn")
def yarn_scaling(figure: Mechanism) -> Play:
    """Which rotated pairs keep their speed; starts with V3's bounds and the smallest factor."""
    entry = figure.catalogue.entries["deepseek-v3-base"]
    start = {key: architecture_count(entry, f"rope_scaling.{key}") for key in ("beta_slow", "beta_fast")}
    controls = (
        _make_slider(figure, "factor", 2, range(2, 65)),
        _make_slider(figure, "alpha", start["beta_slow"], range(1, 9)),
        _make_slider(figure, "beta", start["beta_fast"], range(16, 65)),
    )
    keys = ("turns", "turns_says", "kept", "kept_says", "bound", "pair", "fast", "mixed", "slow")
    data = {
        "words": _script_words(figure, *keys),
        "d": architecture_count(entry, "qk_rope_head_dim"),
        "base": architecture_number(entry, "rope_theta"),
        "length": architecture_count(entry, "rope_scaling.original_max_position_embeddings"),
    }
    return Play(figure.name, "yarn", controls, data, runs="factor")


@declares_play("speculative", page="guides/serving.md", technique="speculative-decoding")
def speculative_decoding(figure: Mechanism) -> Play:
    """With V3's module, at the rate that V3 published."""
    entry = figure.catalogue.entries["deepseek-v3-base"]
    guesses = architecture_count(entry, "num_nextn_predict_layers")
    cost = round(100 * guesses / architecture_count(entry, "num_hidden_layers"))
    percent = figure.words("play.percent", value="{value}")
    most, published = 8, _published_acceptance(figure.catalogue)
    controls = (
        _make_slider(figure, "alpha", published, range(101), percent),
        _make_slider(figure, "gamma", guesses, range(1, most + 1)),
        _make_slider(figure, "cost", cost, range(51), percent),
    )
    keys = ("none", "passes", "passes_says", "rate", "published", "here", "speed", "speed_says", "guesses")
    data = {"words": _script_words(figure, *keys), "most": most, "published": published}
    return Play(figure.name, "speculative", controls, data, [_acceptance_rule(figure)], runs="alpha")


def _acceptance_rule(figure: Mechanism) -> Panel:
    rule = figure.new_panel("rule", 230)
    p, q = np.array([0.42, 0.25, 0.18, 0.1, 0.05]), np.array([0.3, 0.4, 0.1, 0.15, 0.05])
    kinds = kinds_of("speculative-decoding")
    for i, (x, width) in enumerate(equal_columns(len(p), 14)):
        half, common = width / 2 - 1, min(p[i], q[i])
        rule.bar(x, 180 - 380 * p[i], half, 380 * p[i], kinds["large"])
        rule.bar(x + half + 2, 180 - 380 * q[i], half, 380 * q[i], kinds["rejected"])
        rule.bar(x + half + 2, 180 - 380 * common, half, 380 * common, kinds["draft"])
        rule.text(x + width / 2, 196, "abcde"[i], "strong", "middle")
    share = f"{100 * speculative.acceptance(p, q):.0f}"
    rule.text(0, 218, figure.say("kept", share=share), "strong")
    said = (("large", "large"), ("draft", "accepted"), ("rejected", "rejected"))
    rule.legend(70, 6, *((kinds[which], figure.say(words)) for which, words in said))
    return rule


def _published_acceptance(catalogue: Catalogue) -> int:
    for fact in catalogue.techniques["mtp"].facts:
        if fact.label.en == "Acceptance of the second token" and (
            found := re.match(r"(\d+)%", getattr(fact.value.value, "en", ""))
        ):
            return int(found[1])
    raise ValueError("the technique mtp states no acceptance of the second token")
