"""Links from one generated page to another, by the source path that the adapter makes relative."""

from __future__ import annotations

from markupsafe import Markup

from catalogue.lookup import slug
from catalogue.records import Entry
from catalogue.schema.correction import Correction
from catalogue.schema.model import Model

from .context import Context
from .page_registry import technique_address


def model_link(model: Model, place: str = "") -> Markup:
    """The name of a model, as a link to its page or to a place in it."""
    return _model_link(model.id, place, model.name)


def variant_link(entry: Entry, place: str = "") -> Markup:
    """The name of a variant, as a link to the page of its model or to a place in it."""
    return _model_link(entry.model.id, place, entry.variant.name)


def _model_link(model_id: str, place: str, text: str) -> Markup:
    fragment = f"#{place}" if place else ""
    return Markup('<a href="ds:models/{}.md{}">{}</a>').format(model_id, fragment, text)


def technique_link(context: Context, id_: str, short: bool = False) -> Markup:
    """The name of a technique, or what everybody calls it, as a link to its page."""
    technique = context.catalogue.techniques[id_]
    name = context.short_name(technique) if short else context.words.text(technique.name)
    return Markup('<a href="ds:{}">{}</a>').format(technique_address(technique), name)


def correction_anchor(row: Correction) -> str:
    """Where a correction stands on the page of them, the same in each language."""
    return slug(f"on {row.entry or 'the site'} {row.about.en}")
