"""Distillation into a smaller model, of the teacher's probabilities or of the answers it writes. knowledge-distillation §2; deepseek-r1 §2.4."""

import torch
from torch.nn.functional import kl_div

from labs.train.optimizer import optimizers
from labs.train.schedule import factor
from labs.train.trainer import batches


def train(student, teacher, tokens, settings, on_step=None):
    """KL divergence from the student's next-token probabilities to the teacher's, on text."""
    teacher.eval()
    student.train()
    stream = batches(tokens, settings.batch, settings.length, torch.Generator().manual_seed(settings.seed))
    opts = optimizers(student, settings.optimizer, settings.lr, settings.weight_decay)
    for step in range(settings.steps):
        for group in (g for opt in opts for g in opt.param_groups):
            group["lr"] = settings.lr * factor(settings.schedule, step, settings.steps)
        x = next(stream)[:, :-2]
        with torch.no_grad():
            target = teacher(x).log_softmax(-1)
        loss = kl_div(
            student(x).log_softmax(-1).flatten(0, 1), target.flatten(0, 1), log_target=True, reduction="batchmean"
        )
        for opt in opts:
            opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), settings.clip)
        for opt in opts:
            opt.step()
        if on_step:
            on_step({"step": step + 1, "loss": float(loss.detach())}, student)
    return student
