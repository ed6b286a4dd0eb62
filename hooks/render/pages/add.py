"""“Add a model” and the data page, made from the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from textwrap import indent

from catalogue import entries_to_copy, field_reference, places
from catalogue.rules import ALL

from ..context import Context
from ..page import Page, Section, lead_section
from ..words import Words


def page(context: Context) -> Page:
    """The shortest way from an entry to its page, then what one looks up: other entries to copy, names, every field, every rule."""
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
        lead_section(words("add.intro")),
        Section("start", words("add.start"), markdown="\n\n".join(_steps(words))),
        Section("template", words("add.template"), f"<p>{words('add.template_intro')}</p>", "\n".join(_to_copy(words))),
        Section("values", words("add.values"), context.html("add_values.html.jinja", forms=places.FORMS)),
        Section(
            "names",
            words("add.names"),
            context.html(
                "add_names.html.jinja",
                gpus=[gpu.name for gpu in context.catalogue.gpus.values()],
                techniques=[(id_, context.short_name(t)) for id_, t in context.catalogue.techniques.items()],
            ),
        ),
        Section("control", words("add.control"), f"<p>{words('add.control_how')}</p>"),
        Section("fields", words("add.fields"), context.html("add_fields.html.jinja", records=records)),
        Section("rules", words("add.rules"), context.html("add_rules.html.jinja", rules=rules)),
    ]
    return Page("add-a-model.md", words("page.add"), words("add.description"), tuple(sections))


def _steps(words: Words) -> Iterator[str]:
    """The shortest way, from the smallest entry to its page."""
    for number, (name, language, text) in enumerate(
        (
            ("one", "yaml", entries_to_copy.SMALLEST),
            ("two", "bibtex", entries_to_copy.REFERENCE),
            ("three", "sh", "make check\n"),
            ("four", "sh", "make preview ID=deepseek-x\n"),
        ),
        1,
    ):
        yield f"{number}. {words(f'add.step_{name}')}\n\n{indent(_code(language, text), ' ' * 4)}"
    yield words("add.step_more", edit=words("page_edit"))


def _to_copy(words: Words) -> Iterator[str]:
    """Every other entry to copy under what it is and where it goes, its lines folded."""
    for name, text in (
        ("experts", entries_to_copy.EXPERTS),
        ("update", entries_to_copy.UPDATE),
        ("technique", entries_to_copy.TECHNIQUE),
        ("api_name", entries_to_copy.API_NAME),
        ("complete", entries_to_copy.complete()),
    ):
        summary = words("add.lines", count=len(text.splitlines()))
        yield f"### {words(f'add.copy.{name}')} {{ #copy-{name.replace('_', '-')} }}\n\n{words(f'add.copy.{name}_where')}\n"
        yield f'<details class="ds-working" markdown="1"><summary>{summary}</summary>\n\n{_code("yaml", text)}\n</details>\n'


def _code(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"


def _title(rule: Callable[..., object]) -> str:
    return rule.__name__.replace("_", " ").capitalize()
