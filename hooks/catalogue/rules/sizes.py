"""Published sizes agree with what the architecture gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..derive.agreement import Agreement
from ..derive.parameters import ACTIVATED_CONVENTION
from ..findings import Finding, Path
from ..schema.model import ActivatedBasis, Counted, Explanation
from .draft import Draft
from .registry import Scope, rule


class _Size(NamedTuple):
    """A size with its comparison, what the entry says of a difference, and how it can be counted."""

    path: Path
    agreement: Agreement | None
    explanation: Explanation | None
    counts: Mapping[ActivatedBasis, int] = {}


def _stated_sizes(draft: Draft) -> Iterator[_Size]:
    """The sizes of each variant and its parts."""
    for path, _, variant in draft.each_variant():
        entry, stated, where = draft.entries[variant.id], variant.parameters, (*path, "parameters")
        counts = entry.recount.activated if entry.recount else {}
        yield _Size((*where, "total"), entry.total_agreement, stated.total_explanation)
        yield _Size((*where, "activated"), entry.activated_agreement, stated.activated_explanation, counts)
        for index, part in enumerate(stated.parts):
            yield _Size((*where, "parts", index, "count"), entry.part_agreement(part), part.explanation)


def _fitting_count(counts: Mapping[ActivatedBasis, int], agreement: Agreement) -> str:
    """What is counted, and the other way of counting that fits, if one does; empty for what can be counted in one way."""
    for basis, count in counts.items():
        if basis is not ACTIVATED_CONVENTION and abs(count - agreement.published.value) <= agreement.tolerance:
            return f" {ACTIVATED_CONVENTION}; {basis} it is {count:,}, which fits"
    return f" {ACTIVATED_CONVENTION}" if counts else ""


def _explanation_path(path: Path) -> Path:
    """Where the explanation of a size stands: `total_explanation` beside `total`, `explanation` beside a part's `count`."""
    return (*path[:-1], "explanation" if path[-1] == "count" else f"{path[-1]}_explanation")


@rule(Scope.ARCHITECTURE)
def sizes_agree(draft: Draft) -> Iterator[Finding]:
    """A recomputed size lies within the tolerance of the published one, or the entry explains just this recomputed size."""
    for path, agreement, explanation, counts in _stated_sizes(draft):
        if agreement is None or agreement.holds:
            continue
        if explanation is None:
            yield draft.finding(
                path,
                f"published {agreement.published.text}, recomputed {agreement.recomputed:,}"
                f" ({agreement.percent:+.2f}%){_fitting_count(counts, agreement)}",
                f"a difference of at most {agreement.tolerance:,.0f}",
                fix="find the wrong digit in the architecture or here, or add "
                f"`{_explanation_path(path)[-1]}: {{recomputed: {agreement.recomputed}, text: …}}`",
            )
        elif abs(explanation.recomputed.value - agreement.recomputed) > explanation.recomputed.step / 2:
            yield draft.finding(
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
                yield draft.finding(
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
            yield draft.finding(
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
                yield draft.finding(
                    (*path, "parameters", name),
                    f"`counts` is missing behind {size.value.text}",
                    "what it counts: " + ", ".join(f"`{counted}`" for counted in Counted),
                    fix=f"write `{name}: {{value: {size.value.text}, counts: …}}`",
                )
