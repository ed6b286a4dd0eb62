"""Which scores stand side by side: those of one benchmark and one kind of table whose settings are the same.

A row's setting is that of its table with its own fields put over it. A row that repeats a score of an earlier one, and says nothing
that the earlier does not, has its setting. Where some row on a benchmark says its part, modality, tools or harness, another that
does not is compared inside its own source's table alone, and so is one that says nothing at all.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

from labs.evaluation import wilson

from .schema.model import Evaluation, EvaluationKind, Model, Row
from .schema.quantities import Quantity
from .schema.setting import (
    FIELDS,
    GAP,
    NOT_STATED,
    NUMBER,
    Benchmark,
    BenchmarkKind,
    Counted,
    SettingsFile,
    SettingWord,
    each_word,
)
from .schema.values import Single, Text

_DIGITS = r"(\(?\d[\d,.]*(?:[-–×]\d[\d,]*)?\)?)"
TELLING = ("part", "modality", "tools", "harness")
_PROBLEMS_TYPED = re.compile(r"(?:sample of )?([\d,]+)(?: problems| tasks)?")
_Benchmark = tuple[bool, str]  # whether base models are measured, which is done in another way; its name


def fields_of(table: Evaluation, row: Row) -> dict[str, str]:
    """What is said of a row, in the order of the fields."""
    said = (table.setting.fields if table.setting else {}) | (row.setting.fields if row.setting else {})
    return {name: said[name] for name in FIELDS if name in said}


def _benchmark_of(table: Evaluation, row: Row) -> _Benchmark:
    return table.kind is EvaluationKind.BASE, row.benchmark.en


@dataclass(frozen=True)
class Vocabulary:
    """The words of data/settings.yaml."""

    file: SettingsFile

    @cached_property
    def _patterns(self) -> dict[str, list[tuple[re.Pattern[str], SettingWord]]]:
        def pattern(word: SettingWord) -> re.Pattern[str]:
            return re.compile(_DIGITS.join(map(re.escape, word.word.split(NUMBER))))

        return {field: [(pattern(word), word) for word in getattr(self.file.words, field)] for field in FIELDS}

    def find(self, field: str, typed: str) -> tuple[SettingWord, str] | None:
        """The word of the vocabulary and the number in it; None where there is none."""
        for pattern, word in self._patterns[field]:
            if match := pattern.fullmatch(typed):
                return word, "".join(match.groups())
        return None

    def text(self, fields: Mapping[str, str]) -> Text | None:
        """`5-shot, EM`, and `5-shot，EM` in Chinese; None where nothing is said."""
        said = [self._shown_word(field, word) for field, word in each_word(fields)]
        return Text(en=GAP.join(en for en, _ in said), zh="，".join(zh for _, zh in said)) if said else None

    def _shown_word(self, field: str, typed: str) -> tuple[str, str]:
        word, number = self.find(field, typed) or (SettingWord(word=typed), "")
        en, zh = word.shown or word.word, word.zh or word.word
        return en.replace(NUMBER, number), zh.replace(NUMBER, number)


class MeasuredRow(NamedTuple):
    model: Model
    table: Evaluation
    row: Row


@dataclass(frozen=True)
class Settings:
    vocabulary: Vocabulary
    told: Mapping[_Benchmark, frozenset[str]]  # of TELLING, the fields that some row says
    firsts: Mapping[int, MeasuredRow]  # by the identity of a row

    @cached_property
    def benchmarks(self) -> Mapping[str, Benchmark]:
        """By each of their names."""
        return {name: benchmark for benchmark in self.vocabulary.file.benchmarks for name in benchmark.names}

    def _counted_by_metric(self, fields: Mapping[str, str]) -> set[Counted | None]:
        """What each word of the metric counts; empty where no metric is named."""
        words = [word for field, word in each_word(fields) if field == "metric"]
        return {found[0].counted if (found := self.vocabulary.find("metric", word)) else None for word in words}

    def problems(self, table: Evaluation, row: Row) -> int | None:
        """How many problems a row's scores are shares of; None where they are no shares, or the number is not known."""
        fields, benchmark = fields_of(table, row), self.benchmarks.get(row.benchmark.en)
        if benchmark is None or benchmark.kind is not BenchmarkKind.SOLVED:
            return None
        if not self._counted_by_metric(fields) <= {Counted.SOLVED}:
            return None
        said = [word for name, word in each_word(fields) if name in ("part", "modality")]
        for word in said:
            if match := _PROBLEMS_TYPED.fullmatch(word):
                return int(match[1].replace(",", ""))
        found = next((benchmark.parts[word] for word in said if word in benchmark.parts), benchmark.problems)
        return int(found.value.value) if found and found.value else None

    def more_is_better(self, table: Evaluation, row: Row) -> bool | None:
        """None where neither more nor less is."""
        counted = self._counted_by_metric(fields_of(table, row))
        return None if Counted.NEITHER in counted else Counted.LESS not in counted

    def in_percent(self, table: Evaluation, row: Row) -> bool:
        """Whether its scores stand on an axis from 0 to 100: shares of problems, or numbers too large for marks out of ten."""
        counted, benchmark = self._counted_by_metric(fields_of(table, row)), self.benchmarks.get(row.benchmark.en)
        most = max((score.value.value for score in row.scores.values() if score.value), default=0)
        if most > 100 or Counted.NUMBER in counted or not self.more_is_better(table, row):
            return False
        return (
            most > 12 or Counted.SOLVED in counted or (benchmark is not None and benchmark.kind is BenchmarkKind.SOLVED)
        )

    def interval(self, table: Evaluation, row: Row, score: Single[Quantity]) -> tuple[float, float] | None:
        """Between which shares, in per cent, a model may lie that has this score on so many problems (95 %)."""
        count = self.problems(table, row)
        if count is None or score.value is None or not 0 <= score.value.value <= 100:
            return None
        low, high = wilson(float(score.value.value) / 100, count)
        return 100 * low, 100 * high

    @classmethod
    def of_models(cls, file: SettingsFile, models: Iterable[Model]) -> Self:
        """`models` are the oldest first."""
        measured = [MeasuredRow(m, table, row) for m in models for table in m.evaluation for row in table.rows]
        return cls(Vocabulary(file), _fields_told(measured), _first_rows(measured))

    def first_row(self, row: Row) -> MeasuredRow:
        """The earliest row with this one's scores whose setting holds for it too; the row itself where it repeats none."""
        return self.firsts[id(row)]

    def compared_fields(self, table: Evaluation, row: Row) -> dict[str, str]:
        """With `not stated` for what other rows on the benchmark say; empty where this one says nothing."""
        fields = fields_of(table, row)
        if not fields:
            return {}
        fields = dict.fromkeys(self.told[_benchmark_of(table, row)], NOT_STATED) | fields
        return {name: fields[name] for name in FIELDS if name in fields}

    def list_key(self, row: Row) -> tuple[str, ...]:
        """The same for scores that may be compared."""
        model, table, row = self.first_row(row)
        fields = self.compared_fields(table, row)
        own: tuple[str, ...] = ()
        if self.is_alone(table, row):
            own = tuple(f"{s.key} {s.locus}" for s in table.source.items) if table.source else (model.id, table.id)
        return (table.kind.value, row.benchmark.en, *(fields.get(name, "") for name in FIELDS), *own)

    def is_alone(self, table: Evaluation, row: Row) -> bool:
        """Whether its scores are comparable inside their table only."""
        fields = self.compared_fields(table, row)
        return not fields or NOT_STATED in fields.values()


