"""What the experiments on a text or a task share, and those on drafts and on a teacher."""

from dataclasses import replace
from functools import reduce

import torch

from labs.train import fp8
from labs.train.alignment import distill
from labs.train.config import Config
from labs.train.experiments.record import experiment
from labs.train.experiments.sources import BYTES, kept_text, text
from labs.train.generate import speculate
from labs.train.mhc import HyperConnection
from labs.train.model import Model
from labs.train.tokenizer import BOS
from labs.train.trainer import Settings, train

TINY = Config(
    vocab_size=BYTES,
    hidden_size=64,
    num_hidden_layers=2,
    num_attention_heads=8,
    head_dim=8,
    num_key_value_heads=2,
    q_lora_rank=48,
    kv_lora_rank=28,
    qk_nope_head_dim=8,
    qk_rope_head_dim=4,
    v_head_dim=8,
    index_n_heads=4,
    index_head_dim=8,
    intermediate_size=160,
    moe_intermediate_size=32,
    first_k_dense_replace=0,
    num_nextn_predict_layers=0,
    max_position_embeddings=64,
    initializer_range=0.06,
    fp8_tile=16,
)
DENSE = TINY.with_(feed_forward="dense", balance="none", attention="gqa")
# On the text, Muon is below the table of pairs after a hundred steps, a quarter of what AdamW takes.
SHORT = Settings(steps=240, batch=16, length=64, lr=8e-3, optimizer="muon", bias_speed=0.01)
RATES = {"muon": (4e-3, 8e-3, 1.6e-2), "adamw": (2e-3, 4e-3, 8e-3)}
UNJUDGED = 1000  # the seed with which rates are tried, which no verdict sees
_best: dict[tuple, tuple[float, str]] = {}


def learn(run, arm, config, settings=SHORT, curve=("loss",), source=None, **more):
    """Train one arm, keep its curve; returns the model and its log."""
    source = source or text(settings.length)
    settings = replace(settings, steps=run.steps(settings.steps), length=source.length, seed=run.seed)
    config = config.with_(vocab_size=source.vocab_size)
    model, log = train(config, settings, source.stream(settings.batch, run.seed), **more)
    run.curve(arm, log, *curve)
    return model, log


def trial(run, arm, config, settings=SHORT, curve=("loss",), source=None, **more):
    """An arm at the best of three rates; returns the model, its log, and what a row says of it: loss, yardsticks and rates."""
    source = source or text(settings.length)
    lr, tried = best_rate(run, config, settings, source)
    settings = replace(settings, lr=lr)
    model, log = learn(run, arm, config, settings, curve, source, **more)
    return (
        model,
        log,
        {"loss": source.loss(model), **source.yardstick(len(log), settings.batch, run.seed), "lr": lr, "tried": tried},
    )


def best_rate(run, config, settings, source):
    """The rate of the three that ends lowest with a seed that no verdict sees, and what all three came to. A shortened run takes the middle one."""
    rates = RATES[settings.optimizer]
    if run.scale < 1:
        return rates[1], ""
    asked = (config, replace(settings, lr=1.0, seed=UNJUDGED, length=source.length), id(source))
    if asked not in _best:
        ends = {}
        for lr in rates:
            settings = replace(asked[1], lr=lr)
            config = asked[0].with_(vocab_size=source.vocab_size)
            ends[lr] = source.loss(train(config, settings, source.stream(settings.batch, UNJUDGED))[0])
        _best[asked] = min(ends, key=ends.get), "; ".join(f"{lr:g}: {loss:.4f}" for lr, loss in ends.items())
    return _best[asked]


def held_back(model, length=64, first=0):
    return text(length).loss(model, first)


def parameters(model):
    return sum(p.numel() for p in model.parameters())


@experiment("mla-gqa")
def mla_gqa(run):
    """Latent against grouped attention with the same 32 numbers of cache a token and layer; widths even out the parameters."""
    arms = {
        "mla": DENSE.with_(attention="mla"),
        "gqa": DENSE.with_(intermediate_size=198),
        "mha": DENSE.with_(attention="mha", intermediate_size=166),
    }
    for arm, config in arms.items():
        model, _ = learn(run, arm, config)
        kept = model.new_caches()
        with torch.no_grad():
            model(kept_text()[1][None, :16], kept)
        elements = sum(c.elements() for c in kept) // 16
        run.row(arm, loss=held_back(model), parameters=parameters(model), cache_elements=elements)


