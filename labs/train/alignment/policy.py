"""Log-probabilities of answers, and accuracy: what every method of alignment asks of a model."""

import torch

from labs.train.alignment import sums
from labs.train.generate import sample


def log_probabilities(model, prompts, answers, hidden=False):
    """log π of each token of the answers (N, A) behind prompts (N, P); with `hidden`, the states that they were drawn from too."""
    h = model.hidden(torch.cat([prompts, answers], dim=1)[:, :-1])[:, prompts.shape[1] - 1 :]
    logits = model.lm_head(model.norm(h))
    chosen = logits.log_softmax(-1).gather(-1, answers[..., None]).squeeze(-1)
    return (chosen, h) if hidden else chosen


@torch.no_grad()
def accuracy(model, pairs):
    """Share of right answers where the likeliest token is always taken."""
    model.eval()
    answers = sample(model, sums.prompts(pairs), sums.ANSWER_LENGTH, temperature=0)
    return float(sums.rewards(pairs, answers).mean())


@torch.no_grad()
def expected_reward(model, pairs):
    """Probability of the right answer, computed and not sampled, mean over the questions."""
    model.eval()
    right = torch.tensor([sums.answer_tokens(int(a + b)) for a, b in pairs])
    log = log_probabilities(model, sums.prompts(pairs), right)
    return float((log * sums.mask(right)).sum(-1).exp().mean())


def optimizer(model, lr):
    return torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.95), weight_decay=0.0)


def update(model, opt, loss, clip=1.0):
    """One step; returns the length of the gradient before the clip."""
    opt.zero_grad(set_to_none=True)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    opt.step()
    return float(norm)
