"""Architecture: dimensions, published beside recomputed sizes, and the working."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup, escape

from catalogue.derive.expression import Computation
from catalogue.derive.parameters import Agreement
from catalogue.records import Entry
from catalogue.schema.architecture import Architecture
from catalogue.schema.model import Model, Part, PartKind
from catalogue.schema.values import Group, marked_fields, stated_values

from .. import format, problems
from ..assets import page_script
from ..cite import Citations, reference_anchor
from ..comparison import named_base
from ..context import Context
from ..figures.architecture import architecture_drawing, way_of_images
from ..format import NOTHING, short_variant
from ..links import variant_link
from ..page import Section
from ..recomputed import agreement_cell, breakdown_title, recomputed_html, working_cell
from ..tables import (
    EMPTY,
    Cell,
    Column,
    Head,
    Table,
    by_column,
    key_value_table,
    labelled_values,
    model_caption,
    value_cell,
)


def drawing_sections(citations: Citations, model: Model) -> list[Section]:
    title = citations.context.words("section.architecture")
    flagship = citations.context.catalogue.flagship(model)
    if flagship.architecture is not None and flagship.owner_model != model.id and not flagship.vision:
        lines = Markup("").join(map(Markup("<p>{}</p>").format, _shared_architectures(citations, (flagship,), "")))
        return [Section("architecture", title, str(lines), quiet=True)]
    if flagship.architecture is None and flagship.images:
        return [Section("architecture", title, str(way_of_images(citations, flagship)), quiet=True)]
    found = _architecture_drawings(citations, model, citations.context.catalogue.entries_of(model), first=True)
    return [Section("architecture", title, str(found[0][1]), quiet=True)] if found else []


def architecture_sections(citations: Citations, model: Model) -> list[Section]:
    context, words = citations.context, citations.context.words
    entries = context.catalogue.entries_of(model)
    owners = architecture_owners(entries)
    if not owners and not any(
        e.architecture or e.variant.parameters.total.value or e.variant.based_on for e in entries
    ):
        return []
    own = f"model:{model.id}"
    own_problems = problems.problems_of_page(context, own)
    flagship = context.catalogue.flagship(model)
    drawn_here = flagship.architecture_owner in [entry.architecture_owner for entry in owners]
    agreements = [found for e in entries for found in (e.total_agreement, e.activated_agreement)]
    asked = len(own_problems) + sum(problems.homes_of_related(context, own).values())
    html = context.html(
        "model_architecture.html.jinja",
        model=model,
        drawings=_architecture_drawings(citations, model, entries),
        sizes=sizes_table(
            citations,
            words("architecture.sizes_caption", model=model.name),
            tuple(sorted(entries, key=lambda entry: entry.variant.id != model.flagship)),
            bases=True,
        ),
        legend=[words("architecture.legend")] if any(found.holds for found in agreements if found) else [],
        vision=_vision_table(citations, model, entries),
        parts=_parts_table(citations, model, entries),
        explanations=_size_explanations(citations, entries),
        shared=_shared_architectures(citations, entries),
        dimensions=_dimensions_table(citations, model, owners) if owners else None,
        notes=_notes_list(citations, entries, owners),
        beside=architecture_drawing(citations, flagship, legend=False) if drawn_here else "",
        script=page_script("marked"),
        sums=_sums_table(citations, model, owners) if owners else None,
        owners=[
            {
                "id": f"working-{reference_anchor(entry.architecture_owner)}",
                "name": entry.variant.name,
                "missing": _missing_fields(citations, entry),
            }
            for entry in owners
        ],
        problems=words("problems.of_model", count=asked) if asked else words("page.problems"),
    )
    sections = [Section("dimensions", words("section.dimensions"), html)]
    if own_problems:  # no guide and no technique asks them
        listed = problems.problems_html(context, own_problems)
        sections.append(Section("problems", words("problems.section"), listed))
    return sections


def architecture_owners(entries: tuple[Entry, ...]) -> list[Entry]:
    return _first_of_each(entry for entry in entries if entry.variant.architecture is not None)


def _first_of_each(entries: Iterable[Entry]) -> list[Entry]:
    seen: dict[str, Entry] = {}
    for entry in entries:
        seen.setdefault(entry.architecture_owner, entry)
    return list(seen.values())


def sizes_table(citations: Citations, caption: str, entries: tuple[Entry, ...], bases: bool = False) -> Table:
    """Published and recomputed parameters and cache by variant; with `bases`, what each was made from."""
    words = citations.context.words
    moe = any(entry.variant.parameters.activated is not None for entry in entries)
    said = partial(value_cell, citations)
    columns: list[Column[Entry]] = [
        Column(words("table.variant"), _variant_name),
        Column(words("field.parameters.total"), lambda e: said(e.variant.parameters.total), True),
        Column(words("table.total_recomputed"), lambda e: _recomputed_cell(citations, e, e.total_agreement), True),
        Column(words("field.parameters.activated"), lambda e: said(e.variant.parameters.activated), True, moe),
        Column(
            words("table.activated_recomputed"),
            lambda e: _recomputed_cell(citations, e, e.activated_agreement),
            True,
            moe,
        ),
        Column(words("field.kv_cache"), lambda e: working_cell(e, e.recount.kv_cache if e.recount else None), True),
        Column(words("field.context_length"), lambda e: said(e.variant.context_length), True),
        Column(
            words("table.format"),
            lambda e: said(e.variant.release.format if e.variant.release else None),
            when=bases,
            if_any=True,
        ),
        Column(words("table.based_on"), lambda e: _base_name(citations, e), when=bases, if_any=True),
    ]
    return by_column(caption, columns, entries, classes="ds-sizes")


def _recomputed_cell(citations: Citations, entry: Entry, agreement: Agreement | None) -> Cell:
    made = breakdown_title(citations.context.words, entry, agreement) if agreement is not None else ""
    return agreement_cell(citations, entry, agreement, made)


def _base_name(citations: Citations, entry: Entry) -> Markup:
    base = entry.variant.based_on
    if base is None:
        return NOTHING
    return citations.value_html(named_base(citations, base))


def _vision_table(citations: Citations, model: Model, entries: Iterable[Entry]) -> Table | None:
    words = citations.context.words
    rows = [row for e in entries if e.variant.vision for row in labelled_values(citations, e.variant.vision, "vision.")]
    name = words("architecture.vision_caption", model=model.name)
    return key_value_table(citations, name, rows, [v.id for v in model.variants]) if rows else None


def _variant_name(entry: Entry) -> Markup:
    if entry.variant.weights:
        return Markup('<a href="{}">{}</a>').format(entry.variant.weights, entry.variant.name)
    return escape(entry.variant.name)


def _parts_table(citations: Citations, model: Model, entries: tuple[Entry, ...]) -> Table | None:
    words = citations.context.words
    parts = [(entry, part) for entry in entries for part in entry.variant.parameters.parts]
    recounted = any(part.recount in entry.parts for entry, part in parts)
    columns: list[Column[tuple[Entry, Part]]] = [
        Column(words("table.variant"), lambda of: of[0].variant.name),
        Column(words("table.part"), lambda of: citations.rich_text(of[1].name)),
        Column(words("field.parameters.total"), lambda of: value_cell(citations, of[1].count), True),
        Column(words("table.total_recomputed"), lambda of: _part_recount(citations, *of), True, recounted),
    ]
    caption, title = model_caption(words, "architecture.parts_caption", model.name)
    return by_column(caption, columns, parts, title=title, classes="ds-parts") if parts else None


def _part_recount(citations: Citations, entry: Entry, part: Part) -> Cell:
    """Marked where it is compared with a published size."""
    term = entry.parts.get(part.recount) if part.recount else None
    found = entry.part_agreement(part)
    return working_cell(entry, term) if found is None else agreement_cell(citations, entry, found)


def _size_explanations(citations: Citations, entries: tuple[Entry, ...]) -> list[tuple[str, Markup]]:
    said: dict[Markup, list[str]] = {}
    for entry in entries:
        sizes = entry.variant.parameters
        parts = (part.explanation for part in sizes.parts)
        for remark in filter(None, (sizes.total_explanation, sizes.activated_explanation, *parts)):
            said.setdefault(citations.sourced_text(remark), []).append(entry.variant.name)
    listed = citations.context.words("punctuation.listed")
    return [(listed.join(dict.fromkeys(names)), text) for text, names in said.items()]


def _shared_architectures(citations: Citations, entries: tuple[Entry, ...], part: str = "architecture") -> list[Markup]:
    """Who shares whose architecture, where the owner belongs to another model or settings differ; with links to a part of that."""
    words, catalogue = citations.context.words, citations.context.catalogue
    same: dict[str, list[str]] = {}
    apart = []
    for entry in entries:
        owner = catalogue.entries[entry.architecture_owner]
        if entry.configuration_of != entry.architecture_owner:
            names = {"variant": escape(entry.variant.name), "owner": variant_link(owner, part)}
            apart.append(_differing_settings(citations, entry, names))
        elif owner.model.id != entry.model.id:
            same.setdefault(entry.architecture_owner, []).append(entry.variant.name)
    lines = []
    for id_, borrowers in same.items():
        key = "architecture.shared" if len(borrowers) == 1 else "architecture.shared_by_several"
        listed = escape(words("punctuation.listed").join(borrowers))
        lines.append(Markup(words(key, variant=listed, owner=variant_link(catalogue.entries[id_], part))))
    return lines + apart


def _differing_settings(citations: Citations, entry: Entry, names: Mapping[str, str]) -> Markup:
    """Whose architecture a variant has, with its own settings and with those of which no value is known."""
    words, owner = citations.context.words, citations.context.catalogue.entries[entry.architecture_owner]
    assert entry.architecture is not None
    assert owner.architecture is not None
    before = dict(stated_values(owner.architecture))
    stated, unknown = [], []
    for key, value in stated_values(entry.architecture):
        if value is before.get(key):
            continue
        name = Markup("{} <code>{}</code>").format(words(f"field.architecture.{key}"), key.rpartition(".")[2])
        if value.absence is None:
            stated.append(Markup("{} {}").format(name, citations.value_html(value)))
        else:
            unknown.append(citations.cite(name, value.source, citations.note_text(value)))
    separator = Markup(words("punctuation.separated"))
    key = "architecture.shared_except" if stated else "architecture.shared"
    said = [words(key, **names, settings=separator.join(stated))]
    if unknown:
        said.append(words("architecture.shared_unknown", settings=separator.join(unknown)))
    return Markup(words("punctuation.gap").join(said))


def _architecture_drawings(
    citations: Citations, model: Model, entries: tuple[Entry, ...], first: bool = False
) -> list[tuple[str, Markup]]:
    """A drawing of every kind of network with the name of its variant, the flagship's first.

    After it comes only what no other model's pages draw and what is more than another size of the same.
    """
    found = (citations.context.catalogue.flagship(model), *entries)
    drawn = _first_of_each(entry for entry in found if entry.architecture is not None)
    shown = drawn[:1] if first else _other_kinds(citations.context, model, drawn)
    return [(e.variant.name, architecture_drawing(citations, e, travels=first, legend=first)) for e in shown]


def _other_kinds(context: Context, model: Model, drawn: Sequence[Entry]) -> list[Entry]:
    """Of several networks those that differ from the ones before in attention, experts or images and are not another maker's."""
    shown, known = [], {_kind_of_network(drawn[0])} if drawn else set()
    for entry in drawn[1:]:
        base = str(entry.variant.based_on.value) if entry.variant.based_on else ""
        own = (entry.owner_model == model.id or entry.vision) and base not in context.catalogue.other_models
        if own and _kind_of_network(entry) not in known:
            known.add(_kind_of_network(entry))
            shown.append(entry)
    return shown


