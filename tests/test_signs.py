"""Signs that stand for words: at most six on the whole site; and numbers as they are said."""

import re
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from helpers import leads_on
from render import format

SIGNS = {*(sign for sign in format.USES.values() if sign), format.AGREES, str(format.NOTHING)}
REMARK = "*"  # behind a value with a remark, by the style sheet
# What something becomes, which way a number goes, and a space in the text of a token.
ORDINARY = {"→", "↑", "↓", "␣", "▁"}
PICTURES = re.compile("[\u2190-\u21ff\u2300-\u2307\u230c-\u23ff\u2400-\u27bf\u2b00-\u2bff\ufffd\U0001f000-\U0001faff]")


# Where every digit counts: tables and lists of values, a sum that is worked, what a problem gives and asks, names of files.
EXACT = "table, dl.ds-constants, .ds-ranked, .ds-working-line, .ds-exercise > p, .ds-problem-links, .ds-sources, .ds-working-steps, [data-play=readers] text, code, pre, math"
LONG = re.compile(r"(?<![\d.,/:\w-])(?:\d{1,3}(?:,\d{3}){2,}|\d{7,})(?![\d\w-])")


def test_no_page_has_another_sign_or_a_number_longer_than_a_person_says(built: Path) -> None:
    """Neither a picture in a text, nor a cell or a mark that is only a sign, nor one of Markdown; from seven digits on numbers are in short."""
    found: set[str] = set()
    for file in sorted(built.rglob("*.html")):
        html = file.read_text(encoding="utf-8")
        article = None if leads_on(html) else LexborHTMLParser(html).css_first("article")
        if article is None:
            continue
        path = file.relative_to(built).as_posix()
        for node in article.css("script, style, template, math, pre"):
            node.decompose()
        found |= {f"{path}: {sign}" for sign in PICTURES.findall(article.text()) if sign not in SIGNS | ORDINARY}
        for node in article.css("td, th, dd, .ds-use, .ds-ok, .ds-off, .ds-cue"):
            text = node.text(strip=True)
            if text and len(text) < 3 and not any(letter.isalnum() for letter in text) and text not in SIGNS:
                found.add(f"{path}: {text} alone")
        for node in article.css(f"{EXACT}, title, desc"):  # the digits stand in the title, which is no text
            node.decompose()
        text = article.text(separator=" ")
        found |= {f"{path}: {number}" for number in LONG.findall(text)}
        if "`" in text:
            found.add(f"{path}: a mark of Markdown")
    assert sorted(found) == []


def test_a_style_sheet_adds_no_other() -> None:
    """Beside what opens, sorts and counts, which are no words."""
    added = {
        sign
        for path in Path("hooks/render/styles").glob("*.css")
        for text in re.findall(r'content: "([^"]*)"', path.read_text(encoding="utf-8"))
        for sign in text.strip()
        if not sign.isalnum() and sign != "\\"
    }
    assert added <= SIGNS | {REMARK, "›", "↑", "↓", "↕", "("}
