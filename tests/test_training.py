"""What follows from an architecture and a pre-training, against arithmetic done apart; and what is not computed."""

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from catalogue.derive.expression import evaluate_formula
from catalogue.derive.training import (
    headline_tokens,
    pre_training,
    pre_training_tokens,
    training_metrics,
)
from catalogue.files import MODELS
from catalogue.load import load_catalogue
from catalogue.lookup import Lookup
from catalogue.records import Catalogue, Entry
from catalogue.schema.model import ActivatedBasis
from catalogue.schema.training import MAKE_A_BASE_MODEL, StageKind
from helpers import edit
from render.format import format_quantity

CHECKED = (
    "deepseek-llm-67b-base",
    "deepseek-coder-5.7bmqa-base",
    "deepseek-moe-16b-base",
    "deepseek-v2",
    "deepseek-v3-base",
)
SHARES = ("utilisation", "utilisation_without_mask")


@pytest.fixture(scope="module")
def peak(look: Lookup) -> Decimal:
    return look.find_number("gpu:nvidia-h800/bf16_tflops") * 10**12


def by_hand(entry: Entry) -> dict[str, Fraction]:
    """The same lines from the catalogue's values, by loops over layers, heads and tokens instead of a product."""
    architecture, id_ = entry.architecture, entry.variant.id
    stage = next(s for s in entry.model.training if s.kind is StageKind.PRE_TRAINING and id_ in s.variants)
    single, length = stage.data.tokens.for_variant(id_), stage.sequence_length.for_variant(id_)
    heads, layers = architecture.num_attention_heads.value, architecture.num_hidden_layers.value
    width = architecture.hidden_size.value
    if architecture.v_head_dim is None:
        query = value = architecture.head_dim.value if architecture.head_dim else width // heads
    else:
        query = architecture.qk_nope_head_dim.value + architecture.qk_rope_head_dim.value
        value = architecture.v_head_dim.value
    earlier = Fraction(int(length.value.value), 2)
    attention = sum(3 * 2 * (query + value) * earlier for _ in range(layers) for _ in range(heads))
    whole = Fraction(entry.recount.activated[ActivatedBasis.ALL])
    matrices = whole if architecture.tie_word_embeddings.value else whole - architecture.vocab_size.value * width
    tokens = Fraction(single.value.value)
    return {
        "sparsity": matrices / entry.recount.total,
        "tokens_per_parameter": tokens / entry.recount.total,
        "tokens_per_activated": tokens / matrices,
        "kv_cache_bytes": Fraction(entry.recount.kv_cache.value * 16, 8),
        "matrix_flops": 3 * 2 * matrices,
        "attention_flops": Fraction(attention),
        "flops_per_token": 3 * 2 * matrices + attention,
        "training_flops": (3 * 2 * matrices + attention) * tokens,
    }


@pytest.mark.parametrize("id_", CHECKED)
def test_values_against_arithmetic_done_apart(catalogue: Catalogue, id_: str) -> None:
    expected = by_hand(catalogue.entries[id_])
    terms = {name: t for name, t in training_metrics(catalogue.entries[id_]).terms.items() if name not in SHARES}
    if catalogue.entries[id_].variant.parameters.activated is None:
        expected = {k: v for k, v in expected.items() if k not in ("sparsity", "tokens_per_activated")}
    assert {name: t.exact for name, t in terms.items()} == expected


HOURS = [
    ("deepseek-v3-base", "model:deepseek-v3/infrastructure.gpu_hours.pre-training", False),
    ("deepseek-v2", "model:deepseek-v2/infrastructure.gpu_hours.pre-training-per-trillion-tokens", True),
    (
        "deepseek-llm-67b-base",
        "model:deepseek-llm/infrastructure.gpu_hours.pre-training-of-the-67b-for-each-trillion-tokens",
        True,
    ),
]


