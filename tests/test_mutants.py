"""The list of bugs to plant: each can be planted. `make mutants` plants them."""

from __future__ import annotations

import mutants

FEWEST = 60


def test_each_can_be_planted() -> None:
    """Where code was changed, the bug is written anew, so that the list does not rot."""
    assert list(mutants.errors(mutants.listed())) == []


def test_there_are_enough() -> None:
    listed = mutants.listed()
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in listed}) == len(listed) >= FEWEST
    assert all(mutant.why for mutant in listed)
