"""The guides and techniques as a book, in PDF and EPUB: `make book`, or `python tools/book site book` for a site that is built.

The articles of finished pages are put together in Chromium (`book.js`), printed twice, the second time with the numbers of pages that
the first one had, and handed over as XHTML. Needs playwright, an installed Chromium, pypdf and genanki.
With it go the problems of each evening by themselves and a deck of flash cards (`cards.py`).
"""

import argparse
import html
import json
import re
import shutil
import sys
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

from cards import drawings_of, write_deck
from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject

HERE = Path(__file__).parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)
WORDS = {
    "en": {
        "folder": "", "about": "How DeepSeek’s models and their training infrastructure grew, with a source for every number.",
        "preface": "Preface", "guides": "Guides", "techniques": "Techniques", "end": "At the end", "contents": "Contents", "key": "Key to the problems",
        "answer": "Answer", "page": " (page {page})", "made": "Made from the site as it was on {date}. Texts and figures CC BY 4.0, code MIT. Not affiliated with DeepSeek.",
    },
    "zh": {
        "folder": "zh/", "about": "DeepSeek 的模型与训练基础设施如何一步步发展而来，每个数字都注明来源。",
        "preface": "前言", "guides": "指南", "techniques": "技术", "end": "附录", "contents": "目录", "key": "题目解答",
        "answer": "解答", "page": "（第 {page} 页）", "made": "根据 {date} 的网站制作。文字与图采用 CC BY 4.0 许可，代码采用 MIT 许可。与 DeepSeek 无隶属关系。",
    },
}  # fmt: skip
_PRINTED: dict[str, Any] = {"prefer_css_page_size": True, "tagged": True, "outline": True, "print_background": True}
_FEW = 550  # letters on a sheet
_BFCHAR = re.compile(r"^(<[0-9A-F]+> )<(2[EF][0-9A-F]{2})>$", re.MULTILINE)
# Radicals that Unicode does not call the same as their signs: https://www.unicode.org/Public/UCD/latest/ucd/EquivalentUnifiedIdeograph.txt
_PLAIN = dict(
    zip("⺟⺠⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻥⻦⻨⻩⻬⻮⻰⻳", "母民西见角贝车长门青页风飞食马鱼鸟麦黄齐齿龙龟", strict=True)
)
_ARTICLE = re.compile(r"<article.*</article>", re.DOTALL)
_REDIRECT = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')
_SHEET = re.compile(r'<link rel="stylesheet"[^>]*href="([^"]+)"')
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_ADDRESS = re.compile(r'<link rel="canonical" href="([^"]+)"')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="folder of a built site")
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("--language", choices=WORDS, action="append", help="one of its languages alone")
    parsed = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("the book needs Chromium: apt-get install chromium")
    if not (parsed.site / "data" / "catalogue.json").is_file():
        sys.exit(f"{parsed.site}: no built site; run `make build` first")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"]
        )
        for language in parsed.language or WORDS:
            if (parsed.site / WORDS[language]["folder"] / "start").is_dir():
                page = browser.new_page(viewport={"width": 658, "height": 900}, color_scheme="light")
                print(*make_book(page, parsed.site, parsed.out, language), sep="\n")
                page.close()
        browser.close()


