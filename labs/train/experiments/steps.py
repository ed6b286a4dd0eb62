"""Experiments on the way down: learning rates and their schedules, batches, optimizers, text that returns, a teacher, gradients in pieces, FP8."""

import copy
from dataclasses import replace
from functools import cache, partial
from itertools import pairwise

import torch

from labs.train import fp8
from labs.train.alignment import distill
from labs.train.experiments.pretraining import DENSE, RATES, SHORT, UNJUDGED, best_of, learn, lowest, parameters, trial
from labs.train.experiments.record import Run, experiment
from labs.train.experiments.sources import BYTES, Source, kept_text, text
from labs.train.model import Model
from labs.train.tokenizer import BOS
from labs.train.trainer import batches, train

ADAMW = replace(SHORT, optimizer="adamw", lr=4e-3)


@experiment("learning-rate")
def learning_rate(run):
    """Four learning rates of AdamW, and how far the weights of the layers have moved, as a share of their own size at the start."""
    for lr in (1e-4, 1e-3, 4e-3, 3.2e-2):
        torch.manual_seed(run.seed)
        model = Model(DENSE)
        start, settings = copy.deepcopy(model), replace(ADAMW, steps=120, lr=lr)
        model, log = learn(run, f"{lr:g}", DENSE, settings, model=model)
        found = text().scores(model, log, settings.batch, run.seed)
        run.row(f"{lr:g}", **found, moved=distance(model.layers, start.layers))


def distance(module, start):
    pairs = [(p, q) for p, q in zip(module.parameters(), start.parameters(), strict=True) if p.dim() > 1]
    moved, before = (
        sum(float(x.detach().square().sum()) for x in xs) for xs in ([p - q for p, q in pairs], [q for _, q in pairs])
    )
    return (moved / before) ** 0.5


@experiment("schedule")
def schedule(run):
    """Three ways for the learning rate to fall over the same steps, each from its best peak."""
    for arm in ("multi-step", "cosine", "wsd"):
        _, _, found = trial(run, arm, DENSE, replace(SHORT, schedule=arm), ("loss", "lr"))
        run.row(arm, **found)


@experiment("muon")
def muon(run):
    """Muon, AdamW, and AdamW for twice as many steps, each at its best rate."""
    for arm, optimizer, steps in (("muon", "muon", 200), ("adamw", "adamw", 200), ("adamw twice", "adamw", 400)):
        _, _, found = trial(run, arm, DENSE, replace(SHORT, optimizer=optimizer, steps=steps))
        run.row(arm, **found)


TARGET = 2.5  # a loss that all batches reach, below the table of pairs
MOST_TOKENS = 600_000


class Reached(Exception):
    """The loss that was asked for."""


