"""Fixtures that every test module shares, the options `--site` and `--network`, and a last word on what was skipped.

What is slow to make is made once: the site and the one for a folder for all workers, Chromium and its
contexts for each worker. A test that needs a context of its own opens one in the shared browser.
"""

import contextlib
import functools
import gc
import http.server
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Response, expect, sync_playwright
from selectolax.lexbor import LexborHTMLParser

import all_compiled  # noqa: F401
import axe
from building import AS_RELEASED, ROOT, once, small_project, strictly
from catalogue.load import load_catalogue
from catalogue.lookup import Lookup
from catalogue.records import Catalogue
from helpers import DATA, SCRIPTS_RUN, VALID, context_of, leads_on
from render.context import Context

# The shell has no window to draw and opens a page in four fifths of the time.
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None
)
NO_CHROMIUM = "needs Chromium: apt-get install chromium"
SUB_PATH = "/study/"
SITES = ("built", "pages", "address", "small_site", "folder")  # fixtures that build a site
# Answers whether a page is shown as its context does not show it.
FORGOTTEN = """dark => {
  sessionStorage.clear();
  localStorage.clear();
  const other = ["print", "(prefers-reduced-motion: reduce)", `(prefers-color-scheme: ${dark ? "light" : "dark"})`];
  return other.some(query => matchMedia(query).matches);
}"""
PATIENCE = 30_000  # milliseconds; a slow machine is no failure

expect.set_options(timeout=PATIENCE)


# Catalogues and pages live as long as the tests: to look through them for garbage time and again takes a twentieth of all.
gc.set_threshold(100_000, 50, 100)


def _with_scripts(opening: Callable[..., Response | None]) -> Callable[..., Response | None]:
    """Opens a page and waits until its scripts have run, or those of the page that it leads to."""

    @functools.wraps(opening)
    def opened(page: Page, *arguments: Any, **options: Any) -> Response | None:
        response = opening(page, *arguments, **options)
        if page.url == "about:blank":
            return response
        for _ in range(3):
            with contextlib.suppress(Error):  # it went on to another page
                page.evaluate(SCRIPTS_RUN)
                break
            page.wait_for_load_state()
        return response

    return opened


