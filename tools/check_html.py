"""Hold a page of each kind of a built site against the HTML standard, with the Nu HTML checker: `python tools/check_html.py site`.

The checker is a Java program: Debian's `default-jre-headless` runs it, and `npm install --prefix FOLDER vnu-jar` brings it. What it
does not know yet is listed in `NOT_KNOWN_YET`, by its message, with the reason; a line of that list that matches nothing any more
is reported too.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in ("bench", "hooks")]

from page_kinds import KINDS  # noqa: E402

# What the checker says, as a pattern, and why it is no mistake.
NOT_KNOWN_YET = {
    "Element “tspan” not allowed as child of element “a”": "SVG 2 has links within text",
    "external stylesheet .* blocked by “style-src”": "a file has no origin, so that `self` matches nothing in it",
    "image .* blocked by “img-src”": "the same",
    "Inline script violates Content Security Policy": "a block of data is not run, and no policy asks for it",
    "The “list” role is unnecessary": "Safari forgets that a list without bullets is one",
    "This document appears to be written in": "names of models and code outnumber the Chinese of a short page",
    "Duplicate “dt” name “1.6T”": "two ways to read one number, each with an example",
}


def pages_of_each_kind(site: Path) -> Iterator[Path]:
    """One page of each kind, and all parts of one model, in both editions."""
    for edition in (site, site / "zh"):
        kinds = dict.fromkeys(kind.partition("?")[0] for kind in KINDS)
        yield from (edition / kind / "index.html" for kind in kinds if (edition / kind / "index.html").is_file())
        yield from sorted((edition / "models" / "deepseek-v3").glob("*/index.html"))
        yield from sorted((edition / "guides").glob("*/index.html"))
        yield edition / "404.html"


def check_pages(pages: list[Path], vnu: Path) -> list[dict[str, object]]:
    """The messages of the checker. Raises SystemExit where it cannot run."""
    command = ["java", "-Xss4m", "-jar", str(vnu), "--format", "json", "--exit-zero-always", *map(str, pages)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    try:
        found: list[dict[str, object]] = json.loads(done.stderr)["messages"]
    except (json.JSONDecodeError, KeyError):
        raise SystemExit(done.stderr.strip() or f"{vnu} said nothing") from None
    return found


def main() -> int:
    """Print each message with its page and line; 1 if there is one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--vnu", type=Path, required=True, help="vnu.jar")
    options = parser.parse_args()
    pages = list(pages_of_each_kind(options.site.resolve()))
    matched: set[str] = set()
    wrong = []
    for message in check_pages(pages, options.vnu):
        text = str(message["message"])
        known = next((pattern for pattern in NOT_KNOWN_YET if re.search(pattern, text)), None)
        if known is not None:
            matched.add(known)
        elif message["type"] != "info" or message.get("subType") == "warning":
            page = str(message["url"]).partition(f"{options.site.name}/")[2]
            wrong.append(f"{page}:{message.get('lastLine')}: {text}\n    {message.get('extract', '')!s:.160}")
    wrong += [f"NOT_KNOWN_YET: {pattern!r} matches nothing any more" for pattern in NOT_KNOWN_YET.keys() - matched]
    print("\n".join(wrong))
    print(f"{len(pages)} pages, {len(wrong)} messages")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
