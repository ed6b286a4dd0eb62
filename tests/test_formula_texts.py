"""Texts beside formulas: letters with an index are set as in the formula, code stays as it is written."""

from __future__ import annotations

import pytest
from markupsafe import Markup

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
