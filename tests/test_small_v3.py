"""The small model in the page: its script computes what PyTorch computes, its numbers add up, and a reader reaches all of it."""

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
from render.pages.small_v3 import TOLERANCE, recorded_sentence
from render.words import CHINESE, ENGLISH

ARTIFACTS = Path(__file__).parent.parent / "labs" / "train" / "artifacts"
REFERENCE = json.loads((ARTIFACTS / "reference.json").read_text(encoding="utf-8"))
ATTENTION = json.loads((ARTIFACTS / "attention.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def engine() -> quickjs.Context:
    engine = quickjs.Context()
    engine.eval(f"(() => {{\n{assets.small_v3_source()}\n{script('small_v3')}\n}})();")
    weights = (ARTIFACTS / "model.bin").read_bytes().decode("latin-1")
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
    return recorded_sentence(context_of(catalogue, request.param))


def test_the_figure_says_what_the_model_computes(walk: dict[str, Any], engine: quickjs.Context) -> None:
    """The share of the line that it begins with, and the answer, beside a run that knows nothing of the figure."""
    sentence = re.sub(r"<\|bos\|>", "", "".join(walk["run"]["tokens"])).replace("␣", " ")
    found = json.loads(engine.get("run")(sentence, 0))
    layer, head = (int(number) for number in re.findall(r"\d+", walk["said"]["where"]))
    weights = found["weights"][layer - 1][head - 1][-1]
    assert (
        walk["said"]["end"][1] == f"{100 * max(weights[1:-1]):.1f}%"
        or walk["said"]["end"][1] == f"{100 * max(weights[1:-1]):.0f}%"
    )
    looked_at = walk["run"]["tokens"][weights.index(max(weights[1:-1]))].removeprefix("␣")
    assert looked_at in walk["said"]["title"]
    logits = np.array(found["logits"])
    assert walk["answer"]["end"][1] == f"{100 * np.exp(logits.max()) / np.exp(logits).sum():.0f}%"
    content, position, scaled, power, total = (
        float(re.sub("[ ,+]", "", value).replace("−", "-")) for _, value in walk["said"]["rows"]
    )
    assert (content + position) / 24**0.5 == pytest.approx(scaled, abs=0.01)
    assert np.exp(scaled) == pytest.approx(power, rel=0.01)
    assert 100 * power / total == pytest.approx(float(walk["said"]["end"][1][:-1]), abs=0.6)


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
def test_a_reader_without_a_script_sees_what_the_text_beside_it_says(browser: Browser, address: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    for folder in ("", "zh/", "small-v3/"):
        page.goto(f"{address}{folder}")
        figure = page.locator(".ds-sentence")
        drawing = figure.locator("svg.across")
        said = drawing.get_attribute("aria-label") or ""
        assert figure.locator(".title").inner_text() in said
        assert figure.locator(".end dd").inner_text() in said
        assert drawing.locator(".read.last .small").text_content() in said
        assert drawing.locator(".line.on").count() == 1
        assert drawing.locator(".token.on").text_content() in figure.locator(".title").inner_text()
        expect(figure.locator("form, .choices, .ds-sentence-depth").first).to_be_hidden()
    page.context.close()


@pytest.mark.browser
def test_what_a_reader_touches_shows_its_sum(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address)
    figure = page.locator(".ds-sentence")
    drawing, title, share = figure.locator("svg.across"), figure.locator(".title"), figure.locator(".end dd")
    drawing.get_by_role("button", name="key").click()
    expect(title).to_contain_text("“key” looks back at")
    page.keyboard.press("ArrowRight")
    expect(title).to_contain_text("“and” looks back at")
    expect(drawing.get_by_role("button", name="and")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(figure.locator(".where")).to_contain_text("layer 3")
    figure.get_by_role("button", name="Head 8").click()
    expect(figure.locator(".where")).to_contain_text("layer 3, head 8")
    drawing.locator('[data-token="5"] [data-of="1"], [data-token="5"][data-of="1"]').first.click()
    expect(title).to_contain_text("“and” looks back at “has”")
    expect(figure.locator(".where")).to_contain_text("layer 2")
    drawing.locator('[data-token="7"][data-experts="2"] circle').first.click()
    expect(title).to_contain_text(re.compile("Expert \\d+ works on “key”"))
    weight = float(share.inner_text())
    assert 0 < weight < 2.5
    drawing.locator('[data-read="1"] .word').click()
    expect(figure.locator(".where")).to_contain_text("after layer 2")
    depth = figure.get_by_role("slider", name="Depth")
    depth.fill("1.5")
    assert drawing.locator('[data-part="lines"][data-layer="3"]').get_attribute("opacity") == "0"
    assert drawing.locator('[data-part="cells"][data-layer="1"]').get_attribute("opacity") is None


@pytest.mark.browser
def test_a_sentence_of_ones_own_is_read_with_the_numbers_of_the_lab(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert not any("small-v3-model" in url for url in asked), "the weights come when asked for"
    case = REFERENCE[0]
    page.get_by_label("Your own sentence").fill(case["prompt"])
    page.keyboard.press("Enter")
    figure = page.locator(".ds-sentence")
    expect(figure.locator("svg.across .token")).to_have_count(len(case["tokens"]))
    logits = np.array(case["logits"])
    shares = np.sort(np.exp(logits) / np.exp(logits).sum())[::-1][:5]
    shown = [float(text[:-1]) for text in figure.locator(".ds-panel text").all_text_contents() if text.endswith("%")]
    assert shown == pytest.approx(100 * shares, abs=0.51)


@pytest.mark.browser
def test_on_a_phone_it_stands_upright_and_is_touched_by_thumb(browser: Browser, address: str) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    page.goto(address)
    figure = page.locator(".ds-sentence")
    expect(figure.locator("svg.across")).to_be_hidden()
    word = figure.locator("svg.upright .token").nth(7)
    assert word.bounding_box()["height"] >= 32
    word.tap()
    expect(figure.locator(".title")).to_contain_text("“key” looks back at")
    page.context.close()


@pytest.mark.browser
def test_a_reader_follows_a_token_of_a_sentence_of_their_own(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}small-v3/")
    assert not any("small-v3-model" in url for url in asked), "the weights come when asked for"
    said, words = page.locator(".ds-small-said"), page.locator(".ds-sentence svg.across .token")
    expect(said).to_contain_text("Answer")
    page.get_by_label("Your own sentence").fill("The gate scores the experts")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Answer")
    page.get_by_role("radio", name="Layer 2, Choose").focus()
    page.keyboard.press("Space")
    expect(said).to_contain_text("Layer 2: choose")
    expect(page.locator(".ds-sentence .title")).to_contain_text("Expert")
    page.locator("#small-v3 [data-stage] [data-pick='0']").first.click()
    expect(page.locator("#small-v3 dl dt").filter(has_text="Expert 1, score")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Next").first.click()
    expect(said).to_contain_text("Layer 2: add")
    slider = page.get_by_role("slider", name="What adds")
    slider.fill("1")
    count = words.count()
    page.get_by_role("radio", name="Answer").check(force=True)
    page.get_by_role("button", name="Write a token").click()
    expect(words).to_have_count(count + 1)
    expect(said).to_contain_text("Answer")
    page.get_by_label("Temperature").select_option("1")
    page.get_by_role("button", name="Write 20 tokens").click()
    expect(words).to_have_count(count + 21)
    page.reload()
    expect(page.get_by_label("Your own sentence")).to_have_value("The gate scores the experts")
    expect(words).to_have_count(count)
    answers_thirty_tokens_at_once(page)


def answers_thirty_tokens_at_once(page: Page) -> None:
    page.get_by_label("Your own sentence").fill(ATTENTION[CHINESE]["sentence"])
    milliseconds = page.evaluate(
        "() => { const before = performance.now(); document.querySelector('#small-v3 .ds-small-form').requestSubmit(); return performance.now() - before; }"
    )
    assert page.locator(".ds-sentence svg.across .token").count() > 15
    assert milliseconds < 1000


@pytest.mark.browser
def test_the_model_loads_from_a_folder_on_disk(browser: Browser, built: Path) -> None:
    page = browser.new_page()
    page.goto((built / "small-v3" / "index.html").as_uri())
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("button", name="Write a token")).to_be_visible()
    page.close()
