"""What the experiments on a text or a task share, and the one on drafts."""

from dataclasses import replace

import torch

from labs.train.config import Config
from labs.train.experiments.record import experiment
from labs.train.experiments.sources import BYTES, kept_text, text
from labs.train.generate import speculate
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
RATES = {"muon": (4e-3, 8e-3, 1.6e-2, 3.2e-2), "adamw": (2e-3, 4e-3, 8e-3)}
UNJUDGED = 1000  # the seed with which rates are tried, which no verdict sees
POLICY_RATES = (2.5e-4, 5e-4, 1e-3)  # of AdamW, for a policy that learns from rewards or pairs
_best: dict[tuple, tuple[float, str]] = {}


def learn(run, arm, config, settings=SHORT, curve=("loss",), source=None, build=Model, model=None, on_step=None):
    """Train one arm, keep its curve; returns the model and its log. `build` makes a model of a configuration where none is given."""
    source = source or text(settings.length)
    settings = replace(settings, steps=run.steps(settings.steps), seed=run.seed)
    model, log = _train(config, settings, source, build, model, on_step)
    run.curve(arm, log, *curve)
    return model, log


def _train(config, settings, source, build, model=None, on_step=None):
    config, settings = config.with_(vocab_size=source.vocab_size), replace(settings, length=source.length)
    torch.manual_seed(settings.seed)
    return train(config, settings, source.stream(settings.batch, settings.seed), model or build(config), on_step)


def trial(run, arm, config, settings=SHORT, curve=("loss",), source=None, build=Model, on_step=None, tried_on=None):
    """An arm at the best of its optimizer's rates; returns the model, its log, and what a row says of it: loss, yardsticks and rates.
    Where each seed has a source of its own, `tried_on` is that of the seed that no verdict sees."""
    source = source or text(settings.length)
    lr, tried = best_rate(run, config, settings, tried_on or source, build)
    model, log = learn(run, arm, config, replace(settings, lr=lr), curve, source, build, on_step=on_step)
    return model, log, source.scores(model, log, settings.batch, run.seed) | {"lr": lr, "tried": tried}


def best_rate(run, config, settings, source, build=Model):
    """The rate of a training that ends lowest on its source, and what each came to."""
    end = lambda lr: source.loss(_train(config, replace(settings, lr=lr, seed=UNJUDGED), source, build)[0])  # noqa: E731
    return best_of(RATES[settings.optimizer], run, (config, replace(settings, lr=1.0), source, build), end)


def best_of(rates, run, asked, end):
    """The rate that ends lowest with a seed that no verdict sees, tried once for what is `asked`; a shortened run takes the second."""
    if run.scale < 1:
        return rates[1], ""
    if asked not in _best:
        _best[asked] = lowest(rates, end)
    return _best[asked]


def lowest(rates, end):
    """The rate with the lowest end, and what each came to. While it is the lowest or the highest of all, one beyond it is tried."""
    ends = {}
    while rates:
        ends |= {rate: end(rate) for rate in rates}
        best = min(ends, key=ends.get)
        rates = [best / 2] * (best == min(ends)) + [best * 2] * (best == max(ends))
    return best, "; ".join(f"{rate:g}: {round(ends[rate], 4):g}" for rate in sorted(ends))


def held_back(model, length=64, first=0):
    return text(length).loss(model, first)


def parameters(model):
    return sum(p.numel() for p in model.parameters())


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
