"""What rules look at: validated records beside the files they came from. How a rule is registered."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import cached_property, wraps
from itertools import chain
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from ..experiments import Result
from ..files import DATA_FILES, MODELS
from ..findings import Finding, KeyPath, nearest_in_quotes
from ..lookup import Lookup
from ..records import Entry, resolve_entries
from ..references import Reference
from ..schema.documents import ContemporariesFile, Copies, CopiesFile, DocumentsFile
from ..schema.model import Model, ModelsFile, Variant
from ..schema.setting import SettingsFile
from ..schema.study import (
    AliasesFile,
    AskedFile,
    CorrectionsFile,
    ExperimentsFile,
    ProblemsFile,
    QuestionsFile,
    StudyFile,
)
from ..schema.technique import Technique, TechniquesFile, TermsFile
from ..schema.training import Gpu, Infrastructure, Stage
from ..schema.values import Single, Stated, Text, values_at, walk_record
from ..strict_yaml import Located
from ..uses import Uses

Node = tuple[int, Located, KeyPath, Any]


class Nodes:
    """Records and values in file order, parents first; of single words only keys of references."""

    def __init__(self) -> None:
        self._count = 0
        self._by_kind: defaultdict[type, list[Node]] = defaultdict(list)

    def add_file(self, file: Located, record: BaseModel) -> None:
        for path, value in walk_record(record):
            if not isinstance(value, str) or path[-1:] == ("reference",):
                self._by_kind[type(value)].append((self._count, file, path, value))
                self._count += 1

    def each_record(self, *kinds: type) -> Iterator[tuple[Located, KeyPath, Any]]:
        found = (nodes for kind, nodes in self._by_kind.items() if issubclass(kind, kinds))
        for _, file, path, value in sorted(chain.from_iterable(found), key=lambda node: node[0]):
            yield file, path, value


R = TypeVar("R")


class _RecordOf(Generic[R]):
    """The validated record of the data file with this schema, as an attribute of a draft."""

    def __init__(self, kind: type[R]) -> None:
        self._name, self._kind = next(name for name, file in DATA_FILES.items() if file.schema is kind), kind

    def __get__(self, draft: "Draft", owner: type["Draft"]) -> R:
        record = draft.records[self._name]
        assert isinstance(record, self._kind)
        return record


@dataclass(frozen=True)
class Draft:
    """The catalogue before it is trusted; sources are already inherited."""

    located: Mapping[str, Located]
    records: Mapping[str, Any]
    references_file: str
    references: Mapping[str, Reference]
    results: Mapping[str, Result] = field(default_factory=dict)

    models = _RecordOf(ModelsFile)
    techniques = _RecordOf(TechniquesFile)
    corrections = _RecordOf(CorrectionsFile)
    copies_file = _RecordOf(CopiesFile)
    terms = _RecordOf(TermsFile)
    study = _RecordOf(StudyFile)
    problems = _RecordOf(ProblemsFile)
    experiments = _RecordOf(ExperimentsFile)
    documents = _RecordOf(DocumentsFile)
    aliases = _RecordOf(AliasesFile)
    contemporaries = _RecordOf(ContemporariesFile)
    asked = _RecordOf(AskedFile)
    questions = _RecordOf(QuestionsFile)
    settings = _RecordOf(SettingsFile)

    @property
    def models_file(self) -> Located:
        return self.located[MODELS]

    @cached_property
    def copies(self) -> Copies:
        return Copies.from_file(self.copies_file)

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
    def technique_by_id(self) -> dict[str, Technique]:
        return {technique.id: technique for technique in self.techniques.techniques}

    @cached_property
    def gpus(self) -> dict[str, Gpu]:
        return {gpu.id: gpu for gpu in self.techniques.gpus}

    @cached_property
    def lookup(self) -> Lookup:
        return Lookup(self.by_id, self.technique_by_id, self.entries, self.gpus, self.models.api_prices, self.settings)

    @cached_property
    def uses(self) -> Uses:
        return Uses(self.by_id, self.entries, self.techniques.techniques)

    def each_value(self, file: str, pattern: str) -> Iterator[tuple[KeyPath, Any]]:
        """What stands in a data file at a path such as `guides.*.id`."""
        return values_at(self.records[file], pattern)

    def each_model(self) -> Iterator[tuple[KeyPath, Model]]:
        for index, model in enumerate(self.models.models):
            yield ("models", index), model

    def each_variant(self) -> Iterator[tuple[KeyPath, Model, Variant]]:
        for path, model in self.each_model():
            for index, variant in enumerate(model.variants):
                yield (*path, "variants", index), model, variant

    def each_stage(self) -> Iterator[tuple[KeyPath, Model, Stage]]:
        for path, model in self.each_model():
            for index, stage in enumerate(model.training):
                yield (*path, "training", index), model, stage

    def each_infrastructure(self) -> Iterator[tuple[KeyPath, Model, Infrastructure]]:
        for path, model in self.each_model():
            if model.infrastructure is not None:
                yield (*path, "infrastructure"), model, model.infrastructure

    @cached_property
    def _nodes(self) -> Nodes:
        nodes = Nodes()
        for name, file in DATA_FILES.items():
            if file.cites:
                nodes.add_file(self.located[name], self.records[name])
        return nodes

    def each_record(self, *kinds: type) -> Iterator[tuple[Located, KeyPath, Any]]:
        """Records and values of the files that cite, with their paths, parents first."""
        return self._nodes.each_record(*kinds)

    @cached_property
    def texts(self) -> tuple[tuple[Located, KeyPath, Text], ...]:
        cited = self.each_record(Text)
        others = (name for name, file in DATA_FILES.items() if not file.cites)
        walked = ((self.located[name], *node) for name in others for node in walk_record(self.records[name]))
        return (*cited, *(node for node in walked if isinstance(node[2], Text)))


@dataclass(frozen=True)
class Breach:
    """Where a rule does not hold. What is allowed is the rule, unless it is said here; the file is the rule's, unless it is named."""

    path: KeyPath
    found: str
    allowed: str = ""
    nearest: str = ""
    fix: str = ""
    file: Located | str | None = None


