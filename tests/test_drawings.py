"""Architecture drawings: no dimension is left out, marks are drawn to count, what is missing is said; files stand alone."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.derive.expression import architecture_numbers
from catalogue.records import Catalogue, Entry
from catalogue.schema.architecture import Attention, FeedForward
from catalogue.schema.model import Model
from checks.labels import labels_too_wide
from render.cite import Citations
from render.context import Context, make_context
from render.figures.architecture import architecture_drawing
from render.words import Words

NOT_DRAWN = {  # fields that are no dimension of a picture; the table of dimensions has them
    *("max_position_embeddings", "rope_theta", "compress_rope_theta", "rms_norm_eps", "initializer_range"),
    *("norm_topk_prob", "routed_scaling_factor", "topk_method", "moe_layer_freq", "swiglu_limit", "gate_biases"),
    *("norms_per_layer", "qk_norm", "attention_bias", "qkv_bias", "engram_vocab_size", "tie_word_embeddings"),
    *("hidden_act", "n_group", "topk_group", "first_k_dense_replace", "num_key_value_heads", "vocab_size"),
    *("attention_layout", "num_hidden_layers", "feed_forward"),
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


def test_no_dimension_is_left_out(drawings: list[Drawing]) -> None:
    for drawing in drawings:
        values = {name: value for name, value in drawing.architecture if hasattr(value, "absence")}
        stated = {name for name, value in values.items() if name not in NOT_DRAWN and plain(value) != "0"}
        if drawing.architecture.feed_forward.value is FeedForward.DEEPSEEK_MOE and not (
            drawing.numbers.get("first_k_dense_replace") or drawing.numbers.get("moe_layer_freq", 1) > 1
        ):
            stated.discard("intermediate_size")  # of a dense layer, which a configuration may give without one
        missing = stated - drawing.labelled.keys()
        assert not missing, f"{drawing.id}: draw {missing} in render/figures/architecture/, or say in NOT_DRAWN why not"


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


def with_none(entry: Entry, field: str) -> Entry:
    """The entry with 0 in a field of its architecture."""
    none = getattr(entry.architecture, field).model_copy(update={"value": 0})
    return replace(entry, architecture=entry.architecture.model_copy(update={field: none}))


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


def test_a_label_that_its_drawing_has_no_room_for_is_named_with_its_word(ctx: Context) -> None:
    long = "Every head of the query shares its key and its value with seven others {angle}"
    changed = {"drawing.kind_gqa": long[:-8], "mechanism.rope-rotation.angle": long}
    assert list(labels_too_wide(ctx)) == []
    texts = {key: ctx.words(key) for key in ctx.words} | changed
    words = Words(ctx.words.language, texts, {key: ctx.words.word_place(key) for key in texts})
    assert {found.path for found in labels_too_wide(make_context(ctx.catalogue, words))} == changed.keys()
