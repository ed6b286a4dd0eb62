"""The page of questions: every question leads to a place that is there, in both languages, and can be asked in each."""

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.records import Catalogue


def test_every_question_and_answer_is_in_both_languages(catalogue: Catalogue) -> None:
    assert [q.ask.en for q in catalogue.questions if not (q.ask.zh and q.answer.zh)] == []


def test_no_question_is_asked_twice(catalogue: Catalogue) -> None:
    for wordings in ([q.ask.en for q in catalogue.questions], [q.ask.zh for q in catalogue.questions]):
        assert sorted(set(wordings), key=str) == sorted(wordings, key=str)


@pytest.mark.parametrize("edition", ["", "zh/"])
def test_every_question_leads_to_a_place_that_is_there(built: Path, catalogue: Catalogue, edition: str) -> None:
    page = LexborHTMLParser((built / edition / "questions/index.html").read_text(encoding="utf-8"))
    links = [node.attributes["href"] or "" for node in page.css(".ds-questions dt a")]
    assert len(links) == len(catalogue.questions)
    dead = []
    for link in links:
        address, _, place = link.partition("#")
        target = (built / edition / "questions" / address / "index.html").resolve()
        if not target.exists() or (place and f'id="{place}"' not in target.read_text(encoding="utf-8")):
            dead.append(link)
    assert dead == []