def _fields_told(measured: Iterable[MeasuredRow]) -> dict[_Benchmark, frozenset[str]]:
    told: defaultdict[_Benchmark, set[str]] = defaultdict(set)
    for _, table, row in measured:
        said = _said_fields(table, row)
        told[_benchmark_of(table, row)].update(name for name in TELLING if name in said)
    return {benchmark: frozenset(fields) for benchmark, fields in told.items()}


def _first_rows(measured: Iterable[MeasuredRow]) -> dict[int, MeasuredRow]:
    """Of several earlier rows, the one that shares most scores."""
    firsts: dict[int, MeasuredRow] = {}
    before: defaultdict[tuple[object, ...], list[tuple[MeasuredRow, dict[str, str]]]] = defaultdict(list)
    for one in measured:
        fields, said = fields_of(one.table, one.row), _said_fields(one.table, one.row)
        own = [score for score in one.row.scores.items() if fields and score[1].source == one.table.source]
        scores = [(one.table.kind, one.row.benchmark.en, id_, s.value.value) for id_, s in own if s.value]
        repeated = [
            first
            for score in scores
            for first, theirs in before[score]
            if first.table is not one.table and said.items() <= theirs.items()
        ]
        shared = Counter(id(first.row) for first in repeated)
        firsts[id(one.row)] = max(repeated, key=lambda first: shared[id(first.row)], default=one)
        for score in scores:
            before[score].append((firsts[id(one.row)], fields))
    return firsts


def _said_fields(table: Evaluation, row: Row) -> dict[str, str]:
    return {name: word for name, word in fields_of(table, row).items() if word != NOT_STATED}
