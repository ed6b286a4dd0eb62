"""A page of each kind: what the browser tests open and the benchmark weighs."""

from __future__ import annotations

from render.page_registry import PAGES

_TRAINED = {"tools/training/": "?v=deepseek-v2"}  # with a run that fills the form


def _address(path: str) -> str:
    return f"{path.removesuffix('.md')}/".removesuffix("index/")


_ADDRESSES = tuple(_address(page.path_of(page.example)) for page in PAGES)
MORE_THEMES = ("compare/architecture/", "compare/evaluation/")
KINDS = (*(address + _TRAINED.get(address, "") for address in _ADDRESSES), *MORE_THEMES)
IN_CHINESE = ("zh/", "zh/models/deepseek-v3/")
