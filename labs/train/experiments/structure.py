"""Experiments on what a model is built of: depth and width, residual streams, experts and their balance, a module that looks further."""

from dataclasses import replace
from functools import reduce

import torch

from labs.train.experiments.pretraining import DENSE, SHORT, TINY, parameters, trial
from labs.train.experiments.record import experiment
from labs.train.experiments.sources import text
from labs.train.experiments.tasks import grammars, markov, speak
from labs.train.mhc import HyperConnection


@experiment("shape")
def shape(run):
    """Two layers and eight of the same width with as many parameters in all: what depth takes, the feed-forward networks give. After 60 steps
    and after 200."""
    for layers, inner in ((2, 374), (8, 53)):
        config = DENSE.with_(num_hidden_layers=layers, intermediate_size=inner)
        early = {}

        def look(row, model, early=early):
            if row["step"] == run.steps(60):
                early["loss_early"] = text().loss(model)

        model, _, found = trial(run, f"{layers} layers", config, replace(SHORT, steps=200), on_step=look)
        run.row(f"{layers} layers", **found, **early, parameters=parameters(model), formula=counted(config))


def counted(config):
    """Parameters by the sums of the guide on reading a config.json."""
    d, query, shared = config.hidden_size, config.num_attention_heads, config.num_key_value_heads
    attention = 2 * d * query * config.head_dim + 2 * d * shared * config.head_dim
    layer = attention + 3 * d * config.intermediate_size + 2 * d
    return 2 * config.vocab_size * d + config.num_hidden_layers * layer + d


@experiment("mhc")
def mhc(run):
    """Six thin layers with a plain residual, hyper-connections, and constrained ones. The gain is that of all mixing matrices multiplied, `apart`
    how far the streams lie from their mean, as a share of their length."""
    deep = DENSE.with_(num_hidden_layers=6, hidden_size=32, num_attention_heads=4, intermediate_size=80)
    for arm in ("plain", "hc", "mhc"):
        model, log, found = trial(run, arm, deep.with_(residual=arm), replace(SHORT, steps=160))
        connections = [m for m in model.modules() if isinstance(m, HyperConnection)]
        mixing = [one.mixing for one in connections]
        gain = float(reduce(lambda product, B: B @ product, mixing).abs().sum(-1).max()) if mixing else 1.0
        apart = sum(one.apart for one in connections) / len(connections) if connections else 0.0
        late = log[len(log) // 2 :]
        run.row(arm, **found, gain=gain, apart=apart, grad_norm=max(row["grad_norm"] for row in late))


# As many parameters of coarse and of fine experts, to the digit: an expert has 3 d w numbers and d of the router, and 8 (3 · 33 + 1) = 32 (3 · 8 + 1).
ONE_GROUP = TINY.with_(
    hidden_size=32, num_attention_heads=4, attention="mha", n_group=1, topk_group=1, routed_scaling_factor=1.0, n_shared_experts=0
)  # fmt: skip
FINE = ONE_GROUP.with_(n_routed_experts=32, num_experts_per_tok=8, moe_intermediate_size=8)
GRAMMARS = 16


@experiment("experts")
def experts(run):
    """Sixteen grammars in one stream. The same total and activated size as few large, as many small, and as many small and one shared expert."""
    arms = {
        "coarse": ONE_GROUP.with_(n_routed_experts=8, num_experts_per_tok=2, moe_intermediate_size=33),
        "fine": FINE,
        "shared": FINE.with_(n_routed_experts=31, num_experts_per_tok=7, n_shared_experts=1),
        "dense": ONE_GROUP.with_(feed_forward="dense", balance="none", intermediate_size=64),
    }
    task = grammars(GRAMMARS)
    for arm, config in arms.items():
        model, _, found = trial(run, arm, config, source=task)
        divided = {} if arm == "dense" else {"division": division(model)}
        run.row(arm, **found, **divided, parameters=parameters(model))


@torch.no_grad()
def division(model):
    """What the experts of a token say of its grammar: their mutual information as a share of the grammar's entropy, mean over layers."""
    generator, loads = torch.Generator().manual_seed(1), []
    for grammar in range(GRAMMARS):
        model(speak(markov(GRAMMARS, 32), torch.full((16,), grammar), 64, generator))
        loads.append(torch.stack([gate.load.float() for gate in model.gates()]))
    joint = torch.stack(loads) / loads[0].sum(-1, keepdim=True) / GRAMMARS  # (grammar, layer, expert)
    apart = joint.sum(2, keepdim=True) * joint.sum(0, keepdim=True)
    found = (joint * (joint / apart).clamp(min=1e-12).log()).sum((0, 2))
    return float(found.mean() / torch.tensor(float(GRAMMARS)).log())


@experiment("balance")
def balance(run):
    """The same sixteen grammars; balance by the bias alone, by the sequence-wise loss, and by nothing."""
    task, config = (
        grammars(GRAMMARS),
        ONE_GROUP.with_(n_routed_experts=16, num_experts_per_tok=2, moe_intermediate_size=32),
    )
    for arm, weight in (("bias", 0.0), ("loss", 0.01), ("none", 0.0)):
        settings = replace(SHORT, balance_weight=weight)
        _, log, found = trial(run, arm, config.with_(balance=arm), settings, ("loss", "max_violation"), task)
        late = log[-len(log) // 4 :]
        run.row(arm, **found, max_violation=sum(row["max_violation"] for row in late) / len(late))


@experiment("mtp")
def mtp(run):
    """The main model's loss with and without a module that predicts one token further."""
    for arm, modules in (("mtp", 1), ("plain", 0)):
        _, _, found = trial(run, arm, DENSE.with_(attention="mla", num_nextn_predict_layers=modules))
        run.row(arm, **found)
