"""Files of the search's answers, each loaded when a query needs it.

`answers.js` holds what can be asked for, `f<n>.js` the facts of a family, `defined.js` definitions and users of
techniques, `asked.js` the page of questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from catalogue.lookup import asked_kinds
from catalogue.records import Catalogue, first_day
from catalogue.schema.study import AskedForms
from render import answers
from render.answers import AnswerLine
from render.cite import Citations, plain_text
from render.context import Context
from render.words import ENGLISH, HAN

from .search_index import normalize_name, search_script

_BASES = ("", "published", "recomputed")
_LISTS = ("fillers", "why", "comparing", "which", "first", "define", "api")
_WORDS = (
    "published",
    "recomputed",
    "compare",
    "compare_text",
    "changed",
    "changed_text",
    "users",
    "unstated",
    "no_such_part",
    "not_used",
    "scores",
    "more",
)
_ENGLISH_FORMS = 3  # that the Chinese edition knows beside its own
_TYPED_HAN = 2  # Chinese characters of a name that somebody types in Latin letters
Address = Callable[[str], str]


def answer_files(context: Context, address: Address) -> dict[str, str]:
    """By name; `address` turns a path of a source with an anchor into one in the edition."""
    citations = Citations(context)
    models = list(context.catalogue.models.values())
    families = [answers.model_answers(citations, model) for model in models]
    files = {
        f"f{number}.js": search_script("family", number, _pack_family(found, address))
        for number, found in enumerate(families)
    }
    techniques, terms = answers.technique_answers(context), answers.term_answers(context)
    api = answers.api_answers(citations)
    files["defined.js"] = search_script("defined", 0, _pack_definitions(techniques, terms, api, address))
    asked = [
        [
            plain_text(context, question.ask),
            plain_text(context, question.answer),
            address(question.path),
            question.asked_otherwise(context.words.language),
        ]
        for question in context.catalogue.questions
    ]
    files["asked.js"] = search_script("asked", 0, asked)
    names = [name for one in (*techniques, *terms) for name in one["names"]]
    files["pinyin.js"] = search_script("pinyin", 0, _by_pinyin(names))
    files["answers.js"] = search_script(
        "answers", 0, _answers_head(context, families, techniques, terms, list(api), address)
    )
    return files


def _by_pinyin(names: Iterable[str]) -> dict[str, str]:
    """Chinese names by what is typed without an input method, `zhuyili`."""
    from pypinyin import lazy_pinyin  # reads all phrases of Chinese, which a build of one entry need not wait for

    found: dict[str, str] = {}
    for name in names:
        if len(HAN.findall(name)) >= _TYPED_HAN:
            found.setdefault("".join(lazy_pinyin(name.lower().replace(" ", ""))), name)
    return found


class _Pool:
    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}

    def number(self, item: Any) -> int:
        return self.numbers.setdefault(item, len(self.numbers))


def _pack_family(found: dict[str, Any], address: Address) -> dict[str, Any]:
    texts, addresses, lines = _Pool(), _Pool(), _Pool()

    def packed(line: AnswerLine) -> int:
        return lines.number(
            (
                texts.number(line.label),
                texts.number(line.text),
                _BASES.index(line.basis),
                texts.number(line.source),
                addresses.number(address(line.address)),
            )
        )

    return {
        "answers": {
            kind: [[places, [packed(line) for line in group]] for places, group in groups]
            for kind, groups in found["answers"].items()
        },
        "details": [packed(line) for line in found["details"]],
        "scores": [[name, packed(line)] for name, line in found["scores"]],
        "lacks": found["lacks"],
        "lines": list(lines.numbers),
        "texts": list(texts.numbers),
        "addresses": list(addresses.numbers),
    }


def _pack_definitions(
    techniques: Iterable[dict[str, Any]],
    terms: Iterable[dict[str, Any]],
    api: dict[str, list[AnswerLine]],
    address: Address,
) -> dict[str, Any]:
    listed = [*techniques]
    return {
        "techniques": [
            {"title": t["title"], "address": address(t["address"]).partition("#")[0], "models": t["models"]}
            for t in listed
        ],
        "definitions": [
            {"title": one["title"], "text": one["definition"], "address": address(one["address"])}
            for one in (*listed, *terms)
        ],
        "api": [
            {
                "title": name,
                "lines": [[line.label, line.text, line.basis, line.source, address(line.address)] for line in lines],
            }
            for name, lines in api.items()
        ],
    }


def _answers_head(
    context: Context,
    families: list[dict[str, Any]],
    techniques: list[dict[str, Any]],
    terms: list[dict[str, Any]],
    api: list[str],
    address: Address,
) -> dict[str, Any]:
    words, catalogue, asked = context.words, context.catalogue, context.catalogue.asked
    models = list(catalogue.models.values())
    numbers = {model.id: number for number, model in enumerate(models)}
    return {
        "words": {name: words(f"asked.{name}") for name in _WORDS} | {"and": words("punctuation.listed")},
        **{name: _asked_forms(context, getattr(asked, name)) for name in _LISTS},
        "kinds": [
            [kind, answers.kind_label(words, kind), _asked_forms(context, asked.facts.get(kind))]
            for kind in asked_kinds()
        ],
        "narrowing": answers.narrowing_words(context),
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
        "techniques": len(techniques),
        "defined": _number_names(one["names"] for one in (*techniques, *terms)),
        "apiNames": {normalize_name(name): number for number, name in enumerate(api)},
        "compare": address("compare/models.md"),
        "newestPriced": max(
            (number for number, found in enumerate(families) if "price" in found["answers"]),
            key=lambda number: first_day(models[number]),
            default=0,
        ),
    }


def _asked_forms(context: Context, forms: AskedForms | None) -> str:
    """Ways of asking; in Chinese the English ones too, which are typed as often."""
    if forms is None:
        return ""
    return "|".join(
        forms.en if context.words.language == ENGLISH else dict.fromkeys((*forms.zh, *forms.en[:_ENGLISH_FORMS]))
    )


def _compared_family(catalogue: Catalogue, variant: str | None) -> str:
    entry = catalogue.entries.get(variant or "")
    return entry.model.id if entry else ""


def _subjects_by_name(context: Context) -> dict[str, list[int]]:
    """Families and variants by the words of their names; a common word is marked as weak."""
    found: dict[str, list[int]] = {}
    for name, (family, variant) in answers.answer_subjects(context).items():
        key = normalize_name(name)
        own = normalize_name(list(context.catalogue.models.values())[family].name)
        weak = key.isalpha() and key != own
        found.setdefault(key, [family, variant, int(weak)])
    return found


def _number_names(listed: Iterable[Iterable[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, names in enumerate(listed):
        for name in names:
            # A Chinese name is looked for in the query as it stands, since words of Chinese have no ends.
            key = "".join(name.lower().split()) if HAN.search(name) else normalize_name(name)
            if key:
                found.setdefault(key, number)
    return found
