"""Figures, drawings and labs of technique pages. Imports no page."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from catalogue.records import first_day
from catalogue.schema.technique import Technique
from catalogue.schema.values import PartialDate

from . import assets
from .context import Context
from .figures.engine import FIGURES, DrawnPanel, as_json, figure_of, run_figures
from .figures.meanings import with_swatches
from .labs import mechanism_code
from .links import small_v3_link
from .pages import technique_address

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
    """The picture of a technique small and without words, or when it came."""
    if technique.id not in DRAWINGS:
        return _dated_glyph(context, technique.introduced.date.value)
    found = _drawing_of(context, technique.id)["glyph"]
    top = min(0, round((found["height"] - _GLYPH[1]) / 2))
    box = f"0 {top} {_GLYPH[0]} {_GLYPH[1]}"
    return Markup('<svg viewBox="{}">{}</svg>').format(box, Markup(found["shapes"]))


def _dated_glyph(context: Context, day: PartialDate | None) -> Markup:
    """A mark at its month, from the year of the first model to the end of that of the last."""
    if day is None:
        return Markup('<svg viewBox="0 0 360 202"></svg>')
    known = [int(first[:4]) for first in map(first_day, context.catalogue.models.values()) if first]
    count = max(known) + 1 - min(known)
    year, month = int(day.first_day[:4]), int(day.first_day[5:7])
    x = 30 + 300 * min(1.0, max(0.0, (year - min(known) + (month - 1) / 12) / count))
    ticks = "".join(f"M{30 + 300 * at / count:g} 130v24" for at in range(count + 1))
    return Markup(
        '<svg viewBox="0 0 360 202"><path class="axis" d="M30 142H330{}"/><rect class="attention" x="{:.0f}" y="126" width="12" height="32"/>'
        '<g transform="translate(180 96) scale(2)"><text class="huge" text-anchor="middle">{}</text></g></svg>'
    ).format(ticks, x - 6, day.text[:7])


def glyph_link(context: Context, technique: Technique, named: bool = False) -> Markup:
    """Its picture as a link, with the name below it or for those who do not see."""
    return Markup(
        '<a href="ds:{}" class="ds-glyph ds-panel" title="{}"><span aria-hidden="true">{}</span><span{}>{}</span></a>'
    ).format(
        technique_address(technique),
        context.words.text(technique.name),
        glyph_of(context, technique),
        Markup("" if named else ' class="ds-hidden"'),
        context.short_name(technique) if named else context.words.text(technique.name),
    )


def first_glyph(context: Context, texts: Iterable[str], named: bool = False) -> Markup:
    """The picture that addresses or blocks of some texts name most often, the first of those."""
    found = (FIGURES[name].technique if name in FIGURES else name for text in texts for name in _NAMED.findall(text))
    most = Counter(name for name in found if name in DRAWINGS and name in context.catalogue.techniques).most_common(1)
    return glyph_link(context, context.catalogue.techniques[most[0][0]], named) if most else Markup("")


_NAMED = re.compile(r"(?:techniques/|picture-|mechanism-)([a-z0-9-]+)")


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
