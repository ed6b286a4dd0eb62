"""Direct preference optimisation: pairs of answers, no reward model and no sampling. dpo eq. 7."""

import copy

import torch
from torch.nn.functional import logsigmoid

from labs.train.alignment import sums
from labs.train.alignment.policy import log_probabilities, optimizer, update


def pairs_of_answers(pairs, seed=0):
    """A right answer and a wrong one to each question: (N, A) each."""
    generator = torch.Generator().manual_seed(seed)
    total = pairs.sum(-1)
    wrong = (total + torch.randint(1, int(total.max()) + 1, total.shape, generator=generator)) % (int(total.max()) + 1)
    return tuple(torch.tensor([sums.answer_tokens(int(v)) for v in values]) for values in (total, wrong))


def loss(chosen, rejected, chosen_reference, rejected_reference, beta):
    """-log σ(β (log π/π_ref of the chosen answer - the same of the rejected one)). Sums over tokens, (N) each."""
    return -logsigmoid(beta * ((chosen - chosen_reference) - (rejected - rejected_reference))).mean()


def train(model, pairs, steps=150, batch=64, lr=5e-4, beta=0.1, seed=0, on_step=None):
    generator, opt, reference = torch.Generator().manual_seed(seed), optimizer(model, lr), copy.deepcopy(model).eval()
    prompts, (chosen, rejected) = sums.prompts(pairs), pairs_of_answers(pairs, seed)
    whole = lambda m, p, a: (log_probabilities(m, p, a) * sums.mask(a)).sum(-1)  # noqa: E731
    model.train()
    for step in range(steps):
        rows = torch.randint(len(pairs), (batch,), generator=generator)
        p, c, r = prompts[rows], chosen[rows], rejected[rows]
        with torch.no_grad():
            kept = whole(reference, p, c), whole(reference, p, r)
        ours = whole(model, p, c), whole(model, p, r)
        update(model, opt, loss(*ours, *kept, beta))
        if on_step:
            on_step(
                {"step": step + 1, "chosen": float(ours[0].detach().mean()), "rejected": float(ours[1].detach().mean())}
            )
    return model
