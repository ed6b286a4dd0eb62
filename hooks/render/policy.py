"""What a page of the site may load and run, which a browser enforces: files of the site, and the two scripts that pages hold.

Nothing that the data says can run: a script in it has no file of the site and is not one of the two that are known. Nor can it
have a style: what differs from figure to figure is a class, see `assets.measures`.
"""

from __future__ import annotations

import base64
from hashlib import sha256

from .assets import early_script

FOLLOW_REDIRECT = (
    "const a=document.links[0],h=location.hash;"
    'location.replace(JSON.parse(a.dataset.places||"{}")[h.slice(1)]||(a.hash?a.href:a.href+h))'
)
"""The script of a page that leads to a new address. It takes an anchor of the old address along, which no other way does."""


def script_digest(text: str) -> str:
    """A script as a policy names it."""
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' {script_digest(early_script())} {script_digest(FOLLOW_REDIRECT)}",
        "style-src 'self'",
        "img-src 'self' data:",  # small icons in the style sheet
        "font-src 'self' data:",  # the style sheet holds the faces of text
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
"""For a `meta` tag in each page."""

_CLOSED = ("object-src", "media-src", "frame-src", "worker-src", "manifest-src")
HEADER = "; ".join(
    (
        *(rule for rule in POLICY.split("; ") if not rule.startswith(("default-src", "style-src"))),
        *(f"{rule} 'none'" for rule in _CLOSED),
        "frame-ancestors 'self'",
    )
)
"""For a server, which can also say who may show the site in a frame. Both policies hold, and it leaves styles to the page's.

A drawing that is opened by itself holds its styles. So there is no `default-src` here, which would forbid them, and what that
would have closed is closed by name.
"""
