"""Words of free texts that a page works with are words of a list, so that a slip in one is a finding and not another page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..findings import Finding, Path, closest_word, nearest_in_quotes
from ..schema.release import LICENCES, Licences
from ..schema.technique import names_deepseek
from ..schema.training import FROM_NOTHING, NUMBER_FORMATS, number_format
from ..schema.values import Single, Stated, Text
from .draft import Draft
from .registry import Scope, rule

_SEVERAL = re.compile(r" and | or |, ")


@rule(Scope.IDS)
def parents_are_known(draft: Draft) -> Iterator[Finding]:
    """What a variant is based on, or came with, is another variant of the catalogue, or a model listed under `other_models`, where each is used."""
    others = [other.name for other in draft.models.other_models]
    used: set[str | None] = set()
    for path, _, variant in draft.each_variant():
        parent = variant.based_on.value if variant.based_on else None
        used.add(parent)
        if parent == variant.id:
            yield draft.finding(
                (*path, "based_on"),
                "itself",
                "the variant whose weights it starts from",
                fix="name that one, or take the key out",
            )
        elif parent is not None and parent not in draft.entries and parent not in others:
            yield draft.finding(
                (*path, "based_on"),
                f"`{parent}` is not a variant",
                "allowed are the ids of variants in the catalogue, and the names under `other_models` of models.yaml",
                nearest_in_quotes(parent, [*(id_ for id_ in draft.entries if id_ != variant.id), *others]),
                "correct the id, or list the name of a model that is not in the catalogue",
            )
    for path, model in draft.each_model():
        for index, use in enumerate(model.techniques):
            used.add(use.came_with)
            if use.came_with is not None and use.came_with not in others:
                yield draft.finding(
                    (*path, "techniques", index, "came_with"),
                    f"`{use.came_with}` is not listed",
                    "allowed are the names under `other_models` of models.yaml",
                    nearest_in_quotes(use.came_with, others),
                    "correct the name, or list it with its maker",
                )
    names = {variant.name: variant.id for _, _, variant in draft.each_variant()}
    for index, name in enumerate(others):
        if name in names:
            yield draft.finding(
                ("other_models", index, "name"),
                f"`{name}` is in the catalogue",
                "models that are not",
                f"`{names[name]}`",
                "name the variant by its id",
            )
        elif name not in used:
            yield draft.finding(
                ("other_models", index, "name"),
                f"no variant is based on `{name}`",
                "models that a variant is based on",
                fix="take it out",
            )


@rule(Scope.ENTRY)
def starts_are_known(draft: Draft) -> Iterator[Finding]:
    """A stage that starts from nobody's weights says so in the words of the list: random initialisation."""
    for path, model in draft.each_model():
        for index, stage in enumerate(model.training):
            for where, single in _texts_of_value(stage.starts_from, (*path, "training", index, "starts_from")):
                text = single.en
                if text != FROM_NOTHING and (closest_word(text, [FROM_NOTHING], 0.75) or text.lower() == "nothing"):
                    yield draft.finding(
                        where,
                        f"found `{text}`",
                        f"weights that are nobody's are written `{FROM_NOTHING}`",
                        f"`{FROM_NOTHING}`",
                        "use these words",
                    )


@rule(Scope.CATALOGUE)
def gpus_are_known(draft: Draft) -> Iterator[Finding]:
    """A kind of GPU is named as in the list of GPUs: a slip in a name would take the utilisation off the page."""
    names = [gpu.name for gpu in draft.gpus.values()]
    families = {name.partition(" (")[0] for name in names}
    for path, model in draft.each_model():
        hardware = model.infrastructure.hardware if model.infrastructure else None
        for where, text in _texts_of_value(
            hardware.gpu if hardware else None, (*path, "infrastructure", "hardware", "gpu")
        ):
            for name in _SEVERAL.split(text.en):
                if name in names or name in families or any(known.endswith(f" {name}") for known in families):
                    continue
                close = closest_word(name, [*names, *families], 0.6)
                if close:
                    yield draft.finding(
                        where,
                        f"`{name}` is not a GPU of the list",
                        "allowed are the names under `gpus` of techniques.yaml, several joined by `and` or `or`",
                        f"`{close}`",
                        "correct the name, or add the GPU with its memory and peaks",
                    )


