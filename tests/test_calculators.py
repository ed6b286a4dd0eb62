"""The calculators without a browser: their numbers are those of the derivation."""

from __future__ import annotations

from fractions import Fraction

from catalogue.derive.calculators import MemoryFootprint, MissingFields, memory_footprint, training_effort
from catalogue.derive.training import training_metrics_with_peak
from catalogue.records import Catalogue
from helpers import calculated_cache
from render.pages.calculators import MIXED


def test_fp4_is_counted_with_its_scales() -> None:
    """MXFP4: 32 numbers of four bits share a scale of eight (OCP Microscaling Formats)."""
    assert MIXED["expert_bits"] * 32 == 32 * 4 + 8


def able(catalogue: Catalogue) -> dict[str, MemoryFootprint]:
    """Variants that the memory calculator can work with."""
    found = {id_: memory_footprint(entry) for id_, entry in catalogue.entries.items()}
    return {id_: result for id_, result in found.items() if not isinstance(result, MissingFields)}


def test_cache_is_the_one_of_the_derivation(catalogue: Catalogue) -> None:
    """For one token more, the cache grows by what the model page gives for a token; the window by no more than its size."""
    for id_, found in able(catalogue).items():
        recount = catalogue.entries[id_].recount
        one, two = (calculated_cache(found, length).exact for length in (4096, 4097))
        assert two - one == 2 * recount.kv_cache.exact, id_
        beside = found.sliding_window * found.window_elements + (recount.state.exact if recount.state else 0)
        assert one == 2 * (4096 * recount.kv_cache.exact + beside), id_


def test_computation_of_a_token_is_that_of_the_model_page(catalogue: Catalogue) -> None:
    """The coefficients give the same FLOPs at the length of the pre-training as `derive.training`."""
    compared = 0
    for entry in catalogue.entries.values():
        result, found = training_metrics_with_peak(catalogue.gpus, entry), training_effort(entry)
        if result is None or "flops_per_token" not in result.terms:
            continue
        assert not isinstance(found, MissingFields)
        assert found.attention_flops_per_position is not None
        assert result.terms["matrix_flops"].value == found.matrix_flops
        length = Fraction(result.terms["attention_flops"].exact, found.attention_flops_per_position)
        assert length.denominator == 1
        compared += 1
    assert compared > 5
