"""The built site: links, ids, assets, edit links, search, downloads, and values with their sources."""

import itertools
import posixpath
import re
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from building import ROOT
from catalogue.records import Catalogue
from helpers import leads_on

HTML_LINKS = "a[href], link[href], area[href]"
ASSETS = "script[data-src], img[src], source[src], iframe[src], link[rel=stylesheet][href], link[rel=icon][href]"


@pytest.fixture(scope="module")
def parsed(pages: dict[Path, LexborHTMLParser]) -> dict[Path, LexborHTMLParser]:
    """All pages but the error page, which is served for any address, so that its links are absolute."""
    return {path: tree for path, tree in pages.items() if path.name != "404.html"}


def ids(tree: LexborHTMLParser) -> list[str]:
    return [node.attributes["id"] or "" for node in tree.css("[id]")]


def target_of(node: LexborNode) -> str:
    """What a node leads to or loads; scripts are asked for after the page."""
    return next(filter(None, map(node.attributes.get, ("data-src", "href", "src"))), "")


def broken_links(site: Path, parsed: dict[Path, LexborHTMLParser]) -> tuple[int, list[tuple[Path, str]]]:
    """How many links inside the site there are, and those that lead nowhere."""
    anchors = {path.as_posix(): set(ids(tree)) for path, tree in parsed.items()}
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    broken = []
    checked = 0
    for path, tree in parsed.items():
        links = [target_of(node) for node in tree.css("[href], [src], [data-src]")]
        checked += len(links)
        for target in set(links):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                checked -= links.count(target)
                if parts.scheme not in ("http", "https", "data"):
                    broken.append((path, target))
                continue
            file = posixpath.normpath((path.parent / unquote(parts.path)).as_posix()) if parts.path else path.as_posix()
            file = file if file in files else posixpath.normpath(f"{file}/index.html")
            if file not in files or (
                file.endswith(".html") and unquote(parts.fragment) not in anchors.get(file, set()) | {"", "__skip"}
            ):
                broken.append((path, target))
    return checked, broken


def test_every_internal_link_and_anchor_resolves(built: Path, parsed: dict[Path, LexborHTMLParser]) -> None:
    checked, broken = broken_links(built, parsed)
    assert checked > 1000
    assert broken == []


def test_the_small_site_is_whole(small: Catalogue, small_site: Path) -> None:
    """What the check accepts builds, in both languages, without a dead link."""
    texts = {path.relative_to(small_site): path.read_text(encoding="utf-8") for path in small_site.rglob("index.html")}
    parsed = {path: LexborHTMLParser(text) for path, text in texts.items() if not leads_on(text)}
    for edition in ("", "zh/"):
        for model in small.models:
            assert Path(f"{edition}models/{model}/index.html") in parsed
    checked, broken = broken_links(small_site, parsed)
    assert checked > 500
    # Hand-written pages are there in name only.
    written = {path.stem for path in (ROOT / "docs").rglob("*.md")}
    assert [(page, link) for page, link in broken if not set(re.split(r"[/#.]", link)) & written] == []


def faults(tree: LexborHTMLParser) -> Iterator[str]:
    """What a page must not have, or must."""
    yield from (f"id `{id_}` twice" for id_, count in Counter(ids(tree)).items() if count > 1)
    for node in tree.css(ASSETS):
        if urlsplit(target_of(node)).netloc:
            yield f"{target_of(node)} from another host"
    for node in tree.css(HTML_LINKS):
        if (node.attributes["href"] or "").startswith("/"):
            yield f"{node.attributes['href']} is not there under a sub-path"
    title, description = tree.css_first("title"), tree.css_first("meta[name=description]")
    if not title or not title.text().strip() or not description or len(description.attributes["content"] or "") < 10:
        yield "title or description is missing"
    if len(tree.css("h1")) != 1:
        yield "not one h1"
    levels = [int((node.tag or "h0")[1]) for node in tree.css(".md-content :is(h1, h2, h3, h4)")]
    yield from (f"h{after} after h{before}" for before, after in itertools.pairwise(levels) if after > before + 1)
    for table in tree.css("table.ds-table"):
        if table.css_first("caption") is None or not all(head.attributes.get("scope") for head in table.css("th")):
            yield "a table without a caption, or a head without a scope"
    for row in tree.css("table tbody tr"):
        if len(row.css("th")) > 1:
            yield f"two heads of a row: {row.text()[:80]}"


