"""Experiments on attention: scale of the scores, heads, latents against groups, sparse attention, contexts beyond the trained length."""

from dataclasses import replace

import torch

from labs.train.experiments.pretraining import DENSE, SHORT, UNJUDGED, best_of, learn, parameters, trial
from labs.train.experiments.record import Run, experiment
from labs.train.experiments.sources import text
from labs.train.experiments.tasks import lookups, recall
from labs.train.model import Model


@experiment("softmax-scale")
def softmax_scale(run):
    """Scores of two heads of 64 divided by √d, by nothing, and by d, on facts to look up. At a start of width^−½ queries and keys have a
    variance of 1, so that scores have one of d; at the usual one, of a quarter, scores are smaller by as much."""
    usual = DENSE.with_(attention="mha", num_attention_heads=2, head_dim=64)
    wide = usual.with_(initializer_range=usual.hidden_size**-0.5)
    arms = {"root": (wide, _as_it_is), "none": (wide, _undivided), "whole": (wide, _divided_twice)}
    for arm, (config, build) in (arms | {"usual root": (usual, _as_it_is), "usual none": (usual, _undivided)}).items():
        torch.manual_seed(run.seed)
        at_start = largest_weight(build(config.with_(vocab_size=FACTS.vocab_size)), FACTS)
        model, _, found = trial(run, arm, config, replace(SHORT, steps=100), source=FACTS, build=build)
        run.row(arm, **found, largest_weight=at_start, largest_weight_end=largest_weight(model, FACTS))


FACTS = recall(64, 8)


def _scaled(power):
    """Builds a model with queries that are longer by this power of √d; it divides scores by √d once, whatever their length."""

    def build(config):
        model = Model(config)
        for block in model.layers:
            block.self_attn.q_proj.register_forward_hook(lambda _m, _x, q: q * config.head_dim ** (power / 2))
        return model

    return build


_as_it_is, _undivided, _divided_twice = _scaled(0), _scaled(1), _scaled(-1)


@torch.no_grad()
def largest_weight(model, task):
    """The share of the token that a head reads most, mean over heads, layers and the second half."""
    seen = attention_of(model, task.held_back()[0][:64, :-1])
    return sum(float(p[:, :, task.length // 2 :].amax(-1).mean()) for p in seen) / len(seen)


@torch.no_grad()
def attention_of(model, tokens):
    """Weights (B, heads, T, T) of each layer."""
    layers = [block.self_attn for block in model.layers]
    for layer in layers:
        layer.keep = True
    model(tokens)
    seen = [layer.seen for layer in layers]
    for layer in layers:
        layer.keep = False
    return seen


@experiment("heads")
def heads(run):
    """One layer whose answer depends on two places, the third and the seventh token back. The same 64 numbers of queries, keys and values
    as one head, as 8 and as 32: the same parameters and the same products."""
    for arm, count in (("1 head", 1), ("8 heads", 8), ("32 heads", 32)):
        config = DENSE.with_(attention="mha", num_attention_heads=count, head_dim=64 // count, num_hidden_layers=1)
        model, _, found = trial(run, arm, config, replace(SHORT, steps=160), source=lookups(3, 7))
        run.row(arm, **found, parameters=parameters(model))


@experiment("mla-gqa")
def mla_gqa(run):
    """Latent against grouped attention with the same 32 numbers of cache a token and layer, and MHA with 128: sixteen facts to look up, each arm at
    the best of its rates, and the text, where 0.016 was best for each. Widths even out the parameters."""
    arms = {
        "mla": DENSE.with_(attention="mla", kv_lora_rank=24, qk_rope_head_dim=8),
        "gqa": DENSE.with_(intermediate_size=203),
        "mha": DENSE.with_(attention="mha", intermediate_size=171),
    }
    for arm, config in arms.items():
        model, _, found = trial(run, arm, config, source=recall(64, 16, 32, 16))
        kept = model.new_caches()
        with torch.no_grad():
            model(torch.arange(16)[None], kept)
        elements = sum(c.elements() for c in kept) // 16
        run.row(arm, **found, parameters=parameters(model), cache_elements=elements)
    for arm, config in arms.items():
        model, log = learn(run, f"{arm} text", config, replace(SHORT, lr=1.6e-2))
        run.row(f"{arm} text", **text().scores(model, log, SHORT.batch, run.seed))


TOPK = 8


@experiment("dsa")
def dsa(run):
    """Facts up to 64 tokens back: attention to all tokens, and to the 8 that the indexer picks."""
    task, settings = recall(64, 8), replace(SHORT, steps=160, index_warmup=0.6)
    for arm in ("mla", "dsa"):
        model, _, found = trial(run, arm, DENSE.with_(attention=arm, index_topk=TOPK), settings, source=task)
        run.row(arm, **found, **(shares(model, task) if arm == "dsa" else {}))


@torch.no_grad()
def shares(model, task):
    """Where attention reads all, what share of it lies on the tokens that the indexer would pick, on the best that all heads could share, and
    on the latest, as many of each; over the second half, which asks."""
    model.eval()
    x, half, indexers = task.held_back()[0][:64, :-1], task.length // 2, [b.self_attn.indexer for b in model.layers]
    seen = {}
    for dense in (True, False):
        for indexer in indexers:
            indexer.dense = dense
        seen[dense] = [p[:, :, half:] for p in attention_of(model, x)]
    whole = [p.mean(1) for p in seen[True]]
    chosen = [(p > 0).any(1) for p in seen[False]]
    latest = torch.ones(task.length, task.length).tril().triu(1 - TOPK)[half:]
    mean = lambda found: sum(float(share.sum(-1).mean()) for share in found) / len(whole)  # noqa: E731
    return {
        "attention_chosen": mean([p * c for p, c in zip(whole, chosen, strict=True)]),
        "attention_best": mean([p.topk(TOPK, dim=-1).values for p in whole]),
        "attention_latest": mean([p * latest for p in whole]),
    }


@experiment("yarn")
def yarn(run):
    """Trained to look facts up over 64 tokens, read on 256: angles as they were, and stretched by YaRN; before and after a few steps on long
    text, each at its best rate. Heads carry position in all of their numbers."""
    near, far = recall(64, 8), recall(256, 8)
    base = DENSE.with_(attention="mha", num_attention_heads=4, head_dim=16, vocab_size=near.vocab_size)
    near_settings = replace(SHORT, steps=120)
    trained, log, found = trial(run, "64 tokens", base, near_settings, source=near)

    def stretched(trained, factor):
        model = Model(base.with_(yarn_factor=factor))
        model.load_state_dict(trained.state_dict())
        return model

    def tuned(run, arm, model, lr):
        long = replace(SHORT, steps=12, batch=4, lr=lr, schedule="constant")
        return far.loss(learn(run, arm, model.config, long, source=far, model=model)[0])

    for arm, factor in (("plain", 1.0), ("yarn", 4.0)):

        def end(lr, arm=arm, factor=factor):
            untold = Run(UNJUDGED)
            started, _ = learn(untold, arm, base, replace(near_settings, lr=found["lr"]), source=near)
            return tuned(untold, arm, stretched(started, factor), lr)

        model = stretched(trained, factor)
        row = near.scores(model, log, SHORT.batch, run.seed) | {"loss_far": far.loss(model)}
        lr, tried = best_of((5e-4, 1e-3, 2e-3), run, ("yarn", factor), end)
        run.row(arm, **row, loss_far_tuned=tuned(run, arm, model, lr), lr=lr, tried=tried)
