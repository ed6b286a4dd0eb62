"""Experiments on what every model shares: scale of the scores, heads, learning rate, batch, shape, accumulated gradients, repeated text, gaps."""

import copy
from dataclasses import replace
from itertools import pairwise

import torch
from torch.nn.functional import cross_entropy

from labs.train.experiments.pretraining import DENSE, SHORT, held_back, learn, parameters
from labs.train.experiments.record import experiment
from labs.train.experiments.sources import kept_text
from labs.train.model import Model
from labs.train.tokenizer import ASSISTANT, BOS, EOS, USER
from labs.train.trainer import batches, train


@experiment("softmax-scale")
def softmax_scale(run):
    """Scores of two heads of 64 divided by √d, by nothing, and by d. Queries and keys start with a variance of 1, so that scores have one of d."""
    config = DENSE.with_(attention="mha", num_attention_heads=2, head_dim=64, initializer_range=DENSE.hidden_size**-0.5)
    root = (
        config.head_dim**0.5
    )  # the model divides by it; a query that is longer or shorter by it undoes or repeats the division
    for arm, factor in (("root", 1.0), ("none", root), ("whole", 1 / root)):
        torch.manual_seed(run.seed)
        model = Model(config)
        for block in model.layers:
            block.self_attn.q_proj.register_forward_hook(lambda _m, _x, q, factor=factor: q * factor)
        at_start = largest_weight(model)
        model, _ = learn(run, arm, config, model=model)
        run.row(arm, loss=held_back(model), largest_weight=at_start, largest_weight_end=largest_weight(model))


@torch.no_grad()
def largest_weight(model):
    """The share of the token that a head reads most, mean over heads, layers and the second half of eight windows."""
    x = kept_text()[1][: 8 * 64].view(8, 64)
    for block in model.layers:
        block.self_attn.keep = True
    model(x)
    found = [float(block.self_attn.seen[:, :, 32:].amax(-1).mean()) for block in model.layers]
    for block in model.layers:
        block.self_attn.keep = False
    return sum(found) / len(found)


