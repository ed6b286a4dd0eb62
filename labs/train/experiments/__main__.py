"""`python -m labs.train.experiments NAME …`: conduct experiments and write data/experiments/NAME.csv. Without a name, all of them."""

from difflib import get_close_matches
from pathlib import Path

import torch

from labs.train.command_line import Parser
from labs.train.experiments import decoding, pretraining, reinforcement  # noqa: F401  they register their experiments
from labs.train.experiments.record import EXPERIMENTS, RESULTS, conduct


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
    torch.set_num_threads(1)  # sums in another order give another last digit; one thread always takes the same
    for name in asked.names or EXPERIMENTS:
        conduct(name, asked.scale, asked.seeds, asked.out, pretraining.text().fingerprint)


if __name__ == "__main__":
    main()
