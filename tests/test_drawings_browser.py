"""Architecture drawings in Chromium: labels that stay apart, sources, the room there is, a picture to save."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catalogue.records import Catalogue
from helpers import FONTS_READY, OVERFLOW, show

pytestmark = pytest.mark.browser

OVERLAPS = """() => {
  const found = [];
  for (const svg of document.querySelectorAll(".ds-drawing svg")) {
    const frame = svg.getBoundingClientRect();
    const name = `${svg.closest("figure").querySelector("b")?.textContent}, ${frame.width} wide`;
    const texts = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
    texts.forEach(([text, a], index) => {
      if (a.left < frame.left || a.right > frame.right || a.top < frame.top || a.bottom > frame.bottom) found.push(`${name}: ${text} leaves the drawing`);
      for (const [other, b] of texts.slice(index + 1)) {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 0.5 && down > 4) found.push(`${name}: ${text} lies on ${other}`);
      }
    });
  }
  return found;
}"""


@pytest.mark.parametrize(("edition", "width"), [("", 1280), ("", 390), ("zh/", 1280)])
def test_labels_stay_apart_and_inside(
    page: Page, built: Path, address: str, catalogue: Catalogue, edition: str, width: int
) -> None:
    """In every drawing of the site. On a telephone with all that is on the page, which has to fit too."""
    problems, drawings = [], 0
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    for file in sorted((built / edition / "models").rglob("index.html")):
        if "ds-drawing" not in file.read_text(encoding="utf-8"):
            continue
        show(page, file, keep="" if width < 500 else ".ds-drawing")
        drawings += page.locator(".ds-drawing").count()
        page.evaluate(FONTS_READY)
        problems += page.evaluate(OVERLAPS)
        overflow = page.evaluate(OVERFLOW)
        if overflow > 0:
            problems.append(f"{file.parent.relative_to(built)} is {overflow} px wider than the screen")
    assert problems == []
    assert drawings >= 20


def test_source_of_a_label_opens_by_mouse_and_keyboard(page: Page, address: str, catalogue: Catalogue) -> None:
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


@pytest.mark.parametrize(("width", "place"), [(1600, "wide"), (760, "beside"), (390, "below")])
def test_arrangement_fits_the_room(page: Page, address: str, width: int, place: str) -> None:
    """One sheet where it is readable, else two columns, else one."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address + "models/deepseek-v3/")
    figure = page.locator(".ds-drawing").first
    if place == "wide" and figure.evaluate("one => one.clientWidth") > 940:
        expect(figure.locator(".ds-drawing-wide")).to_be_visible()
        expect(figure.locator(".ds-drawing-parts")).to_be_hidden()
    else:
        whole, opened = (figure.locator(f".ds-drawing-parts > .{name}").bounding_box() for name in ("whole", "ffn"))
        assert (opened["x"] > whole["x"] + 100) == (place != "below")
        assert (opened["y"] > whole["y"] + 100) == (place == "below")
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll(".ds-drawing text")].filter((text) => text.getClientRects().length)
          .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getCTM().a))"""
    )
    assert smallest >= 12


def test_a_drawing_is_saved_as_a_picture(page: Page, address: str) -> None:
    page.goto(address + "models/deepseek-v3/")
    with page.expect_download() as waiting:
        page.locator("button[data-png]").first.click()
    assert waiting.value.suggested_filename == "deepseek-v3-base.png"
