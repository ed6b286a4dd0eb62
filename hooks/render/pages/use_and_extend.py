"""“Use and extend”: downloads and hosting; “Add a model”, with how values are written; code."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from textwrap import indent

from markupsafe import Markup

from catalogue import field_reference, references
from catalogue.field_reference import SCHEMAS
from catalogue.schema.study import CodePlace
from catalogue.schema.technique import TechniqueKind
from catalogue.schema.values import PartialDate

from .. import format
from ..context import Context
from ..links import technique_link
from ..page import Page, Section, lead_section, titled_page
from ..tables import Column, by_column
from ..technique_figures import LABS_OF, lab_link
from ..words import ENGLISH, Words

_FEEDS = (("releases", "atom"), ("techniques", "atom"), ("releases", "ics"), ("corrections", "atom"))
_HOSTING = """\
export SITE_URL=https://example.org/ds/
make book       # guides and techniques as PDF and EPUB, sheets and cards, which the next release takes along; needs Chromium
make release    # the site in site/, with .gz and .br beside each file, the ZIP to read offline and the data of earlier releases
make offline    # a site that opens from a folder on disk, in offline/
"""

_FRAME = """\
<iframe src="https://example.org/ds/models/deepseek-v3/embed-drawing.html" title="DeepSeek-V3, drawn to scale"
  width="100%" height="720" style="border: 0"></iframe>"""


# What one comes for, with the sections on it and the form in which each comes.
_GROUPS = {
    "read": {"book": "PDF", "sheets": "A4", "offline": "ZIP", "cards": "APKG", "markdown": "MD", "follow": "ATOM"},
    "data": {"json": "JSON", "tables": "CSV", "releases": "ZIP", "bibliography": "BIB", "schemas": "{ }"},
    "run": {"labs": "PY", "embed": "SVG", "host": "HTML"},
}


def use_and_extend_page(context: Context, downloads: Mapping[str, bytes]) -> Page:
    words = context.words
    hosting = f"{words('extend.host_text')}\n\n{_code_block('sh', _HOSTING)}\n\n{words('extend.host_more')}"
    sections = {
        section.id: replace(section, level=3)
        for section in (
            *_download_sections(context, downloads),
            Section("embed", words("use.embed"), _embedding_html(context)),
            Section("host", words("extend.host"), markdown=hosting),
        )
    }
    groups = [
        (group, words(f"use.{group}"), [(form, sections[id_]) for id_, form in forms.items()])
        for group, forms in _GROUPS.items()
    ]
    said = "".join(f"<p>{text}</p>" for text in (words("data.licence"), _revision_text(context)))
    lead = f'<p class="ds-lead">{words("data.intro")}</p>{context.html("outlets.html.jinja", groups=groups)}{said}'
    grouped = (
        section
        for group, title, shown in groups
        for section in (Section(f"to-{group}", title), *(section for _, section in shown))
    )
    return titled_page(
        words,
        "use-and-extend.md",
        "extend",
        (
            Section("lead", "", lead),
            *grouped,
            Section("add", words("page.fields"), markdown=words("extend.add_text")),
            Section("began", words("extend.began"), f"<p>{words('extend.began_text')}</p>"),
        ),
    )


def _embedding_html(context: Context) -> str:
    """How to show a figure and a badge elsewhere, each with an example."""
    words = context.words
    frame = Markup("<p>{}</p>\n<pre><code>{}</code></pre>").format(words("use.embed_text"), _FRAME)
    badges = context.catalogue.api_names
    if not badges:
        return frame
    badge = Markup('<p>{} <a href="ds:data/badges/{}.json">{}</a>{}</p>')
    return frame + badge.format(
        Markup(words("use.badges")), badges[0].id, badges[0].name, words("punctuation.full_stop")
    )


def _revision_text(context: Context) -> str:
    words, revision = context.words, context.catalogue.revision
    if not revision.date:
        return words("data.digest", digest=revision.digest)
    date = format.format_date(PartialDate(revision.date), words)
    return words("data.revision", date=date, commit=revision.commit, digest=revision.digest)


def _download_sections(context: Context, downloads: Mapping[str, bytes]) -> Iterator[Section]:
    words = context.words
    suffix = "" if words.language == ENGLISH else f".{words.language}"
    tables = tuple(path.removeprefix("data/") for path in downloads if path.endswith(".csv") and path.count("/") == 1)
    feeds = tuple(f"{name}{suffix}.{kind}" for name, kind in _FEEDS)
    model = next(iter(context.catalogue.models))
    books = tuple(path.removeprefix("data/") for path in downloads if path.startswith("data/book."))
    offline, cards = (
        tuple(f for f in (name,) if f"data/{f}" in downloads) for name in ("offline.zip", f"cards{suffix}.apkg")
    )
    groups = (
        ("book", books, ""),
        ("sheets", (), ""),
        ("offline", offline, ""),
        ("json", ("catalogue.json", f"answers{suffix}.json"), f"models/{model}.json"),
        ("tables", (*tables, "croissant.json"), f"models/{model}.csv"),
        ("releases", (), ""),
        ("cards", (*cards, f"cards{suffix}.txt"), ""),
        ("labs", ("labs.zip", "exercises.zip", "train.zip"), ""),
        ("follow", feeds, f"models/{model}{suffix}.atom"),
        ("markdown", (), ""),
        ("bibliography", ("references.bib", "references.ris", "references.csl.json"), ""),
        ("schemas", tuple(SCHEMAS), ""),
    )
    rows = {"sheets": _sheet_rows, "releases": _release_rows}
    for name, files, example in groups:
        html = context.html(
            "data.html.jinja",
            intro=words(f"data.{name}_text") if f"data.{name}_text" in words else "",
            items=[_download_item(context, downloads, file) for file in files],
            rows=[*rows[name](context, downloads)] if name in rows else [],
            each=words(f"data.{name}_each") if example else "",
            example=example,
        )
        yield Section(name, words(f"data.{name}"), html)


Row = tuple[str, list[tuple[str, str, str]]]
"""A name with links to files: text, path and size."""


def _sheet_rows(context: Context, downloads: Mapping[str, bytes]) -> Iterator[Row]:
    words = context.words
    suffix = "" if words.language == ENGLISH else f".{words.language}"
    evenings = [part for route in context.catalogue.study.routes for part in route.parts if part.sheet]
    for number, evening in enumerate(evenings, 1):
        files = [(kind, f"data/sheet-{number}{kind}{suffix}.pdf") for kind in ("", "-key")]
        said = [
            (words(f"data.sheet{kind.replace('-', '_')}"), path, _size_text(downloads[path]))
            for kind, path in files
            if path in downloads
        ]
        if said and evening.name:
            yield words.text(evening.name), said


def _release_rows(context: Context, downloads: Mapping[str, bytes]) -> Iterator[Row]:
    """The newest first, this one among them."""
    for path in sorted((path for path in downloads if path.startswith("data/releases/")), reverse=True):
        yield "", [(path.removeprefix("data/releases/"), path, _size_text(downloads[path]))]


def _size_text(content: bytes) -> str:
    return f"{len(content) / 2**10:,.0f} kB" if len(content) < 2**20 else f"{len(content) / 2**20:,.1f} MB"


def _download_item(context: Context, downloads: Mapping[str, bytes], name: str) -> dict[str, str]:
    path = f"data/{name}"
    key = name.replace(".zh.", ".").replace(".", "_")
    what = context.words(f"data.{key}") if not name.endswith(".schema.json") else ""
    return {"path": path, "name": name, "what": what, "size": _size_text(downloads.get(path, b""))}


def _extension_steps(words: Words) -> Iterator[str]:
    steps = (
        ("one", "yaml", field_reference.SMALLEST),
        ("two", "bibtex", field_reference.REFERENCE),
        ("three", "sh", "make check\n"),
        ("four", "sh", "make serve ID=deepseek-x\n"),
    )
    for number, (name, language, text) in enumerate(steps, 1):
        yield f"{number}. {words(f'add.step_{name}')}\n\n{indent(_code_block(language, text), ' ' * 4)}"
    yield words("extend.add_more", edit=words("page_edit"))


def _code_block(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"


def add_a_model_page(context: Context) -> Page:
    words = context.words
    sections = (
        lead_section(words("add.intro")),
        Section("add", words("extend.add"), markdown="\n\n".join(_extension_steps(words))),
        Section("values", words("add.values"), context.html("add_values.html.jinja", forms=references.LOCATOR_FORMS)),
        Section("fields", words("add.fields"), f"<p>{words('add.fields_text')}</p>"),
    )
    return titled_page(words, "fields.md", "fields", sections)


def code_page(context: Context) -> Page:
    words, catalogue = context.words, context.catalogue
    sections = [lead_section(words("code.intro"))]
    for kind in TechniqueKind:
        places = [p for p in catalogue.study.code if catalogue.techniques[p.technique].kind is kind]
        if places:
            name = words(f"kind.{kind.name.lower()}")
            table = by_column(name, _code_columns(context), places, classes="ds-prose ds-code-places")
            html = context.html("table.html.jinja", t=table)
            sections.append(Section(kind.name.lower().replace("_", "-"), name, html))
    return titled_page(words, "from-reports-to-code.md", "code", tuple(sections))


def released_code(context: Context, technique_id: str) -> list[Markup]:
    return [_code_place(context, place) for place in context.catalogue.study.code if place.technique == technique_id]


def _code_columns(context: Context) -> list[Column[CodePlace]]:
    words, listed = context.words, Markup(context.words("punctuation.listed"))
    return [
        Column(words("code.technique"), lambda place: technique_link(context, place.technique, short=True)),
        Column(words("code.place"), lambda place: _code_place(context, place)),
        Column(words("code.lab"), lambda place: listed.join(map(lab_link, LABS_OF.get(place.technique, ())))),
        Column(words("code.note"), lambda place: words.text(place.note) if place.note else ""),
    ]


def _code_place(context: Context, place: CodePlace) -> Markup:
    repository = next(r for r in context.catalogue.study.repositories if r.id == place.repository)
    file = Markup("/<wbr>").join(place.file.split("/"))
    return Markup('<a href="{}"><code>{}</code></a> <small>{} · {} · {}</small>').format(
        repository.line_address(place.file, place.line), place.name, repository.repository, file, repository.version
    )
