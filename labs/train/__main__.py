"""Train the model on the site's own text: `python -m labs.train`, less than five minutes on two cores. `--help` lists every flag."""

import argparse
from pathlib import Path

import torch

from labs.train.command_line import Parser, add_fields, check_memory, check_writable, from_arguments
from labs.train.config import Config
from labs.train.generate import complete
from labs.train.model import Model
from labs.train.trainer import RUNS, Settings, corpus, progress, save, train, validation_loss, write_csv

PROMPTS = ("DeepSeek-V3 is", "The experts", "注意力")


def main(arguments=None):
    parser = Parser(prog="labs.train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=RUNS / "default", help="folder of the trained model and its log")
    parser.add_argument("--threads", type=int, default=0, help="processor threads; PyTorch's own choice where left out")
    add_fields(parser, Config, max_position_embeddings=128)
    add_fields(parser, Settings)
    asked = parser.parse_args(arguments)
    config, settings = from_arguments(Config, asked), from_arguments(Settings, asked)
    if asked.threads < 0:
        raise SystemExit(f"--threads {asked.threads} must be at least 1")
    if asked.threads:
        torch.set_num_threads(asked.threads)
    check_writable(asked.out)
    with torch.device("meta"):
        parameters = sum(p.numel() for p in Model(config).parameters())
    check_memory(parameters)
    print("Reading the site's text; the first time, a tokenizer is trained on it, which takes half a minute.")
    text = corpus(config.vocab_size)
    if text.tokenizer.vocab_size != config.vocab_size:
        raise SystemExit(
            f"the text yields only {text.tokenizer.vocab_size} tokens; choose --vocab_size {text.tokenizer.vocab_size} or less"
        )
    where = "on the GPU" if torch.cuda.is_available() else f"on {torch.get_num_threads()} threads of the processor"
    print(f"{parameters:,} parameters, {len(text.train):,} tokens of text, {settings.steps} steps {where}")
    model, log = train(config, settings, text.train, on_step=progress(settings.steps), gpu=True, interruptible=True)
    if not log:
        raise SystemExit("stopped before the first step; nothing is saved")
    if len(log) < settings.steps:
        print(f"\nstopped after step {len(log)} of {settings.steps}; what was learnt is kept")
    model.cpu()
    log[-1]["validation_loss"] = validation_loss(model, text.validation, settings.length)
    save(asked.out, model, text.tokenizer)
    write_csv(asked.out / "log.csv", log)
    print(f"loss on text that was held back: {log[-1]['validation_loss']:.3f}; model and log.csv are in {asked.out}")
    for prompt in PROMPTS:
        print(f"\n> {prompt}\n{complete(model, text.tokenizer, prompt)}")


if __name__ == "__main__":
    main()
