"""What is new under deepseek-ai: `make watch` asks every place of UPDATING.md and writes what each said into data/watched.json.

Hugging Face, GitHub, arXiv, the news, the change log and the price page of the API, PyPI and npm: what they list and the catalogue does not
hold, cited papers and files that changed, and every cited address that is gone or now opens although a copy is cited. A place that does
not answer is named too: silence is not "nothing new". `COPIES=folder` has stored copies, `<place>.txt`, to be read where a place does not
answer; the first line of one is the address that it is a copy of and the day to which it goes. The record says so, and never goes beyond
the newest day that was read.

Ends with 0 where nothing is new, with 1 where something is, with 2 where no place could be asked.
"""

import argparse
import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "hooks"))

from catalogue import files, references
from catalogue.findings import CatalogueError
from catalogue.load import WATCHED, read_draft
from catalogue.rules.sources import cited_places
from catalogue.schema.documents import Place, PlaceAsked, Watched

DATA = Path(__file__).parents[1] / "data"
OWNER = "deepseek-ai"
DOCS = "https://api-docs.deepseek.com"
LISTS = {
    Place.HUGGING_FACE: f"https://huggingface.co/api/models?author={OWNER}&sort=createdAt&direction=-1&limit=500&full=false",
    Place.GITHUB: f"https://api.github.com/orgs/{OWNER}/repos?per_page=100&sort=pushed",
    Place.ARXIV: "https://export.arxiv.org/api/query",
    Place.LOG: f"{DOCS}/updates.md",
    Place.PRICES: f"{DOCS}/quick_start/pricing.md",
    Place.PYPI: "https://pypi.org/pypi/{}/json",
    Place.NPM: "https://registry.npmjs.org/{}",
}
BY_NAME = "?search_query=au:%22DeepSeek-AI%22&sortBy=submittedDate&sortOrder=descending&max_results=100"
GONE = (404, 410)
_ATOM = "{http://www.w3.org/2005/Atom}"
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
_REPOSITORY = re.compile(rf"(github\.com|huggingface\.co)/{OWNER}/([\w.-]+)", re.IGNORECASE)
_NEWS = re.compile(r"\bnews/(news(\d{6}))\b")
_AT_A_TIME, _IDS_IN_A_QUESTION, _SECONDS = 8, 60, 20


class NoAnswer(Exception):
    """A place could not be asked. The message says why."""


@dataclass(frozen=True)
class Answer:
    status: int  # of HTTP
    text: str = ""  # empty where only the head was asked for
    following: str = ""  # address of the next page of a list; empty on the last


Ask = Callable[[str, bool], Answer]  # asks an address, or for its head alone; raises NoAnswer
Found = Iterator[tuple[str, str]]  # days that a place bears, each with what is new; empty where the catalogue has it


def ask_network(address: str, head: bool = False) -> Answer:
    """Ask the network; a token of GitHub in the environment raises its limit."""
    headers = {"User-Agent": "ds-series-watch"}
    if address.startswith("https://api.github.com/") and (token := os.environ.get("GITHUB_TOKEN")):
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(address, headers=headers, method="HEAD" if head else "GET")
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:
            text = "" if head else response.read().decode("utf-8", errors="replace")
            found = _NEXT.search(response.headers.get("Link") or "")
            return Answer(response.status, text, found[1] if found else "")
    except urllib.error.HTTPError as error:
        return Answer(error.code)
    except (OSError, ValueError) as error:
        raise NoAnswer(str(getattr(error, "reason", error)) or type(error).__name__) from None


@dataclass(frozen=True)
class Known:
    """What the catalogue says of the places that are asked."""

    since: Mapping[Place, str]  # newest day that was read of a place; of all, where it was never read
    repositories: frozenset[str]  # `github.com/name` and `huggingface.co/name`, in lower case
    papers: Mapping[str, str]  # keys of references by arXiv id
    addresses: Mapping[str, tuple[str, ...]]  # cited addresses, each with the keys and files that cite it
    cited_files: Mapping[str, frozenset[str]]  # by repository, in lower case
    copied: Mapping[str, int]  # references that were read in somebody's copy, with how many values rest on each
    news: frozenset[str]  # announcements in the documents of the API
    models: frozenset[str]  # names of checkpoints and of the API
    packages: Mapping[Place, Mapping[str, str]]  # versions by name


