"""Experiments on sums with a rule as reward: GRPO and PPO, a reward that is cheated, DPO."""

import copy

import torch

from labs.train.alignment import dpo, grpo, policy, ppo, sft, sums
from labs.train.experiments.pretraining import DENSE
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
    """From one right answer in six: GRPO, and PPO with a critic of the policy's size, on as many answers."""
    start = careless(run.seed, steps=run.steps(250))
    run.row(
        "sft",
        probability=policy.expected_reward(start, QUESTIONS),
        accuracy=policy.accuracy(start, QUESTIONS),
        ceiling=1.0,
    )
    for arm, method in (("grpo", grpo.train), ("ppo", ppo.train)):
        model, log = copy.deepcopy(start), []
        method(model, QUESTIONS, steps=run.steps(180), seed=run.seed, reference=start, on_step=kept_in(log))
        run.curve(arm, log, "reward")
        networks = parameters(model) * (2 if arm == "ppo" else 1)
        run.row(
            arm,
            probability=policy.expected_reward(model, QUESTIONS),
            accuracy=policy.accuracy(model, QUESTIONS),
            trained_parameters=networks,
            ceiling=1.0,
        )


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
    """Trained on a rule that looks for the sum anywhere, and on the strict one; both rules are applied to both."""
    start = careless(run.seed, written=list_of_guesses(torch.Generator().manual_seed(run.seed)), steps=run.steps(250))
    for arm, rule in (("lenient", lenient), ("strict", sums.rewards)):
        model, log = copy.deepcopy(start), []

        def keep(row, answers, r, log=log):
            asked = answers.tolist()
            log.append(row | {"guesses": sum(len(sums.read(a).split()) for a in asked) / len(asked)})

        grpo.train(
            model,
            QUESTIONS,
            steps=run.steps(60),
            lr=1e-3,
            beta=0.0,
            seed=run.seed,
            reward=rule,
            tokens=LONG,
            on_step=keep,
        )
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
        )


@experiment("dpo")
def preference(run):
    """Pairs of a right answer and a wrong one, which is the policy's own or drawn at random: what becomes of the probability of each?"""
    start = careless(run.seed, steps=run.steps(250))
    prompts = sums.prompts(QUESTIONS)
    pairs = {"own": dpo.own_mistakes(start, QUESTIONS, run.seed), "random": dpo.random_mistakes(QUESTIONS, run.seed)}

    def record_scores(arm, model, kind):
        with torch.no_grad():
            chosen, rejected = (float(dpo.whole(model, prompts, answers).mean()) for answers in pairs[kind])
        run.row(
            arm, probability=policy.expected_reward(model, QUESTIONS), accuracy=policy.accuracy(model, QUESTIONS), chosen=chosen,
            rejected=rejected, margin=chosen - rejected, ceiling=1.0,
        )  # fmt: skip

    record_scores("sft", start, "own")
    for arm, kind, steps in (("dpo", "own", 100), ("dpo longer", "own", 300), ("random", "random", 100)):
        model, log = copy.deepcopy(start), []
        dpo.train(model, QUESTIONS, steps=run.steps(steps), seed=run.seed, answers=pairs[kind], on_step=log.append)
        if arm != "dpo":
            run.curve(arm, log, "chosen", "rejected")
        record_scores(arm, model, kind)
