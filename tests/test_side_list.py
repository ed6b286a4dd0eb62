"""The side list of a page: every page of a short group, the neighbours in a long one, and the way to the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import SimpleNamespace

from render.links import LONGEST, SideList


@dataclass
class Listed:
    """A page of a group."""

    number: int
    meta: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"models/m{self.number}/"

    @property
    def title(self) -> str:
        return f"Model {self.number}"

    @property
    def file(self) -> SimpleNamespace:
        return SimpleNamespace(src_uri=f"models/m{self.number}.md")


def shown(count: int, page: Listed | None) -> list[tuple[str, str]]:
    """Addresses and texts of the lines on a page of a group of `count`."""
    lines = SideList({"models/m1.md": "2024"}).list_lines([Listed(n) for n in range(count)], page, "/", Listed(-1))
    return re.findall(r'<a href="([^"]+)"(?: aria-current="page")?>(.*?)</a>', lines)


def test_a_short_group_is_listed_whole() -> None:
    assert shown(3, Listed(2)) == [
        ("../m0/", "Model 0"),
        ("../m1/", "Model 1 <small>2024</small>"),
        ("./", "Model 2"),
    ]
    assert shown(1, None) == [("/models/m0/", "Model 0")]


def test_of_a_long_group_the_neighbours_are_listed_and_the_way_to_all() -> None:
    found = shown(LONGEST + 1, Listed(60))
    assert [text for _, text in found] == [*(f"Model {n}" for n in range(40, 81)), "Model -1 …"]
    assert found[-1][0] == "../m-1/"


def test_a_part_is_listed_under_its_whole() -> None:
    part = Listed(7, {"part_of": "models/m1.md"})
    lines = SideList({}).list_lines([Listed(0), Listed(1)], part, "/", Listed(-1))
    assert re.findall(r'aria-current="page">([^<]+)<', lines) == ["Model 1"]
