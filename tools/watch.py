"""What is new under deepseek-ai since the catalogue was last brought up to date: `make watch` asks the network and changes nothing.

Asks Hugging Face, GitHub and arXiv what they list, and every cited address whether it answers. Names repositories and
papers that the catalogue does not mention, papers and cited files that have changed since the day `searched:` in
data/documents.yaml, addresses that are gone, and documents that were read in somebody's copy although the original
answers. A place that does not answer is named too: silence is not "nothing new".

Ends with 0 where nothing is new, with 1 where something is, with 2 where no place could be asked.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "hooks"))

from catalogue import files, references
from catalogue.findings import CatalogueError
from catalogue.load import read_draft
from catalogue.rules.sources import cited_places

DATA = Path(__file__).parents[1] / "data"
OWNER = "deepseek-ai"
HUGGING_FACE = f"https://huggingface.co/api/models?author={OWNER}&sort=createdAt&direction=-1&limit=500&full=false"
GITHUB = f"https://api.github.com/orgs/{OWNER}/repos?per_page=100&sort=pushed"
ARXIV = "https://export.arxiv.org/api/query"
PAPERS_BY_NAME = f"{ARXIV}?search_query=au:%22DeepSeek-AI%22&sortBy=submittedDate&sortOrder=descending&max_results=100"
_ATOM = "{http://www.w3.org/2005/Atom}"
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
_REPOSITORY = re.compile(rf"(github\.com|huggingface\.co)/{OWNER}/([\w.-]+)", re.IGNORECASE)
_AT_A_TIME = 8
_IDS_IN_A_QUESTION = 60
_SECONDS = 20
GONE = (404, 410)


class NoAnswer(Exception):
    """A place could not be asked. The message says why."""


@dataclass(frozen=True)
class Answer:
    """What a place said.

    Attributes:
        status: Of HTTP.
        text: Its body; empty where only the head was asked for.
        following: Address of the next page of a list; empty on the last.
    """

    status: int
    text: str = ""
    following: str = ""


Ask = Callable[[str, bool], Answer]
"""Asks an address, or for its head alone. Raises NoAnswer."""


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
    """What the catalogue says of the places that are asked.

    Attributes:
        searched: Day on which it was last brought up to date; empty where it does not say.
        repositories: `github.com/name` and `huggingface.co/name` that it mentions, in lower case.
        papers: arXiv ids of its references, with their keys.
        addresses: Cited addresses, each with the keys and files that cite it.
        cited_files: Files of a repository that values cite, by the repository.
        copied: Keys of references that were read in somebody's copy, with how many values rest on each.
    """

    searched: str
    repositories: frozenset[str]
    papers: Mapping[str, str]
    addresses: Mapping[str, tuple[str, ...]]
    cited_files: Mapping[str, frozenset[str]]
    copied: Mapping[str, int]


def known_places(data: Path) -> Known:
    """Read them off the catalogue. Raises CatalogueError."""
    texts = files.read_texts(data)
    draft, findings = read_draft(data.name, texts)
    if findings:
        raise CatalogueError(findings)
    mentioned = (found for text in texts.values() for found in _REPOSITORY.findall(text))
    repositories = frozenset(f"{host}/{name.removesuffix('.git').rstrip('.')}".lower() for host, name in mentioned)
    addresses: dict[str, list[str]] = {}
    for reference in draft.references.values():
        if reference.url:
            addresses.setdefault(reference.url, []).append(reference.key)
    for _, model in draft.each_model():
        for url in (*(link.url for link in model.links), *(variant.weights for variant in model.variants)):
            if url:
                addresses.setdefault(url, []).append(model.id)
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
                cited.setdefault(f"{found[1]}/{found[2]}", set()).add("README.md" if name == references.FIRST else name)
    searched = draft.documents.searched
    return Known(
        searched=searched.text if searched else "",
        repositories=repositories,
        papers={r.eprint: r.key for r in draft.references.values() if r.eprint},
        addresses={address: tuple(keys) for address, keys in addresses.items()},
        cited_files={repository: frozenset(names) for repository, names in cited.items()},
        copied=copied,
    )


@dataclass
class Report:
    """What was found, by title, and the places that could not be asked."""

    found: dict[str, list[str]] = field(default_factory=dict)
    unasked: list[str] = field(default_factory=list)
    asked: int = 0

    def add(self, title: str, lines: Iterable[str]) -> None:
        """Add lines under a title."""
        self.found.setdefault(title, []).extend(lines)

    @property
    def code(self) -> int:
        """Exit code: 2 where no place answered, 1 where something is new."""
        if not self.asked:
            return 2
        return int(any(self.found.values()))

    def lines(self, known: Known) -> Iterator[str]:
        """The report as Markdown, which reads well in a terminal too."""
        since = f" since {known.searched}" if known.searched else ""
        if not self.asked:
            yield "No place could be asked; nothing is known to be new, or not to be."
        elif not any(self.found.values()):
            yield f"Nothing new{since}."
        for title, lines in self.found.items():
            if lines:
                yield f"\n## {title.format(since=since)}: {len(lines)}\n"
                yield from (f"- {line}" for line in lines)
        if unasked := list(dict.fromkeys(self.unasked)):
            yield f"\n## Could not be asked: {len(unasked)}\n"
            yield from (f"- {line}" for line in unasked)


NEW_REPOSITORIES = "Repositories{since} that the catalogue does not mention"
OLD_REPOSITORIES = "Older repositories that it does not mention"
NEW_PAPERS = "Papers by DeepSeek-AI that are not in references.bib"
CHANGED_PAPERS = "Cited papers with a new version{since}"
CHANGED_FILES = "Cited files with commits{since}"
DEAD = "Addresses that are gone"
ORIGINALS = "Read in somebody's copy, although the original answers"


def watch_places(known: Known, ask: Ask, links: bool = True) -> Report:
    """Ask every place. A place that does not answer is named, and the others are asked all the same."""
    report = Report()
    hugging_face = list(_listed_repositories(report, ask, "Hugging Face", HUGGING_FACE))
    github = list(_listed_repositories(report, ask, "GitHub", GITHUB))
    for repository in (*hugging_face, *github):
        if repository.place.lower() not in known.repositories:
            is_new = not known.searched or repository.created >= known.searched
            report.add(NEW_REPOSITORIES if is_new else OLD_REPOSITORIES, [str(repository)])
    for repository in (*hugging_face, *github):
        if known.searched and repository.changed > known.searched:
            report.add(CHANGED_FILES, _changed_files(report, ask, known, repository))
    _compare_papers(report, ask, known)
    if links:
        _try_addresses(report, ask, known)
    return report


@dataclass(frozen=True)
class Repository:
    """A repository that a place lists.

    Attributes:
        place: `github.com/owner/name` or `huggingface.co/owner/name`, without the owner in the middle.
        created: Day on which it was made.
        changed: Day of its last change.
    """

    place: str
    created: str
    changed: str

    @property
    def name(self) -> str:
        """Its name, with the owner."""
        return f"{OWNER}/{self.place.partition('/')[2]}"

    def __str__(self) -> str:
        return f"https://{self.place.partition('/')[0]}/{self.name}, made {self.created}"


def _listed_repositories(report: Report, ask: Ask, who: str, address: str) -> Iterator[Repository]:
    for item in _pages(report, ask, who, address):
        if "full_name" in item:
            yield Repository(f"github.com/{item['name']}", item["created_at"][:10], (item["pushed_at"] or "")[:10])
        else:
            name = str(item["id"]).partition("/")[2]
            made = str(item.get("createdAt") or "")[:10]
            yield Repository(f"huggingface.co/{name}", made, str(item.get("lastModified") or made)[:10])


def _pages(report: Report, ask: Ask, who: str, address: str) -> Iterator[Any]:
    """The items of a list, page after page."""
    while address:
        answer = _asked(report, ask, who, address)
        if answer is None:
            return
        try:
            items = json.loads(answer.text)
        except json.JSONDecodeError:
            report.unasked.append(f"{who}: the answer is not JSON ({address})")
            return
        yield from items
        address = answer.following


def _asked(report: Report, ask: Ask, who: str, address: str) -> Answer | None:
    """An answer that can be read; None, and a line of the report, where there is none."""
    try:
        answer = ask(address, False)
    except NoAnswer as error:
        report.unasked.append(f"{who}: {error}")
        return None
    report.asked += 1
    if answer.status != 200:
        limited = (
            ", which may be its limit: set GITHUB_TOKEN" if who == "GitHub" and answer.status in (403, 429) else ""
        )
        report.unasked.append(f"{who}: answers {answer.status}{limited} ({address})")
        return None
    return answer


def _changed_files(report: Report, ask: Ask, known: Known, repository: Repository) -> Iterator[str]:
    host, _, name = repository.place.partition("/")
    cited = next(
        (files_ for place, files_ in known.cited_files.items() if place.lower() == repository.place.lower()), None
    )
    for file in sorted(cited or ()):
        if host == "github.com":
            query = urllib.parse.urlencode({"path": file, "since": f"{known.searched}T23:59:59Z", "per_page": 5})
            address = f"https://api.github.com/repos/{OWNER}/{name}/commits?{query}"
            commits = [
                (item["sha"][:10], item["commit"]["committer"]["date"][:10], item["commit"]["message"])
                for item in _pages(report, ask, "GitHub", address)
            ]
            for commit, day, message in commits:
                yield f"{repository.name} {file}: {day} {commit} {message.splitlines()[0][:80]}"
    if host == "huggingface.co" and cited:
        address = f"https://huggingface.co/api/models/{OWNER}/{name}/commits/main"
        for item in _pages(report, ask, "Hugging Face", address):
            if item["date"][:10] > known.searched:
                yield f"{repository.name} (at Hugging Face): {item['date'][:10]} {item['id'][:10]} {item['title'][:80]}"


def _compare_papers(report: Report, ask: Ask, known: Known) -> None:
    listed = _papers(report, ask, PAPERS_BY_NAME)
    report.add(
        NEW_PAPERS,
        [f"{paper.id}, {paper.published}: {paper.title}" for paper in listed if paper.id not in known.papers],
    )
    ids = sorted(known.papers)
    for first in range(0, len(ids), _IDS_IN_A_QUESTION):
        some = ids[first : first + _IDS_IN_A_QUESTION]
        for paper in _papers(report, ask, f"{ARXIV}?id_list={','.join(some)}&max_results={len(some)}"):
            if known.searched and paper.updated > known.searched:
                report.add(CHANGED_PAPERS, [f"{known.papers.get(paper.id, paper.id)} ({paper.id}): {paper.updated}"])


@dataclass(frozen=True)
class Paper:
    """A paper at arXiv."""

    id: str
    title: str
    published: str
    updated: str


def _papers(report: Report, ask: Ask, address: str) -> list[Paper]:
    answer = _asked(report, ask, "arXiv", address)
    if answer is None:
        return []
    try:
        feed = xml.fromstring(answer.text)
    except xml.ParseError:
        report.unasked.append(f"arXiv: the answer is not Atom ({address})")
        return []

    def text(entry: xml.Element, name: str) -> str:
        return " ".join((entry.findtext(f"{_ATOM}{name}") or "").split())

    return [
        Paper(
            text(entry, "id").rpartition("/abs/")[2].partition("v")[0],
            text(entry, "title"),
            text(entry, "published")[:10],
            text(entry, "updated")[:10],
        )
        for entry in feed.iter(f"{_ATOM}entry")
    ]


def _try_addresses(report: Report, ask: Ask, known: Known) -> None:
    """Whether each cited address answers; what refuses a program is no dead link."""

    def tried(address: str) -> int | str:
        try:
            return ask(address, True).status
        except NoAnswer as error:
            return str(error)

    addresses = list(known.addresses)
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        answers = dict(zip(addresses, pool.map(tried, addresses), strict=True))
    report.asked += sum(isinstance(answer, int) for answer in answers.values())
    for address, answer in answers.items():
        keys = known.addresses[address]
        if answer in GONE:
            report.add(DEAD, [f"{address} answers {answer} ({', '.join(keys)})"])
        elif isinstance(answer, str):
            report.unasked.append(f"{address}: {answer} ({', '.join(keys)})")
        elif answer == 200:
            report.add(
                ORIGINALS,
                [f"{key}: {known.copied[key]} values, {address}" for key in dict.fromkeys(keys) if key in known.copied],
            )


def main(given: Sequence[str] | None = None, ask: Ask = ask_network) -> int:
    """Print what is new; write it to a file too where one is named."""
    parser = argparse.ArgumentParser(description="Name what is new under deepseek-ai; change nothing.")
    parser.add_argument("--no-links", action="store_true", help="do not try every cited address")
    parser.add_argument("--markdown", type=Path, help="write the report to this file as well")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the data files")
    arguments = parser.parse_args(given)
    try:
        known = known_places(arguments.data.resolve())
    except CatalogueError as error:
        print(error.report(), file=sys.stderr)
        return 1
    report = watch_places(known, ask, links=not arguments.no_links)
    text = "\n".join(report.lines(known)).strip() + "\n"
    print(text, end="")
    if arguments.markdown:
        arguments.markdown.write_text(text, encoding="utf-8")
    return report.code


if __name__ == "__main__":
    sys.exit(main())
