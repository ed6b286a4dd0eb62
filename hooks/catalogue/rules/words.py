"""Words of free texts: those of a list where a page works with them, in both languages, and none that is avoided."""

import re
from collections import Counter
from collections.abc import Iterator

from ..derive.calculators import NUMBER_FORMATS
from ..derive.training import OPTIMIZERS
from ..facts import asked_kinds
from ..files import ASKED, MODELS, TECHNIQUES, TERMS
from ..findings import KeyPath, closest_word, nearest_in_quotes
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
from .draft import Breach, Draft, Scope, repeated_ids, rule, single_values, unknown_name

_SEVERAL = re.compile(r" and | or |, ")


@rule(Scope.IDS, fix="correct the name, list it under `other_models`, or take it out")
def parents_are_known(draft: Draft) -> Iterator[Breach]:
    """What a variant is based on, or came with, is another variant of the catalogue, or a model listed under `other_models`, where each is used."""
    others = [other.name for other in draft.models.other_models]
    used: set[str | None] = set()
    for path, _, variant in draft.each_variant():
        parent = variant.based_on.value if variant.based_on else None
        used.add(parent)
        if parent == variant.id:
            yield Breach((*path, "based_on"), "itself")
        else:
            known = [*(id_ for id_ in draft.entries if id_ != variant.id), *others]
            yield from unknown_name((*path, "based_on"), parent, known, f"`{parent}` is not a variant")
    for path, name in draft.each_value(MODELS, "models.*.techniques.*.came_with"):
        used.add(name)
        yield from unknown_name(path, name, others, f"`{name}` is not listed")
    names = {variant.name: variant.id for _, _, variant in draft.each_variant()}
    for path, name in draft.each_value(MODELS, "other_models.*.name"):
        if name in names:
            yield Breach(path, f"`{name}` is in the catalogue", nearest=f"`{names[name]}`")
        elif name not in used:
            yield Breach(path, f"no variant is based on `{name}`")


@rule(Scope.ENTRY, fix="use these words")
def starts_are_known(draft: Draft) -> Iterator[Breach]:
    """A stage that starts from nobody's weights says so in the words of the list: random initialisation."""
    for where, text in _texts_at(draft, "models.*.training.*.starts_from"):
        near = closest_word(text.en, [FROM_NOTHING], 0.75) or text.en.lower() == "nothing"
        if text.en != FROM_NOTHING and near:
            yield Breach(where, f"found `{text.en}`", nearest=f"`{FROM_NOTHING}`")


@rule(Scope.CATALOGUE, fix="correct the name, or add the GPU with its memory and peaks")
def gpus_are_known(draft: Draft) -> Iterator[Breach]:
    """A kind of GPU is named as in the list of GPUs: a slip in a name would take the utilisation off the page."""
    names = [gpu.name for gpu in draft.gpus.values()]
    families = {name.partition(" (")[0] for name in names}
    for where, text in _texts_at(draft, "models.*.infrastructure.hardware.gpu"):
        for name in _SEVERAL.split(text.en):
            if name in names or name in families or any(known.endswith(f" {name}") for known in families):
                continue
            close = closest_word(name, [*names, *families], 0.6)
            if close:
                yield Breach(where, f"`{name}` is not a GPU of the list", nearest=f"`{close}`")


@rule(Scope.ENTRY, fix="begin with the format of the most of it, or add it to `NUMBER_FORMATS`")
def formats_are_known(draft: Draft) -> Iterator[Breach]:
    """The format of weights or of the computation begins with a word of the list, by which the calculators know it."""
    precision = "infrastructure.precision"
    for place in (f"{precision}.compute", f"{precision}.released_weights", "variants.*.release.format"):
        for where, text in _texts_at(draft, f"models.*.{place}"):
            if number_format(text) not in list(NUMBER_FORMATS):
                yield Breach(where, f"found `{text.en}`", nearest=nearest_in_quotes(text.en.split()[0], NUMBER_FORMATS))


@rule(Scope.ENTRY, fix="correct the name, or write `{value: …, note: …}` with what it keeps of a weight")
def optimizers_are_known(draft: Draft) -> Iterator[Breach]:
    """The name of an optimiser has one of the list in it, as MuonClip has Muon, or a `note` says what it keeps of a weight; its constants are those of the optimisers that it names."""
    for where, optimizer in draft.each_value(MODELS, "models.*.training.*.optimizer"):
        texts = list(_texts_of_value(optimizer.name, (*where, "name")))
        explained = {at: single.note for at, single in single_values(optimizer.name, (*where, "name"))}
        for at, text in texts:
            if explained[at] is None and not any(kind in text.en for kind in OptimizerKind):
                yield from unknown_name(at, text.en, list(OptimizerKind), f"found `{text.en}`")
        named = [OPTIMIZERS[kind] for kind in OptimizerKind if any(kind in text.en for _, text in texts)]
        for name in ("beta1", "beta2", "epsilon") if named else ():
            if getattr(optimizer, name) is not None and not any(name in kind.constants for kind in named):
                yield Breach((*where, name), f"`{name}` of {texts[0][1].en}")


