"""The whole small site as lines of text: pages and search in both languages, downloads, copies in Markdown."""

import json
import posixpath
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from asking import finished as made
from building import AS_RELEASED
from catalogue.load import load_catalogue
from golden_lines import HAN, chinese, lines_of_html, lines_of_json
from postbuild import search_index as finished
from postbuild.search_index import write_index as write_index
from render import words as language_files
from render.exports.linked_data import linked_data
from render.exports.markdown import files_beside_pages, filled_pages
from render.page import Page, Site
from render.pages import SearchKind, findable_pages
from render.site import BLOCKS, Edition, hand_written, make_editions
from render.words import CHINESE, ENGLISH

ADDRESS = "https://example.org/study/"
ROWS = 12  # of a table that only repeats the schema
REPEATS = ("fields.md",)  # says the schema again, which is committed as JSON already
# Blocks that are drawn from DeepSeek's models, or show the code and runs of labs/; one lab and one run are enough.
NOT_OF_THE_SMALL_SITE = re.compile(r"mechanism-|picture-|sentence|lab-(?!mla$)|run-(?!a$)")
INDEXED = ("models/ant/", "models/elk/details/", "techniques/sharing/", "timeline/", "glossary/")  # of the search
SEARCHED = ("ant", "bee", "elk", "cache", "heads", "experts", "tokens", "emmet", "缓存", "专家", "触角", "504")
COPIED = re.compile(r"(models/elk|references|guides/attention)\.md")
# What repeats others: an entry is a part of the whole, of which each table holds the values; columns are described in the code; the Chinese edition has the same events.
PARTS_AND_COPIES = re.compile(r"data/(catalogue\.json|columns|croissant|releases/|models/|.*\.zh\.)")
DRAWN = ("assets/poster.svg", "assets/drawings/elk-base.svg")  # from the drawings on pages
# Pages of the Chinese edition with what only it has: joins of sentences, dates, numbers, forms. The others have their words from words/.
CHINESE_PAGES = re.compile(r"models/elk\.|how-to-read|tools/memory|glossary|compare/models")
SHOWN = 80  # letters of a section
# A hand-written page that quotes in every way and places every block.
QUOTES = (Path(__file__).parent / "cases" / "quotes.md").read_text(encoding="utf-8") + "\n"
QUOTES += "\n\n".join(f"{{{{ block('{name}') }}}}" for name in BLOCKS if not NOT_OF_THE_SMALL_SITE.match(name)) + "\n"


# A chart for a phone has the points of the wide one; the first of a page shows how it is laid out.
_AGAIN = re.compile(r'<svg class="[^"]*\bds-trend-narrow\b.*?</svg>', re.DOTALL)


def _page(page: Page, edition: Edition, geometry: bool) -> Iterator[str]:
    yield page.markdown.rstrip()
    for at, (name, html) in enumerate(page.blocks.items()):
        yield f"\n=== {name}"
        lines = list(lines_of_html(_AGAIN.sub("", str(html)) if at else html, geometry))
        yield from lines if page.path not in REPEATS else _shortened(lines)


def _shortened(lines: list[str]) -> Iterator[str]:
    rows = 0
    for line in lines:
        rows += line.lstrip().startswith("<tr")
        if rows <= ROWS:
            yield line
    if rows > ROWS:
        yield f"… {rows - ROWS} more rows"


def _blocks(edition: Edition, geometry: bool) -> Iterator[str]:
    text, blocks = hand_written(edition.context, QUOTES, "guides/attention.md")
    yield text
    for name, html in blocks.items():
        yield f"\n=== {name}"
        yield from lines_of_html(html, geometry)


def _around(site: Site) -> Iterator[str]:
    """What a site has beside pages and navigation, which the built site shows: side lists, old addresses, places on parts of a model."""
    redirects = {path: asdict(redirect) for path, redirect in site.redirects.items()}
    first: dict[str, str] = {}  # old addresses, by the places to which they lead on
    for path, redirect in redirects.items():
        known = first.setdefault(json.dumps(redirect["places"]), path)
        if redirect["places"] and known != path:
            redirect["places"] = f"as of {known}"
    yield from lines_of_json({"redirects": redirects, "places": dict(site.places)})
    for path, html in site.beside.items():
        yield f"\n=== beside {path}"
        yield from lines_of_html(html)


