"""Proximal policy optimisation: a critic as large as the policy predicts the reward at every token. ppo eq. 7, 11; deepseekmath eq. 2."""

import copy

import torch
from torch import nn

from labs.train.alignment import sums
from labs.train.alignment.grpo import mean_over_answers, surrogate
from labs.train.alignment.policy import log_probabilities, optimizer, update
from labs.train.generate import sample


class Critic(nn.Module):
    """A copy of the policy whose head says one number."""

    def __init__(self, model):
        super().__init__()
        self.model, self.value = copy.deepcopy(model), nn.Linear(model.config.hidden_size, 1)
        self.model.lm_head, self.model.mtp = None, None

    def forward(self, prompts, answers):
        """V (N, A): what is still to come, before each token of the answer."""
        h = self.model.hidden(torch.cat([prompts, answers], dim=1)[:, :-1])[:, prompts.shape[1] - 1 :]
        return self.value(self.model.norm(h)).squeeze(-1)


def token_rewards(score, log, reference, keep, beta):
    """r (N, A): a penalty at every token for leaving the reference model, and the score (N) of the answer at its last token."""
    last = keep.long().cumsum(-1).argmax(-1)
    return (-beta * (log - reference) * keep).scatter_add(1, last[:, None], score[:, None])


def generalised_advantage(r, V, keep, gamma=1.0, lam=0.95):
    """Â (N, A) from rewards r (N, A): Σ (γλ)^k δ_{t+k} with δ_t = r_t + γ V_{t+1} - V_t."""
    A, ahead = torch.zeros_like(V), torch.zeros_like(V[:, 0])
    following = torch.cat([V[:, 1:] * keep[:, 1:], torch.zeros_like(V[:, :1])], dim=1)
    for t in reversed(range(V.shape[1])):
        ahead = (r[:, t] + gamma * following[:, t] - V[:, t] + gamma * lam * ahead) * keep[:, t]
        A[:, t] = ahead
    return A


def train(
    model, pairs, steps=200, group=16, batch=16, lr=5e-4, critic_lr=1e-3, epsilon=0.2, beta=0.02, updates=2, seed=0, reference=None, on_step=None,
):  # fmt: skip
    """As many answers a step as GRPO, for a fair comparison; advantages are brought to mean 0 and deviation 1 over the batch."""
    if beta and reference is None:
        raise ValueError("beta above 0 needs a reference: a copy of the model before training")
    generator, opt, critic = torch.Generator().manual_seed(seed), optimizer(model, lr), Critic(model)
    critic_opt = optimizer(critic, critic_lr)
    for step in range(steps):
        asked = pairs[torch.randperm(len(pairs), generator=generator)[:batch]].repeat_interleave(group, dim=0)
        before = sums.prompts(asked)
        model.eval()
        answers = sample(model, before, sums.ANSWER_LENGTH, generator=generator, stop=sums.EOS)
        keep, score = sums.mask(answers), sums.rewards(asked, answers)
        with torch.no_grad():
            old, V = log_probabilities(model, before, answers), critic(before, answers)
            kept = log_probabilities(reference, before, answers) if beta else old
            A = generalised_advantage(token_rewards(score, old, kept, keep, beta), V, keep)
            returns = A + V
            seen = A[keep]
            A = (A - seen.mean()) / (seen.std() + 1e-6)
        model.train()
        for _ in range(updates):
            log = log_probabilities(model, before, answers)
            update(model, opt, -mean_over_answers(surrogate(log, old, A, epsilon), keep))
            update(critic, critic_opt, ((critic(before, answers) - returns).square() * keep).sum() / keep.sum())
        if on_step:
            on_step(
                {"step": step + 1, "reward": float(score.mean()), "length": float(keep.sum(-1).float().mean())},
                answers,
                score,
            )
    return model
