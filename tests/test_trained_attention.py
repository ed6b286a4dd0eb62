"""The heads of the trained model that the guide shows are those that look most at one thing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from catalogue.records import Catalogue
from render.context import make_context
from render.labs import chosen_heads, trained_attention
from render.words import CHINESE, ENGLISH
from render.words import load_words as words_of

T = 6
BEFORE = [[1.0]] + [[0.0] * (t - 1) + [1.0, 0.0] for t in range(1, T)]
FIRST = [[1.0]] + [[1.0] + [0.0] * t for t in range(1, T)]
FURTHER = [[1.0]] + [[0.0, *[0.9 / max(t - 2, 1)] * max(t - 2, 0), 0.05, 0.05][: t + 1] for t in range(1, T)]


def test_heads_are_chosen_by_what_they_look_at() -> None:
    found = chosen_heads([[FIRST, BEFORE], [FURTHER, FIRST]])
    assert {looks_at: place[:2] for looks_at, place in found.items()} == {
        "before": (0, 1),
        "further": (1, 0),
        "first": (0, 0),
    }
    assert found["before"][2] == found["first"][2] == 1


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_the_figure_names_the_sentence_and_its_tokens(catalogue: Catalogue, tmp_path: Path, language: str) -> None:
    file, ctx = tmp_path / "attention.json", make_context(catalogue, words_of(language))
    assert trained_attention(ctx, file) == ""
    said = {"sentence": "a key fits", "tokens": list("⊢akeyf"), "weights": [[FIRST, BEFORE], [FURTHER, FIRST]]}
    file.write_text(json.dumps({language: said}), encoding="utf-8")
    html = trained_attention(ctx, file)
    assert html.count("<svg") == 3
    assert "a key fits" in html
    assert ">k</text>" in html