@experiment("heads")
def heads(run):
    """The same 64 numbers of queries, keys and values, as one head, as 8 and as 32: the same parameters and the same products."""
    for arm, count in (("1 head", 1), ("8 heads", 8), ("32 heads", 32)):
        config = DENSE.with_(attention="mha", num_attention_heads=count, head_dim=64 // count)
        model, _ = learn(run, arm, config)
        run.row(arm, loss=held_back(model), parameters=parameters(model))


@experiment("learning-rate")
def learning_rate(run):
    """Four learning rates of AdamW, and how far the weights of the layers have moved, as a share of their own size at the start."""
    for lr in (1e-4, 1e-3, 4e-3, 3.2e-2):
        torch.manual_seed(run.seed)
        model = Model(DENSE)
        start = copy.deepcopy(model)
        model, _ = learn(run, f"{lr:g}", DENSE, replace(SHORT, lr=lr), model=model)
        run.row(f"{lr:g}", loss=held_back(model), moved=distance(model.layers, start.layers))


def distance(module, start):
    pairs = [(p, q) for p, q in zip(module.parameters(), start.parameters(), strict=True) if p.dim() > 1]
    moved, before = (
        sum(float(x.detach().square().sum()) for x in xs) for xs in ([p - q for p, q in pairs], [q for _, q in pairs])
    )
    return (moved / before) ** 0.5


@experiment("batch")
def batch(run):
    """As many tokens in small, middle and large batches, each at three learning rates; more sequences in a step, fewer steps."""
    for sequences, rates in ((4, (1e-3, 2e-3, 4e-3)), (16, (2e-3, 4e-3, 8e-3)), (64, (4e-3, 8e-3, 1.6e-2))):
        settings = replace(SHORT, batch=sequences, steps=SHORT.steps * SHORT.batch // sequences)
        for lr in rates:
            arm = f"{sequences} at {lr:g}"
            model, log = learn(run, arm, DENSE, replace(settings, lr=lr))
            run.row(arm, loss=held_back(model), steps=len(log), parameters=parameters(model))


@experiment("shape")
def shape(run):
    """Two, four and eight layers of the same width with as many parameters in all: what depth takes, the feed-forward networks give.
    Each at three learning rates, so that none is judged at a rate that suits another."""
    for layers, inner in ((2, 374), (4, 160), (8, 53)):
        config = DENSE.with_(num_hidden_layers=layers, intermediate_size=inner)
        for lr in (2e-3, 4e-3, 8e-3):
            arm = f"{layers} layers at {lr:g}"
            model, _ = learn(run, arm, config, replace(SHORT, lr=lr))
            run.row(arm, loss=held_back(model), parameters=parameters(model), formula=counted(config))


def counted(config):
    """Parameters by the sums of the guide on reading a config.json."""
    d, query, shared = config.hidden_size, config.num_attention_heads, config.num_key_value_heads
    attention = 2 * d * query * config.head_dim + 2 * d * shared * config.head_dim
    layer = attention + 3 * d * config.intermediate_size + 2 * d
    return 2 * config.vocab_size * d + config.num_hidden_layers * layer + d


@experiment("accumulation")
def accumulation(run):
    """One batch of 16 at once, and one sequence at a time with the gradients added up, in FP32 and in BF16. The measure is the gradient of the
    whole batch in double precision."""
    arms = {"whole": (SHORT.batch, torch.float32), "added": (1, torch.float32), "added bf16": (1, torch.bfloat16)}
    for arm, (size, dtype) in arms.items():
        torch.manual_seed(run.seed)
        model = Model(DENSE)
        tokens = next(batches(kept_text()[0], SHORT.batch, SHORT.length, torch.Generator().manual_seed(run.seed)))
        digits = digits_of_agreement(accumulated(model, tokens, size, dtype), exact_gradient(model, tokens))
        log = train_accumulating(model, run, size, dtype)
        run.curve(arm, log, "loss")
        run.row(arm, digits=digits, loss=held_back(model))


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
    steps, log = run.steps(SHORT.steps), []
    stream = batches(kept_text()[0], SHORT.batch, SHORT.length, torch.Generator().manual_seed(run.seed))
    optimizer = torch.optim.AdamW(model.parameters(), lr=SHORT.lr, betas=(0.9, 0.95), foreach=True)
    for step in range(steps):
        tokens = next(stream)
        for p, gradient in zip(model.parameters(), accumulated(model, tokens, size, dtype), strict=True):
            p.grad = gradient.to(p.dtype)
        torch.nn.utils.clip_grad_norm_(model.parameters(), SHORT.clip)
        optimizer.step()
        if step % 4 == 0 or step == steps - 1:
            with torch.no_grad():
                log.append({"step": step + 1, "loss": float(model.loss(tokens)[0])})
    return log


@experiment("repetition")
def repetition(run):
    """As many steps on text that is read about once, four times, and forty times. Less text is a part of more, drawn from all documents."""
    settings = replace(SHORT, steps=run.steps(160), seed=run.seed)
    whole = shuffled(kept_text()[0], torch.Generator().manual_seed(run.seed))
    for arm, rounds in (("once", 1), ("4 times", 4), ("40 times", 40)):
        size = max(settings.steps * settings.batch * settings.length // rounds, settings.length + 3)
        model, log = train(DENSE, settings, whole[:size])
        run.curve(arm, log, "loss")
        late = log[-max(1, len(log) // 10) :]
        seen = sum(row["loss"] for row in late) / len(late)
        run.row(arm, loss=held_back(model), loss_seen=seen, distinct_tokens=min(size, len(whole)))


def shuffled(tokens, generator):
    """The documents in another order, so that any beginning of them is a sample of all languages and pages."""
    found = documents(tokens)
    return torch.cat([found[i] for i in torch.randperm(len(found), generator=generator)])


def documents(tokens):
    starts = [*(tokens == BOS).nonzero().flatten().tolist(), len(tokens)]
    return [tokens[a:b] for a, b in pairwise(starts)]


PIECE = 60  # tokens of a document that is cut for a gap: it fits into a window with its three marks
MARKS = (
    USER,
    ASSISTANT,
    EOS,
)  # special tokens that pre-training does not use otherwise: before prefix, suffix and middle


@experiment("fim")
def fill_in_the_middle(run):
    """Documents of 60 tokens, of which none, a tenth, a half or all are rearranged as prefix, suffix, middle. Judged on whole text, and on the middle:
    after prefix and suffix where gaps were practised, after the prefix alone where they were not."""
    learnt, kept = pieces(kept_text()[0]), pieces(kept_text()[1])
    for arm, rate in (("none", 0.0), ("tenth", 0.1), ("half", 0.5), ("all", 1.0)):
        generator = torch.Generator().manual_seed(run.seed)
        stream = torch.cat(
            [rearranged(p, generator) if float(torch.rand((), generator=generator)) < rate else p for p in learnt]
        )
        settings = replace(SHORT, steps=run.steps(180), seed=run.seed)
        model, log = train(DENSE, settings, stream)
        run.curve(arm, log, "loss")
        run.row(arm, loss=held_back(model), gap_loss=gap_loss(model, kept, marked=rate > 0))


def pieces(tokens):
    """Documents, long ones cut, short ones left out."""
    return [piece for one in documents(tokens) for piece in one.split(PIECE) if len(piece) > PIECE // 2]


def cut(piece, generator):
    """Prefix, middle and suffix at two random places, none of them empty."""
    a, b = sorted((torch.randperm(len(piece) - 2, generator=generator)[:2] + 1).tolist())
    return piece[:a], piece[a:b], piece[b:]


def rearranged(piece, generator):
    prefix, middle, suffix = cut(piece, generator)
    return torch.cat([known(prefix, suffix), middle])


def known(prefix, suffix):
    """What the model has before it when it begins to fill a gap."""
    begin, hole, end = torch.tensor(MARKS)[:, None]
    return torch.cat([begin, prefix, hole, suffix, end])


@torch.no_grad()
def gap_loss(model, kept, marked):
    """Mean loss of the middles of 300 documents, which are cut alike for every arm."""
    model.eval()
    generator, total, count = torch.Generator().manual_seed(0), 0.0, 0
    for piece in kept[:300]:
        prefix, middle, suffix = cut(piece, generator)
        before = known(prefix, suffix) if marked else prefix
        logits = model(torch.cat([before, middle])[None, :-1])[0, len(before) - 1 :]
        total += float(cross_entropy(logits, middle, reduction="sum"))
        count += len(middle)
    model.train()
    return total / count
