"""One token's way through a model in six steps: look up, press, look back, choose, repeat, answer.

Vectors are to one scale, and a ledger adds up the weights at work; the sums are those of the architecture page. Chosen
experts, attention weights and word probabilities are examples, and the figure says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from catalogue.attention import kind_of
from catalogue.derive.expression import architecture_numbers, evaluate_formula
from catalogue.derive.parameters import ACTIVATED_CONVENTION
from catalogue.records import Entry

from ..assets import page_script
from ..context import Context
from ..format import format_three_digits, short_size
from .architecture.attention import TOKEN_PATHS
from .engine import DrawnPanel, run_figures

SHOWN = ("deepseek-v3-base", "deepseek-v2", "deepseek-v4-pro-base", "deepseek-v4.1-flash")
PAGE = "guides/reading-a-model.md"  # where the figure stands for all of them
_FIRST = SHOWN[0]
_BEFORE = "deepseek-llm-67b-base"  # what a cache without a latent kept
_STEPS = ("look_up", "press", "look_back", "choose", "repeat", "answer")
_NETWORK_PARTS = ("feed_forward", "routed_experts", "shared_experts", "head", "embedding")
_SMALL_PARTS = ("gate", "gate_bias", "norms", "hyper_connections")


@dataclass(frozen=True)
class LedgerPart:
    key: str
    label: str
    count: int
    step: int


def token_path(context: Context, ids: Sequence[str] = SHOWN) -> Markup:
    """Models to choose from; empty where the first is not in the catalogue."""
    entries = [context.catalogue.entries[id_] for id_ in ids if id_ in context.catalogue.entries]
    paths = [path_of(context, entry) for entry in entries if entry.recount and entry.recount.total]
    if not paths:
        return Markup()
    html = context.html("token_path.html.jinja", paths=paths, compact=format_three_digits)
    return Markup(html) + page_script("steps")


def path_of(context: Context, entry: Entry) -> dict[str, Any]:
    """`met` of a step are the weights at work so far."""
    assert entry.architecture is not None
    assert entry.recount is not None
    assert entry.recount.total is not None
    assert entry.recount.kv_cache is not None
    drawn_kind = kind_of(entry.architecture)
    assert drawn_kind is not None
    kind = TOKEN_PATHS[drawn_kind.kind]
    if kind is None:
        raise ValueError(f"{entry.variant.id}: TOKEN_PATHS says that no token's path is drawn of {drawn_kind.kind}")
    a, cache = architecture_numbers(entry.architecture), int(entry.recount.kv_cache.value)
    entry_size = evaluate_formula("entry", drawn_kind.caching_layers[0].entry, a).value
    ledger = _ledger_parts(context, entry)
    values: dict[str, object] = {name: f"{number:,}" for name, number in a.items()} | {
        "name": short_size(entry.variant.name),
        "entry": f"{entry_size:,}",
        "cache": f"{cache:,}",
        "experts_at_work": a["num_experts_per_tok"] + a["n_shared_experts"],
        "idle": a["n_routed_experts"] - a["num_experts_per_tok"],
        "networks": a["n_routed_experts"] + a["n_shared_experts"],
    }
    before = context.catalogue.entries.get(_BEFORE)
    most = before.recount.kv_cache if before and before.recount else None
    per_layer = next(part.count for part in ledger if part.key == "attention") // a["num_hidden_layers"]
    given = {
        "a": a,
        "values": values,
        "kind": vars(kind),
        "forms": [(form.name, a[form.ratio] if form.ratio else 1) for form in drawn_kind.caching_layers],
        "entry": entry_size,
        "cache": cache,
        "attention": format_three_digits(per_layer),
        "before": {"name": short_size(before.variant.name), "cache": int(most.value)} if before and most else None,
    }

    def said(key: str, **more: object) -> str:
        return context.words(f"token.{key}", **values, **more)

    chosen = "grouped" if a.get("n_group", 1) > 1 else "plain"
    sentences = {"press": kind.sentences, "look_back": kind.sentences, "choose": chosen, "repeat": kind.sentences}
    drawn = run_figures("tokenPath", given, context=context)
    steps = [
        {
            "title": said(f"{name}.title"),
            "sentence": said(f"{name}.{sentences.get(name, 'says')}"),
            "panels": [DrawnPanel.of(panel) for panel in panels],
            "met": sum(part.count for part in ledger if part.step <= number),
            "kept": said(f"kept.{'nothing' if number < 2 else kind.cached if number < 5 else 'all'}"),
        }
        for number, (name, panels) in enumerate(zip(_STEPS, drawn, strict=True), start=1)
    ]
    reading, whole = entry.recount.prefill, "whole_backbone" if entry.recount.engram else "whole"
    return {
        "id": entry.variant.id,
        "name": values["name"],
        "page": f"ds:models/{entry.model.id}/architecture.md",
        "steps": steps,
        "ledger": ledger,
        "total": entry.recount.total,
        "at_work": sum(part.count for part in ledger),
        "whole": said(whole, total=format_three_digits(entry.recount.total)),
        "reading": said("reading", count=format_three_digits(int(reading.value))) if reading else "",
    }


def _ledger_parts(context: Context, entry: Entry) -> list[LedgerPart]:
    assert entry.recount is not None
    count = {term.name: int(term.value) for term in entry.recount.terms}
    idle = int(entry.recount.inactive_experts.value) if entry.recount.inactive_experts else 0
    routed = count["routed_experts"] - idle
    small = sum(count.get(name, 0) for name in _SMALL_PARTS)
    attention = sum(n for name, n in count.items() if name not in (*_NETWORK_PARTS, *_SMALL_PARTS))
    parts = (
        ("attention", attention, 3),
        ("routed", routed, 4),
        ("shared", count.get("shared_experts", 0), 4),
        ("dense", count.get("feed_forward", 0), 5),
        ("small", small, 5),
        ("head", count.get("head", 0), 6),
    )
    found = [LedgerPart(key, context.words(f"token.part.{key}"), n, step) for key, n, step in parts if n]
    assert sum(part.count for part in found) == entry.recount.activated[ACTIVATED_CONVENTION], entry.variant.id
    return found