@experiment("experts")
def experts(run):
    """The same total and activated size as few large, as many small, and as many small and one shared expert."""
    one = {"n_group": 1, "topk_group": 1, "routed_scaling_factor": 1.0}
    arms = {
        "coarse": TINY.with_(
            n_routed_experts=8, num_experts_per_tok=2, moe_intermediate_size=64, n_shared_experts=0, **one
        ),
        "fine": TINY.with_(
            n_routed_experts=32, num_experts_per_tok=8, moe_intermediate_size=16, n_shared_experts=0, **one
        ),
        "shared": TINY.with_(
            n_routed_experts=31, num_experts_per_tok=7, moe_intermediate_size=16, n_shared_experts=1, **one
        ),
        "dense": TINY.with_(feed_forward="dense", balance="none", intermediate_size=139),
    }
    for arm, config in arms.items():
        model, _ = learn(run, arm, config)
        run.row(arm, loss=held_back(model), parameters=parameters(model))


@experiment("balance")
def balance(run):
    """Balance by the bias alone, by the sequence-wise loss, and by nothing."""
    for arm, weight in (("bias", 0.0), ("loss", 0.01), ("none", 0.0)):
        model, log = learn(
            run,
            arm,
            TINY.with_(balance=arm, n_group=1, topk_group=1),
            replace(SHORT, balance_weight=weight),
            ("loss", "max_violation"),
        )
        late = log[-len(log) // 4 :]
        run.row(arm, loss=held_back(model), max_violation=sum(row["max_violation"] for row in late) / len(late))


@experiment("mtp")
def mtp(run):
    """The main model's loss with and without a module that predicts one token further."""
    for arm, modules in (("mtp", 1), ("plain", 0)):
        model, _ = learn(run, arm, TINY.with_(num_nextn_predict_layers=modules))
        run.row(arm, loss=held_back(model))


@experiment("muon")
def muon(run):
    """The same model and text; each optimizer at three learning rates, so that neither is judged at a rate that suits the other."""
    for optimizer, rates in (("adamw", (2e-3, 4e-3, 8e-3)), ("muon", (4e-3, 8e-3, 16e-3))):
        for lr in rates:
            model, _ = learn(run, f"{optimizer} {lr:g}", TINY, replace(SHORT, steps=160, optimizer=optimizer, lr=lr))
            run.row(f"{optimizer} {lr:g}", loss=held_back(model))


@experiment("mhc")
def mhc(run):
    """Twelve thin layers with a plain residual, hyper-connections, and constrained ones; the gain is that of all mixing matrices multiplied."""
    deep = DENSE.with_(num_hidden_layers=12, hidden_size=32, num_attention_heads=4, intermediate_size=80)
    for arm in ("plain", "hc", "mhc"):
        model, log = learn(run, arm, deep.with_(residual=arm), replace(SHORT, steps=80), ("loss", "grad_norm"))
        mixing = [m.mixing for m in model.modules() if isinstance(m, HyperConnection)]
        gain = float(reduce(lambda product, B: B @ product, mixing).abs().sum(-1).max()) if mixing else 1.0
        run.row(arm, loss=held_back(model), gain=gain, grad_norm=max(row["grad_norm"] for row in log[len(log) // 2 :]))


@experiment("fp8")
def fp8_tiles(run):
    """Training with operands in FP8, one scale for each tile or for a whole tensor; and the rounding error of real tensors."""
    for arm in ("fp32", "fp8-tiles", "fp8-tensor"):
        model, _ = learn(run, arm, DENSE.with_(precision=arm), SHORT)
        run.row(arm, loss=held_back(model), **(rounding_errors(model) if arm == "fp32" else {}))


def rounding_errors(model):
    """Relative error of FP8 on inputs, outputs' gradients and weights of all projections, by tiles of 1 × 16 and by tensors."""
    seen = {"activation": [], "gradient": []}
    layers = [m for m in model.modules() if isinstance(m, fp8.Linear)]
    hooks = [
        m.register_forward_hook(lambda _m, x, _y: seen["activation"].append(x[0].detach().flatten(0, -2)))
        for m in layers
    ]
    hooks += [
        m.register_full_backward_hook(lambda _m, _g, g: seen["gradient"].append(g[0].detach().flatten(0, -2)))
        for m in layers
    ]
    model.loss(kept_text()[1][: 8 * 66].view(8, 66))[0].backward()
    for hook in hooks:
        hook.remove()
    found = {}
    for kind, tensors in seen.items():
        for name, tile in (("tiles", 16), ("tensor", 0)):
            errors = [float((fp8.quantise(x, min(tile, 1), tile) - x).norm() / x.norm()) for x in tensors]
            zeros = [float(((fp8.quantise(x, min(tile, 1), tile) == 0) & (x != 0)).double().mean()) for x in tensors]
            found |= {f"{kind}_error_{name}": sum(errors) / len(errors), f"{kind}_lost_{name}": sum(zeros) / len(zeros)}
        found[f"{kind}_outlier"] = max(float(x.abs().max() / x.abs().median()) for x in tensors)
    return found


@experiment("yarn")
def yarn(run):
    """Trained on 64 tokens, read on 256: angles as they were, and stretched by YaRN; before and after a few steps on long text."""
    base = TINY.with_(qk_rope_head_dim=8, rope_theta=1000.0)
    trained, _ = learn(run, "64 tokens", base, replace(SHORT, steps=150))
    for arm, factor in (("plain", 1.0), ("yarn", 4.0)):
        model = Model(base.with_(yarn_factor=factor))
        model.load_state_dict(trained.state_dict())
        row = {"loss_near": held_back(model, 64), "loss_far": held_back(model, 256, first=64)}
        long = replace(SHORT, steps=24, batch=4, length=256, lr=1e-3, schedule="constant")
        model, _ = learn(run, arm, model.config, long, model=model)
        run.row(arm, **row, loss_far_tuned=held_back(model, 256, first=64))


@experiment("schedule")
def schedule(run):
    """Three ways for the learning rate to fall over the same steps."""
    for arm in ("multi-step", "cosine", "wsd"):
        model, _ = learn(run, arm, TINY, replace(SHORT, schedule=arm), ("loss", "lr"))
        run.row(arm, loss=held_back(model))


@experiment("dsa")
def dsa(run):
    """Attention to all of 128 tokens, and to the 16 that the indexer picks."""
    long = replace(SHORT, length=128, batch=8)
    for arm in ("mla", "dsa"):
        model, _ = learn(run, arm, TINY.with_(attention=arm, index_topk=16, max_position_embeddings=128), long)
        row = {"loss": held_back(model, 128), "loss_far": held_back(model, 128, first=64)}
        run.row(arm, **row, **(recall(model) if arm == "dsa" else {}))


@torch.no_grad()
def recall(model):
    """Share of the attention of all tokens that falls on the chosen ones, and on as many latest ones, over the second half."""
    model.eval()
    x, found = kept_text()[1][: 8 * 128].view(8, 128), {}
    layers = [block.self_attn for block in model.layers]
    reads = {}
    for dense in (True, False):
        for layer in layers:
            layer.indexer.dense, layer.keep = dense, True
        model(x)
        reads[dense] = [layer.seen[:, :, 64:] for layer in layers]
    latest = torch.ones(128, 128).tril().triu(-15)[64:]
    pairs = list(zip(reads[True], reads[False], strict=True))
    found["attention_chosen"] = sum(float((full * (sparse > 0)).sum(-1).mean()) for full, sparse in pairs) / len(pairs)
    found["attention_latest"] = sum(float((full * latest).sum(-1).mean()) for full, _ in pairs) / len(pairs)
    return found


@experiment("speculation")
def speculation(run):
    """Acceptance of MTP's drafts: at temperature 1, 0.5 and 0, behind 64 places of text that was held back."""
    model, _ = learn(run, "mtp", TINY.with_(num_nextn_predict_layers=1), curve=("loss", "mtp"))
    model.eval()
    for temperature in (1.0, 0.5, 0.0):
        generator, rates = torch.Generator().manual_seed(run.seed), []
        for start in torch.linspace(0, len(kept_text()[1]) - 40, 64).long():
            prompt = torch.cat([torch.tensor([BOS]), kept_text()[1][start : start + 24]])[None]
            rates.append(speculate(model, prompt, max(8, run.steps(40)), temperature, generator)[1])
        run.row(f"temperature {temperature:g}", acceptance=sum(rates) / len(rates), ceiling=1.0)


@experiment("distill")
def distillation(run):
    """A smaller model on the same text: from the text alone, for as many steps as the student or as teacher and student together, and from a
    larger model's probabilities. All with one optimizer at one rate."""
    own = text(SHORT.length)

    def row(arm, model, steps):
        run.row(
            arm,
            loss=own.loss(model),
            **own.yardstick(run.steps(steps), SHORT.batch, run.seed),
            parameters=parameters(model),
        )

    teacher, _ = learn(run, "teacher", TINY.with_(hidden_size=96, intermediate_size=240))
    row("teacher", teacher, SHORT.steps)
    small = DENSE.with_(hidden_size=48, num_attention_heads=6, intermediate_size=120)
    for arm, steps in (("alone", SHORT.steps), ("alone longer", 2 * SHORT.steps)):
        model, _ = learn(run, arm, small, replace(SHORT, steps=steps))
        row(arm, model, steps)
    torch.manual_seed(run.seed)
    student = Model(small)
    settings = replace(SHORT, steps=run.steps(SHORT.steps), seed=run.seed)
    distill.train(student, teacher, kept_text()[0], settings)  # its loss is a divergence, no curve beside the others
    row("distilled", student, SHORT.steps)
