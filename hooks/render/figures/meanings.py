"""What a colour means in drawings of techniques, and swatches of it in sentences, which name no colour.

A kind is a class of shapes, which `styles/mechanisms.css` paints; drawings write it as a letter. The opening drawing of a technique and its
interactive figure take the kinds of what both show from MEANINGS, so that one thing has one colour on a page.
"""

import re
from collections.abc import Mapping

from markupsafe import Markup, escape

# Blue reads or computes, green is kept, orange are experts, teal carries the position or travels between machines, purple chooses or rates,
# crimson is lost, waits or is shared by all, grey is the token or the network itself. Small letters are pale.
KINDS: Mapping[str, str] = {
    "A": "attention",
    "C": "cache",
    "E": "expert",
    "O": "other",
    "I": "index",
    "X": "off",
    "G": "",
    "g": "faint",
    ".": "outline",
    **{
        letter.lower(): f"{kind} soft"
        for letter, kind in zip("ACEOIX", ["attention", "cache", "expert", "other", "index", "off"], strict=True)
    },
}
MEANINGS: Mapping[str, Mapping[str, str]] = {
    "aux-loss-free": {"load": "E", "first": "e", "raised": "I", "lowered": "X", "without": "G"},
    "dsa": {"indexer": "I", "dense": "C", "dsa": "A", "csa": "O", "hca": "G"},
    # The way back is teal on all pages of pipelines, where orange would be experts and green the cache.
    "dualpipe": {
        "forward": "A",
        "backward": "O",
        "weights": "I",
        "forward_sent": "a",
        "backward_sent": "o",
        "computing": "G",
        "waiting": "x",
        "idle": "X",
    },
    "fp8-training": {"lost": "X", "coarse": "O", "fine": "C", "promoted": "C"},
    "grpo": {"right": "C", "wrong": "X"},
    "mla": {"before": "c", "after": "C"},
    "speculative-decoding": {"large": "A", "draft": "E", "rejected": "e"},
    "yarn": {"kept": "A", "mixed": "a", "slowed": "O"},
}
"""Of a technique, what a letter stands for."""

_SWATCH = re.compile(r"■([\w-]+)\|([^■]+)■")


def kinds_of(technique: str) -> dict[str, str]:
    return {what: KINDS[letter] for what, letter in MEANINGS.get(technique, {}).items()}


def with_swatches(text: str, technique: str = "") -> Markup:
    """A text in which `■indexer|the scout■` stands for words with a swatch, by a meaning of the technique or by a kind: `■cache-soft|…■`.

    Raises ValueError for what is neither.
    """
    known = kinds_of(technique)

    def shown(match: re.Match[str]) -> str:
        kind = known.get(match[1], match[1].replace("-", " "))
        if kind not in KINDS.values():
            raise ValueError(
                f"`■{match[1]}|`: no colour of drawings, which are {', '.join(filter(None, KINDS.values()))}"
            )
        return f'<span class="{f"ds-swatch {kind}".strip()}">{match[2]}</span>'

    return Markup(_SWATCH.sub(shown, str(escape(text))))
