"""Align the model that `python -m labs.train` trained: `python -m labs.train.alignment grpo`. Each begins with careless fine-tuning."""

import copy
import sys
from dataclasses import replace
from pathlib import Path

import torch

from labs.train import trainer
from labs.train.alignment import distill, dpo, grpo, policy, ppo, sft, sums
from labs.train.command_line import Parser
from labs.train.model import Model

FINE_TUNING = 250  # steps before the other methods begin
METHODS = ("sft", "grpo", "ppo", "dpo", "distill")


def main(arguments=None):
    parser = Parser(prog="labs.train.alignment", description=__doc__)
    parser.add_argument("method", help=f"one of: {' '.join(METHODS)}")
    parser.add_argument("--model", type=Path, default=trainer.RUNS / "default", help="folder of a trained model")
    parser.add_argument("--out", type=Path, help="folder of the aligned model; beside the trained one where left out")
    parser.add_argument("--steps", type=int, default=200, help="updates of the weights")
    parser.add_argument("--numbers", type=int, default=10, help="summands are below this; 10 at most")
    parser.add_argument("--seed", type=int, default=0, help="of the sums and the answers")
    asked = parser.parse_args(arguments)
    if asked.method not in METHODS:
        raise SystemExit(f"{asked.method} is unknown; choose from: {' '.join(METHODS)}")
    if not 2 <= asked.numbers <= 10:
        raise SystemExit(f"--numbers {asked.numbers}: choose 2 to 10, so that a summand is one digit")
    if asked.steps < 1:
        raise SystemExit("--steps must be at least 1")
    model, tokenizer = trainer.load(asked.model)
    aligned, log = distilled(model, asked) if asked.method == "distill" else aligned_on_sums(model, asked)
    folder = asked.out or asked.model.with_name(f"{asked.model.name}-{asked.method}")
    trainer.save(folder, aligned, tokenizer)
    trainer.write_csv(folder / "log.csv", log)
    print(f"model and log.csv are in {folder}")


def aligned_on_sums(model, asked):
    pairs, log = sums.questions(asked.numbers), []

    def said(when):
        drawn, likeliest = policy.expected_reward(model, pairs), policy.accuracy(model, pairs)
        print(f"{when}: {drawn:.0%} of drawn answers are right, {likeliest:.0%} of the likeliest")

    said("before")
    sft.careless(model, pairs, steps=asked.steps if asked.method == "sft" else FINE_TUNING, lr=1e-3, seed=asked.seed)
    said("after fine-tuning on sums that are off by up to three")
    note = lambda row, *_: (log.append(row), show(row, asked.steps))  # noqa: E731
    if asked.method in ("grpo", "ppo"):
        method = {"grpo": grpo.train, "ppo": ppo.train}[asked.method]
        method(model, pairs, steps=asked.steps, seed=asked.seed, reference=copy.deepcopy(model).eval(), on_step=note)
    elif asked.method == "dpo":
        dpo.train(model, pairs, steps=asked.steps, seed=asked.seed, on_step=note)
    said(f"after {asked.method}")
    return model.eval(), log or [{"step": asked.steps}]


def distilled(teacher, asked):
    """A student of half the width, of the same text."""
    text, config = trainer.corpus(teacher.config.vocab_size), teacher.config
    half = {
        name: getattr(config, name) // 2
        for name in ("hidden_size", "num_attention_heads", "intermediate_size", "moe_intermediate_size")
    }
    torch.manual_seed(asked.seed)
    student, log = Model(replace(config, num_nextn_predict_layers=0, **half)), []
    settings = trainer.Settings(steps=asked.steps, seed=asked.seed)
    distill.train(
        student, teacher, text.train, settings, on_step=lambda row, _: (log.append(row), show(row, asked.steps))
    )
    for name, model in (("teacher", copy.deepcopy(teacher)), ("student", student)):
        print(
            f"{name}: loss {trainer.validation_loss(model, text.validation, settings.length):.3f} on text that was held back"
        )
    return student.eval(), log


def show(row, steps, out=sys.stderr):
    if row["step"] % max(1, steps // 10) == 0:
        print(
            "  ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()),
            file=out,
            flush=True,
        )


if __name__ == "__main__":
    main()
