"""Recipes as lanes: every tie is one that the catalogue states, and a line is as wide as the samples are many."""

from __future__ import annotations

import re

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalogue.records import Catalogue
from helpers import context_of
from render.context import Context
from render.figures.canvas import wrapped_text
from render.figures.recipe_lanes import recipe_lanes
from render.figures.schedule import BESIDE
from render.words import CHINESE, ENGLISH

FED = tuple(f"deepseek-{name}" for name in ("r1", "v3", "v3-2", "v4", "v2", "math", "prover-v2"))


@pytest.fixture(scope="module", params=[ENGLISH, CHINESE])
def context(request: pytest.FixtureRequest, catalogue: Catalogue) -> Context:
    return context_of(catalogue, request.param)


def drawn(context: Context, id_: str) -> LexborNode:
    found = LexborHTMLParser(str(recipe_lanes(context, context.catalogue.models[id_]))).css_first("svg.ds-lanes-across")
    assert found is not None
    return found


@pytest.mark.parametrize("id_", FED)
def test_data_and_reward_go_where_the_catalogue_says_within_the_figure(context: Context, id_: str) -> None:
    stages = {stage.id: stage for stage in context.catalogue.models[id_].training}
    feeders = [(stages[other].kind in BESIDE) for stage in stages.values() for other in stage.fed_by]
    svg = drawn(context, id_)
    curves = [tie for tie in svg.css(".tie:is(.data, .unknown)") if "C" in (tie.attributes["d"] or "")]
    assert len(curves) == feeders.count(False)
    assert len(svg.css(".tie.reward")) == feeders.count(True)
    assert len(svg.css("a")) == len(stages)
    html = str(recipe_lanes(context, context.catalogue.models[id_]))
    assert not re.search(r"\{\w+\}", html)
    for form in LexborHTMLParser(html).css("svg"):
        _, top, width, height = map(float, (form.attributes["viewBox"] or "").split())
        for circle in form.css("circle"):
            assert 0 < float(circle.attributes["cx"]) < width
            assert top < float(circle.attributes["cy"]) < top + height


def test_no_weights_are_drawn_that_no_source_states(context: Context) -> None:
    """V3.2-Speciale branches off, and from which weights is not stated: nothing solid leads to it."""
    svg = drawn(context, "deepseek-v3-2")
    stages = [stage.id for stage in context.catalogue.models["deepseek-v3-2"].training]
    place = svg.css("circle")[stages.index("speciale-rl")].attributes["cy"]
    assert not [tie for tie in svg.css(".tie.weights") if f" {float(place or 0):g}" in (tie.attributes["d"] or "")]


def test_a_line_is_as_wide_as_the_samples(context: Context) -> None:
    """804,745 samples of R1's second fine-tuning against the 800K that went into the small models and 80K questions of R1-Zero."""
    widths = [float(tie.attributes["stroke-width"] or 0) for tie in drawn(context, "deepseek-r1").css(".tie.data")]
    zero, second, scenarios, small = widths
    assert second == max(widths)
    for width, samples in ((zero, 80_000), (small, 800_000), (scenarios, 78_000)):
        assert width / second == pytest.approx(samples / 804_745, abs=0.01)


def test_r1_starts_from_the_base_model_three_times(context: Context) -> None:
    """Neither R1-Zero nor the cold start hands its weights to the second fine-tuning."""
    svg = drawn(context, "deepseek-r1")
    starts = [text.text() for text in svg.css("text.start")]
    assert starts.count("V3-Base") == 4, "R1-Zero, cold start, second fine-tuning, and R1-0528"
    assert "R1-Zero" in [text.text() for text in svg.css("text.result")]


def test_a_recipe_without_data_between_stages_has_no_lanes(context: Context) -> None:
    plain = [model for model in context.catalogue.models.values() if not any(stage.fed_by for stage in model.training)]
    assert plain
    assert not any(recipe_lanes(context, model) for model in plain)


def test_long_titles_are_broken_and_at_last_cut() -> None:
    assert wrapped_text("one two three", 10, 60, 3) == ["one two", "three"]
    assert wrapped_text("监督微调与拒绝采样", 10, 50, 2) == ["监督微调与", "拒绝采样"]
    assert wrapped_text("a b c d e f g h i j k l", 10, 30, 2)[-1].endswith("…")
