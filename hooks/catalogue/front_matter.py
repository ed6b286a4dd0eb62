"""What stands between the two lines `---` at the top of a hand-written page."""

from __future__ import annotations

import re

from . import strict_yaml
from .located import Located

_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.S)


def front_matter(text: str, file: str = "") -> Located:
    """What stands between the two lines `---` at the top of a page."""
    front = _FRONT.match(text)
    return strict_yaml.read_yaml(front[1] if front else "{}", file)
