"""Words of free texts: those of a list where a page works with them, in both languages, and none that is avoided."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ..derive.calculators import NUMBER_FORMATS
from ..derive.training import OPTIMIZERS
from ..facts import asked_kinds
from ..files import ASKED, MODELS, TECHNIQUES, TERMS
from ..findings import Finding, KeyPath, closest_word, nearest_in_quotes
from ..schema.architecture import Architecture
from ..schema.model import LICENCES, Licences
from ..schema.technique import Language, TechniqueKind, names_deepseek
from ..schema.training import FROM_NOTHING, Infrastructure, OptimizerKind, Stage, number_format
from ..schema.values import Single, Stated, Text, fields_with_values
from ..text import (
    AVOIDED_FORM_FIX,
    avoided_forms,
    chinese_in_english,
    chinese_slips,
    quote_problems,
    text_slips,
    unequal_numbers,
    unequal_quotes,
    untranslated_words,
)
from .draft import Draft, Scope, repeated_ids, rule, single_values, unknown_name

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
            yield draft.models_file.finding(
                (*path, "based_on"),
                "itself",
                "the variant whose weights it starts from",
                fix="name that one, or take the key out",
            )
        else:
            known = [*(id_ for id_ in draft.entries if id_ != variant.id), *others]
            yield from unknown_name(
                draft.models_file,
                (*path, "based_on"),
                parent,
                known,
                f"`{parent}` is not a variant",
                "allowed are the ids of variants in the catalogue, and the names under `other_models` of models.yaml",
                "correct the id, or list the name of a model that is not in the catalogue",
            )
    for path, name in draft.each_value(MODELS, "models.*.techniques.*.came_with"):
        used.add(name)
        allowed = "allowed are the names under `other_models` of models.yaml"
        fix = "correct the name, or list it with its maker"
        yield from unknown_name(draft.models_file, path, name, others, f"`{name}` is not listed", allowed, fix)
    names = {variant.name: variant.id for _, _, variant in draft.each_variant()}
    for path, name in draft.each_value(MODELS, "other_models.*.name"):
        if name in names:
            yield draft.models_file.finding(
                path,
                f"`{name}` is in the catalogue",
                "models that are not",
                f"`{names[name]}`",
                "name the variant by its id",
            )
        elif name not in used:
            allowed = "models that a variant is based on"
            yield draft.models_file.finding(path, f"no variant is based on `{name}`", allowed, fix="take it out")


@rule(Scope.ENTRY)
def starts_are_known(draft: Draft) -> Iterator[Finding]:
    """A stage that starts from nobody's weights says so in the words of the list: random initialisation."""
    for where, text in _texts_at(draft, "models.*.training.*.starts_from"):
        near = closest_word(text.en, [FROM_NOTHING], 0.75) or text.en.lower() == "nothing"
        if text.en != FROM_NOTHING and near:
            yield draft.models_file.finding(
                where,
                f"found `{text.en}`",
                f"weights that are nobody's are written `{FROM_NOTHING}`",
                f"`{FROM_NOTHING}`",
                "use these words",
            )


@rule(Scope.CATALOGUE)
def gpus_are_known(draft: Draft) -> Iterator[Finding]:
    """A kind of GPU is named as in the list of GPUs: a slip in a name would take the utilisation off the page."""
    names = [gpu.name for gpu in draft.gpus.values()]
    families = {name.partition(" (")[0] for name in names}
    for where, text in _texts_at(draft, "models.*.infrastructure.hardware.gpu"):
        for name in _SEVERAL.split(text.en):
            if name in names or name in families or any(known.endswith(f" {name}") for known in families):
                continue
            close = closest_word(name, [*names, *families], 0.6)
            if close:
                yield draft.models_file.finding(
                    where,
                    f"`{name}` is not a GPU of the list",
                    "allowed are the names under `gpus` of techniques.yaml, several joined by `and` or `or`",
                    f"`{close}`",
                    "correct the name, or add the GPU with its memory and peaks",
                )


