"""What a reader's browser has to load: requests, compressed bytes and layout shift of each kind of page.

The built site is served with gzip, as a web server would; Chromium opens each page with an empty cache.
"""

import functools
import gzip
import http.server
import re
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from playwright.sync_api import Browser, Page, Request
from selectolax.lexbor import LexborHTMLParser, LexborNode

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_SCRIPT = re.compile(r'<script data-src="([^":]+\.js)"')
_SHEET = re.compile(r'<link rel="stylesheet"(?: media="print")? href="([^":]+\.css)"')
MOST_SHIFT = 0.02
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


@dataclass
class _Visit:
    """A page in a browser that has nothing of the site yet, and what was loaded for it."""

    page: Page
    loaded: list[Request]

    @classmethod
    def begin(cls, browser: Browser, address: str, width: int) -> Self:
        page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
        page.set_default_timeout(_PATIENCE)
        visit = cls(page, [])
        page.on("requestfinished", lambda request: visit.loaded.append(request))
        page.goto(address, wait_until="commit")
        return visit

    def sizes(self) -> dict[str, int]:
        """The bytes of each request, once half a second has passed without another one."""
        self.page.wait_for_load_state("networkidle")
        return {request.url: request.sizes()["responseBodySize"] for request in list(self.loaded)}


def weigh(
    browser: Browser, address: str, kinds: Sequence[str], at_once: int = 4
) -> Iterator[tuple[str, Weight, tuple[Page, Page]]]:
    """Open pages with an empty cache, wide and narrow, some side by side; what each took, and both as they stand."""
    for at in range(0, len(kinds), at_once):
        visits = [
            (kind, [_Visit.begin(browser, address + kind, width) for width in (1280, 390)])
            for kind in kinds[at : at + at_once]
        ]
        for kind, (wide, narrow) in visits:
            wide.sizes()
            sizes = narrow.sizes()
            fonts = sum(size for url, size in sizes.items() if url.endswith(".woff2"))
            number = sum(not url.endswith(".woff2") for url in sizes)
            html = sizes[address + kind]
            shift = max(visit.page.evaluate(SHIFT) for visit in (wide, narrow))
            yield kind, Weight(number, sum(sizes.values()) - html - fonts, html, fonts, shift), (wide.page, narrow.page)
        for _, opened in visits:
            for visit in opened:
                visit.page.context.close()


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

    @property
    def most(self) -> int:
        return MOST_FOR_FIGURES if self.is_drawn else MOST_FOR_TEXT


_FACE = re.compile(
    r'@font-face\{font-family:"([^"]+)";src:url\("?(fonts/[^")]+)"?\)[^}]*?(?:unicode-range:([^;}]+))?\}'
)
_PLAY = re.compile(r'data-script="([^":]*assets/play-[^":]+\.js)"')
_ICON = re.compile(r'<link rel="icon" href="([^":]+)"')
_DRAWS = re.compile(r"assets/(?:figures|charts|home|compare)\.\w+\.css|assets/what-if\.|<math")
_IN_MATHS = "math, i:not([class], :empty), em:has(+ :is(sub, sup)), :is(em, i) + :is(sub, sup)"
_IN_OTHERS = "script, style, template, code, pre, annotation, .headerlink"  # signs of every page, and faces of the reader's system


def page_addresses(site: Path) -> list[str]:
    """Every page of a site, without those that lead to another or show a figure alone."""
    files = sorted(path for path in site.rglob("*.html") if not path.name.startswith("embed-"))
    pages = [path for path in files if 'http-equiv="refresh"' not in path.read_text(encoding="utf-8")]
    return [path.relative_to(site).as_posix().removesuffix("index.html") for path in pages]


def weigh_beside(site: Path, address: str) -> Beside:
    """What a page loads, read from its files without a browser."""
    folder = site / address
    html = (folder / "index.html").read_text(encoding="utf-8")
    faces = _faces(site / ("zh" if address.startswith("zh/") else ""))

    def total(*named: re.Pattern[str]) -> int:
        return sum(map(_compressed, {(folder / name).resolve() for pattern in named for name in pattern.findall(html)}))

    at_load = total(_SHEET, _SCRIPT, _ICON) + _font_bytes(html, faces)
    return Beside(at_load, at_load + total(_PLAY), bool(_DRAWS.search(html)))


@functools.cache
def _compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 6))


class _FontFile(NamedTuple):
    family: str
    name: str
    letters: frozenset[int]
    size: int


@functools.cache
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


def _font_bytes(html: str, faces: Iterable[_FontFile]) -> int:
    """Bytes of the fonts that the letters of a page need."""
    body = LexborHTMLParser(html).body
    if body is None:
        return 0
    for node in body.css(_IN_OTHERS):
        node.decompose()
    by_family = {"STIX Math": _letters(body, _IN_MATHS), "Source Serif": _letters(body, "h1, h2")}
    for node in body.css(f"h1, h2, {_IN_MATHS}"):
        node.decompose()
    by_family["Inter"] = set(map(ord, body.text()))
    return sum(
        face.size
        for face in faces
        if by_family[face.family] & face.letters or (not face.letters and by_family[face.family])
    )


def _letters(body: LexborNode, selector: str) -> set[int]:
    return {ord(letter) for node in body.css(selector) for letter in node.text()}


def report(site: Path) -> None:
    """Print what the heaviest pages are made of and load."""
    weighed = {address: weigh_beside(site, address) for address in page_addresses(site) if "404" not in address}
    print(f"{'heaviest':<44}{'kB of HTML':>11}{'beside':>8}{'played':>8}{'most':>6}")
    for address in sorted(weighed, key=lambda address: -weighed[address].played)[:12]:
        beside, html = weighed[address], _compressed(site / address / "index.html")
        sizes = (
            f"{html / 1000:>11.1f}{beside.at_load / 1000:>8.1f}{beside.played / 1000:>8.1f}{beside.most / 1000:>6.0f}"
        )
        print(f"{address or 'home':<44}{sizes}")
