"""Write the whole site as plain Markdown: `python hooks/plain.py DIR`, or `make markdown DIR=…`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from catalogue.findings import CatalogueError
from catalogue.load import load_catalogue
from checks.pages import PageError, check_pages
from render import words
from render.exports import markdown
from render.site import make_editions
from render.words import CHINESE, ENGLISH, BrokenWords

ROOT = Path(__file__).parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the whole site as plain Markdown.")
    parser.add_argument("target", type=Path, help="folder to write to; a new or empty one")
    target: Path = parser.parse_args().target
    try:
        if target.exists() and any(target.iterdir()):
            print(f"{target} is not empty; name a new folder: make markdown DIR=…", file=sys.stderr)
            return 1
        write_project(target)
    except (CatalogueError, PageError, BrokenWords) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{target} cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def write_project(target: Path, languages: tuple[str, ...] = (ENGLISH, CHINESE)) -> None:
    both = {language: words.load_words(language) for language in languages}
    catalogue, docs = load_catalogue(ROOT / "data"), ROOT / "docs"
    check_pages(catalogue, both, docs)
    made = make_editions(catalogue, both, docs, os.environ.get("SITE_URL", ""))
    markdown.write_files(markdown.project_files(made, ROOT / "docs"), target)


if __name__ == "__main__":
    sys.exit(main())
