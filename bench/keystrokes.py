"""The work of a keystroke in the search on a slow telephone: script, styles and layout, in milliseconds.

`python bench/keystrokes.py SITE` opens the search of a built site in both editions, slows the CPU down four times and types
queries letter by letter, several times over, once the pieces of the index are there. What the main thread did between one
keystroke and the next is added up from Chromium's own trace, in the time that this thread had of the CPU, so that other
programs do not count. For each keystroke the median of the rounds is taken. Goal: at most 50 ms.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from weight import CHROMIUM, served

SLOWER = 4
PAUSE = 350  # milliseconds between two keystrokes, so that each is answered
QUERIES = {
    "": ("mla vs gqa", "load balancing", "671B", "how is V3 served"),
    "zh/": ("KV缓存大小", "负载均衡", "FP8训练", "稀疏注意力"),
}
SCRIPT = (
    "EvaluateScript",
    "FunctionCall",
    "v8.compile",
    "RunMicrotasks",
    "TimerFire",
    "EventDispatch",
    "MajorGC",
    "MinorGC",
)
STYLE = ("UpdateLayoutTree", "RecalculateStyles", "Layout", "PrePaint", "ParseHTML")
PICTURE = ("Paint", "Layerize", "Commit")
KINDS = {
    name: kind
    for kind, names in {"script": SCRIPT, "style and layout": STYLE, "painting": PICTURE}.items()
    for name in names
}


def trace(browser: Browser, address: str, query: str) -> list[dict[str, Any]]:
    """What Chromium noted while a query was typed, its pieces of the index loaded before."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(address)
    page.locator("[data-ds-search]").first.click()
    box = page.locator("dialog.ds-search input")
    box.wait_for()
    for end in range(1, len(query) + 1):
        box.fill(query[:end])
        page.wait_for_timeout(PAUSE / 2)
    box.fill("")
    page.wait_for_timeout(PAUSE)
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    browser.start_tracing(
        page=page,
        categories=["devtools.timeline", "v8.execute", "disabled-by-default-devtools.timeline", "blink.user_timing"],
    )
    for letter in query:
        page.evaluate("performance.mark('ds-key')")
        page.keyboard.insert_text(letter)
        page.wait_for_timeout(PAUSE)
    page.evaluate("performance.mark('ds-key')")
    noted = json.loads(browser.stop_tracing())["traceEvents"]
    context.close()
    return list(noted)


def work(events: list[dict[str, Any]]) -> Iterator[dict[str, float]]:
    """Milliseconds of each kind between two keystrokes, on the thread that noted them."""
    marks = sorted((event["ts"], event["pid"], event["tid"]) for event in events if event["name"] == "ds-key")
    thread = marks[0][1:]
    spans = sorted(
        (event["ts"], event["tts"], event["tts"] + event["tdur"], KINDS[event["name"]])
        for event in events
        if event.get("ph") == "X"
        and "tdur" in event
        and event["name"] in KINDS
        and (event["pid"], event["tid"]) == thread
    )
    for (begin, *_), (end, *_) in pairwise(marks):
        yield _own([(at, until, kind) for seen, at, until, kind in spans if begin <= seen < end])


def _own(spans: list[tuple[int, int, str]]) -> dict[str, float]:
    """The time of each kind without what stands inside it and is of another."""
    found: dict[str, float] = defaultdict(float)
    open_: list[tuple[int, str]] = []
    at = 0
    for time, ends, kind in sorted(
        [(begin, 1, kind) for begin, _, kind in spans] + [(end, 0, kind) for _, end, kind in spans]
    ):
        if open_:
            found[open_[-1][1]] += (time - at) / 1000
        at = time
        if ends:
            open_.append((time, kind))
        else:
            for place in range(len(open_) - 1, -1, -1):
                if open_[place][1] == kind:
                    del open_[place]
                    break
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if CHROMIUM is None:
        raise SystemExit("needs Chromium")
    with sync_playwright() as playwright, served(arguments.site) as home:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        print(
            f"{'query':<20}{'median of its keystrokes':>26}{'most':>7}  script + style and layout of the heaviest (painting beside)"
        )
        for edition, queries in QUERIES.items():
            for query in queries:
                rounds = [list(work(trace(browser, home + edition, query))) for _ in range(arguments.rounds)]
                usual = [sorted(keys, key=_sum)[len(keys) // 2] for keys in zip(*rounds, strict=True)]
                most = max(usual, key=_sum)
                at = usual.index(most) + 1
                parts = (
                    f"{most['script']:.0f} + {most['style and layout']:.0f} ({most['painting']:.0f}) at `{query[:at]}`"
                )
                print(f"{query:<20}{statistics.median(map(_sum, usual)):>26.0f}{_sum(most):>7.0f}  {parts}", flush=True)
        browser.close()


def _sum(key: dict[str, float]) -> float:
    return key["script"] + key["style and layout"]


if __name__ == "__main__":
    main()
