"""The dimensions of an architecture fit together, its layout adds up, its size is what it says, and check digits hold; contemporaries too."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count, islice
from math import isqrt
from typing import Any, NamedTuple

from ..attention import Kind, fields_of_kinds, foreign_kind, kind_of, stated_kinds
from ..derive.expression import LayoutError, architecture_numbers, parse_layout
from ..derive.parameters import ACTIVATED_CONVENTION, Agreement, Recount, recount_sizes
from ..files import CONTEMPORARIES
from ..findings import KeyPath, nearest_in_quotes
from ..schema.architecture import Architecture, FeedForward
from ..schema.documents import Contemporary
from ..schema.model import ActivatedBasis, Explanation
from ..schema.quantities import Quantity
from ..schema.values import Block, Single, Sources, walk_record
from .draft import Breach, Draft, Scope, rule


@cache
def _fields_by_kind(*stated: Kind) -> list[tuple[str, Kind | None, Kind | None]]:
    """Field, the stated kind that needs it, the stated kind that lacks it."""
    return [
        (name, next((kind for kind in stated if kind in field.needed_by), None), foreign_kind(field, stated))
        for name, field in fields_of_kinds().items()
    ]


def _all_architectures(draft: Draft) -> Iterator[tuple[KeyPath, Architecture]]:
    for path, _, variant in draft.each_variant():
        if variant.architecture is not None:
            yield (*path, "architecture"), variant.architecture


@rule(Scope.ENTRY, fix="take it out, or correct the kind")
def fields_for_the_kind(draft: Draft) -> Iterator[Breach]:
    """A kind of attention or feed-forward network has the fields that size it, and no field that belongs to another kind."""
    for path, architecture in _all_architectures(draft):
        stated = stated_kinds(architecture)
        for name, needing, foreign in _fields_by_kind(*stated):
            there = getattr(architecture, name) is not None
            if needing and not there:
                yield _missing_field(path, name, f"{needing} needs it")
            if there and foreign:
                allowed = "it belongs to " + " and ".join(fields_of_kinds()[name].owners)
                yield Breach((*path, name), f"`{name}` beside `{foreign}`", allowed)
        moe = architecture.feed_forward.value is FeedForward.DEEPSEEK_MOE
        if moe and _has_dense_layers(architecture) and architecture.intermediate_size is None:
            yield _missing_field(path, "intermediate_size", "the layers that keep a dense network need it")


def _missing_field(path: KeyPath, name: str, why: str) -> Breach:
    fix = f"add `{name}:`, 0 where there is none, or say `not published` or `not applicable`"
    return Breach(path, f"`{name}` is missing", why, fix=fix)


def _has_dense_layers(architecture: Architecture) -> bool:
    numbers = architecture_numbers(architecture)
    return numbers.get("first_k_dense_replace", 0) > 0 or numbers.get("moe_layer_freq", 1) > 1


@rule(Scope.ENTRY, fix="correct one of them, or add `head_dim`")
def heads_fit_the_attention(draft: Draft) -> Iterator[Breach]:
    """Heads fit the kind of attention, and heads that share keys and values divide evenly."""
    for path, architecture in _all_architectures(draft):
        numbers, kind = architecture_numbers(architecture), kind_of(architecture)
        heads_, shared = numbers.get("num_attention_heads"), numbers.get("num_key_value_heads")
        if heads_ and shared:
            expected = kind.key_value_heads if kind else None
            if kind and expected and expected.fits and not expected.fits(heads_, shared):
                allowed = f"allowed is {expected.allowed.format(heads=heads_)}"
                yield Breach((*path, "num_key_value_heads"), f"{shared} key-value heads with {kind.kind}", allowed)
            elif heads_ % shared:
                found = f"{heads_} query heads do not divide over {shared} key-value heads"
                yield Breach((*path, "num_key_value_heads"), found)
        width = numbers.get("hidden_size")
        follows = kind is None or kind.head_dim_follows
        if architecture.head_dim is None and follows and width and heads_ and width % heads_:
            yield Breach((*path, "num_attention_heads"), f"hidden_size {width} does not divide over {heads_} heads")


@rule(Scope.ENTRY, fix="correct one of the two")
def experts_fit_the_model(draft: Draft) -> Iterator[Breach]:
    """A token reaches no more experts than there are, groups divide the experts, and dense layers fit into the model."""
    for path, architecture in _all_architectures(draft):
        numbers = architecture_numbers(architecture)
        for small, large in (
            ("num_experts_per_tok", "n_routed_experts"),
            ("topk_group", "n_group"),
            ("first_k_dense_replace", "num_hidden_layers"),
        ):
            a, b = numbers.get(small), numbers.get(large)
            if a is not None and b is not None and a > b:
                yield Breach((*path, small), f"{small} {a} is more than {large} {b}")
        routed, groups = numbers.get("n_routed_experts"), numbers.get("n_group")
        if routed and groups and routed % groups:
            yield Breach((*path, "n_group"), f"{routed} experts do not divide into {groups} groups")


@rule(Scope.ENTRY, fix="correct one of them")
def layers_of_each_kind(draft: Draft) -> Iterator[Breach]:
    """With CSA and HCA, the layers of each kind and those with the window alone make up all layers."""
    for path, architecture in _all_architectures(draft):
        numbers, kind = architecture_numbers(architecture), kind_of(architecture)
        parts = [numbers.get(name, 0) for name in (kind.layer_parts if kind else ())]
        layers = numbers.get("num_hidden_layers")
        if parts and layers is not None and sum(parts) != layers:
            found = f"{layers} layers, but {' + '.join(map(str, parts))} = {sum(parts)} by kind"
            yield Breach((*path, "num_hidden_layers"), found)


# What sizes a module beside the fields that are called after it.
_MODULES = {"engram": "hc_mult", "dspark": "num_nextn_predict_layers"}


@rule(Scope.ENTRY)
def modules_complete(draft: Draft) -> Iterator[Breach]:
    """An architecture has all fields that size Engram or the DSpark drafter, or none of them."""
    for path, architecture in _all_architectures(draft):
        for prefix, beside in _MODULES.items():
            own = [name for name in Architecture.model_fields if name.startswith(f"{prefix}_")]
            there = [name for name in own if getattr(architecture, name) is not None]
            for name in (*own, beside) if there else ():
                if getattr(architecture, name) is None:
                    yield _missing_field(path, name, f"`{there[0]}` needs it")


@rule(Scope.CATALOGUE, fix="correct the rows or what they follow from")
def engram_rows(draft: Draft) -> Iterator[Breach]:
    """The rows of Engram's tables add up to the primes that follow its table size, one for each layer, length of sequence and hash head."""
    for path, architecture in _all_architectures(draft):
        numbers = architecture_numbers(architecture)
        names = ("num_embeddings", "vocab_size", "layers", "max_ngram_size", "n_heads")
        sizes = [numbers[f"engram_{name}"] for name in names if f"engram_{name}" in numbers]
        if len(sizes) != len(names):
            continue
        rows, start, layers, longest, hash_heads = sizes
        expected = _sum_of_primes(start, layers * (longest - 1) * hash_heads)
        if rows != expected:
            found = f"{rows:,} rows, but the primes from {start:,} on add up to {expected:,}"
            yield Breach((*path, "engram_num_embeddings"), found)


