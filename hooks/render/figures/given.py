"""Numbers that figures ask for by name, `lab("kept", …)` in their scripts: what the catalogue and the labs have not got ready."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache, reduce
from importlib import import_module
from typing import Any, TypeVar

import numpy as np
from labs import all_to_all, dsa, mhc, muon, router, schedules
from labs.norm import softmax
from labs.policy_gradient import exact_gradient, sampled_gradients

from catalogue.attention import CachingLayers, kind_of
from catalogue.derive.calculators import MemoryFootprint, MissingFields, memory_footprint
from catalogue.derive.expression import architecture_numbers, evaluate_formula, formula_names, parse_layout
from catalogue.derive.training import OPTIMIZERS
from catalogue.records import Entry, first_date
from catalogue.schema.quantities import Quantity
from catalogue.schema.training import OptimizerKind

from ..context import Context
from ..format import format_month, short_size
from .home import general_line

Give = TypeVar("Give", bound=Callable[..., Any])
GIVEN: dict[str, Callable[..., Any]] = {}


def gives(function: Give) -> Give:
    """Under its own name; takes the context and what the script says, and returns what JSON can hold, arrays among it."""
    GIVEN[function.__name__] = function
    return function


@cache
def lab_result(name: str, arguments: str) -> Any:
    """Of `module.function` in labs/ with arguments as JSON; kept, for every edition shows the same."""
    module, _, attribute = name.partition(".")
    found = getattr(import_module(f"labs.{module}"), attribute)
    given = (np.asarray(each) if isinstance(each, list) else each for each in json.loads(arguments))
    return found(*given) if callable(found) else found


@cache
def random_numbers(seed: int, draws: str) -> list[np.ndarray]:
    """Arrays of one generator, each drawn as its method, what that takes, and its shape say."""
    generator = np.random.default_rng(seed)
    return [getattr(generator, method)(*given) for method, *given in json.loads(draws)]


def architecture_number(entry: Entry, path: str) -> float:
    """A value of an architecture, such as `rope_scaling.factor`. Raises ValueError where it is not stated."""
    value: Any = reduce(getattr, [*path.split("."), "value"], entry.architecture)
    if value is None:
        raise ValueError(f"{entry.variant.id} has no {path}")
    return float(value.value if isinstance(value, Quantity) else value)


def architecture_count(entry: Entry, path: str) -> int:
    return int(architecture_number(entry, path))


def _caching_layers(entry: Entry) -> tuple[Mapping[str, int], tuple[CachingLayers, ...]]:
    """Numbers of an architecture and its caching layers. Raises ValueError where the attention is not published."""
    kind = kind_of(entry.architecture) if entry.architecture is not None else None
    if entry.architecture is None or kind is None:
        raise ValueError(f"{entry.variant.id} has no attention")
    return architecture_numbers(entry.architecture), kind.caching_layers


@gives
def kept(context: Context, id_: str) -> dict[str, Any]:
    """Elements that a layer caches of a token, of the first kind where there are several; query heads, and those with a cache of their own (0: a latent)."""
    entry = context.catalogue.entries[id_]
    numbers, (layers, *_) = _caching_layers(entry)
    attention = entry.architecture.attention.value if entry.architecture else None
    return {
        "kept": evaluate_formula("kept", layers.per_token(numbers), numbers).value,
        "queries": numbers["num_attention_heads"],
        "groups": numbers["num_key_value_heads"] if "head_dim" in formula_names(layers.entry) else 0,
        "kind": attention.value if attention else "",
        "name": entry.variant.name or entry.variant.id,
    }


@gives
def selected(context: Context, tokens: int, most: int) -> np.ndarray:
    """Places of an indexer's example choice, as token and the one that it reads."""
    rng = np.random.default_rng(3)
    scores = dsa.index_scores(
        rng.standard_normal((tokens, 2, 4)), rng.random((tokens, 2)), rng.standard_normal((tokens, 4))
    )
    return np.argwhere(dsa.selected(scores, most))


@gives
def picked(context: Context, seed: int, size: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).choice(size, count, replace=False)


@gives
def layer_kinds(context: Context, id_: str) -> list[str]:
    """What each layer does with the cache, from the first on."""
    architecture = context.catalogue.entries[id_].architecture
    stated = architecture.attention_layout if architecture else None
    return [layer.partition("+")[0] for layer in parse_layout(str(stated.value))] if stated else []


