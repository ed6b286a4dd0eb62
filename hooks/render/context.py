"""What every page needs: the catalogue, the words and the templates."""

import os
import re
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

from catalogue.derive.problems import SolvedProblem, solve_problems
from catalogue.lookup import Lookup
from catalogue.records import Catalogue
from catalogue.references import Reference
from catalogue.schema.technique import Technique
from catalogue.schema.values import Text
from catalogue.uses import Uses

from .assets import figure_source
from .format import Loci
from .words import CHINESE, Words

T = TypeVar("T")
_KINDS = {"https://github.com/deepseek-ai/": "code", "https://huggingface.co/deepseek-ai/": "card"}
_OWN = re.compile(r"^DeepSeek[- ](?=[A-Z])")
_COMPILED = Path(__file__).parents[2] / ".templates"


@dataclass(frozen=True)
class Context:
    catalogue: Catalogue
    words: Words
    templates: Environment

    @cached_property
    def lookup(self) -> Lookup:
        return Lookup.of_catalogue(self.catalogue)

    @cached_property
    def uses(self) -> Uses:
        return Uses(self.catalogue.models, self.catalogue.entries, self.catalogue.techniques.values())

    @cached_property
    def problems(self) -> tuple[SolvedProblem, ...]:
        return tuple(
            solve_problems(self.catalogue.problems, self.catalogue.entries, self.lookup, self.catalogue.results)
        )

    @cached_property
    def short_titles(self) -> dict[str, str]:
        """`V3 code`: what lists of sources call a document; with its kind or its host where two would be called alike."""
        references, language = self.catalogue.references, self.words.language
        short = {
            key: reference.short_in(language) or self._short_title(reference) for key, reference in references.items()
        }
        times = Counter(short.values())
        told = {
            key: name if times[name] == 1 else self._named_apart(name, references[key]) for key, name in short.items()
        }
        told_times = Counter(told.values())
        return {
            key: name if told_times[name] == 1 else references[key].title_in(language) for key, name in told.items()
        }

    def _short_title(self, reference: Reference) -> str:
        """A title up to the colon; of a document that DeepSeek named after a model, the model and what it is."""
        head = re.split(": |：", reference.title_in(self.words.language))[0].removeprefix("deepseek-ai/")
        kind = kind_of_document(reference)
        if not kind or not head.lower().startswith("deepseek"):
            return head
        return self.words(f"source.kind.{kind}", name=_OWN.sub("", head))

    def _named_apart(self, name: str, reference: Reference) -> str:
        if kind := kind_of_document(reference):
            return self.words(f"source.kind.{kind}", name=name)
        host = (reference.url or "").removeprefix("https://").partition("/")[0].removeprefix("www.")
        return name + self.words("punctuation.bracketed", text=host)

    @cached_property
    def _once(self) -> dict[Hashable, Any]:
        return {}

    def made_once(self, name: Hashable, make: Callable[[], T]) -> T:
        """Cached under a name: what many pages show or need."""
        if name not in self._once:
            self._once[name] = make()
        made: T = self._once[name]
        return made

    @cached_property
    def _loci(self) -> Loci:
        return Loci(self.catalogue.glossary.places)

    def localized_place(self, locus: str) -> str:
        return self._loci(locus) if self.words.language == CHINESE else locus

    def html(self, template: str, **values: Any) -> str:
        return self.templates.get_template(template).render(words=self.words, **values).strip()

    def outside_name(self, name: str) -> str:
        """A model that is not in the catalogue, as this language calls it."""
        other = self.catalogue.other_models.get(name)
        return other.zh if other and other.zh and self.words.language == CHINESE else name

    def short_name(self, technique: Technique) -> str:
        """In Chinese the Chinese name, where the short one is an English phrase."""
        short = technique.abbreviation
        if short is None or (self.words.language == CHINESE and " " in short and Text(en=short).lacks_chinese):
            return self.words.text(technique.name)
        return short


def kind_of_document(reference: Reference) -> str:
    """Of a paper and of what DeepSeek released; empty for others and for copies."""
    if reference.copy:
        return ""
    if reference.eprint:
        return "paper"
    return next((kind for address, kind in _KINDS.items() if (reference.url or "").startswith(address)), "")


def load_templates() -> Environment:
    figure_source.cache_clear()  # while serving, scripts may have changed as templates may
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=template_cache(),
    )


def template_cache() -> FileSystemBytecodeCache | None:
    """Where compiled templates, the theme's too, are kept between builds; None where nothing can be written.

    Compiling takes half a second an edition; Jinja sees when a template has changed.
    """
    try:
        _COMPILED.mkdir(exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(_COMPILED)) if os.access(_COMPILED, os.W_OK) else None


def make_context(catalogue: Catalogue, words: Words, shared: Environment | None = None) -> Context:
    return Context(catalogue, words, shared or load_templates())