@cache
def _sum_of_primes(start: int, how_many: int) -> int:
    return sum(islice(_primes_from(start), how_many))


def _primes_from(start: int) -> Iterator[int]:
    """No Engram table shares its size with another (`find_next_prime` of engram_demo_v1.py)."""
    return (number for number in count(start) if all(number % divisor for divisor in range(2, isqrt(number) + 1)))


@rule(Scope.CATALOGUE, fix="take it out, or give this variant an `architecture` of its own")
def exceptions_differ(draft: Draft) -> Iterator[Breach]:
    """Settings that a variant names beside an architecture it shares differ from it."""
    for path, _, variant in draft.each_variant():
        shared = draft.entries.get(variant.architecture_of or "")
        if variant.architecture_except is not None and shared is not None and shared.architecture is not None:
            where = (*path, "architecture_except")
            yield from _needless_value(where, variant.architecture_except, shared.architecture)


def _needless_value(path: KeyPath, differing: Block, shared: Block) -> Iterator[Breach]:
    settings = {name: getattr(differing, name) for name in type(differing).model_fields if name != "source"}
    if all(new is None for new in settings.values()):
        yield Breach(path, "no setting")
    for name, new in settings.items():
        old, where = getattr(shared, name), (*path, name)
        if isinstance(new, Single):
            if old is not None and (new.value, new.absence) == (old.value, old.absence):
                yield Breach(where, "the same as in the shared architecture")
        elif isinstance(new, Block) and old is None:
            yield Breach(where, f"settings of `{name}`, which the shared architecture has not")
        elif isinstance(new, Block):
            yield from _needless_value(where, new, old)


