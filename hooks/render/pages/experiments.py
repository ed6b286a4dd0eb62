"""“Run it”: the experiments of labs/train, first how to run and to read them, then a card for each."""

from __future__ import annotations

from markupsafe import Markup

from catalogue.schema.study import Experiment

from ..cite import Citations
from ..context import Context
from ..experiments import PAGE, experiment_card, format_minutes, overall_verdict
from ..page import Page, Section, lead_section
from ..tables import Column, by_column
from .sources import sources

_COMMANDS = """\
python -m pip install torch numpy pyyaml
python -m labs.train
python -m labs.train.experiments muon
"""


def page(context: Context) -> Page:
    """All experiments in the order of data/experiments.yaml."""
    words, citations = context.words, Citations(context)
    html = f"<p>{words('experiments.set_up_text')}</p>"
    after = f"```sh\n{_COMMANDS}```\n\n{words('experiments.set_up_more')}"
    cards = [
        Section(one.id, words.text(one.name), experiment_card(citations, one)) for one in context.catalogue.experiments
    ]
    return Page(
        PAGE,
        words("page.experiments"),
        words("experiments.description"),
        (
            lead_section(words("experiments.intro"), _list_of_experiments(context)),
            Section("set-up", words("experiments.set_up"), html, after),
            Section("judged", words("experiments.judged"), f"<p>{words('experiments.judged_text')}</p>"),
            Section("elsewhere", words("experiments.elsewhere"), f"<p>{words('experiments.elsewhere_text')}</p>"),
            *cards,
            sources(citations),
        ),
    )


def _list_of_experiments(context: Context) -> str:
    words = context.words
    columns: list[Column[Experiment]] = [
        Column(
            words("experiments.head_experiment"),
            lambda one: Markup('<a href="#{}">{}</a>').format(one.id, words.text(one.name)),
        ),
        Column(words("experiments.head_verdict"), lambda one: overall_verdict(words, one)),
        Column(
            words("experiments.head_minutes"),
            lambda one: (
                format_minutes(words, context.catalogue.results[one.id]) if one.id in context.catalogue.results else ""
            ),
        ),
    ]
    table = by_column(words("experiments.caption"), columns, context.catalogue.experiments)
    return context.html("table.html.jinja", t=table)
