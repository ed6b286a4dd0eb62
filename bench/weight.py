"""What a reader's browser has to load: requests, compressed bytes and layout shift of each kind of page.

The built site is served with gzip, as a web server would; Chromium opens each page with an empty cache.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import re
import shutil
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Request, sync_playwright
from selectolax.lexbor import LexborHTMLParser, LexborNode

sys.path.append(str(Path(__file__).parent.parent / "hooks"))
from page_kinds import IN_CHINESE, KINDS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_SCRIPT = re.compile(r'<script data-src="([^":]+\.js)"')
_SHEET = re.compile(r'<link rel="stylesheet"(?: media="print")? href="([^":]+\.css)"')
MOST_FOR_TEXT, MOST_FOR_FIGURES = 60_000, 90_000  # bytes beside the HTML
_PATIENCE = 120_000  # milliseconds; the machine may be busy
_COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt"}
# How much has moved so far without anybody's doing.
SHIFT = """() => {
  const moves = new PerformanceObserver(() => {});
  moves.observe({ type: "layout-shift", buffered: true });
  return moves.takeRecords().reduce((sum, move) => sum + (move.hadRecentInput ? 0 : move.value), 0);
}"""


@dataclass(frozen=True)
class Weight:
    """One page with an empty cache.

    Attributes:
        requests: How many, fonts apart.
        beside: Bytes beside the page's own HTML and the fonts.
        page: Bytes of the HTML.
        fonts: Bytes of the fonts.
        shift: Cumulative layout shift, the larger one of a wide and a narrow screen.
    """

    requests: int
    beside: int
    page: int
    fonts: int
    shift: float


class _Gzip(http.server.SimpleHTTPRequestHandler):
    """Files with the compression and the lasting connections that servers use."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in _COMPRESSED:
            body = gzip.compress(body, 6, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of a folder on a server with compression."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Gzip, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


class _Screen:
    """A tab that keeps nothing from one page to the next, and counts what it loads."""

    def __init__(self, browser: Browser, width: int) -> None:
        self._context = browser.new_context(viewport={"width": width, "height": 800})
        self._page = self._context.new_page()
        self._page.set_default_timeout(_PATIENCE)
        self._client = self._context.new_cdp_session(self._page)
        self._done: list[Request] = []
        self._page.on("requestfinished", lambda request: self._done.append(request))
        self.close = self._context.close

    def begin(self, address: str) -> None:
        """Begin to load a page with an empty cache."""
        self._page.goto("about:blank")
        self._client.send("Network.clearBrowserCache")
        self._client.send("Storage.clearDataForOrigin", {"origin": address, "storageTypes": "all"})
        self._done.clear()
        self._page.goto(address, wait_until="commit")

    def end(self) -> tuple[dict[str, int], float]:
        """The bytes of each request, and the layout shift, once half a second has passed without another request."""
        self._page.wait_for_load_state("networkidle")
        shift = self._page.evaluate(SHIFT)
        return {request.url: request.sizes()["responseBodySize"] for request in list(self._done)}, shift


def weigh(browser: Browser, address: str, kinds: Iterable[str]) -> Iterator[tuple[str, Weight]]:
    """Open pages with an empty cache, wide and narrow at once, and add up what each took."""
    wide, narrow = screens = _Screen(browser, 1280), _Screen(browser, 390)
    for kind in kinds:
        for screen in screens:
            screen.begin(address + kind)
        (_, shift), (sizes, other) = wide.end(), narrow.end()
        fonts = [url for url in sizes if url.endswith(".woff2")]
        html = sizes[address + kind]
        beside = sum(sizes.values()) - html - sum(sizes[url] for url in fonts)
        yield (
            kind,
            Weight(len(sizes) - len(fonts), beside, html, sum(sizes[url] for url in fonts), max(shift, other)),
        )
    for screen in screens:
        screen.close()


def scripts_at_load(site: Path, kind: str = "") -> int:
    """Bytes of our own scripts that a page loads as it opens, each compressed by itself; the search comes when it is opened."""
    return _compressed(site, kind, _SCRIPT)


@dataclass(frozen=True)
class Beside:
    """Bytes that a page loads beside its HTML, when each file is compressed by itself.

    Attributes:
        at_load: Style sheets with the faces in them, scripts, the icon, and the fonts of its letters, those in folds too.
        played: The same, and the scripts of its figures that can be played with.
        is_drawn: Whether the page has a figure, a chart, a form or a formula.
    """

    at_load: int
    played: int
    is_drawn: bool


_FACE = re.compile(
    r'@font-face\{font-family:"([^"]+)";src:url\("?(fonts/[^")]+)"?\)[^}]*?(?:unicode-range:([^;}]+))?\}'
)
_PLAY = re.compile(r'data-script="([^":]*assets/play-[^":]+\.js)"')
_ICON = re.compile(r'<link rel="icon" href="([^":]+)"')
_DRAWS = re.compile(r"assets/(?:figures|charts|home|compare)\.\w+\.css|assets/calculator\.|<math")
_IN_MATHS = "math, i:not([class], :empty), em:has(+ :is(sub, sup)), :is(em, i) + :is(sub, sup)"
_IN_OTHERS = "script, style, template, code, pre, annotation, .headerlink"  # signs of every page, and faces of the reader's system


def weigh_beside(site: Path) -> dict[str, Beside]:
    """Every page of both editions by its address, read from its files without a browser."""
    files: dict[Path, int] = {}
    editions = {folder: _faces(site / folder) for folder in ("", "zh/") if (site / folder / "assets").is_dir()}

    def total(page: Path, html: str, *named: re.Pattern[str]) -> int:
        found = {(page.parent / name).resolve() for pattern in named for name in pattern.findall(html)}
        for path in found - files.keys():
            files[path] = len(gzip.compress(path.read_bytes(), 6))
        return sum(files[path] for path in found)

    weighed = {}
    for page in sorted(site.rglob("index.html")):
        html = page.read_text(encoding="utf-8")
        if 'http-equiv="refresh"' in html:
            continue
        address = page.relative_to(site).as_posix().removesuffix("index.html")
        faces = editions["zh/" if address.startswith("zh/") and "zh/" in editions else ""]
        at_load = total(page, html, _SHEET, _SCRIPT, _ICON) + sum(_fonts(html, faces).values())
        weighed[address] = Beside(at_load, at_load + total(page, html, _PLAY), bool(_DRAWS.search(html)))
    return weighed


class _FontFile(NamedTuple):
    family: str
    name: str
    letters: frozenset[int]
    size: int


def _faces(site: Path) -> list[_FontFile]:
    """The fonts that are files, with the letters for which each is loaded; none for that of every letter."""
    (sheet,) = (site / "assets").glob("ds.*.css")
    found = []
    for family, name, ranges in _FACE.findall(sheet.read_text(encoding="utf-8")):
        spans = [part.strip().removeprefix("U+").partition("-") for part in ranges.split(",") if ranges]
        letters = frozenset(
            code for first, _, last in spans for code in range(int(first, 16), int(last or first, 16) + 1)
        )
        found.append(_FontFile(family, name, letters, (site / "assets" / name).stat().st_size))
    return found


def _fonts(html: str, faces: Iterable[_FontFile]) -> dict[str, int]:
    """The fonts that the letters of a page need, by name."""
    body = LexborHTMLParser(html).body
    if body is None:
        return {}
    for node in body.css(_IN_OTHERS):
        node.decompose()
    by_family = {"STIX Math": _letters(body, _IN_MATHS), "Source Serif": _letters(body, "h1, h2")}
    for node in body.css(f"h1, h2, {_IN_MATHS}"):
        node.decompose()
    by_family["Inter"] = set(map(ord, body.text()))
    return {
        face.name: face.size
        for face in faces
        if by_family[face.family] & face.letters or (not face.letters and by_family[face.family])
    }


def _letters(body: LexborNode, selector: str) -> set[int]:
    return {ord(letter) for node in body.css(selector) for letter in node.text()}


def heaviest_of_kinds(site: Path) -> dict[str, tuple[str, Beside]]:
    """Of each kind of page in each edition the address of the heaviest."""
    found: dict[str, tuple[str, Beside]] = {}
    for address, beside in weigh_beside(site).items():
        kind = kind_of(address)
        if kind not in found or beside.played > found[kind][1].played:
            found[kind] = (address, beside)
    return found


def kind_of(address: str) -> str:
    """The folder that a page stands in, and the tab where it is one of a model: `zh/models/*/scores`."""
    edition = "zh/" if address.startswith("zh/") else ""
    folder, *rest = address.removeprefix(edition).rstrip("/").split("/")
    if len(rest) > 1:
        return f"{edition}{folder}/*/{rest[1]}"
    return edition + (f"{folder}/*" if rest and (folder, *rest) != ("compare", "models") else "/".join((folder, *rest)))


def _compressed(site: Path, kind: str, named: re.Pattern[str]) -> int:
    """Bytes of the files that a page names, each compressed by itself."""
    html = (site / kind / "index.html").read_text(encoding="utf-8")
    files = [(site / kind / name).resolve() for name in named.findall(html)]
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)


