"""For programs: what the search answers, with its sources, and a badge for each name of the API."""

from __future__ import annotations

import json
from collections.abc import Iterator

from catalogue.schema.model import ApiName

from ..answers import AnswerLine, answers_by_model
from ..cite import plain_text
from ..context import Context
from ..events import pointer_label
from ..pages import url_of


def answers_json(context: Context, edition: str) -> str:
    """Questions with their answers, and a row for each fact that is answered of a variant; `edition` is an address."""
    questions = [
        {
            "question": plain_text(context, one.ask),
            "answer": plain_text(context, one.answer),
            "page": edition + url_of(one.path),
        }
        for one in context.catalogue.questions
    ]
    record = {"language": context.words.language, "questions": questions, "facts": [*_fact_rows(context, edition)]}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def _fact_rows(context: Context, edition: str) -> Iterator[dict[str, object]]:
    for model, found in answers_by_model(context).items():
        names = [name for name, *_ in found["variants"]]
        for kind, groups in found["answers"].items():
            for places, lines in groups:
                about = {"model": model, "variants": [names[place] for place in places], "asked": kind}
                yield from (about | _line_record(line, edition) for line in lines)


def _line_record(line: AnswerLine, edition: str) -> dict[str, str]:
    said = {"fact": line.label, "answer": line.text, "basis": line.basis, "source": line.source}
    return {name: value for name, value in said.items() if value} | {"page": edition + url_of(line.address)}


def badge_files(context: Context) -> Iterator[tuple[str, str]]:
    """What a name of the API leads to, as the endpoint of a shields.io badge."""
    for name in context.catalogue.api_names:
        message, color = _badge_text(context, name)
        badge = {"schemaVersion": 1, "label": name.name, "message": message, "color": color}
        yield f"data/badges/{name.id}.json", json.dumps(badge, ensure_ascii=False) + "\n"


def _badge_text(context: Context, name: ApiName) -> tuple[str, str]:
    """Message and colour."""
    if name.until is not None:
        return context.words("news.ended"), "lightgrey"
    return pointer_label(context, name.pointers[-1]), "blue"
