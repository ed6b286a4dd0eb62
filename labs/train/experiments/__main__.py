"""`python -m labs.train.experiments NAME …`: conduct experiments and write data/experiments/NAME.csv. Without a name, all of them."""

import torch
import yaml

from labs.train.command_line import Parser, add_conducted, check_conducted
from labs.train.experiments import attention, decoding, gaps, pretraining, reinforcement, steps, structure  # noqa: F401  they register
from labs.train.experiments.record import EXPERIMENTS, RESULTS, conduct
from labs.train.experiments.sources import kept_text
from labs.train.experiments.verdict import judge

ABOUT = RESULTS.with_suffix(".yaml")


def main(arguments=None):
    parser = Parser(prog="labs.train.experiments", description=__doc__)
    add_conducted(parser, EXPERIMENTS, RESULTS)
    parser.add_argument("--seeds", type=int, help="how many; the experiment's own number where left out")
    asked = parser.parse_args(arguments)
    if asked.seeds is not None and asked.seeds < 1:
        raise SystemExit(f"--seeds {asked.seeds} must be at least 1; a verdict takes three")
    check_conducted(asked, EXPERIMENTS, "experiment")
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
