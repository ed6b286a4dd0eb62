"""What is wrong with a site that was built from corrupted data, beside the site of the good data.

Only pages that differ are looked at: markup of the data that became markup, dead links, ids that stand twice, and in Chromium,
with the policy of the pages switched off, script that ran.
"""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

RAW = re.compile(r"<script>window|<img src=x|<svg onload|href=[\"']?javascript:")
_HANDLERS = "[onclick], [onerror], [onload]"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_VISITED = 12  # of the pages that differ and hold script of the data


def problems(site: Path, good: Path) -> Iterator[str]:
    """What is wrong, each with its page."""
    changed = [path for path in sorted(site.rglob("*.html")) if _differs(path, good / path.relative_to(site))]
    evil, lost = [], set()
    for path in changed:
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(site).as_posix()
        yield from (f"{name}: {problem}" for problem in _of_page(path, text, site))
        if "dsEvil" in text:
            evil.append(name)
        before = good / name
        if before.exists():
            gone = _ids(before) - _ids(path)
            lost |= {(path.resolve(), id_) for id_ in gone}
    if lost:
        yield from _lead_to(site, lost)
    for name in sorted(path.relative_to(good).as_posix() for path in good.rglob("*.html")):
        if not (site / name).exists():
            yield f"{name}: is not there any more"
    if evil and CHROMIUM:
        yield from _ran(site, evil[:: max(1, len(evil) // _VISITED)])


# What is in every page and follows from others: the names of assets by their content, and the styles of the first screen.
_OF_ALL = re.compile(r"<style>.*?</style>|'sha256-[^']+'|\.[0-9a-f]{8}(?=\.)", re.DOTALL)


def _differs(path: Path, other: Path) -> bool:
    if not other.exists():
        return True
    now, before = (_OF_ALL.sub("", file.read_text(encoding="utf-8")) for file in (path, other))
    return now != before


@functools.lru_cache(maxsize=64)
def _tree(path: Path, changed: float) -> LexborHTMLParser:
    return LexborHTMLParser(path.read_text(encoding="utf-8"))


def _ids(path: Path) -> set[str]:
    return set(_all_ids(_tree(path, path.stat().st_mtime)))


def _all_ids(tree: LexborHTMLParser) -> list[str]:
    return [node.attributes["id"] or "" for node in tree.css("[id]")]


def _of_page(path: Path, text: str, site: Path) -> Iterator[str]:
    if 'http-equiv="refresh"' in text or path.name == "404.html":
        return
    if found := RAW.search(text):
        yield f"markup of the data: {found[0]}"
    if "<!-- ds-block" in text:
        yield "a block that was not put in place"
    tree = _tree(path, path.stat().st_mtime)
    if tree.css_first(_HANDLERS):
        yield "an element with a handler"
    if len(tree.css("h1")) != 1:
        yield f"{len(tree.css('h1'))} headings of the first level"
    if twice := [id_ for id_, count in Counter(_all_ids(tree)).items() if count > 1]:
        yield f"ids that stand twice: {twice[:3]}"
    for node in tree.css("a[href], link[href], script[src], img[src]"):
        target = node.attributes.get("href") or node.attributes.get("src") or ""
        if problem := _dead(path, target, site):
            yield problem


def _dead(path: Path, target: str, site: Path) -> str:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return "" if parts.scheme in ("http", "https", "data") else f"a link to {target[:80]}"
    file = path.parent / unquote(parts.path) if parts.path else path
    if file.is_dir():
        file /= "index.html"
    if not file.is_file():
        return f"a dead link: {target[:80]}"
    if parts.fragment and file.suffix == ".html" and unquote(parts.fragment) not in ("__skip", *_ids(file)):
        return f"a dead link: {target[:80]}"
    return ""


def _lead_to(site: Path, lost: set[tuple[Path, str]]) -> Iterator[str]:
    """Links from any page to ids that are gone."""
    wanted = re.compile("|".join(f'#{re.escape(id_)}"' for id_ in sorted({id_ for _, id_ in lost})))
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if wanted.search(text) and 'http-equiv="refresh"' not in text and path.name != "404.html":
            for node in LexborHTMLParser(text).css("a[href]"):
                target = node.attributes["href"] or ""
                if wanted.search(f'{target}"') and (problem := _dead(path, target, site)):
                    yield f"{path.relative_to(site).as_posix()}: {problem}"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _ran(site: Path, names: list[str]) -> Iterator[str]:
    from playwright.sync_api import sync_playwright

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(bypass_csp=True).new_page()
        for name in names:
            page.goto(f"http://127.0.0.1:{server.server_address[1]}/{name}", timeout=120_000)
            if page.evaluate("window.dsEvil") is not None:
                yield f"{name}: script of the data ran"
        browser.close()
    server.shutdown()