def make_book(page: Page, site: Path, out: Path, language: str) -> Iterator[str]:
    """A line for each file that it writes."""
    words = WORDS[language]
    name = "book" if language == "en" else f"book.{language}"
    edition = site / words["folder"]
    catalogue = json.loads((site / "data" / "catalogue.json").read_text("utf-8"))
    chapters = [*chapters_of(edition, catalogue["techniques"], words)]
    sheets = list(dict.fromkeys(sheet for chapter in chapters for sheet in chapter.pop("sheets")))
    date = catalogue["revision"].get("date") or catalogue["revision"]["digest"]
    made_on = {"made": words["made"].format(date=date), "date": date[:10]}
    said = {**words, **made_on, "title": "DS Series", "language": language}
    links = "".join(
        f'<link rel="stylesheet" href="{sheet}"{" media=print" if "print." in sheet else ""}>' for sheet in sheets
    )
    begun = edition / ".book.html"
    css = (HERE / "book.css").read_text("utf-8")
    begun.write_text(
        f'<!doctype html><html lang="{language}" dir="ltr"><meta charset="utf-8"><title>DS Series</title>{links}<style>{css}</style>'
        '<body data-md-color-scheme="default" data-md-color-primary="custom" data-md-color-accent="custom">',
        encoding="utf-8",
    )
    try:
        page.goto(begun.resolve().as_uri())
    finally:
        begun.unlink()
    page.emulate_media(media="print", color_scheme="light")
    page.add_script_tag(path=HERE / "book.js")
    given = {"words": said, "address": address_of(edition), "redirects": redirects_of(edition), "chapters": chapters}
    made = page.evaluate("made => makeBook(made)", given)
    page.evaluate("document.fonts.ready.then(() => true)")
    out.mkdir(parents=True, exist_ok=True)
    pdf = out / f"{name}.pdf"
    numbers: Mapping[str, int] = {}
    while True:
        page.evaluate("([pages, template]) => numberPages(pages, template)", [numbers, words["page"]])
        page.pdf(path=pdf, **_PRINTED)
        before, (numbers, count) = numbers, pages_of(pdf)
        if numbers == before:
            break
        if not before:
            page.evaluate("ids => tighten(ids)", [*thin_chapters(pdf, {one["id"]: numbers[one["id"]] for one in made})])
    mend_signs(pdf)
    yield f"{pdf}: {count} pages, {pdf.stat().st_size:,} bytes"
    suffix = name.removeprefix("book")
    evenings = page.evaluate("document.querySelectorAll('#start details.ds-pages').length")
    for number in range(1, evenings + 1):
        for kind in ("", "-key"):
            sheet = out / f"sheet-{number}{kind}{suffix}.pdf"
            page.evaluate("([...given]) => leaveSheet(...given)", [number, bool(kind), said])
            page.pdf(path=sheet, **_PRINTED)
            mend_signs(sheet)
    page.evaluate("leaveSheet(0)")
    yield f"{out}/sheet-…{suffix}.pdf: {evenings} evenings, with and without the key"
    epub = out / f"{name}.epub"
    sections = page.evaluate("asXhtml()")
    write_epub(epub, sections, made, said, site)
    yield f"{epub}: {epub.stat().st_size:,} bytes"
    deck = out / f"cards{suffix}.apkg"
    cards = write_deck(deck, (site / "data" / f"cards{suffix}.txt").read_text("utf-8"), drawings_of(sections))
    yield f"{deck}: {cards} cards, {deck.stat().st_size:,} bytes"


