"""What a first search loads, and how long a keystroke takes: part of `make bench`.

The questions of tests/questions/ are typed into the built site, Latin text letter by letter and Chinese two characters at a time, as an
input method gives them, each on a page that has just been opened. Weighed is all that the search loads until the question is answered,
compressed. Timed is one keystroke, from the moment at which the search begins to what is laid out, on a processor slowed four times and
without the network: a piece of the index is handed over and parsed when it is asked for.
"""

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import yaml
from playwright.sync_api import Browser, Page

QUESTIONS = Path(__file__).parent.parent / "tests" / "questions"
EDITIONS = {"en": "", "zh": "zh/"}
SLOWED = 4
_TYPED = re.compile(r"[\u3400-\u9fff]{1,2}|.")
_DELAY = 120  # milliseconds between keys of who types fast

# Pieces of the index as text, by their address: parsed when the search asks for one, which is not loaded then.
GIVE = """pieces => {
  const given = JSON.parse(pieces), append = document.head.append;
  document.head.append = (...scripts) => {
    const piece = given[scripts[0].src];
    if (!piece) return append.apply(document.head, scripts);
    dsSearch(...JSON.parse(piece));
    scripts[0].onload();
  };
}"""
# [until names and answers are laid out, until the lines of text are] for each text, without what the search waits on purpose.
_KEYSTROKES = """async texts => {
  const dialog = document.querySelector("dialog.ds-search"), input = dialog.querySelector("input");
  const wait = window.setTimeout, times = [];
  let steps, begun;
  const step = () => {
    dialog.getBoundingClientRect();
    steps.push(performance.now() - begun);
  };
  window.setTimeout = then => {
    if (begun) step();
    wait(() => { begun = performance.now(); then(); });
  };
  for (const text of texts) {
    delete dialog.dataset.shows;
    begun = 0;
    steps = [];
    const shown = new Promise(done => {
      const watch = new MutationObserver(() => { if (dialog.dataset.shows === text.trim()) { watch.disconnect(); done(); } });
      watch.observe(dialog, { attributes: true });
    });
    input.value = text;
    input.dispatchEvent(new Event("input"));
    await shown;
    step();
    times.push(steps);
    await new Promise(done => requestAnimationFrame(() => wait(done)));
  }
  window.setTimeout = wait;
  return times;
}"""


def read_questions(name: str) -> dict[str, dict[str, str]]:
    """Questions of a language, `en`, or those written later, `later_en`, with what answers each."""
    found: dict[str, dict[str, str]] = yaml.safe_load((QUESTIONS / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def open_search(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("script[data-src]", state="detached")  # scripts come once the page is painted
    page.locator("[data-ds-search]").first.click()
    page.wait_for_selector("dialog.ds-search input:focus")


def first_search_weights(
    browser: Browser, site: Path, address: str, edition: str, questions: Iterable[str], at_once: bool = False
) -> Iterator[dict[str, int]]:
    """Bytes of each file that a first search loads, compressed, for each question.

    Typed key by key, a slow machine loads more, for words that are not finished; put in `at_once`, every machine loads the same.
    """
    for question in questions:
        context = browser.new_context()
        page = context.new_page()
        loaded: list[str] = []
        page.on("requestfinished", lambda request, loaded=loaded: loaded.append(request.url.removeprefix(address)))
        open_search(page, address + edition)
        for part in [question] if at_once else _TYPED.findall(question):
            page.keyboard.insert_text(part)
            if not at_once:
                page.wait_for_timeout(_DELAY)
        page.wait_for_function(
            "text => document.querySelector('dialog.ds-search').dataset.shows === text", arg=question.strip()
        )
        paths = dict.fromkeys(path for path in loaded if "search" in path)
        yield {path: len(gzip.compress((site / path).read_bytes(), 9)) for path in paths}
        context.close()


def index_pieces(site: Path, address: str, edition: str) -> str:
    """What each file of an edition's index hands over, for `GIVE`."""
    pieces = {}
    for path in (site / edition / "search").rglob("*.js"):
        text = path.read_text(encoding="utf-8").strip().removeprefix("dsSearch(").removesuffix(")")
        pieces[address + path.relative_to(site).as_posix()] = f"[{text}]"
    return json.dumps(pieces)


def keystroke_times(
    browser: Browser, site: Path, address: str, edition: str, questions: Sequence[str]
) -> Iterator[float]:
    """Milliseconds of each keystroke: until names and answers are there, and where they were not, until the lines of text are."""
    pieces = index_pieces(site, address, edition)
    for question in questions:
        page = browser.new_page()
        open_search(page, address + edition)
        page.evaluate(GIVE, pieces)
        client = page.context.new_cdp_session(page)
        client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        texts = [text for text in accumulate(_TYPED.findall(question)) if not text.endswith(" ")]
        for steps in page.evaluate(_KEYSTROKES, texts):
            yield from steps
        page.close()


def percentile(values: Iterable[float], share: float) -> float:
    """The value that a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
