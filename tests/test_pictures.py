"""Pictures for links: one for each model and technique, with nothing that a font lacks, and every page names one that is there."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from catalogue.records import Catalogue
from helpers import context_of
from render.context import Context
from social_cards import (
    FOLDER,
    _wrapped_lines,
    card_addresses,
    has_chinese,
    has_localized_cards,
    picture_of,
    read_faces,
    social_cards,
    write_cards,
)


def test_parts_of_a_model_take_its_picture_and_others_that_of_the_site(ctx: Context) -> None:
    known = card_addresses(ctx)
    assert picture_of("models/deepseek-v3/scores.md", known) == picture_of("models/deepseek-v3.md", known)
    assert picture_of("guides/framework.md", known) == known["index.md"]


def test_fonts_have_every_letter_of_the_names(catalogue: Catalogue) -> None:
    title = read_faces().title
    for model in catalogue.models.values():
        assert title.missing_letters(model.name) == set(), model.name


def test_only_what_changed_is_drawn_again(small: Catalogue, tmp_path: Path) -> None:
    ctx = context_of(small)
    site, kept = tmp_path / "site", tmp_path / "kept"
    write_cards(ctx, site, kept)
    files = list((site / FOLDER).glob("*.png"))
    assert len(files) == len(card_addresses(ctx))
    for file in files:
        data = file.read_bytes()
        assert struct.unpack(">II", data[16:24]) == (1200, 630), "the size that other sites ask for"
    before = {path.name: path.stat().st_mtime_ns for path in kept.iterdir()}
    (kept / "old.png").write_bytes(b"")
    write_cards(ctx, site, kept)
    assert {path.name: path.stat().st_mtime_ns for path in kept.iterdir()} == before


def test_chinese_pictures_have_every_letter_or_are_the_english_ones(catalogue: Catalogue) -> None:
    chinese = context_of(catalogue, "zh")
    assert has_localized_cards(chinese) == has_chinese()
    if not has_chinese():
        pytest.skip("no Chinese font here: Debian has it in fonts-noto-cjk")
    with_noto = read_faces(chinese=True)
    for technique in catalogue.techniques.values():
        said = re.sub(r"\{\{.*?\}\}|[`*]", "", chinese.words.text(technique.definition))
        assert with_noto.text.missing_letters(said) == set(), technique.id
        assert with_noto.title.missing_letters(chinese.short_name(technique)) == set(), technique.id
    assert read_faces().text.missing_letters("模型") == {"模", "型"}
    found = dict(social_cards(chinese, with_noto))
    assert found.keys() == dict(social_cards(context_of(catalogue), read_faces())).keys()


def test_lines_break_between_words_and_between_chinese_characters() -> None:
    face = read_faces(chinese=has_chinese()).text
    english = "How “models” and their training grew … with a source for every number."
    assert " ".join(_wrapped_lines(face, english, 34, 300, 20)) == english
    chinese = "稀疏注意力：每个 query 只看由索引器选出的 token，其余“跳过”（见下）。"
    lines = _wrapped_lines(face, chinese, 34, 300, 20)
    assert len(lines) > 2
    assert "".join(lines).replace(" ", "") == chinese.replace(" ", "")
    assert not any(line[0] in "，。：”）" for line in lines)


def test_every_page_names_a_picture_that_is_there(small_site: Path) -> None:
    for page in ("index.html", "models/elk/index.html", "zh/techniques/judging/index.html"):
        html = (small_site / page).read_text(encoding="utf-8")
        image = re.search(r'property="og:image" content="?https://example.org/ds/([^" >]+)', html)
        assert image, page
        assert (small_site / image[1]).is_file(), image[1]
        assert 'name="twitter:card"' in html.replace("name=twitter:card", 'name="twitter:card"')
