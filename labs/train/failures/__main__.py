"""`python -m labs.train.failures NAME …`: break a run on purpose, and write what one would log to data/failures/. Without a name, all of them."""

from difflib import get_close_matches
from pathlib import Path

import torch

from labs.train.command_line import Parser, check_writable
from labs.train.experiments.record import FAILURE_RESULTS, conduct
from labs.train.experiments.sources import kept_text
from labs.train.failures import pretraining, reinforcement  # noqa: F401  they register their failures
from labs.train.failures.record import FAILURES


def main(arguments=None):
    listed = "\n".join(f"  {name:16} {found.run.__doc__.splitlines()[0]}" for name, found in FAILURES.items())
    parser = Parser(prog="labs.train.failures", description=__doc__, epilog=listed)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {' '.join(FAILURES)}")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the steps, for a short run")
    parser.add_argument("--out", type=Path, default=FAILURE_RESULTS)
    asked = parser.parse_args(arguments)
    for name in asked.names:
        if name not in FAILURES:
            near = get_close_matches(name, FAILURES, 1) or list(FAILURES)
            raise SystemExit(f"there is no failure {name}; choose from: {' '.join(near)}")
    check_writable(asked.out)
    torch.set_num_threads(1)
    for name in asked.names or FAILURES:
        conduct(name, asked.scale, None, asked.out, kept_text()[2], among=FAILURES)


if __name__ == "__main__":
    main()
