"""Flags of the commands, made from dataclasses; a wrong one is answered in one line."""

import argparse
import inspect
import os
import re
import tempfile
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path

from labs.train.config import FLAGS
from labs.train.optimizer import OPTIMIZERS
from labs.train.schedule import SCHEDULES


class Parser(argparse.ArgumentParser):
    """Like argparse, but an error is one line, names the nearest flag, and abbreviations are not guessed."""

    def __init__(self, **options):
        super().__init__(allow_abbrev=False, **options)

    def error(self, message):
        if message.startswith("unrecognized arguments: "):
            wrong = message.split(": ", 1)[1].split()[0]
            flags = [flag for action in self._actions for flag in action.option_strings]
            near = get_close_matches(wrong, flags, 1)
            message = f"{wrong} is not a flag" + (
                f"; did you mean {near[0]}?" if near else f"; `{self.prog} --help` lists them"
            )
        raise SystemExit(f"{self.prog}: {message}")


def add_fields(parser, kind, **defaults):
    """A flag for each field of a dataclass; what it does is the comment behind the field."""
    notes = dict(re.findall(r"^    (\w+): .*?  # (.+)$", inspect.getsource(kind), re.M))
    group = parser.add_argument_group(kind.__name__, kind.__doc__.splitlines()[0] if kind.__doc__ else None)
    for field in fields(kind):
        default = defaults.get(field.name, field.default)
        parse = (lambda text: {"true": True, "false": False}[text]) if field.type is bool else field.type
        group.add_argument(
            f"--{field.name}", type=parse, default=default, metavar=str(default), help=_help(field.name, notes)
        )


def _help(name, notes):
    allowed = {**FLAGS, "optimizer": OPTIMIZERS, "schedule": SCHEDULES}.get(name)
    return "; ".join(filter(None, (" ".join(allowed or ()), notes.get(name)))).replace("%", "%%")


def from_arguments(kind, arguments):
    return kind(**{field.name: getattr(arguments, field.name) for field in fields(kind)})


def add_conducted(parser, known, folder):
    """What every command takes that conducts runs of a register by name and keeps their results."""
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {' '.join(known)}")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the steps, for a short run")
    parser.add_argument("--out", type=Path, default=folder, help="folder of the results, data/ where left out")


def check_conducted(asked, known, kind):
    """Names that are in the register, a scale that makes a run, and a folder that can keep the results."""
    for name in asked.names:
        if name not in known:
            near = get_close_matches(name, known, 1) or list(known)
            raise SystemExit(f"there is no {kind} {name}; choose from: {' '.join(near)}")
    if not 0 < asked.scale <= 10:
        raise SystemExit(f"--scale {asked.scale:g} must be above 0; 0.1 makes a run of a tenth of the steps")
    check_writable(asked.out)


def check_writable(folder):
    """Asked before the work whose result the folder is to keep."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SystemExit(f"{folder} cannot be written ({error.strerror}); name another folder with --out") from None


def check_memory(parameters, available=None):
    """Weights, gradients and two moments take 16 bytes a parameter; a batch takes about as much again."""
    if available is None:
        available = (
            os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else float("inf")
        )
    needed = 32 * parameters
    if needed > available:
        raise SystemExit(
            f"{parameters:,} parameters need about {needed / 2**30:.1f} GiB, {available / 2**30:.1f} are free; choose a smaller --hidden_size or --num_hidden_layers"
        )
