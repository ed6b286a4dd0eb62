"""`python -m labs.train.failures NAME …`: break a run on purpose, and write what one would log to data/failures/. Without a name, all of them."""

import torch

from labs.train.command_line import Parser, add_conducted, check_conducted
from labs.train.experiments.record import FAILURE_RESULTS, conduct
from labs.train.experiments.sources import kept_text
from labs.train.failures import pretraining, reinforcement  # noqa: F401  they register their failures
from labs.train.failures.record import FAILURES


def main(arguments=None):
    listed = "\n".join(f"  {name:16} {found.run.__doc__.splitlines()[0]}" for name, found in FAILURES.items())
    parser = Parser(prog="labs.train.failures", description=__doc__, epilog=listed)
    add_conducted(parser, FAILURES, FAILURE_RESULTS)
    asked = parser.parse_args(arguments)
    check_conducted(asked, FAILURES, "failure")
    torch.set_num_threads(1)
    for name in asked.names or FAILURES:
        conduct(name, asked.scale, None, asked.out, kept_text()[2], among=FAILURES)


if __name__ == "__main__":
    main()
