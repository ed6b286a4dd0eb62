"""The task: sums of small numbers in the chat format, and the rule that rewards an answer. deepseek-r1 §2.2.2 (accuracy by rule)."""

import torch

from labs.train.tokenizer import ASSISTANT, BOS, EOS, USER


def digits(text):
    """Tokens of a text of digits and signs: their bytes, as the tokenizer leaves them."""
    return list(text.encode())


def prompt(a, b):
    """One length for all: numbers below ten."""
    return [BOS, USER, *digits(f"{a}+{b}"), ASSISTANT]


PROMPT_LENGTH = len(prompt(0, 0))
ANSWER_LENGTH = 3  # two digits and the end


def questions(numbers=10):
    """All pairs (numbers², 2) of summands below `numbers`."""
    return torch.cartesian_prod(torch.arange(numbers), torch.arange(numbers))


def prompts(pairs):
    return torch.tensor([prompt(a, b) for a, b in pairs.tolist()])


def answer_tokens(value):
    """The answer and its end, filled up with ends."""
    written = [*digits(str(value)), EOS]
    return written + [EOS] * (ANSWER_LENGTH - len(written))


def read(answer):
    """The text of an answer up to its end."""
    answer = answer[: answer.index(EOS)] if EOS in answer else answer
    return bytes(t for t in answer if t < 256).decode("latin-1")


def rewards(pairs, answers):
    """1 for the right sum and nothing else, otherwise 0. answers (N, tokens)."""
    right = [read(a) == str(x + y) for (x, y), a in zip(pairs.tolist(), answers.tolist(), strict=True)]
    return torch.tensor(right, dtype=torch.get_default_dtype())


def mask(answers):
    """Tokens that were drawn (N, tokens): up to the first end, and it too."""
    return ((answers == EOS).cumsum(-1) - (answers == EOS).long()) == 0
