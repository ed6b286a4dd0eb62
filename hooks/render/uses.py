"""What a model did with a technique, in words: by date, for which checkpoints, and what says so."""

from __future__ import annotations

from markupsafe import Markup, escape

from catalogue.uses import How, Use

from .cite import Citations
from .context import Context
from .links import model_link


def change(context: Context, use: Use) -> Markup:
    """What a model did; with the model that it took a technique over from."""
    if use.how is How.INHERITED and use.origin is not None:
        return escape(context.words("change.inherited_from")).format(model=model_link(use.origin))
    return escape(context.words(f"change.{use.how.value}"))


def remark(citations: Citations, use: Use) -> Markup:
    """How it was used, for which checkpoints and the source; of a derived use, the field that it follows from."""
    words, entries = citations.context.words, citations.context.catalogue.entries
    parts = []
    if use.stated is not None and use.stated.note is not None:
        parts.append(citations.inline(use.stated.note))
    elif use.variants:
        parts.append(escape(words("punctuation.listed").join(entries[id_].variant.name for id_ in use.variants)))
    if use.stated is None:
        parts.append(escape(words("technique.follows")).format(field=Markup("<code>{}</code>").format(use.field)))
    return Markup(escape(words("punctuation.separated"))).join(parts) + citations.mark(use.sources)
