"""Architecture drawings: every variant has one, drawn to count, with the catalogue's values and their sources."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.derive.expression import architecture_numbers, parse_layout
from catalogue.records import Catalogue, Entry
from catalogue.schema.architecture import Attention, FeedForward
from catalogue.schema.model import Model
from helpers import drawn_places
from render.cite import Citations
from render.context import Context
from render.figures.architecture import architecture_drawing
from render.figures.svg_file import public_address, svg_file

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


class Drawing:
    """A drawing as a reader gets it, and what the catalogue says of its model."""

    def __init__(self, ctx: Context, entry: Entry) -> None:
        self.id, self.architecture, self.vision = entry.variant.id, entry.architecture, entry.vision
        self.numbers, self.citations = architecture_numbers(entry.architecture), Citations(ctx)
        self.html = str(architecture_drawing(self.citations, entry))
        self.tree = LexborHTMLParser(self.html)
        self.paths = [(path.attributes.get("class") or "", path.attributes["d"]) for path in self.tree.css("path")]

    @property
    def labelled(self) -> dict[str, set[str]]:
        """The numbers that are said, by the field that they are of."""
        found: dict[str, set[str]] = {}
        for node in self.tree.css("[data-k]"):
            found.setdefault(node.attributes["data-k"], set()).add(node.attributes["data-v"])
        return found

    def stated(self, key: str) -> Any:
        """The value of the catalogue that a label is of; None where it is worked out."""
        return getattr(self.vision, key[7:]) if key.startswith("vision.") else getattr(self.architecture, key, None)

    def marks(self, css: str, mark: str) -> int:
        """Marks of the pictures; those of the legend have a class more."""
        return sum(d.count(mark) for name, d in self.paths if name == css)

    def dashes(self, css: str) -> list[int]:
        return [int(node.attributes["pathLength"]) for node in self.tree.css(f'[pathlength][class="{css}"]')]


@pytest.fixture(scope="module")
def drawings(ctx: Context, catalogue: Catalogue) -> list[Drawing]:
    return [Drawing(ctx, entry) for entry in catalogue.entries.values() if entry.architecture is not None]


@pytest.fixture(scope="module")
def v3(drawings: list[Drawing]) -> Drawing:
    return next(drawing for drawing in drawings if drawing.id == "deepseek-v3-base")


def plain(single: Any) -> str:
    if single.absence is not None:
        return str(single.absence.value)
    return (
        str(single.value).lower()
        if isinstance(single.value, bool)
        else str(getattr(single.value, "text", single.value))
    )


def has_network_of_another(catalogue: Catalogue, model: Model) -> bool:
    """Its flagship has the network of another family, on whose page it is drawn."""
    flagship = catalogue.flagship(model)
    return flagship.owner_model != model.id and flagship.vision is None


def test_every_model_page_draws_its_networks_or_leads_to_the_page_that_does(built: Path, catalogue: Catalogue) -> None:
    for model in catalogue.models.values():
        folder = built / "models" / model.id
        html = "".join((folder / part / "index.html").read_text(encoding="utf-8") for part in ("", "architecture"))
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


def test_values_are_the_catalogues(drawings: list[Drawing]) -> None:
    """Every labelled number, stated or worked out, in every drawing."""
    for drawing in drawings:
        for key, shown in drawing.labelled.items():
            if (stated := drawing.stated(key)) is not None:
                expected = plain(stated)
            else:
                expected = str(WORKED_OUT[key](drawing.numbers) if key in WORKED_OUT else drawing.numbers[key])
            assert shown == {expected}, (drawing.id, key)


def test_no_dimension_is_left_out(drawings: list[Drawing]) -> None:
    for drawing in drawings:
        values = {name: value for name, value in drawing.architecture if hasattr(value, "absence")}
        stated = {name for name, value in values.items() if name not in NOT_DRAWN and plain(value) != "0"}
        assert stated - drawing.labelled.keys() == set(), drawing.id


def test_marks_are_drawn_to_count(drawings: list[Drawing]) -> None:
    for drawing in drawings:
        architecture, numbers, marks = drawing.architecture, drawing.numbers, drawing.marks
        assert marks("heads", "z") == numbers["num_attention_heads"], drawing.id
        assert marks("index", "z") == numbers.get("index_n_heads", 0), drawing.id
        moe = numbers if architecture.feed_forward.value is FeedForward.DEEPSEEK_MOE else {}
        assert marks("active", "h0") == moe.get("num_experts_per_tok", 0), drawing.id
        assert marks("routed", "h0") + marks("active", "h0") == moe.get("n_routed_experts", 0), drawing.id
        assert marks("shared", "z") == moe.get("n_shared_experts", 0), drawing.id
        if architecture.attention.value in (Attention.MHA, Attention.GQA, Attention.MQA):
            assert marks("cached", "z") - 1 == numbers["num_key_value_heads"], "one bar compares what is kept"
        layers = sum(d.count("z") for css, d in drawing.paths if css.startswith("layer "))
        assert layers == numbers["num_hidden_layers"], drawing.id


def test_layers_stand_in_their_order(drawings: list[Drawing]) -> None:
    """Where the kinds of attention differ, the column beside the layers has each at its place, the first at the bottom."""
    laid_out = [drawing for drawing in drawings if getattr(drawing.architecture.attention_layout, "value", None)]
    assert laid_out
    for drawing in laid_out:
        places = {
            round(y, 1): css.split()[1]
            for css, d in drawing.paths
            if css.startswith("kind ")
            for x, y in drawn_places(d)
            if x > 200
        }
        order = [name.removesuffix("+engram") for name in parse_layout(drawing.architecture.attention_layout.value)]
        assert [places[y] for y in sorted(places, reverse=True)] == order, drawing.id


def test_entries_of_a_stretch_of_tokens_are_drawn_to_count(drawings: list[Drawing]) -> None:
    for drawing in drawings:
        if drawing.architecture.attention.value not in (Attention.CSA_HCA, Attention.CSA2):
            continue
        numbers, (tokens,) = drawing.numbers, drawing.dashes("dashes token")
        assert tokens >= numbers["sliding_window"]
        ratios = [numbers[name] for name in numbers if name.endswith("_compress_ratio")]
        entries = [d.count("z") for css, d in drawing.paths if css == "cached entry"]
        assert sorted(entries) == sorted(tokens // ratio for ratio in ratios), drawing.id
        if numbers.get("decoder_cache_layers"):
            assert drawing.dashes("dashes cached") == [tokens], "the decoder keeps an entry for each token"


def test_active_experts_lie_in_the_groups_reached(v3: Drawing) -> None:
    nodes = v3.tree.css('[class="plate reached"]')
    plates = [[float(node.attributes[name]) for name in ("x", "y", "width", "height")] for node in nodes]
    assert len(plates) == v3.numbers["topk_group"]
    for x, y in drawn_places(next(d for css, d in v3.paths if css == "active")):
        assert any(left < x < left + width and top < y < top + height for left, top, width, height in plates)


def test_a_drawing_is_light_and_has_no_ids(drawings: list[Drawing]) -> None:
    for drawing in drawings:
        assert " id=" not in drawing.html, drawing.id
        sizes = [len(svg.encode()) for svg in re.findall(r"<svg.*?</svg>", drawing.html, re.DOTALL)]
        assert max(sizes) < LIMIT, drawing.id


def test_sources_are_those_of_the_values(drawings: list[Drawing]) -> None:
    for drawing in drawings:
        by_number = {str(number): sources for sources, number in drawing.citations.numbers.items()}
        for node in drawing.tree.css("[data-k][data-s]"):
            assert by_number[node.attributes["data-s"]] == drawing.stated(node.attributes["data-k"]).source, drawing.id
            assert node.attributes["href"] == f"#s{node.attributes['data-s']}"


def test_missing_values_are_said_and_not_drawn(drawings: list[Drawing]) -> None:
    labelled = next(drawing for drawing in drawings if drawing.id == "deepseek-moe-2b").labelled
    assert labelled["vocab_size"] == labelled["moe_intermediate_size"] == {"not published"}


def with_none(entry: Entry, field: str) -> Entry:
    """The entry with 0 in a field of its architecture."""
    none = getattr(entry.architecture, field).model_copy(update={"value": 0})
    return replace(entry, architecture=entry.architecture.model_copy(update={field: none}))


def test_a_dense_layer_is_drawn_only_where_there_is_one(ctx: Context, catalogue: Catalogue, v3: Drawing) -> None:
    assert "intermediate_size" in v3.labelled
    without = with_none(catalogue.entries[v3.id], "first_k_dense_replace")
    assert "intermediate_size" not in Drawing(ctx, without).labelled


def test_no_shared_expert_is_counted_where_there_is_none(ctx: Context, catalogue: Catalogue, v3: Drawing) -> None:
    alone = Drawing(ctx, with_none(catalogue.entries[v3.id], "n_shared_experts"))
    with_one, without = (re.sub("<[^>]+>", "", drawing.html) for drawing in (v3, alone))
    assert "8 + 1 experts of" in with_one
    assert ", and 1 shared." in with_one
    assert "8 experts of" in without
    assert " 0 shared" not in without


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
