"""The tour, which the site hands out as a notebook, runs cell by cell from the first to the last at a tiny scale."""

import contextlib
import io
import re
from pathlib import Path

import torch

TOUR = Path(__file__).parents[1] / "tour.py"


def test_the_tour_runs_cell_by_cell_and_compares(monkeypatch):
    torch.set_default_dtype(torch.float32)
    monkeypatch.setenv("STEPS", "8")
    printed, scope = io.StringIO(), {}
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        for cell in TOUR.read_text(encoding="utf-8").split("# %%"):
            exec(compile(cell.removeprefix(" [markdown]"), "tour.py", "exec"), scope)
    text = printed.getvalue()
    assert re.search(r"(\d+) numbers cached a token; the formula says \1\n", text)
    assert re.search(r"Muon less AdamW: [+-]\d\.\d+ ± \d\.\d+ \(95 %\): (shown|consistent|not shown|opposite)", text)
    assert text.count("busiest expert") == 2
    assert re.search(r"drafts of MTP that were accepted: \d+%", text)
