"""Texts beside formulas: letters with an index are set as in the formula, code stays as it is written, and a letter means the
same in guides and on the pages of techniques.
"""

from __future__ import annotations

import pytest
from markupsafe import Markup

from catalogue.records import Catalogue
from catalogue.schema.study import Subject
from catalogue.text import latex_letters
from render.formula import with_indices


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("d_h is a size", "<i>d</i><sub>h</sub> is a size"),
        ("of d_h^R parts", "of <i>d</i><sub>h</sub><sup>R</sup> parts"),
        ("by W^O and W^{UK}", "by <i>W</i><sup>O</sup> and <i>W</i><sup>UK</sup>"),
        ("the latent (<code>q_lora_rank</code>)", "the latent (<code>q_lora_rank</code>)"),
    ],
    ids=["index", "index and exponent", "exponent", "code"],
)
def test_letters_with_an_index(text: str, shown: str) -> None:
    assert with_indices(Markup(text)) == shown


@pytest.mark.parametrize(
    ("subject", "techniques", "own"),
    [
        # K answers are ranked, c and w are weights of a sum, N teachers, P, Q and O distributions and sets, I an indicator; φ are a reward model's.
        (
            Subject.POLICY,
            "ppo dpo rlhf grpo sft rejection-sampling on-policy-distillation",
            "K, c, w, N, P, Q, O, varphi, E, mathbb I",
        ),
        (Subject.LEARNING, "adamw in-place-cross-entropy", ""),
    ],
    ids=["policies", "learning"],
)
def test_technique_pages_write_the_letters_of_the_table_of_symbols(
    catalogue: Catalogue, subject: Subject, techniques: str, own: str
) -> None:
    table = set().union(*(latex_letters(symbol.latex) for symbol in catalogue.study.symbols[subject]))
    for id_ in techniques.split():
        for formula in catalogue.techniques[id_].formulas:
            assert latex_letters(formula.latex) <= table | set(own.split(", ")), (id_, formula.latex)
