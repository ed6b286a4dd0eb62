"""Every page as plain Markdown, beside the page."""

import re
from pathlib import Path

import pytest

from helpers import leads_on
from render.exports.markdown import html_to_markdown

LINK = re.compile(r"\]\(((?!https?:|mailto:|#)[^)\s#?]+)")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p>about <a href="#s3" data-s="3">671 B</a></p>', "about 671 B [3]"),
        ('<p>a <a class="ds-r" href="ds:x.md">3</a> and <b>bold</b></p>', "a *3* and **bold**"),
        ("<p>says &lt;think&gt; and <code>a_b</code></p>", "says \\<think> and `a_b`"),
        ('<p>see <a href="ds:techniques/mla.md#why">MLA</a></p>', "see [MLA](techniques/mla.md#why)"),
        ('<ol><li id="s2" value="2">two</li></ol>', "2. two"),
        ('<ul><li id="k">one<ul><li>inner</li></ul></li></ul>', '- <a id="k"></a>one\n  - inner'),
        ("<table><tr><th>A|B<th>C</tr><tr><td colspan=2>x</tr></table>", None),
        ('<math data-latex="x^2"><mi>x</mi></math>', "$$\nx^2\n$$"),
        ('<svg aria-label="A drawing"><text>1</text></svg>', "*A drawing*"),
        ("<script>alert(1)</script><button>Go</button><p>text</p>", "text"),
        ("<pre><code>a = 1\n  b</code></pre>", "```\na = 1\n  b\n```"),
        ("<p><span>40 层</span><span>384 选 6</span></p>", "40 层 · 384 选 6"),
        ("<p><a href='ds:x.md'><b>V4-Pro</b><time>2026</time></a></p>", "[**V4-Pro** · 2026](x.md)"),
        ("<p><span>实验：</span><a href='ds:x.md'>教师</a></p>", "实验：[教师](x.md)"),
        ("<p><b>a</b><em>b</em><a href='ds:x.md'>c</a></p>", "**a***b*[c](x.md)"),
    ],
)
def test_html_becomes_what_one_would_write(html: str, expected: str | None) -> None:
    written = html_to_markdown(html, lambda target: target.removeprefix("ds:"))
    if expected is None:
        assert written.splitlines()[-1] == "| x |  |"
        assert "A\\|B" in written
    else:
        assert written == expected


def without_code(text: str) -> str:
    """Nor without addresses and formulas."""
    return re.sub(r"(?ms)^```.*?^```|`[^`]*`|\$[^$]*\$|\]\([^)]*\)", "", text)


def test_every_page_has_its_markdown_beside_it(built: Path) -> None:
    """At its address with `.md`, with links that lead to a file, and no HTML of ours; one that moved says where to."""
    for folder in (built, built / "zh"):
        listed = (folder / "llms.txt").read_text(encoding="utf-8")
        for page in folder.rglob("index.html"):
            place = page.parent.relative_to(folder)
            if place.parts[:1] == ("zh",):
                continue
            moved = leads_on(page.read_text(encoding="utf-8"))
            copies = [folder / place / "index.md", (folder / place).with_suffix(".md") if place.name else folder]
            copies.append(folder / f"{place}.md")
            (copy,) = {path for path in copies if path.is_file()}
            text = copy.read_text(encoding="utf-8")
            if moved:
                assert text.startswith("→ ["), copy
            else:
                assert f"/{copy.relative_to(folder).as_posix()})" in listed, copy
            assert not re.search(r"ds:\w|class=\"ds-|<!-- ds-block|&#3", text), copy
            assert not re.search(r"(?<!\*)\[\d+\][\u4e00-\u9fff]|[\u4e00-\u9fff][A-Z]|层\d", without_code(text)), copy
            for link in LINK.findall(re.sub(r"(?ms)^```.*?^```|`[^`]*`", "", text)):
                assert (copy.parent / link).exists(), (copy, link)