@rule(Scope.ENTRY, fix="correct it, or write `{value: …, note: …}` with what it is")
def licences_are_known(draft: Draft) -> Iterator[Breach]:
    """A licence is one of the list, several joined by ` / `, or a `note` says what it is; commercial use is as the licences of the list have it."""
    for file, path, licences in draft.each_record(Licences):
        for name in ("code", "weights"):
            for where, single in single_values(getattr(licences, name), (*path, name)):
                for licence in single.value.split(" / ") if single.value and single.note is None else ():
                    yield from unknown_name(
                        where, licence, LICENCES, f"`{licence}` is no licence of the list", file=file
                    )
        weights, use = licences.weights, licences.commercial_use
        named = weights.value.split(" / ") if weights and weights.value else []
        if use and use.value is False and use.note is None and named and all(LICENCES.get(each) for each in named):
            yield Breach((*path, "commercial_use"), f"false beside `{weights.value if weights else ''}`", file=file)


@rule(Scope.CATALOGUE, TECHNIQUES, fix="add `by_deepseek: true` or `by_deepseek: false`")
def introductions_say_whose(draft: Draft) -> Iterator[Breach]:
    """Where DeepSeek or its parent company is named among those who introduced a technique, `by_deepseek` says whether the date is theirs."""
    for index, technique in enumerate(draft.techniques.techniques):
        introduced, path = technique.introduced, ("techniques", index, "introduced")
        named = names_deepseek(introduced.by)
        if named and introduced.by_deepseek is None:
            yield Breach(path, "`by_deepseek` is missing")
        elif introduced.by_deepseek and not named:
            yield Breach((*path, "by_deepseek"), f"true, but `by` is `{introduced.by.en}`")


def _texts_of_value(stated: Stated[Text] | Single[Text] | None, path: KeyPath) -> Iterator[tuple[KeyPath, Text]]:
    return ((where, single.value) for where, single in single_values(stated, path) if single.value is not None)


def _texts_at(draft: Draft, pattern: str) -> Iterator[tuple[KeyPath, Text]]:
    for path, stated in draft.each_value(MODELS, pattern):
        yield from _texts_of_value(stated, path)


@rule(Scope.CATALOGUE, fix="correct the text")
def interpolations_resolve(draft: Draft) -> Iterator[Breach]:
    """A `{{ … }}` in a text is a known call, and the paths and ids in it lead to values, models and techniques."""
    for file, path, value in draft.each_record(Text):
        for language in ("en", "zh"):
            text = getattr(value, language)
            if text is None or "{{" not in text:
                continue
            for problem in quote_problems(text, draft.lookup):
                yield Breach((*path, language), problem.message, file=file)


@rule(Scope.ENTRY, fix="exchange the two, or write it in English")
def english_is_english(draft: Draft) -> Iterator[Breach]:
    """A text under `en:` has no Chinese in it, but in quotation marks or brackets."""
    for file, path, text in draft.texts:
        if found := chinese_in_english(text.en):
            yield Breach((*path, "en"), f"Chinese in the English text: “{found}”", file=file)


@rule(Scope.ENTRY, fix="translate it, or leave `zh` out")
def chinese_is_chinese(draft: Draft) -> Iterator[Breach]:
    """The text under `zh:` is not the English one again, unless it is a name, and no English sentence."""
    for file, path, text in draft.texts:
        if text.zh and (words := untranslated_words(text.en, text.zh)):
            yield Breach((*path, "zh"), f"“{words}” in English", file=file)


@rule(Scope.ENTRY, fix="correct it")
def chinese_is_set_one_way(draft: Draft) -> Iterator[Breach]:
    """Chinese has full-width punctuation, one space beside Latin letters and digits, and none beside punctuation or between its words; a folded text has one at each line break."""
    for file, path, text in draft.texts:
        for slip in chinese_slips(text.zh) if text.zh else ():
            yield Breach((*path, "zh"), slip.found, allowed=slip.allowed, file=file)


@rule(Scope.ENTRY, fix="correct it")
def texts_are_words(draft: Draft) -> Iterator[Breach]:
    """A text has no markup of a page and no LaTeX, waits for nobody, and has no word twice and no traditional character."""
    for file, path, text in draft.texts:
        for language in Language:
            for slip in text_slips(getattr(text, language) or "", of_the_catalogue=True):
                yield Breach((*path, str(language)), slip.found, allowed=slip.allowed, file=file)


