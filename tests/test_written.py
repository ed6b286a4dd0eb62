"""Hand-written pages, and what data names by a path, are held to what is there: by `make check`, without a build."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from building import small_project
from catalogue.lookup import Lookup
from catalogue.records import Catalogue
from checks import placeable_blocks
from checks.markup import markup_problems
from checks.wording import read_project as read
from helpers import check, findings_of
from render.labs import EXPERIMENT_BLOCK
from render.pages import HOME, generated_pages, written_pages
from render.pages.glossary import formulas_by_block
from render.site import BLOCKS
from render.words import ENGLISH, load_words


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_project(tmp_path_factory.mktemp("written"))


@pytest.fixture
def project(good: Path, tmp_path: Path) -> Path:
    for part in ("data", "docs"):
        shutil.copytree(good / part, tmp_path / "project" / part)
    return tmp_path / "project"


GUIDE = "docs/en/guides/attention.md"
LINKS = {
    "a page that is not there": (
        "[a](expert.md)",
        "`expert.md` leads to no page; a page by the path of its source, from this one; "
        "nearest match: `experts.md`; correct the link",
    ),
    "a technique that is not there": ("[a](../techniques/sharin.md#x)", "leads to no page"),
    "a page from a block of HTML": (
        '<a href="ds:models/antt.md">a</a>',
        "`ds:models/antt.md` leads to no page; a page by the path of its source, from this one; nearest match: `ds:models/ant.md`",
    ),
    "a folder": ("[a](../models/)", "`../models/` leads to no page"),
    "an absolute address": ("[a](/models/ant.md)", "`/models/ant.md` leads to no page"),
    "a picture": ("![a](ant.png)", "`ant.png` leads to no page"),
    "a link with its address below": ("[a][b]\n\n[b]: expert.md", "`expert.md` leads to no page"),
    "a place of a hand-written page": (
        "[a](experts.md#nods)",
        "`experts.md#nods` leads to a place that the page does not have; a heading by its `{ #name }`; nearest match: `nodes`",
    ),
    "a place of the same page": ("[a](#mmla)", "nearest match: `mla`"),
    "a place of a page that is made": ("[a](../models/ant.md#architectur)", "nearest match: `architecture`"),
    "a place in a part of a page that is made": ('<a href="ds:models/ant.md#nowhere">a</a>', "does not have"),
    "a script in place of an address": ("[a](javascript:alert(1))", "`javascript:alert(1` is no address of a document"),
    "a file of this machine": ("[a](file:///etc/passwd)", "addresses begin with `https:`, `http:`, `mailto:`"),
    "a path in a block of HTML": ('<a href="experts.md">a</a>', "`experts.md` in HTML, where it stays as it is"),
    "a picture in a block of HTML": ('<img src="ant.png" alt="Ant">', "in HTML `ds:` and the path of a page"),
    "an address below that is not there": ("[a][nowhere]", "`[nowhere]` has no address, and is shown as it stands"),
    "a place with the name of another": ("A { #mla }", "`#mla` is the name of a place in line "),
    "a part of a model": ("[a](../models/ant/nowhere.md)", "`../models/ant/nowhere.md` leads to no page"),
}


def test_links_that_lead_nowhere_are_named(project: Path) -> None:
    page = project / GUIDE
    expected = {}
    text = page.read_text(encoding="utf-8")
    for label, (link, says) in LINKS.items():
        text += f"\n{link}\n"
        expected[text.count("\n")] = (label, says)
    page.write_text(text, encoding="utf-8")
    found = {finding.line: str(finding) for finding in findings_of(project, read)}
    assert found.keys() == expected.keys()
    for line, (label, says) in expected.items():
        assert found[line].startswith(f"{GUIDE}:{line}: "), label
        assert says in found[line], label


def test_links_that_lead_somewhere_are_none_of_it(project: Path) -> None:
    page = project / GUIDE
    good = (
        '[a](experts.md#nodes) [b](../models/ant.md#architecture) [c](https://example.org/x.md) [d](#mla "the title")',
        '<a href="ds:models/ant.md#architecture">e</a> [f](../techniques/sharing.md) [g](../compare/training.md)',
        "`[code](nowhere.md)`",
        "```\n[code](nowhere.md)\n```",
        "<!-- [a](nowhere.md) -->",
    )
    page.write_text(page.read_text(encoding="utf-8") + "\n\n".join(("", *good, "")), encoding="utf-8")
    assert [str(finding) for finding in findings_of(project, read)] == []


def take_out(path: str) -> Callable[[Path], None]:
    return lambda project: (project / path).unlink()


def put(path: str, old: str, new: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        text = (project / path).read_text(encoding="utf-8")
        assert old in text
        (project / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def add(path: str, text: str) -> Callable[[Path], None]:
    return lambda project: (project / path).write_text(text, encoding="utf-8") and None


FRONT = "---\ntitle: A page\ndescription: What it is.\n---\n\n# A page\n"
BROKEN = {
    "a page of the navigation": (
        take_out("docs/zh/how-we-count.md"),
        "docs/zh/how-we-count.md:1: is not there; the navigation leads to it; put it back",
    ),
    "a guide": (
        take_out("docs/en/guides/data.md"),
        "docs/en/guides/data.md:1: is not there; data/study.yaml lists it; write it, or take it out there",
    ),
    "a page without a title": (
        put(GUIDE, "title:", "titel:"),
        f"{GUIDE}:1: has no `title`; a page begins with `title:` and `description:` between two lines `---`; add `title: …`",
    ),
    "a template of its own": (
        put(GUIDE, "---\n", "---\ntemplate: other.html\n"),
        f"{GUIDE}:2: unknown key `template`; allowed are `title`, `description`, `hide`",
    ),
    "what is left open": (
        put(GUIDE, "---\n\n", "---\n\nthis is **bold\n\n"),
        f"{GUIDE}:6: `**` without its other half",
    ),
    "the sign of a figure": (
        put(GUIDE, "\n\n", "\n\n<!-- ds-block: hero -->\n\n"),
        "the sign `<!-- ds-block: … -->`, which a build writes; a figure is placed with `{{ block('name') }}`; take it out",
    ),
    "a title with a bracket left open": (
        put(GUIDE, 'title: "', 'title: ["'),
        f"{GUIDE}:3: not YAML: ",
    ),
    "a title with a colon": (
        put(GUIDE, 'title: "Attention and its cache: from MHA to CSA2"', "title: Attention: from MHA"),
        f"{GUIDE}:2: not YAML: mapping values are not allowed in this context; put a text with a colon in it into quotes",
    ),
    "a page that begins with its text": (put(GUIDE, "---\n", ""), f"{GUIDE}:1: has no `description`"),
    "a page that no menu has": (
        add("docs/en/guides/atention.md", FRONT),
        "docs/en/guides/atention.md:1: a page that nothing leads to; guides are listed in data/study.yaml",
    ),
    "a page in one language": (
        add("docs/en/extra.md", FRONT),
        "docs/zh/extra.md:1: is not there; a page stands in every language",
    ),
    "other names of a page that is not there": (
        add("data/aliases.yaml", "aliases:\n  index.md: [home]\n  models/antt.md: [insect]\n"),
        "data/aliases.yaml:3: aliases.models/antt.md: no page of the site has this path; nearest match: `models/ant.md`",
    ),
    "other names of a part that a model does not have": (
        add("data/aliases.yaml", "aliases:\n  models/ant/nowhere.md: [insect]\n"),
        "data/aliases.yaml:2: aliases.models/ant/nowhere.md: no page of the site has this path",
    ),
    "a step of a route to a page that is not there": (
        put("data/study.yaml", "page:glossary", "page:glosary"),
        "`page:glosary`, which is no page; a page by its path, without `.md`; nearest match: `glossary`",
    ),
}


@pytest.mark.parametrize(("change", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_what_a_build_would_stop_at_is_said_before(project: Path, change: Callable[[Path], None], says: str) -> None:
    change(project)
    found = [str(finding) for finding in findings_of(project, read)]
    assert [message for message in found if says in message], found


def test_the_command_says_it_all(project: Path) -> None:
    expected = []
    for name in (GUIDE, GUIDE.replace("/en/", "/zh/")):
        page = project / name
        line = page.read_text(encoding="utf-8").count("\n") + 1
        page.write_text(
            page.read_text(encoding="utf-8") + "{{ v('ant-base/parameters.totl') }}\n[a](x.md)\n", encoding="utf-8"
        )
        expected += [f"{name}:{line}", f"{name}:{line + 1}"]
    run = check("check", project / "data")
    assert run.returncode == 1
    assert [message.partition(": ")[0] for message in run.stderr.splitlines()[:-1]] == expected
    assert "nearest match: `total`" in run.stderr
    assert run.stderr.splitlines()[-1] == "4 problems in the pages"


# What is added to a page, and what is said of the line on which it begins.
MARKUP = {
    "code that does not end": (
        "```python\nx = 1",
        "code that begins with ````` and does not end; the rest of the page",
    ),
    "one backtick": ("the `kv_cache\n\nmore", "code with one backtick; a backtick on both sides; close it"),
    "one half of bold": ("this is **bold\n\nmore", "`**` without its other half"),
    "bold that goes on in the next item": ("- **one\n- two**", "`**` without its other half"),
    "a link without its last bracket": (
        "see [experts](experts.md",
        "a link that is not closed; a link is `[words](address)`",
    ),
    "a link without its middle bracket": ("see [experts(experts.md)", "a link that is not closed"),
    "brackets the wrong way round": (
        "see (experts)[experts.md]",
        "`(experts)[experts.md]`: brackets the wrong way round; a link is `[words](address)`; write `[experts](experts.md)`",
    ),
    "a comment that does not end": (
        "<!-- later\n\nmore",
        "a comment that is not closed; what stands behind it would not be",
    ),
    "a tag that is not closed": (
        "a <b>word",
        "`<b>` that is not closed; the rest of the page would be in it; write `</b>`",
    ),
    "a box that is not closed": ('<div class="ds-home-top">', "`<div>` that is not closed"),
    "a tag that is closed twice": ("a <b>word</b></b>", "`</b>`, which nothing opens"),
    "a tag that is a word of a model": (
        "between <think> and the answer",
        "`<think>` is no element of a page; as a tag it is not shown",
    ),
    "a script": (
        "<script>alert(1)</script>",
        "`<script>`; pages hold no scripts, frames, forms or styles; take it out",
    ),
    "a frame": ('<iframe src="https://example.org"></iframe>', "`<iframe>`; pages hold no scripts"),
    "a handler": ('<a onclick="x()" href="#mla">a</a>', "`onclick` on `<a>`; pages hold no scripts"),
}


@pytest.mark.parametrize(("text", "says"), MARKUP.values(), ids=MARKUP.keys())
def test_what_is_left_open_or_not_allowed_on_a_page_is_named(text: str, says: str) -> None:
    found = [
        each for each in markup_problems(f"{FRONT}\n{text}\n") if says in f"{each.found}; {each.allowed}; {each.fix}"
    ]
    assert [each.line for each in found][:1] == [FRONT.count("\n") + 2]


def test_markup_that_is_whole_is_none_of_it() -> None:
    good = (
        "`a` and ``b ` c`` and **d** and __e__ and 2 ** 3 and snake__case",
        "```\n<script> ** ` [a](b\n```",
        "[**a**](b.md) [`c`](d.md) [e [f]](g.md) ![h](i_(j).png) <https://example.org> [k][l]",
        "a < b, p <0.5 and `<think>`; [0, 1) is an interval",
        '<p class="x"><a href="#y">z</a><br>a</p>',
        "<!-- a **comment -->",
        "| a | b |\n|---|---|\n| **c** | `d` |",
    )
    assert list(markup_problems("\n\n".join(good))) == []


COUNTERPARTS = {
    "a section of English alone": (
        put(GUIDE.replace("/en/", "/zh/"), "{ #mla }", ""),
        "in English `## #mla` (line ",
    ),
    "a quote of English alone": (
        put(GUIDE, "## Sources", "{{ m('ant') }}\n\n## Sources"),
        "`m(ant)` is not quoted in the Chinese page; the same quotes in both languages; quote it there too",
    ),
    "half-width punctuation": (
        put(GUIDE.replace("/en/", "/zh/"), "# ", "缓存,再说。\n\n# "),
        "half-width punctuation beside Chinese: “缓存,再说。”; full-width punctuation",
    ),
    "no space beside digits": (
        put(GUIDE.replace("/en/", "/zh/"), "# ", "共有61层。\n\n# "),
        "Chinese and Latin letters or digits without a space",
    ),
    "a command of LaTeX that there is not": (
        put("data/techniques.yaml", "latex: h = g", "latex: h = \\foobar g"),
        "techniques.sharing.formulas[0].latex: `h = \\foobar g`: `\\foobar` is not understood; use plain LaTeX; correct the LaTeX",
    ),
    "a brace of LaTeX that is left open": (
        put("data/techniques.yaml", "latex: h = g", "latex: 'h = \\frac{g}{2'"),
        "`{` without `}`",
    ),
    "a bracket of LaTeX without its other half": (
        put("data/techniques.yaml", "latex: h = g", "latex: 'h = \\left( g )'"),
        "1 × `\\left` and 0 × `\\right`",
    ),
}


@pytest.mark.parametrize(("change", "says"), COUNTERPARTS.values(), ids=COUNTERPARTS.keys())
def test_what_readers_of_a_language_would_miss_is_said(
    project: Path, change: Callable[[Path], None], says: str
) -> None:
    change(project)
    found = [str(finding) for finding in findings_of(project, read)]
    assert [message for message in found if says in message], found


def made(site: Path) -> set[str]:
    """The pages of a built site in English, without the guides and the parts of models."""
    html = (path for path in site.rglob("index.html") if path.relative_to(site).parts[0] != "zh")
    built = {p.parent.relative_to(site).as_posix() for p in html if 'http-equiv="refresh"' not in p.read_text("utf-8")}
    return {path for path in built if not re.fullmatch(r"guides/.+|models/[^/]+/.+", path)}


@pytest.mark.parametrize(("which", "site"), [("catalogue", "built"), ("small", "small_site")])
def test_the_pages_are_known_before_they_are_made(which: str, site: str, request: pytest.FixtureRequest) -> None:
    catalogue: Catalogue = request.getfixturevalue(which)
    lookup = Lookup(catalogue.models, catalogue.techniques, catalogue.entries, catalogue.gpus)
    hand_written = {path for path in written_pages(catalogue, lookup) if not path.startswith("guides/")}
    known = generated_pages(catalogue, lookup) | hand_written
    as_built = {"." if path == HOME.path else re.sub(r"(/index)?\.md$", "", path) for path in known}
    assert as_built == made(request.getfixturevalue(site))


def test_what_a_page_can_place_is_known_by_name(catalogue: Catalogue) -> None:
    experiments = {f"{EXPERIMENT_BLOCK}{one.id}" for one in catalogue.experiments}
    drawn = {*BLOCKS, *formulas_by_block(catalogue), *experiments, "symbols"}
    assert placeable_blocks(load_words(ENGLISH), catalogue) == drawn
