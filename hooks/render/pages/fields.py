"""The reference of fields, for contributors: how values are written, then every record; outside the menu and the search."""

from __future__ import annotations

from dataclasses import replace

from catalogue import field_reference, places

from ..context import Context
from ..page import Page, Section, lead_section


def page(context: Context) -> Page:
    """How values are written, and a table for each record."""
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
        for name, rows in field_reference.schema_records().items()
    }
    sections = (
        lead_section(words("fields.intro")),
        Section("values", words("add.values"), context.html("add_values.html.jinja", forms=places.FORMS)),
        Section("fields", words("add.fields"), context.html("add_fields.html.jinja", records=records)),
    )
    return Page("fields.md", words("page.fields"), words("fields.description"), sections)
