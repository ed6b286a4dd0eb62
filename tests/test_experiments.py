"""Experiments: the site shows what their files say, and refuses files and verdicts that do not bear out what is told of them."""

import shutil
from pathlib import Path

import pytest

from catalogue.findings import CatalogueError
from catalogue.load import load_catalogue
from catalogue.records import Catalogue
from helpers import DATA, context_of, edit, table
from render.pages import study


@pytest.mark.parametrize(("file", "old", "new", "says"), table("results"))
def test_a_result_that_does_not_fit_is_named(valid: Path, file: str, old: str, new: str | None, says: str) -> None:
    path = valid / file
    if new is None:
        path.unlink()
    else:
        edit(path, (old, new))
    with pytest.raises(CatalogueError) as error:
        load_catalogue(valid)
    assert says in "\n".join(map(str, error.value.findings))


def test_two_seeds_are_too_few(valid: Path) -> None:
    path = valid / "experiments/trails.csv"
    path.write_text("\n".join(path.read_text("utf-8").splitlines()[:5]) + "\n", "utf-8")
    with pytest.raises(CatalogueError, match="share 2 seeds; three are needed"):
        load_catalogue(valid)


def test_a_worked_step_that_lacks_a_part_is_named(valid: Path) -> None:
    assert load_catalogue(valid).worked_step is None
    path = valid / "experiments/one-step.json"
    shutil.copy(DATA / "experiments/one-step.json", path)
    worked = load_catalogue(valid).worked_step
    assert sum(worked.before) == pytest.approx(1)
    edit(path, ('"rewards"', '"reward"'))
    with pytest.raises(
        CatalogueError, match=r"valid/experiments/one-step.json:1: one_group.rewards: .*one_step` writes this file"
    ):
        load_catalogue(valid)


def test_the_page_leads_to_the_card_of_each_experiment_and_has_those_that_no_guide_has(
    catalogue: Catalogue,
) -> None:
    context = context_of(catalogue)
    alone = "".join(section.html for section in study.experiments_page(context, {}).sections)
    guides = {f"guides/{guide.id}.md": f"---\ntitle: {guide.id}\n---\n" for guide in catalogue.study.guides}
    guides["guides/attention.md"] += "\n{{ block('experiment-dsa') }}"
    page = "".join(section.html for section in study.experiments_page(context, guides).sections)
    assert '<a href="ds:guides/attention.md#experiment-dsa">' in page
    for one in catalogue.experiments:
        assert f'<h3 id="{one.id}">' in page
        assert f'id="experiment-{one.id}"' in alone
        assert (f'id="experiment-{one.id}"' in page) == (one.id != "dsa")
        assert (one.result is None) == (not (DATA / f"experiments/{one.id}.csv").exists())
