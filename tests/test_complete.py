"""No fact is lost between the catalogue and the pages: each value stands on a page with the place where it is stated."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from catalogue.records import Catalogue
from catalogue.schema.model import Model
from catalogue.schema.values import Single, Stated, walk_record
from helpers import built_page, leads_on
from render.cite import Citations
from render.context import Context
from render.figures.engine import FIGURES
from render.pages import url_of
from render.pages.models import LEAST_OF_A_PAGE
from site_size import MOST_PAGES, MOST_WORDS, measure_pages, size_table


def plain(text: str) -> str:
    """What is compared of a text: its letters, digits and signs, as the finished site has them."""
    return re.sub(r"[\s\u00a0\u202f\u2060\u200b*]+", "", text.replace("'", "’"))


def shown_values(site: Path, model_id: str) -> set[tuple[str, str]]:
    """The values on the pages of a model, each with the place that the list of sources has at its number."""
    shown = set()
    for file in (site / "models" / model_id).rglob("index.html"):
        text = file.read_text(encoding="utf-8")
        if leads_on(text):
            continue
        page = LexborHTMLParser(text)
        places: dict[str, str] = {}
        for node in page.css(".ds-sources [data-n]"):
            for number in (node.attributes["data-n"] or "").split():
                places[f"s{number}"] = places.get(f"s{number}", "") + plain(node.attributes.get("title") or node.text())
        for value in page.css("a[data-s], .ds-mark"):
            marks = value.parent is not None and "ds-mark" in (value.attributes.get("class") or "")
            said = value.parent if marks else value
            shown.add((plain(said.text()), places.get((value.attributes["href"] or "#")[1:], "")))
    return shown


def stated_values(model: Model) -> Iterator[tuple[str, Single[Any]]]:
    """Every value of an entry with its source, by the path in it."""
    for path, record in walk_record(model):
        if isinstance(record, Single):
            for _, single in record.singles() if isinstance(record, Stated) else [("", record)]:
                if single.source and single.value is not None:
                    yield ".".join(map(str, path)), single


def test_every_sourced_value_stands_on_a_page_of_its_model_with_its_place(
    built: Path, catalogue: Catalogue, ctx: Context
) -> None:
    citations, lost, count = Citations(ctx), [], 0
    for model in catalogue.models.values():
        shown = shown_values(built, model.id)
        texts = {text for text, _ in shown}
        for path, single in stated_values(model):
            base = catalogue.entries.get(str(single.value)) if path.endswith("based_on") else None
            text = plain(base.variant.name if base else citations.value_text(single.value).striptags())
            place = plain(ctx.localized_place(single.source.items[0].locus)) if single.source else ""
            place = place.removeprefix("modelcard")  # the title of the document says that it is one
            count += 1
            if path.endswith("phases.0.until") and text == "100%":
                continue  # a schedule of one phase ends where the training does
            if path.endswith(".per_tokens") and text == "1T":
                assert "trillion tokens" in model.infrastructure.gpu_hours[0].part.en, "the line is called by it"
                continue
            whole = re.compile(rf"(?<!\d)(?<!\d[.,]){re.escape(text)}(?!\d|[.,]\d)")  # 8 does not stand in 128
            if not any(place in where and whole.search(own) for own, where in shown if text in own):
                lost.append(f"{model.id} {path}: {text} ({place}){'' if text in texts else ' nowhere'}")
    assert count > 3000
    assert lost == []


def test_every_published_value_of_a_technique_stands_on_its_page(
    built: Path, catalogue: Catalogue, ctx: Context
) -> None:
    """In a line of its own, or where a text of the page quotes it."""
    citations, lost, count = Citations(ctx), [], 0
    for technique in catalogue.techniques.values():
        page = built_page(built, f"techniques/{technique.page or technique.id}")
        said = plain(page.css_first("article").text())
        stated = [
            (fact, single) for fact in technique.facts for _, single in fact.value.singles() if single.value is not None
        ]
        count += len(stated)
        for fact, single in stated:
            forms = [form(single.value).striptags() for form in (citations.value_text, citations.value_in_words)]
            if not any(plain(form) in said for form in forms):
                lost.append(f"{technique.id}: {fact.label.en}: {forms[0]}")
    assert count > 300
    assert lost == []


def test_quotes_are_filled_in_but_on_the_page_that_explains_them(built: Path) -> None:
    written = re.compile(r"\{\{ (?:compute|working|v|m|t)\(")
    assert {page.parent.name for page in built.rglob("index.html") if written.search(page.read_text("utf-8"))} == {
        "fields"
    }


def test_a_figure_stands_on_one_page_and_one_with_inputs_beside_its_technique(built: Path) -> None:
    """Other pages link to it; the small picture of a technique may open more than one guide."""
    homes: dict[str, set[str]] = {}
    for file in built.rglob("index.html"):
        path = file.relative_to(built).as_posix()
        if not path.startswith("zh/"):
            page = LexborHTMLParser(file.read_text(encoding="utf-8"))
            for figure in page.css('figure[id^="mechanism-"]:not([id^="mechanism-picture-"])'):
                homes.setdefault((figure.attributes["id"] or "").removeprefix("mechanism-"), set()).add(path)
    assert len(homes) > 30
    expected = {name: {url_of(figure.page) + "index.html"} for name, figure in FIGURES.items()}
    beside = {name: figure.technique for name, figure in FIGURES.items() if figure.technique}
    for name, technique in beside.items():
        expected[name].add(f"techniques/{technique}/index.html")
    assert expected.items() <= homes.items()
    assert {name for name, pages in homes.items() if len(pages) > 1} == set(beside)


def test_no_page_is_longer_than_its_kind_and_no_part_of_a_model_thin(built: Path) -> None:
    """A tab of a few words is a section of another page. Limits are those of a page, so that another entry meets none."""
    pages = list(measure_pages(built))
    assert sum(not page.kind.startswith(("models/*", "techniques/*")) for page in pages) <= MOST_PAGES, size_table(
        pages
    )
    assert MOST_WORDS.keys() <= {page.kind for page in pages}
    assert [page for page in pages if page.words > MOST_WORDS.get(page.kind, page.words)] == []
    assert [page for page in pages if page.kind.startswith("models/*/") and page.words < LEAST_OF_A_PAGE] == []
