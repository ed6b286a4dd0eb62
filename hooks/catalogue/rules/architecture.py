"""The dimensions of an architecture fit together, its layout adds up, its size is what it says, and check digits hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count, islice
from math import isqrt
from typing import Any, NamedTuple

from ..attention import Kind, fields_of_kinds, foreign_kind, kind_of, stated_kinds
from ..derive.expression import LayoutError, architecture_numbers, parse_layout
from ..derive.parameters import ACTIVATED_CONVENTION, Agreement, Recount, recount_sizes
from ..findings import Finding, KeyPath
from ..schema.architecture import Architecture, FeedForward
from ..schema.model import ActivatedBasis, Counted, Explanation
from ..schema.quantities import Quantity
from ..schema.values import Block, Single, walk_record
from .draft import Draft, Scope, rule


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


@rule(Scope.ENTRY)
def fields_for_the_kind(draft: Draft) -> Iterator[Finding]:
    """A kind of attention or feed-forward network has the fields that size it, and no field that belongs to another kind."""
    for path, architecture in _all_architectures(draft):
        stated = stated_kinds(architecture)
        for name, needing, foreign in _fields_by_kind(*stated):
            there = getattr(architecture, name) is not None
            if needing and not there:
                yield _missing_field(draft, path, name, f"{needing} needs it")
            if there and foreign:
                yield draft.models_file.finding(
                    (*path, name),
                    f"`{name}` beside `{foreign}`",
                    "it belongs to " + " and ".join(fields_of_kinds()[name].owners),
                    fix="take it out, or correct the kind",
                )
        if (
            architecture.feed_forward.value is FeedForward.DEEPSEEK_MOE
            and _has_dense_layers(architecture)
            and architecture.intermediate_size is None
        ):
            yield _missing_field(draft, path, "intermediate_size", "the layers that keep a dense network need it")


def _missing_field(draft: Draft, path: KeyPath, name: str, why: str) -> Finding:
    fix = f"add `{name}:`, or say `not published`"
    if name == "q_lora_rank":
        fix += ", or `not applicable` where the queries are not compressed"
    elif name in ("n_shared_experts", "first_k_dense_replace"):
        fix += "; 0 where there is none"
    return draft.models_file.finding(path, f"`{name}` is missing", why, fix=fix)


def _has_dense_layers(architecture: Architecture) -> bool:
    numbers = architecture_numbers(architecture)
    return numbers.get("first_k_dense_replace", 0) > 0 or numbers.get("moe_layer_freq", 1) > 1


@rule(Scope.ENTRY)
def heads(draft: Draft) -> Iterator[Finding]:
    """Heads fit the kind of attention, and heads that share keys and values divide evenly."""
    for path, architecture in _all_architectures(draft):
        numbers, kind = architecture_numbers(architecture), kind_of(architecture)
        heads_, shared = numbers.get("num_attention_heads"), numbers.get("num_key_value_heads")
        if heads_ and shared:
            expected = kind.key_value_heads if kind else None
            if kind and expected and expected.fits and not expected.fits(heads_, shared):
                yield draft.models_file.finding(
                    (*path, "num_key_value_heads"),
                    f"{shared} key-value heads with {kind.kind}",
                    f"allowed is {expected.allowed.format(heads=heads_)}",
                    fix="correct the number or the kind of attention",
                )
            elif heads_ % shared:
                yield draft.models_file.finding(
                    (*path, "num_key_value_heads"),
                    f"{heads_} query heads do not divide over {shared} key-value heads",
                    "a divisor of the query heads",
                    fix="correct one of the two",
                )
        width = numbers.get("hidden_size")
        follows = kind is None or kind.head_dim_follows
        if architecture.head_dim is None and follows and width and heads_ and width % heads_:
            yield draft.models_file.finding(
                (*path, "num_attention_heads"),
                f"hidden_size {width} does not divide over {heads_} heads",
                "a divisor of hidden_size, or a `head_dim`",
                fix="correct one of them, or add `head_dim`",
            )


@rule(Scope.ENTRY)
def experts(draft: Draft) -> Iterator[Finding]:
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
                found = f"{small} {a} is more than {large} {b}"
                yield draft.models_file.finding((*path, small), found, f"at most {b}", fix="correct one of the two")
        routed, groups = numbers.get("n_routed_experts"), numbers.get("n_group")
        if routed and groups and routed % groups:
            yield draft.models_file.finding(
                (*path, "n_group"),
                f"{routed} experts do not divide into {groups} groups",
                "a divisor of n_routed_experts",
                fix="correct one of the two",
            )


@rule(Scope.ENTRY)
def layers_of_each_kind(draft: Draft) -> Iterator[Finding]:
    """With CSA and HCA, the layers of each kind and those with the window alone make up all layers."""
    for path, architecture in _all_architectures(draft):
        numbers, kind = architecture_numbers(architecture), kind_of(architecture)
        parts = [numbers.get(name, 0) for name in (kind.layer_parts if kind else ())]
        layers = numbers.get("num_hidden_layers")
        if parts and layers is not None and sum(parts) != layers:
            yield draft.models_file.finding(
                (*path, "num_hidden_layers"),
                f"{layers} layers, but {' + '.join(map(str, parts))} = {sum(parts)} by kind",
                "CSA, HCA and window-only layers add up to all layers",
                fix="correct one of them",
            )


# What sizes a module beside the fields that are called after it.
_MODULES = {"engram": "hc_mult", "dspark": "num_nextn_predict_layers"}


@rule(Scope.ENTRY)
def modules_complete(draft: Draft) -> Iterator[Finding]:
    """An architecture has all fields that size Engram or the DSpark drafter, or none of them."""
    for path, architecture in _all_architectures(draft):
        for prefix, beside in _MODULES.items():
            own = [name for name in Architecture.model_fields if name.startswith(f"{prefix}_")]
            there = [name for name in own if getattr(architecture, name) is not None]
            for name in (*own, beside) if there else ():
                if getattr(architecture, name) is None:
                    yield _missing_field(draft, path, name, f"`{there[0]}` needs it")


@rule(Scope.CATALOGUE)
def engram_rows(draft: Draft) -> Iterator[Finding]:
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
            yield draft.models_file.finding(
                (*path, "engram_num_embeddings"),
                f"{rows:,} rows, but the primes from {start:,} on add up to {expected:,}",
                "they have to agree",
                fix="correct the rows or what they follow from",
            )


@cache
def _sum_of_primes(start: int, how_many: int) -> int:
    return sum(islice(_primes_from(start), how_many))


def _primes_from(start: int) -> Iterator[int]:
    """No Engram table shares its size with another (`find_next_prime` of engram_demo_v1.py)."""
    return (number for number in count(start) if all(number % divisor for divisor in range(2, isqrt(number) + 1)))


@rule(Scope.CATALOGUE)
def exceptions_differ(draft: Draft) -> Iterator[Finding]:
    """Settings that a variant names beside an architecture it shares differ from it."""
    for path, _, variant in draft.each_variant():
        shared = draft.entries.get(variant.architecture_of or "")
        if variant.architecture_except is not None and shared is not None and shared.architecture is not None:
            yield from _needless_value(
                draft, (*path, "architecture_except"), variant.architecture_except, shared.architecture
            )


def _needless_value(draft: Draft, path: KeyPath, differing: Block, shared: Block) -> Iterator[Finding]:
    settings = {name: getattr(differing, name) for name in type(differing).model_fields if name != "source"}
    if all(new is None for new in settings.values()):
        yield draft.models_file.finding(path, "no setting", "settings that differ", fix="name one, or take it out")
    for name, new in settings.items():
        old, where = getattr(shared, name), (*path, name)
        if isinstance(new, Single):
            if old is not None and (new.value, new.absence) == (old.value, old.absence):
                yield draft.models_file.finding(
                    where, "the same as in the shared architecture", "a setting that differs", fix="take it out"
                )
        elif isinstance(new, Block) and old is None:
            yield draft.models_file.finding(
                where,
                f"settings of `{name}`, which the shared architecture has not",
                "settings that differ from its own",
                fix="take them out, or give this variant an `architecture` of its own",
            )
        elif isinstance(new, Block):
            yield from _needless_value(draft, where, new, old)


@rule(Scope.CATALOGUE)
def layers_in_order(draft: Draft) -> Iterator[Finding]:
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
            yield draft.models_file.finding(
                where,
                str(error),
                "names, `*` with a number, and brackets",
                fix="write it like `window*2 (csa hca)*20 csa`",
            )
            continue
        counts = Counter(name.removesuffix("+engram") for name in order)
        counts["engram"] = sum(name.endswith("+engram") for name in order)
        for name in sorted(counts.keys() - {*kind.layer_names, "engram"}):
            yield draft.models_file.finding(where, f"`{name}`", " or ".join(kind.layer_names), fix="correct the name")
        numbers = architecture_numbers(architecture)
        stated = {
            "num_hidden_layers": len(order),
            "sliding_window_layers": counts["window"],
            "engram_layers": counts["engram"],
            **kind.count_layers(counts),
        }
        for name, found in stated.items():
            if numbers.get(name, found) != found:
                yield draft.models_file.finding(
                    where, f"{found} layers", f"{numbers[name]}, as `{name}` says", fix="correct one of the two"
                )


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


@rule(Scope.ARCHITECTURE)
def sizes_agree(draft: Draft) -> Iterator[Finding]:
    """A recomputed size lies within the tolerance of the published one, or the entry explains just this recomputed size."""
    for path, agreement, explanation, counts in _stated_sizes(draft):
        if agreement is None or agreement.holds:
            continue
        if explanation is None:
            yield draft.models_file.finding(
                path,
                f"published {agreement.published.text}, recomputed {agreement.recomputed:,}"
                f" ({agreement.percent:+.2f}%){_fitting_count(counts, agreement)}",
                f"a difference of at most {agreement.tolerance:,.0f}",
                fix="find the wrong digit in the architecture or here, or add "
                f"`{_explanation_path(path)[-1]}: {{recomputed: {agreement.recomputed}, text: …}}`",
            )
        elif abs(explanation.recomputed.value - agreement.recomputed) > explanation.recomputed.step / 2:
            yield draft.models_file.finding(
                (*_explanation_path(path), "recomputed"),
                f"recomputed {agreement.recomputed:,}, but the explanation is of {explanation.recomputed.text}",
                f"a difference of at most {explanation.recomputed.step / 2:,.0f}",
                fix="find the wrong digit in the architecture, or explain the new value",
            )


@rule(Scope.CATALOGUE)
def stored_caches_agree(draft: Draft) -> Iterator[Finding]:
    """The published bytes of a token's cache are those that its format gives."""
    for model_path, model in draft.each_model():
        for variant in model.variants:
            agreement = draft.entries[variant.id].stored_cache_agreement
            if agreement is not None and not agreement.holds:
                yield draft.models_file.finding(
                    (*model_path, "kv_cache", "bytes_per_token"),
                    f"published {agreement.published.text} for `{variant.id}`, but its format gives {agreement.recomputed:,}",
                    f"a difference of at most {agreement.tolerance:,}",
                    fix="find the wrong digit in the format, the architecture or here",
                )