def known_places(data: Path) -> Known:
    """Read them off the catalogue. Raises CatalogueError."""
    texts = files.read_texts(data)
    draft, findings = read_draft(data.name, texts)
    if findings:
        raise CatalogueError(findings)
    last = files.read_generated(data, WATCHED, Watched, "make watch")
    names = draft.models.api_names
    pointed = max((p.since.value.first_day for n in names for p in n.pointers if p.since.value), default="")
    read = {one.place: one.newest for one in last.places if one.newest} if last else {}
    mentioned = [found for text in texts.values() for found in _REPOSITORY.findall(text)]
    named = [(reference.url, reference.key) for reference in draft.references.values()]
    for _, model in draft.each_model():
        urls = (*(link.url for link in model.links), *(variant.weights for variant in model.variants))
        named += [(url, model.id) for url in urls]
    addresses = defaultdict[str, tuple[str, ...]](tuple)
    for url, key in named:
        if url:
            addresses[url] += (key,)
    cited: dict[str, set[str]] = {}
    copied: dict[str, int] = {}
    for _, _, item in cited_places(draft):
        document = draft.references.get(item.key)
        if item.via is not None:
            copied[item.key] = copied.get(item.key, 0) + 1
        found = _REPOSITORY.search(document.url or "") if document else None
        if found and not references.is_dated(item.locus):
            name = references.document_of(item.locus).split(" ")[0]
            if "*" not in name:
                place = f"{found[1]}/{found[2]}".lower()
                cited.setdefault(place, set()).add("README.md" if name == references.FIRST else name)
    variants = [variant.name for _, model in draft.each_model() for variant in model.variants]
    return Known(
        since={place: read.get(place, pointed) for place in Place},
        repositories=frozenset(f"{host}/{name.removesuffix('.git').rstrip('.')}".lower() for host, name in mentioned),
        papers={r.eprint: r.key for r in draft.references.values() if r.eprint},
        addresses=addresses,
        cited_files={repository: frozenset(names_) for repository, names_ in cited.items()},
        copied=copied,
        news=frozenset(found[0] for text in texts.values() for found in _NEWS.findall(text)),
        models=frozenset((*variants, *(name.name for name in names))),
        packages={Place(registry): listed for registry, listed in draft.documents.packages.items()},
    )


Get = Callable[[str], Answer]  # asks an address; raises NoAnswer, and where the status is another than 200


def _listed(get: Get, address: str) -> Iterator[dict[str, str]]:
    """The items of a list, page after page."""
    while address:
        answer = get(address)
        yield from json.loads(answer.text)
        address = answer.following


def find_repositories(known: Known, get: Get, place: Place) -> Found:
    """Repositories that the catalogue does not mention, and commits to files that it cites."""
    host = "github.com" if place is Place.GITHUB else "huggingface.co"
    for item in _listed(get, LISTS[place]):
        name = str(item.get("full_name") or item["id"]).partition("/")[2]
        made = str(item.get("created_at") or item.get("createdAt") or "")[:10]
        changed = str(item.get("pushed_at") or item.get("lastModified") or made)[:10]
        here = f"{host}/{name}".lower()
        said = f"https://{host}/{OWNER}/{name}, made {made or 'on an unknown day'}"
        yield changed, "" if here in known.repositories else said
        if changed > known.since[place]:
            for file in sorted(known.cited_files.get(here, ())):
                yield from ((changed, line) for line in _commits(known, get, place, name, file))


def _commits(known: Known, get: Get, place: Place, name: str, file: str) -> Iterator[str]:
    since = known.since[place]
    if place is Place.GITHUB:
        query = urllib.parse.urlencode({"path": file, "since": f"{since}T23:59:59Z", "per_page": 5})
        for item in _listed(get, f"https://api.github.com/repos/{OWNER}/{name}/commits?{query}"):
            commit: dict = item["commit"]  # type: ignore[assignment, type-arg]
            yield f"{OWNER}/{name} {file}: {commit['committer']['date'][:10]} {commit['message'].splitlines()[0][:80]}"
    else:
        for item in _listed(get, f"https://huggingface.co/api/models/{OWNER}/{name}/commits/main"):
            if item["date"][:10] > since:
                yield f"{OWNER}/{name} (at Hugging Face): {item['date'][:10]} {item['title'][:80]}"


