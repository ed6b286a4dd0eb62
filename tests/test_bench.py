"""The catalogue that the benchmark grows is a valid one, so that what it measures is a build."""

from __future__ import annotations

from pathlib import Path

from catalogue.load import load
from catalogue.records import Catalogue
from synthetic import write_synthetic


def test_a_catalogue_of_any_size(catalogue: Catalogue, project: Path) -> None:
    real = list(catalogue.models)
    write_synthetic(project, 2 * len(real) + 1)
    grown = load(project)
    assert len(grown.models) == 2 * len(real) + 1
    assert [id_ for id_ in grown.models if id_ in catalogue.models] == real
    assert len(grown.entries) > 2 * len(catalogue.entries)
    assert grown.api_names == catalogue.api_names