def _kind_of_network(entry: Entry) -> tuple[object, ...]:
    assert entry.architecture is not None
    one = entry.architecture
    query_latent = one.q_lora_rank.value if one.q_lora_rank else None
    return one.attention.value, one.feed_forward.value, query_latent is not None, entry.vision is not None


def _dimensions_table(citations: Citations, model: Model, owners: list[Entry]) -> Table:
    words = citations.context.words
    architectures = [entry.architecture for entry in owners if entry.architecture is not None]
    several = len(owners) > 1
    groups = marked_fields(Architecture, Group)
    order = [words(f"architecture.group.{group.value}") for group in Group]
    heads = [Head(words("table.field"))] + [Head(short_variant(entry.variant.name), several) for entry in owners]
    rows = []
    for key in _stated_keys(architectures):
        values = [dict(stated_values(a)).get(key) for a in architectures]
        label = Markup("{} <code>{}</code>").format(words(f"field.architecture.{key}"), key.rpartition(".")[2])
        group = words(f"architecture.group.{groups[key.partition('.')[0]].value}")
        rows.append([Cell(label, group=group)] + [value_cell(citations, v) for v in values])
    rows.sort(key=lambda row: order.index(row[0].group))
    caption = words("architecture.dimensions_caption", model=model.name)
    classes = "ds-dimensions" if several else "ds-dimensions ds-constants"
    return Table(caption, heads, rows, classes=classes, title=words("architecture.dimensions_short"))


