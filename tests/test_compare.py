"""What the comparison of models is drawn from, without a browser: links that lead somewhere, one base, ratios."""

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from comparing import PAGE, comparison_cells, comparison_data
from render.figures.engine import run_script


@pytest.fixture(scope="module")
def data(built: Path) -> dict[str, Any]:
    return comparison_data(built)


def test_every_link_in_the_cells_leads_somewhere(built: Path, data: dict[str, Any]) -> None:
    cells = comparison_cells(built)
    texts = [*cells["html"], *cells["sources"].values(), *data["sources"].values()]
    for model in data["models"].values():
        texts += [str(model["link"]), *(str(value["html"]) for value in model["values"].values())]
    for family in data["families"].values():
        texts += [family["more"], *(part for line in family["brought"] for part in line)]

    @cache
    def anchors_of(file: Path) -> set[str]:
        return set(re.findall(r'\bid="([^"]*)"', file.read_text(encoding="utf-8")))

    broken, links = [], 0
    for target in (target for html in texts for target in re.findall(r'href="([^"]*)"', html)):
        if re.fullmatch(r"#s\d+", target):
            broken += [target] if target[2:] not in cells["sources"] else []
            continue
        links += 1
        parts = urlsplit(target)
        file = (built / PAGE / unquote(parts.path) / "index.html").resolve()
        if parts.scheme or not file.is_file() or (parts.fragment and parts.fragment not in anchors_of(file)):
            broken.append(target)
    assert links > 1000
    assert broken == []


# A number, the first one, and how the one stands to the other.
RATIOS = [(34560, 34560, "same"), (35136, 34560, "× 1.02"), (671, 236, "× 2.8"), (16, 21, "× 0.76")]
RATIOS += [(1600, 34560, "1/22"), (4924, 34560, "1/7"), (29, 100, "× 0.29"), (45, 2, "× 23")]


@pytest.mark.parametrize(("number", "first", "said"), RATIOS)
def test_how_a_number_stands_to_the_first(data: dict[str, Any], number: int, first: int, said: str) -> None:
    assert run_script("compare", "ratioText", data["words"], number, first) == said


def test_the_sentence_tells_what_became_of_the_last_model(data: dict[str, Any]) -> None:
    def told(*ids: str) -> str:
        return LexborHTMLParser(run_script("compare", "sentence", data, ids)).text()

    assert told("deepseek-v2", "deepseek-v3") == (
        "From V2 to V3: 2.8 times the weights, 1.8 times the weights at work on a token, and 1.02 times the cache."
    )
    assert told("deepseek-v3", "deepseek-v2").startswith("V2 beside V3: 0.35 of the weights")
    assert "no change in the weights" in told("deepseek-v3", "deepseek-r1")
    assert "one 22nd of the cache" in told("deepseek-v2", "deepseek-v4.1-flash")
    assert told("deepseek-v2", "dreamcraft3d") == "" or "cache" not in told("deepseek-v2", "dreamcraft3d")


def test_no_ratio_is_given_where_a_number_is_not_known(data: dict[str, Any]) -> None:
    unknown = [id_ for id_, model in data["models"].items() if model["values"]["cache"]["n"] is None]
    assert unknown
    board = run_script("compare", "board", data, ["deepseek-v2", unknown[0]])
    row = LexborHTMLParser(f"<table>{board}</table>").css_first("tr.cache")
    assert "×" not in row.text()
    assert "1/" not in row.text()
