"""Sources: those at the end of a page, where they disagree, and the page of all references."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from catalogue.references import Reference
from catalogue.schema.model import Dispute, Model, Weight
from catalogue.schema.values import Source, Sources, each_below

from .. import links
from ..assets import page_script
from ..cite import Citations, plain_text, reference_anchor
from ..context import Context
from ..page import Page, Section, lead_section, titled_page
from ..words import Words
from . import technique_address

# A longer list than this is folded away.
MOST_OPEN, MOST_PLACES = 6, 20
_FOLDERS = re.compile(r"(?<![^\s>])(?:[\w.-]+/)+(?=[\w.-]+\.(?:json|py|md|cu|h|sh|ya?ml)\b)")


@dataclass
class CitedPlace:
    html: Markup
    path: str  # whole, where the list gives a file by its last part
    numbers: list[int] = field(default_factory=list)
    anchors: list[int] = field(default_factory=list)  # those that lead here: a source leads to the first of its places
    marked: list[int] = field(default_factory=list)  # those that stand as marks in the text


@dataclass
class CitedDocument:
    link: Markup
    places: dict[tuple[str, Source | None], CitedPlace] = field(default_factory=dict)


def sources_section(citations: Citations, listing: Sequence[tuple[int, list[Markup]]] | None = None) -> Section:
    """The list of everything cited so far, so it is the last section to be made; or the lines of `listing`."""
    context, title = citations.context, citations.context.words("section.sources")
    if listing is not None:
        return Section("sources", title, context.html("sources.html.jinja", listing=listing))
    documents = _cited_documents(citations)
    folded = len(documents) > MOST_OPEN or sum(len(document.places) for document in documents) > MOST_PLACES
    html = context.html("sources_grouped.html.jinja", documents=documents, folded=folded)
    return Section("sources", title, html)


def _cited_documents(citations: Citations) -> list[CitedDocument]:
    """In the order of their first citation; each place once, in the row of its document."""
    found: dict[str, CitedDocument] = {}
    addressed: set[str] = set()
    for sources, number in citations.numbers.items():
        for source in sources.items:
            if source.key not in found:
                found[source.key] = CitedDocument(citations.document_link(source.key, addressed))
            places = found[source.key].places
            which = (source.locus, source.via)
            if which not in places:
                html = citations.source_place(source, addressed)
                short = Markup(_FOLDERS.sub("", html))
                places[which] = CitedPlace(short, html.striptags() if short != html else "")
            place = places[which]
            if number not in place.numbers:
                place.numbers.append(number)
            if source is sources.items[0]:
                place.anchors.append(number)
                if number in citations.marked:
                    place.marked.append(number)
    return list(found.values())


# Fewer trifles than this are not worth a fold of their own.
FOLD_TRIFLES = 3


def dispute_sections(citations: Citations, model: Model) -> list[Section]:
    if not model.disputes:
        return []
    html = render_disputes(citations, model.disputes)
    return [Section("disputes", citations.context.words("section.disputes"), html)]


def render_disputes(citations: Citations, items: Sequence[Dispute]) -> str:
    order = list(Weight)
    views = [
        {
            "open": dispute.weight is Weight.CENTRAL,
            "trifle": dispute.weight is Weight.TRIFLE,
            "about": citations.rich_text(dispute.about),
            "claims": [(citations.rich_text(claim.says), citations.footnote(claim.source)) for claim in dispute.claims],
            "shares": _shares_claimed([plain_text(citations.context, claim.says) for claim in dispute.claims]),
            "verdict": citations.rich_text(dispute.verdict),
        }
        for dispute in sorted(items, key=lambda dispute: order.index(dispute.weight))
    ]
    trifles = [view for view in views if view["trifle"]]
    folded = trifles if len(trifles) >= FOLD_TRIFLES else []
    return citations.context.html("disputes.html.jinja", shown=views[: len(views) - len(folded)], folded=folded)


# What a claim begins with, if it is a number to be drawn.
_CLAIMED = re.compile(r"[≈~约]? ?(\d[\d.,]*) ?([KMBT]|万亿|[万亿]|[GT]B|%)(?![\w-])")


def _shares_claimed(claims: Sequence[str]) -> list[float]:
    """Of the largest, in percent; empty unless each claim begins with a number of the same unit."""
    found = [_CLAIMED.match(claim) for claim in claims]
    numbers = [float(match[1].rstrip(".,").replace(",", "")) for match in found if match]
    alike = len({match[2] for match in found if match}) == 1 and len(numbers) == len(claims) > 1
    return [100 * number / max(numbers) for number in numbers] if alike else []


_OWN = ("DeepSeek-AI", "DeepSeek")
_OWN_ADDRESSES = re.compile(r"//(?:(?:www\.)?(?:github\.com|huggingface\.co)/deepseek-ai\b|[\w-]+\.deepseek\.com\b)")
_YEARS = 7
_OPEN = 26  # references of a part that are not folded
_PARTS = ("own_papers", "own_pages", "papers", "other", "copies")


def references_page(context: Context) -> Page:
    words = context.words
    cited = citing_pages(context)
    groups: dict[str, list[dict[str, Any]]] = {}
    for reference in sorted(context.catalogue.references.values(), key=lambda r: (r.year, r.title)):
        view = {
            "reference": reference,
            "anchor": reference_anchor(reference.key),
            "authors": _author_list(reference, words),
            "cited": cited.get(reference.key, []),
        }
        groups.setdefault(_reference_part(context, reference), []).append(view)
    shown = [name for name in _PARTS if name in groups]
    box = context.html("filter.html.jinja", script=page_script("filter"))
    box += links.jump_bar(context, ((name, words(f"references.{name}"), len(groups[name])) for name in shown))
    bibtex = Markup('<p><a href="ds:data/references.bib" download>{}</a></p>').format(words("references.bibtex"))
    bibtex = Markup(_reference_years(context, groups)) + bibtex
    sections = [lead_section(words("references.intro", count=len(context.catalogue.references)), f"{bibtex}{box}")]
    for name in shown:
        lists = _reference_lists(context, name, groups[name])
        told = {"most": max(len(of) for _, of, _ in lists), "notes": name not in ("own_pages", "copies")}
        html = context.html(
            "references.html.jinja", lists=lists, cited=max(map(len, cited.values()), default=1), **told
        )
        sections.append(Section(name, words(f"references.{name}"), html))
    return titled_page(words, "references.md", "references", tuple(sections), hide=("toc",))


def _reference_years(context: Context, groups: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """A column a year, DeepSeek's own apart; the first has what is older too."""
    dated = [(int(v["reference"].year), part) for part, of in groups.items() for v in of if v["reference"].year]
    last = max(year for year, _ in dated)
    first = max(last - _YEARS, min(year for year, _ in dated))
    every = Counter(max(first, year) for year, _ in dated)
    own = Counter(max(first, year) for year, part in dated if part.startswith("own"))
    columns = [(year, f"≤{year}" if year == first else year, every[year], own[year]) for year in range(first, last + 1)]
    said = {"says": context.words("references.years"), "of_them": "references.of_them"}
    html = context.html("dated_columns.html.jinja", columns=columns, most=max(every.values()), **said)
    return html + f'<p class="ds-legend">{said["says"]}</p>'


