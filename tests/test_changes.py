"""What changed, on every model page: the four groups are those of the catalogue, and a reason has its source."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalogue.attention import allows_field
from catalogue.derive.parameters import Verdict, comparable_dimension, comparable_value, row_verdict
from catalogue.records import Catalogue, most_trained, recipe_stages, variant_lineage
from catalogue.schema.architecture import Architecture
from catalogue.schema.model import Model
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.values import Absence, Facet, Single, Text, fields_with, stated_values
from helpers import family, printed
from render import words as language_files
from render.context import Context
from render.format import short_model

WORDS = language_files.load_words()["en"]


@pytest.fixture(scope="module")
def sections(built: Path, catalogue: Catalogue) -> Mapping[str, dict[str, LexborNode]]:
    """The groups of each model's page, by heading; a `div` around what stands under it."""
    found = {}
    for model in followers(catalogue):
        younger, older = (short_model(name) for name in (model.name, catalogue.predecessor(model).model.name))
        titles = {  # the second ones where the other model is younger
            "changed": (WORDS("changes.changed"), WORDS("changes.differs")),
            "new": (WORDS("changes.new"), WORDS("changes.only_in", model=younger)),
            "gone": (WORDS("changes.gone"), WORDS("changes.only_in", model=older)),
        }
        top, *parts = what_changed(built, model).split("<h3>")
        groups = {"": top}
        for part in parts:
            title, _, rest = part.partition("</h3>")
            groups[next(key for key, known in titles.items() if title in known)] = rest
        found[model.id] = {key: LexborHTMLParser(f"<body>{text}</body>").body for key, text in groups.items()}
    return found


def what_changed(built: Path, model: Model) -> str:
    html = family(built, model.id, "changes").html or ""
    return html.split('id="what-changed"')[1].split("<h2")[0]


# What an entry leaves out of its architecture and says in words that it dropped; else what is left out was not given up.
DROPPED_WITH_A_TECHNIQUE = {"deepseek-v4": ("n_group", "topk_group"), "deepseek-v4-1": ("num_hash_layers",)}


def followers(catalogue: Catalogue) -> list[Model]:
    return [model for model in catalogue.models.values() if model.compared_with]


def plainly(single: Single[object]) -> str | None:
    """A value as text; 0 where it does not apply, None where it is not known."""
    if single.value is None:
        return "0" if single.absence is Absence.NOT_APPLICABLE else None
    return str(getattr(single.value, "value", single.value))


def chips(group: LexborNode | None) -> set[str]:
    links = group.css(".ds-chips a:not(.ds-term)[href*='techniques/']") if group is not None else []
    return {(link.attributes["href"] or "").rstrip("/").rsplit("/", 1)[1].removeprefix("#") for link in links}


def codes(group: LexborNode | None, selector: str) -> set[str]:
    return {code.text() for code in group.css(selector)} if group is not None else set()


def test_techniques_stand_once_by_what_the_model_did_with_them(built: Path, catalogue: Catalogue, ctx: Context) -> None:
    for model in followers(catalogue):
        listed = chips(family(built, model.id, "changes").css_first("#techniques ~ dl.ds-of-model"))
        assert listed == {use.technique.id for use in ctx.uses.of_model(model.id)}, model.id
        assert chips(LexborHTMLParser(what_changed(built, model)).body) == set(), model.id


def test_dimensions_stand_in_the_group_of_what_became_of_them(
    catalogue: Catalogue, sections: Mapping[str, dict[str, LexborNode]]
) -> None:
    compared = 0
    for model in followers(catalogue):
        pair = [catalogue.entries[model.compared_with or ""], catalogue.flagship(model)]
        if any(entry.architecture is None for entry in pair):
            continue
        minor, defaulted = (fields_with(Architecture, facet) for facet in (Facet.MINOR, Facet.DEFAULTED))
        old, new = ({key: plainly(single) for key, single in stated_values(entry.architecture)} for entry in pair)
        groups: dict[str, set[str]] = {"changed": set(), "new": set(), "gone": set()}
        for key in old.keys() | new.keys():
            if key in minor or key.startswith("rope_scaling"):
                continue
            before, after = (side.get(key, None if key in defaulted else "0") for side in (old, new))
            if None in (before, after) or before == after:  # what is equal stands on the page of the architecture
                continue
            where = "new" if before == "0" else "gone" if after == "0" else "changed"
            left_out = where == "gone" and key not in new and allows_field(pair[1].architecture, key)
            if not left_out or key in DROPPED_WITH_A_TECHNIQUE.get(model.id, ()):
                groups[where].add(key)
        page = sections[model.id]
        assert codes(page.get("changed"), ".ds-from-to tbody th code") == groups["changed"], model.id
        for key in ("new", "gone"):
            assert codes(page.get(key), ".ds-values code") == groups[key], (model.id, key)
        compared += 1
    assert compared > 15


