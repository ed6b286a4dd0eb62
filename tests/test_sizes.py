"""Sizes: what is recomputed agrees with what is published, and with a count of every matrix written out by hand."""

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from catalogue.derive.parameters import compare_published
from catalogue.records import Catalogue, Entry
from catalogue.schema.architecture import Attention, FeedForward
from catalogue.schema.model import ActivatedBasis, PartKind
from catalogue.schema.quantities import Quantity, Share
from helpers import contemporary_entries
from shapes import (
    config,
    expert_layer_shapes,
    gated,
    model_shapes,
    reading_of,
    stream_head_shapes,
    stream_shapes,
    weights,
)


def own(entry: Entry) -> bool:
    """Whether the architecture is its own and not shared with another variant."""
    return entry.recount is not None and entry.architecture_owner == entry.variant.id


def complete(entry: Entry) -> bool:
    return own(entry) and entry.recount.total is not None


def sparse(entry: Entry) -> bool:
    return complete(entry) and entry.architecture.feed_forward.value is FeedForward.DEEPSEEK_MOE


@pytest.fixture(scope="module")
def entries(small: Catalogue, catalogue: Catalogue) -> dict[str, Entry]:
    return {**small.entries, **catalogue.entries, **contemporary_entries(catalogue)}


def each(wanted: Callable[[Entry], object]) -> Callable[[Callable[[Entry], None]], Callable[..., None]]:
    """Run a test on every entry that it is about, all of both catalogues, and name each one that fails."""

    def decorated(test: Callable[[Entry], None]) -> Callable[..., None]:
        def on_each(subtests: pytest.Subtests, entries: dict[str, Entry]) -> None:
            some = [entry for entry in entries.values() if wanted(entry)]
            assert some
            for entry in some:
                with subtests.test(entry.variant.id):
                    test(entry)

        on_each.__doc__ = test.__doc__
        return on_each

    return decorated


def test_the_kinds_are_all_there(entries: dict[str, Entry]) -> None:
    architectures = [config(e.architecture) for e in entries.values() if complete(e)]
    assert {architecture.attention for architecture in architectures} == set(Attention)
    assert {architecture.feed_forward for architecture in architectures} == set(FeedForward)


@each(complete)
def test_total_is_the_sum_of_all_matrices(entry: Entry) -> None:
    assert entry.recount.total == weights(model_shapes(config(entry.architecture)))


@each(sparse)
def test_activated_is_the_sum_of_the_matrices_a_token_reaches(entry: Entry) -> None:
    c = config(entry.architecture)
    reached = weights(model_shapes(c, c.num_experts_per_tok))
    embedding = c.vocab_size * c.hidden_size
    assert not c.tie_word_embeddings
    assert entry.recount.activated == {
        ActivatedBasis.ALL: reached,
        ActivatedBasis.NO_INPUT_EMBEDDING: reached - embedding,
        ActivatedBasis.NO_EMBEDDINGS: reached - 2 * embedding,
    }


def drafted(entry: Entry) -> bool:
    """Whether the blocks behind the model are those of a drafter and not MTP modules."""
    return config(entry.architecture).dspark_n_routed_experts is not None


def with_blocks_behind(entry: Entry) -> bool:
    return sparse(entry) and bool(config(entry.architecture).num_nextn_predict_layers)


@each(lambda entry: with_blocks_behind(entry) and not drafted(entry))
def test_mtp_modules_are_a_layer_a_projection_and_their_norms(entry: Entry) -> None:
    c = config(entry.architecture)
    width = c.hidden_size
    before_the_layer = [(width,), (width,), (width, 2 * width)]
    layer = [(width,), (width,), *reading_of(c).shapes(c, "window"), *stream_shapes(c)]
    layer += expert_layer_shapes(c, c.n_routed_experts)
    module = [*before_the_layer, *layer, (width,), *stream_head_shapes(c)]
    assert entry.recount.mtp.value == c.num_nextn_predict_layers * weights(module)


@each(lambda entry: with_blocks_behind(entry) and drafted(entry))
def test_a_drafter_is_its_blocks_what_it_reads_and_two_heads(entry: Entry) -> None:
    c = config(entry.architecture)
    width = c.hidden_size
    small = SimpleNamespace(**{**vars(c), "n_routed_experts": c.dspark_n_routed_experts})
    block = [(width,), (width,), *reading_of(c).shapes(c, "window"), *stream_shapes(c)]
    block += expert_layer_shapes(small, small.n_routed_experts)
    reads = [(width, c.dspark_target_layers * width), (width,)]
    heads = [(c.vocab_size, c.dspark_markov_rank)] * 2 + [(1, width + c.dspark_markov_rank), (width,)]
    assert entry.recount.mtp.value == weights([*block * c.num_nextn_predict_layers, *reads, *heads])


