"""Check the data without building the site: `python hooks/check.py`, or `make check`.

Prints every finding as `file:line: path: …` and exits with 1 if there is one.
`--coverage` lists the texts that have no Chinese yet, `--schemas` writes the JSON Schemas that editors use, `--slips` the report on wrong digits.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from catalogue import slips
from catalogue.field_reference import SCHEMAS, json_schema
from catalogue.findings import CatalogueError
from catalogue.load import SLIPS, load, without_chinese


def main() -> int:
    """Run the check; return the exit code."""
    parser = argparse.ArgumentParser(description="Check the catalogue.")
    parser.add_argument(
        "data", nargs="?", type=Path, default=Path(__file__).parent.parent / "data", help="folder of the data files"
    )
    parser.add_argument("--schemas", action="store_true", help="write the JSON Schemas beside the data")
    parser.add_argument(
        "--slips", action="store_true", help="try every wrong digit and write which ones a check catches (slow)"
    )
    parser.add_argument("--coverage", action="store_true", help="list the texts that fall back to English")
    arguments = parser.parse_args()
    if arguments.schemas:
        for name in SCHEMAS:
            (arguments.data / name).write_text(json_schema(name), encoding="utf-8")
    try:
        catalogue = load(arguments.data)
    except CatalogueError as error:
        print(error.report(), file=sys.stderr)
        return 1
    if arguments.coverage:
        missing = without_chinese(arguments.data)
        print(*missing, sep="\n", end="\n" if missing else "")
        print(f"{len(missing):,} texts fall back to English in the Chinese edition")
        return 0
    if arguments.slips:
        (arguments.data / SLIPS).write_text(slips.report(catalogue), encoding="utf-8")
    print(
        f"{len(catalogue.models)} models, {len(catalogue.entries)} variants, {len(catalogue.techniques)} techniques, {len(catalogue.references)} references: all well-formed"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
