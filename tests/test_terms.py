"""The table of terms: what the glossary, the search and the check of wording make of it."""

from pathlib import Path

from catalogue.load import load_catalogue
from catalogue.records import Catalogue
from catalogue.schema.technique import Language
from catalogue.text import avoided_forms
from checks.wording import find_avoided_forms
from helpers import ROOT, edit
from render import words as language_files


def wording(catalogue: Catalogue, docs: Path) -> list[str]:
    words = language_files.load_words()
    return [str(finding) for finding in find_avoided_forms(catalogue, words, docs)]


def written(folder: Path, language: str, text: str) -> Path:
    """A folder of hand-written pages with one page."""
    for name in Language:
        (folder / name).mkdir()
    (folder / language / "page.md").write_text(text, encoding="utf-8")
    return folder


def test_every_text_of_the_site_keeps_to_the_terms(catalogue: Catalogue) -> None:
    assert wording(catalogue, ROOT / "docs") == []


def test_a_hand_written_page_is_told_the_right_form(small: Catalogue, tmp_path: Path) -> None:
    folder = written(tmp_path, "zh", "# 蚂蚁\n\n蚂蚁有两只犄，即犄角。\n")
    (message,) = wording(small, folder)
    name = f"{tmp_path.name}/zh/page.md:3"
    assert message.startswith(f"{name}: “犄” in “蚂蚁有两只犄，即犄角。”; this site writes “触角”; ")


def test_code_and_addresses_are_no_wording(small: Catalogue, tmp_path: Path) -> None:
    folder = written(tmp_path, "en", "The `horn` and [a page](horn.md), {{ v('horn/horn') }}.\n")
    assert wording(small, folder) == []


def test_an_exception_that_nothing_needs_is_an_error(valid: Path, tmp_path: Path) -> None:
    data = valid.rename(tmp_path / "data")
    terms = data / "terms.yaml"
    edit(terms, ("but: [犄角]", "but: [犄角, 牛犄]"))
    (tmp_path / "docs").mkdir()
    found = wording(load_catalogue(data), written(tmp_path / "docs", "zh", "犄角\n"))
    line = next(n for n, each in enumerate(terms.read_text(encoding="utf-8").split("\n"), 1) if "牛犄" in each)
    assert found == [
        f"data/terms.yaml:{line}: `牛犄` is listed as right although “犄” is not used, and no text has it; take it out of `but:`"
    ]


def test_a_form_that_is_a_part_of_another_expression_is_none(catalogue: Catalogue) -> None:
    """“No loss spikes” is not “no loss”."""
    found = avoided_forms(catalogue.glossary, Language.CHINESE)
    assert list(found.find_uses("训练全程没有损失尖峰。")) == []
    assert [use.form for use in found.find_uses("量化几乎没有损失。")] == ["没有损失"]


def test_every_technique_and_term_is_defined_in_both_languages(catalogue: Catalogue) -> None:
    entries = [*catalogue.glossary.terms, *catalogue.techniques.values()]
    assert len(catalogue.glossary.terms) >= 120
    assert [entry.id for entry in entries if entry.definition.zh is None] == []
    ends = {"en": ".", "zh": "。"}
    assert [e.id for e in entries for name, end in ends.items() if not getattr(e.definition, name).endswith(end)] == []
