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


def careless(model, pairs, written=sums.answer_tokens, steps=250, lr=2e-3, seed=0):
    """Fine-tuned on sums off by up to three, so that one answer in six is right: what reinforcement learning begins with."""
    generator, many = torch.Generator().manual_seed(seed), pairs.repeat(20, 1)
    errors = torch.randint(-3, 4, (len(many),), generator=generator)
    values = (many.sum(-1) + errors).clamp(0, int(pairs.sum(-1).max()))
    return train(model, many, torch.tensor([written(int(v)) for v in values]), steps=steps, lr=lr, seed=seed)
