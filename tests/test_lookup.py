"""Paths and quotes: how a text names a value of the catalogue, and what it is told when there is none."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from catalogue.derive.parameters import ACTIVATED_CONVENTION
from catalogue.files import MODELS
from catalogue.load import load_catalogue
from catalogue.lookup import RECOMPUTED, Found, Lookup, LookupFailure
from catalogue.records import Catalogue
from catalogue.schema.values import Single, Text, each_below
from catalogue.text import Quote, QuoteError, QuoteProblem, parse_quotes, quote_problems
from helpers import VALID

SMALL = load_catalogue(VALID)


def lookup_of(catalogue: Catalogue) -> Lookup:
    return Lookup(catalogue.models, catalogue.techniques, catalogue.entries, catalogue.gpus)


def find(path: str) -> Found:
    return lookup_of(SMALL).find(path)


def shown(found: Found) -> Any:
    return getattr(found.value, "text", getattr(found.value, "en", found.value))


BEE = SMALL.entries["bee-base"]
PATHS = {
    "field of a model": ("ant/name", "Ant"),
    "date": ("ant/dates.paper", "2023-03-10"),
    "field of a variant": ("ant-base/parameters.total", "304.7K"),
    "variant with its kind": ("variant:ant-base/parameters.total", "304.7K"),
    "model with its kind": ("model:bee/track", "general"),
    "technique": ("sharing/introduced.date", "2019-10"),
    "technique with its kind": ("technique:sharing/introduced.by", "The ant team"),
    "GPU": ("wheel/bf16_tflops", "100"),
    "GPU with its kind": ("gpu:wheel/memory_gb", "10"),
    "architecture": ("bee-base/architecture.kv_lora_rank", 32),
    "shared architecture": ("ant-chat/architecture.hidden_size", 64),
    "item by id": ("ant/training.ant-pre.data.tokens", "2T"),
    "item by label": ("ant/training.ant-pre.data.mix.source-code.share", "40%"),
    "item without a name, by position": ("ant/training.ant-pre.learning_rate.phases.1.until", "2T"),
    "score": ("bee/evaluation.bee-scores.rows.counting.scores.bee-base", "60.5"),
    "score keeps its zero": ("bee/evaluation.bee-scores.rows.counting.scores.ant-base", "50.0"),
    "value of a variant": ("ant/training.ant-sft.steps@ant-chat", "20"),
    "text in languages": ("ant/notes.0.text", "The first of the three."),
    "recomputed total": ("bee-base/recomputed.total_parameters", BEE.recount and BEE.recount.total),
    "recomputed cache": (
        "bee-base/recomputed.kv_cache_elements",
        BEE.recount and BEE.recount.kv_cache and BEE.recount.kv_cache.value,
    ),
    "recomputed MTP": ("bee-base/recomputed.mtp_parameters", BEE.recount and BEE.recount.mtp and BEE.recount.mtp.value),
}


@pytest.mark.parametrize(("path", "value"), PATHS.values(), ids=PATHS.keys())
def test_path(path: str, value: Any) -> None:
    found = find(path)
    assert shown(found) == value
    assert (found.recomputed == "bee-base") == ("recomputed" in path)


def test_rate_keeps_its_printed_form() -> None:
    assert shown(find("ant/training.ant-pre.learning_rate.phases.1.rate")) == "1e-4"


def test_recomputed_activated_has_the_basis_that_the_entry_names() -> None:
    assert find("bee-base/recomputed.activated_parameters").value == BEE.recount.activated[ACTIVATED_CONVENTION]


SOURCES = {
    "own source": ("cat/dates.announcement", "cat-repo", "first commit"),
    "source of the block": ("ant-base/architecture.hidden_size", "ant-paper", "Table 2"),
    "source of a block further out": ("bee-base/architecture.hidden_size", "bee-paper", "§1"),
    "source of a value by variant": ("ant/training.ant-sft.steps@ant-chat", "ant-paper", "§3"),
}


@pytest.mark.parametrize(("path", "key", "locus"), SOURCES.values(), ids=SOURCES.keys())
def test_found_value_carries_its_source(path: str, key: str, locus: str) -> None:
    found = find(path)
    assert [(source.key, source.locus) for source in found.source.items] == [(key, locus)]


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("bee-base/parameters.total", "314.7e3"),
        ("ant/training.ant-pre.data.tokens", "2e12"),
        ("ant-base/context_length", "4096"),
        ("ant-base/architecture.hidden_size", "64"),
        ("ant/training.ant-pre.data.mix.web-pages.share", "60"),
    ],
)
def test_number(path: str, number: str) -> None:
    assert find(path).number == Decimal(number)


FAILURES = {
    "no slash": ("ant-base", "`ant-base` is not a path; allowed is `id/field.field`"),
    "nothing behind the slash": ("ant-base/", "is not a path"),
    "unknown id": ("ant-bass/name", "no entry is called `ant-bass`; nearest match: `ant-base`"),
    "unknown kind": (
        "paper:ant/name",
        "`paper:` is not a kind of entry; allowed are model:, variant:, technique:, gpu:",
    ),
    "id of another kind": ("technique:ant/name", "no entry is called `ant`"),
    "unknown field": (
        "ant-base/parameters.totl",
        "there is no `totl` here; nearest match: `total`; there is source, total",
    ),
    "field that is not given": ("ant-base/parameters.activated", "there is no `activated` here"),
    "position of an item that has a name": ("ant/training.0", "there is no `0` here; there is ant-pre, ant-sft"),
    "unknown item": ("ant/training.ant-pro", "nearest match: `ant-pre`"),
    "unknown score": ("bee/evaluation.bee-scores.rows.counting.scores.cat-base", "there is ant-base, bee-base"),
    "behind a value": ("ant/name.en", "`ant/name.en` goes on behind a value"),
    "before a value": ("ant-base/parameters", "is not a single value; go on to one of its fields"),
    "differs by variant": ("ant/training.ant-sft.steps", "differs by variant; add @ and one of ant-base, ant-chat"),
    "unknown variant": ("ant/training.ant-sft.steps@ant-chap", "says nothing of `ant-chap`; nearest match: `ant-chat`"),
    "same for all variants": (
        "ant/training.ant-pre.data.tokens@ant-base",
        "does not differ by variant; take `@ant-base` out",
    ),
    "not recomputed": ("bee-base/recomputed.size", "`size` is not recomputed; allowed are `total_parameters`"),
    "nothing to recompute": ("ant-base/recomputed.mtp_parameters", "cannot be recomputed for `ant-base`"),
}


@pytest.mark.parametrize(("path", "message"), FAILURES.values(), ids=FAILURES.keys())
def test_failure_says_which_part_and_what_there_is(path: str, message: str) -> None:
    with pytest.raises(LookupFailure) as failure:
        find(path)
    assert message in str(failure.value)


def test_failure_does_not_blame_a_complete_architecture() -> None:
    with pytest.raises(LookupFailure) as failure:
        find("ant-base/recomputed.mtp_parameters")
    assert "not complete" not in str(failure.value)


def test_incomplete_architectures_cannot_be_quoted(catalogue: Catalogue) -> None:
    incomplete = [entry for entry in catalogue.entries.values() if entry.recount and entry.recount.missing]
    assert incomplete
    for entry in incomplete:
        with pytest.raises(LookupFailure, match="not complete"):
            lookup_of(catalogue).find(f"variant:{entry.variant.id}/recomputed.total_parameters")


def test_a_model_and_a_variant_of_one_name_are_told_apart_by_the_field(catalogue: Catalogue) -> None:
    shared = sorted(catalogue.models.keys() & catalogue.entries.keys())
    assert shared
    lookup = lookup_of(catalogue)
    for id_ in shared:
        assert lookup.find(f"{id_}/track").value == catalogue.models[id_].track
        total = catalogue.entries[id_].variant.parameters.total.value
        if total is not None:
            assert lookup.find(f"{id_}/parameters.total").value == total
        assert lookup.find(f"variant:{id_}/name").value == catalogue.entries[id_].variant.name
        assert lookup.find(f"model:{id_}/name").value == catalogue.models[id_].name


def test_every_size_of_the_catalogue_can_be_quoted(catalogue: Catalogue) -> None:
    lookup = lookup_of(catalogue)
    for id_, entry in catalogue.entries.items():
        if entry.variant.parameters.total.value is not None:
            found = lookup.find(f"variant:{id_}/parameters.total")
            assert found.value == entry.variant.parameters.total.value
        if entry.recount and entry.recount.total is not None:
            assert lookup.find(f"variant:{id_}/recomputed.{RECOMPUTED[0]}").value == entry.recount.total


def test_what_is_absent_cannot_be_quoted(catalogue: Catalogue) -> None:
    lookup, tried = lookup_of(catalogue), set()
    for model in catalogue.models.values():
        for name in type(model.dates).model_fields:
            value = getattr(model.dates, name)
            if isinstance(value, Single) and value.absence:
                tried.add(value.absence)
                with pytest.raises(LookupFailure, match=f"is {value.absence}; a text cannot quote it"):
                    lookup.find(f"model:{model.id}/dates.{name}")
    assert tried


def test_every_text_of_the_catalogue_is_whole(catalogue: Catalogue) -> None:
    records = [*catalogue.models.values(), *catalogue.techniques.values()]
    texts = [text for told in each_below(records, Text) for text in (told.en, told.zh) if text]
    quoting = [text for text in texts if "{{" in text]
    assert quoting
    assert [problem for text in quoting for problem in quote_problems(text, lookup_of(catalogue))] == []


def test_quotes_are_taken_apart_in_order() -> None:
    parts = list(parse_quotes("Of {{ v('a/b') }} and {{ratio('c/d', \"e/f\")}}."))
    assert parts == [
        "Of ",
        Quote("v", ("a/b",), "{{ v('a/b') }}"),
        " and ",
        Quote("ratio", ("c/d", "e/f"), "{{ratio('c/d', \"e/f\")}}"),
        ".",
    ]


@pytest.mark.parametrize("text", ["plain", "{ one brace }", "x }} y", ""])
def test_text_without_quotes_is_left_alone(text: str) -> None:
    assert "".join(str(part) for part in parse_quotes(text)) == text


BAD_QUOTES = {
    "left open": ("a {{ v('b/c')", "`{{` without `}}`"),
    "left open before another": ("a {{ b('c'\n\n{{ v('a/b') }}", "`{{` without `}}`"),
    "empty": ("{{ }}", "is not a call"),
    "on two lines": ("{{ v(\n'a', 3) }}", "`{{ v( 'a', 3) }}`: arguments are quoted strings"),
    "brackets without end": ("{{ " + "(" * 9999 + " }}", "is not a call"),
    "a word": ("{{ deepseek }}", "is not a call"),
    "an attribute": ("{{ a.b('c') }}", "is not a call"),
    "a named argument": ("{{ v(path='a/b') }}", "is not a call"),
    "quote left open": ("{{ v('a/b) }}", "is not a call"),
    "a number": ("{{ v(3) }}", "arguments are quoted strings"),
    "a call inside": ("{{ v(open('a')) }}", "arguments are quoted strings"),
    "arithmetic": ("{{ v('a' + 'b') }}", "arguments are quoted strings"),
}


@pytest.mark.parametrize(("text", "message"), BAD_QUOTES.values(), ids=BAD_QUOTES.keys())
def test_bad_quote(text: str, message: str) -> None:
    with pytest.raises(QuoteError) as error:
        list(parse_quotes(text))
    assert message in str(error.value)


WRONG_CALLS = {
    "no path": ("{{ v() }}", ("v takes one path",)),
    "half a ratio": ("{{ ratio('ant-base/parameters.total') }}", ("ratio takes two paths",)),
    "a product of one": ("{{ product('2') }}", ("product takes two or more",)),
    "no id": ("{{ m() }}", ("m takes an id",)),
    "an unknown call": ("{{ value('a/b') }}", ("`value` is not a call", "allowed are v, ratio", "m, t, block")),
    "no block": ("{{ block() }}", ("block takes the name of one block", "allowed are families, sources")),
    "an unknown block": (
        "{{ block('source') }}",
        ("no block `source`", "nearest match: `sources`", "families, sources"),
    ),
    "an unknown path": ("{{ ratio('ant-base/parameters.total', 'ant-base/none') }}", ("no `none` here",)),
}


@pytest.mark.parametrize(("call", "says"), WRONG_CALLS.values(), ids=WRONG_CALLS.keys())
def test_wrong_call_on_a_page(call: str, says: tuple[str, ...]) -> None:
    text = f"---\ntitle: A page\n---\n\nWith {{{{ m('ant',\n 'two lines') }}}}.\n\n{call}\n"
    (problem,) = quote_problems(text, lookup_of(SMALL), ("sources", "families"))
    assert problem.line == 8
    assert all(part in problem.message for part in says), problem.message


def test_a_quote_left_open_on_a_page_has_its_line() -> None:
    assert list(quote_problems("One.\n\n{{ v('a/b')", lookup_of(SMALL))) == [QuoteProblem(3, "`{{` without `}}`")]


def test_blocks_are_for_pages_alone() -> None:
    (problem,) = quote_problems("{{ block('sources') }}", lookup_of(SMALL))
    assert (
        problem.message
        == "`block` is not a call; allowed are v, ratio, share, saving, product, bytes, compute, working, m, t"
    )


SCORES = "          - {benchmark: Counting, scores: {ant-base: 50.0, bee-base: 60.5}}\n"
UNUSABLE = {
    "a row of two settings": (
        SCORES.replace("Counting,", "Counting, setting: 1-shot,")
        + SCORES.replace("Counting,", "Counting, setting: 5-shot,"),
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
    file = valid / MODELS
    before = file.read_text(encoding="utf-8")
    assert SCORES in before
    file.write_text(before.replace(SCORES, rows), encoding="utf-8")
    (problem,) = quote_problems(text, lookup_of(load_catalogue(valid)))
    assert says in problem.message


def test_a_variant_without_an_architecture(catalogue: Catalogue) -> None:
    bare = next(entry.variant.id for entry in catalogue.entries.values() if entry.architecture is None)
    with pytest.raises(LookupFailure, match=f"`{bare}` has no architecture"):
        lookup_of(catalogue).find(f"variant:{bare}/architecture.hidden_size")
