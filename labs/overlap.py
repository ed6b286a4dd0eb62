"""Two lanes of a GPU, one that computes and one that sends: how long a forward and a backward chunk take in an order. deepseek-v3 §3.2.1, Figure 4.

Attention and experts of the forward chunk are a part each; those of the backward chunk are two, for the gradient of the inputs
and for that of the weights. An exchange starts as soon as its tokens are there and the link is free.
"""

from itertools import permutations

COMPUTE, SEND = 2, 3  # six parts and four exchanges: as much to compute as to send
NEEDS = {  # what a part waits for: an exchange, or an earlier part
    "attention F": (),
    "experts F": ("dispatch F",),
    "experts B": ("combine B",),
    "experts W": ("experts B",),
    "attention B": ("dispatch B",),
    "attention W": ("attention B",),
}
SENT_AFTER = {"dispatch F": "attention F", "combine F": "experts F", "combine B": None, "dispatch B": "experts B"}


def run(order):
    """Start and end of each part and exchange, {name: (start, end)}. Raises ValueError where a part stands before what it needs."""
    spans, ready, free, link = {}, {name: 0 for name, part in SENT_AFTER.items() if part is None}, 0, 0
    for part in (*order, None):
        while ready:  # first come, first sent
            name = min(ready, key=lambda exchange: (ready[exchange], exchange))
            start = max(link, ready.pop(name))
            link = start + SEND
            spans[name] = (start, link)
        if part is None:
            break
        if not all(needed in spans for needed in NEEDS[part]):
            raise ValueError(f"{part} stands before what it needs")
        start = max([free, *(spans[needed][1] for needed in NEEDS[part])])
        free = start + COMPUTE
        spans[part] = (start, free)
        ready |= {exchange: free for exchange, after in SENT_AFTER.items() if after == part}
    return spans


def length(order):
    """When the last part and the last exchange have ended."""
    return max(end for _, end in run(order).values())


def possible_orders():
    """Every order of the parts in which each stands behind what it needs."""
    for order in permutations(NEEDS):
        before = {part: set(order[:place]) for place, part in enumerate(order)}
        wanted = {p: {SENT_AFTER.get(n, n) for n in needs} - {None} for p, needs in NEEDS.items()}
        if all(wanted[part] <= before[part] for part in order):
            yield order


if __name__ == "__main__":
    one_by_one = ("attention F", "experts F", "experts B", "experts W", "attention B", "attention W")
    lengths = {order: length(order) for order in possible_orders()}
    best = min(lengths, key=lengths.get)
    print(f"{len(lengths)} orders are possible; forward, then backward takes {length(one_by_one)}")
    print(f"shortest, {lengths[best]}:", ", ".join(best))
    for name, (start, end) in sorted(run(best).items(), key=lambda item: item[1]):
        print(f"{start:3} to {end:2}  {name}")
