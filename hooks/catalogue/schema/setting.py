"""How a score was taken: fields whose words stand in data/settings.yaml, with their Chinese and what they mean."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from .quantities import Count
from .values import Block, Detail, Identifier, Record, Single, Text, optional, required

NOT_STATED = "not stated"
GAP = ", "
NUMBER = "<n>"


class Setting(Record):
    """How a score was taken: scores whose fields are the same stand in one list. A field holds a word of data/settings.yaml, or several with commas."""

    part: str | None = optional(
        "Which part of the benchmark: a set of contests, a period, a split, a language, a category.", "2408-2505"
    )
    modality: str | None = optional("Whether questions with images are in.", "text only")
    shots: str | None = optional("Solved examples in the prompt.", "5-shot")
    method: str | None = optional("How an answer is reached.", "chain of thought")
    tools: str | None = optional("Tools that the model may use.", "no tools")
    harness: str | None = optional("The program around the model, or the framework that asks it.", "Agentless")
    mode: str | None = optional("Mode or effort of the model.", "Max")
    metric: str | None = optional("What is counted.", "EM")
    attempts: str | None = optional("How many answers are drawn, and which count.", "Pass@1")
    printed: Text | None = optional("The source's own words, where the fields say it in others.", "Agent mode")

    @property
    def fields(self) -> dict[str, str]:
        """In the order in which they are read; without `printed`."""
        return {name: value for name in FIELDS if (value := getattr(self, name)) is not None}

    @property
    def typed(self) -> str:
        """`5-shot, EM`."""
        return GAP.join(self.fields.values())


FIELDS = tuple(name for name in Setting.model_fields if name != "printed")


class Counted(StrEnum):
    """What a metric counts."""

    SOLVED = "problems solved, in per cent"
    NUMBER = "a number, no part of a hundred"
    LESS = "less is better"
    NEITHER = "neither more nor less is better"


class SettingWord(Block):
    """A word of a field; `<n>` in it stands for a number."""

    word: str = required("The word, as it is typed.", "<n> votes", min_length=1)
    shown: str | None = optional("What English readers see, where that is not the word.", "harness not stated")
    zh: str | None = optional("What Chinese readers see, where that is not the word.", "<n> 票")
    means: Text | None = optional("What it is, where its name does not say so; a sentence for below the lists.")
    counted: Counted | None = optional("Of a metric: what it counts; an axis and an interval depend on it.")


_Words = tuple[SettingWord, ...]


class SettingWords(Record):
    """The words of each field of a setting."""

    part: _Words = optional("Parts of benchmarks.", default=())
    modality: _Words = optional("Modalities.", default=())
    shots: _Words = optional("Numbers of examples.", default=())
    method: _Words = optional("Ways to an answer.", default=())
    tools: _Words = optional("Tools.", default=())
    harness: _Words = optional("Programs around the model.", default=())
    mode: _Words = optional("Modes.", default=())
    metric: _Words = optional("Metrics.", default=())
    attempts: _Words = optional("Numbers of attempts.", default=())


class BenchmarkKind(StrEnum):
    """What a benchmark's number is; of a share of solved problems an interval can be computed."""

    SOLVED = "share of problems solved"
    RATING = "rating"
    JUDGED = "judged"
    OTHER = "other"


class Benchmark(Block):
    """How many problems a benchmark has, as its authors say or as their files count, and what its number is."""

    id: Identifier = required("Name by which texts quote it, as `benchmark:aime-2024/problems`.", "aime-2024")
    names: tuple[str, ...] = required("Its names in tables.", ["AIME 2024"], min_length=1)
    kind: BenchmarkKind = required("What its number is. Whether several answers are drawn is said by `attempts`.")
    problems: Single[Count] | None = optional("How many problems all of it has.", 30)
    parts: dict[str, Single[Count]] = optional(
        "How many problems a part has, by the word of `part` or `modality`.", {"February": 30}, default={}
    )


class Apart(Block):
    """A benchmark on which one score stands in two settings."""

    benchmark: str = required("Its name in tables.", "CLUEWSC")
    because: Text = required("Why the settings differ, in a sentence for below the lists.")


class SettingsFile(Record):
    """data/settings.yaml."""

    words: SettingWords = optional("The vocabulary.", default=SettingWords())
    asked: dict[str, tuple[str, ...]] = optional(
        "By benchmark, the fields that a row fills in, if only with `not stated`, because scores depend on them.",
        {"Codeforces": ["part"]},
        default={},
    )
    apart: tuple[Apart, ...] = optional("Benchmarks on which one score may stand in two settings.", default=())
    benchmarks: tuple[Benchmark, ...] = optional("Benchmarks, with their numbers of problems.", default=())
    found: tuple[Detail, ...] = optional(
        "What others say of scores, quoted as `scores/label.value`, and what they made again, quoted as `others/label.value`.",
        default=(),
    )


def each_word(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for field, value in fields.items():
        yield from ((field, word) for word in value.split(GAP))
