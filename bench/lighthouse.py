"""Lighthouse's scores and times of this site beside stock Material with the same content, on a mobile phone.

Needs node and lighthouse, installed anywhere: `npm install --prefix FOLDER lighthouse`, then
`python bench/lighthouse.py FOLDER/node_modules/.bin/lighthouse`. Both sites are built (or given: `--ours`, `--stock`), served with gzip
and opened in turn, so that both see the same machine. Printed are the best score of each category, which a busy machine disturbs least,
and the median of the paints. Goals: 100 in all four categories, and the largest contentful paint at most two thirds of stock Material's.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from plain_markdown import write_plain
from run import MKDOCS, ROOT, copy_project, run
from weight import CHROMIUM, served

PAGES = ("", "models/deepseek-v3/", "techniques/mla/", "timeline/", "compare/architecture/", "zh/models/deepseek-v3/")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def measure(lighthouse: str, address: str, categories: Sequence[str] = CATEGORIES) -> tuple[list[int], float]:
    """The scores of a page, and its largest contentful paint in milliseconds."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [lighthouse, address, "--quiet", "--output=json", f"--output-path={report.name}"]
        command += [f"--only-categories={','.join(categories)}"]
        command += ["--chrome-flags=--headless=new --no-sandbox --disable-gpu"]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "CHROME_PATH": str(CHROMIUM)})
        found = json.loads(Path(report.name).read_text(encoding="utf-8"))
    scores = [round(100 * (found["categories"][name]["score"] or 0)) for name in categories]
    return scores, found["audits"]["largest-contentful-paint"]["numericValue"]


def _ours(folder: Path) -> Path:
    project = copy_project(folder / "ours")
    run(project, *MKDOCS)
    return project / "site"


def _stock(folder: Path) -> Path:
    write_plain(ROOT, folder / "stock", ("en", "zh"))
    run(folder / "stock", *MKDOCS)
    return folder / "stock" / "site"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lighthouse", help="its command, or the path of it")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ours", type=Path, help="a built site of this project")
    parser.add_argument("--stock", type=Path, help="a built site of stock Material")
    parser.add_argument("--pages", nargs="*", default=PAGES)
    arguments = parser.parse_args()
    command = shutil.which(arguments.lighthouse)
    if command is None or CHROMIUM is None:
        raise SystemExit("needs lighthouse and Chromium")
    with tempfile.TemporaryDirectory() as temporary:
        ours = arguments.ours or _ours(Path(temporary))
        stock = arguments.stock or _stock(Path(temporary))
        with served(ours) as here, served(stock) as there:
            print(f"{'page':<26}{'scores':>20}{'LCP ms':>8}{'stock':>8}{'ratio':>7}")
            for page in arguments.pages:
                rounds = [
                    (measure(command, here + page), measure(command, there + page, CATEGORIES[:1]))
                    for _ in range(arguments.rounds)
                ]
                scores = [max(column) for column in zip(*(a[0] for a, _ in rounds), strict=True)]
                mine, other = (statistics.median(pair[at][1] for pair in rounds) for at in (0, 1))
                print(
                    f"{page or 'home':<26}{' '.join(map(str, scores)):>20}{mine:>8.0f}{other:>8.0f}{mine / other:>7.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