def find_papers(known: Known, get: Get, place: Place) -> Found:
    """Papers by DeepSeek-AI that no reference has, and new versions of those that are cited."""
    ids = sorted(known.papers)
    some = [ids[first : first + _IDS_IN_A_QUESTION] for first in range(0, len(ids), _IDS_IN_A_QUESTION)]
    for query in (BY_NAME, *(f"?id_list={','.join(part)}&max_results={len(part)}" for part in some)):
        for entry in xml.fromstring(get(LISTS[place] + query).text).iter(f"{_ATOM}entry"):
            id_, title, published, updated = (
                " ".join((entry.findtext(_ATOM + name) or "").split())
                for name in ("id", "title", "published", "updated")
            )
            id_, day = id_.rpartition("/abs/")[2].partition("v")[0], updated[:10]
            if id_ not in known.papers:
                yield published[:10], f"{id_}, {published[:10]}: {title}"
            elif query != BY_NAME:
                yield day, f"{known.papers[id_]} ({id_}): a version of {day}" if day > known.since[place] else ""


def find_news(known: Known, get: Get, place: Place) -> Found:
    """Announcements that no source names: the page of the newest known one lists the others beside it."""
    newest = max((name for name in known.news if len(name) == 10), default="news250120")
    for name, day in sorted(set(_NEWS.findall(get(f"{DOCS}/news/{newest}").text))):
        yield f"20{day[:2]}-{day[2:4]}-{day[4:]}", "" if name in known.news else f"{DOCS}/news/{name}"


def find_log(known: Known, get: Get, place: Place) -> Found:
    """Days of the change log behind the last that was read."""
    for day, what in re.findall(r"Date: (\d{4}-\d\d-\d\d)\W*([^\n]*)", get(LISTS[place]).text):
        yield day, f"{day} {what.strip()}" if day > known.since[place] else ""


def find_prices(known: Known, get: Get, place: Place) -> Found:
    """Versions of models and names of the API that the catalogue does not have."""
    pattern = r"\bDeepSeek-[VR]\d[\w.-]*\w|\bdeepseek-(?:v\d[\w.]*-)?(?:flash|pro)[\w.-]*"
    yield "", ""
    for name in dict.fromkeys(re.findall(pattern, get(LISTS[place]).text)):
        yield "", "" if name in known.models else name


def find_packages(known: Known, get: Get, place: Place) -> Found:
    """The newest version of each package by the day of its files, where it is not the one that is known."""
    if not known.packages.get(place):
        raise NoAnswer("no package there is known to the catalogue")
    for name, version in known.packages[place].items():
        said = json.loads(get(LISTS[place].format(urllib.parse.quote(name, safe="@"))).text)
        times = said.get("time", {})
        days = {
            v: max((f["upload_time"] for f in uploads), default="") for v, uploads in said.get("releases", {}).items()
        }
        days |= {v: times.get(v, "") for v in said.get("versions", {})}
        day, newest = max(((day[:10], v) for v, day in days.items()), default=("", ""))
        yield day, f"{name} {newest}, {day}; the catalogue knows {version}" if newest and newest != version else ""


ASKED: Mapping[Place, Callable[[Known, Get, Place], Found]] = {
    Place.HUGGING_FACE: find_repositories,
    Place.GITHUB: find_repositories,
    Place.ARXIV: find_papers,
    Place.NEWS: find_news,
    Place.LOG: find_log,
    Place.PRICES: find_prices,
    Place.PYPI: find_packages,
    Place.NPM: find_packages,
}


