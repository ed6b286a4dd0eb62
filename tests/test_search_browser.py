"""The search in Chromium on the built site: what is found first, how it is shown, keys, weight, and without a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from catalogue.records import Catalogue
from first_search import first_search_weights
from helpers import CASES, show, watched
from postbuild.search_index import split_words as words_of
from render.format import short_model
from render.words import CHINESE, ENGLISH, load_words

pytestmark = pytest.mark.browser

EDITIONS = {ENGLISH: "", CHINESE: "zh/"}
QUERIES: dict[str, Any] = yaml.safe_load((CASES / "search.yaml").read_text(encoding="utf-8"))
ASKED: dict[str, dict[str, dict[str, str]]] = {
    language: yaml.safe_load((Path(__file__).parent / "questions" / f"{language}.yaml").read_text(encoding="utf-8"))
    for language in EDITIONS
}
LATER: dict[str, dict[str, list[str]]] = {
    language: yaml.safe_load(
        (Path(__file__).parent / "questions" / f"later_{language}.yaml").read_text(encoding="utf-8")
    )
    for language in EDITIONS
}
IN_EDITION = {ENGLISH: "english", CHINESE: "chinese"}

# The pieces of the index by their address, as what each calls `dsSearch` with: to load hundreds of them as scripts takes five times as
# long as to search them. A piece that is not among them is loaded, as all are in the tests below.
GIVE = """pieces => {
  const given = JSON.parse(pieces), append = document.head.append;
  document.head.append = (...scripts) => {
    const piece = given[scripts[0].src];
    if (!piece) return append.apply(document.head, scripts);
    dsSearch(...piece);
    scripts[0].onload();
  };
}"""

# Type queries and read the addresses of the pages that are shown for each, in their order. Each is typed at once, so that the search
# need not wait for another letter; what is not to be seen need not be painted.
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
    found[query] = [...dialog.querySelectorAll(".ds-hits > li > a")].map(link => link.href);
  }
  window.setTimeout = wait;
  dialog.style.display = "";
  return found;
}"""


# The same with the answers: the address of each answer and of each page behind them, and what the first answer says.
ASK_ALL = ASK.replace(
    """[...dialog.querySelectorAll(".ds-hits > li > a")].map(link => link.href)""",
    """[
      [...dialog.querySelectorAll(".ds-answers section")].map(box => box.querySelector("a").href).concat(
        [...dialog.querySelectorAll(".ds-hits > li > a")].map(link => link.href)),
      dialog.querySelector(".ds-answers section")?.innerText ?? "",
    ]""",
)


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.locator("[data-ds-search]").first.click()
    expect(page.locator("dialog.ds-search input")).to_be_focused()
    return page


def pieces(built: Path, address: str, edition: str) -> dict[str, list[Any]]:
    """What each file of an edition's index hands over."""
    return {
        address + path.relative_to(built).as_posix(): json.loads(
            f"[{path.read_text(encoding='utf-8').strip().removeprefix('dsSearch(').removesuffix(')')}]"
        )
        for path in (built / edition / "search").rglob("*.js")
    }


@pytest.fixture(scope="module", params=EDITIONS)
def searching(
    request: pytest.FixtureRequest, browser: Browser, built: Path, address: str
) -> Iterator[tuple[str, Page, str]]:
    """An edition's name, its home page with the search open, and its address."""
    page = browser.new_page()
    edition = EDITIONS[request.param]
    with watched(page, address):
        opened(page, address + edition)
        given = pieces(built, address, edition)
        assert len(given) > 100
        page.evaluate(GIVE, json.dumps(given))
        yield request.param, page, address + edition
    page.close()


def whole(link: str) -> str:
    """The page of a hit; of a part of a model, the page of the model."""
    path = link.split("#")[0]
    return "/".join(path.split("/")[:2]) + "/" if path.startswith("models/") and path.count("/") > 1 else path


def ranks(page: Page, home: str, queries: dict[str, list[str]]) -> dict[str, int]:
    """The rank of the first of its pages for each query; 99 where none is shown."""
    found = {}
    for query, links in page.evaluate(ASK, list(queries)).items():
        shown = [whole(link.removeprefix(home)) for link in links]
        found[query] = next((rank for rank, url in enumerate(shown, 1) if url in queries[query]), 99)
    return found


def listed(queries: dict[str, str | list[str]]) -> dict[str, list[str]]:
    return {query: [pages] if isinstance(pages, str) else pages for query, pages in queries.items()}


def test_every_name_and_abbreviation_finds_its_page_first(
    searching: tuple[str, Page, str], catalogue: Catalogue
) -> None:
    language, page, home = searching
    words = load_words(language)
    names: dict[str, list[str]] = {}
    for model in catalogue.models.values():
        spellings = (model.name, short_model(model.name), model.name.replace("-", " "))
        for name in spellings if language == ENGLISH else spellings[:1]:  # the same names, taken apart alike
            names.setdefault(name, []).append(f"models/{model.id}/")
    for technique in catalogue.techniques.values():
        for text in (technique.abbreviation, words.text(technique.name), technique.name.en):
            if text:
                names.setdefault(text, []).append(f"techniques/{technique.page or technique.id}/")
    assert len(names) > 150
    assert {query: rank for query, rank in ranks(page, home, names).items() if rank != 1} == {}


