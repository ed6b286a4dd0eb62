"""Strict reading of YAML: the values it gives, the line of each, and what it does with nodes that lead back to themselves."""

from decimal import Decimal
from typing import Any

import pytest

from catalogue.strict_yaml import Written, read_yaml

VALUES = {
    "integer": ("61", 61),
    "negative integer": ("-3", -3),
    "decimal": ("2.5", Written("2.5")),
    "exponent": ("1e-6", Written("1e-6")),
    "true": ("true", True),
    "false": ("false", False),
    "date": ("2024-05-07", "2024-05-07"),
    "month": ("2024-05", "2024-05"),
    "plain text": ("236B", "236B"),
    "quoted number": ("'017'", "017"),
    "quoted truth value": ('"on"', "on"),
    "quoted time": ('"12:30"', "12:30"),
    "quoted nothing": ('""', ""),
    "list": ("[1, a]", [1, "a"]),
    "mapping": ("{b: 1, c: 2.0}", {"b": 1, "c": Written("2.0")}),
    "folded text": (">-\n  one\n  two", "one two"),
    "text with a hash": ("a#b", "a#b"),
    "address": ("https://example.org/a", "https://example.org/a"),
}


@pytest.mark.parametrize(("written", "value"), VALUES.values(), ids=VALUES.keys())
def test_value(written: str, value: Any) -> None:
    located = read_yaml(f"a: {written}\n", "a.yaml")
    assert located.findings == []
    assert located.data == {"a": value}
    assert type(located.data["a"]) is type(value)


@pytest.mark.parametrize("printed", ["70.0", "0.10", "1e-6", "2.50"])
def test_decimals_keep_their_digits(printed: str) -> None:
    data = read_yaml(f"a: {printed}\n", "a.yaml").data
    assert data["a"].as_tuple() == Decimal(printed).as_tuple()
    assert data["a"].written == printed


OTHERWISE = "on Off yes NO y n True FALSE 12:30 1:30:00 017 08 0x1F 0o17 0b1 1_000 ~ null Null"


@pytest.mark.parametrize("word", ["", *OTHERWISE.split(" ")])
def test_refused_word_is_named_once_with_its_line_and_accepted_in_quotes(word: str) -> None:
    located = read_yaml(f"# a comment\na:\n  b: {word}\n", "a.yaml")
    (finding,) = located.findings
    assert (finding.file, finding.line, finding.path) == ("a.yaml", 3, "a.b")
    assert f"`{word}`" in finding.found or finding.found == "an empty value"
    assert finding.allowed
    assert finding.fix
    located = read_yaml(f'a: "{word}"\n', "a.yaml")
    assert (located.findings, located.data) == ([], {"a": word})


DOCUMENT = """\
entries:
  - id: first
    sizes:
      total: 3
  - id: second
    words: [one, two]
    text: >-
      folded
"""


def test_line_of_every_value() -> None:
    located = read_yaml(DOCUMENT, "a.yaml")
    text_of = DOCUMENT.splitlines()
    for path, text in {
        ("entries",): "entries:",
        ("entries", 0): "  - id: first",
        ("entries", 0, "sizes", "total"): "      total: 3",
        ("entries", 1, "words", 1): "    words: [one, two]",
        ("entries", 1, "text"): "    text: >-",
    }.items():
        assert text_of[located.line_of(path) - 1] == text, path


def test_first_of_two_equal_keys_is_kept_and_the_second_reported() -> None:
    located = read_yaml("b: 2\na: 1\na: 3\n'a': 4\n", "a.yaml")
    assert located.data == {"b": 2, "a": 1}
    assert [(finding.line, finding.path) for finding in located.findings] == [(3, "a"), (4, "a")]
    assert all("(first on line 2)" in finding.found for finding in located.findings)


def test_every_anchor_and_alias_is_reported() -> None:
    located = read_yaml("a: &x 1\nb: 2\nc: *x\nd: {<<: &y {e: 1}}\n", "a.yaml")
    assert [finding.line for finding in located.findings] == [1, 3, 4]
    assert [finding.line for finding in read_yaml("a: &x [*x]\n", "a.yaml").findings] == [1], "in its own anchor"


def test_what_stands_behind_an_alias_is_not_followed() -> None:
    doubling = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    located = read_yaml("a0: &a0 [1, 1]\n" + doubling, "a.yaml")
    assert located.data is None
    assert [finding.line for finding in located.findings] == list(range(1, 61))


@pytest.mark.parametrize("text", ["[" * 5000, "a: {" * 500 + "}" * 500], ids=["brackets", "braces"])
def test_endless_nesting_is_an_error_and_no_traceback(text: str) -> None:
    assert all("not YAML" in finding.found for finding in read_yaml(text, "a.yaml").findings)


def test_a_question_mark_is_refused_between_brackets_alone() -> None:
    located = read_yaml("a: why?\nb: {c: why?, d: 'why?'}\ne: [[what?]]\nf: [1]\ng: {h: 1}\ni: how?\n", "a.yaml")
    assert [(finding.line, finding.path) for finding in located.findings] == [(2, "b.c"), (3, "e[0][0]")]
