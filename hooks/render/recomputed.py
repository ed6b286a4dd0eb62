"""Recomputed sizes as cells and links: each leads to its working, with the sign of its agreement."""

from markupsafe import Markup

from catalogue.derive.expression import Computation
from catalogue.derive.parameters import ACTIVATED_CONVENTION, Agreement
from catalogue.derive.training import WorkedHours, worked_gpu_hours
from catalogue.records import Entry
from catalogue.text import as_decimal

from . import format
from .cite import Citations, reference_anchor
from .tables import EMPTY, Cell
from .words import Words

_GIGA = 10**9
_PARTS = 3  # of a sum that are named


def recomputed_html(text: str, title: str = "") -> Markup:
    tip = Markup(' tabindex="0" title="{}"').format(title) if title else Markup("")
    return Markup('<span class="ds-r"{}>{}</span>').format(tip, text)


def worked_hours_html(citations: Citations, entry: Entry) -> Markup | None:
    """GPU-hours that follow from what is published in their place, with the working; None where there are none."""
    parts = worked_hours(citations, entry)
    return Markup(' <span class="ds-note">').join(parts) + Markup("</span>") if parts else None


def worked_hours(citations: Citations, entry: Entry) -> tuple[Markup, Markup] | None:
    """The hours, and the working with what they cover."""
    worked = worked_gpu_hours(citations.context.catalogue.entries, entry)
    if worked is None:
        return None
    hours, working = worked_hours_text(citations.context.words, worked)
    return recomputed_html(hours, substituted_formula(worked.term)), citations.cite(working, worked.source)


def worked_hours_text(words: Words, worked: WorkedHours) -> tuple[str, str]:
    hours = ("~" if worked.about else "") + format.format_integer(worked.term.value)
    return hours, words(f"infrastructure.{worked.term.name}", working=worked.term.numbers)


def recomputed_size(value: int) -> Cell:
    return Cell(recomputed_html(format.format_compact(value)), str(value))


def working_link(entry: Entry, text: str, title: str = "") -> Markup:
    tip = Markup(' title="{}"').format(title) if title else Markup("")
    return Markup('<a class="ds-r" href="ds:models/{}.md#working-{}"{}>{}</a>').format(
        entry.owner_model, reference_anchor(entry.architecture_owner), tip, text
    )


def working_cell(entry: Entry, term: Computation | None) -> Cell:
    return (
        Cell(working_link(entry, format.format_integer(term.value), substituted_formula(term)), str(term.value))
        if term
        else EMPTY
    )


def substituted_formula(term: Computation) -> str:
    return f"{term.formula} = {term.numbers}" if term.formula != term.numbers else term.formula


def breakdown_title(words: Words, entry: Entry, agreement: Agreement) -> str:
    counted = entry.recount
    if counted is None or counted.total is None:
        return ""
    if agreement is entry.total_agreement:
        largest = sorted(counted.terms, key=lambda term: -term.value)[:_PARTS]
        parts = [f"{words(f'term.{term.name}')} {format.format_compact(term.value)}" for term in largest]
        rest = counted.total - sum(term.value for term in largest)
        return " + ".join(parts + ([words("recomputed.rest", size=format.format_compact(rest))] if rest else []))
    if agreement is entry.activated_agreement and counted.inactive_experts is not None:
        sizes = {
            "total": format.format_compact(counted.total),
            "idle": format.format_compact(counted.inactive_experts.value),
        }
        return words("recomputed.activated", **sizes, basis=words(f"basis.{ACTIVATED_CONVENTION.name.lower()}"))
    return ""


def agreement_cell(citations: Citations, entry: Entry, agreement: Agreement | None, made: str = "") -> Cell:
    """A recomputed size with the sign of its agreement with the published one; `made` is its breakdown."""
    words = citations.context.words
    if agreement is None:
        reason = words("punctuation.listed").join(entry.recount.missing) if entry.recount else ""
        title = words("recomputed.missing", fields=reason) if reason else words("recomputed.nothing")
        return Cell(Markup('<span class="ds-absent" title="{}">{}</span>').format(title, format.NOTHING), "")
    key = "recomputed.agrees" if agreement.holds else "recomputed.differs"
    title = words(key, percent=f"{agreement.percent:+.2f}".replace("-", "−"))
    sign = format.verdict_symbol(agreement.holds, title, words("recomputed.sign_differs"))
    # A space that does not break keeps the sign on the line of its number.
    html = working_link(entry, format.format_compact(agreement.recomputed), made) + Markup("\u00a0") + sign
    return Cell(html, str(agreement.recomputed))


def term_with_unit(words: Words, term: Computation) -> str:
    match term.name:
        case "sparsity" | "utilisation" | "utilisation_without_mask":
            return f"{format.format_significant(as_decimal(100 * term.exact))}%"
        case "tokens_per_parameter" | "tokens_per_activated":
            return format.format_significant(as_decimal(term.exact))
        case "kv_cache_bytes":
            return words("follows.bytes", count=format.format_integer(term.value))
        case "training_flops":
            return f"{format.format_power(term.value)} FLOPs"
    return f"{format.format_significant(as_decimal(term.exact / _GIGA))} GFLOP"