@rule(Scope.CATALOGUE, fix="correct the name")
def layers_in_order(draft: Draft) -> Iterator[Breach]:
    """The order of the layers names only kinds that the attention has, each as often as there are layers of it."""
    for path, _, variant in draft.each_variant():
        architecture = variant.architecture
        layout = architecture.attention_layout if architecture else None
        kind = kind_of(architecture) if architecture else None
        if architecture is None or layout is None or layout.value is None or kind is None or not kind.layer_names:
            continue
        where = (*path, "architecture", "attention_layout")
        try:
            order = parse_layout(layout.value)
        except LayoutError as error:
            yield Breach(where, str(error))
            continue
        counts = Counter(name.removesuffix("+engram") for name in order)
        counts["engram"] = sum(name.endswith("+engram") for name in order)
        for name in sorted(counts.keys() - {*kind.layer_names, "engram"}):
            yield Breach(where, f"`{name}`", " or ".join(kind.layer_names))
        numbers = architecture_numbers(architecture)
        stated = {
            "num_hidden_layers": len(order),
            "sliding_window_layers": counts["window"],
            "engram_layers": counts["engram"],
            **kind.count_layers(counts),
        }
        for name, found in stated.items():
            if numbers.get(name, found) != found:
                yield Breach(where, f"{found} layers, but `{name}` is {numbers[name]}")


class _Size(NamedTuple):
    path: KeyPath
    agreement: Agreement | None
    explanation: Explanation | None
    counts: Mapping[ActivatedBasis, int] = {}


def _stated_sizes(draft: Draft) -> Iterator[_Size]:
    for path, _, variant in draft.each_variant():
        entry, stated, where = draft.entries[variant.id], variant.parameters, (*path, "parameters")
        counts = entry.recount.activated if entry.recount else {}
        yield _Size((*where, "total"), entry.total_agreement, stated.total_explanation)
        yield _Size((*where, "activated"), entry.activated_agreement, stated.activated_explanation, counts)
        for index, part in enumerate(stated.parts):
            yield _Size((*where, "parts", index, "count"), entry.part_agreement(part), part.explanation)


def _fitting_count(counts: Mapping[ActivatedBasis, int], agreement: Agreement) -> str:
    """The convention, and another way of counting that fits, if one does."""
    for basis, number in counts.items():
        if basis is not ACTIVATED_CONVENTION and abs(number - agreement.published.value) <= agreement.tolerance:
            return f" {ACTIVATED_CONVENTION}; {basis} it is {number:,}, which fits"
    return f" {ACTIVATED_CONVENTION}" if counts else ""


def _explanation_path(path: KeyPath) -> KeyPath:
    return (*path[:-1], "explanation" if path[-1] == "count" else f"{path[-1]}_explanation")


@rule(Scope.ARCHITECTURE, fix="find the wrong digit in the architecture, or explain the new value")
def sizes_agree(draft: Draft) -> Iterator[Breach]:
    """A recomputed size lies within the tolerance of the published one, or the entry explains just this recomputed size."""
    for path, agreement, explanation, counts in _stated_sizes(draft):
        if agreement is None or agreement.holds:
            continue
        if explanation is None:
            found = (
                f"published {agreement.published.text}, recomputed {agreement.recomputed:,} ({agreement.percent:+.2f}%)"
            )
            allowed = f"a difference of at most {agreement.tolerance:,.0f}"
            explained = f"`{_explanation_path(path)[-1]}: {{recomputed: {agreement.recomputed}, text: …}}`"
            fix = f"find the wrong digit in the architecture or here, or add {explained}"
            yield Breach(path, found + _fitting_count(counts, agreement), allowed, fix=fix)
        elif abs(explanation.recomputed.value - agreement.recomputed) > explanation.recomputed.step / 2:
            found = f"recomputed {agreement.recomputed:,}, but the explanation is of {explanation.recomputed.text}"
            yield Breach((*_explanation_path(path), "recomputed"), found)


