"""Pages of techniques: parts in the order of a lesson, models by date, paragraphs as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.records import Catalogue
from helpers import printed
from test_lineage import read, target, uses

LESSON = ["why", "how", "models", "cost"]
EDITIONS = pytest.mark.parametrize("edition", ["", "zh/"], ids=["English", "Chinese"])


def dated(page: LexborHTMLParser) -> list[tuple[str, str]]:
    """The rows of the list by date: the model, or nothing, and the date."""
    found = []
    for row in page.css("ul.ds-dated > li"):
        link, time = row.css_first(".ds-when strong a"), row.css_first(".ds-when time")
        assert time is not None
        found.append((target(link) if link is not None else "", time.attributes["datetime"] or ""))
    return found


@EDITIONS
def test_parts_stand_in_the_order_of_a_lesson(edition: str, built: Path, catalogue: Catalogue) -> None:
    for id_, technique in catalogue.techniques.items():
        heads = [head.attributes["id"] for head in read(built, f"{edition}techniques/{id_}").css("h2")]
        said = {"why": True, "how": True, "models": True, "cost": technique.cost is not None}
        shown = [name for name in heads if name in LESSON]
        assert shown == [name for name in LESSON if said[name] and (name != "how" or "how" in shown)], id_


@EDITIONS
def test_models_stand_once_by_date_and_with_the_date_of_their_use(
    edition: str, built: Path, catalogue: Catalogue
) -> None:
    checked, found = 0, uses(catalogue)
    for id_, technique in catalogue.techniques.items():
        page = read(built, f"{edition}techniques/{id_}")
        rows, told = dated(page), [row.model or "" for row in technique.in_models]
        # Models that the technique's entry tells of, in its order; those that use it without a word of it between them.
        assert [model for model, _ in rows if model in told] == told, id_
        models = [model for model, _ in rows if model]
        assert len(models) == len(set(models)), f"{id_}: a model stands twice"
        days = [day if len(day) == 10 else f"{day}-01" for _, day in rows]
        assert days == sorted(days) or any(len(day) == 7 for _, day in rows), id_
        since = {use.model.id: use.date.text for use in found.families(id_) if use.date}
        own = {row.model for row in technique.in_models if row.date}
        for model, day in rows:
            if model in since and model not in own:
                assert since[model] == day, (id_, model)
                checked += 1
        assert {model for model, _ in rows} >= set(since), id_
    assert checked > len(catalogue.techniques)


@EDITIONS
def test_a_blank_line_of_the_data_begins_a_paragraph(edition: str, built: Path, catalogue: Catalogue) -> None:
    several = {id_: t.how for id_, t in catalogue.techniques.items() if t.how is not None and "\n" in t.how.en}
    assert several
    for id_, how in several.items():
        page = read(built, f"{edition}techniques/{id_}")
        shown = {" ".join(p.text().replace("\u2060", "").split()) for p in page.css("p")}
        text = how.zh if edition and how.zh else how.en
        plain = [
            part.strip() for part in printed(text).split("\n") if part.strip() and "{{" not in part and "`" not in part
        ]
        assert [part for part in plain if part not in shown] == [], id_
