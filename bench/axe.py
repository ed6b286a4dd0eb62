"""What axe finds on every page of a built site, in both editions, light and dark, on a wide screen and a telephone.

`python bench/axe.py site` takes some seconds a page. The tests look at a page of each kind, in the same way.
A page is looked at 390 px wide, with the rules that see what is shown, cut or moved there; then wide, with every rule of
WCAG 2.2 AA and of best practice but those on colours; then in the light and in the dark with those, which take most of the time.
What only repeats is cut before, unless `--whole`, and for the colours once more.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page, sync_playwright

from weight import CHROMIUM, page_addresses, served

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING: dict[str, object] = {"runOnly": TAGS}
_ON_COLOURS = ["color-contrast", "link-in-text-block"]
COLOURS: dict[str, object] = {"runOnly": {"type": "rule", "values": _ON_COLOURS}}
FORM: dict[str, object] = {**EVERYTHING, "rules": {rule: {"enabled": False} for rule in _ON_COLOURS}}
# The page is the same on a telephone; these see what is shown, cut or moved there.
_OF_LAYOUT = ["target-size", "scrollable-region-focusable", "meta-viewport", "aria-hidden-focus", "heading-order"]
_OF_LAYOUT += ["page-has-heading-one", "landmark-one-main", "region", "skip-link", "label", "button-name", "link-name"]
ON_A_TELEPHONE: dict[str, object] = {"runOnly": {"type": "rule", "values": _OF_LAYOUT}}
TARGETS: dict[str, object] = {"runOnly": {"type": "rule", "values": ["target-size"]}}
KEPT = 2  # of elements beside each other that are made alike
SCRIPT = Path(axe_playwright_python.__file__).parent / "axe.min.js"
DARK = "document.body.dataset.mdColorScheme = 'slate'"
UNFOLD = "document.querySelectorAll('details').forEach(one => { one.open = true })"
# What is made of nothing but elements that stand beside it already, of the same kinds in the same kinds, goes: further rows of a
# table, further entries of a list. A class `ds-w-…` is but a width. What a link or a label on the page points to stays.
# A figure that can be played with would miss its parts once it comes into the window: a copy of it is not waited for.
CUT = f"""() => {{
  for (const figure of document.querySelectorAll('[data-play]')) figure.replaceWith(figure.cloneNode(true));
  const pointed = new Set([...document.querySelectorAll('[href^="#"], [for], [aria-describedby], [aria-controls], [aria-labelledby]')]
    .flatMap(one => ['for', 'aria-describedby', 'aria-controls', 'aria-labelledby'].flatMap(name => (one.getAttribute(name) ?? '').split(' '))
      .concat(one.getAttribute('href')?.slice(1) ?? [])));
  const alike = one => [one.tagName, (one.getAttribute('class') ?? '').replace(/ds-w-\\d+/, ''), one.getAttribute('style'),
    one.getAttribute('role'), one.firstChild?.nodeType === Node.TEXT_NODE].join();
  for (const long of document.querySelectorAll('.md-content *')) {{
    if (!long.isConnected) continue;
    const seen = {{}};
    for (const child of [...long.children]) {{
      const all = [child, ...child.querySelectorAll('*')];
      const kinds = [...new Set(all.map(one => alike(one.parentElement) + alike(one)))];
      if (kinds.every(kind => seen[kind] >= {KEPT}) && !all.some(one => one.id && pointed.has(one.id))) child.remove();
      else for (const kind of kinds) seen[kind] = (seen[kind] ?? 0) + 1;
    }}
  }}
}}"""

# Of what has its colours by the same rules and against the same ground, with text of its own or without, one stays: what stands in
# the same kinds of elements, out to the page. What pages before had of each kind, in the scheme that is shown, is marked and passed
# over. It answers with the kinds that are new.
ALIKE = """known => {
  // A kind as a number of 53 bits: as a text, of all that it stands in, it would be as long as the page is deep.
  const short = text => {
    let a = 0xdeadbeef, b = 0x41c6ce57;
    for (let i = 0; i < text.length; i++) {
      a = Math.imul(a ^ text.charCodeAt(i), 2654435761);
      b = Math.imul(b ^ text.charCodeAt(i), 1597334677);
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    return 4294967296 * (2097151 & b) + (a >>> 0);
  };
  const page = [document.documentElement.className, document.body.className, document.body.dataset.mdColorScheme].join();
  const kinds = new Map(), before = new Set(known), seen = new Set();
  const all = [...document.body.querySelectorAll('*')];
  for (const one of all) {
    const look = getComputedStyle(one), text = [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    kinds.set(one, short([kinds.get(one.parentElement) ?? page, one.tagName, one.getAttribute('class')?.replace(/ds-w-\\d+/, ''),
      one.getAttribute('style'), look.color, look.backgroundColor, look.backgroundImage, look.opacity, look.fontSize, look.fontWeight,
      text].join()));
  }
  for (const one of all) {
    if (!one.isConnected) continue;
    const parts = [one, ...one.querySelectorAll('*')].map(part => kinds.get(part));
    if (parts.every(kind => seen.has(kind))) one.remove();
    else one.toggleAttribute('data-seen-before', parts.every(kind => before.has(kind)));
    seen.add(kinds.get(one));
  }
  return [...seen].filter(kind => !before.has(kind));
}"""


def cut(page: Page) -> None:
    """Leave of an open page what does not repeat, with its folds open, on a telephone."""
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate(f"() => {{ {UNFOLD}; ({CUT})(); }}")


def look(page: Page, whole: bool = False, seen: set[int] | None = None) -> list[str]:
    """The findings on an open page, which is left dark, and with little in it.

    Args:
        page: The page as `cut` leaves it, or with its folds open.
        whole: Whether nothing is cut for the colours.
        seen: Kinds of elements whose colours pages before this one had without a finding; grows by those of this one.
    """
    page.set_viewport_size({"width": 390, "height": 800})
    found = [f"390 px: {one}" for one in findings(page, ON_A_TELEPHONE)]
    page.set_viewport_size({"width": 1280, "height": 800})
    found += [f"wide: {one}" for one in findings(page, FORM)]
    return found + colours(page, "light", whole, seen) + colours(page, "dark", whole, seen)


def colours(page: Page, scheme: str, whole: bool = False, seen: set[int] | None = None) -> list[str]:
    """What `look` finds on the colours of a scheme."""
    if scheme == "dark":
        page.emulate_media(color_scheme="dark")
        page.evaluate(DARK)
    new = [] if whole else page.evaluate(ALIKE, [*(seen or ())])
    found = [f"{scheme}: {one}" for one in findings(page, COLOURS)]
    if seen is not None and not found:
        seen.update(new)
    return found


def findings(page: Page, options: dict[str, object] = EVERYTHING) -> list[str]:
    """What axe has to say about a page as it stands; its script is put into a page once, if it does not load it itself."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    where = {"exclude": [["[data-seen-before]"]]}
    # Sheets and sounds are fetched once more for rules that are not asked for.
    given = {**options, "resultTypes": ["violations", "incomplete"], "preload": False}
    result = page.evaluate("given => axe.run(...given)", [where, given])
    found = [(rule["id"], node) for rule in result["violations"] for node in rule["nodes"]]
    found += [("invisible", node) for rule in result["incomplete"] for node in rule["nodes"] if _invisible(node)]
    return [f"{rule}: {node['html'][:160]}" for rule, node in found]


def _invisible(node: dict[str, Any]) -> bool:
    """Text in the colour of its ground, which axe takes for hidden on purpose and does not count."""
    return any((check["data"] or {}).get("messageKey") == "equalRatio" for check in node["any"])


def main() -> int:
    """Look at every page; print the findings as they come, and how many there were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("pages", nargs="*", help="addresses in the site; all of it without any")
    parser.add_argument("--whole", action="store_true", help="cut no table and no list")
    arguments = parser.parse_args()
    if CHROMIUM is None:
        raise SystemExit("needs Chromium")
    pages = arguments.pages or page_addresses(arguments.site)
    count = 0
    with sync_playwright() as playwright, served(arguments.site) as home:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for number, page in enumerate(pages, 1):
            context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
            tab = context.new_page()
            tab.set_default_timeout(120_000)
            tab.goto(home + page, wait_until="load")
            tab.evaluate(UNFOLD) if arguments.whole else cut(tab)
            found = look(tab, arguments.whole)
            context.close()
            count += len(found)
            for one in found:
                print(f"{page or 'home'}: {one}", flush=True)
            if number % 50 == 0:
                print(f"{number} of {len(pages)} pages, {count} findings", file=sys.stderr, flush=True)
        browser.close()
    print(f"{len(pages)} pages, {count} findings")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main())
