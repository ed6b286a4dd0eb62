"""Figures and labs of technique pages. Imports no page."""

from __future__ import annotations

import json
from functools import lru_cache

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from . import assets
from .context import Context
from .figures import attention_mechanisms, machine_mechanisms, training_mechanisms  # noqa: F401 (they register figures)
from .figures.canvas import MECHANISMS, PLACES, Mechanism
from .labs import mechanism_code
from .plays import PLAYED, PLAYS, draw_play

# Mechanisms and modules of labs/ that belong to a technique.
SHOWN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pre-norm-rmsnorm": ((), ("norm",)),
    "swiglu": ((), ("norm",)),
    "rope": (("rope-rotation",), ("rope",)),
    "yarn": (("yarn",), ("yarn",)),
    "mha": (("attention-cache",), ("attention",)),
    "mqa": (("attention-cache",), ("attention",)),
    "gqa": (("attention-cache", "cache-context"), ("attention",)),
    "mla": (("attention-cache", "mla-two-ways", "memory-strip", "cache-context"), ("mla",)),
    "kv-cache-compression": (("cache-context",), ()),
    "dsa": (("dsa-selection", "sparsity-cost"), ("dsa",)),
    "csa": (("csa-entry", "csa-windows", "sparsity-cost"), ("csa",)),
    "hca": (("csa-windows", "sparsity-cost"), ("csa",)),
    "ced": (("ced",), ("ced",)),
    "csa2": (("csa2-layers",), ()),
    "tensor-parallelism": (("parallelisms",), ()),
    "context-parallelism": (("parallelisms",), ()),
    "moe": ((), ("router_gradient",)),
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
    "dualpipe": (("dualpipe-lanes", "pipelines"), ("dualpipe", "overlap")),
    "dualpipev": (("pipelines",), ("dualpipe",)),
    "fp8-training": (("fp8-tiles",), ("fp8",)),
    "speculative-decoding": (("speculative",), ("speculative",)),
    "adamw": ((), ("adam",)),
    "grpo": (("grpo", "networks"), ("grpo", "kl")),
    "ppo": (("clip-signs", "networks"), ("ppo",)),
    "dpo": (("networks",), ("dpo",)),
}


def mechanism_html(context: Context, name: str) -> str:
    return context.made_once(f"mechanism-{name}", lambda: _drawn_mechanism(context, name))


def _drawn_mechanism(context: Context, name: str) -> str:
    words, caption = context.words, context.words(f"mechanism.{name}.caption")
    if name not in PLAYS:
        figure = Mechanism(name, words, context.catalogue)
        MECHANISMS[name](figure)
        return context.html("mechanism.html.jinja", name=name, panels=figure.panels, caption=caption, play=None)
    play = PLAYS[name](words, context.catalogue)
    drawn = draw_play(play, {})
    return context.html(
        "mechanism.html.jinja",
        name=name,
        panels=[*drawn.panels, *play.static_panels],
        caption=caption,
        play=play,
        said=drawn.status,
        script=f"ds:{assets.FOLDER}/play-{play.script}.js",
        data=assets.json_block(f"play-{name}", json.dumps(play.script_data, ensure_ascii=False, separators=(",", ":"))),
    )


def figures_of(context: Context, technique_id: str) -> str:
    names, own = SHOWN.get(technique_id, ((), ()))[0], f"techniques/{technique_id}.md"
    here = [name for name in names if PLACES[name] == own or PLAYED.get(name) == technique_id]
    elsewhere = [(name, PLACES[name], name in PLAYS) for name in names if name not in here]
    return "".join(mechanism_html(context, name) for name in here) + (
        context.html("technique_figures.html.jinja", figures=elsewhere) if elsewhere else ""
    )


def labs_of(context: Context, technique_id: str) -> str:
    labs = SHOWN.get(technique_id, ((), ()))[1]
    return context.html("lab_links.html.jinja", labs=labs) if labs else ""


def lab_link(lab: str) -> Markup:
    return Markup('<a href="ds:data/labs/{0}.py" download><code>labs/{0}.py</code></a>').format(lab)


def lab_listing(context: Context, name: str) -> str:
    return context.html("lab.html.jinja", name=name, code=_highlighted_code(mechanism_code(name)))


@lru_cache(maxsize=64)
def _highlighted_code(code: str) -> Markup:
    """Cached: both editions show the same."""
    return Markup(highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)))