def _stated_keys(architectures: list[Architecture]) -> list[str]:
    keys = dict.fromkeys(key for a in architectures for key, _ in stated_values(a))
    order = list(Architecture.model_fields)
    return sorted(keys, key=lambda key: order.index(key.split(".")[0]))


def _notes_list(citations: Citations, entries: tuple[Entry, ...], owners: list[Entry]) -> list[Markup]:
    remarks = [(e.variant.name, remark) for e in owners if e.architecture for remark in e.architecture.notes]
    remarks += [(e.variant.name, remark) for e in entries for remark in e.variant.notes]
    several = len(entries) > 1
    return [
        (Markup("<b>{}</b> ").format(name) if several else Markup("")) + citations.sourced_text(remark)
        for name, remark in remarks
    ]


def _auxiliary_terms(citations: Citations, entry: Entry) -> list[tuple[str, Computation]]:
    words, recount = citations.context.words, entry.recount
    assert recount is not None
    terms = [t for t in (recount.mtp, *recount.engram) if t is not None]
    lines = [(words(f"term.{t.name}"), t) for t in terms]
    for other in citations.context.catalogue.entries_of(entry.model):
        encoder = other.parts.get(PartKind.VISION)
        if encoder and other.variant.vision and other.architecture_owner == entry.architecture_owner:
            lines.append((words("term.vision_of", name=other.variant.name), encoder))
    own = [entry.parts.get(kind) for kind in (PartKind.EVERYTHING, PartKind.READING)]
    return lines + [(words(f"term.{t.name}"), t) for t in own if t is not None]


