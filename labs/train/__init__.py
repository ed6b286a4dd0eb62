"""A small DeepSeek-V3 that trains on a laptop: model, training, alignment and experiments. README.md says how to run it."""

import sys
from importlib.util import find_spec

# Python's mark for `python -m labs.train…`. What is imported for its text or its verdicts needs no PyTorch.
if sys.argv[0] == "-m" and find_spec("torch") is None:
    raise SystemExit("labs.train needs PyTorch: run `make train`, or python -m pip install torch numpy pyyaml")
