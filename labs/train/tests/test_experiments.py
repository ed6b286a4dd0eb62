"""Experiments: what is committed is complete and says what its numbers say, and short runs give it again within its spread."""

import math
import re
import subprocess
from statistics import mean, stdev

import pytest
import torch
import yaml

from labs.train.experiments import __main__ as command
from labs.train.experiments import gaps, pretraining, record, sources, steps, structure, tasks, verdict
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
    assert {row["arm"] for row in rows} >= {arm["id"] for arm in about["arms"]}
    assert all(str(row[name]) for row in rows for name in ("commit", "text", "torch", "python", "machine", "threads"))
    for comparison in about["comparisons"]:
        assert comparison["expect"] in EXPECTATIONS
        arms = (comparison["column"], comparison["first"], comparison["second"])
        found = judge(rows, *arms, comparison["expect"], comparison.get("later", False), comparison.get("against"))
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
        ("heads", "loss"),
        ("balance", "max_violation"),
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
        counts.add(structure.counted(config))
        assert structure.counted(config) == pretraining.parameters(Model(config))
    assert len(counts) == 1


def test_a_batch_in_pieces_has_the_gradient_of_the_whole_and_bf16_loses_digits(config):
    torch.set_default_dtype(torch.float32)
    model = Model(config.with_(feed_forward="dense", balance="none", attention="gqa", num_nextn_predict_layers=0))
    tokens = torch.randint(config.vocab_size, (8, 18))
    exact = steps.exact_gradient(model, tokens)
    digits = [
        steps.digits_of_agreement(steps.accumulated(model, tokens, *way), exact)
        for way in ((8, torch.float32), (1, torch.float32), (1, torch.bfloat16))
    ]
    assert min(digits[:2]) > 5
    assert 1.5 < digits[2] < 3.5


def test_a_rearranged_sentence_has_its_tokens_and_three_marks():
    sentences = gaps.drawn_sentences(4, torch.Generator().manual_seed(1))
    a, b, c = sentences.split((gaps.PREFIX, gaps.MIDDLE, gaps.SUFFIX), 1)
    marks = [torch.full((4, 1), mark) for mark in (gaps.BEGIN, gaps.HOLE, gaps.END)]
    assert (gaps.rearranged(sentences) == torch.cat([marks[0], a, marks[1], c, marks[2], b], 1)).all()


def test_the_table_of_pairs_is_counted_on_what_was_read():
    """Tokens that alternate: a table of pairs foretells them, frequencies do not; and what is not counted is not scored."""
    row = torch.arange(12) % 2
    source = sources.Source(2, 10, lambda batch, _: row.expand(batch, -1), ceiling=0.0)
    found = source.yardstick(50, 16, 0)
    assert math.isclose(found["unigram_loss"], math.log(2), abs_tol=1e-3)
    assert found["bigram_loss"] < 0.01
    facts = tasks.recall(16, 4)
    tokens, targets = next(facts.stream(3, 0))
    assert (targets[:, :9] == sources.UNCOUNTED).all()
    for row, wanted in zip(tokens.tolist(), targets.tolist(), strict=True):
        told = {fact // 8: fact % 8 for fact in row[:8] if fact < 128}
        assert [told[asked - 128] for asked in row[8:-1]] == wanted[9:]


def test_the_best_arm_of_every_loss_lies_below_the_table_of_pairs():
    for about in RUN:
        rows = record.read(about["id"])
        if "bigram_loss" in rows[0] and any(one["column"] == "loss" for one in about["comparisons"]):
            arms = {row["arm"] for row in rows}
            best = min(mean(row["loss"] for row in rows if row["arm"] == arm) for arm in arms)
            assert best < mean(row["bigram_loss"] for row in rows if row["bigram_loss"] != ""), about["id"]


def test_beyond_the_best_rate_there_is_always_one_that_was_tried():
    end = lambda rate: abs(rate - 8)  # noqa: E731
    assert pretraining.lowest((1.0, 2.0, 4.0), end) == (8.0, "1: 7; 2: 6; 4: 4; 8: 0; 16: 8")
    assert pretraining.lowest((16.0, 32.0), end) == (8.0, "4: 4; 8: 0; 16: 8; 32: 24")


def test_a_result_of_a_changed_tree_is_refused(monkeypatch):
    monkeypatch.setattr(record, "commit", lambda: "0123456789+")
    with pytest.raises(SystemExit, match="commit them"):
        record.conduct("mtp")
