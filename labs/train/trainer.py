"""Pre-training: batches, one step, the loss on text that was held back, a line of progress and a CSV."""

import csv
import hashlib
import json
import signal
import sys
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from labs.train import parallel, text
from labs.train.config import Config
from labs.train.model import Model
from labs.train.optimizer import OPTIMIZERS, optimizers
from labs.train.schedule import SCHEDULES, factor
from labs.train.tokenizer import BOS, Tokenizer

RUNS = Path(__file__).parent / "runs"


@dataclass(frozen=True)
class Settings:
    """How to train. The rates of balance and MTP are those of deepseek-v3 §4.2, the bias faster, for a run so short."""

    steps: int = 200  # steps of the optimizer
    batch: int = 16  # sequences a step
    length: int = 128  # tokens of a sequence
    lr: float = 8e-3  # highest learning rate
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


# How long each size of config.PRESETS would be trained; 30M and 300M have taken a few steps here, and were not trained.
LENGTHS = {
    "3M": {},
    "30M": {"steps": 4000, "batch": 64, "length": 512, "lr": 4e-3},
    "300M": {"steps": 20000, "batch": 256, "length": 1024, "lr": 2e-3},
}


@dataclass(frozen=True)
class Corpus:
    tokenizer: Tokenizer
    train: torch.Tensor
    validation: torch.Tensor
    fingerprint: str  # of the text, so that a result says what it was measured on


def corpus(vocab_size, cache=RUNS / "text", texts=None):
    """The site's prose as tokens, or other texts. The tokenizer is trained on the first call and kept."""
    texts = text.prose(text.documents()) if texts is None else texts
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


@contextmanager
def stopping(wanted):
    """Ctrl-C is noted and the step goes on to its end; a second one ends the program."""
    asked = threading.Event()
    if not wanted or threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def note(_signal, _frame):
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, note)
    try:
        with suppress(KeyboardInterrupt):
            yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def train(
    config, settings, tokens, model=None, on_step=None, gpu=False, interruptible=False, checkpoint=None, every=0, resume=False,
):  # fmt: skip
    """A trained model and its log: one dict a step. on_step(step, model) may look on.

    tokens is a text, of which windows are drawn, or an iterator of batches; a batch may be a pair, tokens and targets (B, T + 2), where
    a target of −100 does not count. Indexers and the module of MTP have a clip of their own, since their losses are of another size.
    When `interruptible`, Ctrl-C ends the training and not the program. `checkpoint` is a file that is written `every` so many steps and at the
    end, from which `resume` goes on to the bit; windows of a text alone can be gone on with. Of several processes each reads its part of
    every batch and has a file of its own (`labs.train.parallel`).
    """
    torch.manual_seed(settings.seed)
    model = Model(config) if model is None else model
    model.to("cuda" if gpu and torch.cuda.is_available() else "cpu").train()
    many = parallel.size() > 1
    model = parallel.divide(model) if many else model
    device, generator = device_of(model), torch.Generator().manual_seed(settings.seed)
    if isinstance(tokens, torch.Tensor):
        tokens = batches(tokens, settings.batch, settings.length, generator)
    opts = optimizers(model, settings.optimizer, settings.lr, settings.weight_decay)
    indexers = [m.indexer for m in model.modules() if getattr(m, "indexer", None) is not None]
    apart = [p for name, p in model.named_parameters() if "indexer." in name or name.startswith("mtp.")]
    clipped = [[p for p in model.parameters() if not any(p is q for q in apart)], apart]
    precision = torch.autocast(device.type, torch.bfloat16) if config.precision == "bf16" else nullcontext()
    log, started = [], time.perf_counter()
    if checkpoint is not None and many:
        checkpoint = checkpoint.with_suffix(f".{parallel.rank()}-of-{parallel.size()}.pt")
    if resume:
        log = _resume(checkpoint, model, opts, generator)
    first, before = len(log), (log[-1]["cpu_seconds"] if log else 0.0) - time.process_time()
    with stopping(interruptible) as asked:
        for step in range(first, settings.steps):
            rate = settings.lr * factor(settings.schedule, step, settings.steps)
            for group in (g for opt in opts for g in opt.param_groups):
                group["lr"] = rate
            for indexer in indexers:
                indexer.dense = step < settings.index_warmup * settings.steps
            batch = next(tokens)
            batch = batch if isinstance(batch, tuple) else (batch,)
            batch = tuple(map(parallel.own, batch)) if many else batch
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
            if many:
                parallel.average_gradients(model)
            norm, _ = (clip(part, settings.clip, model) for part in clipped)
            for opt in opts:
                opt.step()
            gates, parts = model.gates(), {name: float(value.detach()) for name, value in parts.items()}
            if many:
                parallel.share_load(gates)
                parts = {name: parallel.mean(value) for name, value in parts.items()}
            for gate in gates if config.balance == "bias" else ():
                gate.update_bias(settings.bias_speed)
            seconds = time.perf_counter() - started
            seen = (step + 1) * settings.batch * settings.length
            newly = (step + 1 - first) * settings.batch * settings.length
            row = {
                "step": step + 1,
                "tokens": seen,
                **parts,
                "lr": rate,
                "grad_norm": float(norm),
            }
            row |= {"max_violation": max_violation(gates)} if gates else {}
            log.append(row | {"tokens_per_s": newly / seconds, "cpu_seconds": before + time.process_time()})
            if checkpoint is not None and every and (step + 1) % every == 0:
                _keep(checkpoint, model, opts, generator, log)
            if on_step:
                on_step(log[-1], model)
            if asked.is_set():
                break
    if checkpoint is not None and log:
        _keep(checkpoint, model, opts, generator, log)
    model = parallel.unite(model) if many else model
    for indexer in indexers:
        indexer.dense = False
    return model, log


def clip(parameters, longest, model):
    """Shortens a gradient that is longer; returns how long it was."""
    if parallel.size() == 1:
        return torch.nn.utils.clip_grad_norm_(parameters, longest)
    norm = parallel.norm(parameters, model)
    torch.nn.utils.clip_grads_with_norm_(parameters, longest, norm.to(torch.get_default_dtype()))
    return norm


def _keep(path, model, opts, generator, log):
    """Written beside and then moved, so that a file is never half of one."""
    state = {
        "model": model.state_dict(),
        "opts": [opt.state_dict() for opt in opts],
        "generator": generator.get_state(),
        "log": log,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    beside.replace(path)


NOTHING_KEPT = "there is nothing to go on from at {}; start without --resume, and with as many processes as before"


def _resume(path, model, opts, generator):
    if path is None or not path.exists():
        raise SystemExit(NOTHING_KEPT.format(path))
    state = torch.load(path, map_location=device_of(model))
    model.load_state_dict(state["model"])
    for opt, kept in zip(opts, state["opts"], strict=True):
        opt.load_state_dict(kept)
    generator.set_state(state["generator"].cpu())
    return state["log"]


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


def save(folder, model, tokenizer, about=None, held_back=None):
    """Weights, dimensions and tokenizer, as `load` reads them; for `labs.train.export` what is to be said of the run, and tokens held back."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(model.state_dict(), folder / "model.pt")
        (folder / "config.json").write_text(json.dumps(asdict(model.config), indent=1) + "\n", encoding="utf-8")
        tokenizer.save(folder / "tokenizer.json")
        if about is not None:
            (folder / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
            torch.save(held_back, folder / "held_back.pt")
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
