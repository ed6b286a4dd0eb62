"""Sizes are set side by side on one base, and a number whose base is one of several says which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalogue.derive.training import SizeOf, compared_sizes
from catalogue.facts import Theme
from catalogue.records import Catalogue
from catalogue.schema.values import Stated
from render.cite import Citations
from render.comparison import ComparedLine, theme_cells
from render.context import Context
from render.pages.model_changes import compare_dimensions


def size_lines(ctx: Context, model_id: str) -> dict[str, tuple[str, ComparedLine]]:
    """The rows of sizes of a model's changes, by group."""
    model = ctx.catalogue.models[model_id]
    before = ctx.catalogue.predecessor(model)
    assert before is not None
    found = compare_dimensions(Citations(ctx), before, ctx.catalogue.flagship(model))
    return {
        line.row.id[0]: (group, line)
        for group in ("changed", "new", "dropped")
        for line in getattr(found, group)
        if line.row.id[0] in list(map(str, SizeOf))
    }


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("deepseek-ocr", "VL2-Tiny's figure has the vision encoder in it, OCR's has not: the same decoder"),
        ("deepseek-math", "6.9B and 7B are one network, rounded differently"),
        ("deepseek-r1", "the network of V3"),
        ("janus", "the language model that DeepSeek-VL-1.3B has"),
    ],
)
def test_equal_recounts_are_no_difference(ctx: Context, model: str, why: str) -> None:
    assert size_lines(ctx, model) == {}, why


def test_a_count_of_files_is_not_set_beside_a_count_of_the_model(ctx: Context, catalogue: Catalogue) -> None:
    """Math-V2's 685B are all tensors of its files, MTP among them."""
    group, line = size_lines(ctx, "deepseek-math-v2")["total"]
    assert group == "changed"
    assert [cell.value for cell in line.cells] == ["6910365696", str(catalogue.entries["deepseek-math-v2"].total)]
    assert "685B" not in line.cells[1].html


def test_unlike_bases_without_a_recount_are_not_compared(catalogue: Catalogue) -> None:
    moe, unknown = catalogue.entries["deepseek-moe-145b"], catalogue.entries["deepseek-moe-2b"]
    assert compared_sizes((moe, unknown), SizeOf.TOTAL) is not None, "both count the main model"
    ocr = catalogue.entries["deepseek-vl2"]
    assert compared_sizes((moe, ocr), SizeOf.TOTAL) is None, "one counts its encoder"


def test_the_comparison_of_any_models_compares_recounts_alone(ctx: Context, catalogue: Catalogue) -> None:
    cells = [
        {row.id[0]: said for row, said in theme_cells(Theme.SIZES, Citations(ctx), catalogue.entries[id_]).items()}
        for id_ in ("deepseek-vl2-tiny", "deepseek-ocr")
    ]
    assert [cell["total.published"].value for cell in cells] == [None, None]
    assert cells[0]["total.recomputed"].value == cells[1]["total.recomputed"].value


def test_a_size_of_the_backbone_says_so_wherever_it_stands(ctx: Context, catalogue: Catalogue) -> None:
    parameters_ = catalogue.entries["deepseek-v4.1-flash"].variant.parameters
    citations = Citations(ctx)
    assert "backbone" in citations.value_html(parameters_.total)
    assert parameters_.activated is not None
    assert "while writing" in citations.value_html(parameters_.activated)


def test_what_an_entry_leaves_out_is_not_said_to_be_given_up(ctx: Context, catalogue: Catalogue) -> None:
    """An entry without MTP modules says nothing of them, as that of Kimi-K2 beside V3's did."""
    before = catalogue.entries["deepseek-v3-base"]
    after = catalogue.entries["deepseek-v3.1"]
    silent = replace(after, architecture=after.architecture.model_copy(update={"num_nextn_predict_layers": None}))
    none = Stated[int](value=0)
    without = replace(after, architecture=after.architecture.model_copy(update={"num_nextn_predict_layers": none}))
    dropped = [
        {line.row.id[0] for line in compare_dimensions(Citations(ctx), before, entry).dropped}
        for entry in (silent, without)
    ]
    assert dropped == [set(), {"num_nextn_predict_layers"}]
