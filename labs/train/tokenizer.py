"""Byte-level BPE, trained here. As in DeepSeek LLM §2.1: text is cut into words, punctuation and Chinese first, digits stand alone."""

import json
import re
from collections import Counter, defaultdict
from heapq import heapify, heappop, heappush
from itertools import pairwise

SPECIAL = ("<|bos|>", "<|User|>", "<|Assistant|>", "<|eos|>")
BOS, USER, ASSISTANT, EOS = range(256, 256 + len(SPECIAL))
_PIECES = re.compile(
    r"[0-9]|\s?[^\W\d_\u2e80-\uffff]+|[\u2e80-\u9fff]+|\s+(?!\S)|\s?[^\w\s\u2e80-\u9fff]+|\s|\w+|.", re.DOTALL
)


class Tokenizer:
    """Tokens 0 to 255 are the bytes, then come the special tokens, then a token for each merge."""

    def __init__(self, merges):
        self.merges = [tuple(pair) for pair in merges]
        first = 256 + len(SPECIAL)
        self.rank = {pair: first + i for i, pair in enumerate(self.merges)}
        self.bytes = [bytes([b]) for b in range(256)] + [name.encode() for name in SPECIAL]
        for a, b in self.merges:
            self.bytes.append(self.bytes[a] + self.bytes[b])
        self._known = {}

    @property
    def vocab_size(self):
        return len(self.bytes)

    @classmethod
    def train(cls, texts, vocab_size):
        """Merges the most frequent pair of neighbours again and again; of equal ones the smaller."""
        if vocab_size < 256 + len(SPECIAL):
            raise SystemExit(f"--vocab_size must be at least {256 + len(SPECIAL)}: all bytes and the special tokens")
        counted = Counter(piece for text in texts for piece in _PIECES.findall(text))
        words = [(list(piece.encode()), n) for piece, n in counted.items()]
        count, where = Counter(), defaultdict(set)
        for i, (tokens, n) in enumerate(words):
            for pair in pairwise(tokens):
                count[pair] += n
                where[pair].add(i)
        merges, heap = [], [(-n, pair) for pair, n in count.items()]
        heapify(heap)
        while heap and 256 + len(SPECIAL) + len(merges) < vocab_size:
            n, pair = heappop(heap)
            if -n != count.get(pair) or -n < 2:
                continue  # the count has changed since; the pair stands in the heap again with its new one
            new = 256 + len(SPECIAL) + len(merges)
            merges.append(pair)
            changed = set()
            for i in where.pop(pair):
                tokens, n = words[i]
                before = pairwise(tokens)
                changed |= _added(count, before, -n)
                tokens[:] = _merged(tokens, pair, new)
                after = list(pairwise(tokens))
                changed |= _added(count, after, n)
                for made in after:
                    where[made].add(i)
            for other in changed:
                heappush(heap, (-count[other], other))
        return cls(merges)

    def encode(self, text):
        return [token for piece in _PIECES.findall(text) for token in self._encode_piece(piece)]

    def _encode_piece(self, piece):
        if piece not in self._known:
            tokens = list(piece.encode())
            while len(tokens) > 1:
                best = min(pairwise(tokens), key=lambda pair: self.rank.get(pair, 1 << 30))
                if best not in self.rank:
                    break
                tokens = _merged(tokens, best, self.rank[best])
            self._known[piece] = tokens
        return self._known[piece]

    def decode(self, tokens):
        return b"".join(self.bytes[t] for t in tokens).decode("utf-8", errors="replace")

    def save(self, path):
        path.write_text(json.dumps({"special": SPECIAL, "merges": self.merges}), encoding="utf-8")

    @classmethod
    def load(cls, path):
        return cls(json.loads(path.read_text(encoding="utf-8"))["merges"])


def _added(count, pairs, n):
    """Adds n to the count of each pair; returns the pairs."""
    touched = set()
    for pair in pairs:
        count[pair] += n
        touched.add(pair)
    return touched


def _merged(tokens, pair, new):
    out, i = [], 0
    while i < len(tokens):
        both = i + 1 < len(tokens) and (tokens[i], tokens[i + 1]) == pair
        out.append(new if both else tokens[i])
        i += 2 if both else 1
    return out
