"""A kind of attention is one module that everything uses; what is forgotten of a new one speaks where it is loaded."""

from fractions import Fraction

from catalogue.attention import KINDS, fields_of_kinds, window_formula
from catalogue.derive.expression import architecture_numbers, evaluate_formula
from catalogue.records import Catalogue
from catalogue.schema.architecture import Architecture, Attention
from helpers import contemporary_entries
from render.figures.architecture.attention import DRAWINGS


def test_every_kind_of_the_schema_has_a_module_and_a_drawing() -> None:
    assert set(KINDS) == set(DRAWINGS) == set(Attention)


def test_the_cache_is_the_sum_of_what_the_layers_keep(catalogue: Catalogue, small: Catalogue) -> None:
    """The formula of all layers, and those of one layer that the figures draw, say the same."""
    seen = set()
    owners = [e for c in (catalogue, small) for e in c.entries.values() if e.variant.architecture is not None]
    for entry in (*owners, *contemporary_entries(catalogue).values()):
        if not entry.architecture.attention.value:
            continue
        kind, numbers = KINDS[entry.architecture.attention.value], architecture_numbers(entry.architecture)
        if entry.recount is None or entry.recount.kv_cache is None:
            continue
        if window_formula(entry.architecture, numbers) and not kind.layer_names:  # some layers see the window alone
            numbers = {**numbers, "num_hidden_layers": numbers["num_hidden_layers"] - numbers["sliding_window_layers"]}
        parts = [
            numbers[form.layers] * evaluate_formula(form.name, form.per_token(numbers), numbers).exact
            for form in kind.caching_layers
        ]
        assert sum(parts, Fraction()) == entry.recount.kv_cache.exact, entry.variant.id
        seen.add(kind.kind)
    assert seen == set(Attention), "each kind is held once at least"


def test_fields_of_a_kind_are_fields_of_the_schema_and_said_once() -> None:
    for kind in KINDS.values():
        assert {*kind.needed, *kind.allowed} <= Architecture.model_fields.keys()
        assert not set(kind.needed) & set(kind.allowed), kind.kind
    belongs = fields_of_kinds()
    assert Attention.MLA in belongs["kv_lora_rank"].owners
    assert Attention.CSA_HCA in belongs["index_topk"].needed_by
    assert {Attention.MLA, Attention.CSA2} <= set(belongs["index_topk"].also_in)
