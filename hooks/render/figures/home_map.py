"""What was built on what, for the home page: the map of models alone."""

from __future__ import annotations

from markupsafe import Markup

from catalogue.records import first_date

from .. import format
from ..context import Context
from .map.across import lay_out_wide_map
from .map.down import lay_out_narrow_map


def home_map(context: Context) -> Markup:
    """The map in both arrangements; a style sheet shows the one that fits."""
    words = context.words
    dates = {
        id_: format.format_month(date, words)
        for id_, model in context.catalogue.models.items()
        if (date := first_date(model))
    }
    return Markup(
        context.html(
            "map.svg.jinja", a=lay_out_wide_map(context), d=lay_out_narrow_map(context, {}), dates=dates, caption=False
        )
    )
