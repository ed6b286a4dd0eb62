"""What experiments read, and the yardstick of each: one text that is kept beside this file, and tasks that are drawn (tasks.py).

A model says something of attention or depth where it is better than tables that need neither: the frequency of each token, and of each
pair of neighbours. Both are counted on the very tokens that the model reads, and scored on what the model is scored on.
"""

import hashlib
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from labs.train.text import split
from labs.train.tokenizer import BOS, SPECIAL
from labs.train.trainer import batches

KEPT = Path(__file__).with_name("text.xz")  # a third of the site's paragraphs on 2 December 2026, English and Chinese
BYTES = 256 + len(SPECIAL)
UNCOUNTED = -100  # a target that nothing is measured on
HELD_BACK = 10**6  # seed of what a task is scored on


@dataclass(frozen=True, eq=False)
class Source:
    """`draw(batch, generator)` gives tokens (batch, length + 2), or a pair of them and targets, of which −100 is not counted."""

    vocab_size: int
    length: int
    draw: Callable
    kept: tuple | None = None  # tokens and targets (n, length + 1) to score on; None draws them anew
    scored: int = 256  # sequences, where they are drawn
    ceiling: float | str = ""  # the least loss that can be had, in nats; empty where nobody knows it

    def stream(self, batch, seed):
        generator = torch.Generator().manual_seed(seed)
        while True:
            drawn = self.draw(batch, generator)
            yield drawn if isinstance(drawn, tuple) else (drawn, drawn)

    @cache  # noqa: B019  a handful of sources, as long-lived as the program
    def held_back(self):
        if self.kept is not None:
            return self.kept
        return tuple(part[:, :-1] for part in next(self.stream(self.scored, HELD_BACK)))

    @torch.no_grad()
    def loss(self, model, first=0):
        """Mean loss over what is counted, from position `first` on."""
        model.eval()
        total, count = 0.0, 0
        for x, y in zip(*(part.split(64) for part in self.held_back()), strict=True):
            logits, wanted = model(x[:, :-1])[:, first:], y[:, 1 + first :]
            total += float(cross_entropy(logits.flatten(0, 1), wanted.flatten(), reduction="sum"))
            count += int((wanted != UNCOUNTED).sum())
        model.train()
        return total / count

    def scores(self, model, log, batch, seed):
        """What a row says of a model that read `log`'s steps of this source: loss and yardsticks."""
        return {"loss": self.loss(model), **self.yardstick(len(log), batch, seed)}

    @cache  # noqa: B019
    def yardstick(self, steps, batch, seed):
        """Losses of both tables, and the ceiling. The table of pairs falls back on single frequencies as Witten and Bell do."""
        read = [torch.cat(parts)[:, :-1] for parts in zip(*islice(self.stream(batch, seed), steps), strict=True)]
        V, (before, target) = self.vocab_size, _pairs(*read)
        single = torch.bincount(target, minlength=V) + 1.0
        single = single / single.sum()
        counted = torch.bincount(before * V + target, minlength=V * V).view(V, V).float()
        kinds, total = (counted > 0).sum(1, keepdim=True), counted.sum(1, keepdim=True)
        pairs = torch.where(total > 0, (counted + kinds * single) / (total + kinds).clamp(min=1), single)
        before, target = _pairs(*self.held_back())
        return {
            "unigram_loss": -float(single[target].log().mean()),
            "bigram_loss": -float(pairs[before, target].log().mean()),
            "ceiling": self.ceiling,
        }


def _pairs(tokens, targets):
    counted = targets[:, 1:] != UNCOUNTED
    return tokens[:, :-1][counted], targets[:, 1:][counted]


@cache
def kept_text():
    """Training part and held-back part as bytes behind a mark for each paragraph, and the fingerprint of the whole."""
    whole = lzma.decompress(KEPT.read_bytes())
    streams = [torch.tensor([t for one in part for t in (BOS, *one)]) for part in split(whole.split(b"\0"))]
    return *streams, hashlib.sha256(whole).hexdigest()[:8]


@cache
def text(length=64, windows=256):
    """The text in windows of this many bytes."""
    learnt, kept, _ = kept_text()
    starts = torch.linspace(0, len(kept) - length - 1, windows).long()
    x = torch.stack([kept[s : s + length + 1] for s in starts])
    draw = lambda batch, generator: next(batches(learnt, batch, length, generator))  # noqa: E731
    return Source(BYTES, length, draw, (x, x))
