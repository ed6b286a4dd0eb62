"""Paths and quotes: how a text names a value of the catalogue, and what it is told when there is none."""

from pathlib import Path
from typing import Any

import pytest

from catalogue.derive.parameters import ACTIVATED_CONVENTION
from catalogue.files import MODELS
from catalogue.load import load_catalogue
from catalogue.lookup import Found, LookupFailure
from catalogue.records import Catalogue
from catalogue.schema.values import Single
from catalogue.text import Quote, QuoteError, QuoteProblem, parse_quotes, quote_problems
from helpers import VALID, context_of, each_row, edit, table
from render.cite import Citations
from render.context import Context

SMALL = load_catalogue(VALID)
CASES = table("lookup")


def find(path: str) -> Found:
    return context_of(SMALL).lookup.find(path)


def shown(found: Found) -> Any:
    return getattr(found.value, "text", getattr(found.value, "en", found.value))


@each_row(CASES["paths"])
def test_path(row: dict[str, Any]) -> None:
    found = find(row["path"])
    assert shown(found) == row["value"]
    assert found.recomputed is None


@pytest.mark.parametrize("name", ["total_parameters", "activated_parameters", "kv_cache_elements", "mtp_parameters"])
def test_path_to_what_is_recomputed(name: str) -> None:
    recount = SMALL.entries["bee-base"].recount
    found = find(f"bee-base/recomputed.{name}")
    assert found.recomputed == "bee-base"
    assert (
        found.value
        == {
            "total_parameters": recount.total,
            "activated_parameters": recount.activated[ACTIVATED_CONVENTION],
            "kv_cache_elements": recount.kv_cache.value,
            "mtp_parameters": recount.mtp.value,
        }[name]
    )


@each_row(CASES["sources"])
def test_found_value_carries_its_source(row: dict[str, Any]) -> None:
    found = find(row["path"])
    assert [(source.key, source.locus) for source in found.source.items] == [(row["key"], row["locus"])]


@each_row(CASES["failures"])
def test_failure_says_which_part_and_what_there_is(row: dict[str, Any]) -> None:
    with pytest.raises(LookupFailure) as failure:
        find(row["path"])
    assert row["says"] in str(failure.value)
    assert "not complete" not in str(failure.value)


def test_what_is_absent_cannot_be_quoted(catalogue: Catalogue, ctx: Context) -> None:
    tried = set()
    for model in catalogue.models.values():
        for name in type(model.dates).model_fields:
            value = getattr(model.dates, name)
            if isinstance(value, Single) and value.absence:
                tried.add(value.absence)
                with pytest.raises(LookupFailure, match=f"is {value.absence}; a text cannot quote it"):
                    ctx.lookup.find(f"model:{model.id}/dates.{name}")
    assert tried


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        ("share('ant-base/parameters.total', 'bee-base/parameters.total')", "96.8%"),
        ("ratio('4096', '32')", "128"),
        ("share('cat-base/parameters.total', 'ant-base/parameters.total')", "30%"),
        ("ratio('ant-base/parameters.total', 'cat-base/parameters.total')", "3"),
    ],
)
def test_a_share_has_no_more_digits_than_its_coarser_number(call: str, shown: str) -> None:
    (quote,) = (part for part in parse_quotes(f"{{{{ {call} }}}}") if isinstance(part, Quote))
    assert Citations(context_of(SMALL)).resolve_quote(quote).striptags() == shown


@each_row(
    [
        *CASES["bad_quotes"],
        {"label": "brackets without end", "text": "{{ " + "(" * 9999 + " }}", "says": "is not a call"},
    ]
)
def test_bad_quote(row: dict[str, Any]) -> None:
    with pytest.raises(QuoteError) as error:
        list(parse_quotes(row["text"]))
    assert row["says"] in str(error.value)


@each_row(CASES["wrong_calls"])
def test_wrong_call_on_a_page(row: dict[str, Any]) -> None:
    text = f"---\ntitle: A page\n---\n\nWith {{{{ m('ant',\n 'two lines') }}}}.\n\n{row['text']}\n"
    (problem,) = quote_problems(text, context_of(SMALL).lookup, ("sources", "families"))
    assert problem.line == 8
    assert all(part in problem.message for part in row["says"]), problem.message


def test_a_quote_left_open_on_a_page_has_its_line() -> None:
    assert list(quote_problems("One.\n\n{{ v('a/b')", context_of(SMALL).lookup)) == [
        QuoteProblem(3, "`{{` without `}}`")
    ]


SCORES = "          - {benchmark: Counting, scores: {ant-base: 50.0, bee-base: 60.5}}\n"
UNUSABLE = {
    "a row of two settings": (
        SCORES.replace("Counting,", "Counting, setting: {shots: 1-shot},")
        + SCORES.replace("Counting,", "Counting, setting: {shots: 5-shot},"),
        "{{ v('bee/evaluation.bee-scores.rows.counting.scores.bee-base') }}",
        "several items here are called `counting`; add the setting",
    ),
    "a division by zero": (
        SCORES.replace("60.5", "0.0"),
        "{{ ratio('ant-base/parameters.total', 'bee/evaluation.bee-scores.rows.counting.scores.bee-base') }}",
        "is 0, and nothing can be divided by it",
    ),
}


@pytest.mark.parametrize(("rows", "text", "says"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_value_that_cannot_be_used(valid: Path, rows: str, text: str, says: str) -> None:
    edit(valid / MODELS, (SCORES, rows))
    (problem,) = quote_problems(text, context_of(load_catalogue(valid)).lookup)
    assert says in problem.message
