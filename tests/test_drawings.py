"""Architecture drawings: every variant has one, drawn to count, with the catalogue's values and their sources."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from selectolax.lexbor import LexborHTMLParser

from catalogue.derive.parameters import numbers_of
from catalogue.records import Catalogue, Entry
from catalogue.schema.architecture import Attention, FeedForward
from render import words as language_files
from render.cite import Citations
from render.context import Context, context
from render.figures.architecture import drawing

LIMIT = 20_000  # bytes of one SVG
NOT_DRAWN = {  # fields that are no dimension of a picture; the table of dimensions has them
    *("max_position_embeddings", "rope_theta", "compress_rope_theta", "rms_norm_eps", "initializer_range"),
    *("norm_topk_prob", "routed_scaling_factor", "topk_method", "moe_layer_freq", "swiglu_limit", "gate_biases"),
    *("norms_per_layer", "qk_norm", "attention_bias", "qkv_bias", "engram_vocab_size", "tie_word_embeddings"),
    *("hidden_act", "n_group", "topk_group", "first_k_dense_replace", "num_key_value_heads", "vocab_size"),
}


class Reader(HTMLParser):
    """Collects of a drawing: labelled numbers, marks by class, attributes of every element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, set[str]] = {}
        self.paths: list[tuple[str, str]] = []
        self.dashes: dict[str, list[int]] = {}
        self.elements: list[dict[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append(found)
        if "data-k" in found:
            self.values.setdefault(found["data-k"], set()).add(found["data-v"])
        if tag == "path":
            self.paths.append((found.get("class", ""), found["d"]))
        if "pathlength" in found:
            self.dashes.setdefault(found["class"], []).append(int(found["pathlength"]))

    def marks(self, css: str, mark: str) -> int:
        """Marks of the pictures; the swatch before a label, one mark each, is subtracted."""
        counts = [d.count(mark) for name, d in self.paths if name == css]
        swatches = sum(1 for name, d in self.paths if name == css and d in ("M6 6h0", "M6 3l3.3 6h-6.6z"))
        return sum(counts) - swatches


@pytest.fixture(scope="module")
def ctx(catalogue: Catalogue) -> Context:
    return context(catalogue, language_files.load("en"))


def drawn(catalogue: Catalogue) -> list[Entry]:
    return [entry for entry in catalogue.entries.values() if entry.architecture is not None]


def read(ctx: Context, entry: Entry, against: Entry | None = None) -> Reader:
    return Reader(str(drawing(Citations(ctx), entry, against)))


def plain(single: object) -> str:
    absence, value = getattr(single, "absence"), getattr(single, "value")  # noqa: B009
    if absence is not None:
        return str(absence.value)
    return str(value).lower() if isinstance(value, bool) else str(getattr(value, "text", value))


def test_every_model_page_draws_its_architectures(built: Path, catalogue: Catalogue) -> None:
    for model in catalogue.models.values():
        html = (built / "models" / model.id / "index.html").read_text(encoding="utf-8")
        owners = {e.architecture_owner for e in catalogue.entries_of(model) if e.architecture is not None}
        assert html.count('class="ds-figure ds-drawing"') == len(owners), model.id


def test_flagship_is_drawn_first_and_open(built: Path, catalogue: Catalogue) -> None:
    for model in catalogue.models.values():
        flagship = catalogue.flagship(model)
        if flagship.architecture is None:
            continue
        html = (built / "models" / model.id / "index.html").read_text(encoding="utf-8")
        first = html.index("ds-drawing-head")
        assert html[first:].partition("<b>")[2].startswith(flagship.variant.name), model.id
        assert "ds-drawn" not in html[:first], model.id


def test_values_are_the_catalogues(ctx: Context, catalogue: Catalogue) -> None:
    """Every labelled number, stated or worked out, in every drawing."""
    for entry in drawn(catalogue):
        architecture, reader = entry.architecture, read(ctx, entry)
        assert architecture is not None
        numbers = numbers_of(architecture)
        for key, shown in reader.values.items():
            assert len(shown) == 1, (entry.variant.id, key, shown)
            record, name = (entry.vision, key[7:]) if key.startswith("vision.") else (architecture, key)
            if getattr(record, name, None) is not None:
                expected = plain(getattr(record, name))
            elif key == "gate_layers":
                expected = str(numbers["moe_layers"] - numbers["num_hash_layers"])
            elif key == "decoder_layers":
                expected = str(numbers["num_hidden_layers"] - numbers["encoder_layers"])
            else:
                expected = str(numbers[key])
            assert shown == {expected}, (entry.variant.id, key)


def test_no_dimension_is_left_out(ctx: Context, catalogue: Catalogue) -> None:
    for entry in drawn(catalogue):
        architecture = entry.architecture
        assert architecture is not None
        shown = read(ctx, entry).values.keys()
        stated = {
            name
            for name in type(architecture).model_fields
            if hasattr(getattr(architecture, name), "absence") and name not in NOT_DRAWN
        }
        assert stated - shown == set(), entry.variant.id


def test_marks_are_drawn_to_count(ctx: Context, catalogue: Catalogue) -> None:
    for entry in drawn(catalogue):
        architecture, reader = entry.architecture, read(ctx, entry)
        assert architecture is not None
        numbers = numbers_of(architecture)
        assert reader.marks("heads", "h0") == numbers["num_attention_heads"], entry.variant.id
        assert reader.marks("index", "z") == numbers.get("index_n_heads", 0), entry.variant.id
        moe = architecture.feed_forward.value is FeedForward.DEEPSEEK_MOE
        experts, active = numbers.get("n_routed_experts", 0), numbers.get("num_experts_per_tok", 0)
        assert reader.marks("active", "h0") == (active if moe else 0), entry.variant.id
        assert reader.marks("routed", "h0") + reader.marks("active", "h0") == (experts if moe else 0), entry.variant.id
        assert reader.marks("shared", "h0") == (numbers.get("n_shared_experts", 0) if moe else 0), entry.variant.id
        if architecture.attention.value in (Attention.MHA, Attention.GQA, Attention.MQA):
            bars = sum(d.count("M") for css, d in reader.paths if css == "cached") - 1
            assert bars == numbers["num_key_value_heads"], entry.variant.id
        layers = [d.count("z") for css, d in reader.paths if css.startswith("layer ")]
        swatches = sum(1 for css, d in reader.paths if css.startswith("layer ") and d == "M0 4h12v4h-12z")
        assert sum(layers) - swatches == numbers["num_hidden_layers"], entry.variant.id


def test_entries_of_a_stretch_of_tokens_are_drawn_to_count(ctx: Context, catalogue: Catalogue) -> None:
    for entry in drawn(catalogue):
        assert entry.architecture is not None
        if entry.architecture.attention.value not in (Attention.CSA_HCA, Attention.CSA2):
            continue
        numbers, reader = numbers_of(entry.architecture), read(ctx, entry)
        (tokens,) = reader.dashes["dashes token"]
        assert tokens >= numbers["sliding_window"]
        ratios = [numbers[name] for name in numbers if name.endswith("_compress_ratio")]
        entries = [d.count("M") for css, d in reader.paths if css == "cached entry"]
        assert sorted(entries) == sorted(tokens // ratio for ratio in ratios), entry.variant.id
        if numbers.get("decoder_cache_layers"):
            assert reader.dashes["dashes cached"] == [tokens], "the decoder keeps an entry for each token"


def test_active_experts_lie_in_the_groups_reached(ctx: Context, catalogue: Catalogue) -> None:
    entry = catalogue.entries["deepseek-v3-base"]
    assert entry.architecture is not None
    numbers, reader = numbers_of(entry.architecture), read(ctx, entry)
    bars = [d for css, d in reader.paths if css == "reached" and d.count("M") > 1]
    assert bars[0].count("M") == numbers["topk_group"]
    tops = [float(y) for y in re.findall(r"M0 ([\d.]+)h", bars[0])]
    dots = next(d for css, d in reader.paths if css == "active" and d.count("M") > 1)
    rows = {float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)h0", dots)}
    assert len(rows) == numbers["topk_group"]
    assert all(any(top < y < top + 10 for top in tops) for y in rows)


def test_a_drawing_is_light_and_has_no_ids(ctx: Context, catalogue: Catalogue) -> None:
    for entry in drawn(catalogue):
        html = str(drawing(Citations(ctx), entry))
        assert " id=" not in html, entry.variant.id
        for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
            assert len(svg.encode()) < LIMIT, (entry.variant.id, len(svg.encode()))


def test_sources_are_those_of_the_values(ctx: Context, catalogue: Catalogue) -> None:
    for entry in drawn(catalogue):
        citations = Citations(ctx)
        reader = Reader(str(drawing(citations, entry)))
        by_number = {str(number): sources for sources, number in citations.numbers.items()}
        for element in reader.elements:
            if "data-k" in element and "data-s" in element:
                key = element["data-k"]
                record, name = (entry.vision, key[7:]) if key.startswith("vision.") else (entry.architecture, key)
                assert by_number[element["data-s"]] == getattr(record, name).source, (entry.variant.id, key)
                assert element["href"] == f"#s{element['data-s']}"


def test_missing_values_are_said_and_not_drawn(ctx: Context, catalogue: Catalogue) -> None:
    html = str(drawing(Citations(ctx), catalogue.entries["deepseek-moe-2b"]))
    assert re.search(r'data-k="vocab_size" data-v="not published"', html)
    assert re.search(r'data-k="moe_intermediate_size" data-v="not published"', html)


@pytest.mark.parametrize(
    ("ours", "theirs"), [("deepseek-v3.2-exp", "deepseek-v3-base"), ("deepseek-v4-pro-base", "deepseek-v3.2-exp")]
)
def test_marks_exactly_what_differs(ctx: Context, catalogue: Catalogue, ours: str, theirs: str) -> None:
    entry, other = catalogue.entries[ours], catalogue.entries[theirs]
    reader, alone = read(ctx, entry, other), read(ctx, other)
    marked = {e["data-k"] for e in reader.elements if "data-k" in e and "differs" in e["class"].split()}
    assert entry.architecture is not None
    assert other.architecture is not None
    before, after = numbers_of(other.architecture), numbers_of(entry.architecture)
    for key in reader.values.keys() & after.keys() & alone.values.keys():
        assert (key in marked) == (before[key] != after[key]), key
    assert reader.values.keys() - alone.values.keys() <= marked, "what the other does not have"
    assert marked, "the two are not the same"
    assert not any("differs" in e.get("class", "").split() for e in read(ctx, entry, entry).elements)
    assert not any("differs" in e.get("class", "").split() for e in read(ctx, entry).elements)


def test_one_changed_dimension_is_marked_alone(ctx: Context, catalogue: Catalogue) -> None:
    entry = catalogue.entries["deepseek-v3-base"]
    assert entry.architecture is not None
    stated = entry.architecture.kv_lora_rank
    assert stated is not None
    assert stated.value is not None
    wider = stated.model_copy(update={"value": stated.value + 1})
    changed = replace(entry, architecture=entry.architecture.model_copy(update={"kv_lora_rank": wider}))
    reader = read(ctx, changed, entry)
    assert {e["data-k"] for e in reader.elements if "differs" in e.get("class", "").split()} == {"kv_lora_rank"}


class Recording(language_files.Words):
    """Words that note which of them are asked for."""

    asked: set[str]

    def __call__(self, key: str, **values: object) -> str:
        self.asked.add(key)
        return super().__call__(key, **values)


def test_words_of_drawings_are_all_used(catalogue: Catalogue) -> None:
    english = language_files.load("en")
    words = Recording("en", {key: english(key) for key in english})
    words.asked = set()
    recording = context(catalogue, words)
    for entry in drawn(catalogue):
        drawing(Citations(recording), entry)
    for name in (
        "qk_norm",
        "attention_bias",
        "qkv_bias",
        "moe_layer_freq",
        "kind_unknown",
        "tie_word_embeddings",
        "of",
    ):
        words.asked.add(f"drawing.{name}")  # said of architectures that the catalogue may not hold now
    assert {key for key in english if key.startswith("drawing.")} - words.asked == set()


def test_summary_has_the_values(ctx: Context, catalogue: Catalogue) -> None:
    entry = catalogue.entries["deepseek-v3-base"]
    assert entry.architecture is not None
    html = str(drawing(Citations(ctx), entry))
    said = html.partition("<desc>")[2].partition("</desc>")[0]
    for name in ("num_hidden_layers", "num_attention_heads", "n_routed_experts", "vocab_size"):
        assert f"{numbers_of(entry.architecture)[name]:,}" in said, name


OVERLAPS = """() => {
  const found = [];
  for (const svg of document.querySelectorAll(".ds-drawing svg")) {
    const frame = svg.getBoundingClientRect();
    const name = `${svg.closest("figure").querySelector("b").textContent}, ${frame.width} wide`;
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


SHOW = """html => { const article = document.querySelector(".md-content article");
  article.innerHTML = html;
  article.querySelectorAll("details").forEach((one) => { one.open = true; }); }"""


@pytest.mark.browser
@pytest.mark.parametrize(("edition", "width"), [("", 1280), ("", 390), ("zh/", 1280)])
def test_labels_stay_apart_and_inside(
    page: Page, built: Path, address: str, catalogue: Catalogue, edition: str, width: int
) -> None:
    """In every drawing of the site, with and without marks of difference; page after page in one, which is quicker."""
    problems, drawings = [], 0
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}{edition}models/deepseek-v3/")
    for model in catalogue.models:
        html = (built / edition / "models" / model / "index.html").read_text(encoding="utf-8")
        article = LexborHTMLParser(html).css_first(".md-content article")
        assert article is not None
        page.evaluate(SHOW, article.inner_html)
        drawings += page.locator(".ds-drawing").count()
        problems += page.evaluate(OVERLAPS)
        page.evaluate("document.querySelectorAll('.dim').forEach((one) => one.classList.add('differs'))")
        problems += page.evaluate(OVERLAPS)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if overflow > 0:
            problems.append(f"{model} is {overflow} px wider than the screen")
    assert problems == []
    assert drawings >= len({entry.architecture_owner for entry in drawn(catalogue)})


@pytest.mark.browser
def test_source_of_a_label_opens_by_mouse_and_keyboard(page: Page, address: str, catalogue: Catalogue) -> None:
    architecture = catalogue.entries["deepseek-v3-base"].architecture
    assert architecture is not None
    source = architecture.n_routed_experts.source if architecture.n_routed_experts else None
    assert source is not None
    title = catalogue.references[source.items[0].key].title
    page.goto(address + "models/deepseek-v3/")
    label = page.locator('.ds-drawing a[data-k="n_routed_experts"]')
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


@pytest.mark.browser
def test_a_difference_has_a_sign_and_not_colour_alone(page: Page, address: str) -> None:
    page.goto(address + "models/deepseek-v3/")
    label = page.locator('.ds-drawing a[data-k="kv_lora_rank"]')
    sign = label.locator(".cue")
    expect(sign).to_be_hidden()
    label.evaluate("one => one.classList.add('differs')")
    expect(sign).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_parts_stand_side_by_side_or_one_above_the_other(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address + "models/deepseek-v3/")
    whole, opened = (page.locator(".ds-drawing svg").nth(index).bounding_box() for index in (0, 1))
    assert whole is not None
    assert opened is not None
    beside = opened["x"] >= whole["x"] + whole["width"] - 1
    below = opened["y"] >= whole["y"] + whole["height"] - 1
    assert (beside, below) == (width == 1280, width == 390)
    assert page.locator(".ds-drawing .wedge").is_visible() == beside
