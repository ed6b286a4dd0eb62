"""What others publish beside the catalogue: every value agrees, is theirs alone, or has a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalogue.records import Catalogue
from catalogue.schema.documents import WitnessRow
from catalogue.witnesses import Outcome, _compare_value, compare_witness


def test_every_witness_has_a_dated_file(catalogue: Catalogue) -> None:
    assert len(catalogue.witnesses) >= 3
    for witness in catalogue.witnesses:
        testimony = catalogue.testimony[witness.id]
        assert testimony.version, witness.id
        assert len(testimony.date) == 10, witness.id
        assert len(testimony.rows) >= 10, witness.id


def test_every_difference_has_a_reason_and_every_reason_a_difference(catalogue: Catalogue) -> None:
    found = [(witness.id, one) for witness in catalogue.witnesses for one in compare_witness(catalogue, witness)]
    differing = [(id_, one) for id_, one in found if one.outcome is Outcome.DIFFERS]
    assert [(one.row, one.ours) for _, one in differing if one.reason is None] == []
    needed = {(id_, one.row.variant, one.row.field) for id_, one in differing}
    assert {(r.witness, r.variant, r.field) for r in catalogue.witness_reasons} <= needed
    assert sum(one.outcome is Outcome.AGREES for _, one in found) > 70


@pytest.mark.parametrize(
    ("field", "value", "outcome"),
    [
        ("num_hidden_layers", 61, Outcome.AGREES),
        ("num_hidden_layers", 60, Outcome.DIFFERS),
        ("context_length", 128_000, Outcome.AGREES),
        ("context_length", 64_000, Outcome.DIFFERS),
        ("total_parameters", 674 * 10**9, Outcome.AGREES),
        ("total_parameters", 685 * 10**9, Outcome.DIFFERS),
        ("training_flops", 3.4e24, Outcome.AGREES),
        ("training_flops", 3.0e24, Outcome.DIFFERS),
        ("gpu_count", 2048, Outcome.AGREES),
        ("gpu_count", 2000, Outcome.DIFFERS),
        ("released", "2024-12-25", Outcome.AGREES),
        ("released", "2024-12-24", Outcome.DIFFERS),
        ("tie_word_embeddings", False, Outcome.AGREES),
        ("tie_word_embeddings", True, Outcome.DIFFERS),
        ("favourite_colour", "blue", Outcome.ONLY_THEIRS),
    ],
)
def test_a_value_is_compared_within_its_tolerance(
    catalogue: Catalogue, field: str, value: bool | float | str, outcome: Outcome
) -> None:
    row = WitnessRow(variant="deepseek-v3-base", field=field, value=value)
    if field == "released":
        row = WitnessRow(variant="deepseek-v3", field=field, value=value)
    assert _compare_value(catalogue, row, None).outcome is outcome, Decimal(0)