def test_questions_find_their_answer_or_their_page_first(searching: tuple[str, Page, str]) -> None:
    language, page, home = searching
    questions = ASKED[language]
    assert len(questions) == 100
    found: dict[str, tuple[list[str], str]] = page.evaluate(ASK_ALL, list(questions))
    late, unsaid = {}, {}
    for query, wanted in questions.items():
        links, says = found[query]
        shown = [whole(link.removeprefix(home).split("?")[0]) for link in links]
        late[query] = next((rank for rank, url in enumerate(shown, 1) if url == wanted["page"]), 99)
        if "says" in wanted and wanted["says"] not in says:
            unsaid[query] = says
    assert sum(rank == 1 for rank in late.values()) >= 90, {query: rank for query, rank in late.items() if rank > 1}
    assert sum(rank <= 3 for rank in late.values()) >= 97, {query: rank for query, rank in late.items() if rank > 3}
    assert len(unsaid) <= 2, unsaid


def test_questions_that_were_written_later_find_one_of_their_pages(searching: tuple[str, Page, str]) -> None:
    language, page, home = searching
    questions = LATER[language]
    assert len(questions) == 60
    found: dict[str, tuple[list[str], str]] = page.evaluate(ASK_ALL, list(questions))
    late = {}
    for query, wanted in questions.items():
        shown = [whole(link.removeprefix(home).split("?")[0]) for link in found[query][0]]
        late[query] = next((rank for rank, url in enumerate(shown, 1) if url in wanted), 99)
    assert sum(rank == 1 for rank in late.values()) >= 49, {query: rank for query, rank in late.items() if rank > 1}
    assert sum(rank <= 3 for rank in late.values()) >= 55, {query: rank for query, rank in late.items() if rank > 3}


NOT_ANSWERED = {
    ENGLISH: (
        "v3 tokens per joule",
        "is v3 conscious",
        "V3 number of Hadamard layers",
        "how was V3 named",
        "v9 layers",
    ),
    CHINESE: ("v3 每焦耳 token 数", "v3 有意识吗", "v9 层数"),
}


def test_what_is_not_understood_wholly_is_answered_with_no_fact(searching: tuple[str, Page, str]) -> None:
    language, page, _ = searching
    for query, (_, says) in page.evaluate(ASK_ALL, list(NOT_ANSWERED[language])).items():
        assert " · " not in says.split("\n")[0], (query, says)


def test_a_stage_that_states_nothing_is_not_answered_with_another(searching: tuple[str, Page, str]) -> None:
    language, page, _ = searching
    query = {ENGLISH: "RL learning rate R1", CHINESE: "R1 强化学习 学习率"}[language]
    (_, says) = page.evaluate(ASK_ALL, [query])[query]
    assert "10⁻⁵" not in says
    assert "3 × 10⁻⁶" in says


def test_a_slip_of_the_hand_is_forgiven(searching: tuple[str, Page, str]) -> None:
    language, page, home = searching
    typed = {
        ENGLISH: {"deepsek v3 paramters": "671B", "v3 contxt length": "128K", "V3 atention heads": "128"},
        CHINESE: {
            "zhuyili": "Transformer",
            "fuzai junheng": "",
            "注意李机制": "注意力",
            "专佳并行": "专家",
            "V3 的拓补": "",
        },
    }[language]
    for query, (links, says) in page.evaluate(ASK_ALL, list(typed)).items():
        assert links, query
        assert typed[query] in says, (query, says, [link.removeprefix(home) for link in links])


def test_who_else_has_a_technique_is_answered_with_other_makers(searching: tuple[str, Page, str]) -> None:
    language, page, home = searching
    query = {ENGLISH: "who else uses MLA", CHINESE: "还有谁在用 MLA"}[language]
    links, says = page.evaluate(ASK_ALL, [query])[query]
    assert links[0].removeprefix(home) == "elsewhere/#mla"
    assert "Moonshot" in says
    assert "DeepSeek-V2" not in says


def test_a_name_that_two_pages_have_finds_both(searching: tuple[str, Page, str]) -> None:
    _, page, home = searching
    shown = [link.removeprefix(home) for link in page.evaluate(ASK, ["DeepSeekMoE"])["DeepSeekMoE"][:2]]
    assert sorted(shown) == ["models/deepseek-moe/", "techniques/deepseekmoe/"]


@pytest.mark.parametrize("group", ["phrases", "values", "aliases"])
def test_queries_find_their_page_among_the_first_three(searching: tuple[str, Page, str], group: str) -> None:
    language, page, home = searching
    name = IN_EDITION[language]
    queries = listed(
        {"phrases": QUERIES[name], "values": QUERIES["values"], "aliases": QUERIES["aliases"][name]}[group]
    )
    late = {query: rank for query, rank in ranks(page, home, queries).items() if rank > 3}
    assert len(late) <= len(queries) // 25, late


