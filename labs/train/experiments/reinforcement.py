"""Experiments on sums with a rule as reward: GRPO and PPO, a reward that is cheated, DPO."""

import copy

import torch

from labs.train.alignment import dpo, grpo, policy, ppo, sft, sums
from labs.train.experiments.pretraining import DENSE, POLICY_RATES, UNJUDGED, best_of
from labs.train.experiments.record import experiment
from labs.train.model import Model
from labs.train.tokenizer import EOS

SMALL = DENSE.with_(vocab_size=260, num_hidden_layers=2, intermediate_size=128, initializer_range=0.05)
QUESTIONS = sums.questions(10)


def careless(seed, **options):
    """One answer in six is right: the policy knows the form and roughly the size."""
    torch.manual_seed(seed)
    return sft.careless(Model(SMALL), QUESTIONS, seed=seed, **options)


@experiment("grpo")
def grpo_and_ppo(run):
    """From one right answer in six: GRPO, and PPO with a critic of the policy's size, on as many answers, each at the rate that leaves the
    smallest share of wrong ones."""
    start = careless(run.seed, steps=run.steps(250))
    run.row(
        "sft",
        probability=policy.expected_reward(start, QUESTIONS),
        accuracy=policy.accuracy(start, QUESTIONS),
        ceiling=1.0,
    )
    for arm, method in (("grpo", grpo.train), ("ppo", ppo.train)):

        def learnt(start, seed, lr, log, method=method):
            options = {"steps": run.steps(180), "seed": seed, "lr": lr, "reference": start}
            return method(copy.deepcopy(start), QUESTIONS, on_step=kept_in(log), **options)

        end = lambda lr, learnt=learnt: wrong(learnt(careless(UNJUDGED), UNJUDGED, lr, []))  # noqa: E731
        (lr, tried), log = best_of(POLICY_RATES, run, arm, end), []
        model = learnt(start, run.seed, lr, log)
        run.curve(arm, log, "reward")
        networks = parameters(model) * (2 if arm == "ppo" else 1)
        run.row(
            arm,
            probability=policy.expected_reward(model, QUESTIONS),
            accuracy=policy.accuracy(model, QUESTIONS),
            trained_parameters=networks,
            ceiling=1.0,
            lr=lr,
            tried=tried,
        )


def wrong(model):
    """Probability of anything but the right answer."""
    return 1 - policy.expected_reward(model, QUESTIONS)


def kept_in(log):
    return lambda row, *_: log.append(row)


def parameters(model):
    return sum(p.numel() for p in model.parameters())


LONG = 12


def list_of_guesses(generator):
    """Writes one to three guesses with spaces between."""

    def written(value):
        count = 1 + int(torch.randint(3, (), generator=generator))
        guesses = [
            value,
            *(int(v) for v in (value + torch.randint(-3, 4, (count - 1,), generator=generator)).clamp(0, 18)),
        ]
        tokens = [*sums.digits(" ".join(map(str, guesses))), EOS][:LONG]
        return tokens + [EOS] * (LONG - len(tokens))

    return written


def lenient(pairs, answers):
    """The faulty rule: an answer counts if the sum stands anywhere in it."""
    found = [str(x + y) in sums.read(a).split() for (x, y), a in zip(pairs.tolist(), answers.tolist(), strict=True)]
    return torch.tensor(found, dtype=torch.get_default_dtype())


@experiment("reward-hacking")
def reward_hacking(run):
    """Trained on a rule that looks for the sum anywhere, and on the strict one, each at the rate that earns most by its own rule; both rules are
    applied to both."""
    start = listing(run.seed, run.steps(250))
    for arm, rule in (("lenient", lenient), ("strict", sums.rewards)):

        def learnt(start, seed, lr, log, rule=rule):
            def keep(step, written, _):
                each = [len(sums.read(answer).split()) for answer in written.tolist()]
                log.append(step | {"guesses": sum(each) / len(each)})

            options = {"steps": run.steps(60), "beta": 0.0, "reward": rule, "tokens": LONG}
            return grpo.train(copy.deepcopy(start), QUESTIONS, lr=lr, seed=seed, on_step=keep, **options)

        def end(lr, learnt=learnt):
            learnt(listing(UNJUDGED, run.steps(250)), UNJUDGED, lr, log := [])
            return 1 - sum(row["reward"] for row in log[-12:]) / 12

        (lr, tried), log = best_of((5e-4, 1e-3, 2e-3), run, f"{arm} rule", end), []
        model = learnt(start, run.seed, lr, log)
        run.curve(arm, log, "reward", "guesses")
        asked = QUESTIONS.repeat_interleave(8, dim=0)
        answers = grpo.sample(
            model.eval(), sums.prompts(asked), LONG, generator=torch.Generator().manual_seed(run.seed), stop=EOS
        )
        late = log[-max(1, len(log) // 5) :]
        run.row(
            arm,
            lenient_reward=float(lenient(asked, answers).mean()),
            strict_reward=float(sums.rewards(asked, answers).mean()),
            guesses=sum(row["guesses"] for row in late) / len(late),
            ceiling=1.0,
            lr=lr,
            tried=tried,
        )


def listing(seed, steps):
    """A policy that writes lists of guesses."""
    return careless(seed, written=list_of_guesses(torch.Generator().manual_seed(seed)), steps=steps)


@experiment("dpo")
def preference(run):
    """Pairs of a right answer and a wrong one, which is the policy's own or drawn at random: what becomes of the probability of each? Each arm
    has the rate at which the right answer ends likeliest."""
    prompts = sums.prompts(QUESTIONS)
    begun = lambda seed: careless(seed, steps=run.steps(250))  # noqa: E731
    drawn = {"own": dpo.own_mistakes, "random": lambda _, questions, seed: dpo.random_mistakes(questions, seed)}
    start = begun(run.seed)

    def record_scores(arm, model, answers, **rates):
        with torch.no_grad():
            chosen, rejected = (float(dpo.whole(model, prompts, one).mean()) for one in answers)
        run.row(
            arm, probability=policy.expected_reward(model, QUESTIONS), accuracy=policy.accuracy(model, QUESTIONS), chosen=chosen,
            rejected=rejected, margin=chosen - rejected, ceiling=1.0, **rates,
        )  # fmt: skip

    record_scores("sft", start, drawn["own"](start, QUESTIONS, run.seed))
    for arm, kind, steps in (("dpo", "own", 100), ("dpo longer", "own", 300), ("random", "random", 100)):

        def learnt(start, seed, lr, log, kind=kind, steps=steps):
            answers = drawn[kind](start, QUESTIONS, seed)
            options = {"steps": run.steps(steps), "seed": seed, "answers": answers, "on_step": log.append}
            return dpo.train(copy.deepcopy(start), QUESTIONS, lr=lr, **options), answers

        end = lambda lr, learnt=learnt: wrong(learnt(begun(UNJUDGED), UNJUDGED, lr, [])[0])  # noqa: E731
        (lr, tried), log = best_of(POLICY_RATES, run, arm, end), []
        model, answers = learnt(start, run.seed, lr, log)
        if arm != "dpo":
            run.curve(arm, log, "chosen", "rejected")
        record_scores(arm, model, answers, lr=lr, tried=tried)
