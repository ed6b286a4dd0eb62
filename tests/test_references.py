"""The bibliography: the real one is read whole, and BibTeX is decoded as a reader expects."""

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.files import REFERENCES
from catalogue.records import Catalogue
from catalogue.references import Reference, read_references
from helpers import DATA, context_of, table
from render.pages.trust import corrections_page

TEXT = (DATA / REFERENCES).read_text(encoding="utf-8")


def one(**fields: str) -> Reference:
    """A reference made of these fields, and of plain ones where a field is not given."""
    plain = {"title": "{T}", "author": "{Ant, Ada}", "year": "{2024}", "url": "{https://example.org/a}"}
    entry = ",\n".join(f"  {name} = {value}" for name, value in (plain | fields).items())
    references, findings = read_references(f"@misc{{key,\n{entry}\n}}\n", "a.bib")
    assert findings == []
    return references["key"]


def test_names_of_fields_are_of_any_case() -> None:
    """Some programs write them in capitals, and BibTeX takes them as they are."""
    text = "@MISC{key,\n  TITLE = {T},\n  Author = {Ant, Ada},\n  YEAR = {2024},\n  URL = {https://example.org/a},\n}\n"
    references, findings = read_references(text, "a.bib")
    assert findings == []
    assert (references["key"].title, references["key"].authors) == ("T", ("Ada Ant",))
    assert references["key"].bibtex == text.strip()


def test_every_entry_has_what_is_printed_without_latex(catalogue: Catalogue) -> None:
    for r in catalogue.references.values():
        assert r.title, r.key
        assert r.authors, r.key
        assert all(r.authors), r.key
        assert re.fullmatch(r"(19|20)\d\d", r.year), r.key
        assert r.url or r.note, r.key
        assert not r.url or r.url in TEXT or r.url == f"https://doi.org/{r.doi}", "as it stands in the file"
        assert not re.search(r"[{}\\]", "".join((r.title, *r.authors, r.venue or "", r.note or ""))), r.key


def test_an_entry_has_its_line_and_can_be_copied(catalogue: Catalogue) -> None:
    lines = TEXT.splitlines()
    for reference in catalogue.references.values():
        assert f"{{{reference.key}," in lines[reference.line - 1]
        assert reference.bibtex in TEXT
        copied, findings = read_references(reference.bibtex, "a.bib")
        assert findings == []
        assert copied[reference.key].authors == reference.authors


@pytest.mark.parametrize(("author", "names"), table("authors"))
def test_authors(author: str, names: list[str]) -> None:
    assert list(one(author=author).authors) == names


def test_doi_serves_as_address_and_venue_is_read() -> None:
    text = "@article{a,\n title = {{A \\& B}}, author = {Ant, Ada}, year = 2024, doi = {10.1000/a_b}, journal = {J. of {X}},\n}\n"
    reference = read_references(text, "a.bib")[0]["a"]
    assert (reference.url, reference.doi, reference.venue) == ("https://doi.org/10.1000/a_b", "10.1000/a_b", "J. of X")
    assert (reference.title, reference.year) == ("A & B", "2024")


def test_the_days_of_corrections_have_one_column_each_and_count_all(catalogue: Catalogue) -> None:
    days = LexborHTMLParser(corrections_page(context_of(catalogue)).blocks["lead"]).css(".ds-days > li")
    assert sum(int(day.css_first("b").text()) for day in days) == len(catalogue.corrections)
    dates = [day.css_first("time").attributes["datetime"] for day in days]
    assert dates == sorted(set(dates))
