"""data/FIELDS.md: entries to copy, every field and every rule, for whoever writes data. Made by `make fields`; a test holds it current."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import entries_to_copy, field_reference
from .rules import ALL

FILE = "FIELDS.md"
_HEAD = """\
# Fields of the data

Made by `make fields` from the schema in `hooks/catalogue/schema` and the rules in `hooks/catalogue/rules`. How sources, absent
values, numbers and texts are written is said on the page “Field reference” of the site.
"""
_COPIES = (
    ("The smallest entry", "A file `data/models/<id>.yaml`.", "yaml", entries_to_copy.SMALLEST),
    ("Its reference", "At the end of `data/references.bib`.", "bibtex", entries_to_copy.REFERENCE),
    (
        "A mixture of experts",
        "With sizes, architecture, schedule, batch, hardware and a table of scores.",
        "yaml",
        entries_to_copy.EXPERTS,
    ),
    ("An update", "Behind the last variant of its family, in that family's file.", "yaml", entries_to_copy.UPDATE),
    ("A technique", "Under `techniques:` in `data/techniques.yaml`.", "yaml", entries_to_copy.TECHNIQUE),
    (
        "A name of the API",
        "Under `api_names:` in `data/models.yaml`. A name that changes its meaning gets another pointer, one that ends gets `until:`.",
        "yaml",
        entries_to_copy.API_NAME,
    ),
)


def fields_document() -> str:
    """The whole document."""
    return "\n".join([_HEAD, *_entries(), *_fields(), *_rules()])


def rule_title(rule: Callable[..., object]) -> str:
    """The name of a rule as words."""
    return rule.__name__.replace("_", " ").capitalize()


def rule_text(rule: Callable[..., object]) -> str:
    """What a rule says, in one line."""
    return " ".join((rule.__doc__ or "").split())


def _entries() -> Iterator[str]:
    yield "## Entries to copy\n\nEach passes `make check` as it stands, with the reference below.\n"
    every = (
        "Every field",
        "What another kind of model has stands in comments.",
        "yaml",
        entries_to_copy.complete_entry(),
    )
    for title, where, language, text in (*_COPIES, every):
        yield f"### {title}\n\n{where}\n\n```{language}\n{text}```\n"


def _fields() -> Iterator[str]:
    yield "## Fields\n"
    for name, rows in field_reference.schema_records().items():
        yield f"### {name}\n\n| Field | Type | Meaning | Example |\n| --- | --- | --- | --- |"
        for row in rows:
            kind = f"[{row.opens}](#{row.opens.lower()})" if row.opens else row.type
            named = f"`{row.name}`{' (required)' if row.required else ''}"
            words = " ".join(f"`{word}`" for word in row.words)
            meaning = f"{row.description} {words}".strip()
            example = f"`{row.example}`" if row.example else ""
            yield "| " + " | ".join(_cell(cell) for cell in (named, kind, meaning, example)) + " |"
        yield ""


def _rules() -> Iterator[str]:
    yield "## Rules\n\nBeside the type of every field these hold; all findings are reported in one run.\n"
    for rule in ALL:
        yield f"- **{rule_title(rule)}**: {rule_text(rule)}"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
