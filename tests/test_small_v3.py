"""The small model in the page: its script computes what PyTorch computes, its numbers add up, and a reader reaches all of it."""

from __future__ import annotations

import base64
import importlib.util
import json
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import quickjs
from playwright.sync_api import Browser, Page, expect

from catalogue.records import Catalogue
from helpers import context_of, script
from render import assets
from render.pages.small_v3 import TOLERANCE, recorded_walk, script_words
from render.words import CHINESE, ENGLISH

ARTIFACTS = Path(__file__).parent.parent / "labs" / "train" / "artifacts"
REFERENCE = json.loads((ARTIFACTS / "reference.json").read_text(encoding="utf-8"))
ATTENTION = json.loads((ARTIFACTS / "attention.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def engine() -> quickjs.Context:
    engine = quickjs.Context()
    engine.eval(f"(() => {{\n{assets.small_v3_source()}\n{script('small_v3')}\n}})();")
    weights = base64.b64encode((ARTIFACTS / "model.bin").read_bytes()).decode()
    engine.get("load")((ARTIFACTS / "model.json").read_text(encoding="utf-8"), weights)
    return engine


@pytest.mark.parametrize("case", REFERENCE, ids=lambda case: case["prompt"])
def test_the_script_computes_what_pytorch_computes(engine: quickjs.Context, case: dict[str, Any]) -> None:
    """Tokens, all scores of the last one, those of MTP, the experts chosen, and what greedy decoding writes, of one prompt to its end."""
    greedy = case["greedy"][: None if case is REFERENCE[0] else 1]
    found = json.loads(engine.get("run")(case["prompt"], len(greedy)))
    assert found["tokens"] == case["tokens"]
    for scores in ("logits", "mtp_logits"):
        np.testing.assert_allclose(found[scores], case[scores], rtol=0, atol=TOLERANCE, err_msg=scores)
    assert found["experts_of_last_token"] == case["experts_of_last_token"]
    assert found["greedy"] == greedy


def test_every_attention_weight_is_that_of_pytorch(engine: quickjs.Context) -> None:
    def rows(weights: list[Any]) -> list[list[float]]:
        return [row for layer in weights for head in layer for row in head]

    kept = ATTENTION[ENGLISH]
    found = json.loads(engine.get("run")(kept["sentence"], 0))["weights"]
    for ours, theirs in zip(rows(found), rows(kept["weights"]), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=0.0006)  # kept with three decimals


def test_a_token_is_drawn_as_often_as_its_probability_says(engine: quickjs.Context) -> None:
    logits = np.log([0.2, 0.5, 0.3])
    given = " ".join(map(str, logits))
    for temperature in (1.0, 0.5):
        shares = np.exp(logits / temperature) / np.exp(logits / temperature).sum()
        edges = np.cumsum(shares)
        chances = [0.0, edges[0] - 1e-6, edges[0] + 1e-6, edges[1] - 1e-6, edges[1] + 1e-6, 1 - 1e-9]
        found = json.loads(engine.get("draws")(given, temperature, " ".join(map(str, chances))))
        assert found == [0, 0, 1, 1, 2, 2]
    assert json.loads(engine.get("draws")(given, 0, "0.99")) == [1]


def _lab_tokenizer() -> Any:
    """The lab's module alone: its package asks for PyTorch."""
    spec = importlib.util.spec_from_file_location("lab_tokenizer", ARTIFACTS.parent / "tokenizer.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_any_text_is_cut_into_the_tokens_of_the_lab(engine: quickjs.Context) -> None:
    tokenizer = _lab_tokenizer().Tokenizer(json.loads((ARTIFACTS / "model.json").read_text(encoding="utf-8"))["merges"])
    given = random.Random(1)
    pieces = ["The router", " 专家", "注意力", " ", "  ", "\n", "12.5", *"é😀，—²ⅷ؟", "_x_", "Δt", "ひら", "a1b2"]
    for _ in range(300):
        text = "".join(given.choices(pieces, k=given.randint(1, 12)))
        assert json.loads(engine.get("encode")(text)) == tokenizer.encode(text), repr(text)


@pytest.fixture(scope="module", params=[ENGLISH, CHINESE])
def walk(request: pytest.FixtureRequest, catalogue: Catalogue) -> dict[str, Any]:
    context = context_of(catalogue, request.param)
    return recorded_walk(context.words.language, script_words(context))


def test_the_worked_numbers_add_up(walk: dict[str, Any]) -> None:
    """What a reader can check: terms of a latent number, the two best of a group, the weights of the experts."""
    press, gate = (walk["stops"][place]["html"].replace("−", "-") for place in (1, 3))
    number = r"(-?\d+\.\d+)"
    terms = re.search(
        rf"{number} × {number} \+ {number} × {number} \+ {number} × {number} \+.*?{number}[^=]*= {number}", press
    )
    a, b, c, d, e, f, rest, whole = map(float, terms.groups())
    assert a * b + c * d + e * f + rest == pytest.approx(whole, abs=0.01)  # factors are shown with three decimals
    best = re.search(rf"{number} \+ {number} = {number}", gate)
    first, second, total = map(float, best.groups())
    assert first + second == pytest.approx(total, abs=0.0015)
    share = re.search(rf"{number} ÷ \({number} \+ {number} \+ {number} \+ {number}\) × 2.5 = {number}", gate)
    score, *scores, weight = map(float, share.groups())
    assert score / sum(scores) * 2.5 == pytest.approx(weight, abs=0.003)


def test_the_rows_that_point_the_same_way_are_those_of_the_exported_table(walk: dict[str, Any]) -> None:
    header, weights = json.loads((ARTIFACTS / "model.json").read_text("utf-8")), (ARTIFACTS / "model.bin").read_bytes()
    table = next(tensor for tensor in header["tensors"] if tensor["name"] == "embed_tokens.weight")
    rows, width = table["shape"]
    steps = np.frombuffer(weights, np.int8, rows * width, table["offset"]).reshape(rows, width).astype(float)
    directions = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    looked_up = int(re.search(r"(?:row|第) (\d+)", walk["stops"][0]["sentence"]).group(1))
    nearest = np.sort(directions @ directions[looked_up])[::-1][1:9]
    shown = re.findall(r">(\d\.\d\d)</text>", walk["stops"][0]["html"])
    assert [float(cosine) for cosine in shown] == pytest.approx(nearest, abs=0.006)


@pytest.mark.browser
def test_a_reader_follows_a_token_of_a_sentence_of_their_own(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}small-v3/")
    assert not any("small-v3-model" in url for url in asked), "the weights come when asked for"
    page.get_by_label("Sentence").fill("The gate scores the experts")
    page.keyboard.press("Enter")
    said = page.locator(".ds-small-said")
    expect(said).to_contain_text("Look up")
    page.get_by_role("radio", name="Layer 2, Choose").focus()
    page.keyboard.press("Space")
    expect(said).to_contain_text("Layer 2: choose")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("Layer 2: add")
    page.get_by_role("button", name="Back").first.click()
    slider = page.get_by_role("slider", name="Expert")
    slider.fill("0")
    expect(page.locator("#small-v3 dt").first).to_have_text("Expert 1, score")
    count = page.locator(".ds-small-tokens input").count()
    page.get_by_role("button", name="Write a token").click()
    expect(page.locator(".ds-small-tokens input")).to_have_count(count + 1)
    page.get_by_label("Temperature").select_option("1")
    page.get_by_role("button", name="Write 20 tokens").click()
    expect(page.locator(".ds-small-tokens input")).to_have_count(count + 21)
    page.goto(page.url)
    expect(page.get_by_label("Sentence")).to_have_value("The gate scores the experts")
    page.locator("[data-live]").wait_for(state="visible")
    answers_thirty_tokens_at_once(page)


def answers_thirty_tokens_at_once(page: Page) -> None:
    page.get_by_label("Sentence").fill(ATTENTION[CHINESE]["sentence"])
    milliseconds = page.evaluate(
        "() => { const before = performance.now(); document.querySelector('#small-v3 form').requestSubmit(); return performance.now() - before; }"
    )
    assert page.locator(".ds-small-tokens input").count() > 15
    assert milliseconds < 1000


@pytest.mark.browser
def test_the_model_loads_from_a_folder_on_disk(browser: Browser, built: Path) -> None:
    page = browser.new_page()
    page.goto((built / "small-v3" / "index.html").as_uri())
    page.get_by_role("button", name="Load").click()
    expect(page.locator(".ds-small-said")).to_contain_text("Look up")
    page.close()
