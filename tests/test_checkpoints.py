"""What a family states is not handed to a checkpoint that no source says it of: on the real catalogue, in the built site."""

import json
from pathlib import Path

import pytest

from catalogue import records
from catalogue.records import Catalogue, Entry

# A later checkpoint beside one of the first release of its family, and what of the latter must not be said of the former.
PAIRS = (
    ("deepseek-v3-0324", "deepseek-v3", {"weights", "announcement", "api", "licence", "hours", "cost", "paper"}),
    ("deepseek-r1-0528", "deepseek-r1", {"weights", "announcement", "api", "hours", "cost", "paper"}),
    ("deepseek-v3.1-terminus", "deepseek-v3.1", {"weights", "announcement", "api"}),
    ("deepseek-v2.5-1210", "deepseek-v2.5", {"weights", "announcement", "api", "licence"}),
    ("deepseek-v3.2", "deepseek-v3.2-exp", {"weights", "announcement", "api", "paper"}),
    ("deepseek-v4-flash-0731", "deepseek-v4-flash", {"weights", "announcement", "api", "licence", "paper"}),
    ("deepseek-v2-chat-0628", "deepseek-v2-chat", {"weights", "announcement", "api", "paper"}),
    ("deepseek-moe-145b", "deepseek-moe-16b-base", {"weights", "announcement", "licence"}),
    ("deepseek-v3-base", "deepseek-v3", {"api", "hours", "cost"}),
    ("deepseek-r1-distill-llama-70b", "deepseek-r1", {"licence", "hours", "cost"}),
)


def said_of(catalogue: Catalogue, entry: Entry) -> dict[str, object]:
    licences = entry.licences
    found = {
        "weights": records.checkpoint_date(entry, "weights"),
        "announcement": records.checkpoint_date(entry, "announcement"),
        "api": records.api_date(catalogue.api_names, entry.variant.id),
        "licence": licences.weights if licences else None,
        "hours": records.published_gpu_hours(entry),
        "cost": records.published_cost(entry),
    }
    known = {name: (single.value, single.source) if single is not None else None for name, single in found.items()}
    return known | {"paper": records.checkpoint_reference(entry)}


@pytest.mark.parametrize(("later", "first", "differs"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_a_checkpoint_does_not_take_over_what_is_not_said_of_it(
    catalogue: Catalogue, later: str, first: str, differs: set[str]
) -> None:
    own, family = (said_of(catalogue, catalogue.entries[id_]) for id_ in (later, first))
    same = {name for name in differs if own[name] is not None and own[name] == family[name]}  # and from the same source
    assert not same, (own, family)


def test_the_download_gives_each_checkpoint_its_own_dates_and_licences(built: Path, catalogue: Catalogue) -> None:
    data = json.loads((built / "data" / "catalogue.json").read_text(encoding="utf-8"))
    facts = {variant["id"]: variant["facts"] for model in data["models"] for variant in model["variants"]}
    for id_, entry in catalogue.entries.items():
        own = said_of(catalogue, entry)
        for name in ("weights", "announcement", "api"):
            stated = facts[id_].get(f"date.{name}", {}).get("value")
            assert stated == (own[name][0].text if own[name] and own[name][0] else None), (id_, name)
        licence = own["licence"][0] if own["licence"] else None
        assert facts[id_].get("licence.weights", {}).get("value") == licence, id_
