"""Displayed formulas of hand-written pages, and the table of the symbols that they are written in."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from markupsafe import Markup

from catalogue.records import Catalogue
from catalogue.schema.study import GuideFormula, Subject
from catalogue.schema.technique import Formula

from .cite import Citations
from .context import Context
from .formula import inline_mathml, with_indices, wrapping_mathml

FORMULA = "formula-"


def formulas_by_block(catalogue: Catalogue) -> Mapping[str, GuideFormula | Formula]:
    """By the name under which a page places it: those of the guides, and of each technique `formula-grpo-1` and on."""
    found: dict[str, GuideFormula | Formula] = {
        f"{FORMULA}{technique.id}-{number}": formula
        for technique in catalogue.techniques.values()
        for number, formula in enumerate(technique.formulas, 1)
    }
    return found | {f"{FORMULA}{formula.id}": formula for formula in catalogue.study.formulas}


def formula_block(citations: Citations, number: int, formula: GuideFormula | Formula) -> str:
    """A displayed formula with its words below it; that of a technique with its source."""
    return citations.context.html(
        "formula.html.jinja",
        number=number,
        math=Markup(wrapping_mathml(formula.latex)),
        meaning=with_indices(citations.inline(formula.meaning)),
        mark=citations.mark(formula.source) if isinstance(formula, Formula) else "",
    )


def symbols_table(context: Context) -> str:
    """The table of all symbols, one body for each subject."""
    words = context.words
    bodies = [
        (
            f"symbols-{subject.value}",
            words(f"symbols.{subject.value}"),
            [
                (Markup(inline_mathml(symbol.latex)), with_indices(Markup.escape(words.text(symbol.meaning))))
                for symbol in symbols
            ],
        )
        for subject, symbols in context.catalogue.study.symbols.items()
    ]
    return context.html("symbols.html.jinja", bodies=bodies)


def symbols_links(context: Context, subjects: Collection[Subject]) -> str:
    """Where that table says what the letters of a guide stand for, by subject."""
    words = context.words
    links = [
        Markup('<a href="ds:how-we-count.md#symbols-{}">{}</a>').format(
            subject.value, words(f"symbols.{subject.value}")
        )
        for subject in context.catalogue.study.symbols
        if subject in subjects or not subjects
    ]
    return Markup("<p>{}</p>").format(
        Markup(words("symbols.of_guide")).format(subjects=Markup(words("punctuation.listed")).join(links))
    )