def _reference_lists(
    context: Context, part: str, views: Sequence[dict[str, Any]]
) -> list[tuple[str, Sequence[dict[str, Any]], bool]]:
    """Name, references and whether they are folded: pages of DeepSeek by the page that cites them most, others by how often."""
    words, ranked = context.words, sorted(views, key=lambda view: -len(view["cited"]))
    if part == "copies":
        return [(words("references.copies_said", count=len(views)), views, True)]
    if part != "own_pages":
        open_, rest = ranked[:_OPEN], ranked[_OPEN:]
        more = [(words("references.further", count=len(rest)), rest, True)] if rest else []
        return [("", open_, False), *more]
    found: dict[str, list[dict[str, Any]]] = {model.name: [] for model in context.catalogue.models.values()}
    for view in ranked:
        found.setdefault(view["cited"][0][1] if view["cited"] else "", []).append(view)
    single = [name for name, of in found.items() if len(of) == 1]
    rest = [view for name in (*single, "") for view in found.pop(name, [])]
    return [(name, of, True) for name, of in [*found.items(), (words("references.uncited"), rest)] if of]


def _reference_part(context: Context, reference: Reference) -> str:
    if reference.copy:
        return "copies"
    paper = bool(reference.eprint or reference.doi or reference.venue)
    of_a_model = any(model.reference == reference.key for model in context.catalogue.models.values())
    own = of_a_model or any(name in _OWN for name in reference.authors) or _OWN_ADDRESSES.search(reference.url or "")
    return ("own_papers" if paper else "own_pages") if own else ("papers" if paper else "other")


def _author_list(reference: Reference, words: Words) -> str:
    names = [name for name in reference.authors if name != "et al."]
    first = names[0] if names else ""
    return f"{first} {words('references.et_al')}" if len(reference.authors) > 1 else first


def citing_pages(context: Context) -> Mapping[str, list[tuple[str, str]]]:
    """By reference the addresses and names of its pages, those that cite it most first."""
    cited: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    catalogue = context.catalogue

    def note(entry: object, address: str, name: str) -> None:
        for sources in each_below(entry, Sources):
            for source in sources.items:
                step: Source | None = source
                while step is not None:
                    cited[step.key][address, name] += 1
                    step = step.via

    for model in catalogue.models.values():
        address = f"ds:models/{model.id}.md"
        note(model, address, model.name)
        if model.reference:
            cited[model.reference][address, model.name] += 1
    for technique in catalogue.techniques.values():
        note(technique, f"ds:{technique_address(technique)}", context.short_name(technique))
    note(catalogue.api_names, "ds:api-names.md", context.words("page.api_names"))
    return {key: [page for page, _ in pages.most_common()] for key, pages in cited.items()}
