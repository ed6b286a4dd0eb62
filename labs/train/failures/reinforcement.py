"""Failures of reinforcement learning, on sums with a rule as reward."""

import copy

import torch

from labs.train.alignment import grpo, sums
from labs.train.experiments.reinforcement import (
    LONG,
    QUESTIONS,
    careless,
    lenient,
    list_of_guesses,
)
from labs.train.failures.record import POINTS, failure
from labs.train.tokenizer import EOS


def observed(run, arm, start, steps, seen=None, **options):
    """GRPO from a copy of `start`; `seen(answers, r)` adds to what is logged."""
    model, log = copy.deepcopy(start), []
    keep = lambda row, answers, r: log.append(row | (seen(answers, r) if seen else {}))  # noqa: E731
    grpo.train(model, QUESTIONS, steps=run.steps(steps), seed=run.seed, reference=start, on_step=keep, **options)
    columns = [name for name in log[-1] if name != "step"]
    run.curve(arm, log, *columns, points=POINTS)
    late = log[-max(1, len(log) // 5) :]
    run.row(arm, **{name: sum(row[name] for row in late) / len(late) for name in columns})


def with_thoughts(generator):
    """Writes an answer behind up to eight dots, which stand for thoughts that cost tokens and help nothing."""

    def written(value):
        dots = int(torch.randint(9, (), generator=generator))
        tokens = [*sums.digits("." * dots + str(value)), EOS]
        return tokens + [EOS] * (LONG - len(tokens))

    return written


def reward_behind_dots(pairs, answers):
    right = [sums.read(a).lstrip(".") == str(x + y) for (x, y), a in zip(pairs.tolist(), answers.tolist(), strict=True)]
    return torch.tensor(right, dtype=torch.get_default_dtype())


@failure("off-policy")
def off_policy(run):
    """Answers are drawn by a copy that is up to sixteen steps old, and taken for the policy's own; a third arm corrects, and leaves out what drifted."""
    start = careless(run.seed, steps=run.steps(250))
    arms = {"healthy": {}, "failing": {"lag": 16, "corrected": False}, "mended": {"lag": 16, "delta": 0.5}}
    for arm, options in arms.items():
        observed(run, arm, start, 100, lr=1e-3, beta=0.0, **options)


@failure("length-drift")
def length_drift(run):
    """The gradient of an answer is divided by its length, so a wrong answer costs less the longer it is."""
    start = careless(run.seed, written=with_thoughts(torch.Generator().manual_seed(run.seed)), steps=run.steps(250))

    def lengths(answers, r):
        used = sums.mask(answers).sum(-1).float()
        return {
            f"{name}_length": float(used[r == value].mean()) if (r == value).any() else 0.0
            for name, value in (("wrong", 0), ("right", 1))
        }

    for arm, divide in (("healthy", False), ("failing", True)):
        observed(
            run, arm, start, 100, lengths, beta=0.0, reward=reward_behind_dots, tokens=LONG, divide_by_length=divide
        )


@failure("reward-hole")
def reward_hole(run):
    """The rule looks for the right sum anywhere in the answer, so a list of guesses is paid as well."""
    start = careless(run.seed, written=list_of_guesses(torch.Generator().manual_seed(run.seed)), steps=run.steps(250))

    def guesses(answers, _r):
        listed = answers.tolist()
        return {"guesses": sum(len(sums.read(a).split()) for a in listed) / len(listed)}

    for arm, rule in (("healthy", sums.rewards), ("failing", lenient)):
        observed(run, arm, start, 60, guesses, lr=1e-3, beta=0.0, reward=rule, tokens=LONG)