def _downloads(site: Site) -> Iterator[tuple[str, list[str]]]:
    for path, content in site.downloads.items():
        if not (PARTS_AND_COPIES.match(path) or path.endswith((".json", ".zip", ".ipynb")) or "/labs/" in path):
            # labs are in labs/ and notebooks made of them, schemas are committed in data/
            yield path, content.decode().replace("\r\n", "\n").splitlines()


def _search(edition: Edition) -> Iterator[str]:
    """The index of the search for some pages, made from them as MkDocs would make them."""
    words = edition.context.words
    addresses = {address: f"{address.rstrip('/')}.md" for address in INDEXED}
    read = [
        finished.read_page(made(edition.site.pages[path].markdown, edition.site.pages[path].blocks), url)
        for url, path in addresses.items()
    ]
    known = findable_pages(edition.context, addresses, {"models/ant.md": ("emmet",)})
    with tempfile.TemporaryDirectory() as temporary:
        found = [page for page in read if page is not None]
        folder = write_index(
            Path(temporary), found, known, {k.value: words(f"search.kind.{k}") for k in SearchKind}, {}
        )
        for file in sorted((Path(temporary) / folder).iterdir()):
            call, data = file.read_text(encoding="utf-8"), _data(file)
            if file.name.startswith("w"):
                data = [line for line in data.split("\n") if line.partition(" ")[0] in SEARCHED]
            elif file.name.startswith("t"):
                data = [text[:SHOWN] for text in data]
            else:
                data |= {"parts": len(data["parts"].split(" ")), "texts": len(data["texts"])}
            yield f"\n=== {file.name}: {call[: call.index(',')]}"
            yield from lines_of_json(data)


def _data(file: Path) -> Any:
    """What a file of the index calls with: its third argument."""
    call = file.read_text(encoding="utf-8")
    return json.loads(call[call.index(",", call.index(",") + 1) + 1 : -2])


def texts(project: Path) -> Iterator[tuple[str, str]]:
    """Every golden text with its path below tests/golden, English ones first; `project` has the small catalogue and pages."""
    catalogue = load_catalogue(project / "data")
    for language in (ENGLISH, CHINESE):
        words = {language: language_files.load_words()[language]}
        edition = make_editions(catalogue, words, project / "docs", ADDRESS)[language]
        for path, page in edition.site.pages.items():
            if language == CHINESE and not CHINESE_PAGES.match(path):
                continue
            yield _written(f"{language}/{path.removesuffix('.md')}", _page(page, edition, language == ENGLISH))
        yield _written(f"{language}/blocks", _blocks(edition, language == ENGLISH))
        yield _written(f"{language}/around", _around(edition.site))
        if language == ENGLISH:
            yield from _of_english_alone(edition, project / "docs" / ENGLISH)
        yield _written(f"{language}/search", _search(edition))


def _of_english_alone(edition: Edition, docs: Path) -> Iterator[tuple[str, str]]:
    """What stands once in the site, and copies in Markdown."""
    site = edition.site
    for path, lines in _downloads(site):
        yield _written(path, lines)
    for path, svg in site.files.items():
        if path in DRAWN:
            yield _written(f"files/{path}", lines_of_html(svg))
    linked = {path: linked_data(edition.context, path, ADDRESS, tuple(site.downloads)) for path in site.pages}
    yield _written("linked", lines_of_json(dict(_unlike_the_last(linked))))
    for path, text in files_beside_pages(edition, filled_pages(edition, docs), ADDRESS):
        if COPIED.match(path):
            yield _written(f"markdown/{path}", text.splitlines())


