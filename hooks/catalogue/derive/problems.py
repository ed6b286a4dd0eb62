"""Problems with their answers worked out: one for each variant that is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..lookup import Lookup, LookupFailure
from ..records import Entry
from ..schema.problem import Mistake, Problem
from ..schema.quantities import Quantity
from .expression import Term, names, term


@dataclass(frozen=True)
class Asked:
    """A problem as it is asked.

    Attributes:
        entry: The variant that it is asked of.
        worked: The answer with its working; None where it is in words.
        mistakes: The numbers that likely mistakes lead to, those that differ from the answer.
    """

    id: str
    problem: Problem
    entry: Entry | None
    worked: Term | None
    mistakes: tuple[tuple[Fraction, Mistake], ...]


def asked(problems: Iterable[Problem], entries: Mapping[str, Entry], lookup: Lookup) -> Iterator[Asked]:
    """Every problem, worked out. Raises LookupFailure for a number that is not there."""
    for problem in problems:
        for variant in problem.variants or (None,):
            entry = entries[variant] if variant else None
            id_ = f"{problem.id}-{variant}" if variant else problem.id
            if problem.formula is None:
                yield Asked(id_, problem, entry, None, ())
                continue
            worked = _term(problem, problem.formula, entry, lookup)
            wrong = [(_term(problem, m.formula, entry, lookup).exact, m) for m in problem.mistakes]
            yield Asked(id_, problem, entry, worked, tuple((n, m) for n, m in wrong if n != worked.exact))


def _term(problem: Problem, formula: str, entry: Entry | None, lookup: Lookup) -> Term:
    return term("answer", formula, {name: _number(problem, name, entry, lookup) for name in names(formula)})


def _number(problem: Problem, name: str, entry: Entry | None, lookup: Lookup) -> Fraction:
    if name in problem.numbers:
        path = problem.numbers[name]
        if entry:
            path = path.replace("{id}", entry.variant.id).replace("{model}", entry.model.id)
        return Fraction(lookup.number(path))
    field = getattr(entry.architecture, name, None) if entry else None
    value = getattr(field, "value", None)
    if value is None or isinstance(value, bool | str):
        raise LookupFailure(f"`{name}` is neither a number of the architecture nor in `numbers`")
    return Fraction(value.value if isinstance(value, Quantity) else value)
