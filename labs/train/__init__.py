"""A small DeepSeek-V3 that trains on a laptop: model, training, alignment and experiments. README.md says how to run it."""

from importlib.util import find_spec

if find_spec("torch") is None:
    raise SystemExit("labs.train needs PyTorch: run `make train-setup`, or pip install -e '.[train]'")