@rule(Scope.ENTRY)
def formats_are_known(draft: Draft) -> Iterator[Finding]:
    """The format of weights or of the computation begins with a word of the list, by which the calculators know it."""
    for path, model in draft.each_model():
        precision = model.infrastructure.precision if model.infrastructure else None
        here = (*path, "infrastructure", "precision")
        stated: list[tuple[Path, Stated[Text] | Single[Text] | None]] = [
            ((*here, "compute"), precision.compute if precision else None),
            ((*here, "released_weights"), precision.released_weights if precision else None),
        ]
        stated += [
            ((*path, "variants", i, "release", "format"), variant.release.format if variant.release else None)
            for i, variant in enumerate(model.variants)
        ]
        for where, single in stated:
            for at, text in _texts_of_value(single, where):
                if number_format(text) not in NUMBER_FORMATS:
                    word = text.en.split()[0]
                    yield draft.finding(
                        at,
                        f"found `{text.en}`",
                        "the first word is one of " + ", ".join(f"`{name}`" for name in NUMBER_FORMATS),
                        nearest_in_quotes(word, NUMBER_FORMATS),
                        "begin with the format of the most of it",
                    )


@rule(Scope.ENTRY)
def licences_are_known(draft: Draft) -> Iterator[Finding]:
    """A licence is one of the list, several joined by ` / `, or a `note` says what it is; commercial use is as the licences of the list have it."""
    for file, path, licences in draft.of(Licences):
        for name in ("code", "weights"):
            stated: Stated[str] | None = getattr(licences, name)
            for variant, single in stated.singles() if stated else ():
                for licence in single.value.split(" / ") if single.value and single.note is None else ():
                    if licence not in LICENCES:
                        yield file.finding(
                            (*path, name, "by_variant", variant) if variant else (*path, name),
                            f"`{licence}` is not a licence of the list",
                            "allowed are " + ", ".join(f"`{each}`" for each in LICENCES) + "; another one has a `note`",
                            nearest_in_quotes(licence, LICENCES),
                            "correct the name, or write `{value: …, note: …}` with what it is",
                        )
        weights, use = licences.weights, licences.commercial_use
        named = weights.value.split(" / ") if weights and weights.value else []
        if use and use.value is False and use.note is None and named and all(LICENCES.get(each) for each in named):
            yield file.finding(
                (*path, "commercial_use"),
                f"false beside `{weights.value if weights else ''}`",
                "true: the licence allows it",
                fix="correct one of the two, or say in a `note` why not",
            )


@rule(Scope.CATALOGUE)
def introductions_say_whose(draft: Draft) -> Iterator[Finding]:
    """Where DeepSeek or its parent company is named among those who introduced a technique, `by_deepseek` says whether the date is theirs."""
    for index, technique in enumerate(draft.techniques.techniques):
        introduced, path = technique.introduced, ("techniques", index, "introduced")
        named = names_deepseek(introduced.by)
        if named and introduced.by_deepseek is None:
            yield draft.techniques_file.finding(
                path,
                "`by_deepseek` is missing",
                "true where the date is that of DeepSeek's own work, false where others were first",
                fix="add `by_deepseek: true` or `by_deepseek: false`",
            )
        elif introduced.by_deepseek and not named:
            yield draft.techniques_file.finding(
                (*path, "by_deepseek"),
                f"true, but `by` is `{introduced.by.en}`",
                "DeepSeek or High-Flyer is named in `by`",
                fix="correct one of the two",
            )


def _texts_of_value(stated: Stated[Text] | Single[Text] | None, path: Path) -> Iterator[tuple[Path, Text]]:
    """The texts of a value, each with the path of what stands in the file."""
    singles: Iterable[tuple[str | None, Single[Text]]] = (
        stated.singles() if isinstance(stated, Stated) else ((None, stated),) if stated is not None else ()
    )
    for variant, single in singles:
        if single.value is not None:
            yield ((*path, "by_variant", variant) if variant else path), single.value
