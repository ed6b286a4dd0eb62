"""Avoided forms in words of the interface and hand-written pages; and a whole project read and checked."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import yaml

from catalogue import files, strict_yaml
from catalogue.attention import KINDS
from catalogue.facts import FACTS
from catalogue.files import ALIASES, QUESTIONS, STUDY, TECHNIQUES, TERMS, find_pages
from catalogue.findings import Finding, KeyPath, nearest_in_quotes
from catalogue.load import load_catalogue
from catalogue.records import Catalogue
from catalogue.schema.technique import Language
from catalogue.schema.values import Text, each_below, values_at
from catalogue.strict_yaml import Located
from catalogue.text import (
    AVOIDED_FORM_FIX,
    AvoidedForms,
    avoided_forms,
    chinese_slips,
    english_sentence,
    text_slips,
    unequal_quotes,
)
from render.context import make_context
from render.figures.engine import FIGURES, unreadable_scripts, words_of_figures
from render.formula import FormulaError, formula_mathml
from render.pages.glossary import TermsInText
from render.site import site_of
from render.words import CHINESE, BrokenWords, Words, load_words, missing_word

from . import HandWrittenPages, PageError, find_unreadable, hand_written_pages
from .markup import html_problems


def find_avoided_forms(catalogue: Catalogue, words: Mapping[str, Words], docs: Path) -> list[Finding]:
    found: list[Finding] = []
    for language in Language:
        wanted = avoided_forms(catalogue.glossary, language)
        needed: set[str] = set()
        for file, line, key, text in [*_interface_texts(words[language]), *_page_lines(docs / language)]:
            found += [
                Finding(file, line, key, use.message, use.allowed, fix=AVOIDED_FORM_FIX)
                for use in wanted.find_uses(text)
            ]
            needed.update(wanted.find_exceptions(text))
        found += _unneeded_exceptions(catalogue, wanted, needed, docs.parent / "data" / TERMS)
    return found


def _interface_texts(words: Words) -> Iterator[tuple[str, int, str, str]]:
    for key in words:
        yield *words.word_place(key), key, words(key)


def _page_lines(folder: Path) -> Iterator[tuple[str, int, str, str]]:
    for path in find_pages(folder):
        name = path.relative_to(folder.parent.parent).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield name, number, "", line


def _catalogue_texts(catalogue: Catalogue) -> Iterator[Text]:
    many = (catalogue.models.values(), catalogue.techniques.values(), catalogue.problems, catalogue.questions)
    for record in chain(*many, catalogue.experiments, catalogue.corrections, (catalogue.study, catalogue.glossary)):
        yield from each_below(record, Text)


def _neighbours_of_no_term(data: Path, catalogue: Catalogue, words: Words) -> Iterator[Finding]:
    terms = TermsInText(make_context(catalogue, words))
    for form in catalogue.glossary.neighbours.forms:
        if terms.owner_of(form) is None:
            path, found = ("neighbours", "forms", form), f"`{form}` is no form of a term"
            near = nearest_in_quotes(form, terms.owner)
            yield _read_located(data, TERMS).finding(path, found, "forms in running text", near, "take it out")


def new_neighbours(catalogue: Catalogue, words: Words, docs: Path) -> list[str]:
    """Chinese forms of terms beside characters that nobody has judged, `解码｜器`: worth a line, and no mistake."""
    terms = TermsInText(make_context(catalogue, words))
    written = (text for *_, text in chain(_interface_texts(words), _page_lines(docs / CHINESE)))
    texts = chain(written, (told.zh or "" for told in _catalogue_texts(catalogue)))
    return list(dict.fromkeys(border for text in texts for _, border in terms.find_forms(text) if border))


def _unneeded_exceptions(catalogue: Catalogue, wanted: AvoidedForms, needed: set[str], file: Path) -> Iterator[Finding]:
    stated = {text: avoided.form for avoided, _ in wanted.rights.values() for text in avoided.but}
    missing = {text.lower() for text in stated} - needed
    if not missing:
        return
    for told in _catalogue_texts(catalogue):
        needed.update(wanted.find_exceptions(getattr(told, wanted.language) or ""))
    for text, form in stated.items():
        if text.lower() not in needed:
            line = file.read_text(encoding="utf-8").partition(text)[0].count("\n") + 1
            found = f"`{text}` is listed as right although “{form}” is not used, and no text has it"
            yield Finding(f"data/{TERMS}", line, "", found, fix="take it out of `but:`")


_PLACED_FIGURE = re.compile(r"block\('mechanism-([\w-]+)'\)")
_NO_TEXT = ("date.", "search.stop")


def read_project(root: Path, drafts: Iterable[str] = ()) -> tuple[Catalogue, dict[str, Words]]:
    """Catalogue of the project at `root`, words of both languages; everything checked.

    Pages of the entries `drafts` are made once to find words that only they need. Raises CatalogueError, BrokenWords or
    PageError.
    """
    catalogue, words = read_data(root, drafts)
    check_texts(root, catalogue, words)
    return catalogue, words


def read_data(root: Path, drafts: Iterable[str] = ()) -> tuple[Catalogue, dict[str, Words]]:
    """Without a look at the texts. Raises CatalogueError, BrokenWords, or PageError where a page cannot be read."""
    catalogue = load_catalogue(root / "data")
    words = load_words()
    if broken := [
        Finding(f"hooks/render/{file}", line, "", said, fix="correct it") for file, line, said in unreadable_scripts()
    ]:
        raise PageError(broken)
    if problems := missing_words(catalogue, words, drafts):
        raise BrokenWords("\n".join(problems))
    if found := find_unreadable(root / "docs"):
        raise PageError(found)
    return catalogue, words


def check_texts(root: Path, catalogue: Catalogue, words: Mapping[str, Words]) -> None:
    """Raises PageError with everything that is wrong in hand-written pages, words of the interface and the catalogue."""
    written = hand_written_pages(catalogue, words, root / "docs")
    found = find_avoided_forms(catalogue, words, root / "docs")
    found += [finding for pages in written for finding in pages.find_problems()]
    found += _missing_counterparts(written)
    found += _sections_and_quotes_of_one_language(written)
    found += _misplaced_figures(written)
    found += chain.from_iterable(map(slips_in_words, words.values()))
    found += _unreadable_settings(root)
    found += _broken_formulas(root / "data", catalogue)
    found += _missing_pages_named_in_data(root / "data", catalogue, written[0].pages)
    found += missing_places(root / "data", catalogue, written)
    found += _neighbours_of_no_term(root / "data", catalogue, words[CHINESE])
    if found:
        raise PageError(sorted(set(found)))


def _unreadable_settings(root: Path) -> Iterator[Finding]:
    for file in sorted(root.glob("mkdocs*.yml")):
        try:
            yaml.compose(file.read_text("utf-8"), yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            yield Finding(file.name, line, "", f"not YAML: {error.problem}", fix="correct it, or put back what is lost")


def missing_words(catalogue: Catalogue, words: Mapping[str, Words], drafts: Iterable[str]) -> list[str]:
    """What facts, experiments, kinds of attention, figures or pages of `drafts` need and no file has."""
    facts = [key for fact in FACTS.values() for key in (fact.label, fact.of, fact.mark) if key]
    columns = [
        f"experiments.column.{name}" for one in catalogue.experiments for name in (*one.columns, one.curve) if name
    ]
    parts = [f"term.{part.name}" for kind in KINDS.values() for part in kind.weights]
    parts += [f"drawing.kind_{kind.key}" for kind in KINDS]
    found: dict[str, None] = {}
    for own in words.values():
        collecting = own.collecting_words()
        for key in (*facts, *columns, *parts, *words_of_figures(own)):
            collecting(key)
        for id_ in drafts:
            site_of(make_context(catalogue, collecting), id_)
        found |= collecting.missing
    return list(map(missing_word, found))


def _missing_counterparts(written: Iterable[HandWrittenPages]) -> Iterator[Finding]:
    every = {path for pages in written for path in pages.texts}
    for pages in written:
        for path in sorted(every - pages.texts.keys() - pages.required_pages):
            yield pages.finding(
                path, 1, "is not there", "a page stands in every language", fix="write it, or take out the other"
            )


def _sections_and_quotes_of_one_language(written: Sequence[HandWrittenPages]) -> Iterator[Finding]:
    english, chinese = written
    for path in sorted(english.texts.keys() & chinese.texts.keys()):
        ours, theirs = ([each for each in pages.sections(path) if each[0] > 1] for pages in written)
        same = next((i for i, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0][:2] != pair[1][:2]), None)
        if same is None and len(ours) != len(theirs):
            same = min(len(ours), len(theirs))
        if same is not None:
            said = [
                f"`{'#' * s[same][0]} {'#' + s[same][1] if s[same][1] else '…'}` (line {s[same][2]})"
                if same < len(s)
                else "no section"
                for s in (ours, theirs)
            ]
            line = theirs[same][2] if same < len(theirs) else chinese.texts[path].count("\n")
            yield chinese.finding(
                path,
                line,
                f"section {same + 1} is {said[1]}, in English {said[0]}",
                "the same sections in both languages, with the same names `{ #name }`",
                fix="add the section that is missing, or correct its name",
            )
        only = unequal_quotes(english.texts[path], chinese.texts[path])
        for pages, other, quotes in ((english, "Chinese", only[0]), (chinese, "English", only[1])):
            for quote in dict.fromkeys(quotes):
                name = quote.partition("(")[2].partition(",")[0].rstrip(")") or quote
                line = pages.texts[path].partition(name)[0].count("\n") + 1
                found = f"`{quote}` is not quoted in the {other} page"
                yield pages.finding(path, line, found, "the same quotes in both languages", fix="quote it there too")


def _misplaced_figures(written: Iterable[HandWrittenPages]) -> Iterator[Finding]:
    """A figure stands on the page that its script names, and on no other; asked where any is placed."""
    for pages in written:
        placed = {path: set(_PLACED_FIGURE.findall(text)) for path, text in pages.texts.items()}
        for name, figure in FIGURES.items() if any(placed.values()) else ():
            for id_ in filter(None, (figure.technique, *figure.also)):
                if id_ not in pages.catalogue.techniques:
                    near = nearest_in_quotes(id_, pages.catalogue.techniques)
                    yield Finding(f"hooks/render/scripts/{figure.file}.js", 1, "", f"`{id_}` is no technique", "", near)
            block, script = f"{{{{ block('mechanism-{name}') }}}}", f"hooks/render/scripts/{figure.file}.js"
            if figure.page not in placed and not figure.stands_on_its_technique:
                found = f"`{name}` has no page: `{figure.page}` is none"
                near = nearest_in_quotes(figure.page, placed)
                yield Finding(script, 1, "", found, "a hand-written page, or that of one of its techniques", near)
            if name not in placed.get(figure.page, (name,)):
                found = f"does not place the figure `{name}`, whose page this is in `{script}`"
                yield pages.finding(figure.page, 1, found, fix=f"write `{block}` where it belongs")
            for path in (path for path, names in placed.items() if name in names and path != figure.page):
                found = f"places the figure `{name}`, whose page is `{figure.page}` in `{script}`"
                yield pages.finding(path, 1, found, fix=f"take `{block}` out, or correct the page there")


def slips_in_words(words: Words) -> Iterator[Finding]:
    """Parts of dates are joined elsewhere, and a list of words is no text."""
    for key in words:
        set_as_chinese = words.language == CHINESE and not key.startswith(_NO_TEXT)
        for slip in chain(text_slips(words(key)), chinese_slips(words(key)) if set_as_chinese else ()):
            yield Finding(*words.word_place(key), key, slip.found, slip.allowed, fix="correct it")
        for each in html_problems(words(key)) if "<" in words(key) else ():
            yield Finding(*words.word_place(key), key, each.found, fix=each.fix)
        if words.language == CHINESE and (found := english_sentence(words(key))):
            yield Finding(*words.word_place(key), key, f"“{found}” in English", "Chinese", fix="translate it")


def _broken_formulas(data: Path, catalogue: Catalogue) -> Iterator[Finding]:
    for t, technique in enumerate(catalogue.techniques.values()):
        for f, formula in enumerate(technique.formulas):
            try:
                formula_mathml(formula.latex)
            except FormulaError as error:
                path = ("techniques", t, "formulas", f, "latex")
                yield _read_located(data, TECHNIQUES).finding(path, str(error), fix="correct the LaTeX")


def _read_located(data: Path, name: str) -> Located:
    """A file that was read without a mistake, again for the line of one that only pages show."""
    return strict_yaml.read_yaml(files.read_texts(data, (name,))[name], f"{data.name}/{name}")


def _paths_in_data(catalogue: Catalogue) -> Iterator[tuple[str, KeyPath, str]]:
    """The file, the key and the path of a page, with the anchor of a place or none, wherever the data leads to one."""
    yield from ((ALIASES, ("aliases", path), path) for path in catalogue.aliases.aliases)
    yield from ((ALIASES, ("asked", path), path) for path in catalogue.aliases.asked)
    yield from ((QUESTIONS, ("questions", q, "path"), each.path) for q, each in enumerate(catalogue.questions))


def missing_places(data: Path, catalogue: Catalogue, written: Sequence[HandWrittenPages]) -> Iterator[Finding]:
    """Anchors that the data leads to and a hand-written page lacks.

    Pages made from the data would have to be made for it, which takes longer than all else; tests/test_questions.py looks at the built site.
    """
    for file, key, path in _paths_in_data(catalogue):
        page, _, place = path.partition("#")
        anchors = [pages.anchors_of(page, drawn=True) if page in pages.texts else None for pages in written]
        known = next((each for each in anchors if place and each is not None and place not in each), None)
        if known is not None:
            close = nearest_in_quotes(place, known)
            found = f"`{path}` leads to a place that the page does not have"
            yield _read_located(data, file).finding(key, found, nearest=close)


def _missing_pages_named_in_data(data: Path, catalogue: Catalogue, pages: Collection[str]) -> Iterator[Finding]:
    routes = values_at(catalogue.study, "routes.*.parts.*.steps.*.page")
    named: list[tuple[str, KeyPath, str, str]] = [
        *((TERMS, path, page, ".md") for path, page in values_at(catalogue.glossary, "terms.*.not_on.*")),
        *((*named, "") for named in _paths_in_data(catalogue)),
        *((STUDY, path, page[5:], ".md") for path, page in routes if page.startswith("page:")),
    ]
    for file, path, page, ending in named:
        if page.partition("#")[0] + ending not in pages:
            close = nearest_in_quotes(page, (each.removesuffix(ending) for each in pages))
            found = f"`{page}`: no page of the site has this path"
            yield _read_located(data, file).finding(path, found, nearest=close, fix="correct the path, or take it out")
