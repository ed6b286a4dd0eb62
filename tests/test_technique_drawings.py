"""Drawings of techniques: one for each that a guide names, with labels that stay apart and formulas in the colours of the shapes."""

import re
from itertools import combinations
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page
from selectolax.lexbor import LexborHTMLParser

from building import ROOT
from catalogue.records import Catalogue
from helpers import context_of
from render.figures.canvas import text_width
from render.figures.engine import FIGURES
from render.formula import wrapping_mathml
from render.technique_figures import DRAWINGS, Frame, frames_of, mechanism_html
from render.words import CHINESE, ENGLISH, load_words

COLOUR = re.compile(
    r"\b(?:red|blue|green|orange|purple|crimson|teal|pink|lilac|gr[ae]y|yellow)\b|[红蓝绿橙紫青灰黄]色|深红|浅绿|为[红蓝绿橙紫]"
)
DARK = ("attention", "expert", "other", "index", "off")  # grounds for white letters
LANGUAGES = pytest.mark.parametrize("language", [ENGLISH, CHINESE])


Box = tuple[float, float, float, float]  # left, top, right, bottom


def shapes_of(frame: Frame) -> LexborHTMLParser:
    return LexborHTMLParser(f"<svg>{frame.panel.shapes}</svg>")


def label_boxes(frame: Frame) -> list[tuple[str, Box]]:
    """Each label with the room that it takes; letters are a little narrower than they are estimated to be."""
    found = []
    for text in shapes_of(frame).css("text"):
        words, kinds = text.text(), (text.attributes.get("class") or "").split()
        if not words:
            continue
        size = 26 if "huge" in kinds else 12 if "small" in kinds else 12.5
        x, y = (float(text.attributes[name] or 0) for name in "xy")
        width = 0.94 * text_width(words, size, "strong" in kinds or "on" in kinds)
        left = x - {None: 0, "middle": width / 2, "end": width}[text.attributes.get("text-anchor")]
        found.append((words, (left, y - 0.72 * size, left + width, y + 0.2 * size)))
    return found


def meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@LANGUAGES
def test_no_text_names_a_colour(language: str) -> None:
    """It would be another one in the dark scheme; a swatch has it in both."""
    words = load_words()[language]
    texts = {key: words(key) for key in words if "sample_text" not in key}
    assert {key: text for key, text in texts.items() if COLOUR.search(text)} == {}


def test_no_white_letters_stand_on_a_pale_ground(catalogue: Catalogue) -> None:
    wrong = []
    for name in FIGURES:
        for panel in re.findall(r"<svg.*?</svg>", mechanism_html(context_of(catalogue), name), re.DOTALL):
            boxes: list[tuple[str, list[float]]] = []
            for tag in re.findall(r"<(?:rect|path|text)[^>]*>", panel):
                here = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
                kind = here.get("class", "")
                if tag.startswith("<text"):
                    x, y = (
                        float(here["x"]),
                        float(here["y"]) - (0 if "pass" in kind else 4),
                    )  # of passes it is the middle
                    under = [ground for ground, (x1, y1, x2, y2) in boxes if x1 <= x <= x2 and y1 <= y <= y2]
                    if "on" in kind.split() and (not under or under[-1] not in DARK):
                        wrong.append((name, under[-1:]))
                elif tag.startswith("<rect"):
                    x, y = float(here["x"]), float(here["y"])
                    boxes.append((kind, [x, y, x + float(here["width"]), y + float(here["height"])]))
                else:  # bars in one path, each from where the last one began
                    x = y = 0.0
                    for bar in re.findall(r"[Mm](-?[\d.]+) (-?[\d.]+)h([\d.]+)v([\d.]+)", here["d"]):
                        right, down, wide, tall = map(float, bar)
                        x, y = x + right, y + down
                        boxes.append((kind, [x, y, x + wide, y + tall]))
    assert wrong == []


def test_every_technique_that_a_guide_names_is_drawn(catalogue: Catalogue) -> None:
    guides = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs/en/guides").glob("*.md"))
    named = set(re.findall(r"\{\{ t\('([\w-]+)'", guides)) & set(catalogue.techniques)
    assert len(named) >= 45
    assert named - set(DRAWINGS) == set()
    assert set(DRAWINGS) <= set(catalogue.techniques)


@LANGUAGES
def test_labels_stay_apart_and_shapes_inside(catalogue: Catalogue, language: str) -> None:
    context, wrong = context_of(catalogue, language), []
    for id_, frame in ((name, frame) for name in DRAWINGS for frame in frames_of(context, name)):
        boxes, wide, high = label_boxes(frame), frame.panel.width + 1, frame.panel.height + 1
        for words, (left, top, right, bottom) in boxes:
            if left < -1 or top < -1 or right > wide + 1 or bottom > high:
                wrong.append(f"{id_}: `{words}` leaves the canvas")
        wrong += [f"{id_}: `{a}` meets `{b}`" for (a, x), (b, y) in combinations(boxes, 2) if meet(x, y)]
        assert not re.search(r"NaN|Infinity|undefined|null", frame.panel.shapes), id_
        for bar in shapes_of(frame).css("rect"):
            x, y, w, h = (float(bar.attributes[name] or 0) for name in ("x", "y", "width", "height"))
            assert x + w <= wide, id_
            assert y + h <= high, id_
    assert wrong == []


def test_a_formula_has_the_colours_of_the_shapes_beside_it(catalogue: Catalogue) -> None:
    context = context_of(catalogue, ENGLISH)
    opened = {id_: frames for id_ in DRAWINGS if len(frames := frames_of(context, id_)) > 1}
    assert len(opened) >= 30
    for id_, (picture, *steps) in opened.items():
        assert not picture.formula
        assert len(steps) == 3, id_
        for step in steps:
            math = wrapping_mathml(step.formula) if step.formula else ""
            shapes = " ".join(re.findall(r'class="([^"]*)"', step.panel.shapes)).split()
            for colour in re.findall(r"\\class\{(\w+)\}", step.formula):
                assert f'class="{colour}"' in math
                assert colour in shapes, (id_, step.title, colour)


@pytest.mark.browser
def test_a_picture_is_saved_with_its_title_and_colours(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(f"{address}techniques/mla/")
    saved = {}
    for kind in ("svg", "png"):
        with page.expect_download() as given:
            page.click(f"#picture button[data-picture={kind}]")
        assert given.value.suggested_filename == f"mla-picture.{kind}"
        given.value.save_as(tmp_path / kind)
        saved[kind] = (tmp_path / kind).read_bytes()
    assert saved["png"].startswith(b"\x89PNG")
    svg = saved["svg"].decode()
    assert "What one layer keeps of a token" in svg
    assert "/techniques/mla/" in svg
    assert re.search(r'<rect class="cache"[^>]* fill="rgba\(', svg)


@pytest.mark.browser
@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_shapes_come_from_the_frame_before_it(
    browser: Browser, address: str, motion: Literal["reduce", "no-preference"]
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 1200}, reduced_motion=motion)
    page.goto(f"{address}techniques/gqa/")
    page.locator(".ds-frames svg").nth(1).click()
    moving = page.evaluate("document.getAnimations().filter(one => one.effect.target.closest('.ds-frames')).length")
    assert (moving > 5) is (motion != "reduce")
    page.close()