@rule(Scope.ARCHITECTURE)
def explanations_are_needed(draft: Draft) -> Iterator[Finding]:
    """An explanation of a difference stands only where there is one."""
    for path, agreement, explanation, _ in _stated_sizes(draft):
        if explanation is not None and (agreement is None or agreement.holds):
            yield draft.models_file.finding(
                _explanation_path(path),
                "an explanation of a difference that is not there",
                "explanations only where sizes differ",
                fix="take it out",
            )


@rule(Scope.ARCHITECTURE)
def sizes_say_what_they_count(draft: Draft) -> Iterator[Finding]:
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
                yield draft.models_file.finding(
                    (*path, "parameters", name),
                    f"`counts` is missing behind {size.value.text}",
                    "what it counts: " + ", ".join(f"`{counted}`" for counted in Counted),
                    fix=f"write `{name}: {{value: {size.value.text}, counts: …}}`",
                )


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


@rule(Scope.ARCHITECTURE)
def controls_hold(draft: Draft) -> Iterator[Finding]:
    """The check digits of an architecture are what its dimensions give."""
    for path, _, variant in draft.each_variant():
        recount, architecture = draft.entries[variant.id].recount, variant.architecture
        if architecture is None or architecture.control is None or recount is None:
            continue
        recomputed = expected_check_digits(architecture, recount)
        stated = {name: value for name, value in architecture.control if value is not None}
        wrong = {name: value for name, value in stated.items() if recomputed.get(name) != value}
        for name in [name for name in wrong if name not in recomputed]:
            yield draft.models_file.finding(
                (*path, "architecture", "control", name),
                f"check digit {wrong.pop(name)}, but `{name}` cannot be recomputed",
                "check digits of what can be recomputed",
                fix="take it out",
            )
        if not wrong:
            continue
        name, *others = wrong
        more = f", and {', '.join(f'`{other}` {recomputed[other]}' for other in others)}" if others else ""
        yield draft.models_file.finding(
            (*path, "architecture", "control", name),
            f"check digit {wrong[name]}, but the dimensions give {recomputed[name]} ({recomputed[name] - wrong[name]:+}){more}",
            "they have to agree",
            " or ".join(_exchanged_digits(architecture, stated)),
            "find the dimension that was changed; correct the check digits only after reading all of them again",
        )


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
