"""Routes lead to pages that exist, and ask for nothing that they have not given; code stands in repositories that are named."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding, nearest_in_quotes
from ..latex_letters import latex_letters
from .draft import Draft, repeated_ids
from .registry import Scope, rule


@rule(Scope.CATALOGUE)
def guides_build_on_guides(draft: Draft) -> Iterator[Finding]:
    """A guide builds on guides that are listed before it."""
    before: list[str] = []
    for index, guide in enumerate(draft.study.guides):
        for at, need in enumerate(guide.needs):
            if need not in before:
                yield draft.study_located.finding(
                    ("guides", index, "needs", at),
                    f"no guide `{need}` stands before `{guide.id}`",
                    "guides that are listed before",
                    nearest_in_quotes(need, before),
                    fix="put it before, or correct the name",
                )
        before.append(guide.id)


@rule(Scope.CATALOGUE)
def routes_give_what_they_ask_for(draft: Draft) -> Iterator[Finding]:
    """A step of a route is a page that exists, and a guide comes after those that it builds on."""
    known = {
        "guide": [guide.id for guide in draft.study.guides],
        "model": list(draft.by_id),
        "technique": list(draft.technique_ids),
    }
    needs = {guide.id: guide.needs for guide in draft.study.guides}
    for r, route in enumerate(draft.study.routes):
        read: set[str] = set()
        for p, part in enumerate(route.parts):
            for s, step in enumerate(part.steps):
                kind, _, name = step.page.partition(":")
                path = ("routes", r, "parts", p, "steps", s, "page")
                if kind in known and name not in known[kind]:
                    yield draft.study_located.finding(
                        path, f"no {kind} `{name}`", f"a {kind} of this site", nearest_in_quotes(name, known[kind])
                    )
                missing = [need for need in needs.get(name, ()) if need not in read] if kind == "guide" else []
                if missing:
                    yield draft.study_located.finding(
                        path,
                        f"`{name}` builds on `{missing[0]}`, which this route has not given",
                        "guides in the order in which they build on one another",
                        fix=f"put `guide:{missing[0]}` before it",
                    )
                if kind == "guide":
                    read.add(name)


@rule(Scope.CATALOGUE)
def formulas_keep_to_the_symbols(draft: Draft) -> Iterator[Finding]:
    """A formula of a guide has an id of its own, and every letter of it stands among the symbols of its subject."""
    known = {
        subject: frozenset[str]().union(*(latex_letters(symbol.latex) for symbol in symbols))
        for subject, symbols in draft.study.symbols.items()
    }
    formulas = draft.study.formulas
    yield from repeated_ids(draft.study_located, ((("formulas", i, "id"), f.id) for i, f in enumerate(formulas)))
    for index, formula in enumerate(formulas):
        for letter in sorted(latex_letters(formula.latex) - known.get(formula.subject, frozenset())):
            yield draft.study_located.finding(
                ("formulas", index, "latex"),
                f"`{letter}` is no symbol of `{formula.subject.value}`",
                "letters that stand under `symbols`",
                fix="write the letter that the table has for it, or add it there with its meaning",
            )


@rule(Scope.CATALOGUE)
def code_is_of_a_technique(draft: Draft) -> Iterator[Finding]:
    """A place in code names a technique and a repository, and each repository is used."""
    repositories = [repository.id for repository in draft.study.repositories]
    for index, place in enumerate(draft.study.code):
        for field, known in (("technique", draft.technique_ids), ("repository", repositories)):
            name = getattr(place, field)
            if name not in known:
                yield draft.study_located.finding(
                    ("code", index, field),
                    f"no {field} `{name}`",
                    f"a {field} by its id",
                    nearest_in_quotes(name, known),
                )
    used = {place.repository for place in draft.study.code}
    for index, repository in enumerate(draft.study.repositories):
        if repository.id not in used:
            yield draft.study_located.finding(
                ("repositories", index, "id"),
                f"no code of `{repository.id}` is named",
                "repositories that are used",
                fix="take it out",
            )
