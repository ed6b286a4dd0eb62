"""The side list of a page: the pages of its group, and which of them the reader is on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import SimpleNamespace

from render.links import side_list_lines


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
    lines = side_list_lines({"models/m1.md": "2024"}, [Listed(n) for n in range(count)], page, "/")
    return re.findall(r'<a href="([^"]+)"(?: aria-current="page")?>(.*?)</a>', lines)


def test_a_short_group_is_listed_whole() -> None:
    assert shown(3, Listed(2)) == [
        ("../m0/", "Model 0"),
        ("../m1/", "Model 1 <small>2024</small>"),
        ("./", "Model 2"),
    ]
    assert shown(1, None) == [("/models/m0/", "Model 0")]


def test_a_part_is_listed_under_its_whole() -> None:
    part = Listed(7, {"part_of": "models/m1.md"})
    lines = side_list_lines({}, [Listed(0), Listed(1)], part, "/")
    assert re.findall(r'aria-current="page">([^<]+)<', lines) == ["Model 1"]