def report_beside(site: Path) -> None:
    """Print the heaviest page of each kind in each edition."""
    print(f"{'heaviest of its kind':<44}{'kB beside':>10}{'played':>8}{'most':>6}")
    for _, (address, beside) in sorted(heaviest_of_kinds(site).items()):
        most = MOST_FOR_FIGURES if beside.is_drawn else MOST_FOR_TEXT
        line = f"{address or 'home':<44}{beside.at_load / 1000:>10.1f}{beside.played / 1000:>8.1f}{most / 1000:>6.0f}"
        print(line + ("" if beside.played <= most else "  NOT MET"))


def report(site: Path) -> None:
    """Print a line for each kind of page."""
    report_beside(site)
    if CHROMIUM is None:
        print("page weight     not measured: needs Chromium")
        return
    with sync_playwright() as playwright, served(site) as address:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        print(f"{'page':<26}{'requests':>9}{'kB beside':>11}{'kB page':>9}{'kB fonts':>10}{'shift':>7}")
        for kind, weight in weigh(browser, address, (*KINDS, *IN_CHINESE)):
            print(
                f"{kind or 'home':<26}{weight.requests:>9}{weight.beside / 1000:>11.1f}{weight.page / 1000:>9.1f}"
                f"{weight.fonts / 1000:>10.1f}{weight.shift:>7.3f}"
            )
        browser.close()
    kinds = [kind.partition("?")[0] for kind in KINDS]
    heaviest = max(kinds, key=lambda kind: scripts_at_load(site, kind))
    print(
        f"own scripts that open with a page, search apart: {scripts_at_load(site) / 1000:.1f} kB compressed, "
        f"{scripts_at_load(site, heaviest) / 1000:.1f} on {heaviest} (goal: under 15)"
    )