def chapters_of(edition: Path, techniques: list[dict[str, Any]], words: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The routes, the guides of the menu, techniques after those that they replace, then what is looked up."""
    start = (edition / "start" / "index.html").read_text("utf-8")
    guides = dict.fromkeys(re.findall(r'href="\.\./(guides/[\w-]+)/"', start[: start.index("<article")]))
    index = (edition / "techniques" / "index.html").read_text("utf-8")
    listed = dict.fromkeys(re.findall(r'href="([\w-]+)/"', index[index.index("<article") :]))
    listed |= dict.fromkeys(path.parent.name for path in sorted((edition / "techniques").glob("*/index.html")))
    order = in_order(listed, {item["id"]: item.get("replaces", []) for item in techniques})
    parts = (
        (words["preface"], ["start"]),
        (words["guides"], [*guides]),
        (words["techniques"], [f"techniques/{name}" for name in order]),
        (words["end"], ["how-we-count", "glossary", "references"]),
    )
    for part, paths in parts:
        for path in paths:
            text = (edition / path / "index.html").read_text("utf-8")
            if article := _ARTICLE.search(text):
                sheets = [re.sub(r"^(\.\./)+", "", sheet) for sheet in _SHEET.findall(text)]
                name = path.replace("/", "-")
                yield {"id": name, "part": part, "path": f"{path}/", "html": article[0], "sheets": sheets}


def in_order(names: Mapping[str, object], needs: Mapping[str, list[str]]) -> list[str]:
    order: dict[str, None] = {}

    def add(name: str, above: frozenset[str] = frozenset()) -> None:
        for other in needs.get(name, ()):
            if other in names and other not in above:
                add(other, above | {name})
        order[name] = None

    for name in names:
        add(name)
    return [*order]


def redirects_of(edition: Path) -> dict[str, str]:
    """Where pages lead that are kept for old addresses: from path to path."""
    found = {}
    for path in edition.glob("*/*/index.html"):
        if match := _REDIRECT.search(path.read_text("utf-8")[:600]):
            old = f"{path.parent.relative_to(edition).as_posix()}/"
            found[old] = unquote(urljoin(f"http://book/{old}", html.unescape(match[1]))).removeprefix("http://book/")
    return found


def address_of(edition: Path) -> str:
    """Where the edition is published; nothing where it was built for this computer alone."""
    match = _ADDRESS.search((edition / "start" / "index.html").read_text("utf-8"))
    address = match[1].removesuffix("start/") if match else ""
    return "" if "//127.0.0.1" in address or "//localhost" in address else address


def pages_of(pdf: Path) -> tuple[dict[str, int], int]:
    """On which page each place that a link leads to stands, and how many pages there are."""
    reader = PdfReader(pdf)
    found = reader.named_destinations.items()
    numbers = {unquote(name.lstrip("/")): (reader.get_destination_page_number(place) or 0) + 1 for name, place in found}
    return numbers, len(reader.pages)


def thin_chapters(pdf: Path, first: Mapping[str, int]) -> Iterator[str]:
    """Those that put a few lines alone on a sheet."""
    for number, sheet in enumerate(PdfReader(pdf).pages, 1):
        before = [id_ for id_, page in first.items() if page <= number]
        if before and len(sheet.extract_text()) < _FEW:
            yield max(before, key=first.__getitem__)


def mend_signs(pdf: Path) -> None:
    """A sign that shares its form with a radical, as 一 does, is copied as the radical where a reader leaves `ActualText` aside."""
    writer = PdfWriter(clone_from=pdf)
    writer.pdf_header = "%PDF-1.7"  # as of 1.4 files have tags; pypdf says 1.3
    for font in map(writer.get_object, range(1, len(writer._objects) + 1)):
        if isinstance(font, DictionaryObject) and "/ToUnicode" in font:
            stream: Any = font["/ToUnicode"].get_object()
            text = stream.get_data().decode("ascii")
            stream.set_data(
                _BFCHAR.sub(lambda found: f"{found[1]}<{ord(_plain_sign(chr(int(found[2], 16)))):04X}>", text).encode()
            )
    writer.write(pdf)


def _plain_sign(sign: str) -> str:
    return _PLAIN.get(sign) or unicodedata.normalize("NFKC", sign)


def write_epub(
    file: Path, sections: list[list[str]], made: list[dict[str, str]], words: Mapping[str, str], site: Path
) -> None:
    """EPUB 3.3: https://www.w3.org/TR/epub-33/. Its fonts are those of the site, under the OFL."""
    assets = site / "assets"
    sheet = next(assets.glob("ds.*.css")).read_text("utf-8")
    faces = [face for face in _FONT_FACE.findall(sheet) if "fonts/" in face]
    style = "\n".join(faces) + "\n" + (HERE / "epub.css").read_text("utf-8")
    fonts = sorted(path for path in (assets / "fonts").iterdir() if path.name in style or path.suffix == ".txt")
    language = words["language"]
    titles = {"cover": words["title"], **{chapter["id"]: chapter["title"] for chapter in made}}
    items = [
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
        '<item id="style" href="style.css" media-type="text/css"/>',
    ]
    for number, font in enumerate(fonts):
        kind = "font/woff2" if font.suffix == ".woff2" else "text/plain"
        items.append(f'<item id="font{number}" href="fonts/{font.name}" media-type="{kind}"/>')
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", _CONTAINER)
        archive.writestr("EPUB/style.css", style)
        for font in fonts:
            archive.write(font, f"EPUB/fonts/{font.name}")
        for name, text in sections:
            archive.writestr(f"EPUB/{name}.xhtml", _xhtml(language, titles[name], text))
            has = " ".join(kind for kind, tag in (("mathml", "<math"), ("svg", "<svg")) if tag in text)
            items.append(
                f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"'
                + (f' properties="{has}"/>' if has else "/>")
            )
        archive.writestr("EPUB/nav.xhtml", _xhtml(language, words["contents"], _nav(made, words["contents"])))
        spine = "".join(f'<itemref idref="{name}"/>' for name in ("cover", "nav", *(name for name, _ in sections[1:])))
        archive.writestr("EPUB/package.opf", _PACKAGE.format(**words, items="".join(items), spine=spine))


def _nav(made: list[dict[str, str]], title: str) -> str:
    parts = dict.fromkeys(chapter["part"] for chapter in made)
    lists = (
        f"<li><span>{html.escape(part)}</span><ol>"
        + "".join(
            f'<li><a href="{c["id"]}.xhtml">{html.escape(c["title"])}</a></li>' for c in made if c["part"] == part
        )
        + "</ol></li>"
        for part in parts
    )
    return f'<nav epub:type="toc" id="toc"><h1>{title}</h1><ol>{"".join(lists)}</ol></nav>'


def _xhtml(language: str, title: str, body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}" xml:lang="{language}">'
        f'<head><title>{html.escape(title)}</title><link rel="stylesheet" href="style.css"/></head><body>{body}</body></html>\n'
    )


_CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"""
_PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="{language}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:ds-series:book:{language}</dc:identifier>
<dc:title>{title}</dc:title><dc:language>{language}</dc:language><dc:description>{about}</dc:description>
<dc:rights>CC BY 4.0</dc:rights><meta property="dcterms:modified">{date}T00:00:00Z</meta></metadata>
<manifest>{items}</manifest><spine>{spine}</spine></package>
"""

if __name__ == "__main__":
    main()
