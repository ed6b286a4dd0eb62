"""Bytes of a token's cache in service, added up entry by entry and held against what the makers publish."""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from catalogue.load import load_catalogue
from catalogue.lookup import Lookup
from catalogue.records import Catalogue
from catalogue.schema.quantities import Quantity

V4_FLASH, V4_PRO, V3_2 = "deepseek-v4-flash-base", "deepseek-v4-pro-base", "deepseek-v3.2"
MILLION = 2**20  # tokens of the makers' “1M”


@pytest.fixture(scope="module")
def exact(catalogue: Catalogue) -> Callable[[str], Fraction]:
    return lambda id_: catalogue.entries[id_].stored_cache.exact


def filled(look: Lookup, id_: str, tokens: int) -> int:
    """Bytes of a text of so many tokens, block by block, with the sliding window of every layer."""

    def of(name: str) -> int:
        return int(look.find_number(f"variant:{id_}/architecture.{name}"))

    def stored(name: str) -> int:
        return int(look.find_number(f"model:deepseek-v4/kv_cache.{name}"))

    csa_blocks, hca_blocks = tokens // of("csa_compress_ratio"), tokens // of("hca_compress_ratio")
    total = of("num_hidden_layers") * of("sliding_window") * stored("entry_bytes")
    for _ in range(of("csa_layers")):
        total += csa_blocks * stored("entry_bytes") + csa_blocks * stored("index_key_bytes")
    for _ in range(of("hca_layers")):
        total += hca_blocks * stored("entry_bytes")
    return total


def within(value: Fraction, quantity: Quantity) -> bool:
    """Whether a value rounds to a published one."""
    return abs(value - Fraction(quantity.value)) <= Fraction(quantity.step) / 2


@pytest.mark.parametrize("id_", [V4_FLASH, V4_PRO])
def test_v4_against_v3_2_as_published(look: Lookup, exact: Callable[[str], Fraction], id_: str) -> None:
    """What is counted per token is a long text's cache without its windows; share and factor of the report are with them."""
    own, other = Fraction(filled(look, id_, MILLION)), exact(V3_2) * MILLION
    assert exact(id_) * MILLION == own - filled(look, id_, 0)
    details, variant = "model:deepseek-v4/serving", id_.removesuffix("-base")
    share = look.find(f"{details}.kv-cache-at-1m-context-against-v3-2.value@{variant}").value
    factor = look.find(f"{details}.kv-cache-of-v3-2-over-it-in-the-same-setting.value@{variant}").value
    assert within(100 * own / other, share)
    assert within(other / own, factor)


def test_v2_against_67b_as_published(look: Lookup, exact: Callable[[str], Fraction]) -> None:
    """The abstract's saving is that of the bytes in service, not of the elements."""
    saved = look.find("model:deepseek-v2/serving.kv-cache-saved-against-deepseek-67b.value").value
    base = Fraction(look.find_number("deepseek-llm-67b-base/recomputed.kv_cache_bytes"))
    assert within(100 - 100 * exact("deepseek-v2") / base, saved)
    in_bf16 = Fraction(look.find_number("variant:deepseek-v2/recomputed.kv_cache_bytes"))
    assert not within(100 - 100 * in_bf16 / base, saved)


def test_a_format_that_is_not_published(valid: Path) -> None:
    file = valid / "models.yaml"
    text = file.read_text(encoding="utf-8")
    assert load_catalogue(valid).entries["cat-long"].stored_cache
    for name in ("entry_bytes", "index_key_bytes", "bytes_per_token"):
        text = re.sub(rf"(?m)^( +{name}: ).*$", r"\1not published", text)
    file.write_text(text, encoding="utf-8")
    assert load_catalogue(valid).entries["cat-long"].stored_cache is None
