"""A config.json of the reader's own, worked out in the page and set beside two of DeepSeek's models."""

from markupsafe import Markup, escape

from catalogue.derive.families import FAMILIES, forms_for_script
from catalogue.derive.training import reference_run
from catalogue.schema.architecture import FeedForward

from .. import assets
from ..cite import Citations
from ..context import Context
from ..figures.engine import as_json, run_script
from ..figures.home import general_line
from ..page import Page, Section, lead_section
from ..tables import Cell, Head, Table
from .compare_models import board_of
from .sources import sources_section

PATH = "tools/config.md"
_EXPERTS = ("dense", "experts", "shared", "drawn_says")


def config_page(context: Context) -> Page | None:
    """None where the catalogue has no run to begin with."""
    words, citations, start = context.words, Citations(context), reference_run(context.catalogue)
    line = [entry.variant.id for entry in general_line(context.catalogue)]
    if start is None:
        return None
    chosen = list(dict.fromkeys((start.variant.id, *line[-1:])))
    board, used = board_of(citations, chosen)
    forms = forms_for_script()
    names = {part[0] for rows in _tables_of(forms) for part in rows}
    data = {
        "forms": as_json(forms),  # as one text: nobody reads these trees in a page
        "board": board,
        "start": chosen,
        "words": words.below("config.script")
        | {"problem": words.below("config.problem")}
        | {"board": {key: words(f"compare.board.{key}") for key in _EXPERTS}}
        | {"parts": {name: words(f"term.{name}") for name in sorted(names)}, "listed": words("punctuation.listed")},
    }
    lead = context.html(
        "config.html.jinja",
        board=Markup(run_script("compare", "board", board, chosen)),
        script=assets.page_script("config", {"config-data": as_json(data)}),
    )
    return Page(
        PATH,
        words("config.title"),
        words("config.description"),
        (
            Section("lead", "", lead_section(words("config.intro")).html + lead),
            Section("families", words("config.families"), _families_table(context)),
            sources_section(citations, citations.source_list(used)),
        ),
        hide=("toc",),
    )


def _tables_of(forms: dict) -> list[list]:  # type: ignore[type-arg]
    kinds = [kind["weights"] for kind in forms["kinds"].values()]
    return [*kinds, *forms["networks"].values(), forms["embeddings"], forms["rest"]]


def _families_table(context: Context) -> str:
    words = context.words
    alike: dict[tuple[str, str], list[Markup]] = {}
    for name, family in sorted(FAMILIES.items()):
        kinds = words("punctuation.listed").join(kind.value for kind in family.kinds)
        network = words("config.dense" if family.network is FeedForward.DENSE else "config.experts")
        alike.setdefault((kinds, network), []).append(Markup("<code>{}</code>").format(name))
    heads = [Head(words("field.architecture.attention")), Head(words("field.architecture.feed_forward"))]
    heads.append(Head(words("config.family")))
    rows = [
        [Cell(escape(kinds)), Cell(escape(network)), Cell(Markup(" ").join(names))]
        for (kinds, network), names in alike.items()
    ]
    table = context.html("table.html.jinja", t=Table(words("config.families_caption"), heads, rows))
    counted = len(context.catalogue.peers.configs)
    intro = f"<p>{escape(words('config.families_intro', count=counted))}</p>\n" if counted else ""
    return intro + table
