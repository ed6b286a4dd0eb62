"""The files of the search's answers, each loaded when a query needs it: `answers.js` with what a query may name and the words
that ask, `kinds.js` with the words for each kind of fact, `f<n>.js` with one group of the facts of a family, `d<n>.js` with some
definitions and the users of techniques, `q<n>.js` with some questions of the page of questions, `api.js` with names of the API."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from catalogue.derive.training import reference_run
from catalogue.facts import AnswerGroup, asked_kinds
from catalogue.records import Catalogue, first_day
from catalogue.schema.model import Track
from catalogue.schema.study import AskedForms
from render import answers
from render.answers import AnswerLine
from render.cite import Citations, plain_text
from render.context import Context
from render.words import ENGLISH

from .search_index import AnswersInIndex, normalize_name, search_script, split_words

_BASES = ("", "published", "recomputed")
_LISTS = ("fillers", "why", "comparing", "which", "others", "first", "define", "api")
_WORDS = (
    *("published", "recomputed", "compare", "compare_text", "changed", "changed_text", "users", "others"),
    *("unstated", "no_such_part", "not_used", "scores", "more"),
)
_ENGLISH_FORMS = 1  # that the Chinese edition knows beside its own
_TOGETHER = 3  # definitions or questions in a piece
_HAN = re.compile("[\u3400-\u9fff]+")
Address = Callable[[str], str]


def answers_in_index(context: Context, address: Address) -> AnswersInIndex:
    """Every file by name, and what the answers put among the words; `address` gives the place in the edition of a path of a source."""
    citations = Citations(context)
    families = list(answers.answers_by_model(context).values())
    files = {}
    for number, found in enumerate(families):
        for group, facts in enumerate(_facts_by_group(found)):
            at = number * len(AnswerGroup) + group
            files[f"f{at}.js"] = search_script("family", at, _pack_family(facts, address))
    techniques, terms = answers.technique_answers(citations), answers.term_answers(context)
    api = answers.api_answers(citations)
    for at, part in enumerate(_in_pieces([_definition_record(one, address) for one in (*techniques, *terms)])):
        files[f"d{at}.js"] = search_script("defined", at, part)
    language = context.words.language
    questions = [
        [plain_text(context, one.ask), plain_text(context, one.answer), address(one.path)]
        for one in context.catalogue.questions
    ]
    for at, part in enumerate(_in_pieces(questions)):
        files[f"q{at}.js"] = search_script("questions", at, part)
    files["api.js"] = search_script("api", 0, _api_records(api, address))
    files["kinds.js"] = search_script("kinds", 0, _kinds_of_fact(context, families))
    files["answers.js"] = search_script(
        "answers", 0, _answers_head(context, families, len(techniques), list(api), address)
    )
    wordings = [
        [plain_text(context, one.ask), *one.otherwise.in_language(language)] for one in context.catalogue.questions
    ]
    names = _number_names(one["names"] for one in (*techniques, *terms))
    asked_at: dict[str, list[str]] = {}
    for one, texts in zip(context.catalogue.questions, wordings, strict=True):
        asked_at.setdefault(address(one.path), []).extend(texts)
    typed = context.catalogue.aliases
    for path, others in typed.asked.items():
        # In Chinese one asks in English too.
        asked_at.setdefault(address(path), []).extend({*others.in_language(language), *others.en})
    # In Chinese a first search weighs the most, and is typed in Chinese.
    spoken = {said: read for said, read in typed.spoken.items() if language == ENGLISH or _HAN.search(said)}
    return AnswersInIndex(files, names, wordings, asked_at, typed.words, typed.lacking, spoken)


def _in_pieces(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[at : at + _TOGETHER] for at in range(0, len(items), _TOGETHER)]


def _facts_by_group(found: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """The facts of a family by the group of their kind; scores, and published values without a kind, each in a group of their own."""
    for group in AnswerGroup:
        yield {
            "answers": {kind: lines for kind, lines in found["answers"].items() if asked_kinds()[kind] is group},
            "details": found["details"] if group is AnswerGroup.LABELLED else [],
            "scores": found["scores"] if group is AnswerGroup.SCORES else [],
            "lacks": [kind for kind in found["lacks"] if asked_kinds()[kind] is group],
        }


def _pack_family(found: dict[str, Any], address: Address) -> dict[str, Any]:
    """Lines as they are, since what repeats takes less compressed than numbers of a list without repetitions would."""

    def packed(line: AnswerLine) -> list[Any]:
        return [line.label, line.text, _BASES.index(line.basis), line.source, address(line.address)]

    return {
        "answers": {
            kind: [[places, list(map(packed, group))] for places, group in groups]
            for kind, groups in found["answers"].items()
        },
        "details": list(map(packed, found["details"])),
        "scores": [[name, packed(line)] for name, line in found["scores"]],
        "lacks": found["lacks"],
    }


def _definition_record(one: Mapping[str, Any], address: Address) -> dict[str, Any]:
    made = {"title": one["title"], "text": one["definition"], "address": address(one["address"])}
    if one.get("models"):
        made |= {"page": made["address"].partition("#")[0], "models": one["models"]}
    if published := one.get("facts"):
        made["facts"] = [[line.label, line.text, line.source, address(line.address)] for line in published]
    if others := one.get("others"):
        made["others"] = [[line.label, line.text, line.source, address(line.address)] for line in others]
    return made


def _api_records(
    api: Mapping[str, tuple[list[AnswerLine], list[AnswerLine]]], address: Address
) -> list[dict[str, Any]]:
    def plain(lines: list[AnswerLine], labelled: bool) -> list[list[str]]:
        return [[line.label if labelled else "", line.text, line.source, address(line.address)] for line in lines]

    return [
        {"title": name, "lines": plain(pointers, False), "prices": plain(prices, True)}
        for name, (pointers, prices) in api.items()
    ]


def _kinds_of_fact(context: Context, families: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    facts, catalogue = context.catalogue.asked.facts, context.catalogue
    models = list(catalogue.models.values())
    general = [number for number, model in enumerate(models) if model.track is Track.GENERAL]
    newest = sorted(general, key=lambda number: first_day(models[number]), reverse=True)
    reference = reference_run(catalogue)
    known = [number for number in newest if reference is not None and models[number] is reference.model]

    def of_flagships(kind: str) -> list[int]:
        """The newest family that says it and the one by which the others are measured, or the newest two."""
        said = [number for number in newest if _is_said(families[number]["answers"].get(kind, ()))]
        return list(dict.fromkeys((*said[:1], *(number for number in known if number in said), *said)))[:2]

    return {
        "kinds": [
            [
                *(kind, answers.kind_label(context.words, kind), group, _asked_forms(context, facts.get(kind))),
                of_flagships(kind),
            ]
            for kind, group in asked_kinds().items()
        ],
        "narrowing": {
            name: [[_comparable_form(form), label] for form, label in dict.fromkeys(listed)]
            for name, listed in answers.narrowing_words(context).items()
        },
    }


def _is_said(groups: Iterable[tuple[list[int], list[AnswerLine]]]) -> bool:
    return any(line.basis for _, lines in groups for line in lines)


def _answers_head(
    context: Context, families: list[dict[str, Any]], techniques: int, api: list[str], address: Address
) -> dict[str, Any]:
    catalogue, asked, interface = context.catalogue, context.catalogue.asked, context.words
    models = list(catalogue.models.values())
    numbers = {model.id: number for number, model in enumerate(models)}
    return {
        "words": {name: interface(f"asked.{name}") for name in _WORDS} | {"and": interface("punctuation.listed")},
        **{name: _asked_forms(context, getattr(asked, name)) for name in _LISTS},
        "pricing": _asked_forms(context, asked.facts.get("price")),
        "groups": len(AnswerGroup),
        "scored": AnswerGroup.SCORES,
        "labelled": AnswerGroup.LABELLED,
        "together": _TOGETHER,
        "families": [
            [
                found["name"],
                address(found["address"]),
                found["flagship"],
                found["variants"],
                numbers.get(_compared_family(catalogue, model.compared_with), -1),
                address(f"{found['address']}#what-changed") if model.changes else "",
            ]
            for model, found in zip(models, families, strict=True)
        ],
        "subjects": _subjects_by_name(context),
        "techniques": techniques,
        "techniquesOn": _techniques_by_page(catalogue),
        "apiNames": {normalize_name(name): number for number, name in enumerate(api)},
        "compare": address("compare/models.md"),
    }


def _techniques_by_page(catalogue: Catalogue) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, technique in enumerate(catalogue.techniques.values()):
        found.setdefault(technique.page or technique.id, []).append(number)
    return found


def _asked_forms(context: Context, forms: AskedForms | None) -> str:
    """Ways of asking in one text: those of the language, and in Chinese the English ones too, which are typed as often."""
    if forms is None:
        return ""
    listed = forms.en if context.words.language == ENGLISH else (*forms.zh, *forms.en[:_ENGLISH_FORMS])
    return "|".join(dict.fromkeys(map(_comparable_form, listed)))


def _comparable_form(text: str) -> str:
    """A way of asking as the search compares it: its Latin words, and its runs of Chinese as they are."""
    return " ".join((*split_words(_HAN.sub(" ", text)), *_HAN.findall(text)))


def _compared_family(catalogue: Catalogue, variant: str | None) -> str:
    entry = catalogue.entries.get(variant or "")
    return entry.model.id if entry else ""


def _subjects_by_name(context: Context) -> dict[str, list[int]]:
    """Families and variants by the words of their names; a name that is a common word is marked as weak."""
    found: dict[str, list[int]] = {}
    for name, (family, variant) in answers.answer_subjects(context).items():
        key = normalize_name(name)
        own = normalize_name(list(context.catalogue.models.values())[family].name)
        weak = key.isalpha() and key != own
        found.setdefault(key, [family, variant, int(weak)])
    return found


def _number_names(listed: Iterable[Iterable[str]]) -> dict[str, int]:
    """The number of what each name stands for."""
    found: dict[str, int] = {}
    for number, names in enumerate(listed):
        for name in names:
            if key := normalize_name(name):
                found.setdefault(key, number)
    return found
