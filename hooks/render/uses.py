"""What a model did with a technique, in words: by date, for which checkpoints, and what says so."""

from __future__ import annotations

from collections.abc import Iterator

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


def checkpoints(context: Context, use: Use) -> Markup:
    """The names of the checkpoints that a use holds for, in brackets."""
    names = (context.catalogue.entries[id_].variant.name for id_ in use.variants)
    return escape(context.words("punctuation.bracketed")).format(text=context.words("punctuation.listed").join(names))


def remark(citations: Citations, use: Use) -> Markup:
    """How it was used, for which checkpoints and the source; of a derived use, the field that it follows from."""
    separated = Markup(escape(citations.context.words("punctuation.separated")))
    return separated.join(_parts(citations, use, told=False)) + citations.mark(use.sources)


def whole(citations: Citations, use: Use, told: bool) -> Markup:
    """What a model did and the remark on it, in a line.

    Where a text beside it has `told` how, the entry's own remark would say it a second time and is left out.
    """
    words = citations.context.words
    end = Markup(escape(words("punctuation.full_stop") + words("punctuation.gap")))
    return end.join([change(citations.context, use), *_parts(citations, use, told)]) + citations.mark(use.sources)


def _parts(citations: Citations, use: Use, told: bool) -> Iterator[Markup]:
    words, entries = citations.context.words, citations.context.catalogue.entries
    if use.stated is not None and use.stated.note is not None:
        if not told:
            yield citations.inline(use.stated.note)
    elif use.variants and not told:
        yield escape(words("punctuation.listed").join(entries[id_].variant.name for id_ in use.variants))
    if use.stated is None:
        yield escape(words("technique.follows")).format(field=Markup("<code>{}</code>").format(use.field))
