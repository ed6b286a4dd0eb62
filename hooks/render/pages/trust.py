"""“How far to trust these numbers”: which wrong digits the checks would catch, from data/slips.json, and what another implementation counts."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from .. import format
from ..context import Context
from ..page import Page, Section, lead_section
from . import coverage, trust_peers

GROUPS = ("bearing", "other", "schedule")
Report = Mapping[str, Mapping[str, Mapping[str, int]]]


def page(context: Context) -> Page:
    """Up to which day the catalogue is complete, what is known of it, how much of a wrong digit is caught, and what others count."""
    words = context.words
    sections = [
        lead_section(words("trust.intro"), _searched(context)),
        coverage.section(context),
        _summary(context, context.catalogue.slips),
        *trust_peers.sections(context),
    ]
    return Page("trust.md", words("page.trust"), words("trust.description"), tuple(sections))


def _searched(context: Context) -> Markup:
    """Up to which day the catalogue is complete, as far as its sources show."""
    day = context.catalogue.searched
    if day is None:
        return Markup("")
    return Markup("<p>{}</p>").format(
        Markup(context.words("trust.searched", date=format.format_date(day, context.words)))
    )


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
            items.append(
                (caught / changes, group, words(f"trust.{group}_short"), f"{100 * caught / changes:.1f}%", detail)
            )
    html = Markup("").join(
        Markup('<div id="{}"><dt>{}</dt><dd>{} <small>{}</small></dd></div>').format(*item)
        for _, *item in sorted(items)
    )
    texts = [words(f"trust.{key}") for key in ("weakest", "method", "controls", "limits")]
    below = Markup("").join(Markup("<p>{}</p>").format(Markup(text)) for text in texts)
    return Section(
        "summary", words("trust.summary"), Markup('<dl class="ds-facts ds-large">{}</dl>').format(html) + below
    )
