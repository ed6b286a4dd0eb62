"""Recipes as lanes: none without data between stages, and titles that fit."""

from __future__ import annotations

import pytest

from catalogue.records import Catalogue
from helpers import context_of
from render.context import Context
from render.figures.canvas import wrapped_text
from render.figures.recipe_lanes import recipe_lanes
from render.words import CHINESE, ENGLISH


@pytest.fixture(scope="module", params=[ENGLISH, CHINESE])
def context(request: pytest.FixtureRequest, catalogue: Catalogue) -> Context:
    return context_of(catalogue, request.param)


def test_a_recipe_without_data_between_stages_has_no_lanes(context: Context) -> None:
    plain = [model for model in context.catalogue.models.values() if not any(stage.fed_by for stage in model.training)]
    assert plain
    assert not any(recipe_lanes(context, model) for model in plain)


def test_long_titles_are_broken_and_at_last_cut() -> None:
    assert wrapped_text("one two three", 10, 60, 3) == ["one two", "three"]
    assert wrapped_text("监督微调与拒绝采样", 10, 50, 2) == ["监督微调与", "拒绝采样"]
    assert wrapped_text("a b c d e f g h i j k l", 10, 30, 2)[-1].endswith("…")
    assert wrapped_text("Base-v1.5，上下文从 4,096 起", 10, 65, 9) == ["Base-v1.5，", "上下文从", "4,096 起"]


def test_a_number_is_never_cut() -> None:
    assert wrapped_text("up to 32,768 tokens", 10, 70, 1) == ["up to 32,768…"]
    assert {wrapped_text("up to 32,768 tokens", 10, room, 1)[0] for room in (40, 50, 60)} == {"up to…"}