@rule(Scope.ENTRY)
def formats_are_known(draft: Draft) -> Iterator[Finding]:
    """The format of weights or of the computation begins with a word of the list, by which the calculators know it."""
    for place in (
        "infrastructure.precision.compute",
        "infrastructure.precision.released_weights",
        "variants.*.release.format",
    ):
        for where, text in _texts_at(draft, f"models.*.{place}"):
            if number_format(text) not in list(NUMBER_FORMATS):
                yield draft.models_file.finding(
                    where,
                    f"found `{text.en}`",
                    "the first word is one of " + ", ".join(f"`{name}`" for name in NUMBER_FORMATS),
                    nearest_in_quotes(text.en.split()[0], NUMBER_FORMATS),
                    "begin with the format of the most of it, or add it to `NUMBER_FORMATS` in derive/calculators.py",
                )


@rule(Scope.ENTRY)
def optimizers_are_known(draft: Draft) -> Iterator[Finding]:
    """The name of an optimiser has one of the list in it, as MuonClip has Muon, or a `note` says what it keeps of a weight; its constants are those of the optimisers that it names."""
    for where, optimizer in draft.each_value(MODELS, "models.*.training.*.optimizer"):
        texts = list(_texts_of_value(optimizer.name, (*where, "name")))
        explained = {at: single.note for at, single in single_values(optimizer.name, (*where, "name"))}
        for at, text in texts:
            if explained[at] is None and not any(kind in text.en for kind in OptimizerKind):
                yield draft.models_file.finding(
                    at,
                    f"found `{text.en}`",
                    "known are " + ", ".join(f"`{kind}`" for kind in OptimizerKind) + "; another one has a `note`",
                    nearest_in_quotes(text.en.split()[0], OptimizerKind),
                    "correct the name, or write `{value: …, note: …}` with what it keeps of a weight",
                )
        named = [OPTIMIZERS[kind] for kind in OptimizerKind if any(kind in text.en for _, text in texts)]
        for name in ("beta1", "beta2", "epsilon") if named else ():
            if getattr(optimizer, name) is not None and not any(name in kind.constants for kind in named):
                yield draft.models_file.finding(
                    (*where, name),
                    f"`{name}` of {texts[0][1].en}",
                    "of its optimisers none has it",
                    fix="name the optimiser that it is of, or take it out",
                )


@rule(Scope.ENTRY)
def licences_are_known(draft: Draft) -> Iterator[Finding]:
    """A licence is one of the list, several joined by ` / `, or a `note` says what it is; commercial use is as the licences of the list have it."""
    allowed = "allowed are " + ", ".join(f"`{each}`" for each in LICENCES) + "; another one has a `note`"
    fix = "correct the name, or write `{value: …, note: …}` with what it is"
    for file, path, licences in draft.each_record(Licences):
        for name in ("code", "weights"):
            for where, single in single_values(getattr(licences, name), (*path, name)):
                for licence in single.value.split(" / ") if single.value and single.note is None else ():
                    found = f"`{licence}` is not a licence of the list"
                    yield from unknown_name(file, where, licence, LICENCES, found, allowed, fix)
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
            yield draft.located[TECHNIQUES].finding(
                path,
                "`by_deepseek` is missing",
                "true where the date is that of DeepSeek's own work, false where others were first",
                fix="add `by_deepseek: true` or `by_deepseek: false`",
            )
        elif introduced.by_deepseek and not named:
            yield draft.located[TECHNIQUES].finding(
                (*path, "by_deepseek"),
                f"true, but `by` is `{introduced.by.en}`",
                "DeepSeek or High-Flyer is named in `by`",
                fix="correct one of the two",
            )


def _texts_of_value(stated: Stated[Text] | Single[Text] | None, path: KeyPath) -> Iterator[tuple[KeyPath, Text]]:
    return ((where, single.value) for where, single in single_values(stated, path) if single.value is not None)


def _texts_at(draft: Draft, pattern: str) -> Iterator[tuple[KeyPath, Text]]:
    for path, stated in draft.each_value(MODELS, pattern):
        yield from _texts_of_value(stated, path)


@rule(Scope.CATALOGUE)
def interpolations_resolve(draft: Draft) -> Iterator[Finding]:
    """A `{{ … }}` in a text is a known call, and the paths and ids in it lead to values, models and techniques."""
    for file, path, value in draft.each_record(Text):
        for language in ("en", "zh"):
            text = getattr(value, language)
            if text is None or "{{" not in text:
                continue
            for problem in quote_problems(text, draft.lookup):
                yield file.finding((*path, language), problem.message, fix="correct the text")


