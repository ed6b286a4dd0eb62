"""The table of terms is consistent, and every text keeps to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

from ..findings import Finding, Path, nearest_in_quotes
from ..located import Located
from ..schema.technique import TechniqueKind
from ..schema.term import Language
from ..schema.values import Text, walk_record
from ..wording import FIX, avoided_forms
from .draft import Draft
from .registry import Scope, rule


@rule(Scope.CATALOGUE)
def terms_differ(draft: Draft) -> Iterator[Finding]:
    """An id of a term stands once among terms and techniques, and a name, an alias or a form in text once among the terms of a language."""
    owners: dict[tuple[str, str], tuple[int, str]] = {}
    for technique in draft.techniques.techniques:
        owners["id", technique.id] = -1, "the technique"
        for language, name in (("en", technique.name.en), ("zh", technique.name.zh)):
            if name:
                owners[language, name.lower()] = -1, f"the technique `{technique.id}`"
    for index, term in enumerate(draft.terms.terms):
        said: list[tuple[str, str, Path]] = [("id", term.id, ("id",))]
        for language in ("en", "zh"):
            names: list[tuple[str, Path]] = [(getattr(term.name, language), ("name", language))]
            names += [(alias, ("aliases", language, at)) for at, alias in enumerate(getattr(term.aliases, language))]
            said += [(language, name, path) for name, path in names if name]
            in_text = getattr(term.in_text, language) or ()
            # In running text FLOPs and FLOPS are two words.
            said += [(f"{language} as typed", form, ("in_text", language, at)) for at, form in enumerate(in_text)]
        for kind, name, path in said:
            key = kind, name if kind.endswith("as typed") else name.lower()
            place, owner = owners.setdefault(key, (index, f"the term `{term.id}`"))
            if place != index or Counter(s[:2] for s in said)[kind, name] > 1:
                yield draft.terms_located.finding(
                    ("terms", index, *path),
                    f"`{name}` belongs to {owner} already",
                    "a name that means one thing",
                    fix="take one of the two out",
                )


@rule(Scope.CATALOGUE)
def terms_are_in_both_languages(draft: Draft) -> Iterator[Finding]:
    """A term has its name and its definition in English and in Chinese, and a subject that is listed."""
    subjects = [subject.id for subject in draft.terms.subjects]
    for index, term in enumerate(draft.terms.terms):
        for field in ("name", "definition"):
            if getattr(term, field).zh is None:
                yield draft.terms_located.finding(
                    ("terms", index, field), "no Chinese", "both languages", fix="write it as `{en: …, zh: …}`"
                )
        if term.subject not in subjects:
            yield draft.terms_located.finding(
                ("terms", index, "subject"),
                f"`{term.subject}` is not a subject",
                f"allowed are {', '.join(f'`{id_}`' for id_ in subjects)}",
                nearest_in_quotes(term.subject, subjects),
                "correct the id, or add the subject",
            )


@rule(Scope.CATALOGUE)
def kinds_have_one_subject(draft: Draft) -> Iterator[Finding]:
    """Each kind of technique stands under one subject of the glossary."""
    owners: dict[TechniqueKind, str] = {}
    for index, subject in enumerate(draft.terms.subjects):
        for at, kind in enumerate(subject.kinds):
            if owners.setdefault(kind, subject.id) != subject.id:
                yield draft.terms_located.finding(
                    ("subjects", index, "kinds", at),
                    f"`{kind}` stands under `{owners[kind]}` already",
                    "one subject for each kind",
                    fix="take one of the two out",
                )
    used = {technique.kind for technique in draft.techniques.techniques}
    missing = sorted(str(kind) for kind in used - set(owners))
    if draft.terms.subjects and missing:
        yield draft.terms_located.finding(
            ("subjects",),
            f"no subject has the kind {', '.join(f'`{kind}`' for kind in missing)}",
            "one subject for each kind",
            fix="add it under `kinds:`",
        )


@rule(Scope.CATALOGUE)
def no_avoided_form(draft: Draft) -> Iterator[Finding]:
    """No text of the catalogue has a form that terms.yaml says is not used."""
    wanted = {language: avoided_forms(draft.terms, language) for language in Language}
    own: list[tuple[Located, Path, Any]] = []
    walk_record(draft.terms, lambda value, path: own.append((draft.terms_located, path, value)))
    for file, path, value in chain(draft.of(Text), own):
        if isinstance(value, Text):
            for language in Language:
                for use in wanted[language].uses(getattr(value, language) or ""):
                    yield file.finding((*path, str(language)), use.message, use.allowed, fix=FIX)
