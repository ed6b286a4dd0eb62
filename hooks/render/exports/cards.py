"""Flash cards of terms, techniques and problems, as the text that Anki imports."""

from __future__ import annotations

import html
from collections.abc import Iterator

from catalogue.schema.values import Text

from ..cite import plain_text
from ..context import Context
from ..problems import problem_item

# Anki's headers: https://docs.ankiweb.net/importing/text-files.html
_HEADERS = """#separator:tab
#html:true
#notetype:Basic
#deck:{deck}
#guid column:1
#tags column:4
"""


def flash_cards(context: Context) -> str:
    """A card in each line: id, front, back and tag; ids stay, so that importing again brings old cards up to date."""
    lines = ("\t".join(" ".join(cell.split()) for cell in card) for card in _card_fields(context))
    return _HEADERS.format(deck=context.words("data.deck")) + "\n".join(lines) + "\n"


def _card_fields(context: Context) -> Iterator[tuple[str, str, str, str]]:
    catalogue, language = context.catalogue, context.words.language
    escape = html.escape

    def plain(text: Text) -> str:
        return escape(plain_text(context, text), quote=False)

    for term in catalogue.glossary.terms:
        yield f"ds-{language}-term-{term.id}", plain(term.name), plain(term.definition), "term"
    for technique in catalogue.techniques.values():
        yield f"ds-{language}-technique-{technique.id}", plain(technique.name), plain(technique.definition), "technique"
    for problem in context.problems:
        shown = problem_item(context, problem)
        steps = [f"{step['says']} {step['working']}" for step in shown["steps"]]
        options = [f"{option['text']}: {option['says']}" for option in shown["options"] if option["right"]]
        rest = [*options, *steps, shown["with_unit"], shown["working"], shown["answer"], *shown["points"]]
        front = "<br>".join([shown["question"], *(option["text"] for option in shown["options"])])
        yield f"ds-{language}-problem-{problem.id}", front, "<br>".join(map(str, filter(None, rest))), "problem"