NAMED_ALONE = {
    ENGLISH: {
        "kv cache": "kv-cache",
        "what is a token": "token",
        "gradient": "gradient",
        "reward model": "reward-model",
    },
    CHINESE: {"梯度": "gradient", "注意力": "attention", "KV 缓存": "kv-cache"},
}


def test_a_term_comes_before_those_that_only_begin_with_it(searching: tuple[str, Page, str]) -> None:
    language, page, home = searching
    found = page.evaluate(ASK, list(NAMED_ALONE[language]))
    wanted = {query: f"glossary/#{term}" for query, term in NAMED_ALONE[language].items()}
    glossary = {
        query: next((link.removeprefix(home) for link in links if "/glossary/" in link), "")
        for query, links in found.items()
    }
    assert glossary == wanted


def test_what_holds_a_common_word_alone_is_no_hit_for_a_rare_one_beside_it(
    page: Page, built: Path, address: str
) -> None:
    """Nearly every page has the second word, and none is called so; the first tells what is asked for."""
    opened(page, address)
    queries = ("Hadamard number", "Megatron number", "RoCE number")
    for query, links in page.evaluate(ASK, queries).items():
        pages = {link.removeprefix(address).split("#")[0] for link in links}
        texts = {url: (built / url / "index.html").read_text(encoding="utf-8") for url in pages}
        assert pages, query
        assert [url for url, text in texts.items() if query.split()[0] not in text] == [], query


def test_the_set_of_queries_is_large() -> None:
    assert (
        sum(map(len, (QUERIES["english"], QUERIES["chinese"], QUERIES["values"], *QUERIES["aliases"].values()))) > 200
    )


def test_both_sides_take_a_text_apart_alike(built: Path, browser: Browser, address: str) -> None:
    """The index is made in Python and asked in the browser: the words of whole pages have to be the same."""
    page = browser.new_page(bypass_csp=True)  # the page's policy keeps out what a test puts in
    page.goto(address)
    script = (Path(__file__).parent.parent / "hooks/render/scripts/search/words.js").read_text(encoding="utf-8")
    page.add_script_tag(content=script)
    texts = [
        "671 B, 70,272 or 5.576 M; $1,000; V3.2-Exp's noaux_tc; quantised, routing; 557.6 万美元，6710 亿参数，KV缓存。"
    ]
    for path in ("models/deepseek-v3", "zh/models/deepseek-v4", "zh/guides/framework", "references"):
        show(page, built / path / "index.html")
        texts.append(page.locator("article").inner_text())
    for text in texts:
        assert page.evaluate("text => split(text).map(([word]) => word)", text) == list(words_of(text))
    page.close()


def test_a_hit_shows_the_words_and_opens_the_section(page: Page, address: str) -> None:
    opened(page, address)
    page.keyboard.type("decoupled key in DualPipe micro-batches")
    first = page.locator(".ds-hits > li > a").first
    expect(first.locator("mark").first).to_be_visible()
    height = first.locator(".ds-hit-text").evaluate(
        "line => line.offsetHeight / (parseFloat(getComputedStyle(line).lineHeight) || 1.5 * parseFloat(getComputedStyle(line).fontSize))"
    )
    assert height <= 2.1
    page.locator("dialog.ds-search input").fill("")
    query = "MLA cache elements how it works"
    page.keyboard.type(query)
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
    page.keyboard.type("DeepSeek-V3")
    expect(page.locator("dialog.ds-search")).to_have_attribute("data-shows", "DeepSeek-V3")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}models/deepseek-v3/")


def test_a_slash_in_a_field_stays_a_slash(page: Page, address: str) -> None:
    page.goto(address + "tools/memory/")
    page.locator(".ds-calculator input[type=text], .ds-calculator input:not([type=checkbox])").first.focus()
    page.keyboard.press("/")
    expect(page.locator("dialog.ds-search")).to_have_count(0)


def test_kinds_narrow_the_hits(page: Page, address: str) -> None:
    opened(page, address)
    page.keyboard.type("load balancing")
    models = page.locator(".ds-search-kinds").get_by_role("button", name=load_words(ENGLISH)("search.kind.model"))
    models.click()
    expect(models).to_have_attribute("aria-pressed", "true")
    for link in page.locator(".ds-hits > li > a").all():
        assert "/models/" in (link.get_attribute("href") or "")


def test_nothing_is_loaded_before(browser: Browser, address: str) -> None:
    page, loaded = browser.new_page(), list[str]()
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(address + "models/deepseek-v3/", wait_until="networkidle")
    assert [url for url in loaded if "search" in url] == []
    page.close()


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_first_search_is_light(browser: Browser, built: Path, address: str, edition: str) -> None:
    """Everything that is loaded for a question, compressed."""
    asked = list(ASKED[edition])[::40]
    loaded = list(first_search_weights(browser, built, address, EDITIONS[edition], asked, at_once=True))
    sizes = [sum(files.values()) for files in loaded]
    assert all(len(files) > 5 for files in loaded)
    assert median(sizes) <= 60_000, loaded
    assert max(sizes) <= 72_000, loaded
