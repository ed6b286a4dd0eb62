"""Pre-training: batches, one step, the loss on text that was held back, a line of progress and a CSV."""

import csv
import hashlib
import json
import sys
import time
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from labs.train import text
from labs.train.config import Config
from labs.train.model import Model
from labs.train.optimizer import OPTIMIZERS, optimizers
from labs.train.schedule import SCHEDULES, factor
from labs.train.tokenizer import BOS, Tokenizer

RUNS = Path(__file__).parent / "runs"


@dataclass(frozen=True)
class Settings:
    """How to train. The rates of balance and MTP are those of deepseek-v3 §4.2, the bias faster, for a run so short."""

    steps: int = 300  # steps of the optimizer
    batch: int = 16  # sequences a step
    length: int = 128  # tokens of a sequence
    lr: float = 4e-3  # highest learning rate
    optimizer: str = "muon"  # V3 has adamw; V4 has muon, with which so short a run learns far more
    schedule: str = "wsd"  # how the learning rate falls
    weight_decay: float = 0.1  # of matrices
    clip: float = 1.0  # longest gradient
    mtp_weight: float = 0.3  # of the loss of MTP
    balance_weight: float = 1e-4  # of the balance loss
    bias_speed: float = 0.003  # step of the experts' bias
    index_warmup: float = 0.2  # dsa: share of the steps in which attention reads everything and the indexer learns
    seed: int = 0  # of weights and order of the text

    def __post_init__(self):
        for name in ("steps", "batch", "length"):
            if getattr(self, name) < 1:
                raise SystemExit(f"--{name} must be at least 1")
        for name, allowed in {"optimizer": OPTIMIZERS, "schedule": SCHEDULES}.items():
            if getattr(self, name) not in allowed:
                raise SystemExit(f"--{name} {getattr(self, name)} is unknown; choose from: {' '.join(allowed)}")
        if not 0 < self.lr < float("inf"):
            raise SystemExit(f"--lr {self.lr} must be above 0")


@dataclass(frozen=True)
class Corpus:
    tokenizer: Tokenizer
    train: torch.Tensor
    validation: torch.Tensor
    fingerprint: str  # of the text, so that a result says what it was measured on


def corpus(vocab_size, cache=RUNS / "text"):
    """The site's text as tokens. The tokenizer is trained on the first call and kept."""
    texts = text.documents()
    fingerprint = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:8]
    kept = cache / f"{fingerprint}-{vocab_size}.pt"
    if not kept.exists():
        learn, held_back = text.split(texts)
        tokenizer = Tokenizer.train(learn, vocab_size)
        streams = [
            torch.tensor([t for doc in part for t in (BOS, *tokenizer.encode(doc))]) for part in (learn, held_back)
        ]
        cache.mkdir(parents=True, exist_ok=True)
        torch.save({"merges": tokenizer.merges, "streams": streams}, kept)
    saved = torch.load(kept)
    return Corpus(Tokenizer(saved["merges"]), *saved["streams"], fingerprint)


def batches(tokens, batch, length, generator):
    """Random windows (batch, length + 2): a position, the token to predict, and the one after it for MTP."""
    if len(tokens) < length + 3:
        raise SystemExit(f"--length {length} is longer than the text of {len(tokens)} tokens; choose a smaller one")
    while True:
        starts = torch.randint(len(tokens) - length - 1, (batch,), generator=generator)
        yield torch.stack([tokens[s : s + length + 2] for s in starts])


@torch.no_grad()
def validation_loss(model, tokens, length, windows=64, first=0):
    """Mean loss over evenly spread windows of text that was held back, from position `first` on."""
    model.eval()
    starts = torch.linspace(0, len(tokens) - length - 2, windows).long()
    total = 0.0
    for part in starts.split(16):
        x = torch.stack([tokens[s : s + length + 1] for s in part]).to(device_of(model))
        logits = model(x[:, :-1])[:, first:]
        total += float(cross_entropy(logits.flatten(0, 1), x[:, 1 + first :].flatten())) * len(part)
    model.train()
    return total / windows


def device_of(model):
    return next(model.parameters()).device


