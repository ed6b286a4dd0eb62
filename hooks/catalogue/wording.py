"""Forms that are not used: found in any text, with what is written in their place.

Takes the table of terms, gives uses; where a text stands is for the caller to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .quotes import BLOCK_CALL, VALUE_CALLS
from .schema.term import Avoided, Language, TermsFile

# Code, and quotes of values; a link of the catalogue keeps its words.
_CODE = re.compile(rf"`[^`]*`|\{{\{{\s*(?:{'|'.join((*VALUE_CALLS, BLOCK_CALL))})\(.*?\}}\}}|\]\([^)]*\)")
_AROUND = 12


@dataclass(frozen=True)
class Use:
    """An avoided form in a text: its place, what stands around it, and the right form."""

    at: int
    form: str
    around: str
    right: str

    @property
    def message(self) -> str:
        """What was found."""
        return f"“{self.form}” in “{self.around}”"

    @property
    def allowed(self) -> str:
        """What is written in its place."""
        return f"this site writes “{self.right}”"


FIX = "write that, or name the longer expression under `but:` in data/terms.yaml, with the reason"


@dataclass(frozen=True)
class Forms:
    """The forms of one language that are not used."""

    language: Language
    rights: dict[str, tuple[Avoided, str]]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Exceptions before forms, the longest first, so that an exception hides the form in it."""
        known = {text for avoided, _ in self.rights.values() for text in _longer_expressions(avoided)}
        listed = "|".join(re.escape(text) for text in sorted(known, key=len, reverse=True))
        if not listed:
            return re.compile(r"(?!)")
        return re.compile(rf"\b(?:{listed})\b" if self.language is Language.ENGLISH else listed, re.IGNORECASE)

    def uses(self, text: str) -> Iterator[Use]:
        """Every avoided form in a text."""
        if not self._pattern.search(text):
            return
        bare = _CODE.sub(lambda match: "\0" * len(match[0]), text)
        for match in self._pattern.finditer(bare):
            found = self.rights.get(match[0].lower())
            if found is not None:
                start, end = max(0, match.start() - _AROUND), match.end() + _AROUND
                around = ("…" if start else "") + text[start:end].strip() + ("…" if end < len(text) else "")
                yield Use(match.start(), match[0], " ".join(around.split()), found[1])

    def exceptions(self, text: str) -> Iterator[str]:
        """Every expression in a text that is right although it holds an avoided form."""
        if not self._pattern.search(text):
            return
        for match in self._pattern.finditer(_CODE.sub("", text)):
            if match[0].lower() not in self.rights:
                yield match[0].lower()


def _longer_expressions(avoided: Avoided) -> Iterator[str]:
    """A form, and the longer expressions that hide it."""
    yield avoided.form
    yield from avoided.but
    yield from (avoided.form + word for word in avoided.not_before)


def avoided_forms(file: TermsFile, language: Language) -> Forms:
    """The forms of a language that the table of terms does not want."""
    rights: dict[str, tuple[Avoided, str]] = {}
    for term in file.terms:
        for avoided in term.avoid.zh if language is Language.CHINESE else term.avoid.en:
            name = (term.name.zh if language is Language.CHINESE else None) or term.name.en
            rights[avoided.form.lower()] = avoided, name
    for wording in file.wording:
        if wording.language is language:
            rights |= {avoided.form.lower(): (avoided, wording.use) for avoided in wording.avoid}
    return Forms(language, rights)
