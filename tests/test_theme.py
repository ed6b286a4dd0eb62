"""The site without Material is the same, which is the way out when it ends."""

import importlib.util
import re
import shutil
from importlib.metadata import version
from pathlib import Path

import pytest

from building import AS_RELEASED, ROOT, small_project, strictly, with_own_code

THEME = ROOT / "tests" / "own_theme"
ICONS = ("menu", "magnify", "weather-night", "weather-sunny")
UNUSED = Path("assets/images/favicon.png")  # Material's own, to which no page links
BESIDE = re.compile(r'<meta name="?generator[^>]*>')


def without_material(project: Path) -> Path:
    """The project with a theme of its own, and with no plugin of Material's."""
    with_own_code(project)
    shutil.copytree(THEME, project / "overrides", dirs_exist_ok=True)
    package = importlib.util.find_spec("material")
    icons = Path(package.submodule_search_locations[0]) / "templates" / ".icons" / "material"
    (project / "overrides" / ".icons" / "material").mkdir(parents=True)
    for name in ICONS:
        shutil.copy(icons / f"{name}.svg", project / "overrides" / ".icons" / "material")
    config = project / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    for old, new in (
        ("  name: material\n", "  name: null\n  static_templates: [404.html]\n"),
        (
            "  - offline: {enabled: !ENV [OFFLINE, false]}  # `make offline`: a site that opens from a folder on disk\n",
            "",
        ),
        ("plugins:\n", "plugins: []\n"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    config.write_text(text, encoding="utf-8")
    return project


def plain_html(path: Path) -> str:
    """A page without the space between its tags, and without the name of what made it."""
    text = BESIDE.sub("", path.read_text(encoding="utf-8"))
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"\s*(</?[a-zA-Z!][^>]*>)\s*", r"\1", text).replace(" >", ">")


@pytest.mark.builds
def test_the_sheet_taken_from_the_theme_is_of_the_installed_version() -> None:
    """Where Material is another one, its markup may need rules that the sheet has not: look, then name the version in its first line."""
    first = (ROOT / "overrides/material.css").read_text(encoding="utf-8").partition("\n")[0]
    assert f" {version('mkdocs-material')} " in first


def test_a_theme_of_our_own_gives_the_same_site(tmp_path: Path, small_site: Path) -> None:
    """Whatever order a set of words has in the process: the same input gives the same bytes."""
    without = tmp_path / "without"
    strictly(without_material(small_project(tmp_path)), PYTHONHASHSEED="7", SITE_URL=AS_RELEASED["SITE_URL"])(without)
    files = {path.relative_to(small_site) for path in small_site.rglob("*") if path.is_file()}
    files -= {UNUSED, "zh" / UNUSED}
    assert files == {path.relative_to(without) for path in without.rglob("*") if path.is_file()}
    assert len(files) > 100
    # Styles, scripts, downloads and the search do not come from the theme.
    different = [
        path
        for path in sorted(files)
        if (small_site / path).read_bytes() != (without / path).read_bytes()
        and (path.suffix != ".html" or plain_html(small_site / path) != plain_html(without / path))
    ]
    assert different == []
