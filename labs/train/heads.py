"""What each head of attention has learnt, measured on text that was held back: the share of its weight that falls on one kind of token.

A kind's share is a mean over the places that have such a token. Its chance is what a head would give that looked at all tokens alike.
"""

import torch

KINDS = ("itself", "previous", "first", "same", "after_same")
CLEAR = 0.2, 3  # a head has a task where a share is above the first, and above chance by the second as a factor


def places(tokens):
    """For tokens (B, T), masks (B, T, T) by kind: where a token reads itself, the one before, the first of all, an earlier one that is
    the same, and one behind such an earlier one (induction). The last two leave out the one before, so that no place has two kinds."""
    T = tokens.shape[1]
    t = torch.arange(T)
    back = t[:, None] - t[None]
    equal = (tokens[:, :, None] == tokens[:, None]) & (back > 0)
    after = torch.nn.functional.pad(equal, (1, 0))[..., :T]  # the token behind an earlier same one
    far = (back > 1) & (t > 0)
    masks = {"itself": back == 0, "previous": (back == 1) & (t > 0), "first": (t == 0) & (back > 1)}
    masks = {kind: mask.expand(len(tokens), T, T) for kind, mask in masks.items()}
    return masks | {"same": equal & far, "after_same": after & far}


@torch.no_grad()
def shares(model, tokens):
    """For each layer and head a share by kind, and the chance of each kind. tokens (B, T) begin a text each."""
    layers = [block.self_attn for block in model.layers]
    for layer in layers:
        layer.keep = True
    model.eval()(tokens)
    masks, T = places(tokens), tokens.shape[1]
    alike = torch.ones(T, T).tril() / torch.arange(1, T + 1)[:, None]

    def share(weights, mask):
        counted = mask.any(-1)
        return float((weights * mask).sum(-1)[counted].mean())

    found = [
        [
            {kind: share(layer.seen[:, head], mask) for kind, mask in masks.items()}
            for head in range(layer.seen.shape[1])
        ]
        for layer in layers
    ]
    for layer in layers:
        layer.keep, layer.seen = False, None
    return found, {kind: share(alike.expand(len(tokens), T, T), mask) for kind, mask in masks.items()}


def task(head, chance):
    """The kind that a head mostly reads, or an empty word."""
    least, factor = CLEAR
    clear = {kind: head[kind] for kind in KINDS if head[kind] > max(least, factor * chance[kind])}
    return max(clear, key=clear.get, default="")
