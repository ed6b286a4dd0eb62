"""Document packing: whole documents side by side in one sequence, with or without a mask between them. document-packing §2; deepseek-v3 §4.1."""

import numpy as np

from labs.attention import causal


def best_fit(lengths, capacity):
    """Sequences of document numbers: the longest first, each into the fullest sequence that has room."""
    sequences, room = [], []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        fitting = [s for s, r in enumerate(room) if r >= lengths[i]]
        if fitting:
            s = min(fitting, key=lambda s: room[s])
        else:
            s = len(sequences)
            sequences.append([])
            room.append(capacity)
        sequences[s].append(i)
        room[s] -= lengths[i]
    return sequences


def cut(lengths, capacity):
    """Documents that are torn when all are put one behind the other and cut every `capacity` tokens."""
    ends = np.cumsum(lengths)
    starts = ends - lengths
    return int(np.sum(starts // capacity != (ends - 1) // capacity))


def mask(lengths):
    """What a token of a packed sequence may see, (T, T): earlier tokens of its own document alone."""
    document = np.repeat(np.arange(len(lengths)), lengths)
    return causal(len(document)) & (document[:, None] == document[None, :])


if __name__ == "__main__":
    lengths = [50, 30, 70, 20, 60, 40]
    print("sequences of 100 tokens:", [[lengths[i] for i in s] for s in best_fit(lengths, 100)])
    print(f"cut every 100 tokens instead: {cut(lengths, 100)} of {len(lengths)} documents torn")
    print(mask([2, 3]).astype(int))
