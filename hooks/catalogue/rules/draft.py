"""What rules look at: validated records beside the files they came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..findings import Finding, Path
from ..located import Located
from ..lookup import Lookup
from ..records import Entry, entries
from ..references import Reference
from ..schema.copies import Copies, CopiesFile
from ..schema.correction import CorrectionsFile
from ..schema.documents import DocumentsFile
from ..schema.gpu import Gpu
from ..schema.model import Model, ModelsFile, Variant
from ..schema.problem import ProblemsFile
from ..schema.study import StudyFile
from ..schema.technique import TechniquesFile
from ..schema.term import TermsFile
from ..schema.values import Text
from ..uses import Uses
from .nodes import Nodes


@dataclass(frozen=True)
class Draft:
    """The catalogue before it is trusted. Sources are already handed down."""

    models_file: Located
    models: ModelsFile
    techniques_file: Located
    techniques: TechniquesFile
    references_file: str
    references: Mapping[str, Reference]
    copies_located: Located = field(default_factory=lambda: Located(""))
    copies_file: CopiesFile = field(default_factory=CopiesFile)
    terms_located: Located = field(default_factory=lambda: Located(""))
    terms: TermsFile = field(default_factory=TermsFile)
    study_located: Located = field(default_factory=lambda: Located(""))
    study: StudyFile = field(default_factory=StudyFile)
    corrections_located: Located = field(default_factory=lambda: Located(""))
    corrections: CorrectionsFile = field(default_factory=CorrectionsFile)
    problems_located: Located = field(default_factory=lambda: Located(""))
    problems: ProblemsFile = field(default_factory=ProblemsFile)
    documents_located: Located = field(default_factory=lambda: Located(""))
    documents: DocumentsFile = field(default_factory=DocumentsFile)

    @cached_property
    def copies(self) -> Copies:
        return Copies.of(self.copies_file)

    @cached_property
    def by_id(self) -> dict[str, Model]:
        return {model.id: model for model in self.models.models}

    @cached_property
    def entries(self) -> dict[str, Entry]:
        return entries(self.models.models, self.models.other_models)

    @cached_property
    def technique_ids(self) -> tuple[str, ...]:
        return tuple(technique.id for technique in self.techniques.techniques)

    @cached_property
    def gpus(self) -> dict[str, Gpu]:
        return {gpu.id: gpu for gpu in self.techniques.gpus}

    @cached_property
    def lookup(self) -> Lookup:
        return Lookup(self.by_id, {t.id: t for t in self.techniques.techniques}, self.entries, self.gpus)

    @cached_property
    def uses(self) -> Uses:
        return Uses(self.by_id, self.entries, self.techniques.techniques)

    def each_model(self) -> Iterator[tuple[Path, Model]]:
        """Models with their path in the file."""
        for index, model in enumerate(self.models.models):
            yield ("models", index), model

    def each_variant(self) -> Iterator[tuple[Path, Model, Variant]]:
        """Variants with their path and their model."""
        for path, model in self.each_model():
            for index, variant in enumerate(model.variants):
                yield (*path, "variants", index), model, variant

    @cached_property
    def _nodes(self) -> Nodes:
        """Every record and value of the files that cite."""
        nodes = Nodes()
        nodes.add(self.models_file, self.models)
        nodes.add(self.techniques_file, self.techniques)
        nodes.add(self.corrections_located, self.corrections)
        return nodes

    def of(self, *kinds: type, key: str | None = None) -> Iterator[tuple[Located, Path, Any]]:
        """Every record and value of some kinds in the files that cite, under a `key` where one is given, with its path, parents first."""
        return self._nodes.of(*kinds, key=key)

    @cached_property
    def texts(self) -> tuple[tuple[Located, Path, Text], ...]:
        """Every text for readers in all files, with its path."""
        found = [*self.of(Text)]
        for located, record in (
            (self.terms_located, self.terms),
            (self.study_located, self.study),
            (self.problems_located, self.problems),
            (self.documents_located, self.documents),
        ):
            nodes = Nodes()
            nodes.add(located, record)
            found += nodes.of(Text)
        return tuple(found)

    def finding(
        self,
        path: Path,
        found: str,
        allowed: str = "",
        nearest: str = "",
        fix: str = "",
        repair: tuple[str, str] | None = None,
    ) -> Finding:
        """A finding in the models file."""
        return self.models_file.finding(path, found, allowed, nearest, fix, repair)


def repeated(
    file: Located, said: Iterable[tuple[Path, str]], kind: str = "id", fix: str = "choose another id"
) -> Iterator[Finding]:
    """What is said for a second time of things that each have their own: ids or names, with where they stand."""
    first: dict[str, Path] = {}
    for path, word in said:
        if word in first:
            yield file.finding(
                path,
                f"{kind} `{word}` for the second time (first on {file.place(first[word], path)})",
                f"each {kind} once",
                fix=fix,
            )
        first.setdefault(word, path)
