"""Experiments: what is committed is complete and says what its numbers say, and short runs give it again within its spread."""

import math
import re
import subprocess
from statistics import mean, stdev

import pytest
import torch
import yaml

from labs.train.experiments import __main__ as command
from labs.train.experiments import foundations, pretraining, record, verdict
from labs.train.experiments.verdict import EXPECTATIONS, judge
from labs.train.model import Model

ABOUT = yaml.safe_load((record.RESULTS.parent / "experiments.yaml").read_text(encoding="utf-8"))["experiments"]
SHORT = record.RESULTS / "short"  # a tenth of the steps or less, with three seeds
SCALE = 0.1


@pytest.fixture(autouse=True)
def _single_precision():
    torch.set_default_dtype(torch.float32)


RUN = [about for about in ABOUT if "result" in about]


def test_every_experiment_has_a_text_and_a_result_is_told_where_there_is_one():
    assert {about["id"] for about in ABOUT} == set(record.EXPERIMENTS)
    results = {path.stem for path in record.RESULTS.glob("*.csv") if not path.stem.endswith(".curve")}
    assert results == {about["id"] for about in RUN}
    for about in ABOUT:
        assert all(("verdict" in comparison) == ("result" in about) for comparison in about["comparisons"])
        for text in (about["question"], about["expectation"]["text"], about["does_not_show"]):
            assert {"en", "zh"} <= text.keys()


@pytest.mark.parametrize("about", RUN, ids=lambda about: about["id"])
def test_a_result_has_its_seeds_and_its_origin_and_the_verdict_that_is_stated(about):
    rows = record.read(about["id"])
    assert {row["arm"] for row in rows} == {arm["id"] for arm in about["arms"]}
    assert all(str(row[name]) for row in rows for name in ("commit", "text", "torch", "python", "machine", "threads"))
    for comparison in about["comparisons"]:
        assert comparison["expect"] in EXPECTATIONS
        arms = (comparison["column"], comparison["first"], comparison["second"])
        found = judge(rows, *arms, comparison["expect"], comparison.get("later", False))
        assert found.seeds >= 3
        assert found.verdict == comparison["verdict"], found
    assert {"en", "zh"} <= about["result"].keys()


def results(first, second):
    return [
        {"arm": arm, "seed": i, "loss": v}
        for arm, values in (("a", first), ("b", second))
        for i, v in enumerate(values)
    ]


def test_the_interval_decides_and_a_comparison_chosen_later_has_a_word_of_its_own():
    clear, faint = results([1, 1.1, 1.2], [2, 2.1, 2.3]), results([1, 2, 3], [1.5, 1.8, 3.4])
    assert judge(clear, "loss", "a", "b", "lower").verdict == "shown"
    assert judge(clear, "loss", "a", "b", "higher").verdict == "opposite"
    assert judge(faint, "loss", "a", "b", "lower").verdict == "not shown"
    assert judge(faint, "loss", "a", "b", "equal").verdict == "consistent"
    assert judge(clear, "loss", "a", "b", "equal").verdict == "opposite"
    assert judge(clear, "loss", "a", "b", "lower", later=True).verdict == "seen later"
    assert judge(faint, "loss", "a", "b", "lower", later=True).verdict == "not shown"
    assert [round(verdict.quantile(free), 3) for free in (2, 4, 9)] == [4.303, 2.776, 2.262]  # tables of Student's t
    with pytest.raises(ValueError, match="three are needed"):
        judge(results([1, 2], [3, 4]), "loss", "a", "b", "lower")


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("mla-gqa", "loss"),
        ("balance", "max_violation"),
        ("mtp", "loss"),
        ("grpo", "probability"),
        ("reward-hacking", "guesses"),
    ],
)
def test_a_short_run_gives_the_committed_result_within_its_spread(name, column, tmp_path):
    """The text of the site grows and other machines round otherwise: beside four deviations, four in a hundred are allowed."""
    kept = record.read(name, SHORT)
    made = record.conduct(name, SCALE, 1, tmp_path, say=lambda *_, **__: None)
    for row in made:
        values = [k[column] for k in kept if k["arm"] == row["arm"]]
        assert len(values) >= 3
        allowed = 4 * stdev(values) + 0.04 * abs(mean(values))
        assert math.isclose(row[column], mean(values), abs_tol=allowed), (row, values)


