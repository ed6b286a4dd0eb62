"""Supervised fine-tuning: cross-entropy on the tokens of the answer alone. deepseek-llm §4."""

import torch

from labs.train.alignment import sums
from labs.train.alignment.policy import log_probabilities, optimizer, update


def train(model, pairs, answers, steps=100, batch=64, lr=1e-3, seed=0):
    """Learn to give these answers (N, A) to the questions (N, 2)."""
    generator, opt = torch.Generator().manual_seed(seed), optimizer(model, lr)
    prompts = sums.prompts(pairs)
    model.train()
    for _ in range(steps):
        rows = torch.randint(len(pairs), (batch,), generator=generator)
        log = log_probabilities(model, prompts[rows], answers[rows])
        keep = sums.mask(answers[rows])
        update(model, opt, -(log * keep).sum() / keep.sum())
    return model


def format_only(pairs, seed=0):
    """Answers of the right form and mostly of the wrong value: any sum that the numbers can have, so that a policy starts at chance."""
    generator, most = torch.Generator().manual_seed(seed), int(pairs.sum(-1).max())
    values = torch.randint(most + 1, (len(pairs),), generator=generator)
    return torch.tensor([sums.answer_tokens(int(v)) for v in values])
