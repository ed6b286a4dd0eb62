"""What a technique's page tells: of models in the order of their dates, of those that have to do with it, and in short paragraphs."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding, Path, nearest_in_quotes
from ..schema.values import Text
from ..sentences import count_sentences, split_paragraphs
from ..uses import How
from .draft import Draft, repeated_ids
from .registry import Scope, rule

SENTENCES = 5


@rule(Scope.CATALOGUE)
def shared_pages_hold_several(draft: Draft) -> Iterator[Finding]:
    """A page that techniques share holds at least two of them and is not called like a technique; each technique is on one page."""
    file, pages = draft.techniques_file, [page.id for page in draft.techniques.pages]
    yield from repeated_ids(file, ((("pages", i, "id"), id_) for i, id_ in enumerate(pages)))
    for i, technique in enumerate(draft.techniques.techniques):
        if technique.page is not None and technique.page not in pages:
            yield file.finding(
                ("techniques", i, "page"),
                f"`{technique.page}`, which is no page of `pages:`",
                "a page that techniques share; left out where a technique has a page of its own",
                nearest_in_quotes(technique.page, pages),
                "correct the id, or add the page",
            )
    for i, id_ in enumerate(pages):
        if id_ in draft.technique_ids:
            allowed = "an address leads to one page"
            yield file.finding(("pages", i, "id"), f"`{id_}`, which is a technique", allowed, fix="choose another id")
        if sum(technique.page == id_ for technique in draft.techniques.techniques) < 2:
            found = f"`{id_}` holds fewer than two techniques"
            fix = "take it out, or give it to another technique as its `page`"
            yield file.finding(("pages", i, "id"), found, "a page is shared by several", fix=fix)


@rule(Scope.CATALOGUE)
def models_stand_by_date(draft: Draft) -> Iterator[Finding]:
    """Models under `in_models` stand in the order of their dates, each once, and none before the technique was introduced."""
    for index, technique in enumerate(draft.techniques.techniques):
        path, introduced = ("techniques", index, "in_models"), technique.introduced.date.value
        rows = list(enumerate(technique.in_models))
        named = [((*path, i, "model"), row.model) for i, row in rows if row.model is not None]
        yield from repeated_ids(draft.techniques_file, named, "model", "tell of a model in one text")
        users = {use.model.id for use in draft.uses.of_technique(technique.id)}  # `uses_in_time` looks at these
        before, latest = "", None
        for i, row in rows:
            when, name = draft.uses.date_of(technique.id, row), row.model or "this"
            if when is None:
                continue
            where = (*path, i, "model" if row.model is not None else "date")
            if latest is not None and when.surely_before(latest):
                yield draft.techniques_file.finding(
                    where,
                    f"`{name}`, {when.text}, behind {before}, {latest.text}",
                    "models in the order of their dates, the oldest first",
                    fix="move it up",
                )
            if introduced is not None and when.surely_before(introduced) and row.model not in users:
                yield draft.techniques_file.finding(
                    where,
                    f"`{name}`, {when.text}, is older than `{technique.id}`, {introduced.text}",
                    "what came after the technique was introduced",
                    fix="correct the date under `introduced`, or leave the model out",
                )
            before, latest = f"`{name}`", when


@rule(Scope.CATALOGUE)
def models_told_of_use_it(draft: Draft) -> Iterator[Finding]:
    """A model under `in_models` uses the technique, or the row says `is_use: false`; one that uses it does not say so."""
    for index, technique in enumerate(draft.techniques.techniques):
        users = {use.model.id for use in draft.uses.of_technique(technique.id) if use.how is not How.IN_WEIGHTS}
        for i, row in enumerate(technique.in_models):
            if row.model not in draft.by_id:
                continue  # a date, or an id that is none, which is said elsewhere
            where = ("techniques", index, "in_models", i)
            if row.model not in users and row.is_use is not False:
                yield draft.techniques_file.finding(
                    (*where, "model"),
                    f"`{row.model}` does not use `{technique.id}`, as far as its entry says",
                    "a model that uses it, or `is_use: false` beside a text that says that it drops or rejects it",
                    fix="correct the id, state the use under `techniques` of the model, or say what it has instead",
                )
            elif row.model in users and row.is_use is False:
                yield draft.techniques_file.finding(
                    (*where, "is_use"),
                    f"`{row.model}` uses `{technique.id}`, as its entry says",
                    "`is_use: false` beside a model that does not",
                    fix="take the line out",
                )


@rule(Scope.CATALOGUE)
def paragraphs_are_short(draft: Draft) -> Iterator[Finding]:
    """A paragraph of `what`, `why`, `how`, `cost` or of a text under `in_models` has at most five sentences, in both languages."""
    for index, technique in enumerate(draft.techniques.techniques):
        parts: dict[Path, Text | None] = {(name,): getattr(technique, name) for name in ("what", "why", "how", "cost")}
        parts |= {("in_models", i, "text"): row.text for i, row in enumerate(technique.in_models)}
        for path, text in parts.items():
            for language in ("en", "zh"):
                for number, paragraph in enumerate(split_paragraphs(getattr(text, language, None) or ""), 1):
                    if (count := count_sentences(paragraph)) > SENTENCES:
                        yield draft.techniques_file.finding(
                            ("techniques", index, *path, language),
                            f"paragraph {number} has {count} sentences",
                            f"at most {SENTENCES} sentences in a paragraph",
                            fix="begin a new paragraph with a blank line, or say less",
                        )
