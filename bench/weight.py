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

from playwright.sync_api import Browser, Request, sync_playwright

sys.path.append(str(Path(__file__).parent.parent / "hooks"))
from page_kinds import IN_CHINESE, KINDS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_SCRIPT = re.compile(r'<script data-src="([^":]+\.js)"')
_SHEET = re.compile(r'<link rel="stylesheet"(?: media="print")? href="([^":]+\.css)"')
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


def beside_at_load(site: Path, kind: str = "") -> int:
    """Bytes beside the HTML of a page as it opens: style sheets with the faces in them, scripts, and for formulas their face."""
    maths = site / kind / "index.html"
    face = (
        next((site / "assets" / "fonts").glob("stix-two-math.*.woff2")) if "<math" in maths.read_text("utf-8") else None
    )
    return _compressed(site, kind, _SHEET) + _compressed(site, kind, _SCRIPT) + (face.stat().st_size if face else 0)


def _compressed(site: Path, kind: str, named: re.Pattern[str]) -> int:
    """Bytes of the files that a page names, each compressed by itself."""
    html = (site / kind / "index.html").read_text(encoding="utf-8")
    files = [(site / kind / name).resolve() for name in named.findall(html)]
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)


def report(site: Path) -> None:
    """Print a line for each kind of page."""
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
