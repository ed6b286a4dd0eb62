"""What a model did with a technique, in words: its label with the origin, for which checkpoints, and what says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup, escape

from catalogue.schema.values import Sources
from catalogue.uses import FamilyUse, How, Use

from .cite import Citations
from .context import Context
from .links import model_link

MOST_CHECKPOINTS = 3  # that are named where a line has little room


def told_together(uses: Iterable[Use]) -> list[tuple[Use, ...]]:
    """The uses of a family as they are told: those that came with networks of other makers together, others one by one."""
    found: dict[object, list[Use]] = {}
    for index, use in enumerate(uses):
        outside = use.how is How.INHERITED and use.origin is None
        found.setdefault(How.INHERITED if outside else index, []).append(use)
    return [tuple(group) for group in found.values()]


def label(context: Context, *uses: Use) -> Markup:
    """What a model did, with the model that a technique came from; of several uses at once, they differ in the origin alone."""
    words, use = context.words, uses[0]
    if use.how is How.IN_WEIGHTS:
        return _in_weights(context, use)
    text = escape(words(f"change.{use.how.value}"))
    if use.how is How.INHERITED:
        text = _taken_over(context, uses)
    if use.scope is not None:
        text = escape(words(f"change.only_in.{use.scope.value}")).format(change=text)
    return text


def family_label(context: Context, family: FamilyUse) -> Markup:
    """What a family did, by its most telling label; with the origin where it has one alone."""
    groups = told_together(use for use in family.uses if use.how is family.how)
    if len(groups) == 1 and family.how is not How.IN_WEIGHTS:
        return label(context, *groups[0])
    return escape(context.words(f"change.{family.how.value}"))


def checkpoints(context: Context, *uses: Use) -> Markup:
    """The names of the checkpoints that uses hold for, in brackets; of many how many, with their names as a title."""
    names, count = _checkpoint_names(context, uses), sum(len(use.variants) for use in uses)
    text = escape(names)
    if count > MOST_CHECKPOINTS:
        text = Markup('<abbr title="{}">{}</abbr>').format(names, context.words("change.checkpoints", count=count))
    return escape(context.words("punctuation.bracketed")).format(text=text)


def remark(citations: Citations, use: Use) -> Markup:
    """How it was used, for which checkpoints and the source; of a derived use, the field that it follows from."""
    separated = Markup(escape(citations.context.words("punctuation.separated")))
    return separated.join(_use_parts(citations, (use,), told=False)) + citations.mark(use.sources)


def family_remarks(citations: Citations, family: FamilyUse, told: bool) -> list[Markup]:
    """What a family did and the remark on it, in a line for each label and origin.

    Where a text beside it has `told` how, the entry's own remark would say it a second time and is left out.
    """
    words = citations.context.words
    end = Markup(escape(words("punctuation.full_stop") + words("punctuation.gap")))
    return [
        end.join([label(citations.context, *uses), *_use_parts(citations, uses, told and len(family.uses) == 1)])
        + citations.mark(sources_of(uses))
        for uses in told_together(family.uses)
    ]


def sources_of(uses: Sequence[Use]) -> Sources | None:
    """The sources of uses, each once; with those that are silent about a checkpoint's own training."""
    found = [s for use in uses for s in (use.sources, use.own_unpublished) if s is not None]
    items = tuple(dict.fromkeys(item for sources in found for item in sources.items))
    return Sources(items) if items else None


def _taken_over(context: Context, uses: Sequence[Use]) -> Markup:
    """That it was taken over, and from which model; of several models of other makers, from whom."""
    words, origin = context.words, uses[0].origin
    if len(uses) == 1:
        name = model_link(origin) if origin is not None else uses[0].other_origin
        return escape(words("change.inherited_from")).format(model=name)
    others = context.catalogue.other_models
    makers = dict.fromkeys(others[use.other_origin].maker for use in uses)
    return escape(words("change.inherited_outside")).format(makers=words("punctuation.listed").join(makers))


def _in_weights(context: Context, use: Use) -> Markup:
    words = context.words
    assert use.origin is not None
    assert use.trained_so is not None
    direct = use.origin.id == use.trained_so.id
    start = escape(words("change.weights_of" if direct else "change.weights_through")).format(
        model=model_link(use.origin), trained=model_link(use.trained_so)
    )
    own = words("change.own_unpublished" if use.own_unpublished is not None else "change.own_unknown")
    return start + words("punctuation.separated") + own


def _use_parts(citations: Citations, uses: Sequence[Use], told: bool) -> Iterator[Markup]:
    words, use = citations.context.words, uses[0]
    if use.stated is not None and use.stated.note is not None:
        if not told:
            yield citations.inline(use.stated.note)
    elif use.variants and not told:
        yield escape(_checkpoint_names(citations.context, uses))
    if use.stated is None:
        yield escape(words("technique.follows")).format(field=Markup("<code>{}</code>").format(use.field))


def _checkpoint_names(context: Context, uses: Sequence[Use]) -> str:
    entries = context.catalogue.entries
    return context.words("punctuation.listed").join(entries[id_].variant.name for use in uses for id_ in use.variants)