def _unlike_the_last(linked: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """What is said of each page in JSON-LD, without what was said of the one before it too."""
    last: dict[str, Any] = {}
    for path, text in linked.items():
        if text:
            said = json.loads(text)
            gone = {key: "not said" for key in last if key not in said}
            yield path, gone | {key: value for key, value in said.items() if key not in last or last[key] != value}
            last = said


# Archives hold texts of the whole project, which change without the small catalogue.
_ARCHIVE_SIZE = re.compile(r"(\.zip</a> <small>)[\d,]+ kB")


def _written(path: str, lines: Iterable[str]) -> tuple[str, str]:
    if path.startswith(f"{CHINESE}/"):
        lines = [said for line in lines if HAN.search(said := chinese(line)) or line.startswith("\n===")]
    return f"{path}.txt", _ARCHIVE_SIZE.sub(r"\1", "\n".join(lines)) + "\n"


def differs(golden: Path, project: Path) -> str:
    """The first text that is not the committed one; empty where all are."""
    for path, text in texts(project):
        file = golden / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            return path
    return ""


_HASH = re.compile(r"(?<=\.)[0-9a-f]{8,}(?=\.)|(?<=search/)[0-9a-f]{10}")
HOST = AS_RELEASED["SITE_URL"].rstrip("/")
HEADS = {
    "canonical": "link[rel~=canonical]",
    "alternate": "link[rel~=alternate]:not([hreflang])",
    "language": "link[hreflang]",
    "leads to": "meta[http-equiv=refresh]",
    "switch": "a.ds-language",
    "edit": "a[rel=edit]",
}
_WHOLE = (
    "index.html",
    "models/elk/index.html",
    "models/elk/training/index.html",
    "techniques/judging/index.html",
    "zh/models/elk/index.html",
)


def built_texts(site: Path) -> dict[str, str]:
    """What MkDocs, the theme and the finish add to the small site: heads, links and map of some pages."""
    files = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    pages = {path: (site / path).read_text(encoding="utf-8") for path in files if path.endswith(".html")}
    heads = [f"{path} | {_head(html)}" for path, html in pages.items() if path in _WHOLE or "404" in path]
    entry = (site / "sitemap.xml").read_text(encoding="utf-8").replace("><", ">\n<").split("<url>\n")
    found = {
        "heads": heads,
        "links": list(_links({path: pages[path] for path in _WHOLE})),
        "sitemap": [line for url in (entry[0], *entry[1:3], entry[-1]) for line in url.splitlines()],
        "search": [
            f"{url} {title}: {kind}, {weight}"
            for url, title, kind, weight in _data(next(site.glob("search/*/head.js")))["pages"]
        ],
        "robots": (site / "robots.txt").read_text(encoding="utf-8").splitlines(),
        "feeds": [
            f"{path} {link}"
            for path in files
            if path.endswith(".atom")
            for link in re.findall(r'href="([^"]*)"', (site / path).read_text(encoding="utf-8"))[:3]
        ],
    }
    return {f"built/{name}.txt": "\n".join(lines) + "\n" for name, lines in found.items()}


def _head(html: str) -> str:
    """Language, title and head links of a page, where it leads on, the switch of languages and where it is edited."""
    tree = LexborHTMLParser(html)
    root, said = tree.css_first("html"), tree.css_first("title")
    parts = [f"{root.attributes.get('lang') if root else None} “{said.text().strip() if said else ''}”"]
    for name, selector in HEADS.items():
        for node in tree.css(selector):
            address = node.attributes.get("href") or node.attributes.get("content") or ""
            parts.append(f"{node.attributes.get('hreflang') or name} {address.removeprefix(HOST)}")
    return " | ".join(parts)


def _links(pages: Mapping[str, str]) -> Iterator[str]:
    """Every link around an article with its words, in order, from the root of the site; those of a page before are counted."""
    told: set[str] = set()
    for path, html in pages.items():
        tree = LexborHTMLParser(html)
        for article in tree.css("article"):
            article.decompose()
        lines = [_link(node, path) for node in tree.css("a[href], script[data-src], link[rel=stylesheet]")]
        new = [line for line in lines if line not in told]
        told.update(new)
        yield f"=== {path}: {len(lines) - len(new)} as above"
        yield from new


def _link(node: LexborNode, path: str) -> str:
    address = node.attributes.get("href") or node.attributes.get("data-src") or ""
    if not address.startswith(("#", "https:")):
        folder = "/" if address.endswith("/") else ""
        address = posixpath.normpath(posixpath.join(posixpath.dirname(path), address)) + folder
    return f"{_HASH.sub('…', address)} {' '.join(node.text().split())}".rstrip()
