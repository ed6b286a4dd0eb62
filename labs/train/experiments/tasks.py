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

    return Source(filler + 1, length, draw, ceiling=0.0)


@cache
def grammars(count, kinds=32, length=64, followers=3):
    """Sentences of `count` grammars mixed in one stream: each has its own few followers for every token, and a sentence keeps to one grammar.

    The ceiling is that of a reader who knows all grammars and finds out by Bayes' rule which one he reads.
    """
    fixed = torch.Generator().manual_seed(7)  # the grammars are the same for every seed
    after = torch.stack([_permutations(kinds, kinds, fixed)[:, :followers] for _ in range(count)])  # (G, V, F)
    share = torch.tensor([2.0**-i for i in range(followers)])
    share = share / share.sum()
    table = torch.full((count, kinds, kinds), 1e-3).scatter_(
        2, after, share.expand_as(after) - 1e-3 * (kinds / followers - 1)
    )

    def draw(batch, generator):
        spoken = torch.randint(count, (batch,), generator=generator)
        tokens = [torch.randint(kinds, (batch,), generator=generator)]
        for _ in range(length + 1):
            tokens.append(torch.multinomial(table[spoken, tokens[-1]], 1, generator=generator)[:, 0])
        return torch.stack(tokens, 1)

    x = draw(256, torch.Generator().manual_seed(HELD_BACK))[:, :-1]
    said = table.log()[:, x[:, :-1], x[:, 1:]]  # (G, n, length): log-probability of each token under each grammar
    known = (said.cumsum(-1) - said).log_softmax(0)  # of each grammar, before the token is read
    return Source(kinds, length, draw, ceiling=-float((known + said).logsumexp(0).mean()))
