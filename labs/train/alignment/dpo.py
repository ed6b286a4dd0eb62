"""Direct preference optimisation: pairs of answers, no reward model and no sampling. dpo eq. 7."""

import copy

import torch
from torch.nn.functional import logsigmoid

from labs.train.alignment import sums
from labs.train.alignment.policy import log_probabilities, optimizer, update
from labs.train.generate import sample


def own_mistakes(model, pairs, seed=0, tries=16):
    """A right answer and a wrong one that the model itself writes to each question: (N, A) each. A question that it answers rightly every time
    gets a wrong answer drawn at random."""
    generator = torch.Generator().manual_seed(seed)
    chosen, wrong = random_mistakes(pairs, seed)
    asked = pairs.repeat_interleave(tries, dim=0)
    answers = sample(model.eval(), sums.prompts(asked), sums.ANSWER_LENGTH, generator=generator, stop=sums.EOS)
    missed = (sums.rewards(asked, answers) == 0).view(-1, tries)
    first = answers.view(len(pairs), tries, -1)[torch.arange(len(pairs)), missed.float().argmax(-1)]
    return chosen, torch.where(missed.any(-1, keepdim=True), first, wrong)


def random_mistakes(pairs, seed=0):
    """A right answer and any other sum to each question, mostly one that no model would write."""
    generator = torch.Generator().manual_seed(seed)
    total = pairs.sum(-1)
    wrong = (total + torch.randint(1, int(total.max()) + 1, total.shape, generator=generator)) % (int(total.max()) + 1)
    return tuple(torch.tensor([sums.answer_tokens(int(v)) for v in values]) for values in (total, wrong))


def whole(model, prompts, answers):
    """log π of whole answers (N)."""
    return (log_probabilities(model, prompts, answers) * sums.mask(answers)).sum(-1)


def loss(chosen, rejected, chosen_reference, rejected_reference, beta):
    """-log σ(β (log π/π_ref of the chosen answer - the same of the rejected one)). Sums over tokens, (N) each."""
    return -logsigmoid(beta * ((chosen - chosen_reference) - (rejected - rejected_reference))).mean()


def train(model, pairs, steps=150, batch=64, lr=5e-4, beta=0.1, seed=0, answers=None, on_step=None):
    """`answers`: right and wrong ones (N, A) each; the model's own mistakes where left out."""
    generator, opt, reference = torch.Generator().manual_seed(seed), optimizer(model, lr), copy.deepcopy(model).eval()
    prompts, (chosen, rejected) = sums.prompts(pairs), answers or own_mistakes(model, pairs, seed)
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
