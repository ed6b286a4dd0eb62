"""A page of each kind: what the browser tests open."""

from render.pages import PAGES, url_of

_TRAINED = {"tools/training/": "?v=deepseek-v2"}  # with a run that fills the form
_MORE_THEMES = ("compare/architecture/", "compare/evaluation/")
_ADDRESSES = tuple(url_of(page.path_of(page.example)) for page in PAGES)
KINDS = (*(address + _TRAINED.get(address, "") for address in _ADDRESSES), *_MORE_THEMES)