def train(config, settings, tokens, model=None, on_step=None, gpu=False, interruptible=False):
    """A trained model and its log: one dict a step. on_step(step, model) may look on.

    tokens is a text, of which windows are drawn, or an iterator of batches; a batch may be a pair, tokens and targets (B, T + 2), where
    a target of −100 does not count. Indexers and the module of MTP have a clip of their own, since their losses are of another size.
    When `interruptible`, Ctrl-C ends the training and not the program.
    """
    torch.manual_seed(settings.seed)
    model = Model(config) if model is None else model
    model.to("cuda" if gpu and torch.cuda.is_available() else "cpu").train()
    device = device_of(model)
    if isinstance(tokens, torch.Tensor):
        tokens = batches(tokens, settings.batch, settings.length, torch.Generator().manual_seed(settings.seed))
    opts = optimizers(model, settings.optimizer, settings.lr, settings.weight_decay)
    indexers = [m.indexer for m in model.modules() if getattr(m, "indexer", None) is not None]
    apart = [p for name, p in model.named_parameters() if "indexer." in name or name.startswith("mtp.")]
    clipped = [[p for p in model.parameters() if not any(p is q for q in apart)], apart]
    precision = torch.autocast(device.type, torch.bfloat16) if config.precision == "bf16" else nullcontext()
    log, started = [], time.perf_counter()
    with suppress(KeyboardInterrupt) if interruptible else nullcontext():
        for step in range(settings.steps):
            rate = settings.lr * factor(settings.schedule, step, settings.steps)
            for group in (g for opt in opts for g in opt.param_groups):
                group["lr"] = rate
            for indexer in indexers:
                indexer.dense = step < settings.index_warmup * settings.steps
            batch = next(tokens)
            batch = batch if isinstance(batch, tuple) else (batch,)
            with precision:
                loss, parts = model.loss(
                    *(part.to(device) for part in batch),
                    mtp_weight=settings.mtp_weight,
                    balance_weight=settings.balance_weight,
                )
            if not torch.isfinite(loss):
                raise SystemExit(f"the loss is not a number at step {step}; choose a smaller --lr than {settings.lr}")
            for opt in opts:
                opt.zero_grad(set_to_none=True)
            loss.backward()
            norm, _ = (torch.nn.utils.clip_grad_norm_(part, settings.clip) for part in clipped)
            for opt in opts:
                opt.step()
            gates = model.gates()
            for gate in gates if config.balance == "bias" else ():
                gate.update_bias(settings.bias_speed)
            seconds = time.perf_counter() - started
            seen = (step + 1) * settings.batch * settings.length
            row = {
                "step": step + 1,
                "tokens": seen,
                **{k: float(v.detach()) for k, v in parts.items()},
                "lr": rate,
                "grad_norm": float(norm),
            }
            row |= {"max_violation": max_violation(gates)} if gates else {}
            log.append(row | {"tokens_per_s": seen / seconds})
            if on_step:
                on_step(log[-1], model)
    for indexer in indexers:
        indexer.dense = False
    return model, log


def max_violation(gates):
    """MaxVio of the last batch, mean over layers: how far the busiest expert lies above an even load. aux-loss-free eq. 4."""
    return sum(float(gate.load.max() / gate.load.float().mean()) - 1 for gate in gates) / len(gates)


def progress(steps, out=sys.stderr):
    """A line that is written over: a bar, the loss, tokens per second, the time left."""
    started = time.perf_counter()

    def show(row, _model):
        done, seconds = row["step"] / steps, time.perf_counter() - started
        last = row["step"] == steps
        if out.isatty() or last or row["step"] % max(1, steps // 20) == 0:
            bar = "█" * round(30 * done) + "░" * (30 - round(30 * done))
            left = f"{seconds:.0f} s" if last else f"{seconds / done - seconds:.0f} s left"
            end = "\n" if last or not out.isatty() else ""
            print(
                f"\r{bar} {row['step']}/{steps}  loss {row['loss']:.3f}  {row['tokens_per_s']:,.0f} tokens/s  {left} ",
                end=end,
                file=out,
                flush=True,
            )

    return show


def write_csv(path, rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()} for row in rows)


def save(folder, model, tokenizer):
    """Weights, dimensions and tokenizer, as `load` reads them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(model.state_dict(), folder / "model.pt")
        (folder / "config.json").write_text(json.dumps(asdict(model.config), indent=1) + "\n", encoding="utf-8")
        tokenizer.save(folder / "tokenizer.json")
    except OSError as error:
        raise SystemExit(f"{folder} cannot be written ({error.strerror}); name another folder with --out") from None


def load(folder):
    if not (folder / "model.pt").exists():
        raise SystemExit(
            f"no trained model in {folder}; run `python -m labs.train` first, or name its folder with --model"
        )
    model = Model(Config(**json.loads((folder / "config.json").read_text(encoding="utf-8"))))
    model.load_state_dict(torch.load(folder / "model.pt", map_location="cpu"))
    return model.eval(), Tokenizer.load(folder / "tokenizer.json")