def test_the_command_ends_with_the_verdict_of_the_committed_results():
    for about in RUN:
        lines = list(command.verdicts(about["id"], record.read(about["id"])))
        assert [line.rsplit(": ", 1)[1] for line in lines] == [one["verdict"] for one in about["comparisons"]]
    assert "three seeds" in next(command.verdicts("mla-gqa", record.read("mla-gqa")[:3]))


def test_the_commit_is_the_last_one_of_this_lab(tmp_path):
    assert record.commit(tmp_path) == "no git"
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    (tmp_path / "a.py").write_text("1")
    for command_ in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command_], check=True)
    assert re.fullmatch("[0-9a-f]{10}", record.commit(tmp_path))
    (tmp_path / "a.py").write_text("2")
    assert record.commit(tmp_path).endswith("+")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mun"], "there is no experiment mun; choose from: muon"),
        (["mtp", "--seeds", "0"], "--seeds 0 must be at least 1"),
        (["mtp", "--scale", "0"], "--scale 0 must be above 0"),
        (["mtp", "--out", "/proc/none"], "/proc/none cannot be written"),
    ],
)
def test_bad_input_is_answered_in_one_line(arguments, message):
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert message in str(stopped.value)
    assert "\n" not in str(stopped.value)


def test_the_shapes_have_as_many_parameters_as_the_guide_counts():
    counts = set()
    for layers, inner in ((2, 374), (4, 160), (8, 53)):
        config = pretraining.DENSE.with_(num_hidden_layers=layers, intermediate_size=inner)
        counts.add(foundations.counted(config))
        assert foundations.counted(config) == pretraining.parameters(Model(config))
    assert len(counts) == 1


def test_a_batch_in_pieces_has_the_gradient_of_the_whole_and_bf16_loses_digits(config):
    torch.set_default_dtype(torch.float32)
    model = Model(config.with_(feed_forward="dense", balance="none", attention="gqa", num_nextn_predict_layers=0))
    tokens = torch.randint(config.vocab_size, (8, 18))
    exact = foundations.exact_gradient(model, tokens)
    digits = [
        foundations.digits_of_agreement(foundations.accumulated(model, tokens, *way), exact)
        for way in ((8, torch.float32), (1, torch.float32), (1, torch.bfloat16))
    ]
    assert min(digits[:2]) > 5
    assert 1.5 < digits[2] < 3.5


def test_a_rearranged_document_has_its_tokens_and_three_marks():
    piece, generator = torch.arange(300, 340), torch.Generator().manual_seed(1)
    made = foundations.rearranged(piece, generator)
    assert sorted(made.tolist()) == sorted([*piece.tolist(), *foundations.MARKS])
    hole, end = (made.tolist().index(mark) for mark in foundations.MARKS[1:])
    assert made[1:hole].tolist() + made[end + 1 :].tolist() + made[hole + 1 : end].tolist() == piece.tolist()


def test_the_formula_for_batches_gives_the_number_that_the_experiment_names():
    """deepseek-llm §3.1: B = 0.2920 C^0.3271 tokens; C = M D with M the operations a token outside the embeddings, §3.2."""
    c, settings = pretraining.DENSE, pretraining.SHORT
    inside = foundations.counted(c) - 2 * c.vocab_size * c.hidden_size
    attention = 12 * c.num_hidden_layers * c.num_attention_heads * c.head_dim * settings.length
    compute = (6 * inside + attention) * settings.steps * settings.batch * settings.length
    assert round(0.2920 * compute**0.3271 / settings.length) == 17
    assert 0.5e6 < 1e17 / compute < 2e6  # the least budget of the fit is a million times larger
