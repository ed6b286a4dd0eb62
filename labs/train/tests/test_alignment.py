"""Alignment: rewards, advantages and losses by hand, probabilities listed, and a policy that learns sums from their reward."""

import copy
import itertools
import math

import pytest
import torch

from labs.train import trainer
from labs.train.alignment import __main__ as command
from labs.train.alignment import dpo, grpo, one_step, policy, ppo, sft, sums
from labs.train.experiments.reinforcement import SMALL
from labs.train.model import Model
from labs.train.tokenizer import EOS, Tokenizer


@pytest.fixture(autouse=True)
def _single_precision():
    torch.set_default_dtype(torch.float32)


PAIRS = sums.questions(4)


@pytest.fixture(scope="module")
def careless():
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(0)
    return sft.careless(Model(SMALL), PAIRS, steps=120, lr=3e-3)


def test_only_the_sum_itself_is_rewarded():
    pairs = torch.tensor([[3, 4]] * 4)
    answers = torch.tensor([sums.answer_tokens(7), sums.answer_tokens(8), [*b"7 7"], [EOS] * 3])
    assert sums.rewards(pairs, answers).tolist() == [1, 0, 0, 0]


def test_tokens_after_the_end_do_not_count():
    answers = torch.tensor([[55, EOS, EOS], [49, 50, EOS], [49, 50, 51], [EOS, EOS, EOS]])
    assert sums.mask(answers).sum(-1).tolist() == [2, 3, 3, 1]


def test_log_probabilities_are_those_of_the_tokens_one_by_one(careless):
    prompts, answers = sums.prompts(PAIRS), torch.tensor([sums.answer_tokens(int(a + b)) for a, b in PAIRS])
    with torch.no_grad():
        log = policy.log_probabilities(careless, prompts, answers)
        for t in range(sums.ANSWER_LENGTH):
            step = careless(torch.cat([prompts, answers[:, :t]], dim=1))[:, -1].log_softmax(-1)
            torch.testing.assert_close(log[:, t], step.gather(1, answers[:, t : t + 1])[:, 0], rtol=1e-4, atol=1e-5)


def test_advantages_of_a_group():
    r = torch.tensor([[1.0, 0, 0, 0], [1, 1, 1, 1]])
    torch.testing.assert_close(
        grpo.advantages(r)[0], torch.tensor([3.0, -1, -1, -1]) / math.sqrt(3), rtol=1e-4, atol=1e-4
    )
    assert grpo.advantages(r)[1].tolist() == [0, 0, 0, 0]
    assert grpo.advantages(r, divide_by_deviation=False)[0].tolist() == [0.75, -0.25, -0.25, -0.25]


def test_a_clipped_answer_has_no_gradient():
    log = torch.log(torch.tensor([[1.5], [1.1]])).requires_grad_()
    grpo.surrogate(log, torch.zeros(2, 1), torch.ones(2, 1), 0.2).sum().backward()
    assert log.grad[0] == 0
    assert log.grad[1] > 0


def test_length_weighs_a_long_answer_less_only_where_it_divides():
    keep = torch.tensor([[True] * 4, [True, False, False, False]])
    for divide in (True, False):
        log = torch.zeros(2, 4, requires_grad=True)
        each = grpo.surrogate(log, log.detach(), torch.ones(2, 1), 0.2) - grpo.divergence(log, log.detach() - 1)
        grpo.mean_over_answers(each, keep, divide).backward()
        assert (log.grad[0, 0] == log.grad[1, 0]) != divide


def test_what_leaves_out_an_answer_is_to_be_worse_and_far_from_the_policy():
    keep, log = torch.tensor([[True, False]] * 4), torch.tensor([[-1.0, -9], [-1, -9], [-3, 0], [-3, 0]])
    A, old = torch.tensor([[1.0], [-1], [1], [-1]]), torch.full((4, 2), -1.0)
    assert grpo.stale(A, old, log, keep, 0.5)[:, 0].tolist() == [False, False, False, True]


def test_a_sampler_that_lags_drifts_and_one_that_does_not_is_the_policy(careless):
    for lag, drifts in ((0, False), (4, True)):
        rows = []
        grpo.train(
            copy.deepcopy(careless),
            PAIRS,
            steps=4,
            lr=3e-3,
            beta=0,
            lag=lag,
            on_step=lambda row, *_, to=rows: to.append(row),
        )
        assert (abs(rows[-1]["drift"]) > 1e-4) == drifts


def test_generalised_advantage_with_lambda_one_is_the_reward_less_the_value():
    V, keep = torch.tensor([[0.2, 0.5, 0.9]]), torch.tensor([[True, True, False]])
    r = ppo.token_rewards(torch.tensor([1.0]), torch.zeros(1, 3), torch.zeros(1, 3), keep, 0.1)
    A = ppo.generalised_advantage(r, V, keep, lam=1.0)
    torch.testing.assert_close(A, torch.tensor([[0.8, 0.5, 0.0]]))
    A = ppo.generalised_advantage(r, V, keep, lam=0.0)
    torch.testing.assert_close(A, torch.tensor([[0.3, 0.5, 0.0]]))


