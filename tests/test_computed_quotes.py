"""`compute` and `working`: what a page says of a sum over the catalogue is what the sum comes to, and a wrong one is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from catalogue.lookup import Lookup
from catalogue.records import Catalogue
from catalogue.text import Quote, compute_quote, latex_letters, parse_quotes, quote_problems
from render.cite import Citations
from render.context import make_context
from render.exports.markdown import html_to_markdown
from render.formula import inline_mathml, wrapping_mathml
from render.words import ENGLISH
from render.words import load_words as words_of


@pytest.fixture
def lookup(catalogue: Catalogue) -> Lookup:
    return Lookup(catalogue.models, catalogue.techniques, catalogue.entries, catalogue.gpus)


def _quote(text: str) -> Quote:
    (quote,) = parse_quotes(text)
    assert isinstance(quote, Quote)
    return quote


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ compute('6 * n', 'n=deepseek-v3-base/architecture.num_hidden_layers', 'as=whole') }}", ">366</span>"),
        ("{{ working('2 * n', 'n=deepseek-v3-base/architecture.num_hidden_layers') }}", "2 × <a"),
        ("{{ working('exp(-2)', 'as=0.001') }}", "exp(−2) = 0.135"),
        ("{{ compute('n / 4', 'n=3', 'as=percent') }}", ">75%</span>"),
        ("{{ compute('1 - n', 'n=3.5', 'as=0.1') }}", ">−2.5</span>"),
        ("{{ compute('max(n, 7) / 2000', 'n=3', 'as=time') }}", ">3.50\N{NO-BREAK SPACE}ms</span>"),
        ("{{ compute('sqrt(n) * 1000000', 'n=4', 'as=bytes') }}", ">2.00\N{NO-BREAK SPACE}MB</span>"),
    ],
)
def test_a_sum_is_worked_out_and_written(catalogue: Catalogue, text: str, shown: str) -> None:
    citations = Citations(make_context(catalogue, words_of(ENGLISH)))
    assert shown in str(citations.resolve_quote(_quote(text)))


def test_the_working_names_the_source_of_what_went_in(catalogue: Catalogue) -> None:
    citations = Citations(make_context(catalogue, words_of(ENGLISH)))
    citations.resolve_quote(_quote("{{ working('2 * n', 'n=deepseek-v3-base/architecture.num_hidden_layers') }}"))
    assert [source.key for sources in citations.numbers for source in sources.items] == [
        "deepseek-v3",
        "deepseek-v3-repo",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ compute('2 * n') }}", "`n` has no value; write `'n=id/field'` behind the formula"),
        ("{{ compute('2 * n', 'n=3', 'm=4') }}", "`m` does not occur in the formula"),
        (
            "{{ compute('2 * n', 'n=deepseek-v3-base/architecture.num_hidden_layer') }}",
            "nearest match: `num_hidden_layers`",
        ),
        ("{{ compute('2 ** n', 'n=3') }}", "is not a formula"),
        ("{{ compute('2 * (n', 'n=3') }}", "is not a formula"),
        ("{{ compute('1 / (n - 3)', 'n=3') }}", "has no value"),
        ("{{ compute('n', 'n=3', 'as=byte') }}", "nearest match: `bytes`"),
        ("{{ compute('n', '3') }}", "is no named value"),
        ("{{ compute('ln(n)', 'n=0') }}", "has no value"),
    ],
)
def test_a_sum_that_cannot_be_worked_out_is_refused(lookup: Lookup, text: str, says: str) -> None:
    (found,) = quote_problems(text, lookup, {"sources"})
    assert says in found.message


def test_decimals_are_exact(lookup: Lookup) -> None:
    assert compute_quote(_quote("{{ compute('n * 0.1 - 0.3', 'n=3') }}"), lookup).exact == Fraction(0)


def test_latex_in_a_sentence_keeps_its_backslashes() -> None:
    assert _quote(r"{{ math('\theta_t \ne \nu') }}").arguments == (r"\theta_t \ne \nu",)


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\mathcal{L}_{\mathrm{MTP}} = \frac{\lambda}{D}", {"mathcal L", "lambda", "D"}),
        (r"\mathbf{q}_{t,i}^{T} \cdot \mathbf{k}", {"q", "t", "i", "T", "k"}),
        (r"\begin{pmatrix} x & 0 \end{pmatrix}", {"x"}),
        (r"\text{forward} \le \hat{A} \qquad \sqrt{d_h}", {"A", "d", "h"}),
    ],
)
def test_the_letters_of_a_formula(latex: str, expected: set[str]) -> None:
    assert latex_letters(latex) == expected


def test_a_formula_of_parts_can_wrap_and_one_with_a_space_in_brackets_stays_whole() -> None:
    assert wrapping_mathml(r"a = b , \qquad c = d").count("<math ") == 2
    assert wrapping_mathml(r"\frac{a \qquad b}{c}").count("<math ") == 1
    assert "ds-wrapping" not in wrapping_mathml(r"a = b")


def test_formulas_are_latex_again_in_the_copy_in_markdown() -> None:
    def copy(html: str) -> str:
        return html_to_markdown(html, lambda address: address)

    letter, parts = inline_mathml(r"\theta_t"), wrapping_mathml(r"a = b , \qquad c = d")
    assert copy(f"<p>with <span>{letter}</span> there</p>") == r"with $\theta_t$ there"
    assert copy(f"<span>{inline_mathml('q')}</span>") == "$q$"
    assert copy(f"<figure>{parts}</figure>") == "$$\na = b , \\qquad c = d\n$$"
