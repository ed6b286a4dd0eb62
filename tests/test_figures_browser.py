"""Figures and architecture drawings in Chromium: letters large enough, labels clear of one another, runs told apart, links, sources, room, pictures."""

from __future__ import annotations

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
    widths = [1280, 768, 390]
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
        "all => all.map(svg => [svg.getBoundingClientRect().left, svg.getBoundingClientRect().right, svg.getAttribute('class') ?? ''])"
    )
    assert shown, path
    for left, right, kind in shown:
        assert left >= 0, path
        assert right <= 390, path
        assert kind.endswith(("-down", "-narrow")), path


def test_runs_on_one_axis_are_told_apart_by_colour_and_by_dashes(screen: Page, address: str) -> None:
    page = screen
    page.goto(address + "compare/training/")
    figure = page.locator("svg.ds-schedule:visible").first
    lines = figure.locator("g:has(path.line)").filter(has=page.locator("path.line"))
    styles = lines.evaluate_all(
        """groups => groups.map(group => {
          const style = getComputedStyle(group.querySelector("path.line"))
          return [group.dataset.run, style.stroke, style.strokeDasharray]
        })"""
    )
    runs = {run: (stroke, dashes) for run, stroke, dashes in styles}
    assert len(runs) > 3
    assert len({stroke for stroke, _ in runs.values()}) == len(runs)
    assert len({dashes for _, dashes in runs.values()}) == len(runs)


def test_published_is_filled_and_recomputed_is_hollow(screen: Page, address: str) -> None:
    page = screen
    page.goto(address + "trends/")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    fills = page.locator("svg.ds-trend a.main circle").evaluate_all(
        "marks => marks.map(mark => [mark.getAttribute('class'), getComputedStyle(mark).fill])"
    )
    assert {kind for kind, _ in fills} == {"published", "recomputed"}
    assert all((fill == ground) == (kind == "recomputed") for kind, fill in fills)


def test_a_point_leads_to_its_model_by_keyboard_and_by_mouse(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(address + "trends/")
    page.locator("svg.ds-trend a[data-id=deepseek-v3-base]").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(address + "models/deepseek-v3/")
    page.goto(address + "trends/")
    page.locator("svg.ds-trend a[data-id=deepseek-v2] text").first.click()
    expect(page).to_have_url(address + "models/deepseek-v2/")


def test_a_number_in_the_lanes_leads_to_its_stage(plain: Page, address: str) -> None:
    plain.goto(address + "models/deepseek-r1/")
    plain.locator("#recipe-lanes svg:visible a", has=plain.get_by_text("7", exact=True)).click()
    expect(plain.locator("#stage-distillation")).to_be_in_viewport()


def test_boxes_and_plots_stay_on_the_screen(page: Page, address: str, built: Path) -> None:
    page.goto(address)
    for path in ("models/deepseek-r1/", "models/deepseek-llm/", "zh/models/deepseek-coder/", "trends/"):
        show(page, built / path / "index.html")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate(FONTS_READY)
            overflow = page.evaluate(OVERFLOW)
            assert overflow <= 0, (path, width)
            cut = page.locator(".ds-box *").evaluate_all(
                "nodes => nodes.filter(n => n.getBoundingClientRect().right > n.closest('.ds-box').getBoundingClientRect().right + 1)"
                ".map(n => n.textContent)"
            )
            assert cut == [], (path, width)


FORM = """nodes => nodes.map(node => {
  const own = getComputedStyle(node), before = getComputedStyle(node, "::before")
  return [node.className, [own.width, own.height, own.borderRadius, own.borderStyle, own.clipPath, before.content, before.borderStyle, own.outlineStyle].join(" "), getComputedStyle(node.closest(".ds-box") ?? node).borderTopColor]
})"""


def test_kinds_of_stages_differ_by_form_and_not_by_colour(page: Page, address: str, built: Path) -> None:
    forms, colours = {}, set()
    page.goto(address)
    for path in ("deepseek-coder", "deepseek-llm", "deepseek-v4-1", "deepseek-grm", "deepseek-prover"):
        show(page, built / "models" / path / "index.html", keep=".ds-box, .ds-kinds")
        boxes = page.locator(".ds-box:not(.beside) .ds-step").evaluate_all(FORM)
        every = page.locator(".ds-box .ds-step").evaluate_all(FORM)
        colours |= {colour for *_, colour in boxes}
        forms |= {kind: form for kind, form, _ in every}
        named = page.locator(".ds-kinds .ds-step").evaluate_all("nodes => nodes.map(node => node.className)")
        assert sorted(named) == sorted({kind for kind, *_ in every}), path
    assert len(forms) > 5
    assert len(colours) == 1
    # One more pre-training is told from the first by its ring; all others by shape.
    assert len(set(forms.values())) == len(forms)


@pytest.mark.parametrize(
    ("path", "figure", "said"),
    [
        ("guides/attention/", "#mechanism-memory-strip", "LLM 67B"),
        ("models/deepseek-r1/", "#recipe-lanes", "R1-Zero"),
        ("small-v3/", "#small-v3-walk", "experts"),
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


def test_arrangement_fits_the_room(page: Page, address: str) -> None:
    """One sheet where it is readable, else two columns, else one."""
    page.goto(address + "models/deepseek-v3/")
    for width, place in ((1600, "wide"), (760, "beside"), (390, "below")):
        page.set_viewport_size({"width": width, "height": 800})
        is_arranged(page, place)


def is_arranged(page: Page, place: str) -> None:
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
    assert smallest >= 12, place