def test_every_written_change_is_there_and_every_reason_has_a_source(
    catalogue: Catalogue, sections: Mapping[str, dict[str, LexborNode]]
) -> None:
    reasons = 0
    for model in followers(catalogue):
        for key in ("changed", "new"):
            written = [change for change in model.changes if bool(change.before) == (key == "changed")]
            group = sections[model.id].get(key)
            rows = group.css(".ds-changes tbody tr") if group is not None else []
            aspects = [printed(change.aspect.en) for change in written]
            assert [row.css_first("th").text() for row in rows] == aspects, model.id
            for row, change in zip(rows, written, strict=True):
                last = row.css("td")[-1]
                if change.reason is not None and change.reason.value is not None:
                    assert last.css_first("a.ds-mark") is not None, (model.id, change.aspect.en)
                    assert last.text().split("\u2060")[0].startswith(printed(change.reason.value.en[:20])), model.id
                    reasons += 1
                elif change.reason is not None:
                    assert last.text().startswith(WORDS("changes.no_reason")), (model.id, change.aspect.en)
    assert reasons > 30


def test_every_follower_links_to_both_side_by_side(
    catalogue: Catalogue, sections: Mapping[str, dict[str, LexborNode]]
) -> None:
    for model in followers(catalogue):
        link = sections[model.id][""].css_first("a.ds-aside")
        ids = f"{model.compared_with},{model.flagship}"
        assert (link.attributes["href"] or "").endswith(f"../../compare/models/?v={ids}")


SAYINGS = [
    ("a length in K and in digits", Length.parse("128K"), Length.parse(131072), True),
    ("a number in T and in digits", Quantity.parse("2.0T"), Quantity.parse("2000B"), True),
    ("about and exactly", Quantity.parse("~600K"), Quantity.parse("600K"), True),
    ("a bound and a number", Quantity.parse(">600K"), Quantity.parse("600K"), False),
    ("one digit apart", Quantity.parse("671B"), Quantity.parse("672B"), False),
    ("texts", Text(en="AdamW", zh="甲"), Text(en="AdamW"), True),
]


@pytest.mark.parametrize(("label", "a", "b", "equal"), SAYINGS, ids=[case[0] for case in SAYINGS])
def test_values_are_compared_by_what_they_say(label: str, a: object, b: object, equal: bool) -> None:
    assert (comparable_value(Single[object](value=a)) == comparable_value(Single[object](value=b))) is equal


def test_unknown_is_no_difference_and_not_there_is_one() -> None:
    unknown = comparable_value(Single[Quantity](value=Absence.NOT_PUBLISHED))
    assert row_verdict([unknown, "1"]) is Verdict.OPEN
    assert row_verdict([unknown, "1", "2"]) is Verdict.DIFFERENT
    assert row_verdict(["1", "1"]) is Verdict.SAME
    assert row_verdict([comparable_dimension("kv_lora_rank", None), "512"]) is Verdict.DIFFERENT
    assert row_verdict([comparable_dimension("qk_norm", None), "True"]) is Verdict.OPEN


def test_a_recipe_stays_with_its_model_and_its_network(catalogue: Catalogue) -> None:
    """What came after a base model belongs to its recipe; another model's stages and those of another network do not."""
    entries = catalogue.entries
    for entry in entries.values():
        last = most_trained(entries, entry)
        assert (last.model.id, last.architecture_owner) == (entry.model.id, entry.architecture_owner)
        assert len(recipe_stages(entries, last).stages) >= len(recipe_stages(entries, entry).stages)
        assert {e.model.id for e in variant_lineage(entries, entry)} == {entry.model.id}
    starts = [
        (entry, entries.get(str(entry.variant.based_on.value))) for entry in entries.values() if entry.variant.based_on
    ]
    assert any(start and start.model != entry.model for entry, start in starts), "without one this says nothing"