@each(lambda entry: own(entry) and entry.recount and entry.recount.engram)
def test_engram_is_its_tables_and_a_key_per_stream_with_one_value(entry: Entry) -> None:
    c = config(entry.architecture)
    looked_up = sum(c.engram_head_dim for _ in range(2, c.engram_max_ngram_size + 1) for _ in range(c.engram_n_heads))
    module = [((c.hc_mult + 1) * c.hidden_size, looked_up), *[(c.hc_mult, c.hidden_size)] * 2]
    tables, projections = entry.recount.engram
    assert tables.value == c.engram_num_embeddings * c.engram_head_dim
    assert projections.value == weights(module * c.engram_layers)


@each(lambda entry: own(entry) and entry.recount and entry.recount.prefill)
def test_reading_takes_the_layers_of_the_encoder(entry: Entry) -> None:
    c = config(entry.architecture)
    kinds = ["encoder cache"] * c.encoder_cache_layers
    kinds += ["window"] * (c.encoder_layers - len(kinds))
    layers = [shape for kind in kinds for shape in [*[(c.hidden_size,)] * 2, *reading_of(c).shapes(c, kind)]]
    beside = [*stream_shapes(c), *expert_layer_shapes(c, c.num_experts_per_tok)]
    assert entry.recount.prefill.value == weights([*layers, *beside * len(kinds)])


@each(lambda entry: entry.variant.vision)
def test_a_vision_encoder_is_the_sum_of_its_matrices(entry: Entry) -> None:
    v = config(entry.variant.vision)
    wide, inner, out = v.hidden_size, v.intermediate_size, config(entry.architecture).hidden_size
    block = [(3 * wide, wide), (3 * wide,), (wide, wide), (wide,), *gated(wide, inner), (wide,), (wide,)]
    patches = [(wide, 3, v.patch_size, v.patch_size), (wide,)]
    projector = [(out, wide * v.downsample_ratio**2), (out,), (out, out), (out,)]
    shapes = [*patches, *block * v.num_hidden_layers, (wide,), *projector, *[(out,)] * v.delimiters]
    assert entry.parts[PartKind.VISION].value == weights(shapes)


@each(lambda entry: entry.parts)
def test_everything_is_the_main_model_and_what_stands_beside_it(entry: Entry) -> None:
    assert entry.recount.total
    beside = [entry.recount.mtp, *entry.recount.engram, entry.parts.get(PartKind.VISION)]
    together = entry.recount.total + sum(term.value for term in beside if term)
    assert entry.parts[PartKind.EVERYTHING].value == together


def test_published_parts_agree_or_the_entry_explains(entries: dict[str, Entry]) -> None:
    compared = [
        (part, found)
        for entry in entries.values()
        for part in entry.variant.parameters.parts
        if (found := entry.part_agreement(part)) is not None
    ]
    assert {part.recount for part, _ in compared} == set(PartKind)
    assert [part.name.en for part, found in compared if found.holds == bool(part.explanation)] == []


@each(lambda entry: complete(entry) and not sparse(entry))
def test_every_parameter_of_a_dense_model_is_active(entry: Entry) -> None:
    assert entry.recount.inactive_experts is None
    assert entry.recount.activated[ActivatedBasis.ALL] == entry.recount.total


@each(lambda entry: own(entry) and entry.recount and entry.recount.kv_cache)
def test_cache_holds_what_each_layer_keeps_of_a_token(entry: Entry) -> None:
    c = config(entry.architecture)
    assert entry.recount.kv_cache.value == reading_of(c).cached(c)


@each(lambda entry: entry.recount)
def test_terms_add_up_or_the_missing_fields_are_named(entry: Entry) -> None:
    if entry.recount.total is not None:
        assert entry.recount.missing == ()
        assert sum(term.value for term in entry.recount.terms) == entry.recount.total
        assert all(term.value >= 0 for term in entry.recount.terms)
    else:
        assert entry.recount.missing
        assert {getattr(config(entry.architecture), name) for name in entry.recount.missing} == {None}
        assert entry.recount.activated == {}


@each(complete)
def test_shown_working_gives_the_shown_value(entry: Entry) -> None:
    others = (entry.recount.inactive_experts, entry.recount.kv_cache, *entry.parts.values())
    for term in [*entry.recount.terms, *(other for other in others if other)]:
        shown = term.numbers.replace(",", "").replace("×", "*").replace("÷", "/").replace("−", "-")
        assert re.fullmatch(r"[\d+*/() -]+", shown), term
        assert eval(shown) == term.value, term


AGREEMENTS = {
    "half a unit of the last digit": ("236B", 235_500_000_000, None, True),
    "just past it": ("236B", 235_499_999_999, None, False),
    "decimals narrow it": ("15.7B", 15_751_000_000, None, False),
    "trailing zero counts": ("2.0B", 2_060_000_000, None, False),
    "exact number": ("304704", 304_705, None, False),
    "per cent": ("100M", 101_000_000, "1%", True),
    "just past the per cent": ("100M", 101_000_001, "1%", False),
}


@pytest.mark.parametrize(("published", "recomputed", "tolerance", "holds"), AGREEMENTS.values(), ids=AGREEMENTS.keys())
def test_agreement(published: str, recomputed: int, tolerance: str | None, holds: bool) -> None:
    share = Share.parse(tolerance) if tolerance else None
    assert compare_published(Quantity.parse(published), recomputed, share).holds is holds