@rule(Scope.ENTRY, fix="correct one of the two")
def languages_state_the_same_numbers(draft: Draft) -> Iterator[Breach]:
    """Numbers of three or more digits that are typed in a text are the same in both languages."""
    for file, path, text in draft.texts:
        for number in unequal_numbers(text.en, text.zh) if text.zh else ():
            yield Breach((*path, "zh"), f"`{number}` stands in English alone", file=file)


@rule(Scope.ENTRY, fix="quote what is missing")
def languages_quote_the_same_values(draft: Draft) -> Iterator[Breach]:
    """A text quotes the same values, models and techniques in both languages."""
    for file, path, text in draft.texts:
        if text.zh and "{{" in text.en + text.zh:
            ours, theirs = unequal_quotes(text.en, text.zh)
            if ours or theirs:
                said = [f"English alone quotes {', '.join(ours)}"] * bool(ours)
                said += [f"Chinese alone quotes {', '.join(theirs)}"] * bool(theirs)
                yield Breach((*path, "zh"), "; ".join(said), file=file)


@rule(Scope.CATALOGUE, TERMS, fix="take one of the two out")
def terms_differ(draft: Draft) -> Iterator[Breach]:
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
                yield Breach(("terms", index, *path), f"`{name}` belongs to {owner} already")


@rule(Scope.CATALOGUE, TERMS, fix="write it as `{en: …, zh: …}`")
def terms_are_in_both_languages(draft: Draft) -> Iterator[Breach]:
    """A term has its name and its definition in English and in Chinese."""
    for field in ("name", "definition"):
        for path, text in draft.each_value(TERMS, f"terms.*.{field}"):
            if text.zh is None:
                yield Breach(path, "no Chinese")


@rule(Scope.CATALOGUE, TERMS, fix="add it under `kinds:`")
def kinds_have_one_subject(draft: Draft) -> Iterator[Breach]:
    """Each kind of technique stands under one subject of the glossary."""
    owners: dict[TechniqueKind, str] = {}
    for path, subject in draft.each_value(TERMS, "subjects.*"):
        for at, kind in enumerate(subject.kinds):
            if owners.setdefault(kind, subject.id) != subject.id:
                yield Breach((*path, "kinds", at), f"`{kind}` stands under `{owners[kind]}` already")
    used = {technique.kind for technique in draft.techniques.techniques}
    missing = sorted(str(kind) for kind in used - set(owners))
    if draft.terms.subjects and missing:
        yield Breach(("subjects",), f"no subject has the kind {', '.join(f'`{kind}`' for kind in missing)}")


@rule(Scope.CATALOGUE)
def no_avoided_form(draft: Draft) -> Iterator[Breach]:
    """No text of the catalogue has a form that terms.yaml says is not used."""
    wanted = {language: avoided_forms(draft.terms, language) for language in Language}
    for file, path, value in draft.texts:
        for language in Language:
            for use in wanted[language].find_uses(getattr(value, language) or ""):
                yield Breach((*path, str(language)), use.message, allowed=use.allowed, fix=AVOIDED_FORM_FIX, file=file)


@rule(Scope.CATALOGUE, ASKED, fix="add `key: {en: […], zh: […]}`, or correct the key")
def facts_have_words(draft: Draft) -> Iterator[Breach]:
    """asked.yaml has words for every field of an entry that the search can answer with, and for no field that there is not; a way of asking belongs to one of them."""
    known, written = tuple(asked_kinds()), draft.asked.facts
    fields = tuple(f"models.*.{place}" for place in ("training.*", "variants.*.architecture", "infrastructure"))
    of_schema = {*fields_with_values(Architecture), *fields_with_values(Stage), *fields_with_values(Infrastructure)}
    for kind in [each for each in known if each not in written] if written else ():
        if kind not in of_schema or any(any(draft.each_value(MODELS, f"{at}.{kind}")) for at in fields):
            yield Breach(("facts",), f"`{kind}` has no words to ask for it by")
    forms: dict[Language, list[tuple[KeyPath, str]]] = {language: [] for language in Language}
    for kind in written:
        for language in Language:
            asked = [form.lower() for form in getattr(written[kind], language)]
            forms[language] += [(("facts", kind, str(language), at), form) for at, form in enumerate(asked)]
        yield from unknown_name(("facts", kind), kind, known, f"`{kind}` is no kind of fact")
    for said in forms.values():
        yield from repeated_ids(draft.located[ASKED], said, "way of asking", "leave it to one of the two")
