"""The catalogue with the models that come next: entries that are right are green, and what shows all models stays whole."""

import atexit
import functools
import itertools
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import Page
from selectolax.lexbor import LexborHTMLParser

from building import ROOT, copy_project
from catalogue.files import read_pages
from catalogue.load import load_catalogue
from catalogue.records import Catalogue, sort_by_date
from catalogue.schema.model import Track
from checks import wording
from helpers import FONTS_READY, check, context_of, script
from more_entries import ENTRIES, add_entries
from render.cite import Citations
from render.context import Context
from render.figures import home
from render.figures.canvas import BOLD, text_width
from render.figures.schedule import STYLES
from render.pages import MODEL, PAGES, TECHNIQUE, url_of
from render.pages.model_training import longest_pre_training
from render.site import BLOCKS, BuilderInputs, build_pages, site_of
from render.words import CHINESE, ENGLISH
from test_figures_browser import BOXES, meeting_texts
from test_print import A4, MARGIN, PIXELS_PER_MM, WIDER

MAPS = ", ".join(f"{figure} svg" for figure in (".ds-map", ".ds-home-hero", ".ds-history", ".ds-gantt"))


@functools.cache
def grown_data() -> Path:
    """A copy of the real data, and of the pages beside it, with the entries of the list."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    data = copy_project(folder) / "data"
    add_entries(data)
    return data


@functools.cache
def grown() -> Catalogue:
    return load_catalogue(grown_data())


@functools.cache
def told(language: str = ENGLISH) -> Context:
    return context_of(grown(), language)


def test_entries_that_are_right_are_green_and_ask_for_no_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "load_catalogue", lambda data: grown())
    run = check("check", grown_data())
    assert (run.returncode, run.stderr) == (0, "")
    assert "all well-formed" in run.stdout
    compared = re.search(r"(\d+) variants not yet compared", run.stdout)
    assert int(compared[1]) >= 2 * len(ENTRIES)


def test_the_poster_keeps_the_sides_of_a3_and_every_family() -> None:
    sheet = home.poster_sheet(told())
    assert abs(sheet.width / sheet.height - 2**0.5) < 0.001
    assert len(sheet.cells) == len(grown().models)
    places = sorted((cell["y"], cell["x"]) for cell in sheet.cells)
    assert all(b[0] > a[0] or b[1] - a[1] >= 186 for a, b in itertools.pairwise(places)), "cells do not meet"
    assert all(x >= 0 and x + 172 <= sheet.width and y + 350 <= sheet.height for y, x in places)


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_texts_below_the_columns_of_the_hero_do_not_meet(language: str) -> None:
    html = home.home_hero(told(language))
    across = LexborHTMLParser(html).css_first("svg.ds-hero-across")
    rows: dict[float, list[tuple[float, float]]] = {}
    for text in across.css("text:not(.tick, .head)"):
        x, y = (float(text.attributes[name] or 0) for name in ("x", "y"))
        bold = BOLD if "strong" in (text.attributes.get("class") or "") else 1.0
        if y > 330:
            rows.setdefault(y, []).append((x, x + text_width(text.text(), 12.5) * bold))
    assert len(rows) == 2
    for row in rows.values():
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(sorted(row)))


def test_every_run_on_one_axis_has_its_own_colour() -> None:
    models = sort_by_date(grown().models.values())
    for general in (True, False):
        runs = [m for m in models if (m.track is Track.GENERAL) is general and longest_pre_training(m)]
        assert len(runs) <= STYLES


# The article of an open page with other blocks; on the home page, whose blocks stand in columns, each in the place of the one like it.
PUT = """([html, inPlace]) => {
  const made = document.createElement("div");
  made.innerHTML = html;
  if (!inPlace) return document.querySelector("article").replaceChildren(made);
  for (const figure of made.querySelectorAll("figure"))
    document.querySelector(`article figure.${[...figure.classList].join(".")}`).replaceWith(figure);
}"""


@pytest.fixture(scope="module")
def blocks() -> dict[str, str]:
    """What each page has in its article, by path, made with all entries of the list; those of other models and of techniques are left out."""
    ctx, inputs = told(), BuilderInputs({}, read_pages(ROOT / "docs" / "en"), {})
    shown = [page for page in PAGES if page.builder and page not in (MODEL, TECHNIQUE) and "pages" not in page.needs]
    shown = [page for page in shown if page.path != "small-v3.md"]  # which has but one model, and takes seconds
    made = [page for declared in shown for built in build_pages(ctx, declared, inputs) for page in built]
    made += [page for id_, *_ in ENTRIES for page in site_of(ctx, id_).pages.values()]
    home_blocks = (BLOCKS[name](ctx, Citations(ctx), "index.md") for name in ("hero", "general-line", "map"))
    return {page.path: "".join(page.blocks.values()) for page in made} | {"index.md": "".join(home_blocks)}


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_a_newcomers_page_is_made(language: str) -> None:
    page = site_of(told(language), "newcomer-9b").pages["models/newcomer-9b.md"]
    html = page.markdown + "".join(page.blocks.values())
    assert "A small dense model." in html
    assert ("ds-fallback" in html) == (language == CHINESE)


@pytest.mark.browser
def test_what_shows_all_models_stays_whole(
    page: Page, address: str, blocks: dict[str, str], subtests: pytest.Subtests
) -> None:
    """Maps, trends and tables, each with all entries of the list; made once, which takes seconds."""
    assert {f"models/{id_}.md" for id_, *_ in ENTRIES} <= set(blocks)
    assert 'data-run="alder-2-base/pre-training"' in blocks["compare/training.md"], "the long stage, not the annealing"
    assert LexborHTMLParser(blocks["trends.md"]).css_first("[data-id=newcomer-9b-base]") is not None

    def open_grown(path: str) -> None:
        page.goto(f"{address}{url_of(path)}")
        page.evaluate(PUT, [blocks[path], path == "index.md"])
        assert "alder-2" in page.locator("article").inner_html()

    def shown_at(width: int) -> int:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(FONTS_READY)
        return width

    for path in ("index.md", "timeline.md"):
        with subtests.test("no text of a map lies on another", path=path):
            open_grown(path)
            for width in map(shown_at, (1440, 390)):
                assert page.evaluate(script("texts_apart").replace("figure svg", MAPS)) == [], width
    with subtests.test("names on trends do not meet, and every flagship has one"):
        open_grown("trends.md")
        for width in map(shown_at, (1280, 390)):
            for boxes in page.locator("svg.ds-trend:visible").evaluate_all(f"all => all.map({BOXES})"):
                assert meeting_texts(boxes) == [], width
        points = "svg.ds-trend-wide a.main"
        assert page.locator(points).count() == page.locator(f"{points}:has(tspan.name)").count() > 20
    page.emulate_media(media="print")
    tables = [path for path in blocks if path.startswith("compare/")]
    assert len(tables) > 3
    for path in tables:
        with subtests.test("tables of all models fit the paper", path=path):
            open_grown(path)
            wide = page.locator(".ds-wide").count() > 0
            shown_at(round((A4[wide] - 2 * MARGIN) * PIXELS_PER_MM))
            assert page.evaluate(WIDER) == []
