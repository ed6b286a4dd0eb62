"""Architecture drawings: every variant has one, drawn to count, with the catalogue's values and their sources."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from catalogue.derive.expression import architecture_numbers, parse_layout
from catalogue.records import Catalogue, Entry
from catalogue.schema.architecture import Attention, FeedForward
from catalogue.schema.model import Model
from helpers import drawn_places, family, is_on_overview
from render import words as language_files
from render.cite import Citations
from render.context import Context, make_context
from render.figures.architecture import architecture_drawing
from render.figures.canvas import public_address, svg_file

LIMIT = 20_000  # bytes of one SVG
NOT_DRAWN = {  # fields that are no dimension of a picture; the table of dimensions has them
    *("max_position_embeddings", "rope_theta", "compress_rope_theta", "rms_norm_eps", "initializer_range"),
    *("norm_topk_prob", "routed_scaling_factor", "topk_method", "moe_layer_freq", "swiglu_limit", "gate_biases"),
    *("norms_per_layer", "qk_norm", "attention_bias", "qkv_bias", "engram_vocab_size", "tie_word_embeddings"),
    *("hidden_act", "n_group", "topk_group", "first_k_dense_replace", "num_key_value_heads", "vocab_size"),
    *("attention_layout", "num_hidden_layers", "feed_forward"),
}
WORKED_OUT = {  # numbers under the pictures, by what they are worked out from
    "chosen_width": lambda n: (n["num_experts_per_tok"] + n["n_shared_experts"]) * n["moe_intermediate_size"],
    "all_width": lambda n: (n["n_routed_experts"] + n["n_shared_experts"]) * n["moe_intermediate_size"],
    "gate_layers": lambda n: n["moe_layers"] - n.get("num_hash_layers", 0),
    "decoder_layers": lambda n: n["num_hidden_layers"] - n["encoder_layers"],
    "times_read": lambda n: n["num_attention_heads"] // n["num_key_value_heads"],
    "kept_latent": lambda n: n["kv_lora_rank"] + n["qk_rope_head_dim"] + n.get("index_head_dim", 0),
    "kept_heads": lambda n: 2 * n["num_key_value_heads"] * n["head_dim"],
    "kept_by_heads": lambda n: (
        n["num_attention_heads"]
        * (n["qk_nope_head_dim"] + n["v_head_dim"] if "kv_lora_rank" in n else 2 * n["head_dim"])
    ),
    "kept_csa": lambda n: (n["head_dim"] + n["index_head_dim"]) // n["csa_compress_ratio"],
    "kept_hca": lambda n: n["head_dim"] // n["hca_compress_ratio"],
    "kept_encoder": lambda n: (n["head_dim"] + n["index_head_dim"]) // n["encoder_compress_ratio"],
    "kept_decoder": lambda n: n["head_dim"] + n["index_head_dim"],
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
        """Marks of the pictures; those of the legend have a class more."""
        return sum(d.count(mark) for name, d in self.paths if name == css)


def drawn(catalogue: Catalogue) -> list[Entry]:
    return [entry for entry in catalogue.entries.values() if entry.architecture is not None]


def read(ctx: Context, entry: Entry) -> Reader:
    return Reader(str(architecture_drawing(Citations(ctx), entry)))


def plain(single: object) -> str:
    absence, value = getattr(single, "absence"), getattr(single, "value")  # noqa: B009
    if absence is not None:
        return str(absence.value)
    return str(value).lower() if isinstance(value, bool) else str(getattr(value, "text", value))


def has_network_of_another(catalogue: Catalogue, model: Model) -> bool:
    """Its flagship has the network of another family, on whose page it is drawn."""
    flagship = catalogue.flagship(model)
    return flagship.owner_model != model.id and flagship.vision is None


def test_every_model_page_draws_its_networks_or_leads_to_the_page_that_does(built: Path, catalogue: Catalogue) -> None:
    for model in catalogue.models.values():
        pages = [
            family(built, model.id),
            *([] if is_on_overview(built, model.id, "architecture") else [family(built, model.id, "architecture")]),
        ]
        html = "".join(page.html or "" for page in pages)
        known = [e for e in (catalogue.flagship(model), *catalogue.entries_of(model)) if e.architecture is not None]
        own = {e.architecture_owner for e in known if e.owner_model == model.id or e.vision}
        first = {known[0].architecture_owner} if known else set()
        drawn = html.count('class="ds-figure ds-drawing"')
        if known and has_network_of_another(catalogue, model):
            assert f"../{catalogue.flagship(model).owner_model}/" in html, model.id
        else:
            assert (drawn >= 1) == bool(known), model.id
        assert drawn <= len(own | first), model.id


def test_flagship_is_drawn_first_and_open(built: Path, catalogue: Catalogue) -> None:
    for model in catalogue.models.values():
        flagship = catalogue.flagship(model)
        if flagship.architecture is None or has_network_of_another(catalogue, model):
            continue
        html = (built / "models" / model.id / "index.html").read_text(encoding="utf-8")
        first = html.index('class="ds-drawing-head"')
        assert html[first:].partition("<b>")[2].startswith(flagship.variant.name), model.id
        assert "ds-drawn" not in html[:first], model.id


def test_values_are_the_catalogues(ctx: Context, catalogue: Catalogue) -> None:
    """Every labelled number, stated or worked out, in every drawing."""
    for entry in drawn(catalogue):
        architecture, reader = entry.architecture, read(ctx, entry)
        assert architecture is not None
        numbers = architecture_numbers(architecture)
        for key, shown in reader.values.items():
            assert len(shown) == 1, (entry.variant.id, key, shown)
            record, name = (entry.vision, key[7:]) if key.startswith("vision.") else (architecture, key)
            if getattr(record, name, None) is not None:
                expected = plain(getattr(record, name))
            else:
                expected = str(WORKED_OUT[key](numbers) if key in WORKED_OUT else numbers[key])
            assert shown == {expected}, (entry.variant.id, key)


def test_no_dimension_is_left_out(ctx: Context, catalogue: Catalogue) -> None:
    for entry in drawn(catalogue):
        architecture = entry.architecture
        assert architecture is not None
        shown = read(ctx, entry).values.keys()
        stated = {
            name
            for name in type(architecture).model_fields
            if hasattr(getattr(architecture, name), "absence")
            and name not in NOT_DRAWN
            and plain(getattr(architecture, name)) != "0"
        }
        assert stated - shown == set(), entry.variant.id


def test_marks_are_drawn_to_count(ctx: Context, catalogue: Catalogue) -> None:
    for entry in drawn(catalogue):
        architecture, reader = entry.architecture, read(ctx, entry)
        numbers = architecture_numbers(architecture)
        assert reader.marks("heads", "z") == numbers["num_attention_heads"], entry.variant.id
        assert reader.marks("index", "z") == numbers.get("index_n_heads", 0), entry.variant.id
        moe = architecture.feed_forward.value is FeedForward.DEEPSEEK_MOE
        experts, active = numbers.get("n_routed_experts", 0), numbers.get("num_experts_per_tok", 0)
        assert reader.marks("active", "h0") == (active if moe else 0), entry.variant.id
        assert reader.marks("routed", "h0") + reader.marks("active", "h0") == (experts if moe else 0), entry.variant.id
        assert reader.marks("shared", "z") == (numbers.get("n_shared_experts", 0) if moe else 0), entry.variant.id
        if architecture.attention.value in (Attention.MHA, Attention.GQA, Attention.MQA):
            bars = reader.marks("cached", "z") - 1  # one compares what is kept
            assert bars == numbers["num_key_value_heads"], entry.variant.id
        bars_of_layers = [d.count("z") for css, d in reader.paths if css.startswith("layer ")]
        assert sum(bars_of_layers) == numbers["num_hidden_layers"], entry.variant.id


def test_layers_stand_in_their_order(ctx: Context, catalogue: Catalogue) -> None:
    """Where the kinds of attention differ, the column beside the layers has each at its place, the first at the bottom."""
    found = 0
    for entry in drawn(catalogue):
        layout = entry.architecture.attention_layout
        if layout is None or layout.value is None:
            continue
        found += 1
        places = {
            round(y, 1): css.removeprefix("kind ")
            for css, d in read(ctx, entry).paths
            if css.startswith("kind ")
            for x, y in drawn_places(d)
            if x > 200
        }
        drawn_order = [places[y] for y in sorted(places, reverse=True)]
        assert drawn_order == [name.removesuffix("+engram") for name in parse_layout(layout.value)], entry.variant.id
    assert found


def test_entries_of_a_stretch_of_tokens_are_drawn_to_count(ctx: Context, catalogue: Catalogue) -> None:
    for entry in drawn(catalogue):
        if entry.architecture.attention.value not in (Attention.CSA_HCA, Attention.CSA2):
            continue
        numbers, reader = architecture_numbers(entry.architecture), read(ctx, entry)
        (tokens,) = reader.dashes["dashes token"]
        assert tokens >= numbers["sliding_window"]
        ratios = [numbers[name] for name in numbers if name.endswith("_compress_ratio")]
        entries = [d.count("z") for css, d in reader.paths if css == "cached entry"]
        assert sorted(entries) == sorted(tokens // ratio for ratio in ratios), entry.variant.id
        if numbers.get("decoder_cache_layers"):
            assert reader.dashes["dashes cached"] == [tokens], "the decoder keeps an entry for each token"


def test_active_experts_lie_in_the_groups_reached(ctx: Context, catalogue: Catalogue) -> None:
    entry = catalogue.entries["deepseek-v3-base"]
    assert entry.architecture is not None
    numbers, reader = architecture_numbers(entry.architecture), read(ctx, entry)
    plates = [
        tuple(float(e[name]) for name in ("x", "y", "width", "height"))
        for e in reader.elements
        if e.get("class") == "plate reached"
    ]
    assert len(plates) == numbers["topk_group"]
    d = next(d for css, d in reader.paths if css == "active")
    for x, y in drawn_places(d):
        assert any(left < x < left + width and top < y < top + height for left, top, width, height in plates)


def test_a_drawing_is_light_and_has_no_ids(ctx: Context, catalogue: Catalogue) -> None:
    for entry in drawn(catalogue):
        html = str(architecture_drawing(Citations(ctx), entry))
        assert " id=" not in html, entry.variant.id
        for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
            assert len(svg.encode()) < LIMIT, (entry.variant.id, len(svg.encode()))


def test_sources_are_those_of_the_values(ctx: Context, catalogue: Catalogue) -> None:
    for entry in drawn(catalogue):
        citations = Citations(ctx)
        reader = Reader(str(architecture_drawing(citations, entry)))
        by_number = {str(number): sources for sources, number in citations.numbers.items()}
        for element in reader.elements:
            if "data-k" in element and "data-s" in element:
                key = element["data-k"]
                record, name = (entry.vision, key[7:]) if key.startswith("vision.") else (entry.architecture, key)
                assert by_number[element["data-s"]] == getattr(record, name).source, (entry.variant.id, key)
                assert element["href"] == f"#s{element['data-s']}"


def test_missing_values_are_said_and_not_drawn(ctx: Context, catalogue: Catalogue) -> None:
    html = str(architecture_drawing(Citations(ctx), catalogue.entries["deepseek-moe-2b"]))
    assert re.search(r'data-k="vocab_size" data-v="not published"', html)
    assert re.search(r'data-k="moe_intermediate_size" data-v="not published"', html)


def with_none(entry: Entry, field: str) -> Entry:
    """The entry with 0 in a field of its architecture."""
    none = getattr(entry.architecture, field).model_copy(update={"value": 0})
    return replace(entry, architecture=entry.architecture.model_copy(update={field: none}))


def test_a_dense_layer_is_drawn_only_where_there_is_one(ctx: Context, catalogue: Catalogue) -> None:
    entry = catalogue.entries["deepseek-v3-base"]
    assert "intermediate_size" in read(ctx, entry).values
    assert "intermediate_size" not in read(ctx, with_none(entry, "first_k_dense_replace")).values


def test_no_shared_expert_is_counted_where_there_is_none(ctx: Context, catalogue: Catalogue) -> None:
    entry = catalogue.entries["deepseek-v3-base"]
    with_one, alone = (
        re.sub("<[^>]+>", "", str(architecture_drawing(Citations(ctx), one)))
        for one in (entry, with_none(entry, "n_shared_experts"))
    )
    assert "8 + 1 experts of" in with_one
    assert ", and 1 shared." in with_one
    assert "8 experts of" in alone
    assert " 0 shared" not in alone


class Recording(language_files.Words):
    """Words that note which of them are asked for."""

    asked: set[str]

    def __call__(self, key: str, **values: object) -> str:
        self.asked.add(key)
        return super().__call__(key, **values)


def test_words_of_drawings_are_all_used(catalogue: Catalogue) -> None:
    english = language_files.load_words("en")
    words = Recording("en", {key: english(key) for key in english}, {})
    words.asked = set()
    recording = make_context(catalogue, words)
    for entry in drawn(catalogue):
        architecture_drawing(Citations(recording), entry, travels=True)
    for name in (
        "attention_bias",
        "say.attention_bias",
        "kind_unknown",
        "run_mixed",
        "say.part_run_mixed",
        "say.part_one",
        "say.as_wide_routed",
        "say.make_routed",
        "said_experts_routed",
    ):
        words.asked.add(f"drawing.{name}")  # said of architectures that the catalogue may not hold now
    assert {key for key in english if key.startswith("drawing.")} - words.asked == set()


def test_summary_has_the_values(ctx: Context, catalogue: Catalogue) -> None:
    entry = catalogue.entries["deepseek-v3-base"]
    assert entry.architecture is not None
    html = str(architecture_drawing(Citations(ctx), entry))
    said = html.partition("<desc>")[2].partition("</desc>")[0]
    for name in ("num_hidden_layers", "num_attention_heads", "n_routed_experts", "vocab_size"):
        assert f"{architecture_numbers(entry.architecture)[name]:,}" in said, name


def test_drawings_lie_as_files_that_stand_alone(built: Path, catalogue: Catalogue) -> None:
    """Every flagship's drawing can be saved: well-formed, without links, variables or other files."""
    for model in catalogue.models.values():
        entry = catalogue.flagship(model)
        if entry.architecture is None or has_network_of_another(catalogue, model):
            continue
        for edition in ("", "zh/"):
            svg = (built / edition / "assets" / "drawings" / f"{entry.variant.id}.svg").read_text(encoding="utf-8")
            root = ElementTree.fromstring(svg)
            assert root.tag.endswith("svg")
            assert not re.search(r"<a\b|href=|var\(--|color-mix|url\(", svg), model.id
            assert entry.variant.name in svg


def test_a_family_without_a_network_shows_the_way_of_its_image(built: Path) -> None:
    html = (built / "models" / "dreamcraft3d" / "index.html").read_text(encoding="utf-8")
    assert "ds-image-way" in html
    assert "NeRF" in html


def test_a_file_names_the_page_that_it_is_from(ctx: Context, catalogue: Catalogue) -> None:
    figure = str(architecture_drawing(Citations(ctx), catalogue.entries["deepseek-v3-base"], travels=True))
    here, away = svg_file(figure), svg_file(figure, public_address("https://example.org/ds/models/deepseek-v3/"))
    assert here is not None
    assert away is not None
    assert ">example.org/ds/models/deepseek-v3<" in away
    assert "example.org" not in here
    high = [float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg)[1]) for svg in (here, away)]
    assert high[1] > high[0]
    assert public_address("http://127.0.0.1:8000/models/deepseek-v3/") == "", "an address that leads nowhere elsewhere"
