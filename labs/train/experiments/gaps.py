"""Experiment: practice in filling gaps, on sentences whose end says what the middle is."""

from dataclasses import replace

import torch
from torch.nn.functional import cross_entropy

from labs.train.experiments.pretraining import DENSE, SHORT, trial
from labs.train.experiments.record import experiment
from labs.train.experiments.sources import HELD_BACK, Source
from labs.train.experiments.tasks import markov, speak

PREFIX, MIDDLE, SUFFIX, KINDS = 2, 8, 10, 16
PLAIN, BEGIN, HOLE, END = range(KINDS, KINDS + 4)  # marks; the first stands before an ordinary sentence


def drawn_sentences(batch, generator):
    """Sentences (batch, 20) of one of 16 grammars. After two tokens the grammar is still open, and ten more at the end settle it."""
    spoken = torch.randint(len(GRAMMARS), (batch,), generator=generator)
    return speak(GRAMMARS, spoken, PREFIX + MIDDLE + SUFFIX, generator)


GRAMMARS = markov(16, KINDS)


def ordinary(sentences):
    mark = torch.full((len(sentences), 1), PLAIN)
    return torch.cat([mark, sentences, mark, mark], 1)


def rearranged(sentences, suffixes=None):
    """A mark, the beginning, a mark, the end, a mark, and then the middle. `suffixes` (batch, 10) may be those of other sentences."""
    a, b, c = sentences.split((PREFIX, MIDDLE, SUFFIX), dim=1)
    begin, hole, end = (torch.full((len(sentences), 1), mark) for mark in (BEGIN, HOLE, END))
    return torch.cat([begin, a, hole, c if suffixes is None else suffixes, end, b], 1)


def source(rate):
    def draw(batch, generator):
        sentences = drawn_sentences(batch, generator)
        gaps = torch.rand(batch, 1, generator=generator) < rate
        rows = torch.where(gaps, rearranged(sentences), ordinary(sentences))
        return torch.cat([rows, torch.full((batch, 1), PLAIN)], 1)

    return Source(KINDS + 4, PREFIX + MIDDLE + SUFFIX + 2, draw)


SOURCES = {"none": source(0.0), "half": source(0.5), "all": source(1.0)}


@experiment("fim")
def fill_in_the_middle(run):
    """No sentence, a half or all of them rearranged as prefix, suffix, middle. One and the same model then fills the same gaps three ways:
    behind its own suffix, behind another sentence's, and behind the prefix alone. Each arm has the rate that is best for what it practises."""
    for arm, practised in SOURCES.items():
        model, log, found = trial(run, arm, DENSE, replace(SHORT, steps=160, batch=48), source=practised)
        gaps = gap_losses(model, practised=arm != "none")
        ordinary_loss = SOURCES["none"].scores(model, log, 48, run.seed)
        run.row(arm, **found | ordinary_loss, **gaps)


@torch.no_grad()
def gap_losses(model, practised):
    """Mean loss of the middles of 512 sentences, which are cut alike for every arm."""
    model.eval()
    sentences = drawn_sentences(512, torch.Generator().manual_seed(HELD_BACK))
    suffixes = sentences[:, -SUFFIX:]
    ways = {"gap_prefix": ordinary(sentences)[:, : 1 + PREFIX + MIDDLE]}
    if practised:
        ways |= {"gap_own": rearranged(sentences), "gap_other": rearranged(sentences, suffixes.roll(1, 0))}
    middle = sentences[:, PREFIX : PREFIX + MIDDLE]
    found = {}
    for way, tokens in ways.items():
        logits = model(tokens[:, :-1])[:, -MIDDLE:]
        found[way] = float(cross_entropy(logits.flatten(0, 1), middle.flatten()))
    model.train()
    return found
