"""Failures of pre-training. Every arm `healthy` is the run as it should be, with the same seed, text and order."""

from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count

import torch

from labs.train import fp8, moe
from labs.train.experiments.pretraining import SHORT, TINY
from labs.train.experiments.sources import kept_text, text
from labs.train.failures.record import POINTS, Watch, failure
from labs.train.model import Model
from labs.train.trainer import batches, train

ONE_GROUP = TINY.with_(n_group=1, topk_group=1)
OFTEN = 12  # steps from one look at text that was held back to the next


def observed(run, arm, config, settings=SHORT, model=None, tokens=None, more=dict, held_back=None, kind=Model):
    """Trains one arm and keeps all that one would log. `more()` adds to a row, `held_back(model)` gives losses by name."""
    source = text(settings.length)
    settings = replace(settings, steps=run.steps(settings.steps), seed=run.seed)
    torch.manual_seed(run.seed)
    model = model or kind(config)
    watch, losses, log = Watch(model), held_back or (lambda m: {"held_back": source.loss(m)}), []

    def look(row, model):
        row |= watch.read() | more()
        if row["step"] % OFTEN == 0 or row["step"] == settings.steps:
            row |= losses(model)
            for waiting in log[-OFTEN:]:
                waiting.update({name: row[name] for name in losses_of(row) if name not in waiting})
        log.append(row)

    losses_of = lambda row: [name for name in row if name.endswith(("held_back", "_loss"))]  # noqa: E731
    train(
        config,
        settings,
        tokens if tokens is not None else source.stream(settings.batch, run.seed),
        model=model,
        on_step=look,
    )
    columns = [name for name in log[-1] if name not in ("step", "tokens", "lr", "tokens_per_s", "cpu_seconds", "mtp")]
    run.curve(arm, log, *columns, points=POINTS)
    run.row(arm, **{name: log[-1][name] for name in columns})
    return model


@failure("dead-experts")
def dead_experts(run):
    """The bias of the experts moves the wrong way: who is busy gets busier."""
    for arm, speed in (("healthy", SHORT.bias_speed), ("failing", -SHORT.bias_speed)):
        observed(run, arm, ONE_GROUP, replace(SHORT, bias_speed=speed))


class _BiasWeighs(moe.Gate):
    def weigh(self, s, chosen):
        return super().weigh(s + self.e_score_correction_bias, chosen)


def largest_bias(model):
    return {"largest_bias": max(float(gate.e_score_correction_bias.abs().max()) for gate in model.gates())}


@failure("bias-in-the-gate")
def bias_in_the_gate(run):
    """The bias that should only choose an expert also enters its weight."""
    for arm, gate in (("healthy", moe.Gate), ("failing", _BiasWeighs)):
        torch.manual_seed(run.seed)
        model = Model(ONE_GROUP)
        for one in model.gates():
            one.__class__ = gate
        observed(run, arm, ONE_GROUP, replace(SHORT, bias_speed=0.05), model, more=partial(largest_bias, model))


@failure("no-root")
def no_root(run):
    """Scores of attention are not divided by the root of their width; weights begin so large that a score's parts have a variance of 1."""
    config = TINY.with_(initializer_range=TINY.hidden_size**-0.5)
    for arm in ("healthy", "failing"):
        torch.manual_seed(run.seed)
        model = Model(config)
        for block in model.layers if arm == "failing" else ():
            block.self_attn.scale = 1.0
        observed(run, arm, config, replace(SHORT, optimizer="adamw", lr=4e-3), model)


@contextmanager
def without_scales():
    """E4M3 as it is: below 2⁻¹⁰ nothing is left, above 448 it is cut."""
    scaled, fp8.quantise = (
        fp8.quantise,
        lambda x, rows, columns: x.clamp(-fp8.LARGEST, fp8.LARGEST).to(torch.float8_e4m3fn).to(x.dtype),
    )
    try:
        yield
    finally:
        fp8.quantise = scaled


@failure("fp8-underflow")
def fp8_underflow(run):
    """Operands go to FP8 without a scale, so the gradients of single tokens round to nothing."""
    config = TINY.with_(precision="fp8-tiles", feed_forward="dense", balance="none")

    def arm(name):
        torch.manual_seed(run.seed)
        model, shares = Model(config), []

        def lost(_module, _inputs, outputs):
            g = outputs[0].detach().flatten(0, -2)
            shares.append(float(((fp8.quantise(g, 1, config.fp8_tile) == 0) & (g != 0)).float().mean()))

        for module in model.modules():
            if isinstance(module, fp8.Linear):
                module.register_full_backward_hook(lost)

        def share():
            mean = sum(shares) / len(shares)
            shares.clear()
            return {"gradient_lost": mean}

        observed(run, name, config, SHORT, model, more=share)

    arm("healthy")
    with without_scales():
        arm("failing")


@failure("rate-too-high")
def rate_too_high(run):
    """The learning rate is eight times what it should be, without a warm-up that is worth the name."""
    for arm, lr in (("healthy", 4e-3), ("failing", 3.2e-2)):
        observed(run, arm, TINY, replace(SHORT, optimizer="adamw", lr=lr, schedule="constant"))


class _Undivided(Model):
    """Every eightieth batch comes from a shard whose loss was added up and not averaged."""

    def __init__(self, config):
        super().__init__(config)
        self.calls = count(1)

    def loss(self, tokens, targets=None, **weights):
        total, parts = super().loss(tokens, targets, **weights)
        return (total * tokens.numel() if next(self.calls) % 80 == 0 else total), parts


@failure("no-clip")
def no_clip(run):
    """Gradients are not clipped, and every eightieth batch has a loss that was added up and not averaged."""
    for arm, clip in (("healthy", 1.0), ("failing", 1e9)):
        observed(run, arm, TINY, replace(SHORT, optimizer="adamw", lr=4e-3, clip=clip), kind=_Undivided)


@failure("leak")
def leak(run):
    """A quarter of the training text is the text of the test."""
    learnt, kept, _ = kept_text()
    test, fresh = kept[:4096], kept[-4096:]
    source = {
        name: torch.stack(list(part[: 62 * 66].view(62, 66)))
        for name, part in (("test_loss", test), ("fresh_loss", fresh))
    }

    @torch.no_grad()
    def losses(model):
        model.eval()
        found = {name: float(model.loss(x)[1]["loss"]) for name, x in source.items()}
        model.train()
        return found

    for arm, share in (("healthy", 0), ("failing", SHORT.batch // 4)):
        generator = torch.Generator().manual_seed(run.seed)
        own, leaked = (
            batches(learnt, SHORT.batch, SHORT.length, generator),
            batches(test, SHORT.batch, SHORT.length, generator),
        )
        mixed = (torch.cat([next(own)[share:], next(leaked)[:share]]) for _ in count())
        observed(run, arm, TINY, replace(SHORT, steps=2 * SHORT.steps), tokens=mixed, held_back=losses)
