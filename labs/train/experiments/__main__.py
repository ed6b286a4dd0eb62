"""`python -m labs.train.experiments NAME …`: conduct experiments and write data/experiments/NAME.csv. Without a name, all of them."""

from difflib import get_close_matches
from pathlib import Path

import torch
import yaml

from labs.train.command_line import Parser, check_writable
from labs.train.experiments import attention, decoding, gaps, pretraining, reinforcement, steps, structure  # noqa: F401  they register
from labs.train.experiments.record import EXPERIMENTS, RESULTS, conduct
from labs.train.experiments.sources import kept_text
from labs.train.experiments.verdict import judge

ABOUT = RESULTS.with_suffix(".yaml")


def main(arguments=None):
    parser = Parser(prog="labs.train.experiments", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {' '.join(EXPERIMENTS)}")
    parser.add_argument("--seeds", type=int, help="how many; the experiment's own number where left out")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the steps, for a short run")
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args(arguments)
    for name in asked.names:
        if name not in EXPERIMENTS:
            near = get_close_matches(name, EXPERIMENTS, 1) or list(EXPERIMENTS)
            raise SystemExit(f"there is no experiment {name}; choose from: {' '.join(near)}")
    if asked.seeds is not None and asked.seeds < 1:
        raise SystemExit(f"--seeds {asked.seeds} must be at least 1; a verdict takes three")
    if not 0 < asked.scale <= 10:
        raise SystemExit(f"--scale {asked.scale:g} must be above 0; 0.1 makes a run of a tenth of the steps")
    check_writable(asked.out)
    torch.set_num_threads(1)  # sums in another order give another last digit; one thread always takes the same
    for name in asked.names or EXPERIMENTS:
        rows = conduct(name, asked.scale, asked.seeds, asked.out, kept_text()[2])
        for line in verdicts(name, rows):
            print(f"{name}: {line}")


def verdicts(name, rows):
    """What the seeds say of each comparison of data/experiments.yaml."""
    about = yaml.safe_load(ABOUT.read_text(encoding="utf-8"))["experiments"]
    for comparison in next(one for one in about if one["id"] == name)["comparisons"]:
        column, first, second, expect = (comparison[key] for key in ("column", "first", "second", "expect"))
        if len({row["seed"] for row in rows}) < 3:
            yield f"{column} of {first} against {second}: no verdict, which takes three seeds"
            continue
        found = judge(rows, column, first, second, expect, comparison.get("later", False), comparison.get("against"))
        second = f"{comparison['against']} of {second}" if "against" in comparison else second
        yield f"{column} of {first} against {second}: {found.difference:+.4g} ± {found.margin:.2g} (95 %), expected {expect}: {found.verdict}"


if __name__ == "__main__":
    main()