def test_leaving_the_reference_costs_at_every_token_and_the_score_comes_at_the_last():
    keep = torch.tensor([[True, True, False]])
    r = ppo.token_rewards(
        torch.tensor([1.0]), torch.tensor([[-1.0, -2, -5]]), torch.tensor([[-2.0, -2, -1]]), keep, 0.1
    )
    torch.testing.assert_close(r, torch.tensor([[-0.1, 1.0, 0.0]]))


def test_dpo_is_log_two_where_nothing_has_changed_and_less_where_the_chosen_rose():
    zero = torch.zeros(3)
    assert float(dpo.loss(zero, zero, zero, zero, 0.1)) == pytest.approx(math.log(2))
    assert dpo.loss(zero + 1, zero, zero, zero, 0.1) < math.log(2)


def test_what_dpo_rejects_is_wrong_and_the_models_own(careless):
    for _, wrong in (dpo.random_mistakes(PAIRS), dpo.own_mistakes(careless, PAIRS)):
        assert sums.rewards(PAIRS, wrong).sum() == 0
    with torch.no_grad():
        own, drawn = (
            dpo.whole(careless, sums.prompts(PAIRS), wrong).mean()
            for wrong in (dpo.own_mistakes(careless, PAIRS)[1], dpo.random_mistakes(PAIRS)[1])
        )
    assert own > drawn


def test_grpo_learns_sums_from_the_rule_alone(careless):
    before = policy.expected_reward(careless, PAIRS)
    model = grpo.train(copy.deepcopy(careless), PAIRS, steps=50, lr=1e-3, batch=16, group=8, reference=careless)
    assert before < 0.4
    assert policy.expected_reward(model, PAIRS) > before + 0.3


def test_ppo_and_dpo_learn_too(careless):
    before = policy.expected_reward(careless, PAIRS)
    model = ppo.train(copy.deepcopy(careless), PAIRS, steps=30, lr=1e-3, group=8, reference=careless)
    assert policy.expected_reward(model, PAIRS) > before + 0.05
    rows = []
    dpo.train(copy.deepcopy(careless), PAIRS, steps=40, on_step=rows.append)
    margin = lambda row: row["chosen"] - row["rejected"]  # noqa: E731
    assert margin(rows[-1]) > margin(rows[0]) + 1


def test_the_mean_step_is_the_mean_over_all_groups_and_raises_the_right_answer():
    theta = torch.zeros(4, dtype=torch.float64)
    for divide in (True, False):
        expected = one_step.expected_gradient(theta, divide)
        drawn = [one_step.gradient(theta, torch.tensor(g), divide)[0] for g in itertools.product(range(4), repeat=4)]
        torch.testing.assert_close(expected, torch.stack(drawn).mean(0))
        assert int(expected.argmax()) == one_step.RIGHT
    course = one_step.course(theta, 10, 1.0, True)
    right = [row[one_step.RIGHT] for row in course]
    assert right == sorted(right)
    assert all(sum(row) == pytest.approx(1) for row in course)


def test_the_committed_worked_example_is_what_the_code_gives():
    import json

    kept = json.loads(one_step.FILE.read_text(encoding="utf-8"))
    made = json.loads(json.dumps(one_step.worked_example()))
    assert kept["one_group"]["advantages"] == pytest.approx(made["one_group"]["advantages"], abs=1e-5)
    for name, course in kept["course"].items():
        for row, ours in zip(course, made["course"][name], strict=True):
            assert row == pytest.approx(ours, abs=1e-5)


@pytest.mark.parametrize("method", command.METHODS[:-1])
def test_every_method_runs_on_a_trained_model(method, tmp_path, capsys, monkeypatch):
    trainer.save(tmp_path / "run", Model(SMALL), Tokenizer([]))
    monkeypatch.setattr(command, "FINE_TUNING", 5)
    command.main([method, "--model", str(tmp_path / "run"), "--steps", "3", "--numbers", "3"])
    assert "right" in capsys.readouterr().out
    assert (tmp_path / f"run-{method}" / "model.pt").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rlhf"], "rlhf is unknown; choose from: sft grpo ppo dpo distill"),
        (["grpo", "--numbers", "50"], "choose 2 to 10"),
        (["grpo", "--steps", "0"], "--steps must be at least 1"),
        (["grpo", "--step", "5"], "--step is not a flag; did you mean --steps?"),
        (["grpo", "--model", "nowhere"], "no trained model in nowhere"),
    ],
)
def test_bad_input_is_answered_in_one_line(arguments, message):
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert message in str(stopped.value)
    assert "\n" not in str(stopped.value)