def test_pages_are_well_made(built: Path, parsed: dict[Path, LexborHTMLParser]) -> None:
    """Nothing from another host, nothing that needs the root of a server, headings and tables as readers of screens need them."""
    assert len(parsed) > 300
    assert {path: found for path, tree in parsed.items() if (found := [*faults(tree)])} == {}
    for path in built.rglob("*.css"):
        assert not re.findall(r"url\(\s*['\"]?(https?:[^)]+)", path.read_text()), path


def test_apostrophes_are_those_of_print_but_in_code(built: Path) -> None:
    """In running text; what a reader copies, and what a browser reads in a tag, stays as it was typed."""
    texts = {
        name: (built / name / "index.html").read_text(encoding="utf-8")
        for name in ("", "guides/framework", "techniques/dsa", "use-and-extend", "fields")
    }
    for name, text in texts.items():
        tree = LexborHTMLParser(text)
        for code in tree.css("pre, code, script, style, textarea"):
            code.decompose()
        said = tree.body.text() if tree.body else ""
        assert re.findall(r"\w'\w*", said) == [], name
        assert re.search(r"\w’s\b", said), name
        assert not re.search(r"<[^>]*’[^>]*>", re.sub(r"(?s)<script\b.*?</script>", "", text)), name
    code = "".join(block.text() for block in LexborHTMLParser(texts["use-and-extend"]).css("pre"))
    assert "’" not in code
    assert "{{ t('mla') }}" in [
        code.text() for code in LexborHTMLParser(texts["fields"]).css("p code, li code, td code")
    ]


def external_links(parsed: dict[Path, LexborHTMLParser]) -> set[str]:
    links = {node.attributes["href"] or "" for tree in parsed.values() for node in tree.css(".md-content a[href]")}
    return {link for link in links if urlsplit(link).netloc}


def test_external_links_are_well_formed(parsed: dict[Path, LexborHTMLParser]) -> None:
    links = external_links(parsed)
    assert links
    assert [link for link in links if not re.fullmatch(r"https://[A-Za-z0-9.-]+\.[a-z]{2,}(/[^\s]*)?", link)] == []


@pytest.mark.network
def test_external_links_answer(parsed: dict[Path, LexborHTMLParser]) -> None:
    dead = []
    for link in sorted(external_links(parsed)):
        request = urllib.request.Request(link, method="HEAD", headers={"User-Agent": "ds-series link check"})
        try:
            urllib.request.urlopen(request, timeout=20).close()
        except urllib.error.HTTPError as error:
            if error.code in (404, 410):
                dead.append((link, error.code))
        except OSError as error:
            dead.append((link, error))
    assert dead == []


def test_edit_link_leads_to_the_entry(catalogue: Catalogue, parsed: dict[Path, LexborHTMLParser]) -> None:
    own = [id_ for id_, technique in catalogue.techniques.items() if technique.page is None]
    for folder, ids_ in (("models", catalogue.models), ("techniques", own)):
        for id_ in ids_:
            link = parsed[Path(folder, id_, "index.html")].css_first("footer a[rel=edit]")
            assert link is not None, id_
            match = re.search(r"/(data/[\w./-]+)#L(\d+)$", link.attributes["href"] or "")
            assert match, link.attributes["href"]
            lines = (ROOT / match[1]).read_text(encoding="utf-8").splitlines()
            assert lines[int(match[2]) - 1].strip().removeprefix("- ") == f"id: {id_}"