@rule(Scope.ENTRY)
def english_is_english(draft: Draft) -> Iterator[Finding]:
    """A text under `en:` has no Chinese in it, but in quotation marks or brackets."""
    for file, path, text in draft.texts:
        if found := chinese_in_english(text.en):
            yield file.finding(
                (*path, "en"),
                f"Chinese in the English text: “{found}”",
                "English; Chinese stands under `zh:`, or in quotation marks",
                fix="exchange the two, or write it in English",
            )


@rule(Scope.ENTRY)
def chinese_is_chinese(draft: Draft) -> Iterator[Finding]:
    """The text under `zh:` is not the English one again, unless it is a name, and no English sentence."""
    for file, path, text in draft.texts:
        if text.zh and (words := untranslated_words(text.en, text.zh)):
            yield file.finding(
                (*path, "zh"), f"“{words}” in English", "Chinese, or a name", fix="translate it, or leave `zh` out"
            )


@rule(Scope.ENTRY)
def chinese_is_set_one_way(draft: Draft) -> Iterator[Finding]:
    """Chinese has full-width punctuation, one space beside Latin letters and digits, and none beside punctuation or between its words; a folded text has one at each line break."""
    for file, path, text in draft.texts:
        for slip in chinese_slips(text.zh) if text.zh else ():
            yield file.finding((*path, "zh"), slip.found, slip.allowed, fix="correct it")


@rule(Scope.ENTRY)
def texts_are_words(draft: Draft) -> Iterator[Finding]:
    """A text has no markup of a page and no LaTeX, waits for nobody, and has no word twice and no traditional character."""
    for file, path, text in draft.texts:
        for language in Language:
            for slip in text_slips(getattr(text, language) or "", of_the_catalogue=True):
                yield file.finding((*path, str(language)), slip.found, slip.allowed, fix="correct it")


@rule(Scope.ENTRY)
def languages_state_the_same_numbers(draft: Draft) -> Iterator[Finding]:
    """Numbers of three or more digits that are typed in a text are the same in both languages."""
    for file, path, text in draft.texts:
        for number in unequal_numbers(text.en, text.zh) if text.zh else ():
            yield file.finding(
                (*path, "zh"),
                f"`{number}` stands in English alone",
                "the same digits in both",
                fix="correct one of the two",
            )


@rule(Scope.ENTRY)
def languages_quote_the_same_values(draft: Draft) -> Iterator[Finding]:
    """A text quotes the same values, models and techniques in both languages."""
    for file, path, text in draft.texts:
        if text.zh and "{{" in text.en + text.zh:
            ours, theirs = unequal_quotes(text.en, text.zh)
            if ours or theirs:
                said = [f"English alone quotes {', '.join(ours)}"] * bool(ours)
                said += [f"Chinese alone quotes {', '.join(theirs)}"] * bool(theirs)
                yield file.finding(
                    (*path, "zh"), "; ".join(said), "the same quotes in both languages", fix="quote what is missing"
                )


@rule(Scope.CATALOGUE)
def terms_differ(draft: Draft) -> Iterator[Finding]:
    """An id of a term stands once among terms and techniques, and a name, an alias or a form in text once among the terms of a language."""
    owners: dict[tuple[str, str], tuple[int, str]] = {}
    for technique in draft.techniques.techniques:
        owners["id", technique.id] = -1, "the technique"
        for language, name in (("en", technique.name.en), ("zh", technique.name.zh)):
            if name:
                owners[language, name.lower()] = -1, f"the technique `{technique.id}`"
    for index, term in enumerate(draft.terms.terms):
        said: list[tuple[str, str, KeyPath]] = [("id", term.id, ("id",))]
        for language in ("en", "zh"):
            names: list[tuple[str, KeyPath]] = [(getattr(term.name, language), ("name", language))]
            names += [(alias, ("aliases", language, at)) for at, alias in enumerate(getattr(term.aliases, language))]
            said += [(language, name, path) for name, path in names if name]
            in_text = getattr(term.in_text, language) or ()
            # In running text FLOPs and FLOPS are two words.
            said += [(f"{language} as typed", form, ("in_text", language, at)) for at, form in enumerate(in_text)]
        for kind, name, path in said:
            key = kind, name if kind.endswith("as typed") else name.lower()
            place, owner = owners.setdefault(key, (index, f"the term `{term.id}`"))
            if place != index or Counter(s[:2] for s in said)[kind, name] > 1:
                yield draft.located[TERMS].finding(
                    ("terms", index, *path),
                    f"`{name}` belongs to {owner} already",
                    "a name that means one thing",
                    fix="take one of the two out",
                )


