"""Addresses that pages had before, each with the page that took over; a place of an old page leads to where it is now.

A page that goes, or becomes a section of another one, gets a line in `REDIRECTS`; tests/cases/addresses.txt holds every
address that the site ever had, and a test follows them all. Imports nothing that draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalogue.records import Catalogue

from .page_registry import TECHNIQUE, technique_address


@dataclass(frozen=True)
class Redirect:
    """Where a page that is no more leads.

    Attributes:
        target: Path of the page that took over, `techniques/kernels.md`, with an anchor where that is a section of it:
            `techniques/kernels.md#deepjit`. An anchor of the old page comes along where the target has none.
        places: For anchors of the old page that are elsewhere, the target of each.
    """

    target: str
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def page(self) -> str:
        """The path of the page that took over, without an anchor."""
        return self.target.partition("#")[0]


REDIRECTS: Mapping[str, Redirect] = {
    "poster.md": Redirect("models/index.md#poster"),
    "infrastructure.md": Redirect("compare/infrastructure.md"),
    "data.md": Redirect("use-and-extend.md"),  # whose folder holds the downloads
    "downloads.md": Redirect("use-and-extend.md"),
    "add-a-model.md": Redirect("use-and-extend.md#add", {"fields": "fields.md#fields", "values": "fields.md#values"}),
    "hosting.md": Redirect("use-and-extend.md#host"),
    "beginnings.md": Redirect("use-and-extend.md#began"),
    "coverage.md": Redirect("trust.md#coverage"),
    "compare/index.md": Redirect("compare/models.md"),
    "timeline-list.md": Redirect(
        "timeline.md#list", {f"y{year}": f"timeline.md#y{year}" for year in range(2023, 2027)}
    ),
    "techniques/matrix.md": Redirect("techniques/index.md#by-model"),
}

_SAME = {name: name for name in ("why", "how", "models", "cost", "facts", "disputes", "notes")}
_SECTIONS_OF_A_TECHNIQUE = {**_SAME, "lineage": "models", "related": "origin"}


def shared_page_redirects(catalogue: Catalogue) -> dict[str, Redirect]:
    """The addresses that techniques would have by themselves where they share a page, each with its section there."""
    return {
        TECHNIQUE.path_of(technique.id): Redirect(
            technique_address(technique),
            {old: f"{technique_address(technique)}-{now}" for old, now in _SECTIONS_OF_A_TECHNIQUE.items()},
        )
        for technique in catalogue.techniques.values()
        if technique.page is not None
    }
