"""Tables as CSV, as one SQLite database and as a Frictionless data package; the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from hashlib import sha256
from typing import Any

from catalogue.facts import FACTS, Theme
from catalogue.revision import Revision
from catalogue.schema.setting import FIELDS, Setting

from .rows import STAGE_BLOCKS, ExportTable, stage_column

PACKAGE = "data/datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"

PRIMARY_KEYS: Mapping[str, tuple[str, ...]] = {
    "models": ("model",),
    "variants": ("variant",),
    "stages": ("model", "stage", "variant"),
    "techniques": ("technique",),
    "api_services": ("service",),
    "references": ("key",),
}
# Column, and the table and column that it names a row of.
FOREIGN_KEYS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "models": {"reference": ("references", "key"), "flagship": ("variants", "variant")},
    "variants": {"model": ("models", "model")},
    "stages": {"model": ("models", "model"), "variant": ("variants", "variant")},
    "evaluation": {"stated_by": ("models", "model"), "variant": ("variants", "variant")},
    "uses": {"technique": ("techniques", "technique"), "model": ("models", "model")},
    "api_names": {"variant": ("variants", "variant")},
}

_MODEL, _VARIANT, _TECHNIQUE = "Id of the family of models.", "Id of the variant.", "Id of the technique."
_COUNTS = "What the published number counts, where that is not all of the main model."
_CHINESE = "The same in Chinese; empty where it is not written yet."
_DESCRIPTIONS: Mapping[str, Mapping[str, str]] = {
    "models": {
        "model": _MODEL,
        "name": "Name that its makers gave it.",
        "track": "Lane of the timeline: general, code, math, reasoning, prover or vision.",
        "released": "First of its dates, a day, or a month where only that is known.",
        "arxiv": "arXiv id of its paper.",
        "reference": "Key of its paper in references.",
        "flagship": "Variant that stands for it in comparisons.",
        "compared_with": "Variant that the flagship is compared with.",
        "variants": "Number of its variants.",
        "summary": "What it is, in about three sentences.",
        "summary_zh": _CHINESE,
        "date_weights": "First public weights.",
        "date_announcement": "Announcement by its makers.",
        "date_paper": "First version of the paper.",
        "date_api": "First day in the API.",
        "licence_code": "Licence of the code.",
        "licence_weights": "Licence of the weights.",
        "licence_commercial_use": "1 where commercial use of the weights is allowed, otherwise 0.",
    },
    "variants": {
        "model": _MODEL,
        "variant": _VARIANT,
        "name": "Name that its makers gave it.",
        "track": "Lane of the timeline of its family.",
        "kind": "What the checkpoint is: base, chat, instruct, reasoning, RL or distilled.",
        "released": "Day on which it came out, or a month where only that is known.",
        "weights_url": "Where the weights are.",
        **dict(fact.column for fact in FACTS.values() if fact.column),
        **{f"{fact.column[0]}_counts": _COUNTS for fact in FACTS.values() if fact.column and fact.theme is Theme.SIZES},
    },
    "stages": {
        **{
            stage_column(block, name): info.description or ""
            for block, record in STAGE_BLOCKS.items()
            for name, info in record.model_fields.items()
        },
        "model": _MODEL,
        "stage": "Id of the stage, unique inside the family.",
        "number": "Its place in the order in which the stages were run, from 1.",
        "kind": "What the stage is for.",
        "name": "Name that its source gives it, where it has one.",
        "variant": "Id of a variant that comes out of the stage or went through it; a row for each.",
        "starts_from": "Initial weights.",
        "learning_rate_phases": "The schedule behind the warm-up: where each phase ends, its rate there, and its shape; `; ` between phases.",
    },
    "evaluation": {
        "stated_by": "Id of the family whose paper prints the score.",
        "table": "Id of the table, unique inside the family.",
        "table_title": "What the table compares.",
        "kind": "What is compared: base, chat, reasoning or ablation.",
        "variant": "Id of the variant that the score is of.",
        "benchmark": "Benchmark, named as in the table.",
        "setting": "How the score was taken, in words: the fields that follow, with commas.",
        **{name: Setting.model_fields[name].description or "" for name in FIELDS},
        "own_words": "The source's own words for the setting, where the fields say it in others.",
        "score": "The score as a number.",
        "unit": "% where the source prints it.",
        "printed": "The score with the digits that the source prints.",
    },
    "techniques": {
        "technique": _TECHNIQUE,
        "name": "Full name.",
        "name_zh": _CHINESE,
        "abbreviation": "What everybody calls it.",
        "kind": "Shelf of the index of techniques.",
        "introduced_by": "Authors or organisation.",
        "introduced": "First publication.",
        "what": "What it is, in two or three sentences.",
        "what_zh": _CHINESE,
    },
    "uses": {
        "technique": _TECHNIQUE,
        "model": _MODEL,
        "how": "What the family does with it: introduced, first used, used, taken over or dropped.",
        "since": "Day or month from which it holds.",
        "variants": "Ids of the variants that it holds for, with spaces between them; empty for the first release.",
        "taken_over_from": "The family whose weights brought it.",
        "stated": "What the entry itself says, where it says it; otherwise the use follows from its fields.",
        "only_in": "The part of the family in which it is used, where it is not all of it.",
        "follows_from": "Field of the entry that the use follows from.",
    },
    "api_names": {
        "name": "Name of the API.",
        "since": "First day of what it meant.",
        "variant": "Id of the variant that it led to, where that is in the catalogue.",
        "label": "What it led to otherwise.",
        "mode": "Mode in which it led to that.",
        "name_until": "Last day of the name.",
    },
    "api_prices": {
        "name": "Name of the API.",
        "since": "First day of the price, in UTC.",
        "until": "First day of the next price, or last day of the name; empty where neither is known.",
        "rate": "When it holds: always, night, off-peak or peak.",
        "dollars_hit": "US dollars for a million input tokens found in the cache; empty where there was none.",
        "dollars_miss": "US dollars for a million other input tokens.",
        "dollars_output": "US dollars for a million output tokens.",
        "dollars_source": "Where the prices in dollars were read: key of a reference and place.",
        "yuan_hit": "Yuan for a million input tokens found in the cache.",
        "yuan_miss": "Yuan for a million other input tokens.",
        "yuan_output": "Yuan for a million output tokens.",
        "yuan_source": "Where the prices in yuan were read: key of a reference and place.",
    },
    "api_services": {
        "service": "Id of the service.",
        "name": "What it is called.",
        "name_zh": _CHINESE,
        "endpoint": "What is called.",
        "since": "First day.",
        "does": "What it takes and gives.",
        "does_zh": _CHINESE,
        "model": "The model behind it.",
        "per": "What the price is for.",
        "yuan": "Price in yuan.",
        "dollars": "Price in US dollars.",
    },
    "references": {
        "key": "Key, by which all sources name it.",
        "title": "Title.",
        "authors": "Authors, with semicolons between them.",
        "year": "Year.",
        "url": "Address.",
        "arxiv": "arXiv id.",
        "doi": "Digital object identifier.",
        "venue": "Journal or proceedings.",
        "copy": "1 where it is somebody's copy of a document or a page about it, otherwise 0.",
    },
}


def describe_column(table: str, column: str) -> str:
    described = _DESCRIPTIONS[table]
    if column in described:
        return described[column]
    if column == "source":
        return "Where it was read: key of a reference and place in it, with semicolons between several."
    if column == "absence":
        return "Why there is no value: not published, not applicable or unknown."
    for suffix, said in (("_absence", "Why `{}` is empty: "), ("_source", "Where `{}` was read: ")):
        if column.endswith(suffix):
            of = column.removesuffix(suffix)
            describe_column(table, of)
            end = (
                "not published, not applicable or unknown." if suffix == "_absence" else "key of a reference and place."
            )
            return said.format(of) + end
    raise KeyError(f"no description of the column `{column}` of {table}")


def column_type(table: ExportTable, name: str) -> str:
    """Frictionless type: a number where all values are."""
    kinds = {type(value) for row in table.rows if (value := row.get(name)) is not None}
    return "integer" if kinds == {int} else "number" if kinds and kinds <= {int, float} else "string"


def data_package(tables: Iterable[tuple[ExportTable, str]], revision: Revision, address: str) -> str:
    package: dict[str, Any] = {
        "$schema": PROFILE,
        "name": "ds-series",
        "title": "DS Series: DeepSeek's models and training infrastructure as data",
        "description": "Every value has a column with its source, and where it is empty one with the reason.",
        "homepage": address,
        "version": revision.version,
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "title": "Creative Commons Attribution 4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
        "revision": {"date": revision.date, "commit": revision.commit, "digest": revision.digest},
        "resources": [_table_resource(table, text) for table, text in tables],
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _table_resource(table: ExportTable, text: str) -> dict[str, Any]:
    written = text.encode()
    schema: dict[str, Any] = {
        "fields": [
            {"name": name, "type": column_type(table, name), "description": describe_column(table.name, name)}
            for name in table.columns
        ],
        "missingValues": [""],
    }
    if key := PRIMARY_KEYS.get(table.name):
        schema["primaryKey"] = list(key)
    if keys := FOREIGN_KEYS.get(table.name):
        schema["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": other, "fields": [of]}}
            for column, (other, of) in keys.items()
        ]
    return {
        "name": table.name,
        "type": "table",
        "path": f"{table.name}.csv",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(written),
        "hash": f"sha256:{sha256(written).hexdigest()}",
        "schema": schema,
    }


DATABASE = "data/catalogue.sqlite"
_LIBRARY = slice(96, 100)  # where SQLite notes which release of it wrote the file


def csv_text(table: ExportTable) -> str:
    """UTF-8, commas, a header, line feeds, nothing in a cell without a value."""
    out = io.StringIO()
    writer = csv.DictWriter(out, table.columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(table.rows)
    return out.getvalue()


def database_bytes(tables: Iterable[ExportTable], revision: Revision) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA page_size = 4096")
        connection.execute("PRAGMA encoding = 'UTF-8'")
        connection.execute('CREATE TABLE "revision" ("date" TEXT, "commit" TEXT, "digest" TEXT)')
        row = (revision.date or None, revision.commit or None, revision.digest)
        connection.execute('INSERT INTO "revision" VALUES (?, ?, ?)', row)
        for table in tables:
            _add_table(connection, table)
        connection.commit()
        written = bytearray(connection.serialize())
    written[_LIBRARY] = bytes(4)
    return bytes(written)


def _add_table(connection: sqlite3.Connection, table: ExportTable) -> None:
    types = {"integer": "INTEGER", "number": "REAL", "string": "TEXT"}
    parts = [f'"{name}" {types[column_type(table, name)]}' for name in table.columns]
    if key := PRIMARY_KEYS.get(table.name):
        parts.append(f"PRIMARY KEY ({_quoted_names(key)})")
    parts += [
        f'FOREIGN KEY ("{column}") REFERENCES "{other}" ("{of}")'
        for column, (other, of) in FOREIGN_KEYS.get(table.name, {}).items()
    ]
    connection.execute(f'CREATE TABLE "{table.name}" ({", ".join(parts)})')
    marks = ", ".join("?" * len(table.columns))
    rows = ([row.get(name) for name in table.columns] for row in table.rows)
    connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', rows)


def _quoted_names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
