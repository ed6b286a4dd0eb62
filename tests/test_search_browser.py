"""The search in Chromium on the built site: what is found first, how it is shown, keys, weight, and without a server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from catalogue.records import Catalogue, price_spans
from first_search import EDITIONS, GIVE, first_search_weights, index_pieces, open_search, read_questions
from helpers import CASES, built_page, watched
from postbuild.search_index import split_words as words_of
from render.format import short_model
from render.words import CHINESE, ENGLISH, load_words
from weight import served

pytestmark = pytest.mark.browser

QUERIES: dict[str, Any] = yaml.safe_load((CASES / "search.yaml").read_text(encoding="utf-8"))

# Type queries and read the addresses of the answers and the pages that are shown for each, in their order, and what the first
# answer says. Each is typed at once, so that the search need not wait for another letter; what is not to be seen need not be painted.
ASK = """async queries => {
  const dialog = document.querySelector("dialog.ds-search"), input = dialog.querySelector("input");
  const found = {}, wait = window.setTimeout;
  window.setTimeout = then => wait(then);
  dialog.style.display = "none";
  for (const query of queries) {
    delete dialog.dataset.shows;
    input.value = query;
    input.dispatchEvent(new Event("input"));
    while (dialog.dataset.shows !== query.trim()) await new Promise(done => wait(done));
    found[query] = [
      [...dialog.querySelectorAll(".ds-answers section")].map(box => box.querySelector("a").href),
      [...dialog.querySelectorAll(".ds-hits > li > a")].map(link => link.href),
      dialog.querySelector(".ds-answers section")?.innerText ?? "",
    ];
  }
  window.setTimeout = wait;
  dialog.style.display = "";
  return found;
}"""


@dataclass
class Found:
    """What is shown for a query: addresses in the edition, of answers and of pages, and what the first answer says."""

    answers: list[str]
    hits: list[str]
    says: str

    def rank(self, pages: list[str], among: list[str]) -> int:
        """The rank of the first of some pages; 99 where none is shown. A part of a model is on the page of the model."""
        return next((rank for rank, link in enumerate(among, 1) if whole(link) in pages), 99)


def whole(link: str) -> str:
    path = link.split("#")[0].split("?")[0]
    return "/".join(path.split("/")[:2]) + "/" if path.startswith("models/") and path.count("/") > 1 else path


@dataclass
class Search:
    """The home page of an edition with the search open, to which pieces of the index are handed over: hundreds as scripts take five times as long."""

    language: str
    page: Page
    home: str

    def ask(self, *queries: str) -> dict[str, Found]:
        def in_edition(links: list[str]) -> list[str]:
            return [link.removeprefix(self.home) for link in links]

        asked = self.page.evaluate(ASK, queries).items()
        return {query: Found(in_edition(answers), in_edition(hits), says) for query, (answers, hits, says) in asked}

    def hit_ranks(self, queries: dict[str, list[str]]) -> dict[str, int]:
        return {query: found.rank(queries[query], found.hits) for query, found in self.ask(*queries).items()}


@pytest.fixture(scope="module", params=EDITIONS)
def searching(request: pytest.FixtureRequest, browser: Browser, built: Path, address: str) -> Iterator[Search]:
    page = browser.new_page()
    edition = EDITIONS[request.param]
    with watched(page, address):
        open_search(page, address + edition)
        page.evaluate(GIVE, index_pieces(built, address, edition))
        yield Search(request.param, page, address + edition)
    page.close()


def test_every_name_and_abbreviation_finds_its_page_first(searching: Search, catalogue: Catalogue) -> None:
    words = load_words()[searching.language]
    names: dict[str, list[str]] = {}
    for model in catalogue.models.values():
        spellings = (model.name, short_model(model.name), model.name.replace("-", " "))
        for name in spellings if searching.language == ENGLISH else spellings[:1]:  # the same names, taken apart alike
            names.setdefault(name, []).append(f"models/{model.id}/")
    for technique in catalogue.techniques.values():
        for text in (technique.abbreviation, words.text(technique.name), technique.name.en):
            if text:
                names.setdefault(text, []).append(f"techniques/{technique.page or technique.id}/")
    assert len(names) > 150
    assert {query: rank for query, rank in searching.hit_ranks(names).items() if rank != 1} == {}
    both = searching.ask("DeepSeekMoE")["DeepSeekMoE"].hits[:2]
    assert sorted(both) == ["models/deepseek-moe/", "techniques/deepseekmoe/"], "a name that two pages have"


@pytest.mark.parametrize(("written", "number", "first", "third"), [("", 100, 90, 97), ("later_", 60, 49, 55)])
def test_questions_find_their_answer_or_their_page_first(
    searching: Search, written: str, number: int, first: int, third: int
) -> None:
    """Those that were written later have one of several pages, and no answer that is asked for."""
    questions = read_questions(written + searching.language)
    assert len(questions) == number
    late, unsaid = {}, {}
    for query, found in searching.ask(*questions).items():
        wanted = questions[query]
        pages, says = (wanted, "") if isinstance(wanted, list) else ([wanted["page"]], wanted.get("says", ""))
        late[query] = found.rank(pages, found.answers + found.hits)
        if says not in found.says:
            unsaid[query] = found.says
    assert sum(rank == 1 for rank in late.values()) >= first, {query: rank for query, rank in late.items() if rank > 1}
    assert sum(rank <= 3 for rank in late.values()) >= third, {query: rank for query, rank in late.items() if rank > 3}
    assert len(unsaid) <= 2, unsaid


def test_queries_find_their_page_among_the_first_three(searching: Search) -> None:
    name = {ENGLISH: "english", CHINESE: "chinese"}[searching.language]
    for group in (QUERIES[name], QUERIES["values"], QUERIES["aliases"][name]):
        queries = {query: [pages] if isinstance(pages, str) else pages for query, pages in group.items()}
        late = {query: rank for query, rank in searching.hit_ranks(queries).items() if rank > 3}
        assert len(late) <= len(queries) // 25, late


# What is asked and not understood wholly.
NOT_ANSWERED = {
    ENGLISH: (
        *("v3 tokens per joule", "is v3 conscious", "V3 number of Hadamard layers", "how was V3 named"),
        "v9 layers",
    ),
    CHINESE: ("v3 每焦耳 token 数", "v3 有意识吗", "v9 层数"),
}
# What the first answer says, a slip of the hand forgiven; the stage that is asked for and no other; who else, and not who.
ANSWERED = {
    ENGLISH: {
        "deepsek v3 paramters": "671B",
        "v3 contxt length": "128K",
        "V3 atention heads": "128",
        "RL learning rate R1": "3 × 10⁻⁶",
        "who else uses MLA": "Moonshot",
    },
    CHINESE: {
        "zhuyili": "Transformer",
        "fuzai junheng": "",
        "注意李机制": "注意力",
        "专佳并行": "专家",
        "V3 的拓补": "",
        "R1 强化学习 学习率": "3 × 10⁻⁶",
        "还有谁在用 MLA": "月之暗面",
    },
}


def test_what_is_asked_is_answered_or_not_and_never_with_another_fact(searching: Search) -> None:
    for query, found in searching.ask(*NOT_ANSWERED[searching.language]).items():
        assert " · " not in found.says.split("\n")[0], (query, found.says)
    for query, found in searching.ask(*ANSWERED[searching.language]).items():
        assert found.answers + found.hits, query
        assert ANSWERED[searching.language][query] in found.says, (query, found)
        assert "10⁻⁵" not in found.says, query
        if "MLA" in query:
            assert found.answers[0] == "elsewhere/#mla"
            assert "DeepSeek-V2" not in found.says


def test_a_price_is_that_of_the_name_and_says_what_it_means_now(searching: Search, catalogue: Catalogue) -> None:
    prices = [span for span in price_spans(catalogue) if span.until is None]
    asked = {f"price of {name.name}": (name, span) for span in prices for name in span.names if name.until is None}
    for query, found in searching.ask(*asked).items():
        name, span = asked[query]
        meant = name.pointers[-1].variant
        assert meant is not None
        assert found.says.startswith(name.name)
        for said in (catalogue.entries[meant].variant.name, f"${span.price.dollars.output.value.text}"):
            assert said in found.says, (query, found.says)


def test_the_page_for_lost_addresses_finds_at_the_root_of_a_host(page: Page, built: Path) -> None:
    """Below a path, where other tests have the site, a slash too many does no harm."""
    with served(built) as root, watched(page, root):
        for edition in EDITIONS.values():
            open_search(page, f"{root}{edition}404.html")
            page.locator("dialog.ds-search input").fill("MLA")
            expect(page.locator("dialog.ds-search")).to_have_attribute("data-shows", "MLA")
            found = page.locator(".ds-hits > li > a").evaluate_all("links => links.map(link => link.href)")
            assert found[0] == f"{root}{edition}techniques/mla/"


def test_both_sides_take_a_text_apart_alike(built: Path, page: Page) -> None:
    """The index is made in Python and asked in the browser: the words of whole pages have to be the same."""
    script = (Path(__file__).parent.parent / "hooks/render/scripts/search/words.js").read_text(encoding="utf-8")
    texts = [
        "671 B, 70,272 or 5.576 M; $1,000; V3.2-Exp's noaux_tc; quantised, routing; 557.6 万美元，6710 亿参数，KV缓存。"
    ]
    for path in ("models/deepseek-v3", "zh/models/deepseek-v4", "zh/guides/framework", "references"):
        texts.append(built_page(built, path).css_first("article").text())
    work = f"texts => {{ {script}\nreturn texts.map(text => split(text).map(([word]) => word)); }}"
    for text, found in zip(texts, page.evaluate(work, texts), strict=True):
        assert found == list(words_of(text))


def test_kinds_narrow_the_hits_and_a_hit_shows_the_words_and_opens_the_section(page: Page, address: str) -> None:
    open_search(page, address)
    page.keyboard.insert_text("load balancing")
    models = page.locator(".ds-search-kinds").get_by_role("button", name=load_words()[ENGLISH]("search.kind.model"))
    models.click()
    expect(models).to_have_attribute("aria-pressed", "true")
    for link in page.locator(".ds-hits > li > a").all():
        assert "/models/" in (link.get_attribute("href") or "")
    page.locator(".ds-search-kinds button").first.click()
    expect(models).to_have_attribute("aria-pressed", "false")
    page.locator("dialog.ds-search input").fill("")
    page.keyboard.insert_text("decoupled key in DualPipe micro-batches")
    first = page.locator(".ds-hits > li > a").first
    expect(first.locator("mark").first).to_be_visible()
    height = first.locator(".ds-hit-text").evaluate(
        "line => line.offsetHeight / (parseFloat(getComputedStyle(line).lineHeight) || 1.5 * parseFloat(getComputedStyle(line).fontSize))"
    )
    assert height <= 2.1
    page.locator("dialog.ds-search input").fill("")
    query = "MLA cache elements how it works"
    page.keyboard.insert_text(query)
    expect(page.locator("dialog.ds-search")).to_have_attribute("data-shows", query)
    link = page.locator(".ds-hits a[href*='techniques/mla/#']").first
    target = (link.get_attribute("href") or "").split("#")[1]
    link.click()
    expect(page.locator(f"[id='{target}']")).to_be_in_viewport()


def test_the_keyboard_alone_is_enough(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("/")
    box = page.locator("dialog.ds-search input")
    expect(box).to_be_focused()
    page.keyboard.type("grpo")
    expect(page.locator("dialog.ds-search [role=status]")).to_contain_text("pages")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".ds-answers a").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".ds-hits a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.ds-search")).not_to_be_visible()
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    page.keyboard.insert_text("DeepSeek-V3")
    expect(page.locator("dialog.ds-search")).to_have_attribute("data-shows", "DeepSeek-V3")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}models/deepseek-v3/")


def test_a_slash_in_a_field_stays_a_slash_and_nothing_is_loaded_before_a_search(page: Page, address: str) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(address + "tools/memory/")
    page.locator(".ds-calculator input[type=text], .ds-calculator input:not([type=checkbox])").first.focus()
    page.keyboard.press("/")
    expect(page.locator("dialog.ds-search")).to_have_count(0)
    page.evaluate("() => new Promise(requestIdleCallback)")
    assert len(loaded) > 3
    assert [url for url in loaded if "search" in url] == []


@pytest.mark.parametrize("language", EDITIONS)
def test_a_first_search_is_light(browser: Browser, built: Path, address: str, language: str) -> None:
    """Everything that is loaded for a question, compressed: `make bench` weighs the others."""
    asked = list(read_questions(language))[:1]
    (loaded,) = first_search_weights(browser, built, address, EDITIONS[language], asked, at_once=True)
    assert len(loaded) > 5
    assert sum(loaded.values()) <= 60_000, loaded
