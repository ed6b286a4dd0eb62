"""Tables as CSV files and as one SQLite database, byte for byte the same from the same rows."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterable
from typing import Self

from catalogue.revision import Revision

from .dictionary import FOREIGN_KEYS, PRIMARY_KEYS, column_type
from .rows import Rows

DATABASE = "data/catalogue.sqlite"
_LIBRARY = slice(96, 100)  # where SQLite notes which release of it wrote the file


def csv_text(table: Rows) -> str:
    """A table as CSV: UTF-8, commas, a header, `\\n` at the end of a line, nothing in a cell without a value."""
    out = io.StringIO()
    writer = csv.DictWriter(out, table.columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(table.rows)
    return out.getvalue()


class Database:
    """Tables in one database, to be closed. A column is a number where all its values are."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:")
        self._connection.execute("PRAGMA page_size = 4096")
        self._connection.execute("PRAGMA encoding = 'UTF-8'")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def add(self, table: Rows) -> None:
        """Add a table with its keys."""
        types = {"integer": "INTEGER", "number": "REAL", "string": "TEXT"}
        parts = [f'"{name}" {types[column_type(table, name)]}' for name in table.columns]
        if key := PRIMARY_KEYS.get(table.name):
            parts.append(f"PRIMARY KEY ({_quoted_names(key)})")
        parts += [
            f'FOREIGN KEY ("{column}") REFERENCES "{other}" ("{of}")'
            for column, (other, of) in FOREIGN_KEYS.get(table.name, {}).items()
        ]
        self._connection.execute(f'CREATE TABLE "{table.name}" ({", ".join(parts)})')
        marks = ", ".join("?" * len(table.columns))
        self._connection.executemany(
            f'INSERT INTO "{table.name}" VALUES ({marks})',
            ([row.get(name) for name in table.columns] for row in table.rows),
        )

    def say_revision(self, revision: Revision) -> None:
        """Add a table that says of which day and commit the data is."""
        self._connection.execute('CREATE TABLE "revision" ("date" TEXT, "commit" TEXT, "digest" TEXT)')
        row = (revision.date or None, revision.commit or None, revision.digest)
        self._connection.execute('INSERT INTO "revision" VALUES (?, ?, ?)', row)

    def written(self) -> bytes:
        """The file of the database."""
        self._connection.commit()
        written = bytearray(self._connection.serialize())
        written[_LIBRARY] = bytes(4)
        return bytes(written)


def _quoted_names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
