"""Figures and architecture drawings in Chromium: letters large enough, labels clear of one another, sources, pictures."""

import itertools
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from selectolax.lexbor import LexborHTMLParser

from catalogue.records import Catalogue
from helpers import FONTS_READY, OVERFLOW, show

pytestmark = pytest.mark.browser

PLOTS = (
    "trends/",
    "compare/training/",
    "models/deepseek-v3/training/",
    "models/deepseek-moe/training/",
    "models/deepseek-ocr-2/details/",
    "api-names/",
)
BOXES = """svg => {
  const frame = svg.getBoundingClientRect()
  return [...svg.querySelectorAll("text")].filter(text => getComputedStyle(text).visibility !== "hidden").map(text => {
    const b = text.getBoundingClientRect()
    return {text: text.textContent, left: b.left, right: b.right, top: b.top + b.height * .16, bottom: b.bottom - b.height * .16,
      inside: b.left >= frame.left - 1 && b.right <= frame.right + 1 && b.top >= frame.top - 1 && b.bottom <= frame.bottom + 1}
  })
}"""


def meeting_texts(boxes: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Pairs of the texts in `BOXES` of a drawing that lie on one another."""
    return [
        (one["text"], other["text"])
        for one, other in itertools.combinations(boxes, 2)
        if min(one["right"], other["right"]) > max(one["left"], other["left"])
        and min(one["bottom"], other["bottom"]) > max(one["top"], other["top"])
    ]


# Letters of every drawing that is shown, as large as they come out on the screen, folds opened.
SMALL = """least => {
  document.querySelectorAll("details").forEach(fold => { fold.open = true })
  return [...document.querySelectorAll("svg text, svg tspan")].filter(text => {
    const own = [...text.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())
    const box = text.getBoundingClientRect(), matrix = text.getScreenCTM()
    if (!own || !box.width || !matrix) return false
    return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(matrix.b, matrix.d) < least - 0.01
  }).map(text => text.textContent.trim())
}"""


Letters = tuple[str | None, ...]


def letters_of(html: str) -> set[Letters]:
    """What the size of letters in the drawings of a page hangs on: their style, the width of the drawing, what it stands in."""
    found: set[Letters] = set()
    for drawing in LexborHTMLParser(html).css("svg:has(text)") if "<text" in html else []:
        around, node = [], drawing.parent
        while node is not None and node.tag != "article":
            around.append(f"{node.tag}.{node.attributes.get('class')}")
            node = node.parent
        width = (drawing.attributes.get("viewbox") or drawing.attributes.get("viewBox") or "0 0 0").split()[2]
        place = (" ".join(around), drawing.attributes.get("class"), drawing.attributes.get("style"), width)
        for text in drawing.css("text, tspan"):
            own = (text.attributes.get(name) for name in ("class", "style", "font-size"))
            found.add((*place, text.parent.attributes.get("class") if text.parent else None, *own))
    return found


def test_no_letter_of_a_drawing_is_below_twelve_pixels(page: Page, address: str, built: Path) -> None:
    """On a telephone, a tablet and a wide screen in turn; page after page in one, which is quicker than to open each three times."""
    letters = {path: letters_of(path.read_text(encoding="utf-8")) for path in sorted(built.rglob("index.html"))}
    seen = Counter[Letters]()
    small = {}
    page.goto(address)
    widths = [1220, 1024, 768, 390]
    for path, kinds in sorted(letters.items(), key=lambda one: -len(one[1])):
        if all(seen[kind] for kind in kinds):  # a page with nothing but letters that another has is like it
            continue
        seen.update(kinds)
        show(page, path, keep="svg:has(text)")
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            if found := page.evaluate(SMALL, 12):
                small[path.parent.relative_to(built), width] = found[:5]
        widths.reverse()  # the next page begins as wide as this one ended, and is laid out three times and not four
    assert len(seen) > 100
    assert small == {}


@pytest.mark.parametrize("language", ["", "zh/"])
def test_texts_of_a_plot_neither_meet_nor_leave_it(page: Page, address: str, built: Path, language: str) -> None:
    page.goto(address)
    for path in PLOTS:
        show(page, built / language / path / "index.html", keep="figure")
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            plots = page.locator("svg:is(.ds-schedule, .ds-trend, .ds-gantt-across, .ds-gantt-down):visible")
            page.evaluate(FONTS_READY)
            shown = plots.evaluate_all(f"all => all.map({BOXES})")
            assert shown
            for boxes in shown:
                assert len(boxes) > 5
                assert [box["text"] for box in boxes if not box["inside"]] == [], (path, width)
                assert meeting_texts(boxes) == [], (path, width)
            if width == 390:
                is_whole_and_upright(page, path)


def is_whole_and_upright(page: Page, path: str) -> None:
    """Every plot, on a phone."""
    shown = page.locator("figure > svg:visible").evaluate_all(
        "all => all.map(svg => [svg.getBoundingClientRect().left, svg.getBoundingClientRect().right, svg.classList.value, svg.hasAttribute('viewBox')])"
    )
    assert shown, path
    for left, right, kind, shrinks in shown:
        assert left >= 0, path
        assert right <= 390, path
        assert not shrinks or kind.endswith(("-down", "-narrow")), path


@pytest.mark.parametrize(
    ("path", "figure", "said"),
    [
        ("guides/attention/", "#mechanism-readers", "LLM 67B"),
        ("models/deepseek-r1/", "#recipe-lanes", "R1-Zero"),
        ("small-v3/", "#small-v3-walk", "bytes"),
    ],
)
def test_a_figure_is_saved_as_it_is_shown(
    page: Page, address: str, tmp_path: Path, path: str, figure: str, said: str
) -> None:
    """The file stands by itself: its words, its licence, and its colours, which no style sheet has to tell."""
    page.goto(address + path)
    with page.expect_download() as saved:
        page.locator(figure).get_by_role("button", name="SVG").first.click()
    saved.value.save_as(tmp_path / "figure.svg")
    text = (tmp_path / "figure.svg").read_text(encoding="utf-8")
    assert said in text
    assert "CC BY 4.0" in text
    assert len(set(re.findall(r' fill="(rgb[^"]*)"', text))) > 2
    with page.expect_download() as saved:
        page.locator(figure).get_by_role("button", name="PNG").first.click()
    saved.value.save_as(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("edition", "width"), [("", 1280), ("", 390), ("zh/", 1280)])
def test_labels_stay_apart_and_inside(
    page: Page, built: Path, address: str, catalogue: Catalogue, edition: str, width: int
) -> None:
    """In every drawing of the site. On a telephone with all that is on the page, which has to fit too."""
    problems, drawings = list[tuple[object, ...]](), 0
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    for file in sorted((built / edition / "models").rglob("index.html")):
        if "ds-drawing" not in file.read_text(encoding="utf-8"):
            continue
        show(page, file, keep="" if width < 500 else ".ds-drawing")
        drawings += page.locator(".ds-drawing").count()
        page.evaluate(FONTS_READY)
        at = file.parent.relative_to(built)
        for boxes in page.locator(".ds-drawing svg:visible").evaluate_all(f"all => all.map({BOXES})"):
            problems += [(at, *texts) for texts in meeting_texts(boxes)]
            problems += [(at, box["text"], "leaves the drawing") for box in boxes if not box["inside"]]
        if (overflow := page.evaluate(OVERFLOW)) > 0:
            problems.append((at, f"{overflow} px", "wider than the screen"))
    assert problems == []
    assert drawings >= 20


def test_a_label_opens_its_source_by_mouse_and_keyboard_and_a_drawing_is_saved(
    page: Page, address: str, catalogue: Catalogue
) -> None:
    architecture = catalogue.entries["deepseek-v3-base"].architecture
    source = architecture.n_routed_experts.source if architecture.n_routed_experts else None
    title = catalogue.references[source.items[0].key].title
    page.goto(address + "models/deepseek-v3/")
    label = page.locator('.ds-drawing a[data-k="n_routed_experts"]:visible')
    tip = page.get_by_role("tooltip")
    label.hover()
    expect(tip).to_contain_text(title)
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    page.mouse.move(0, 0)
    label.focus()
    expect(tip).to_contain_text(source.items[0].locus)
    page.keyboard.press("Enter")
    expect(tip.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    with page.expect_download() as waiting:
        page.locator("button[data-png]").first.click()
    assert waiting.value.suggested_filename == "deepseek-v3-base.png"
