"""Training recipes and schedules: every stage in its box, every drawn point as the catalogue has it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import prod
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalogue.derive.training import Way, schedule_of_stage
from catalogue.records import Catalogue
from catalogue.schema.model import Track
from catalogue.schema.quantities import Quantity
from catalogue.schema.training import Stage
from catalogue.schema.values import Stated
from helpers import built_page
from render import format
from render.figures import schedule
from render.figures.canvas import spread_apart
from render.pages.schedules import longest_pre_training


def text(node: LexborNode) -> str:
    return " ".join(node.text(deep=True).split())


def test_every_stage_has_its_box_with_its_number_that_leads_to_it(built: Path, catalogue: Catalogue) -> None:
    """Its box, or where data go from stage to stage its node of the lanes."""
    for model in catalogue.models.values():
        tree, numbers = (
            built_page(built, f"models/{model.id}"),
            {stage.id: n for n, stage in enumerate(model.training, 1)},
        )
        boxes = tree.css(".ds-box")
        for box in boxes:
            assert text(box.css_first(".ds-step")) == str(numbers[box.attributes["data-stage"].removeprefix("stage-")])
        nodes = [box.css_first("a") for box in boxes] or tree.css(".ds-lanes-across a")
        links = [node.attributes["href"] or "" for node in nodes]
        assert sorted(link.partition("#stage-")[2] for link in links) == sorted(numbers)
        for link in links:
            target, _, stage = link.partition("#")
            assert built_page(built, f"models/{model.id}/{target}").css_first(f'[id="{stage}"]') is not None


def test_rows_run_forward_and_branch_off_a_stage_that_came_before(catalogue: Catalogue) -> None:
    for model in catalogue.models.values():
        for row in schedule.recipe_rows(model):
            numbers = [number for number, _ in row.stages]
            assert numbers == sorted(numbers)
            if row.after is not None:
                assert row.after < numbers[0]
            before = [model.training[row.after - 1]] if row.after is not None else []
            line = [*before, *(stage for _, stage in row.stages)]
            for earlier, later in pairwise(line):
                assert schedule.line_of_variants(model, later.variants) & set(earlier.variants), (model.id, later.id)


def test_sizes_trained_side_by_side_have_rows_of_their_own(catalogue: Catalogue) -> None:
    rows = schedule.recipe_rows(catalogue.models["deepseek-v2"])
    assert [next(stage.id for _, stage in row.stages) for row in rows] == ["pre-training", "pre-training-lite"]
    (main, update) = schedule.recipe_rows(catalogue.models["deepseek-v3"])
    assert [stage.id for _, stage in update.stages] == ["post-training-0324"]
    assert update.after is not None
    assert main.stages[update.after - 1][1].kind.value == "context extension", "V3-0324 starts from the base model"


def test_boxes_hold_the_catalogue_s_values(built: Path, catalogue: Catalogue) -> None:
    def published(value: Stated[Quantity] | None) -> list[str]:
        singles = [single.value for _, single in value.singles() if single.value] if value is not None else []
        return [" ".join(format.format_quantity(one).split()) for one in singles]

    seen = 0
    for model in catalogue.models.values():
        stages = {f"stage-{stage.id}": stage for stage in model.training}
        for box in built_page(built, f"models/{model.id}").css(".ds-box"):
            stage = stages[box.attributes["data-stage"] or ""]
            exact = {text(one): one.attributes["title"] for one in box.css("dd a span[title]")}
            shown = [exact.get(text(value)) or text(value) for value in box.css("dd a")]
            wanted = published(stage.data.tokens) + published(stage.data.samples) if stage.data else []
            wanted = (wanted or published(stage.steps)) + published(stage.sequence_length)
            assert [v for v in shown if v[0].isdigit() or v[0] == "≈"] == wanted
            seen += len(wanted)
    assert seen > 50


def test_precision_is_shown_where_it_is_published(built: Path, catalogue: Catalogue) -> None:
    for model in catalogue.models.values():
        precision = model.infrastructure.precision if model.infrastructure else None
        stated = precision.compute if precision else None
        values = [single.value.en for _, single in stated.singles() if single.value] if stated else []
        legend = built_page(built, f"models/{model.id}").css(".ds-recipe > .ds-legend, .ds-recipe-lanes ~ .ds-legend")
        for value in values if model.training else ():
            assert any(value in text(line) for line in legend), model.id


def drawn(tree: LexborHTMLParser, run: str) -> list[list[tuple[Fraction, Decimal, bool]]]:
    """The marks of a run, panel by panel: share of the run, value, whether it is published."""
    panels = [group.css("circle") for group in tree.css(f'svg.ds-schedule.ds-across [data-run="{run}"]')]
    marks = [[mark.attributes for mark in panel] for panel in panels]
    return [
        [(Fraction(m["data-share"]), Decimal(m["data-v"]), m["class"] == "published") for m in panel] for panel in marks
    ]


def stage_of(catalogue: Catalogue, model: str, stage: str) -> Stage:
    return next(s for s in catalogue.models[model].training if s.id == stage)


@pytest.mark.parametrize("path", ["models/deepseek-v3/training", "compare/training"])
def test_v3_is_drawn_with_the_points_of_the_catalogue(built: Path, catalogue: Catalogue, path: str) -> None:
    stage = stage_of(catalogue, "deepseek-v3", "pre-training")
    rates, batch, tokens = stage.learning_rate, stage.batch_size, stage.data.tokens
    of_rate, of_batch = drawn(built_page(built, path), "deepseek-v3-base/pre-training")
    assert of_rate[0][1] == rates.peak.value.value, "the warm-up ends at the peak"
    assert [(share * Fraction(tokens.value.value), value) for share, value, _ in of_rate[1:]] == [
        (Fraction(phase.until.value.value), phase.rate.value.value)
        for phase in rates.phases
        if phase.until.value and phase.rate and phase.rate.value
    ]
    assert len(of_rate) == 1 + len(rates.phases)
    assert all(is_published for _, _, is_published in of_rate)
    full, every = batch.sequences.value.value, Fraction(tokens.value.value)
    grown = [(0, batch.start.value.value), (Fraction(batch.ramp_tokens.value.value), full), (every, full)]
    assert [(share * every, value) for share, value, _ in of_batch] == grown


def test_a_factor_of_the_peak_is_drawn_as_computed(built: Path, catalogue: Catalogue) -> None:
    stage = stage_of(catalogue, "deepseek-llm", "pre-training")
    for variant in stage.variants:
        peak = stage.learning_rate.peak.for_variant(variant)
        (marks,) = drawn(built_page(built, "models/deepseek-llm/training"), f"{variant}/pre-training")
        for (share, value, is_published), phase in zip(marks[1:], stage.learning_rate.phases, strict=True):
            assert share == Fraction(phase.until.value.value) / 100
            assert value == peak.value.value * phase.fraction.value.value / 100
            assert is_published == (value == peak.value.value)


def test_what_is_not_published_is_not_drawn(built: Path, catalogue: Catalogue) -> None:
    """V4 publishes peak and last rate alone: two marks, no line. A run without a peak has neither."""
    rates = stage_of(catalogue, "deepseek-v4", "pre-training").learning_rate
    assert not rates.phases
    group = built_page(built, "compare/training").css_first('[data-run="deepseek-v4-pro-base/pre-training"]')
    assert group.css("path") == []
    ends = [stated.for_variant("deepseek-v4-pro-base").value.value for stated in (rates.peak, rates.final)]
    assert [Decimal(mark.attributes["data-v"] or "") for mark in group.css("circle")] == ends
    assert schedule_of_stage(stage_of(catalogue, "deepseek-coder-v2", "pre-training"), "deepseek-coder-v2-base") is None


def test_the_warm_up_is_as_long_as_its_steps(catalogue: Catalogue) -> None:
    stage = stage_of(catalogue, "deepseek-moe", "pre-training")
    found = schedule_of_stage(stage, "deepseek-moe-16b-base")
    factors = (stage.learning_rate.warmup_steps, stage.batch_size.sequences, stage.sequence_length)
    assert found.rate[0].way is Way.WARM_UP
    assert found.rate[0].end == Fraction(prod(one.value.value for one in factors)) / Fraction(found.tokens.value)


def test_v4_1_has_no_warm_up_drawn_because_its_batch_is_not_published(catalogue: Catalogue) -> None:
    found = schedule_of_stage(stage_of(catalogue, "deepseek-v4-1", "pre-training"), "deepseek-v4.1-flash")
    assert found.warmup_without_length
    assert found.rate[0].way is Way.CONSTANT
    assert found.batch == ()


def test_a_cosine_passes_the_middle_of_its_ends_in_the_middle(catalogue: Catalogue) -> None:
    found = schedule_of_stage(stage_of(catalogue, "deepseek-v3", "pre-training"), "deepseek-v3-base")
    (cosine,) = [stretch for stretch in found.rate if stretch.way is Way.COSINE]
    middle = cosine.value_at((cosine.start + cosine.end) / 2)
    assert middle == pytest.approx(float(cosine.first + cosine.last) / 2)
    assert cosine.value_at(cosine.start) == pytest.approx(float(cosine.first))
    assert cosine.value_at(cosine.end) == pytest.approx(float(cosine.last))


def test_the_comparison_draws_every_flagship_of_the_general_line_or_says_why_not(
    built: Path, catalogue: Catalogue
) -> None:
    figure = built_page(built, "compare/training").css_first("figure")
    caption = figure.css_first("figcaption")
    runs = {(group.attributes["data-run"] or "").split("/")[0] for group in figure.css("[data-run]")}
    for model in catalogue.models.values():
        trained = [s for s in model.training if s.kind.value in ("pre-training", "continued pre-training")]
        if model.track is Track.GENERAL and trained:
            assert model.flagship in runs or model.name in text(caption), model.id


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([10, 100], [10, 100]),
        ([50, 50, 50], [50, 60, 70]),
        ([95, 98, 99], [80, 90, 100]),
        ([30, 10], [30, 10]),
        ([-5, -5], [0, 10]),
    ],
)
def test_labels_are_spread(wanted: list[float], expected: list[float]) -> None:
    assert spread_apart(wanted, 10, 0, 100) == expected


def test_a_length_that_grows_within_a_stage_says_so(built: Path) -> None:
    """V4 begins at 4K and ends at a million: its pre-training does not say 4K alone."""
    rows = built_page(built, "models/deepseek-v4/training").css(".ds-stage :is(dl > div, tr)")
    lengths = {text(row) for row in rows if text(row).startswith("Sequence length")}
    assert any("4K" in length and "1M" in length for length in lengths), lengths


def test_the_comparison_draws_the_pre_training_with_most_tokens(catalogue: Catalogue) -> None:
    """A short stage behind the long one, such as that of Kimi-K2, does not stand for the training."""
    model = catalogue.models["deepseek-v3"]
    first = next(stage for stage in model.training if stage.data and stage.data.tokens)
    few = first.data.tokens.model_copy(update={"value": Quantity.parse("1B")})
    later = first.model_copy(update={"id": "annealing", "data": first.data.model_copy(update={"tokens": few})})
    changed = model.model_copy(update={"training": (*model.training, later)})
    found = longest_pre_training(changed)
    assert found[0].id == first.id


def test_a_stage_with_phases_is_not_said_to_have_a_peak_and_a_last_rate_alone(catalogue: Catalogue) -> None:
    """Phases that cannot be placed are not drawn, which does not mean that they are not published."""
    loose = next(stage for stage in catalogue.models["deepseek-v4"].training if stage.id == "pre-training")
    rates = loose.learning_rate
    drawn = schedule_of_stage(loose, "deepseek-v4-pro-base")
    assert drawn.loose
    phases = catalogue.models["deepseek-coder-v2"].training[0].learning_rate.phases
    unplaced = tuple(phase.model_copy(update={"fraction": None}) for phase in phases)
    with_phases = loose.model_copy(update={"learning_rate": rates.model_copy(update={"phases": unplaced})})
    assert unplaced
    assert schedule_of_stage(with_phases, "deepseek-v4-pro-base") is None
