"""Train the model on the site's own text: `python -m labs.train`, less than three minutes on two idle cores. `--help` lists every flag."""

import argparse
from dataclasses import asdict
from pathlib import Path

import torch

from labs.train import parallel
from labs.train.command_line import Parser, add_fields, check_memory, check_writable, from_arguments
from labs.train.config import PRESETS, Config
from labs.train.experiments.record import commit, machine
from labs.train.experiments.sources import Source
from labs.train.generate import complete
from labs.train.model import Model
from labs.train.text import folder
from labs.train.trainer import LENGTHS, NOTHING_KEPT, RUNS, Settings, corpus, progress, save, train, write_csv

PROMPTS = ("DeepSeek-V3 is", "The experts", "注意力")


def main(arguments=None):
    size = Parser(prog="labs.train", add_help=False)
    size.add_argument(
        "--preset", choices=PRESETS, default="3M", help="size in weights, from which the flags below differ"
    )
    preset = size.parse_known_args(arguments)[0].preset
    form = argparse.RawDescriptionHelpFormatter
    parser = Parser(prog="labs.train", description=__doc__, formatter_class=form, parents=[size])
    parser.add_argument("--out", type=Path, default=RUNS / "default", help="folder of the trained model and its log")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out, with the same flags")
    parser.add_argument(
        "--checkpoint_every", type=int, default=100, help="steps between checkpoints; Ctrl-C writes one too"
    )
    parser.add_argument(
        "--text", type=Path, help="folder of .txt and .md files to learn from; the site's own prose where left out"
    )
    parser.add_argument("--threads", type=int, default=0, help="processor threads; PyTorch's own choice where left out")
    add_fields(parser, Config, **asdict(PRESETS[preset]))
    add_fields(parser, Settings, **LENGTHS[preset])
    asked = parser.parse_args(arguments)
    first = parallel.start()[0] == 0  # of the processes that torchrun started; it alone speaks
    config, settings = from_arguments(Config, asked), from_arguments(Settings, asked)
    if asked.threads < 0:
        raise SystemExit(f"--threads {asked.threads} must be at least 1")
    if asked.threads:
        torch.set_num_threads(asked.threads)
    if asked.resume and not any(asked.out.glob("checkpoint*.pt")):
        raise SystemExit(NOTHING_KEPT.format(asked.out / "checkpoint.pt"))
    texts = folder(asked.text) if asked.text else None
    check_writable(asked.out)
    with torch.device("meta"):
        parameters = sum(p.numel() for p in Model(config).parameters())
    check_memory(parameters)
    say = print if first else lambda *_: None
    say("Reading the text; the first time, a tokenizer is trained on it, which takes half a minute for the site's.")
    text = corpus(config.vocab_size, texts=texts)
    if text.tokenizer.vocab_size != config.vocab_size:
        raise SystemExit(
            f"the text yields only {text.tokenizer.vocab_size} tokens; choose --vocab_size {text.tokenizer.vocab_size} or less"
        )
    where = "on the GPU" if torch.cuda.is_available() else f"on {torch.get_num_threads()} threads of the processor"
    say(f"{parameters:,} parameters, {len(text.train):,} tokens of text, {settings.steps} steps {where}")
    model, log = train(
        config, settings, text.train, on_step=progress(settings.steps) if first else None, gpu=True, interruptible=True,
        checkpoint=asked.out / "checkpoint.pt", every=asked.checkpoint_every, resume=asked.resume,
    )  # fmt: skip
    parallel.leave()
    if not first:
        return
    if not log:
        raise SystemExit("stopped before the first step; nothing is saved")
    if len(log) < settings.steps:
        print(f"\nstopped after step {len(log)} of {settings.steps}; what was learnt is kept, and --resume goes on")
    model.cpu()
    about = described(model, log, settings, text)
    log[-1]["validation_loss"] = about["loss"]
    save(asked.out, model, text.tokenizer, about, text.validation)
    write_csv(asked.out / "log.csv", log)
    for name in ("loss", "mtp", "grad_norm", "max_violation"):
        if name in log[-1]:
            print(f"{name:14} {sparkline([row[name] for row in log])} {log[0][name]:.2f} to {log[-1][name]:.2f}")
    print(
        f"loss on text that was held back: {about['loss']:.3f}; of a table of pairs {about['bigram_loss']:.3f}, of single frequencies"
        f" {about['unigram_loss']:.3f}\nmodel and log.csv are in {asked.out}"
    )
    for prompt in PROMPTS:
        print(f"\n> {prompt}\n{complete(model, text.tokenizer, prompt)}")


def described(model, log, settings, text):
    """What is to be said of a run beside its weights: how it was trained, over all its parts where it went on from a checkpoint, and its loss
    beside those of two tables counted on all that it read."""
    full = [row["step"] for row in log if row["lr"] == settings.lr] or [0]
    length = settings.length
    windows = lambda tokens: tokens[: len(tokens) // (length + 2) * (length + 2)].view(-1, length + 2)  # noqa: E731
    source = Source(
        model.config.vocab_size, length, lambda *_: windows(text.train), (windows(text.validation)[:, :-1],) * 2
    )
    tables = source.yardstick(1, len(text.train), 0)
    return {
        "settings": asdict(settings) | {"steps": len(log), "full_rate": [full[0], full[-1]]},
        "loss": source.loss(model),
        **{name: tables[name] for name in ("unigram_loss", "bigram_loss")},
        "training_tokens": len(text.train),
        "cpu_minutes": round(log[-1]["cpu_seconds"] / 60, 1),
        "text": text.fingerprint,
        "commit": commit(),
        "torch": torch.__version__,
        "machine": machine(),
    }


def sparkline(values, width=40):
    """Means over equal stretches, as bars one letter wide."""
    size = max(1, len(values) // width)
    means = [sum(values[i : i + size]) / size for i in range(0, len(values) - size + 1, size)]
    least, span = min(means), (max(means) - min(means)) or 1
    return "".join("▁▂▃▄▅▆▇█"[round(7 * (value - least) / span)] for value in means)


if __name__ == "__main__":
    main()