@pytest.mark.parametrize(
    ("id_", "hours", "per_trillion"), HOURS, ids=["whole run", "a trillion tokens", "a trillion, of one size"]
)
def test_utilisation(
    catalogue: Catalogue, look: Lookup, peak: Decimal, id_: str, hours: str, per_trillion: bool
) -> None:
    terms, expected = training_metrics(catalogue.entries[id_], peak).terms, by_hand(catalogue.entries[id_])
    tokens = Fraction(10**12) if per_trillion else expected["training_flops"] / expected["flops_per_token"]
    seconds = Fraction(look.find_number(f"{hours}.hours")) * 60 * 60
    assert terms["utilisation"].exact == expected["flops_per_token"] * tokens / seconds / Fraction(peak)
    without_mask = expected["flops_per_token"] + expected["attention_flops"]
    assert terms["utilisation_without_mask"].exact == without_mask * tokens / seconds / Fraction(peak)


def test_v3_agrees_with_the_hardware_paper(catalogue: Catalogue, look: Lookup, peak: Decimal) -> None:
    """The makers' own computation per token to its printed digits, and their utilisation to a few tenths of a point."""
    terms = training_metrics(catalogue.entries["deepseek-v3-base"], peak).terms
    per_token = look.find("model:deepseek-v3/infrastructure.gflop_per_token").value
    utilisation = look.find_number("model:deepseek-v3/infrastructure.model_flops_utilization")
    assert abs(terms["flops_per_token"].exact / 10**9 - Fraction(per_token.value)) <= Fraction(per_token.step) / 2
    assert abs(100 * terms["utilisation"].exact - Fraction(utilisation)) < Fraction(1, 4)
    assert terms["utilisation"].exact < terms["utilisation_without_mask"].exact


def test_what_is_shown_is_what_is_computed(catalogue: Catalogue, peak: Decimal) -> None:
    """The numbers put in give the result when they are worked out again."""
    superscript = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    checked = 0
    for entry in catalogue.entries.values():
        result = training_metrics(entry, peak)
        for line in result.terms.values() if result else ():
            text = re.sub(
                r"(?:([\d.]+) × )?\b10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)",
                lambda m: str(int(Decimal(m[1] or 1) * 10 ** int(m[2].translate(superscript)))),
                line.numbers,
            )
            again = re.sub(r"\d[\d,]*", lambda m: m[0].replace(",", ""), text).translate(str.maketrans("×÷−", "*/-"))
            assert evaluate_formula("again", again, {}).exact == line.exact, (entry.variant.id, line.name)
            checked += 1
    assert checked


def test_the_headline_never_counts_a_part_for_the_whole(built: Path, catalogue: Catalogue) -> None:
    """The tokens at the top of a page are no fewer than those of any stage that made the model, as far as they are published."""
    shown = 0
    for model in catalogue.models.values():
        stages = [s for s in model.training if s.kind in MAKE_A_BASE_MODEL and model.flagship in s.variants]
        singles = [s.data.tokens.for_variant(model.flagship) for s in stages if s.data and s.data.tokens]
        counts = [single.value.value for single in singles if single is not None and single.value is not None]
        headline = headline_tokens(model, model.flagship)
        if headline is None or headline.value is None:
            continue
        assert headline.value.value >= max(counts), model.id
        page = (built / "models" / model.id / "index.html").read_text(encoding="utf-8")
        assert f">{format_quantity(headline.value)}</a>" in page, model.id
        shown += 1
    assert shown > 8


@pytest.mark.parametrize(("tokens", "counts"), [("2T", True), ("~2T", True), ("<2T", False), (">2T", False)])
def test_a_bound_is_no_count(valid: Path, tokens: str, counts: bool) -> None:
    edit(valid / MODELS, ("tokens: 2T", f'tokens: "{tokens}"'))
    entry = load_catalogue(valid).entries["ant-base"]
    assert (pre_training_tokens(entry) is not None) == (training_metrics(entry) is not None) == counts


def test_what_goes_on_from_other_weights_is_not_made_from_nothing(valid: Path) -> None:
    """Tokens of a stage that begins with another model's weights are not all that the weights have seen."""
    assert pre_training(load_catalogue(valid).entries["ant-base"]) is not None
    base, begun = "kind: base\n        {}source: ant-paper §1", "starts_from: {}"
    edit(
        valid / MODELS,
        (base.format(""), base.format("based_on: Gnu-1B\n        ")),
        (begun.format("random initialisation"), begun.format("Gnu-1B")),
    )
    assert pre_training(load_catalogue(valid).entries["ant-base"]) is None
