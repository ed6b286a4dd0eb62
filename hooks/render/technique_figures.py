"""Figures, drawings and labs of technique pages. Imports no page."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from catalogue.schema.technique import Technique

from . import assets
from .context import Context
from .figures.engine import FIGURES, DrawnPanel, as_json, figure_of, run_figures
from .figures.meanings import with_swatches
from .labs import mechanism_code
from .links import small_v3_link

# Modules of labs/ that belong to a technique.
LABS_OF: dict[str, tuple[str, ...]] = {
    **{id_: (id_,) for id_ in ("rope", "yarn", "mla", "dsa", "csa", "ced", "mtp", "fim", "muon", "mhc", "engram")},
    **{id_: (id_,) for id_ in ("ppo", "dpo")},
    **dict.fromkeys(("pre-norm-rmsnorm", "swiglu"), ("norm",)),
    **dict.fromkeys(("mha", "mqa", "gqa"), ("attention",)),
    **dict.fromkeys(("multi-step-lr", "wsd"), ("schedules",)),
    "hca": ("csa",),
    "moe": ("router_gradient",),
    "deepseekmoe": ("router",),
    "aux-balance-loss": ("balance",),
    "aux-loss-free": ("balance", "router"),
    "node-limited-routing": ("all_to_all",),
    "document-packing": ("packing",),
    "pipeline-parallelism": ("pipeline",),
    "zero-bubble": ("zero_bubble",),
    "dualpipe": ("dualpipe", "overlap"),
    "dualpipev": ("dualpipe",),
    "fp8-training": ("fp8",),
    "speculative-decoding": ("speculative",),
    "adamw": ("adam",),
    "grpo": ("grpo", "kl"),
}

# Techniques that the small V3 has, and whose pages lead to it.
IN_THE_SMALL_V3 = ("mla", "deepseekmoe", "aux-loss-free", "mtp")


def mechanism_html(context: Context, name: str) -> str:
    return context.made_once(f"mechanism-{name}", lambda: _drawn_mechanism(context, name))


def _drawn_mechanism(context: Context, name: str) -> str:
    words, declared = context.words, FIGURES[name]
    figure = figure_of(context, name)
    panels, said = figure.draw()
    caption, invites = (
        with_swatches(Markup(words(f"mechanism.{name}.{part}")), declared.technique) if part else ""
        for part in ("caption", declared.script and "try")
    )
    return context.html(
        "mechanism.html.jinja",
        name=name,
        panels=panels,
        caption=caption,
        invites=invites,
        play=figure if declared.script else None,
        said=said,
        script=f"ds:{assets.FOLDER}/play-{declared.script}.js",
        data=assets.json_block(f"play-{name}", as_json(figure.script_data)) if declared.script else "",
    )


def figures_of(context: Context, technique_id: str) -> str:
    """Those of its page, the interactive ones first, and links to the others."""
    own = f"techniques/{technique_id}.md"
    found = [each for each in FIGURES.values() if technique_id in (each.technique, *each.also)]
    here = [each for each in found if each.page == own or each.technique == technique_id]
    elsewhere = [(each.name, each.page, bool(each.script)) for each in found if each not in here]
    here.sort(key=lambda each: not each.script)
    return (
        "".join(mechanism_html(context, each.name) for each in here)
        + (context.html("technique_figures.html.jinja", figures=elsewhere) if elsewhere else "")
        + (str(small_v3_link(context)) if technique_id in IN_THE_SMALL_V3 else "")
    )


@dataclass(frozen=True)
class Frame:
    """A picture with its caption and formula, in which `\\class{cache}{…}` has the colour of that shape."""

    title: str
    says: Markup
    panel: DrawnPanel
    formula: str


DRAWINGS = tuple(run_figures("drawings"))
_GLYPH = (360, 202)


def frames_of(context: Context, technique_id: str) -> list[Frame]:
    """The picture of a technique and, for some, frames that show how it works."""
    if technique_id not in DRAWINGS:
        return []
    return [
        Frame(
            each["title"], with_swatches(each["sentence"], technique_id), DrawnPanel.of(each["panel"]), each["formula"]
        )
        for each in _drawing_of(context, technique_id)["frames"]
    ]


def picture_html(context: Context, technique_id: str) -> str:
    """The picture of a technique as a figure of another page."""
    shown = frames_of(context, technique_id)[0]
    panel = replace(shown.panel, title=shown.title)
    name = f"picture-{technique_id}"
    return context.html("mechanism.html.jinja", name=name, panels=[panel], caption=shown.says, play=None)


def _drawing_of(context: Context, technique_id: str) -> dict[str, Any]:
    return context.made_once(f"drawing-{technique_id}", lambda: run_figures("frames", technique_id, context=context))


def glyph_of(context: Context, technique: Technique) -> Markup:
    """The picture of a technique small and without words, or the picture of its shelf."""
    drawn = technique.id in DRAWINGS
    found = (
        _drawing_of(context, technique.id)["glyph"]
        if drawn
        else run_figures("shelf", technique.kind.name.lower(), context=context)
    )
    top = min(0, round((found["height"] - _GLYPH[1]) / 2))
    box = f"0 {top} {_GLYPH[0]} {_GLYPH[1]}"
    return Markup('<svg viewBox="{}">{}</svg>').format(box, Markup(found["shapes"]))


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
