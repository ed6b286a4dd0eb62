"""Draws an interactive figure at build by running the script that draws it in the browser.

The scripts touch neither a document nor a clock before a reader moves an input, so QuickJS runs them as they are.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import quickjs
from markupsafe import Markup

from .. import assets
from . import Play, State

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
    """A panel of 360 × `height` units; `shapes` is SVG, `says` its text alternative."""

    title: str
    height: float
    says: str
    shapes: Markup


@dataclass(frozen=True)
class Drawing:
    """A figure in one state, with the sentence that says what is drawn."""

    panels: Sequence[DrawnPanel]
    status: str


def draw_play(play: Play, state: State) -> Drawing:
    """The panels and the status sentence of a figure; inputs that `state` leaves out keep their first value."""
    engine = _engine_for(assets.play_source(play.script) + _REGISTER, threading.get_ident())
    drawn = json.loads(engine.get("drawFigure")(play.name, _as_json(play.data), _as_json({**play.start, **state})))
    panels = [DrawnPanel(p["title"], p["height"], p["says"], Markup(p["shapes"])) for p in drawn["panels"]]
    return Drawing(panels, drawn["status"])


def run_script(page: str, function: str, *arguments: object) -> Any:
    """What a function of the script of a single page gives, run here as a browser runs it."""
    source = f"{assets.drawing_source(page)}\nglobalThis.call = (name, given) => JSON.stringify(eval(name)(...JSON.parse(given)));"
    engine = _engine_for(source, threading.get_ident())
    return json.loads(engine.get("call")(function, _as_json(arguments)))


@lru_cache(maxsize=16)
def _engine_for(source: str, thread: int) -> quickjs.Context:
    """An engine that has read a script. QuickJS measures its stack from the thread that made it, so each has its own."""
    engine = quickjs.Context()
    engine.eval(f"(() => {{\n{source}\n}})();")
    return engine


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