@dataclass(frozen=True)
class _SumLine:
    label: str
    formula: str
    numbers: str
    value: int
    is_total: bool = False


def _sum_lines(citations: Citations, entry: Entry) -> Iterator[_SumLine]:
    words, recount = citations.context.words, entry.recount
    assert recount is not None

    def line(label: str, term: Computation, sign: int = 1, is_total: bool = False) -> _SumLine:
        return _SumLine(label, term.formula, term.numbers, sign * term.value, is_total)

    yield from (line(words(f"term.{term.name}"), term) for term in recount.terms)
    if recount.total is not None:
        yield _SumLine(words("working.total"), "", "", recount.total, True)
    if recount.inactive_experts is not None:
        yield line(words("term.idle_experts"), recount.inactive_experts, -1)
        for basis, value in recount.activated.items():
            label = words("working.activated", basis=words(f"basis.{basis.name.lower()}"))
            yield _SumLine(label, "", "", value, True)
    yield from (line(label, term) for label, term in _auxiliary_terms(citations, entry))
    if recount.kv_cache is not None:
        yield line(words("term.kv_cache"), recount.kv_cache, is_total=True)
    if recount.state is not None:
        yield line(words("term.state"), recount.state, is_total=True)
    if entry.stored_cache is not None:
        yield line(words("term.stored_cache"), entry.stored_cache, is_total=True)


def _sums_table(citations: Citations, model: Model, owners: Sequence[Entry]) -> Table | None:
    """Each formula once, with its numbers as the title of the result."""
    words = citations.context.words
    lines = {entry.variant.id: list(_sum_lines(citations, entry)) for entry in owners}
    found = dict.fromkeys((line.label, line.formula) for of in lines.values() for line in of)
    if not found:
        return None
    order = _merged_order([[(line.label, line.formula) for line in of] for of in lines.values()])
    several = len(owners) > 1
    rows = []
    for label, formula in order:
        same = [
            next((one for one in lines[e.variant.id] if (one.label, one.formula) == (label, formula)), None)
            for e in owners
        ]
        any_line = next(line for line in same if line is not None)
        shown = Markup("<code>{}</code>").format(formula) if formula else NOTHING if several else Markup("")
        head = Markup("<b>{}</b>").format(label) if any_line.is_total else escape(label)
        rows.append([Cell(head), Cell(shown), *(_sum_cell(line) for line in same)])
    heads = [Head(words("table.part")), Head(words("working.formula_alone"))]
    heads += [Head(short_variant(entry.variant.name) if several else words("working.result"), True) for entry in owners]
    caption = words("working.caption", name=model.name)
    return Table(caption, heads, rows, classes="ds-sums" if not several else "ds-sums-of-several")


def _sum_cell(line: _SumLine | None) -> Cell:
    if line is None:
        return EMPTY
    text = format.format_integer(abs(line.value))
    text = f"−{text}" if line.value < 0 else text
    shown = recomputed_html(text, line.numbers) if line.numbers else Markup(text)
    return Cell(shown, str(line.value))


def _merged_order(lists: Iterable[Sequence[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Items of all lists once; one that only a later list has stands behind what it follows there."""
    merged: list[tuple[str, str]] = []
    for items in lists:
        at = 0
        for item in items:
            if item in merged:
                at = merged.index(item) + 1
            else:
                merged.insert(at, item)
                at += 1
    return merged


def _missing_fields(citations: Citations, entry: Entry) -> list[str]:
    words = citations.context.words
    assert entry.recount is not None
    keys = [(name, f"field.architecture.{name}") for name in entry.recount.missing]
    return [words(key) if key in words else name for name, key in keys]
