"""Names of the API as dated pointers, as a chart and as tables."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from catalogue.schema.model import Track
from catalogue.schema.release import ApiName, ApiPointer
from catalogue.schema.values import PartialDate

from ..cite import Citations, reference_anchor
from ..context import Context
from ..figures.gantt import lay_out_narrow, lay_out_wide, named_spans
from ..format import short_model
from ..links import variant_link
from ..page import Page, Section, lead_section
from ..tables import Cell, Head, Table
from .sources import sources_section


def api_names_page(context: Context) -> Page:
    words, names = context.words, context.catalogue.api_names
    citations = Citations(context)
    sections = [lead_section(words("api_names.intro"))]
    if names:
        sections.append(Section("quarters", words("api_names.chart"), _names_chart(context)))
    sections += [Section(reference_anchor(name.id), name.name, _name_history(citations, name)) for name in names]
    sections.append(sources_section(citations))
    return Page("api-names.md", words("page.api_names"), words("api_names.description"), tuple(sections), hide=("toc",))


def _names_chart(context: Context) -> str:
    found, drawn = named_spans(context), ""
    if found:
        used = {span.track or "none" for name in found for span in name.spans}
        tracks = [track for track in (*(track.value for track in Track), "none") if track in used]
        drawn = context.html("gantt.svg.jinja", a=lay_out_wide(found), d=lay_out_narrow(found), tracks=tracks)
    folded = context.html(
        "folded_table.html.jinja", summary=context.words("api_names.quarters"), t=_quarters_table(context)
    )
    return drawn + "\n" + folded


def _name_history(citations: Citations, name: ApiName) -> str:
    context, words = citations.context, citations.context.words
    heads = [Head(words("api_names.since")), Head(words("api_names.meant"))]
    rows = []
    for pointer in name.pointers:
        rows.append(
            [
                Cell(citations.value_html(pointer.since)),
                Cell(_pointer_meaning(citations, pointer) + citations.footnote(pointer.source)),
            ]
        )
    if name.until is not None:
        ended = escape(words("api_names.ended"))
        if name.until.note is not None:
            ended += Markup("<br><small>{}</small>").format(citations.rich_text(name.until.note))
        bare = name.until.model_copy(update={"note": None})
        rows.append([Cell(citations.value_html(bare)), Cell(ended + citations.footnote(name.until.source))])
    table = Table(words("api_names.caption", name=name.name), heads, rows, classes="ds-prose ds-meant")
    notes = "".join(f"<p>{citations.rich_text(note.text)}{citations.footnote(note.source)}</p>" for note in name.notes)
    return context.html("table.html.jinja", t=table) + notes


def _pointer_meaning(citations: Citations, pointer: ApiPointer) -> Markup:
    html = Markup("")
    if pointer.variant is not None:
        entry = citations.context.catalogue.entries[pointer.variant]
        html = variant_link(entry)
    elif pointer.label is not None:
        html = citations.rich_text(pointer.label)
    if pointer.mode is not None:
        html += Markup(citations.context.words("api_names.in_mode")).format(mode=citations.rich_text(pointer.mode))
    if pointer.note is not None:
        html += Markup("<br><small>{}</small>").format(citations.rich_text(pointer.note))
    return html


def _quarters_table(context: Context) -> Table:
    words, names = context.words, context.catalogue.api_names
    ends = [name.until.value for name in names if name.until is not None and name.until.value is not None]
    days = [*(since for name in names for since, _ in _dated_pointers(name)), *ends]
    span = range(min(map(_quarter_number, days)), max(map(_quarter_number, days)) + 1) if days else range(0)
    heads = [Head(words("api_names.quarter_head"))]
    heads += [
        Head(Markup('<a href="#{}"><code>{}</code></a>').format(reference_anchor(n.id), _breakable_name(n.name)))
        for n in names
    ]
    rows = [
        [
            Cell(escape(words("api_names.quarter", year=quarter // 4, quarter=quarter % 4 + 1)), str(quarter)),
            *(Cell(Markup("<br>").join(_meant_in(context, name, quarter))) for name in names),
        ]
        for quarter in span
    ]
    return Table(words("api_names.quarters_caption"), heads, rows, classes="ds-wide")


def _breakable_name(name: str) -> Markup:
    return Markup(str(escape(name)).replace("-", "-<wbr>").replace("_", "_<wbr>"))


def _dated_pointers(name: ApiName) -> list[tuple[PartialDate, ApiPointer]]:
    return [(pointer.since.value, pointer) for pointer in name.pointers if pointer.since.value is not None]


def _quarter_number(date: PartialDate) -> int:
    """Quarters since the year 0."""
    return int(date.text[:4]) * 4 + (int(date.text[5:7]) - 1) // 3


def _meant_in(context: Context, name: ApiName, quarter: int) -> Iterator[Markup]:
    """Models behind a name in a quarter; a name that ended on an unknown day says so once, behind its last pointer."""
    dated = _dated_pointers(name)
    starts = [_quarter_number(since) for since, _ in dated]
    last = None
    if name.until is not None:
        last = _quarter_number(name.until.value) if name.until.value is not None else starts[-1] if starts else None
    for index, (_, pointer) in enumerate(dated):
        following = starts[index + 1] if index + 1 < len(starts) else last
        if (
            starts[index] <= quarter
            and (following is None or quarter <= following)
            and (last is None or quarter <= last)
        ):
            # The model that a quarter begins with is shown with the one that takes its place in it.
            yield escape(_short_meaning(context, pointer))
    if name.until is not None and name.until.value is None and last is not None and quarter == last + 1:
        yield Markup("<i>{}</i>").format(context.words("api_names.open_end"))


def _short_meaning(context: Context, pointer: ApiPointer) -> str:
    name = context.words.text(pointer.label) if pointer.label is not None else ""
    if pointer.variant is not None:
        name = context.catalogue.entries[pointer.variant].variant.name
    return short_model(name)