for name in ("goto", "reload", "go_back"):
    setattr(Page, name, _with_scripts(getattr(Page, name)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--network", action="store_true", help="also run the tests that need the network")
    parser.addoption("--update-golden", action="store_true", help="accept the small site as it is now")
    parser.addoption("--site", type=Path, help="test this site, built strictly before, instead of building one")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what cannot run here; begin with what builds, which takes long, and with what needs a site, while others do the rest.

    The first of all builds the site: later, one worker would build it while another waits for it.
    """
    for item in items:
        if "network" in item.keywords and not config.getoption("--network"):
            item.add_marker(pytest.mark.skip(reason="needs --network"))
        if "browser" in item.keywords and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))
        if "small_site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.builds)
    items.sort(
        key=lambda item: ("builds" not in item.keywords, not set(SITES) & set(getattr(item, "fixturenames", ())))
    )
    for at, item in enumerate(items):
        if {"built", "browser"} & set(getattr(item, "fixturenames", ())) == {"built"}:
            items.insert(0, items.pop(at))
            break


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end how many tests were skipped, and why."""
    reasons = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.getreports("skipped")
        if isinstance(report.longrepr, tuple)
    )
    for reason, number in reasons.items():
        terminalreporter.write_line(f"{number} skipped: {reason}", yellow=True)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The real catalogue, read once. Its records are frozen."""
    return load_catalogue(DATA)


@pytest.fixture(scope="session")
def ctx(catalogue: Catalogue) -> Context:
    """The real catalogue, ready to be rendered in English."""
    return context_of(catalogue)


@pytest.fixture(scope="session")
def look(ctx: Context) -> Lookup:
    """What texts can quote of the real catalogue."""
    return ctx.lookup


@pytest.fixture(scope="session")
def small() -> Catalogue:
    """The small valid catalogue, read once."""
    return load_catalogue(VALID)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of `data/` that a test may change."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


@pytest.fixture
def valid(tmp_path: Path) -> Path:
    """A copy of the small valid catalogue that a test may break."""
    return Path(shutil.copytree(VALID, tmp_path / "valid"))


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers, the same ones for each test."""
    return np.random.default_rng(7)


@pytest.fixture(scope="session")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once and strictly; its downloads name a day and revision that no commit changes."""
    given: Path | None = request.config.getoption("--site")
    return (
        given.resolve() if given else once("site", tmp_path_factory, strictly(ROOT, DATA_REVISION="2026-01-01 1a2b3c4"))
    )


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site of the small valid catalogue as it is released, in both languages, built strictly."""

    def build(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as temporary:
            strictly(small_project(Path(temporary)), **AS_RELEASED)(folder)

    return once("small", tmp_path_factory, build)


@pytest.fixture(scope="session")
def pages(built: Path) -> dict[Path, LexborHTMLParser]:
    """Every page of the site by its path, parsed once, those that lead on to another left out. No test changes them."""
    files = {path.relative_to(built): path.read_text(encoding="utf-8") for path in sorted(built.rglob("*.html"))}
    return {path: LexborHTMLParser(text) for path, text in files.items() if not leads_on(text)}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A folder, and in each folder axe: a browser that loads it keeps it compiled, where the text of it would be handed over for each page.

    Connections last and what is named by its content is kept, as on the servers of deploy/.
    """

    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        if "/assets/" in self.path or self.path.endswith(axe.SCRIPT.name):
            self.send_header("Cache-Control", "max-age=31536000, immutable")
        super().end_headers()

    def translate_path(self, path: str) -> str:
        return str(axe.SCRIPT) if path.endswith(f"/{axe.SCRIPT.name}") else super().translate_path(path)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that leaves a page while it loads is no error."""


@pytest.fixture(scope="session")
def address(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site served under a sub-path, as on a project page."""
    root = tmp_path_factory.mktemp("www")
    (root / SUB_PATH.strip("/")).symlink_to(built)
    server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}{SUB_PATH}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once for each worker."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield running
        running.close()


Contexts = Callable[[int, str], BrowserContext]


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Contexts:
    """A context for a width and a colour scheme, kept: what it has loaded once it need not load and compile again."""

    @functools.cache
    def of(width: int, scheme: str) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, has_touch=width < 500
        )
        context.set_default_timeout(PATIENCE)
        return context

    return of


def tab(context: BrowserContext, scheme: Literal["dark", "light"] = "light") -> Iterator[Page]:
    """The tab of a context, for one test, which leaves nothing behind for the next: to open another costs half a second.

    What is as it was is not set again, which a tab of each test would pay for.
    """
    page = context.pages[0] if context.pages else context.new_page()
    size = page.viewport_size
    faults: list[str] = []

    def failed(error: Error) -> None:
        faults.append(str(error))

    page.on("pageerror", failed)
    yield page
    page.remove_listener("pageerror", failed)
    try:
        page.unroute_all(behavior="ignoreErrors")
        shown_otherwise = True
        with contextlib.suppress(Error):  # a page of the browser's own has no storage
            shown_otherwise = page.evaluate(FORGOTTEN, scheme == "dark")
        page.goto("about:blank")
        page.mouse.move(0, 0)
        if size and page.viewport_size != size:
            page.set_viewport_size(size)
        if shown_otherwise:
            page.emulate_media(media="null", color_scheme=scheme, reduced_motion="null")
        for other in context.pages[1:]:
            other.close()
    except Error:  # whatever became of it, the next test gets another one
        page.close()
    assert faults == [], "an error in a script of the page"


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def screen(request: pytest.FixtureRequest, contexts: Contexts) -> Iterator[Page]:
    """A page on a wide and light screen, and on a telephone in the dark."""
    yield from tab(contexts(*request.param), request.param[1])


@pytest.fixture
def page(contexts: Contexts) -> Iterator[Page]:
    """A page on a wide and light screen."""
    yield from tab(contexts(1280, "light"))


@pytest.fixture
def narrow(contexts: Contexts) -> Iterator[Page]:
    """A page on a telephone in the dark."""
    yield from tab(contexts(390, "dark"), "dark")


@pytest.fixture(scope="session")
def _without_scripts(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def plain(_without_scripts: BrowserContext) -> Iterator[Page]:
    """A page on a wide screen that runs no script."""
    yield from tab(_without_scripts)
