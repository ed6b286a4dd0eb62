"""Places in documents: which words behind a key lead to a spot, and which only name the document.

A place is one of the `FORMS`. Anything else is the name of a document, such as `README` or `article`; where it is
followed by `§`, what comes behind is one of its headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Form:
    """A way to name a place.

    Attributes:
        id: Key of the words that describe it.
        examples: Places of this form.
        pattern: Found somewhere in such a place.
    """

    id: str
    examples: tuple[str, ...]
    pattern: re.Pattern[str]


_DATA = r"\.(?:json|ya?ml|toml|png|jpe?g|svg)\b"
_PROGRAM = r"\.(?:py|sh|h|cpp|cuh?|swift|rs|tsx?|js)"

FORMS = (
    Form("section", ("§3.1.2", "README §License", "model card §Model Downloads"), re.compile(r"§[\w(]")),
    Form(
        "numbered",
        ("Table 2", "Figure 3", "eq. 5", "App. B.1", "Algorithm 1", "p. 7"),
        re.compile(
            r"\b(?:Tables?|Figures?|Fig\.|eqs?\.|App\.|Appendix|Algorithm|Theorem|footnote|p\.|page) (?:[A-Z]\b|\d|[IVX]+\b)"
        ),
    ),
    Form(
        "named",
        ("abstract", "title page", "first page"),
        re.compile(r"\b(?:abstract|title page|first page|author list|introduction|conclusion|Methods|caption)\b"),
    ),
    Form(
        "listing",
        ("arXiv listing", "arXiv v1", "file list", "list of models", "model card header"),
        re.compile(
            r"\b(?:arXiv (?:listing|number|stamp|abstract page|submission history|v\d)|version \d|(?:file|repository) list(?:ing)?"
            r"|list of \w+|news list|commit history|creation date|date of|last change|header|release line|tags)\b"
        ),
    ),
    Form(
        "change",
        ("commit 23807ce", "first commit", "README@3d445e7", "issue 12", "pull request 7", "discussion 3"),
        re.compile(
            r"\bcommits? [0-9a-f]{7,40}\b|\bfirst commit\b|@[0-9a-f]{7,40}\b|@refs/|\b(?:issue|pull request|discussion) \d"
        ),
    ),
    Form(
        "file",
        ("config.json", "figures/price.png", "LICENSE-MODEL", "model.py class Gate", "train.py line 12"),
        re.compile(rf"{_DATA}|\bLICENSE|{_PROGRAM} \w"),
    ),
)

# Names of the first document of a repository, which is the card of a model at Hugging Face.
_FIRST = ("README.md", "readme.md", "model card")
FIRST = "README"
_BESIDE = re.compile(rf"^(?:{'|'.join(re.escape(name) for name in (FIRST, *_FIRST))}), (?!§)")
_END = re.compile(r",? §|, | at commit | of version ")


@lru_cache(maxsize=1 << 14)  # the same few places stand behind thousands of values
def locator_forms(locus: str) -> tuple[Form, ...]:
    """The forms that a place has; none where it names a document alone, or the first document beside another (`README, LICENSE`)."""
    if _BESIDE.match(locus):
        return ()
    return tuple(form for form in FORMS if form.pattern.search(locus))


@lru_cache(maxsize=1 << 14)
def document_of(locus: str) -> str:
    """The document that a place is in, by one name for the first document of a repository; empty for a bare section."""
    name = _END.split(locus, maxsplit=1)[0].strip()
    if name.startswith("§"):
        return ""
    return FIRST if name in _FIRST else name


def named_headings(locus: str) -> Iterator[str]:
    """The headings that a place names: what stands behind each `§`."""
    for part in locus.split("§")[1:]:
        yield re.split(r", | at commit |@| and $| to $|; ", part)[0].strip()


def is_dated(locus: str) -> bool:
    """Whether a place is in an older version of its document."""
    return re.search(r"\bcommits? [0-9a-f]{7,40}\b|@[0-9a-f]{7,40}\b", locus) is not None


def is_heading(named: str, listed: str) -> bool:
    """Whether a heading is the one that is listed: by its words, its number, or both; what stands in brackets or behind a colon may be left out."""
    number, _, words = listed.partition(" ")
    said = [listed]
    if re.fullmatch(r"[\dA-Z]+(?:\.\d+)*\.?", number):
        said += [number.rstrip("."), words]
    return named in said or any(form.startswith((f"{named} (", f"{named}:")) for form in said)