@gives
def learning_rates(context: Context, count: int) -> dict[str, np.ndarray]:
    """DeepSeek LLM's steps and a cosine over a run of length 1."""
    phases = context.catalogue.models["deepseek-llm"].training[0].learning_rate.phases  # type: ignore[union-attr]
    drops = [float(phase.until.value.value) / 100 for phase in phases[:-1]]  # type: ignore[union-attr]
    x = np.linspace(0.004, 1, count)
    return {"x": x, "steps": schedules.multi_step(x, drops, 10**-0.5), "cosine": schedules.cosine(x, 0.1)}


@gives
def muon_values(context: Context) -> dict[str, np.ndarray]:
    """Singular values of an example gradient before and after Muon."""
    rng = np.random.default_rng(4)
    G = rng.standard_normal((24, 3)) @ rng.standard_normal((3, 24)) + 0.1 * rng.standard_normal((24, 24))
    matrices = {"before": G / np.linalg.norm(G, 2), "after": muon.newton_schulz(G)}
    return {name: np.linalg.svd(matrix, compute_uv=False) for name, matrix in matrices.items()}


@gives
def evened_momentum(context: Context) -> dict[str, np.ndarray]:
    """An example table of momentum, and the same with rows and columns of one length."""
    rng = np.random.default_rng(5)
    even = table = np.abs(rng.standard_normal((10, 6))) * rng.gamma(0.7, 1, (10, 1)) + 0.02
    for _ in range(20):
        even = even / np.linalg.norm(even, axis=1, keepdims=True)
        even = even / np.linalg.norm(even, axis=0, keepdims=True) * (10 / 6) ** 0.5
    return {"before": table, "after": even / np.linalg.norm(even, axis=1, keepdims=True)}


@gives
def residual_streams(context: Context, id_: str) -> dict[str, Any]:
    """An example mixing before and after Sinkhorn, and the gain after each mixing of the network, free and bound."""
    entry, rng = context.catalogue.entries[id_], np.random.default_rng(9)
    n, iterations = architecture_count(entry, "hc_mult"), architecture_count(entry, "hc_sinkhorn_iters")
    mixings = 2 * architecture_count(entry, "num_hidden_layers")  # at attention, and at experts
    raw = rng.standard_normal((n, n))
    free = [np.eye(n) + 0.25 * rng.standard_normal((n, n)) for _ in range(mixings)]
    bound = [mhc.sinkhorn(rng.standard_normal((n, n)), iterations) for _ in range(mixings)]
    gains = {
        name: [float(mhc.gain(matrices[: i + 1])) for i in range(mixings)]
        for name, matrices in (("free", free), ("bound", bound))
    }
    return {"before": np.exp(raw), "after": mhc.sinkhorn(raw, iterations), **gains}


@gives
def moments(context: Context, optimizer: str) -> int:
    return OPTIMIZERS[OptimizerKind(optimizer)].moments


def _gates_of(entry: Entry, tokens: int, limited: bool = True) -> np.ndarray:
    names = ("n_routed_experts", "num_experts_per_tok", "n_group", "topk_group")
    n, k, *groups = (architecture_count(entry, name) for name in names)
    scale = architecture_number(entry, "routed_scaling_factor")
    return _route_tokens(tokens, n, k, *(groups if limited else (1, 1)), scale)


@lru_cache(maxsize=8)  # both editions draw the same
def _route_tokens(tokens: int, n: int, k: int, groups: int, best: int, scale: float) -> np.ndarray:
    rng = np.random.default_rng(11)
    u, e = rng.standard_normal((tokens, 16)), rng.standard_normal((n, 16)) / 2
    gates: np.ndarray = router.route(u, e, np.zeros(n), k, groups, best, scale)
    return gates


@gives
def example_gates(context: Context, id_: str) -> dict[str, Any]:
    entry = context.catalogue.entries[id_]
    return {"gates": _gates_of(entry, 1)[0], "groups": architecture_count(entry, "n_group")}


@gives
def nodes_visited(context: Context, id_: str, tokens: int, limited: bool) -> np.ndarray:
    """By how many nodes each token is computed."""
    entry = context.catalogue.entries[id_]
    visited: np.ndarray = all_to_all.copies(_gates_of(entry, tokens, limited) > 0, architecture_count(entry, "n_group"))
    return visited


