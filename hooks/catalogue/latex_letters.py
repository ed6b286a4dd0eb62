"""The letters of a formula in LaTeX, so that each can be held against a table of symbols."""

from __future__ import annotations

import re

_WORDS = re.compile(r"\\(?:mathrm|text|operatorname|begin|end)\{[^{}]*\}")  # softmax, PPO, pmatrix
_OF_AN_ALPHABET = re.compile(r"\\(mathbb|mathcal)\{([^{}])\}")
_LETTER = re.compile(r"\\[A-Za-z]+|[A-Za-z]")
_GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "varepsilon",
        "zeta",
        "eta",
        "theta",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "phi",
        "varphi",
        "chi",
        "psi",
        "omega",
        "Gamma",
        "Delta",
        "Theta",
        "Lambda",
        "Xi",
        "Pi",
        "Sigma",
        "Phi",
        "Psi",
        "Omega",
    ]
)


def latex_letters(latex: str) -> frozenset[str]:
    """Latin and Greek letters, and those of another alphabet with its name: `q`, `theta`, `mathcal J`."""
    text = _WORDS.sub(" ", latex)
    found = {f"{alphabet} {letter}" for alphabet, letter in _OF_AN_ALPHABET.findall(text)}
    for match in _LETTER.findall(_OF_AN_ALPHABET.sub(" ", text)):
        if not match.startswith("\\"):
            found.add(match)
        elif match[1:] in _GREEK:
            found.add(match[1:])
    return frozenset(found)