@rule(Scope.CATALOGUE)
def terms_are_in_both_languages(draft: Draft) -> Iterator[Finding]:
    """A term has its name and its definition in English and in Chinese, and a subject that is listed."""
    file, subjects = draft.located[TERMS], [subject.id for subject in draft.terms.subjects]
    for field in ("name", "definition"):
        for path, text in draft.each_value(TERMS, f"terms.*.{field}"):
            if text.zh is None:
                yield file.finding(path, "no Chinese", "both languages", fix="write it as `{en: …, zh: …}`")
    allowed, fix = f"allowed are {', '.join(f'`{id_}`' for id_ in subjects)}", "correct the id, or add the subject"
    for path, id_ in draft.each_value(TERMS, "terms.*.subject"):
        yield from unknown_name(file, path, id_, subjects, f"`{id_}` is not a subject", allowed, fix)


@rule(Scope.CATALOGUE)
def kinds_have_one_subject(draft: Draft) -> Iterator[Finding]:
    """Each kind of technique stands under one subject of the glossary."""
    owners: dict[TechniqueKind, str] = {}
    for path, subject in draft.each_value(TERMS, "subjects.*"):
        for at, kind in enumerate(subject.kinds):
            if owners.setdefault(kind, subject.id) != subject.id:
                yield draft.located[TERMS].finding(
                    (*path, "kinds", at),
                    f"`{kind}` stands under `{owners[kind]}` already",
                    "one subject for each kind",
                    fix="take one of the two out",
                )
    used = {technique.kind for technique in draft.techniques.techniques}
    missing = sorted(str(kind) for kind in used - set(owners))
    if draft.terms.subjects and missing:
        yield draft.located[TERMS].finding(
            ("subjects",),
            f"no subject has the kind {', '.join(f'`{kind}`' for kind in missing)}",
            "one subject for each kind",
            fix="add it under `kinds:`",
        )


@rule(Scope.CATALOGUE)
def no_avoided_form(draft: Draft) -> Iterator[Finding]:
    """No text of the catalogue has a form that terms.yaml says is not used."""
    wanted = {language: avoided_forms(draft.terms, language) for language in Language}
    for file, path, value in draft.texts:
        for language in Language:
            for use in wanted[language].find_uses(getattr(value, language) or ""):
                yield file.finding((*path, str(language)), use.message, use.allowed, fix=AVOIDED_FORM_FIX)


@rule(Scope.CATALOGUE)
def facts_have_words(draft: Draft) -> Iterator[Finding]:
    """asked.yaml has words for every field of an entry that the search can answer with, and for no field that there is not; a way of asking belongs to one of them."""
    file, known, written = draft.located[ASKED], tuple(asked_kinds()), draft.asked.facts
    fields = tuple(f"models.*.{place}" for place in ("training.*", "variants.*.architecture", "infrastructure"))
    of_schema = {*fields_with_values(Architecture), *fields_with_values(Stage), *fields_with_values(Infrastructure)}
    for kind in [each for each in known if each not in written] if written else ():
        if kind not in of_schema or any(any(draft.each_value(MODELS, f"{at}.{kind}")) for at in fields):
            yield file.finding(
                ("facts",),
                f"`{kind}` has no words to ask for it by",
                "a line for every field",
                fix=f"add `{kind}: {{en: […], zh: […]}}`",
            )
    forms: dict[Language, list[tuple[KeyPath, str]]] = {language: [] for language in Language}
    for kind in written:
        for language in Language:
            asked = [form.lower() for form in getattr(written[kind], language)]
            forms[language] += [(("facts", kind, str(language), at), form) for at, form in enumerate(asked)]
        found, allowed = f"`{kind}` is no kind of fact", "a field of the schema, or a fact that is worked out"
        yield from unknown_name(file, ("facts", kind), kind, known, found, allowed, "correct the key or take it out")
    for said in forms.values():
        yield from repeated_ids(file, said, "way of asking", "leave it to one of the two")
