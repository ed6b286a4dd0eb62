"""Group relative policy optimisation: the mean of a group of answers stands for the critic. deepseekmath eq. 3, 4; dr-grpo §3.2.

Two differences from eq. 3: the KL term is a mean over all tokens of the batch, where the paper takes it inside the mean over each answer, so
`divide_by_length` changes the surrogate alone; and 10⁻⁶ is added to the deviation, so that equal rewards give 0.
"""

import torch

from labs.train.alignment import sums
from labs.train.alignment.policy import log_probabilities, optimizer, update
from labs.train.generate import sample


def advantages(r, divide_by_deviation=True):
    """A (Q, G) of rewards r (Q, G): minus the mean of the question's group, divided by its deviation."""
    A = r - r.mean(-1, keepdim=True)
    return A / (r.std(-1, keepdim=True, correction=0) + 1e-6) if divide_by_deviation else A


def surrogate(log, old, A, keep, epsilon, divide_by_length=True):
    """min(ρ A, clip(ρ) A): mean over the tokens of each answer and then over answers, or the sum over a constant length. (N, A) each."""
    rho = (log - old).exp()
    each = torch.minimum(rho * A, rho.clamp(1 - epsilon, 1 + epsilon) * A) * keep
    lengths = keep.sum(-1) if divide_by_length else keep.shape[-1]
    return (each.sum(-1) / lengths).mean()


def divergence(log, reference, keep):
    """Estimate of the KL divergence from the reference at each token: π_ref/π - log(π_ref/π) - 1. deepseekmath eq. 4."""
    ratio = reference - log
    return ((ratio.exp() - ratio - 1) * keep).sum() / keep.sum()


def train(
    model, pairs, steps=200, group=16, batch=16, lr=5e-4, epsilon=0.2, beta=0.02, updates=2, seed=0, reference=None, reward=sums.rewards,
    tokens=sums.ANSWER_LENGTH, prompts=sums.prompts, mask=sums.mask, divide_by_deviation=True, divide_by_length=True, on_step=None,
):  # fmt: skip
    """Each step draws `group` answers to each of `batch` questions and learns from them `updates` times, held near the `reference`."""
    if beta and reference is None:
        raise ValueError("beta above 0 needs a reference: a copy of the model before training")
    generator, opt = torch.Generator().manual_seed(seed), optimizer(model, lr)
    for step in range(steps):
        asked = pairs[torch.randperm(len(pairs), generator=generator)[:batch]].repeat_interleave(group, dim=0)
        before = prompts(asked)
        model.eval()
        answers = sample(model, before, tokens, generator=generator, stop=sums.EOS)
        keep, r = mask(answers), reward(asked, answers)
        A = advantages(r.view(-1, group), divide_by_deviation).view(-1, 1)
        with torch.no_grad():
            old = log_probabilities(model, before, answers)
            kept = log_probabilities(reference, before, answers) if beta else None
        model.train()
        for _ in range(updates):
            log = log_probabilities(model, before, answers)
            loss = -surrogate(log, old, A, keep, epsilon, divide_by_length)
            update(model, opt, loss + beta * divergence(log, kept, keep) if beta else loss)
        if on_step:
            on_step(
                {"step": step + 1, "reward": float(r.mean()), "length": float(keep.sum(-1).float().mean())}, answers, r
            )
    return model
