"""What a page of the site may load and run, which a browser enforces: files of the site, and the one script that pages hold.

Nothing that the data says can run: a script in it has no file of the site and is not the one that is known. Style sheets are
files as well; what differs from figure to figure is a class, see `assets.measures`.
"""

from __future__ import annotations

import base64
from hashlib import sha256

MOVED = "location.replace(document.links[0].href+location.hash)"
"""The script of a page that leads to a new address. It takes the place of the page along, which no other way does."""


def _digest(script: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}'"


POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' {_digest(MOVED)}",
        "style-src 'self'",
        "img-src 'self' data:",  # small icons in the style sheet
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
"""For a `meta` tag in each page."""

HEADER = f"{POLICY}; frame-ancestors 'self'"
"""For a server, which can also say who may show the site in a frame."""
