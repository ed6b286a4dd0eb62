"""Mechanisms, drawn: for each a function that gives its panels, and the technique whose page shows it.

Figures are computed by the modules of labs/ or from the catalogue's dimensions. May import labs and the catalogue, no pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from catalogue.records import Catalogue

from .. import assets
from ..context import Context
from ..words import Words
from .attention import attention_cache, causal_encoder_decoder, csa_windows, dsa_selection, mla_two_ways
from .experts import node_limit, router_of_v3
from .panel import Panel
from .play import Play, bias, cache, group, ramp, schedule, sparsity, speculation, tiles
from .text import (
    fill_in_the_middle,
    networks_in_memory,
    packing_documents,
)
from .training import learning_rates, mtp_modules, muon_values, streams

MECHANISMS: dict[str, Callable[[Words, Catalogue], list[Panel]]] = {
    "attention-cache": attention_cache,
    "mla-two-ways": mla_two_ways,
    "dsa-selection": dsa_selection,
    "csa-windows": csa_windows,
    "ced": causal_encoder_decoder,
    "router": router_of_v3,
    "node-limit": node_limit,
    "multi-step": learning_rates,
    "muon": muon_values,
    "mtp": mtp_modules,
    "mhc": streams,
    "fim": fill_in_the_middle,
    "packing": packing_documents,
    "networks": networks_in_memory,
}
# Those that can be played with.
PLAYS: dict[str, Callable[[Words, Catalogue], Play]] = {
    "bias-balance": bias.play,
    "cache-context": cache.play,
    "fp8-tiles": tiles.play,
    "grpo": group.play,
    "pipelines": schedule.play,
    "sparsity-cost": sparsity.play,
    "speculative": speculation.play,
    "yarn": ramp.play,
}
# What the page of a technique shows: mechanisms, and modules of labs/.
SHOWN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pre-norm-rmsnorm": ((), ("norm",)),
    "swiglu": ((), ("norm",)),
    "rope": ((), ("rope",)),
    "yarn": (("yarn",), ("yarn",)),
    "mha": (("attention-cache",), ("attention",)),
    "mqa": (("attention-cache",), ("attention",)),
    "gqa": (("attention-cache", "cache-context"), ("attention",)),
    "mla": (("mla-two-ways", "attention-cache", "cache-context"), ("mla",)),
    "kv-cache-compression": (("cache-context",), ()),
    "dsa": (("dsa-selection", "sparsity-cost"), ("dsa",)),
    "csa": (("csa-windows", "sparsity-cost"), ("csa",)),
    "hca": (("csa-windows", "sparsity-cost"), ("csa",)),
    "ced": (("ced",), ("ced",)),
    "deepseekmoe": (("router",), ("router",)),
    "aux-balance-loss": ((), ("balance",)),
    "aux-loss-free": (("bias-balance", "router"), ("balance", "router")),
    "node-limited-routing": (("node-limit",), ("all_to_all",)),
    "expert-parallelism": (("node-limit",), ()),
    "mtp": (("mtp",), ("mtp",)),
    "fim": (("fim",), ("fim",)),
    "document-packing": (("packing",), ("packing",)),
    "multi-step-lr": (("multi-step",), ("schedules",)),
    "wsd": ((), ("schedules",)),
    "muon": (("muon",), ("muon",)),
    "mhc": (("mhc",), ("mhc",)),
    "engram": ((), ("engram",)),
    "pipeline-parallelism": (("pipelines",), ("pipeline",)),
    "zero-bubble": (("pipelines",), ("zero_bubble",)),
    "dualpipe": (("pipelines",), ("dualpipe",)),
    "dualpipev": (("pipelines",), ("dualpipe",)),
    "fp8-training": (("fp8-tiles",), ("fp8",)),
    "speculative-decoding": (("speculative",), ("speculative",)),
    "grpo": (("grpo", "networks"), ("grpo",)),
    "ppo": (("networks",), ("ppo",)),
    "dpo": (("networks",), ("dpo",)),
}
_LABS = Path(__file__).parents[3] / "labs"


def mechanism(context: Context, name: str, state: Mapping[str, Any] | None = None) -> str:
    """The figure of a mechanism with its caption; one that can be played with in a state, or as it begins."""
    if state:
        return _drawn(context, name, state)
    return context.once(f"mechanism-{name}", lambda: _drawn(context, name, {}))


def _drawn(context: Context, name: str, state: Mapping[str, Any]) -> str:
    words, caption = context.words, context.words(f"mechanism.{name}.caption")
    if name not in PLAYS:
        panels = MECHANISMS[name](words, context.catalogue)
        return context.html("mechanism.html.jinja", name=name, panels=panels, caption=caption, play=None)
    play = PLAYS[name](words, context.catalogue)
    drawn = play.draw(play.data, {**play.start, **state})
    return context.html(
        "mechanism.html.jinja",
        name=name,
        panels=[*drawn.panels, *play.beside],
        caption=caption,
        play=play,
        said=play.data["words"][drawn.says].format(**drawn.said),
        script=f"ds:{assets.FOLDER}/play-{play.script}.js",
        data=assets.block(f"play-{name}", json.dumps(play.given, ensure_ascii=False, separators=(",", ":"))),
    )


def shown(context: Context, technique_id: str) -> tuple[str, str]:
    """Figures and code on the page of a technique, each empty where there is none."""
    figures, labs = SHOWN.get(technique_id, ((), ()))
    code = [(name, _coloured((_LABS / f"{name}.py").read_text(encoding="utf-8"))) for name in labs]
    return (
        "\n".join(mechanism(context, name) for name in figures),
        context.html("lab.html.jinja", labs=code) if code else "",
    )


@lru_cache(maxsize=64)
def _coloured(code: str) -> Markup:
    """Python as HTML, the same in both languages."""
    return Markup(highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)))
