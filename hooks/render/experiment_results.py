"""Results of the experiments of labs/train, which stand as files in data/experiments/ so that the site draws what was run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "data" / "experiments"


def experiment_result(name: str) -> Any:
    """What an experiment wrote, `one-step`."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
