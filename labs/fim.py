"""Fill in the middle: cut a document in three and move the middle to the end. deepseek-coder §3.1.2."""

BEGIN, HOLE, END = "<|fim_begin|>", "<|fim_hole|>", "<|fim_end|>"


def psm(document, first, second):
    """Prefix, suffix, middle: the text between places `first` and `second` is what the model learns to fill in."""
    prefix, middle, suffix = document[:first], document[first:second], document[second:]
    return BEGIN + prefix + HOLE + suffix + END + middle


def arrange(documents, rate, rng):
    """Rearrange a share `rate` of the documents at random places and leave the others as they are."""
    out = []
    for document in documents:
        first, second = sorted(rng.integers(0, len(document) + 1, size=2))
        out.append(psm(document, first, second) if rng.random() < rate else document)
    return out


def restore(arranged):
    """The document again, from its PSM form."""
    prefix, rest = arranged.removeprefix(BEGIN).split(HOLE)
    suffix, middle = rest.split(END)
    return prefix + middle + suffix


if __name__ == "__main__":
    text = "def add(a, b):\n    return a + b\n"
    moved = psm(text, 19, 31)
    print(moved)
    print("back again:", restore(moved) == text)
