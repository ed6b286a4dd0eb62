"""“How far to trust these numbers”: which wrong digits the checks would catch, from data/slips.json, and what another implementation counts."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape

from .. import format
from ..context import Context
from ..page import Page, Section, lead_section
from ..tables import Cell, Column, Table, by_column, count_cell
from . import trust_peers

GROUPS = ("bearing", "other", "schedule")
Report = Mapping[str, Mapping[str, Mapping[str, int]]]


def page(context: Context) -> Page:
    """What was tried, how much was caught, the least first, and field by field what would slip through."""
    words, report = context.words, context.catalogue.slips
    sections = [
        lead_section(words("trust.intro"), _searched(context)),
        _summary(context, report),
        *trust_peers.sections(context),
    ]
    sections += [
        Section(group, words(f"trust.{group}"), _folded(context, _table(context, group, report[group])))
        for group in GROUPS
        if report.get(group)
    ]
    return Page("trust.md", words("page.trust"), words("trust.description"), tuple(sections))


def _searched(context: Context) -> Markup:
    """Up to which day the catalogue is complete, as far as its sources show."""
    day = context.catalogue.searched
    if day is None:
        return Markup("")
    return Markup("<p>{}</p>").format(Markup(context.words("trust.searched", date=format.date(day, context.words))))


def _folded(context: Context, table: Table) -> str:
    summary = context.words("trust.fields", count=len(table.rows))
    return context.html("folded_table.html.jinja", t=table, summary=summary)


def _summary(context: Context, report: Report) -> Section:
    words = context.words
    items = []
    for group in GROUPS:
        fields = report.get(group, {})
        changes, caught, rules = (sum(t[key] for t in fields.values()) for key in ("changes", "caught", "by_rules"))
        if changes:
            detail = words(
                "trust.of", caught=f"{caught:,}", changes=f"{changes:,}", by_rules=f"{100 * rules / changes:.1f}%"
            )
            items.append((caught / changes, words(f"trust.{group}_short"), f"{100 * caught / changes:.1f}%", detail))
    html = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{} <small>{}</small></dd></div>").format(*item) for _, *item in sorted(items)
    )
    texts = [words(f"trust.{key}") for key in ("weakest", "method", "controls", "limits")]
    below = Markup("").join(Markup("<p>{}</p>").format(Markup(text)) for text in texts)
    return Section(
        "summary", words("trust.summary"), Markup('<dl class="ds-facts ds-large">{}</dl>').format(html) + below
    )


def _by_field(tallies: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """One tally for each field: a value that differs by variant is still the one field."""
    found: dict[str, dict[str, int]] = {}
    for path, tally in tallies.items():
        total = found.setdefault(path.partition(".by_variant.")[0], dict.fromkeys(tally, 0))
        for key, number in tally.items():
            total[key] += number
    return found


def _table(context: Context, group: str, fields: Mapping[str, Mapping[str, int]]) -> Table:
    """Fields with the most uncaught changes first."""
    words = context.words
    order = sorted(_by_field(fields).items(), key=lambda item: (item[1]["by_rules"] - item[1]["changes"], item[0]))
    columns: list[Column[tuple[str, Mapping[str, int]]]] = [
        Column(words("table.field"), lambda of: Markup("<code>{}</code>").format(of[0])),
        Column(words("trust.changes"), lambda of: count_cell(of[1]["changes"]), True),
        Column(words("trust.caught"), lambda of: count_cell(of[1]["caught"]), True),
        Column(words("trust.share"), lambda of: _share(of[1], "caught"), True),
        Column(words("trust.by_rules"), lambda of: _share(of[1], "by_rules"), True),
    ]
    return by_column(words("trust.caption", group=words(f"trust.{group}_short")), columns, order, sortable=True)


def _share(tally: Mapping[str, int], key: str) -> Cell:
    share = tally[key] / tally["changes"]
    return Cell(escape(f"{100 * share:.0f}%"), str(share))
