"""A term at its first use on a page: linked at build, with its meaning beside it in Chromium."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from selectolax.lexbor import LexborHTMLParser

from catalogue.load import load_catalogue
from catalogue.records import Catalogue
from catalogue.schema.technique import Beside
from helpers import context_of
from render.pages.glossary import TermsInText
from render.words import CHINESE, ENGLISH, HAN


def test_no_link_of_a_term_cuts_a_chinese_word(built: Path, catalogue: Catalogue) -> None:
    """Beside each link stands no Chinese character but those that a person has listed."""
    listed, checked, cut = catalogue.glossary.neighbours, 0, []
    for page in (built / "zh").rglob("index.html"):
        for link in LexborHTMLParser(page.read_text(encoding="utf-8")).css("article a.ds-term"):
            form, own = link.text(), listed.forms.get(link.text(), Beside())
            before, behind = (node.text() if node is not None else "" for node in (link.prev, link.next))
            for sign, edge, known in (
                (before[-1:], form[0], listed.before + own.before),
                (behind[:1], form[-1], listed.behind + own.behind),
            ):
                if HAN.match(sign) and HAN.match(edge) and sign not in known:
                    cut.append((page.parent.name, form, sign))
            checked += 1
    assert cut == []
    assert checked > 2000


def test_a_form_is_a_word_only_where_it_means_the_term(valid: Path) -> None:
    terms = valid / "terms.yaml"
    terms.write_text(
        terms.read_text(encoding="utf-8")
        + "other_senses: {en: [wing chair], zh: [翅膀虫]}\n"
        + "neighbours: {before: 的, behind: 是, forms: {触角: {before: 长, behind: 短}}}\n",
        encoding="utf-8",
    )
    catalogue = load_catalogue(valid)
    found = {
        (language, text): [(match[0], border) for match, border in finder.find_forms(text)]
        for language, texts in (
            (CHINESE, ("它的触角是", "长触角短", "触角，翅膀", "触角器", "毛触角", "翅膀虫的翅膀")),
            (ENGLISH, ("a wing", "Wings and wing chairs", "wing.py")),
        )
        for finder in [TermsInText(context_of(catalogue, language))]
        for text in texts
    }
    word, other = [("触角", "")], [("翅膀", "")]
    assert found == {
        (CHINESE, "它的触角是"): word,
        (CHINESE, "长触角短"): word,
        (CHINESE, "触角，翅膀"): word + other,
        (CHINESE, "触角器"): [("触角", "触角｜器")],
        (CHINESE, "毛触角"): [("触角", "毛｜触角")],
        (CHINESE, "翅膀虫的翅膀"): other,
        (ENGLISH, "a wing"): [("wing", "")],
        (ENGLISH, "Wings and wing chairs"): [("Wings", "")],
        (ENGLISH, "wing.py"): [],
    }


def meaning(catalogue: Catalogue, id_: str) -> str:
    return next(term.definition.en for term in catalogue.glossary.terms if term.id == id_)


@pytest.mark.browser
def test_hover_and_focus_show_what_a_term_means(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(f"{address}guides/attention/")
    term = page.locator('a.ds-term[href$="#kv-cache"]')
    tip = page.get_by_role("tooltip")
    term.hover()
    expect(tip).to_contain_text(meaning(catalogue, "kv-cache"))
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    term.focus()
    expect(tip).to_contain_text(meaning(catalogue, "kv-cache"))
    expect(term).to_have_attribute("aria-describedby", "ds-tip")
    term.click()
    expect(page).to_have_url(f"{address}glossary/#kv-cache")


@pytest.mark.browser
def test_a_finger_sees_what_a_term_means_before_it_leaves_the_page(
    narrow: Page, address: str, catalogue: Catalogue
) -> None:
    narrow.goto(f"{address}guides/attention/")
    narrow.locator('a.ds-term[href$="#kv-cache"]').tap()
    expect(narrow.get_by_role("tooltip")).to_contain_text(meaning(catalogue, "kv-cache"))
    expect(narrow).to_have_url(f"{address}guides/attention/")
    narrow.get_by_role("tooltip").get_by_role("link").tap()
    expect(narrow).to_have_url(f"{address}glossary/#kv-cache")