@rule(Scope.CATALOGUE, fix="find the wrong digit in the format, the architecture or here")
def stored_caches_agree(draft: Draft) -> Iterator[Breach]:
    """The published bytes of a token's cache are those that its format gives."""
    for path, _, variant in draft.each_variant():
        agreement = draft.entries[variant.id].stored_cache_agreement
        if agreement is not None and not agreement.holds:
            found = (
                f"published {agreement.published.text}, but the format of `{variant.id}` gives {agreement.recomputed:,}"
            )
            yield Breach((*path[:2], "kv_cache", "bytes_per_token"), found)


@rule(Scope.ARCHITECTURE, fix="take it out")
def explanations_are_needed(draft: Draft) -> Iterator[Breach]:
    """An explanation of a difference stands only where there is one."""
    for path, agreement, explanation, _ in _stated_sizes(draft):
        if explanation is not None and (agreement is None or agreement.holds):
            yield Breach(_explanation_path(path), "an explanation of a difference that is not there")


@rule(Scope.ARCHITECTURE)
def sizes_say_what_they_count(draft: Draft) -> Iterator[Breach]:
    """A published size of a model with Engram, a vision encoder or layers that write alone says what it counts: `counts`."""
    for path, _, variant in draft.each_variant():
        entry, sizes = draft.entries[variant.id], variant.parameters
        recount = entry.recount
        engram = recount is not None and bool(recount.engram)
        reads = recount is not None and recount.prefill is not None
        for name, size, several in (
            ("total", sizes.total, engram or entry.vision is not None),
            ("activated", sizes.activated, reads or entry.vision is not None),
        ):
            if several and size is not None and size.value is not None and size.counts is None:
                yield Breach((*path, "parameters", name), f"`counts` is missing behind {size.value.text}")


def architecture_integers(architecture: Architecture) -> list[tuple[KeyPath, int | Quantity]]:
    def is_integer(value: Any) -> bool:
        if isinstance(value, Quantity):
            return value.value == value.value.to_integral_value()
        return isinstance(value, int) and not isinstance(value, bool)

    return [(path, value) for path, value in walk_record(architecture) if path[-1:] == ("value",) and is_integer(value)]


def expected_check_digits(architecture: Architecture, recount: Recount) -> dict[str, int]:
    found = {
        "sum": sum(int(v.value) if isinstance(v, Quantity) else v for _, v in architecture_integers(architecture)),
        "total": recount.total,
        "activated": recount.activated.get(ActivatedBasis.ALL) if recount.inactive_experts else None,
        "kv_cache": recount.kv_cache.value if recount.kv_cache else None,
    }
    return {name: value for name, value in found.items() if value is not None}


@rule(
    Scope.ARCHITECTURE,
    fix="find the dimension that was changed; correct the check digits only after reading all of them again",
)
def controls_hold(draft: Draft) -> Iterator[Breach]:
    """The check digits of an architecture are what its dimensions give."""
    for path, _, variant in draft.each_variant():
        recount, architecture = draft.entries[variant.id].recount, variant.architecture
        if architecture is None or architecture.control is None or recount is None:
            continue
        recomputed = expected_check_digits(architecture, recount)
        stated = {name: value for name, value in architecture.control if value is not None}
        wrong = {name: value for name, value in stated.items() if recomputed.get(name) != value}
        for name in [name for name in wrong if name not in recomputed]:
            found = f"check digit {wrong.pop(name)}, but `{name}` cannot be recomputed"
            yield Breach((*path, "architecture", "control", name), found)
        if not wrong:
            continue
        name, *others = wrong
        more = f", and {', '.join(f'`{other}` {recomputed[other]}' for other in others)}" if others else ""
        given = f"{recomputed[name]} ({recomputed[name] - wrong[name]:+}){more}"
        close = " or ".join(_exchanged_digits(architecture, stated))
        found = f"check digit {wrong[name]}, but the dimensions give {given}"
        yield Breach((*path, "architecture", "control", name), found, nearest=close)


