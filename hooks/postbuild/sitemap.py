"""What search engines ask for: the map of both editions with the day on which what a page shows last changed, and robots.txt.

The days are those of the last commits to the files behind a page. Without a whole history, as in an archive or a shallow
clone, nobody knows them, and the map says nothing of them; no day is that of the build.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from markupsafe import Markup

from render.edition import Edition

_MAP = Markup("""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
{urls}</urlset>
""")
_URL = Markup("<url><loc>{loc}</loc>{changed}{editions}</url>\n")
_EDITION = Markup('<xhtml:link rel="alternate" hreflang="{language}" href="{href}"/>')


def write(site: Path, edition: Edition, pages: Mapping[str, str], addresses: Mapping[str, str], root: Path) -> None:
    """Write the map and robots.txt of a finished site, in place of the maps that the generator made.

    `pages` are the paths of sources by address below an edition, the same in each; `addresses` are those of the
    editions by language. `root` is the project.
    """
    sources = {path: _sources(edition, path, addresses) for path in pages.values()}
    for old in site.rglob("sitemap.xml*"):
        old.unlink()
    days = last_changes(root)
    (first, *_) = addresses.values()
    urls = Markup("").join(
        _URL.format(
            loc=address + url,
            changed=Markup("<lastmod>{}</lastmod>").format(day) if (day := _newest(days, sources[path])) else "",
            editions=Markup("").join(
                _EDITION.format(language=language, href=href + url)
                for language, href in [*addresses.items(), ("x-default", first)]
            ),
        )
        for address in addresses.values()
        for url, path in sorted(pages.items())
    )
    (site / "sitemap.xml").write_text(str(_MAP.format(urls=urls)), encoding="utf-8", newline="\n")
    (site / "robots.txt").write_text(
        f"User-agent: *\nAllow: /\nSitemap: {first}sitemap.xml\n", encoding="utf-8", newline="\n"
    )


def _sources(edition: Edition, path: str, languages: Iterable[str]) -> tuple[str, ...]:
    """The files of the project that a page is made from; a folder ends with a slash."""
    page = edition.site.pages.get(path)
    if page is None:
        return tuple(f"docs/{language}/{path}" for language in languages)
    return (edition.context.catalogue.places[page.entry].partition("#")[0],) if page.entry else ("data/",)


def _newest(days: Mapping[str, str], sources: Iterable[str]) -> str:
    return max(
        (day for source in sources for path, day in days.items() if path == source or _in(path, source)), default=""
    )


def _in(path: str, folder: str) -> bool:
    return folder.endswith("/") and path.startswith(folder)


def last_changes(root: Path) -> dict[str, str]:
    """The day of the last commit to each file of data and pages; nothing without the whole history."""
    if _git(root, "rev-parse", "--is-shallow-repository") != "false\n":
        return {}
    log = _git(
        root, "log", "--format=%x00%cd", "--date=format:%Y-%m-%d", "--name-only", "--relative", "--", "data", "docs"
    )
    days: dict[str, str] = {}
    for commit in log.split("\0")[1:]:
        day, _, names = commit.partition("\n")
        for name in names.split():
            days.setdefault(name, day)
    return days


def _git(root: Path, *arguments: str) -> str:
    """What git says; nothing where there is none, or no repository."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
