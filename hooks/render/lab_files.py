"""What the site shows of labs/: their code, results of the experiments, and attention weights of the trained small model.

Results stand as files in data/experiments/; `python -m labs.train.export` writes the weights. Without a file there is
nothing to show.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .context import Context
from .mechanisms.panel import Panel

FOLDER = Path(__file__).parents[2] / "labs"
EXERCISES = FOLDER / "exercises"
LABS = tuple(sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__"))


def lab_code(name: str) -> str:
    """The text of a module."""
    return (FOLDER / f"{name}.py").read_text(encoding="utf-8")


EXPERIMENT_BLOCK = "experiment-"  # `{{ block('experiment-muon') }}` places the card of `muon`
RESULTS = Path(__file__).parents[2] / "data" / "experiments"


def experiment_result(name: str) -> Any:
    """What an experiment wrote, `one-step`."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


FILE = Path(__file__).parents[2] / "labs" / "train" / "artifacts" / "attention.json"
_ROW, _LEFT, _TOP = 15, 78, 6

Rows = Sequence[Sequence[float]]  # row t: the weights that token t gives to the tokens up to itself


def trained_attention(context: Context, file: Path = FILE) -> str:
    """The figure in the language of the page; empty where no model has been exported."""
    if not file.is_file():
        return ""
    found = json.loads(file.read_text(encoding="utf-8"))[context.words.language]
    words, name = context.words, "sentence_weights"
    panels = [
        _triangle(
            words(f"{name}.{looks_at}", layer=layer + 1, head=head + 1),
            words(f"{name}.says", share=f"{100 * share:.0f}"),
            found["tokens"],
            found["weights"][layer][head],
        )
        for looks_at, (layer, head, share) in chosen_heads(found["weights"]).items()
    ]
    caption = words(f"{name}.caption", sentence=found["sentence"].rstrip(".。"))
    return context.html("mechanism.html.jinja", name="sentence-weights", panels=panels, caption=caption, play=None)


def chosen_heads(weights: Sequence[Sequence[Rows]]) -> dict[str, tuple[int, int, float]]:
    """For each thing to look at the layer and the head that do it most, and the mean share of weight that goes there."""

    def share(rows: Rows, looks_at: str) -> float:
        shares = []
        for t, row in enumerate(rows):
            if t < 3:
                continue  # so early everything is near
            parts = {"before": row[t - 1], "first": row[0], "further": sum(row[1 : t - 1])}
            shares.append(parts[looks_at])
        return sum(shares) / len(shares) if shares else 0.0

    places = [(layer, head) for layer, heads in enumerate(weights) for head in range(len(heads))]
    found = {}
    for looks_at in ("before", "further", "first"):
        layer, head = max(places, key=lambda place: share(weights[place[0]][place[1]], looks_at))
        found[looks_at] = (layer, head, share(weights[layer][head], looks_at))
    return found


def _triangle(title: str, says: str, tokens: Sequence[Any], rows: Rows) -> Panel:
    panel = Panel(title, _TOP + _ROW * len(rows) + 6, says)
    step = min(_ROW, (356 - _LEFT) / len(rows))
    for t, row in enumerate(rows):
        middle = _TOP + _ROW * (t + 0.5)
        panel.text(_LEFT - 8, middle + 4, str(tokens[t]).strip() or "·", "small", "end")
        for j, weight in enumerate(row):
            side = max(0.8, (step - 1.5) * math.sqrt(weight))
            panel.bar(
                _LEFT + step * (j + 0.5) - side / 2, middle - side / 2, side, side, "attention" if weight > 0.02 else ""
            )
    return panel