def watch_place(known: Known, ask: Ask, place: Place, copies: Path | None, today: str) -> PlaceAsked:
    """Ask a place, and read a copy of it where it does not answer."""

    def get(address: str) -> Answer:
        answer = ask(address, False)
        if answer.status != 200:
            limited = "api.github" in address and answer.status in (403, 429)
            raise NoAnswer(f"answers {answer.status}" + ", which may be its limit: set GITHUB_TOKEN" * limited)
        return answer

    def summary(get: Get) -> tuple[str, tuple[str, ...]]:
        found = [*ASKED[place](known, get, place)]
        newest = max((day for day, _ in found if day <= today), default="")
        return newest, tuple(dict.fromkeys(line for _, line in found if line))

    try:
        newest, new = summary(get)
        return PlaceAsked(place=place, asked=today, newest=newest, new=new)
    except NoAnswer as error:
        why = str(error)
    except (ValueError, KeyError, TypeError, AttributeError, xml.ParseError):
        why = "its answer has another form than it had"
    copy = copies / f"{place}.txt" if copies else None
    if copy is None or not copy.is_file():
        return PlaceAsked(place=place, asked=today, why=why)
    head, _, text = copy.read_text(encoding="utf-8").partition("\n")
    address, _, until = head.partition(" ")
    known = Known(**{**vars(known), "cited_files": {}})  # a copy of a list knows no commits
    newest, new = summary(lambda _: Answer(200, text))
    return PlaceAsked(place=place, asked=today, why=why, copy_of=address, newest=newest or until, new=new)


def try_addresses(known: Known, ask: Ask) -> tuple[list[str], list[str]]:
    """Cited addresses that are gone, and those that open although a copy is cited; what refuses a program is no dead link."""

    def tried(address: str) -> int:
        try:
            return ask(address, True).status
        except NoAnswer:
            return 0

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        answers = dict(zip(known.addresses, pool.map(tried, known.addresses), strict=True))
    keys = known.addresses
    gone = [f"{a} answers {status} ({', '.join(keys[a])})" for a, status in answers.items() if status in GONE]
    opened = [(key, a) for a, status in answers.items() if status == 200 for key in dict.fromkeys(keys[a])]
    return gone, [f"{key}: {known.copied[key]} values, {a}" for key, a in opened if key in known.copied]


def report_lines(watched: Watched, gone: Sequence[str] = (), opened: Sequence[str] = ()) -> Iterator[str]:
    """The report as Markdown, which reads well in a terminal too."""
    found = {f"New on {one.place}": one.new for one in watched.places}
    found["Addresses that are gone"] = tuple(gone)
    found["Read in somebody's copy, although the original answers"] = tuple(opened)
    if all(one.why and not one.copy_of for one in watched.places):
        yield "No place could be asked; nothing is known to be new, or not to be."
    elif not any(found.values()):
        yield "Nothing new in what was read."
    found["Could not be asked"] = tuple(f"{one.place}: {one.why}" for one in watched.places if one.why)
    for title, lines in found.items():
        if lines:
            yield f"\n## {title}: {len(lines)}\n"
            yield from (f"- {line}" for line in lines)


def main(given: Sequence[str] | None = None, ask: Ask = ask_network, today: str = "") -> int:
    """Write the record, and print what is new, to a file too where one is named."""
    parser = argparse.ArgumentParser(description="Ask every place for what is new under deepseek-ai.")
    parser.add_argument("--no-links", action="store_true", help="do not try every cited address")
    parser.add_argument("--markdown", type=Path, help="write the report to this file as well")
    parser.add_argument("--copies", type=Path, help="folder of stored copies of places that may not answer")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the data files")
    arguments = parser.parse_args(given)
    try:
        known = known_places(arguments.data.resolve())
    except CatalogueError as error:
        print(error.report(), file=sys.stderr)
        return 1
    today = today or datetime.now(UTC).date().isoformat()
    watched = Watched(places=tuple(watch_place(known, ask, place, arguments.copies, today) for place in Place))
    gone, opened = ([], []) if arguments.no_links else try_addresses(known, ask)
    text = "\n".join(report_lines(watched, gone, opened)).strip() + "\n"
    print(text, end="")
    if arguments.markdown:
        arguments.markdown.write_text(text, encoding="utf-8")
    record = json.dumps(watched.model_dump(mode="json", exclude_defaults=True), indent=1, ensure_ascii=False)
    (arguments.data / WATCHED).write_text(record + "\n", encoding="utf-8")
    if all(one.why and not one.copy_of for one in watched.places):
        return 2
    return int(any(one.new for one in watched.places) or bool(gone))


if __name__ == "__main__":
    sys.exit(main())
