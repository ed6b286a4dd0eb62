"""Group relative policy optimisation: the mean of a group of answers stands for the critic. deepseekmath eq. 3, 4; dr-grpo §3.2.

One difference from eq. 3: 10⁻⁶ is added to the deviation, so that equal rewards give 0. With `lag`, answers are drawn by a copy of the policy
that is some steps old, as from a serving engine; `delta` leaves out what V3.2 leaves out. deepseek-v3-2 §3.1.
"""

import copy

import torch

from labs.train.alignment import sums
from labs.train.alignment.policy import log_probabilities, optimizer, update
from labs.train.generate import sample


def advantages(r, divide_by_deviation=True):
    """A (Q, G) of rewards r (Q, G): minus the mean of the question's group, divided by its deviation."""
    A = r - r.mean(-1, keepdim=True)
    return A / (r.std(-1, keepdim=True, correction=0) + 1e-6) if divide_by_deviation else A


def mean_over_answers(each, keep, divide_by_length=True):
    """Mean over the tokens of each answer and then over answers, or the sum over a constant length. (N, A) each."""
    return ((each * keep).sum(-1) / (keep.sum(-1) if divide_by_length else keep.shape[-1])).mean()


def surrogate(log, old, A, epsilon):
    """min(ρ A, clip(ρ) A) of each token."""
    rho = (log - old).exp()
    return torch.minimum(rho * A, rho.clamp(1 - epsilon, 1 + epsilon) * A)


def divergence(log, reference):
    """Estimate of the KL divergence from the reference at each token: π_ref/π - log(π_ref/π) - 1. deepseekmath eq. 4."""
    ratio = reference - log
    return ratio.exp() - ratio - 1


def stale(A, old, log, keep, delta):
    """Answers (N, 1) that teach nothing any more: worse than their group, and the policy has moved off them by more than delta a token."""
    moved = ((old - log) * keep).sum(-1, keepdim=True) / keep.sum(-1, keepdim=True)
    return (A < 0) & (moved > delta)


def train(
    model, pairs, steps=200, group=16, batch=16, lr=5e-4, epsilon=0.2, beta=0.02, updates=2, seed=0, reference=None, reward=sums.rewards,
    tokens=sums.ANSWER_LENGTH, prompts=sums.prompts, mask=sums.mask, divide_by_deviation=True, divide_by_length=True, lag=0, corrected=True,
    delta=None, on_step=None,
):  # fmt: skip
    """Each step draws `group` answers to each of `batch` questions and learns from them `updates` times, held near the `reference`.

    `lag`: steps that the copy which draws may be old. Unless `corrected`, ρ is taken against the policy that learns, as if it had drawn them.
    """
    if beta and reference is None:
        raise ValueError("beta above 0 needs a reference: a copy of the model before training")
    generator, opt, sampler = torch.Generator().manual_seed(seed), optimizer(model, lr), model
    for step in range(steps):
        if lag and step % lag == 0:
            sampler = copy.deepcopy(model)
        asked = pairs[torch.randperm(len(pairs), generator=generator)[:batch]].repeat_interleave(group, dim=0)
        before = prompts(asked)
        sampler.eval()
        answers = sample(sampler, before, tokens, generator=generator, stop=sums.EOS)
        keep, r = mask(answers), reward(asked, answers)
        A = advantages(r.view(-1, group), divide_by_deviation).view(-1, 1)
        with torch.no_grad():
            own = log_probabilities(model, before, answers)
            drawn = log_probabilities(sampler, before, answers) if lag else own
            kept = log_probabilities(reference, before, answers) if reference is not None else None
        old = drawn if corrected else own
        model.train()
        for _ in range(updates):
            log = log_probabilities(model, before, answers)
            left_out = (
                stale(A, drawn, log.detach(), keep, delta)
                if delta is not None
                else torch.zeros_like(A, dtype=torch.bool)
            )
            each = surrogate(log, old, A, epsilon) * ~left_out
            objective = each - beta * divergence(log, kept) if beta else each
            norm = update(model, opt, -mean_over_answers(objective, keep, divide_by_length))
        if on_step:
            log, used = log.detach(), keep.sum()
            over_tokens = lambda x, keep=keep, used=used: float((x * keep).sum() / used)  # noqa: E731
            row = {
                "step": step + 1, "reward": float(r.mean()), "length": float(keep.sum(-1).float().mean()), "entropy": -over_tokens(drawn),
                "drift": over_tokens(drawn - own), "clipped": over_tokens(((log - drawn).exp() - 1).abs() > epsilon),
                "rejected": over_tokens(left_out), "grad_norm": norm,
            }  # fmt: skip
            on_step(row | ({"kl": over_tokens(divergence(own, kept))} if kept is not None else {}), answers, r)
    return model