def _exchanged_digits(architecture: Architecture, stated: Mapping[str, int]) -> Iterator[str]:
    """Dimensions that give all check digits with two neighbouring digits exchanged, as `kv_lora_rank: 512` for 521."""
    for path, value in architecture_integers(architecture):
        digits = str(value)
        for right in {digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(len(digits) - 1)}:
            if len(path) == 2 and digits.isdigit() and right != digits:
                dimension = getattr(architecture, str(path[0])).model_copy(update={"value": int(right)})
                changed = architecture.model_copy(update={str(path[0]): dimension})
                if stated.items() <= expected_check_digits(changed, recount_sizes(changed)).items():
                    yield f"`{path[0]}: {right}` for {digits}"


_READ_IN = re.compile(r"models/(?P<folder>\w+)/(?P<file>\w+)\.py class (?P<name>\w+)")


def _each_contemporary(draft: Draft) -> Iterator[tuple[tuple[str, int], Contemporary]]:
    for index, one in enumerate(draft.contemporaries.contemporaries):
        yield ("contemporaries", index), one


@rule(Scope.CATALOGUE, CONTEMPORARIES, fix="take it out, or correct the name; DeepSeek's models stand in data/models/")
def contemporaries_are_of_others(draft: Draft) -> Iterator[Breach]:
    """A contemporary is not DeepSeek's, and no variant has its name."""
    names = {variant.name for _, _, variant in draft.each_variant()}
    for path, one in _each_contemporary(draft):
        for key, wrong in (("maker", "deepseek" in one.maker.lower()), ("name", one.name in names)):
            if wrong:
                yield Breach((*path, key), f"found `{getattr(one, key)}`")


@rule(Scope.CATALOGUE, CONTEMPORARIES)
def contemporaries_come_out_as_published(draft: Draft) -> Iterator[Breach]:
    """Sizes of a contemporary can be counted, and lie within a unit of the last digit of the published ones; the activated ones in one of the three ways to count them."""
    for path, one in _each_contemporary(draft):
        recount = recount_sizes(one.architecture)
        if recount.total is None or recount.kv_cache is None:
            lacking = ", ".join(f"`{name}`" for name in recount.missing or recount.cache_missing)
            yield Breach(
                (*path, "architecture"), f"nothing can be counted without {lacking}", fix="add what is missing"
            )
            continue
        for name, stated, counts in (
            ("total", one.total, [recount.total]),
            ("activated", one.activated, list(recount.activated.values())),
        ):
            published = stated.value if stated else None
            if published is None or any(abs(count - published.value) <= published.step for count in counts):
                continue
            counted = " or ".join(f"{count:,}" for count in dict.fromkeys(counts))
            fix = "find the wrong digit in the architecture or here, or leave the size out and say in `remark` what is not counted"
            allowed = f"a difference of at most {published.step:,.0f}"
            yield Breach((*path, name), f"published {published.text}, recomputed {counted}", allowed, fix=fix)


@rule(Scope.CATALOGUE, CONTEMPORARIES, fix="correct the file or the class")
def classes_are_called_as_their_files(draft: Draft) -> Iterator[Breach]:
    """A class of transformers that a contemporary was read in has the name of its folder, and so has its file: `models/glm_moe_dsa/configuration_glm_moe_dsa.py class GlmMoeDsaConfig`."""
    for path, one in _each_contemporary(draft):
        stated: dict[str, Sources | None] = {
            "source": one.source,
            "total": one.total.source if one.total else None,
            "activated": one.activated.source if one.activated else None,
        }
        first = {
            source: key for key, sources in reversed(stated.items()) for source in (sources.items if sources else ())
        }
        for source, key in first.items():
            if match := _READ_IN.fullmatch(source.locus):
                folder, name = match["folder"], match["name"]
                if match["file"] != f"configuration_{folder}":
                    close = nearest_in_quotes(match["file"], [f"configuration_{folder}"])
                    yield Breach((*path, key), f"`{match['file']}.py` in the folder `{folder}`", nearest=close)
                bare = name.lower()
                if not (bare.replace("_", "").startswith(folder.replace("_", "")) and bare.endswith("config")):
                    camel = "".join(word.capitalize() for word in folder.split("_")) + "Config"
                    yield Breach((*path, key), f"the class `{name}` in the folder `{folder}`", nearest=f"`{camel}`")
