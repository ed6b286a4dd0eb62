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
from .figures.canvas import FIGURES_OF, MECHANISMS, PLACES, Mechanism
from .figures.meanings import with_swatches
from .labs import mechanism_code
from .plays import PLAYED, PLAYS, draw_play

# Modules of labs/ that belong to a technique.
LABS_OF: dict[str, tuple[str, ...]] = {
    "pre-norm-rmsnorm": ("norm",),
    "swiglu": ("norm",),
    "rope": ("rope",),
    "yarn": ("yarn",),
    "mha": ("attention",),
    "mqa": ("attention",),
    "gqa": ("attention",),
    "mla": ("mla",),
    "dsa": ("dsa",),
    "csa": ("csa",),
    "hca": ("csa",),
    "ced": ("ced",),
    "moe": ("router_gradient",),
    "deepseekmoe": ("router",),
    "aux-balance-loss": ("balance",),
    "aux-loss-free": ("balance", "router"),
    "node-limited-routing": ("all_to_all",),
    "mtp": ("mtp",),
    "fim": ("fim",),
    "document-packing": ("packing",),
    "multi-step-lr": ("schedules",),
    "wsd": ("schedules",),
    "muon": ("muon",),
    "mhc": ("mhc",),
    "engram": ("engram",),
    "pipeline-parallelism": ("pipeline",),
    "zero-bubble": ("zero_bubble",),
    "dualpipe": ("dualpipe", "overlap"),
    "dualpipev": ("dualpipe",),
    "fp8-training": ("fp8",),
    "speculative-decoding": ("speculative",),
    "adamw": ("adam",),
    "grpo": ("grpo", "kl"),
    "ppo": ("ppo",),
    "dpo": ("dpo",),
}


def mechanism_html(context: Context, name: str) -> str:
    return context.made_once(f"mechanism-{name}", lambda: _drawn_mechanism(context, name))


def _drawn_mechanism(context: Context, name: str) -> str:
    words, technique = context.words, PLAYED.get(name, "")
    caption = with_swatches(words(f"mechanism.{name}.caption"), technique)
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
        invites=with_swatches(words(f"mechanism.{name}.try"), technique),
        play=play,
        said=drawn.status,
        script=f"ds:{assets.FOLDER}/play-{play.script}.js",
        data=assets.json_block(f"play-{name}", json.dumps(play.script_data, ensure_ascii=False, separators=(",", ":"))),
    )


def figures_of(context: Context, technique_id: str) -> str:
    names, own = FIGURES_OF.get(technique_id, ()), f"techniques/{technique_id}.md"
    here = [name for name in names if PLACES[name] == own or PLAYED.get(name) == technique_id]
    here.sort(key=lambda name: name not in PLAYS)
    elsewhere = [(name, PLACES[name], name in PLAYS) for name in names if name not in here]
    return "".join(mechanism_html(context, name) for name in here) + (
        context.html("technique_figures.html.jinja", figures=elsewhere) if elsewhere else ""
    )


def labs_of(context: Context, technique_id: str) -> str:
    labs = LABS_OF.get(technique_id)
    return context.html("lab_links.html.jinja", labs=labs) if labs else ""


def lab_link(lab: str) -> Markup:
    return Markup('<a href="ds:data/labs/{0}.py" download><code>labs/{0}.py</code></a>').format(lab)


def lab_listing(context: Context, name: str) -> str:
    return context.html("lab.html.jinja", name=name, code=_highlighted_code(mechanism_code(name)))


@lru_cache(maxsize=64)
def _highlighted_code(code: str) -> Markup:
    """Cached: both editions show the same."""
    return Markup(highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)))
