"""`make watch` asks every place for what is new under deepseek-ai and records what it read, and no more than that."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import watch
from catalogue.files import read_generated
from catalogue.load import WATCHED
from catalogue.schema.documents import Place, PlaceAsked, Watched
from helpers import ROOT, VALID
from watch import Answer, Known, NoAnswer

RECORDED = Path(__file__).parent / "cases" / "watch"
SECOND = "https://api.github.com/organizations/1/repos?per_page=100&sort=pushed&page=2"
MOVED = "https://github.com/deepseek-ai/DualPipe"
TODAY = "2026-12-20"


def recorded(name: str, following: str = "") -> Answer:
    return Answer(200, (RECORDED / name).read_text(encoding="utf-8"), following)


ANSWERS: tuple[tuple[str, Callable[[str], Answer]], ...] = (
    ("/commits/main", lambda _: recorded("hugging-face-commits.json")),
    ("huggingface.co/api/models?", lambda _: recorded("hugging-face.json")),
    (
        "/commits?",
        lambda address: recorded("github-commits.json") if "path=README.md" in address else Answer(200, "[]"),
    ),
    (
        "api.github.com",
        lambda address: recorded("github-2.json") if address == SECOND else recorded("github-1.json", SECOND),
    ),
    ("arxiv.org", lambda _: recorded("arxiv.xml")),
    ("deepseek.com/news", lambda _: recorded("news.html")),
    ("updates.md", lambda _: recorded("updates.md")),
    ("pricing.md", lambda _: recorded("pricing.md")),
    ("pypi.org", lambda address: recorded("pypi.json") if "/deepinfer/" in address else Answer(200, "{}")),
    ("npmjs.org", lambda _: recorded("npm.json")),
)


def ask_recorded(address: str, head: bool = False) -> Answer:
    """The answers of a day in December, as the places give them."""
    if head:
        return Answer(404 if address == MOVED else 200)
    return next(answer(address) for part, answer in ANSWERS if part in address)


def ask_nobody(address: str, head: bool = False) -> Answer:
    raise NoAnswer("Name or service not known")


@pytest.fixture(scope="module")
def known() -> Known:
    return replace(watch.known_places(ROOT / "data"), since=dict.fromkeys(Place, "2026-11-29"))


@pytest.fixture(scope="module")
def found(known: Known) -> dict[Place, PlaceAsked]:
    return {place: watch.watch_place(known, ask_recorded, place, None, TODAY) for place in Place}


def test_the_catalogue_knows_its_own_repositories_papers_and_packages(known: Known) -> None:
    assert {"huggingface.co/deepseek-v3", "github.com/deepseek-v3"} <= known.repositories
    assert known.papers["2412.19437"] == "deepseek-v3"
    assert "README.md" in known.cited_files["github.com/deepseek-v3"]
    assert sum(known.copied.values()) > 100
    assert "deepinfer" in known.packages[Place.PYPI]


NEW = {
    Place.HUGGING_FACE: ("deepseek-ai/DeepSeek-V99", "deepseek-old-demo", "Correct the licence"),
    Place.GITHUB: ("deepseek-ai/Drill", "README.md: 2026-12-01 Update the table of sizes"),
    Place.ARXIV: ("2612.09876, 2026-12-19: DeepSeek-V99: Technical Report", "deepseek-v3 (2412.19437): a version of"),
    Place.NEWS: ("news/news261219",),
    Place.LOG: ("2026-12-19 DeepSeek-V99",),
    Place.PRICES: ("DeepSeek-V99-Flash", "deepseek-v99-flash"),
    Place.PYPI: ("deepinfer 9.0.0, 2026-12-18; the catalogue knows",),
    Place.NPM: ("@deepseek-ai/dsh 9.1.0-rc.1, 2026-12-17",),
}
OLD = {
    Place.HUGGING_FACE: ("DeepSeek-V3,", "Update README.md"),
    Place.GITHUB: ("DualPipe",),
    Place.NEWS: ("news250120",),
    Place.LOG: ("2026-04-24",),
    Place.PRICES: ("DeepSeek-V4-Pro", "deepseek-flash"),
}


@pytest.mark.parametrize("place", Place)
def test_what_is_new_at_a_place_is_told_from_what_is_known(place: Place, found: dict[Place, PlaceAsked]) -> None:
    said = "\n".join(found[place].new)
    assert [line for line in NEW[place] if line not in said] == []
    assert [line for line in OLD.get(place, ()) if line in said] == []
    assert not found[place].why
    assert found[place].newest <= TODAY


def test_addresses_that_are_gone_or_open_are_named(known: Known) -> None:
    (gone,), opened = watch.try_addresses(known, ask_recorded)
    assert gone.startswith(f"{MOVED} answers 404")
    readable = {line.partition(":")[0] for line in opened}
    assert readable <= known.copied.keys()
    assert len(readable) > 20


def test_a_copy_stands_in_and_goes_no_further_than_it_was_read(known: Known, tmp_path: Path) -> None:
    """Its own days count, and the day of its head where it bears none."""
    for place, name in ((Place.LOG, "updates.md"), (Place.PRICES, "pricing.md")):
        text = f"https://api-docs.deepseek.com/{name} 2026-12-10\n{(RECORDED / name).read_text(encoding='utf-8')}"
        (tmp_path / f"{place}.txt").write_text(text, encoding="utf-8")
    log, prices, pypi = (
        watch.watch_place(known, ask_nobody, place, tmp_path, TODAY) for place in (Place.LOG, Place.PRICES, Place.PYPI)
    )
    assert (log.copy_of, log.newest) == ("https://api-docs.deepseek.com/updates.md", "2026-12-19")
    assert (prices.newest, bool(prices.new)) == ("2026-12-10", True)
    assert all(one.why == "Name or service not known" for one in (log, prices, pypi))
    assert (pypi.copy_of, pypi.newest, pypi.new) == ("", "", ())


def test_without_a_network_nothing_is_said_to_be_new_or_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = Path(shutil.copytree(VALID, tmp_path / "data"))
    assert watch.main(["--no-links", "--data", str(data)], ask_nobody) == 2
    said = capsys.readouterr().out
    assert said.startswith("No place could be asked")
    assert "arxiv: Name or service not known" in said
    record = read_generated(data, WATCHED, Watched, "make watch")
    assert record is not None
    assert all(one.why and not one.new for one in record.places)


def test_the_record_is_written_and_the_next_look_begins_where_it_ends(tmp_path: Path) -> None:
    data = Path(shutil.copytree(VALID, tmp_path / "data"))
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and path.name != WATCHED}
    given = ["--no-links", "--data", str(data), "--markdown", str(tmp_path / "report.md")]
    assert watch.main(given, ask_recorded, TODAY) == 1
    assert "## New on github: " in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert before == {path: path.read_bytes() for path in before}, "nothing but the record"
    log = json.loads((data / WATCHED).read_text(encoding="utf-8"))["places"][list(Place).index(Place.LOG)]
    assert (log["asked"], log["newest"]) == (TODAY, "2026-12-19")
    assert watch.known_places(data).since[Place.LOG] == "2026-12-19"