@gives
def baseline_noise(context: Context, count: int, based: bool) -> dict[str, Any]:
    """Means of sampled gradients of the best answer, and what they come to."""
    logits, reward, best = np.array([1.0, 0.0, 0.0, -1.0]), np.array([10.0, 10.0, 11.0, 10.0]), 2
    baseline = float(softmax(logits) @ reward) if based else 0.0
    samples = sampled_gradients(logits, reward, count, np.random.default_rng(3), baseline)[:, best]
    means = np.cumsum(samples) / np.arange(1, count + 1)
    return {"means": means, "deviation": samples.std(), "exact": exact_gradient(logits, reward)[best]}


@gives
def worked_step(context: Context) -> dict[str, Any] | None:
    """None where it has not been written."""
    found = context.catalogue.worked_step
    if found is None:
        return None
    right = found.answers.index(found.right)
    course = {label: [shares[right] for shares in steps] for label, steps in found.course.items()}
    return {
        "answers": found.answers,
        "right": right,
        "before": found.before,
        "one_group": vars(found.one_group),
        "nothing": found.all_groups.share_that_teach_nothing,
        "divided": course["divided by the deviation"],
        "not_divided": course["not divided"],
    }


@gives
def gpus_of_a_unit(context: Context, unit: str) -> int:
    """GPUs over which a serving unit spreads its experts. Raises ValueError where it is not stated."""
    stated = context.lookup.find(f"pd-disaggregation/facts.{unit}-unit-february-2025.value").value.en
    found = re.search(r"experts (\d+)-way", stated)
    if found is None:
        raise ValueError(f"pd-disaggregation states no spread of the {unit} unit")
    return int(found[1])


def cache_of(entry: Entry, found: MemoryFootprint) -> dict[str, Any]:
    return {
        "elements": found.cache_elements.as_integer_ratio(),
        "window": [found.sliding_window, found.window_elements, found.state_elements],
        "stated": int(stated.value.value) if (stated := entry.variant.context_length) and stated.value else 0,
    }


def _counted(entries: Iterable[Entry]) -> Iterator[tuple[Entry, MemoryFootprint]]:
    for entry in entries:
        found = memory_footprint(entry)
        if not isinstance(found, MissingFields):
            yield entry, found


@gives
def caches_of_the_line(context: Context) -> list[dict[str, Any]]:
    return [
        {
            "name": short_size(entry.variant.name),
            "date": format_month(date, context.words) if (date := first_date(entry.model)) else "",
            "attention": entry.architecture.attention.value,
            **cache_of(entry, found),
        }
        for entry, found in _counted(general_line(context.catalogue))
        if entry.architecture is not None
    ]


@gives
def compared_layers(context: Context) -> dict[str, dict[str, Any]]:
    """What decides the cost of attention to a token, in V3.2 without and with selection and in both kinds of V4-Pro's layers.

    `wide` are the products of a head with an entry, for the score and the sum; `chooses` is the input with the number of
    selected entries, empty where all are read.
    """
    old, new = (context.catalogue.entries[id_] for id_ in ("deepseek-v3.2-exp", "deepseek-v4-pro-base"))
    numbers, (latent,) = _caching_layers(old)
    entry = evaluate_formula("entry", latent.entry, numbers).value
    whole = {"ratio": 1, "window": 0, "index_heads": 0, "index_wide": 0, "chooses": ""}
    dense = whole | {"heads": numbers["num_attention_heads"], "wide": entry + numbers["kv_lora_rank"], "entry": entry}
    numbers, forms = _caching_layers(new)
    compressed = {}
    for form in forms:
        entry = evaluate_formula("entry", form.entry, numbers).value
        own = {"heads": numbers["num_attention_heads"], "wide": 2 * entry, "entry": entry}
        compressed[form.name] = whole | own | {"ratio": numbers[form.ratio], "window": numbers["sliding_window"]}
    return {
        "dense": dense,
        "dsa": dense | _indexer_of(old) | {"chooses": "k"},
        "csa": compressed["csa"] | _indexer_of(new) | {"chooses": "entries"},
        "hca": compressed["hca"],
    }


def _indexer_of(entry: Entry) -> dict[str, int]:
    return {
        f"index_{name}": architecture_count(entry, f"index_{of}")
        for name, of in (("heads", "n_heads"), ("wide", "head_dim"))
    }
