"""What rules look at: validated records beside the files they came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from ..data_files import (
    ALIASES,
    COPIES,
    CORRECTIONS,
    DATA_FILES,
    DOCUMENTS,
    MODELS,
    PROBLEMS,
    STUDY,
    TECHNIQUES,
    TERMS,
)
from ..findings import Finding, Path
from ..located import Located
from ..lookup import Lookup
from ..records import Entry, resolve_entries
from ..references import Reference
from ..schema.aliases import AliasesFile
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

R = TypeVar("R")


@dataclass(frozen=True)
class Draft:
    """The catalogue before it is trusted. Sources are already handed down.

    Attributes:
        located: Each data file by its name, with its lines.
        records: What it says, validated.
    """

    located: Mapping[str, Located]
    records: Mapping[str, Any]
    references_file: str
    references: Mapping[str, Reference]

    @property
    def models(self) -> ModelsFile:
        return self._record(MODELS, ModelsFile)

    @property
    def models_file(self) -> Located:
        return self.located[MODELS]

    @property
    def techniques(self) -> TechniquesFile:
        return self._record(TECHNIQUES, TechniquesFile)

    @property
    def techniques_file(self) -> Located:
        return self.located[TECHNIQUES]

    @property
    def corrections(self) -> CorrectionsFile:
        return self._record(CORRECTIONS, CorrectionsFile)

    @property
    def corrections_located(self) -> Located:
        return self.located[CORRECTIONS]

    @property
    def copies_file(self) -> CopiesFile:
        return self._record(COPIES, CopiesFile)

    @property
    def copies_located(self) -> Located:
        return self.located[COPIES]

    @property
    def terms(self) -> TermsFile:
        return self._record(TERMS, TermsFile)

    @property
    def terms_located(self) -> Located:
        return self.located[TERMS]

    @property
    def study(self) -> StudyFile:
        return self._record(STUDY, StudyFile)

    @property
    def study_located(self) -> Located:
        return self.located[STUDY]

    @property
    def problems(self) -> ProblemsFile:
        return self._record(PROBLEMS, ProblemsFile)

    @property
    def problems_located(self) -> Located:
        return self.located[PROBLEMS]

    @property
    def documents(self) -> DocumentsFile:
        return self._record(DOCUMENTS, DocumentsFile)

    @property
    def documents_located(self) -> Located:
        return self.located[DOCUMENTS]

    @property
    def aliases(self) -> AliasesFile:
        return self._record(ALIASES, AliasesFile)

    def _record(self, name: str, kind: type[R]) -> R:
        record = self.records[name]
        assert isinstance(record, kind)
        return record

    @cached_property
    def copies(self) -> Copies:
        return Copies.of(self.copies_file)

    @cached_property
    def by_id(self) -> dict[str, Model]:
        return {model.id: model for model in self.models.models}

    @cached_property
    def entries(self) -> dict[str, Entry]:
        return resolve_entries(self.models.models, self.models.other_models)

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
        for name, file in DATA_FILES.items():
            if file.cites:
                nodes.add(self.located[name], self.records[name])
        return nodes

    def of(self, *kinds: type, key: str | None = None) -> Iterator[tuple[Located, Path, Any]]:
        """Every record and value of some kinds in the files that cite, under a `key` where one is given, with its path, parents first."""
        return self._nodes.of(*kinds, key=key)

    @cached_property
    def texts(self) -> tuple[tuple[Located, Path, Text], ...]:
        """Every text for readers in all files, with its path."""
        found = [*self.of(Text)]
        for name, file in DATA_FILES.items():
            if file.cites:
                continue
            nodes = Nodes()
            nodes.add(self.located[name], self.records[name])
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


def repeated_ids(
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
