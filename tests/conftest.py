"""Fixtures that every test module shares, and the `--network` option."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from building import ROOT, mkdocs
from catalogue.load import load
from catalogue.records import Catalogue
from helpers import DATA, VALID


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--network", action="store_true", help="also run the tests that need the network")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--network"):
        return
    for item in items:
        if "network" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="needs --network"))


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The real catalogue, read once. Its records are frozen."""
    return load(DATA)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of `data/` that a test may change."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


@pytest.fixture
def valid(tmp_path: Path) -> Path:
    """A copy of the small valid catalogue that a test may break."""
    return Path(shutil.copytree(VALID, tmp_path / "valid"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once and strictly."""
    site = tmp_path_factory.mktemp("built") / "site"
    result = mkdocs(ROOT, "build", "--strict", "-d", str(site))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "WARNING" not in result.stdout + result.stderr
    return site