def unknown_name(
    path: KeyPath,
    name: str | None,
    known: Collection[str],
    found: str,
    fix: str = "",
    file: Located | str | None = None,
) -> Iterator[Breach]:
    """Says `found` of a name that is none of those known, with the nearest of them."""
    if name is not None and name not in known:
        yield Breach(path, found, nearest=nearest_in_quotes(name, known), fix=fix, file=file)


def single_values(stated: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Single[Any]]]:
    if isinstance(stated, Stated):
        for variant, single in stated.singles():
            yield ((*path, "by_variant", variant) if variant else path), single
    elif isinstance(stated, Single):
        yield path, stated


def repeated_ids(
    file: Located, ids: Iterable[tuple[KeyPath, str]], kind: str = "id", fix: str = "choose another id"
) -> Iterator[Breach]:
    first: dict[str, KeyPath] = {}
    for path, word in ids:
        if word in first:
            where = file.relative_line(first[word], path)
            yield Breach(path, f"{kind} `{word}` for the second time (first on {where})", fix=fix, file=file)
        first.setdefault(word, path)


Rule = Callable[[Draft], Iterator[Finding]]


class Scope(Enum):
    """What a rule looks at, which decides when it runs."""

    IDS = auto()
    """Ids and what leads to them; runs first, because others would stumble over them."""
    ENTRY = auto()
    """One entry at a time; runs even where an entry cannot be read, or an id is used twice."""
    CATALOGUE = auto()
    """Several entries or files beside each other; needs all of them."""
    ARCHITECTURE = auto()
    """What follows from an architecture; says nothing of one whose dimensions contradict each other, and runs last."""


REGISTERED: dict[Rule, Scope] = {}


def rule_text(check: Callable[..., object]) -> str:
    return " ".join((check.__doc__ or "").split())


def rule(
    scope: Scope, of: str = MODELS, fix: str = ""
) -> Callable[[Callable[[Draft], Iterator[Breach | Finding]]], Rule]:
    """Register a generator as a rule: its docstring is shown, and says what is allowed; `of` is the file that it looks at."""

    def register(check: Callable[[Draft], Iterator[Breach | Finding]]) -> Rule:
        text = rule_text(check).removesuffix(".")
        allowed = text if text[1:2].isupper() else text[:1].lower() + text[1:]

        @wraps(check)
        def named(draft: Draft) -> Iterator[Finding]:
            for each in check(draft):
                if isinstance(each, Breach):
                    file = each.file if isinstance(each.file, Located) else draft.located[each.file or of]
                    each = file.finding(each.path, each.found, each.allowed, each.nearest, each.fix)
                yield replace(each, allowed=each.allowed or allowed, fix=each.fix or fix, rule=check.__name__)

        REGISTERED[named] = scope
        return named

    return register


def in_scope(*scopes: Scope) -> tuple[Rule, ...]:
    return tuple(check for check, scope in REGISTERED.items() if scope in scopes)
