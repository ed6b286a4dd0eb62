"""What the search is made from: words, aliases, pages and the index, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from postbuild.search_index import merge_parts, normalize_name, read_page, split_words, write_index
from render.pages import FindablePage

ALIKE = {
    "numbers": ("671 B", "671B", "671 billion", "6710 亿"),
    "thousands": ("2,788 K", "2788K", "2.788M", "278.8 万"),
    "spelling": ("quantisation", "quantization"),
    "endings": ("routed", "routing", "routes"),
    "joins": ("multi-head attention", "Multi-Head  Attention"),
}


@pytest.mark.parametrize("texts", ALIKE.values(), ids=ALIKE.keys())
def test_what_means_the_same_is_one_word(texts: tuple[str, ...]) -> None:
    shared = set.intersection(*(set(split_words(text)) for text in texts))
    assert shared, texts


def test_what_differs_is_not_one_word() -> None:
    for one, other in (("671B", "671M"), ("V3", "V3.1"), ("5.576M", "5.576K"), ("16B", "1.6B")):
        assert normalize_name(one) != normalize_name(other)


PAGE = """<html><body><article><h1>Title<a class="headerlink">¶</a></h1><p>The lead, <b>671 B</b>.</p>
<h2 id="a">First</h2><table><tr><th>Tokens</th><td>14.8 T</td></tr></table><script>no</script><p>End.</p>
<h3>No anchor</h3><p>Below.</p><h2 id="sources">Sources</h2><p>Elsewhere.</p></article></body></html>"""


def test_a_page_is_read_in_sections() -> None:
    page = read_page(PAGE, "x/")
    assert page.title == "Title"
    assert [(s.anchor, s.title, s.text) for s in page.sections] == [
        ("", "Title", "The lead, 671 B."),
        ("a", "First", "Tokens · 14.8 T · End. No anchor · Below."),
    ]


def test_what_a_part_of_a_model_says_is_found_on_the_model_under_the_name_of_the_part() -> None:
    part = PAGE.replace("<h1>Title", "<h1>Title: Training")
    made = [page for page in (read_page(PAGE, "x/"), read_page(part, "x/training/")) if page is not None]
    (whole,) = merge_parts(made, {"x/training/": "x/"})
    assert [(s.anchor, s.title) for s in whole.sections[2:]] == [
        ("x/training/", "Training"),
        ("x/training/#a", "First"),
    ]


def test_the_title_of_a_problem_leads_to_where_it_is_asked(built: Path) -> None:
    page = read_page((built / "problems/index.html").read_text(encoding="utf-8"), "problems/")
    asked = {section.title: section.anchor for section in page.sections if "/" in section.anchor}
    assert asked["Why divide by √d?"] == "guides/attention/#problem-root-of-d"
    assert not any(title in section.text for section in page.sections for title in asked)


def test_the_index_changes_its_folder_with_its_content_alone(tmp_path: Path) -> None:
    page = read_page(PAGE, "x/")
    known, kinds = {"x/": FindablePage("about")}, {"about": "About"}
    first, again = (write_index(tmp_path / name, [page], known, kinds, {"stop": ""}) for name in ("a", "b"))
    assert first == again
    assert {p.name: p.read_bytes() for p in (tmp_path / "a" / first).iterdir()} == {
        p.name: p.read_bytes() for p in (tmp_path / "b" / again).iterdir()
    }
    page.sections[0].text += " More."
    assert write_index(tmp_path / "c", [page], known, kinds, {"stop": ""}) != first