@experiment("batch")
def batch(run):
    """Steps and tokens until the loss on held-back text is down to 2.5, at a constant rate, in small, middle and large batches of 64 bytes
    each; the rate of the three that takes fewest steps with a seed that is not judged."""
    for sequences, rates in ((4, (2e-3, 4e-3, 8e-3)), (16, (8e-3, 1.6e-2, 3.2e-2)), (64, (1.6e-2, 3.2e-2, 6.4e-2))):
        settings = replace(SHORT, batch=sequences, schedule="constant", steps=MOST_TOKENS // sequences // 64)
        settings = replace(settings, steps=run.steps(settings.steps), seed=run.seed)
        lr, tried = (rates[1], "") if run.scale < 1 else quickest(replace(settings, seed=UNJUDGED), rates)
        steps = steps_to_target(replace(settings, lr=lr))
        found = text().yardstick(steps, sequences, run.seed) | {"lr": lr, "tried": tried}
        run.row(f"{sequences}", steps=steps, tokens=steps * sequences * settings.length, **found)


@cache
def quickest(settings, rates):
    return lowest(rates, lambda lr: steps_to_target(replace(settings, lr=lr)))


def steps_to_target(settings):
    """Looks at the loss after every 8,192 bytes; all steps where it is never reached."""
    few, every = text(windows=64), 8192 // settings.batch // settings.length

    def look(row, model):
        if row["step"] % every == 0 and few.loss(model) <= TARGET:
            raise Reached(row["step"])

    try:
        train(DENSE, settings, text().stream(settings.batch, settings.seed), on_step=look)
    except Reached as reached:
        return reached.args[0]
    return settings.steps


ADDED = 120  # steps with gradients in pieces


@experiment("accumulation")
def accumulation(run):
    """One batch of 16 at once, and one sequence at a time with the gradients added up, in FP32 and in BF16. The measure is the gradient of the
    whole batch in double precision."""
    arms = {"whole": (ADAMW.batch, torch.float32), "added": (1, torch.float32), "added bf16": (1, torch.bfloat16)}
    for arm, (size, dtype) in arms.items():
        torch.manual_seed(run.seed)
        model = Model(DENSE)
        tokens = next(batches(kept_text()[0], ADAMW.batch, ADAMW.length, torch.Generator().manual_seed(run.seed)))
        digits = digits_of_agreement(accumulated(model, tokens, size, dtype), exact_gradient(model, tokens))
        log = train_accumulating(model, run, size, dtype)
        run.curve(arm, log, "loss")
        run.row(
            arm, digits=digits, loss=text().loss(model), **text().yardstick(run.steps(ADDED), ADAMW.batch, run.seed)
        )


def accumulated(model, tokens, size, dtype):
    """Gradients of the mean loss of a batch, `size` sequences at a time, each added to a sum in `dtype`."""
    sums = [torch.zeros_like(p, dtype=dtype) for p in model.parameters()]
    for part in tokens.split(size):
        loss = model.loss(part)[0] * len(part) / len(tokens)
        for kept, gradient in zip(sums, torch.autograd.grad(loss, list(model.parameters())), strict=True):
            kept += gradient.to(dtype)
    return sums


def exact_gradient(model, tokens):
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        return accumulated(copy.deepcopy(model).double(), tokens, len(tokens), torch.float64)
    finally:
        torch.set_default_dtype(default)


def digits_of_agreement(found, exact):
    """−log10 of the relative error of all gradients as one vector."""
    wrong = sum(float((f.double() - e).square().sum()) for f, e in zip(found, exact, strict=True))
    return -0.5 * float(
        torch.log10(torch.tensor(wrong / sum(float(e.square().sum()) for e in exact), dtype=torch.float64))
    )


def train_accumulating(model, run, size, dtype):
    """`trainer.train` with one change: the gradient that a step takes comes from `accumulated`."""
    steps, log = run.steps(ADDED), []
    stream = batches(kept_text()[0], ADAMW.batch, ADAMW.length, torch.Generator().manual_seed(run.seed))
    optimizer = torch.optim.AdamW(model.parameters(), lr=ADAMW.lr, betas=(0.9, 0.95), foreach=True)
    for step in range(steps):
        tokens = next(stream)
        for p, gradient in zip(model.parameters(), accumulated(model, tokens, size, dtype), strict=True):
            p.grad = gradient.to(p.dtype)
        torch.nn.utils.clip_grad_norm_(model.parameters(), ADAMW.clip)
        optimizer.step()
        if step % 4 == 0 or step == steps - 1:
            with torch.no_grad():
                log.append({"step": step + 1, "loss": float(model.loss(tokens)[0])})
    return log


@experiment("repetition")
def repetition(run):
    """As many steps on text that is read about once, four times, and forty times, each at its best rate on text that was held back. Less text is
    a part of more, drawn from all documents."""
    for arm, rounds in (("once", 1), ("4 times", 4), ("40 times", 40)):
        (part, source), (_, tried_on) = (
            part_of_text(seed, run.steps(SHORT.steps), rounds) for seed in (run.seed, UNJUDGED)
        )
        _, log, found = trial(run, arm, DENSE, source=source, tried_on=tried_on)
        late = log[-max(1, len(log) // 10) :]
        run.row(arm, **found, loss_seen=sum(row["loss"] for row in late) / len(late), distinct_tokens=len(part))


@experiment("distill")
def distillation(run):
    """A smaller model that learns from the text, for as many steps as the student or as teacher and student together, and from the probabilities
    that a larger model gives to the same text; on all of the text, and on a fortieth of it. Each has the rate that is best for it."""
    large = DENSE.with_(hidden_size=96, num_attention_heads=12, num_key_value_heads=3, intermediate_size=240)
    small, steps = DENSE.with_(hidden_size=48, num_attention_heads=6, intermediate_size=120), run.steps(SHORT.steps)

    def train_arm(arm, config, times=1, source=None, tried_on=None):
        settings = replace(SHORT, steps=times * SHORT.steps)
        model, _, found = trial(run, arm, config, settings, source=source, tried_on=tried_on)
        run.row(arm, **found, parameters=parameters(model))
        return model, found["lr"]

    teacher, teacher_rate = train_arm("teacher", large, 2)
    train_arm("alone longer", small, 3)
    for ending, rounds in (("", 1), (" 40 times", 40)):
        (part, source), (untold, tried_on) = (
            (kept_text()[0], text()) if rounds == 1 else part_of_text(seed, steps, rounds)
            for seed in (run.seed, UNJUDGED)
        )
        train_arm(f"alone{ending}", small, 1, source, tried_on)

        def end(lr, part=untold):
            return text().loss(student_of(untold_teacher(large, teacher_rate), small, part, steps, lr, UNJUDGED)[0])

        lr, tried = best_of(RATES["muon"], run, ("distilled", rounds), end)
        student, log = student_of(teacher, small, part, steps, lr, run.seed)
        found = source.scores(student, log, SHORT.batch, run.seed)
        run.row(f"distilled{ending}", **found, lr=lr, tried=tried, parameters=parameters(student))


def student_of(teacher, config, tokens, steps, lr, seed):
    torch.manual_seed(seed)
    student, log = Model(config), []
    settings = replace(SHORT, steps=steps, lr=lr, seed=seed)
    return distill.train(student, teacher, tokens, settings, lambda row, _: log.append(row)), log


@cache
def untold_teacher(config, lr):
    """The teacher of the seed that no verdict sees."""
    return learn(Run(UNJUDGED), "teacher", config, replace(SHORT, steps=2 * SHORT.steps, lr=lr))[0]


@cache
def part_of_text(seed, steps, rounds):
    """So much text that a short run reads it this many times, and the source of its windows."""
    size = steps * SHORT.batch * SHORT.length // rounds
    whole = shuffled(kept_text()[0], torch.Generator().manual_seed(seed))
    part = whole[: max(size, SHORT.length + 3)]
    return part, Source(BYTES, SHORT.length, partial(windows, part), text().held_back())


def windows(tokens, batch, generator):
    return next(batches(tokens, batch, SHORT.length, generator))


def shuffled(tokens, generator):
    """The documents in another order, so that any beginning of them is a sample of all languages and pages."""
    found = documents(tokens)
    return torch.cat([found[i] for i in torch.randperm(len(found), generator=generator)])


def documents(tokens):
    starts = [*(tokens == BOS).nonzero().flatten().tolist(), len(tokens)]
    return [tokens[a:b] for a, b in pairwise(starts)]


@experiment("fp8")
def fp8_tiles(run):
    """Training with operands in FP8, one scale for each tile or for a whole tensor; as they come, and with one channel of every input made
    131,072 times as large and its weights as much smaller, which without rounding changes nothing. And the rounding error of real tensors."""
    arms = {
        "fp32": ("fp32", 1),
        "tiles": ("fp8-tiles", 1),
        "tensor": ("fp8-tensor", 1),
        "fp32 outlier": ("fp32", OUTLIER),
    }
    arms |= {"tiles outlier": ("fp8-tiles", OUTLIER), "tensor outlier": ("fp8-tensor", OUTLIER)}
    settings = replace(SHORT, steps=120)
    for arm, (precision, size) in arms.items():
        torch.manual_seed(run.seed)
        model, log = learn(run, arm, DENSE, settings, model=with_outlier(Model(DENSE.with_(precision=precision)), size))
        found = text().scores(model, log, settings.batch, run.seed)
        run.row(arm, **found, **(rounding_errors(model) if precision == "fp32" else {}))


OUTLIER = 2.0**17


def with_outlier(model, size):
    """Multiplies the first channel of what each projection reads and divides its weights by as much, both before they are rounded."""
    for module in model.modules():
        if isinstance(module, fp8.Linear):
            scale = torch.ones(module.in_features).index_fill(0, torch.tensor([0]), size)
            module.forward = partial(_scaled_product, module, scale)
    return model


def _scaled_product(module, scale, x):
    module.read = x * scale
    return fp8.product(module.read, module.weight / scale, module.precision, module.tile)


def rounding_errors(model):
    """Relative error of FP8 on what all projections read, by tiles of 1 × 16 and by tensors, and the share of it that is pressed to zero."""
    model(text().held_back()[0][:8, :-1])
    read, found = [m.read.detach().flatten(0, -2) for m in model.modules() if isinstance(m, fp8.Linear)], {}
    for name, tile in (("tiles", 16), ("tensor", 0)):
        made = [fp8.quantise(x, min(tile, 1), tile) for x in read]
        rest = [float((y - x)[:, 1:].norm() / x[:, 1:].norm()) for x, y in zip(read, made, strict=True)]
        lost = [float(((y == 0) & (x != 0)).double().mean()) for x, y in zip(read, made, strict=True)]
        found |= {f"error_{name}": sum(rest) / len(rest), f"lost_{name}": sum(lost) / len(lost)}
    return found | {"outlier": max(float(x.abs().max() / x.abs().median()) for x in read)}
