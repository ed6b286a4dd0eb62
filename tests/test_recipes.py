"""Training schedules: stretches of a run as the catalogue has them, and what stands for a training."""

import pytest

from catalogue.derive.training import Way, schedule_of_stage
from catalogue.records import Catalogue
from catalogue.schema.quantities import Quantity
from catalogue.schema.training import Stage
from render.figures.canvas import spread_apart, wrapped_text
from render.pages.model_training import longest_pre_training


def stage_of(catalogue: Catalogue, model: str, stage: str) -> Stage:
    return next(s for s in catalogue.models[model].training if s.id == stage)


def test_a_cosine_passes_the_middle_of_its_ends_in_the_middle(catalogue: Catalogue) -> None:
    found = schedule_of_stage(stage_of(catalogue, "deepseek-v3", "pre-training"), "deepseek-v3-base")
    (cosine,) = [stretch for stretch in found.rate if stretch.way is Way.COSINE]
    middle = cosine.value_at((cosine.start + cosine.end) / 2)
    assert middle == pytest.approx(float(cosine.first + cosine.last) / 2)
    assert cosine.value_at(cosine.start) == pytest.approx(float(cosine.first))
    assert cosine.value_at(cosine.end) == pytest.approx(float(cosine.last))


@pytest.mark.parametrize("unknown", ["start", "ramp_tokens"])
def test_a_batch_that_grows_is_not_drawn_as_one_that_stays(catalogue: Catalogue, unknown: str) -> None:
    stage = stage_of(catalogue, "deepseek-v3", "pre-training")
    batch = stage.batch_size.model_copy(update={unknown: None})
    assert schedule_of_stage(stage, "deepseek-v3-base").batch
    assert schedule_of_stage(stage.model_copy(update={"batch_size": batch}), "deepseek-v3-base").batch == ()


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


def test_long_titles_are_broken_and_at_last_cut_but_never_in_a_number() -> None:
    assert wrapped_text("监督微调与拒绝采样", 10, 50, 2) == ["监督微调与", "拒绝采样"]
    assert wrapped_text("a b c d e f g h i j k l", 10, 30, 2)[-1].endswith("…")
    assert wrapped_text("Base-v1.5，上下文从 4,096 起", 10, 65, 9) == ["Base-v1.5，", "上下文从", "4,096 起"]
    assert {wrapped_text("up to 32,768 tokens", 10, room, 1)[0] for room in (40, 50, 60)} == {"up to…"}
