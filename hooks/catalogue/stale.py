"""What grows stale: the list that whoever updates the catalogue works through, read off the files alone.

Documents that could not be opened (`unread:` in documents.yaml) or were read in somebody's copy (copies.yaml, or ` via `
behind a source), texts that say so of themselves, sentences whose truth depends on which model is the newest or on
something not being there yet, and values that are `not published` here and stated by a later report for its own model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path as FilePath

from . import files, places
from .findings import CatalogueError
from .load import draft_of
from .records import by_date
from .rules.draft import Draft
from .rules.sources import cited_places, typed_source
from .schema.model import Model, Track
from .schema.values import Absence, Single, Source, Text
from .strict_yaml import Located

_CONFESSED = re.compile(
    r"\b(?:could|can) ?not (?:be )?(?:read|opened|open|had|seen)\b|\bcannot be opened\b", re.IGNORECASE
)
_NEWEST = r"\b(?:newest|(?<!at the )latest|most recent)\b(?![-:])|最新|最近的模型"
_NOT_YET = re.compile(
    r"\b(?:so far|to date|not yet|no longer|the only|for the first time|not (?:been )?(?:made )?(?:public|released))\b".replace(
        " ", r"\s+"
    )
    + "|未公开|没有公开|未发布|没有发布|尚未|迄今|至今|目前|截至|唯一|首次(?!使用)",
    re.IGNORECASE,
)
# Where texts that people write stand, beside the data.
_PAGES = ("docs/en/**/*.md", "docs/zh/**/*.md", "README*.md", "hooks/render/words/*/*.yaml")
# What a list of later values would only repeat: rows of tables, and what is said of a day.
_NOT_ASKED = frozenset({"evaluation", "changes", "disputes", "dates", "links", "notes", "details", "mix"})
_SHOWN = 3  # places named of each document
_RANGE = 25  # characters between `from` and `to`
_AROUND = 60  # characters that are shown on both sides of what was found


def stale_report(data: FilePath) -> str:
    """The list, as lines to print. Raises CatalogueError where a file cannot be read."""
    data = data.resolve()
    draft, findings = draft_of(data.name, files.read_texts(data))
    if findings:
        raise CatalogueError(findings)
    texts = dict(_written_texts(data))
    newest = newest_model(draft.models.models)
    about = f" ({newest.name})" if newest else ""
    parts = (
        (f"Sentences whose truth depends on the newest model{about}", list(_sentences(texts, _newest_pattern(newest)))),
        ("Sentences that say that something is not there, or is the only one", list(_sentences(texts, _NOT_YET))),
        ("Not published here, and stated by a later report for its own model", list(_values_to_ask_again(draft))),
        ("Documents that could not be opened, with the values that rest on them", list(_unopened_documents(draft))),
        ("Documents that were read in a copy", list(_copied_documents(draft))),
        ("Texts that say that something could not be read", list(_texts_that_admit_it(draft))),
    )
    return "\n\n".join("\n".join((f"{title}: {len(lines)}", *lines)) for title, lines in parts)


def newest_model(models: Iterable[Model]) -> Model | None:
    """The youngest of the general models, which sentences mean by the newest; None without one."""
    general = [model for model in models if model.track is Track.GENERAL]
    return by_date(general)[-1] if general else None


def _newest_pattern(newest: Model | None) -> re.Pattern[str]:
    """`newest` and the like, and ranges that end with the newest model: `from V3.1 to V4.1`, `到 V4.1`."""
    if newest is None:
        return re.compile(_NEWEST, re.IGNORECASE)
    short = newest.name.removeprefix("DeepSeek-")
    names = "|".join(re.escape(name) for name in dict.fromkeys((short, short.partition("-")[0])))
    begins = rf"\bfrom\s(?:(?!\. )[\s\S]){{1,{_RANGE}}}?\sto\s+|\b(?:up|down)\s+to\s+|从[^。\n]{{1,{_RANGE}}}[到至]\s*|直[到至]\s*"
    return re.compile(rf"{_NEWEST}|(?:{begins})(?:DeepSeek-)?(?:{names})(?!['’\w-]*\w)", re.IGNORECASE)


def _written_texts(data: FilePath) -> Iterator[tuple[str, str]]:
    """The texts that people write, by their place: data, hand-written pages, words of the interface."""
    for name, text in files.read_texts(data).items():
        if name.endswith(".yaml"):
            yield f"{data.name}/{name}", text
    for pattern in _PAGES:
        for path in sorted(data.parent.glob(pattern)):
            yield path.relative_to(data.parent).as_posix(), path.read_text(encoding="utf-8")


def _sentences(texts: Mapping[str, str], pattern: re.Pattern[str]) -> Iterator[str]:
    """Where the pattern is found, with what stands around it, once a line."""
    for place, text in texts.items():
        seen = set[int]()
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            start, end = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.end()) % (len(text) + 1)
            if line in seen or (text[start : found.start()].lstrip().startswith("#") and place.endswith(".yaml")):
                continue
            seen.add(line)
            around = text[max(start, found.start() - _AROUND) : min(end, found.end() + _AROUND)]
            yield f"  {place}:{line}: {' '.join(around.split())}"


def _values_to_ask_again(draft: Draft) -> Iterator[str]:
    """For each entry the values that it calls not published and that a later model of its line states of itself."""
    states: dict[str, dict[str, list[Single[object]]]] = {}
    for path, model in draft.each_model():
        found = states.setdefault(model.id, {})
        for _, place, value in draft.of(Single):
            if place[: len(path)] == path:
                name = ".".join(str(step) for step in place[len(path) :] if isinstance(step, str))
                found.setdefault(name.replace(".by_variant", ""), []).append(value)
    models = by_date(draft.models.models)
    for index, model in enumerate(models):
        later = [other for other in models[index + 1 :] if other.reference and model.id in _line_of(draft, other)]
        asked: dict[str, list[str]] = {}
        for name, values in states[model.id].items():
            if not _NOT_ASKED.isdisjoint(name.split(".")) or not _is_open(values):
                continue
            for other in later:
                if any(value.value is not None for value in states[other.id].get(name, ())):
                    asked.setdefault(name, []).append(other.id)
        for name, others in asked.items():
            yield f"  {model.id} {name}: stated in {', '.join(others)}"


def _is_open(values: Sequence[Single[object]]) -> bool:
    """Whether a field is said to be not published, and stated nowhere in its entry."""
    return all(value.value is None for value in values) and any(
        value.absence is Absence.NOT_PUBLISHED for value in values
    )


def _line_of(draft: Draft, model: Model) -> frozenset[str]:
    """The models that a model builds on, directly or through others."""
    found: set[str] = set()
    waiting = [model]
    while waiting:
        for parent in waiting.pop().builds_on:
            if parent.model and parent.model not in found and parent.model in draft.by_id:
                found.add(parent.model)
                waiting.append(draft.by_id[parent.model])
    return frozenset(found)


def _unopened_documents(draft: Draft) -> Iterator[str]:
    of = [(item.key, places.document_of(item.locus), place) for item, place in _cited_sources(draft)]
    for key, documents in draft.documents.documents.items():
        for name, document in documents.items():
            if document.unread is not None:
                resting = [place for cited, called, place in of if (cited, called) == (key, places.document_of(name))]
                yield f"  {key} {name}: {document.unread.en} {_count_and_first(resting)}"


def _copied_documents(draft: Draft) -> Iterator[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for item, place in _cited_sources(draft):
        if item.via is not None:
            found.setdefault((item.key, item.via.key), []).append(place)
    for (key, copy), resting in sorted(found.items(), key=lambda line: (-len(line[1]), line[0])):
        yield f"  {key}, in {copy}: {_count_and_first(resting)}"


def _texts_that_admit_it(draft: Draft) -> Iterator[str]:
    for file, path, text in draft.of(Text):
        if _CONFESSED.search(text.en):
            yield f"  {_place_text(file, path)}: {' '.join(text.en.split())}"


def _cited_sources(draft: Draft) -> Iterator[tuple[Source, str]]:
    """Each source of a value, and where it is typed."""
    for file, path, item in cited_places(draft):
        yield item, _place_text(file, typed_source(file, path))


def _place_text(file: Located, path: tuple[str | int, ...]) -> str:
    finding = file.finding(path, "")
    return f"{finding.file}:{finding.line}"


def _count_and_first(resting: Iterable[str]) -> str:
    """How many values, and where the first of them stand."""
    where = list(resting)
    lines = list(dict.fromkeys(where))
    more = ", …" if len(lines) > _SHOWN else ""
    return f"{len(where)} ({', '.join(lines[:_SHOWN])}{more})" if where else "0"
