"""Tasks that are drawn, whose ceiling is known and which need the mechanism in question; every batch is new, so nothing can be learnt by heart.

All draw (batch, length + 2); a target need not be the next token, and only those count that can be foretold.
"""

from functools import cache

import torch

from labs.train.experiments.sources import HELD_BACK, UNCOUNTED, Source


def _permutations(rows, n, generator):
    return torch.rand(rows, n, generator=generator).argsort(-1)


@cache
def recall(length, facts, keys=16, values=8):
    """Facts scattered over the first half, each one token for a key with its value, the rest filled with a mark; the second half asks for keys,
    and what counts is the value behind each. Only the fact itself tells it, which stands up to `length` tokens back."""
    half, filler = length // 2, keys * values + keys

    def draw(batch, generator):
        known = _permutations(batch, keys, generator)[:, :facts]
        said = torch.randint(values, (batch, facts), generator=generator)
        places = _permutations(batch, half, generator)[:, :facts]
        first = torch.full((batch, half), filler).scatter(1, places, known * values + said)
        which = torch.randint(facts, (batch, half + 2), generator=generator)
        tokens = torch.cat([first, keys * values + known.gather(1, which)], 1)
        targets = torch.cat([torch.full((batch, half + 1), UNCOUNTED), said.gather(1, which[:, :-1])], 1)
        return tokens, targets

    return Source(filler + 1, length, draw, scored=16384 // length, ceiling=0.0)


@cache
def lookups(first, second, kinds=8, length=32):
    """Random tokens; what counts behind each is the entry of a fixed table for the tokens `first` and `second` places back, which no order of the
    two leaves alike, so that both have to be found and told apart."""
    table = torch.randint(kinds, (kinds, kinds), generator=torch.Generator().manual_seed(7))

    def draw(batch, generator):
        tokens = torch.randint(kinds, (batch, length + 2), generator=generator)
        answers = table[tokens[:, : -second - 1], tokens[:, second - first : -first - 1]]
        return tokens, torch.cat([torch.full((batch, second + 1), UNCOUNTED), answers], 1)

    return Source(kinds, length, draw, ceiling=0.0)


def markov(count, kinds, followers=3):
    """Tables (count, kinds, kinds) of as many grammars, the same ones for every seed: each token has a few likely followers of its own."""
    fixed = torch.Generator().manual_seed(7)
    after = torch.stack([_permutations(kinds, kinds, fixed)[:, :followers] for _ in range(count)])
    share = 0.5 ** torch.arange(followers)
    table = torch.full((count, kinds, kinds), 1e-3).scatter(2, after, (share / share.sum()).expand(after.shape))
    return table / table.sum(-1, keepdim=True)


def speak(tables, spoken, length, generator):
    """Sentences (batch, length), each of the grammar that `spoken` (batch) names."""
    tokens = [torch.randint(tables.shape[-1], spoken.shape, generator=generator)]
    for _ in range(length - 1):
        tokens.append(torch.multinomial(tables[spoken, tokens[-1]], 1, generator=generator)[:, 0])
    return torch.stack(tokens, 1)


@cache
def grammars(count, kinds=32, length=64):
    """Sentences of `count` grammars mixed in one stream: each has its own few followers for every token, and a sentence keeps to one grammar.

    The ceiling is that of a reader who knows all grammars and finds out by Bayes' rule which one he reads.
    """
    tables = markov(count, kinds)

    def draw(batch, generator):
        return speak(tables, torch.randint(count, (batch,), generator=generator), length + 2, generator)

    x = draw(256, torch.Generator().manual_seed(HELD_BACK))[:, :-1]
    said = tables.log()[:, x[:, :-1], x[:, 1:]]  # (count, n, length): log-probability of each token under each grammar
    known = (said.cumsum(-1) - said).log_softmax(0)  # of each grammar, before the token is read
    return Source(kinds, length, draw, ceiling=-float((known + said).logsumexp(0).mean()))
