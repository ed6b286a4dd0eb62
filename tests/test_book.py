"""The book of a small site: what somebody finds who prints it or opens it on a reader."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from building import ROOT
from conftest import CHROMIUM, NO_CHROMIUM

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)]
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def book(small_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("book") / "site"
    shutil.copytree(small_site, site)
    out = site.parent / "out"
    command = [sys.executable, str(ROOT / "tools" / "book"), str(site), str(out)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert not list(site.rglob(".book.html"))
    return out


@pytest.mark.parametrize(("name", "page"), [("book", r"\(page (\d+)\)"), ("book.zh", r"（第\s*(\d+)\s*页）")])
def test_pages_are_numbered_and_bookmarks_lead_to_them(book: Path, name: str, page: str) -> None:
    reader = PdfReader(book / f"{name}.pdf")
    texts = [sheet.extract_text() for sheet in reader.pages]
    assert not re.findall("[\u2e80-\u2fdf]", "".join(texts)), (
        "signs are copied as signs, not as radicals that look alike"
    )
    parts = [entry for entry in reader.outline if not isinstance(entry, list)]
    assert len(parts) >= 4  # preface, guides, techniques, and what is looked up
    assert not [part.title for part in parts if part.title[: len(part.title) // 2] * 2 == part.title]
    chapters = [
        entry for below in reader.outline if isinstance(below, list) for entry in below if not isinstance(entry, list)
    ]
    for chapter in chapters:
        number = reader.get_destination_page_number(chapter)
        title, lines = set(str(chapter.title)), [set(line) for line in texts[number].split("\n")]
        assert min(len(title - line) for line in lines) <= len(title) / 4, chapter.title
        if number:
            assert re.search(rf"\b{number + 1}\s*$", texts[number].strip()) or str(number + 1) in texts[number].split()
    said = [int(number) for text in texts for number in re.findall(page, text)]
    assert said
    assert max(said) <= len(texts)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


@pytest.mark.parametrize("name", ["book", "book.zh"])
def test_an_epub_is_xml_whose_links_lead_somewhere_and_asks_for_no_press(book: Path, name: str) -> None:
    with zipfile.ZipFile(book / f"{name}.epub") as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        files = set(archive.namelist())
        pages = {path: ElementTree.fromstring(archive.read(path)) for path in files if path.endswith(".xhtml")}
        package = archive.read("EPUB/package.opf").decode()
    listed = {f"EPUB/{path}" for path in re.findall(r'href="([^"]+)"', package)}
    assert listed == files - {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
    places = {path: {element.get("id") for element in page.iter()} for path, page in pages.items()}
    for path, page in pages.items():
        ids = [element.get("id") for element in page.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), path
        for tag in ("button", "input", "script", "form", "select"):
            assert not list(page.iter(XHTML + tag)), (path, tag)
        for link in page.iter(XHTML + "a"):
            href = link.get("href", "")
            if not href.startswith(("http:", "https:", "mailto:")):
                file, _, place = href.partition("#")
                assert f"EPUB/{file}" in pages, (path, href)
                assert not place or place in places[f"EPUB/{file}"], (path, href)


def test_a_technique_comes_after_what_it_replaces(book: Path) -> None:
    with zipfile.ZipFile(book / "book.epub") as archive:
        contents = archive.read("EPUB/nav.xhtml").decode()
    order = re.findall(r'href="techniques-([\w-]+)\.xhtml"', contents)
    assert order.index("sharing") < order.index("routing")


@pytest.mark.parametrize("suffix", ["", ".zh"])
def test_a_deck_brings_its_cards_and_the_next_one_takes_their_place(book: Path, tmp_path: Path, suffix: str) -> None:
    from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

    cards = (book.parent / "site" / "data" / f"cards{suffix}.txt").read_text("utf-8")
    collection = Collection(str(tmp_path / "collection.anki2"))
    try:
        for _ in range(2):
            package = str(book / f"cards{suffix}.apkg")
            options = ImportAnkiPackageOptions()
            collection.import_anki_package(ImportAnkiPackageRequest(package_path=package, options=options))
            assert collection.note_count() == sum(not line.startswith("#") for line in cards.splitlines())
        assert collection.find_notes("tag:term")
        assert collection.find_notes("tag:technique")
    finally:
        collection.close()
