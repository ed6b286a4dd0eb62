"""An experiment, and the files that keep what came out: data/experiments/NAME.csv, one row an arm and seed, and NAME.curve.csv."""

import csv
import os
import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch

from labs.train.trainer import write_csv

RESULTS = Path(__file__).parents[3] / "data" / "experiments"
FAILURE_RESULTS = RESULTS.with_name("failures")
POINTS = 25  # of a curve


@dataclass
class Run:
    """One seed of an experiment: `scale` shortens it, `row` and `curve` keep what is measured."""

    seed: int
    scale: float = 1.0
    rows: list = field(default_factory=list)
    curves: list = field(default_factory=list)
    started: float = field(default_factory=time.process_time)

    def steps(self, full):
        return max(4, round(full * self.scale))

    def row(self, arm, **metrics):
        seconds, self.started = time.process_time() - self.started, time.process_time()
        self.rows.append({"arm": arm, "seed": self.seed, **metrics, "cpu_seconds": round(seconds, 1)})

    def curve(self, arm, log, *names, points=POINTS):
        """Means over equal stretches of a log."""
        size = max(1, len(log) // points)
        for first in range(0, len(log) - size + 1, size):
            part = log[first : first + size]
            means = {name: sum(row[name] for row in part) / size for name in names}
            self.curves.append({"arm": arm, "seed": self.seed, "step": part[-1]["step"], **means})


@dataclass(frozen=True)
class Experiment:
    name: str
    run: Callable[[Run], None]
    seeds: int


EXPERIMENTS: dict[str, Experiment] = {}


def experiment(name, seeds=5, among=EXPERIMENTS):
    """Registers a function of a Run as the experiment of this name."""

    def register(run):
        among[name] = Experiment(name, run, seeds)
        return run

    return register


def conduct(name, scale=1.0, seeds=None, folder=RESULTS, fingerprint="", say=print, among=EXPERIMENTS):
    """Runs every seed and writes the files after each, so that a run that is stopped leaves what it has."""
    found, runs, code = among[name], [], commit()
    if code.endswith("+") and folder in (RESULTS, FAILURE_RESULTS):
        raise SystemExit("labs/train has changes that no commit holds: commit them, or name another folder with --out")
    origin = {
        "commit": code,
        "text": fingerprint,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "machine": machine(),
        "threads": torch.get_num_threads(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(seeds or found.seeds):
        run = Run(seed, scale)
        found.run(run)
        runs.append(run)
        for row in run.rows:
            say(
                f"{name}: " + ", ".join(f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()),
                flush=True,
            )
        write_csv(folder / f"{name}.csv", [row | origin for run in runs for row in run.rows])
        curves = [row for run in runs for row in run.curves]
        if curves:
            write_csv(folder / f"{name}.curve.csv", curves)
    return [row for run in runs for row in run.rows]


def read(name, folder=RESULTS):
    """Rows of a result, numbers as numbers; the name of an arm stays text, though it may be a learning rate."""
    with (folder / f"{name}.csv").open(encoding="utf-8") as file:
        return [{k: v if k == "arm" else _number(v) for k, v in row.items()} for row in csv.DictReader(file)]


def _number(text):
    try:
        return float(text)
    except ValueError:
        return text


def commit(folder=Path(__file__).parents[1]):
    """The last commit that changed this lab; with a + where files have changed since, `no git` in a copy without a history."""
    asked = {"cwd": folder, "capture_output": True, "text": True, "check": False}
    try:
        last = subprocess.run(["git", "log", "-1", "--format=%h", "--abbrev=10", "--", "."], **asked).stdout.strip()
        changed = subprocess.run(["git", "status", "--porcelain", "--", "."], **asked).stdout.strip()
    except OSError:
        return "no git"
    return last + "+" * bool(changed) if last else "no git"


def machine():
    model = ""
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    return f"{model or platform.processor() or platform.machine()}, {os.cpu_count()} cores"
