"""“Add a model” and the data page, made from the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from catalogue import entries_to_copy, field_reference, places
from catalogue.rules import ALL

from ..context import Context
from ..page import Page, Section
from ..words import Words


def page(context: Context) -> Page:
    """How to add an entry, an entry to copy, every field, every rule."""
    words = context.words
    records = {
        name: [
            replace(
                row,
                type=words(f"type.{row.type.replace(' ', '_')}") if row.opens is None else row.type,
                description=words.from_code(f"schema.{name}.{row.name}", row.description),
            )
            for row in rows
        ]
        for name, rows in field_reference.records().items()
    }
    rules = [
        (
            words.from_code(f"rules.{rule.__name__}.title", _title(rule)),
            words.from_code(f"rules.{rule.__name__}.rule", " ".join((rule.__doc__ or "").split())),
        )
        for rule in ALL
    ]
    sections = [
        Section("lead", "", context.html("add_lead.html.jinja")),
        Section(
            "template",
            words("add.template"),
            f"<p>{words('add.template_intro')}</p>",
            "\n".join(_to_copy(words)),
        ),
        Section("values", words("add.values"), context.html("add_values.html.jinja", forms=places.FORMS)),
        Section("fields", words("add.fields"), context.html("add_fields.html.jinja", records=records)),
        Section("rules", words("add.rules"), context.html("add_rules.html.jinja", rules=rules)),
    ]
    return Page("add-a-model.md", words("page.add"), words("add.description"), tuple(sections))


def _to_copy(words: Words) -> Iterator[str]:
    """Every entry to copy as a code block, under what it is and where it goes."""
    for name, language, text in (
        ("smallest", "yaml", entries_to_copy.SMALLEST),
        ("reference", "bibtex", entries_to_copy.REFERENCE),
        ("update", "yaml", entries_to_copy.UPDATE),
        ("technique", "yaml", entries_to_copy.TECHNIQUE),
        ("api_name", "yaml", entries_to_copy.API_NAME),
        ("complete", "yaml", entries_to_copy.complete()),
    ):
        yield f"### {words(f'add.copy.{name}')} {{ #copy-{name.replace('_', '-')} }}\n\n{words(f'add.copy.{name}_where')}\n"
        yield f"```{language}\n{text}```\n"


def _title(rule: Callable[..., object]) -> str:
    return rule.__name__.replace("_", " ").capitalize()
