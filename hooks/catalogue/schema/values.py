"""The small vocabulary of values: texts, dates, sources, a value with its source, bounds, and facets of fields.

Takes what the strict YAML reader yields (str, int, Written, bool, list, dict) and gives frozen records. Knows nothing
of models or techniques.
"""

import re
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    Strict,
    StrictBool,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from .quantities import Amount, Quantity, Scalar

IDENTIFIER = r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$"
Identifier = Annotated[
    str, StringConstraints(pattern=IDENTIFIER), Field(description="Lower-case letters, digits, dots and hyphens.")
]
Positive = Annotated[int, Strict(), Field(gt=0)]
Count = Annotated[int, Strict(), Field(ge=0)]
HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+\.[^\s]+$")]


class Record(BaseModel):
    """A frozen record that refuses keys it does not know. Two that say the same are equal, though each stands at its place."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), defer_build=True)


class Facet(StrEnum):
    """What is known of a field beside its type."""

    DEFAULTED = "left out, it says nothing: files have a default for it, or the source does not speak of it"
    MINOR = "a setting of a file rather than of a design"
    OF_A_PART = "stands only where the architecture has the part that it sizes; left out, it does not apply"
    DEGREE = "over how many devices the work is split; over one it is not"


DEFAULTED, MINOR, OF_A_PART, DEGREE = Facet


class Group(StrEnum):
    """The heading under which a dimension is listed, in this order."""

    BASICS = "basics"
    ATTENTION = "attention"
    EXPERTS = "experts"
    POSITIONS = "positions"
    OTHER = "other"


BASICS, ATTENTION, EXPERTS, POSITIONS, OTHER = Group


@dataclass(frozen=True)
class Kinds:
    """Kinds of attention or feed-forward network that must (`needed_by`) or may (`also_in`) have a field."""

    needed_by: tuple[StrEnum, ...] = ()
    also_in: tuple[StrEnum, ...] = ()

    @property
    def owners(self) -> tuple[StrEnum, ...]:
        return (*self.needed_by, *self.also_in)


@dataclass(frozen=True)
class Bound:
    """The range of a number; a percentage counts as a part of one."""

    lowest: str  # as text, so that it is exact
    highest: str
    above: bool = False  # whether `lowest` itself is excluded
    below: bool = False  # whether `highest` itself is excluded

    def holds(self, value: Quantity | int) -> bool:
        number = Decimal(value) if isinstance(value, int) else value.value
        if isinstance(value, Quantity) and value.is_percentage:
            number /= 100
        low, high = Decimal(self.lowest), Decimal(self.highest)
        return (low < number if self.above else low <= number) and (number < high if self.below else number <= high)

    def __str__(self) -> str:
        return (
            f"{'more than' if self.above else 'at least'} {self._shown_bound(self.lowest)} "
            f"and {'less than' if self.below else 'at most'} {self._shown_bound(self.highest)}"
        )

    @staticmethod
    def _shown_bound(number: str) -> str:
        return f"{int(number):,}" if number.isdigit() else number


SHARE = Bound("0", "1")
RATE = Bound("0", "0.1")
PEAK_RATE = Bound("0", "0.1", above=True)
LENGTH = Bound("256", "16777216")


def required(description: str, *examples: Any, **constraints: Any) -> Any:
    """A field that has to be there: what it is, how it is written, its facets, group, kinds and bound."""
    if written := [each for each in examples if not isinstance(each, Facet | Group | Kinds | Bound)]:
        constraints["examples"] = written
    info = Field(description=description, **constraints)
    info.metadata += [each for each in examples if isinstance(each, Facet | Group | Kinds | Bound)]
    return info


def optional(description: str, *examples: Any, default: Any = None, **constraints: Any) -> Any:
    """A field that may be left out."""
    return required(description, *examples, default=default, **constraints)


_CODE_OR_QUOTE = re.compile(r"`[^`]*`|\{\{.*?\}\}")
# Words of a language, not `AdamW`, `FP8` or `4-shot`; in a name, only those without a capital.
_WORD = re.compile(r"(?<![\w.@/+])[A-Z]?[a-z]{2,}(?![\w.@/+])")
_COMMON_WORD = re.compile(r"(?<![\w.@/+-])[a-z]{2,}(?![\w.@/+-])")


VISIBLE = r"\S"  # of a text that is more than white space


class Text(Record):
    """A text for readers, in English and, where it has been written, in Chinese."""

    _words: ClassVar[re.Pattern[str]] = _WORD

    en: str = required("English text.", pattern=VISIBLE)
    zh: str | None = optional("Simplified Chinese text.", pattern=VISIBLE)

    @property
    def lacks_chinese(self) -> bool:
        """Numbers, abbreviations and code are the same in both languages."""
        return self.zh is None and self._words.search(_CODE_OR_QUOTE.sub("", self.en)) is not None

    @model_validator(mode="before")
    @classmethod
    def _plain_string_is_english(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"en": data}
        if not isinstance(data, Mapping | Text):
            raise ValueError("not a text; allowed is a string in quotes, or {en: …, zh: …}")
        return data

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        in_languages = dict(handler.resolve_ref_schema(handler(schema)))
        in_languages.pop("description", None)
        english = {**in_languages["properties"]["en"]}
        english.pop("description")
        return {"anyOf": [english, in_languages]}


class Name(Text):
    """A proper name, given in Chinese only where it differs."""

    _words: ClassVar[re.Pattern[str]] = _COMMON_WORD


class Title(Text):
    """A few words that fit a line of a list, without a full stop."""

    en: str = required("English text.", max_length=40, pattern=r"[^\s.…]$")
    zh: str | None = optional("Simplified Chinese text.", max_length=24, pattern=r"[^\s。…]$")


@dataclass(frozen=True)
class PartialDate(Scalar):
    """A day, or a month alone where only that is known: `2024-05-07` or `2024-05`."""

    text: str

    json_schema: ClassVar[JsonSchemaValue] = {
        "type": "string",
        "pattern": r"^\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$",
    }

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Raises ValueError for a day or month that does not exist."""
        from datetime import date

        if isinstance(data, str) and re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", data, re.ASCII):
            try:
                date.fromisoformat(data if len(data) == 10 else f"{data}-01")
            except ValueError:
                raise ValueError("there is no such date in the calendar") from None
            return cls(data)
        raise ValueError("not a date; allowed is YYYY-MM-DD, or YYYY-MM where only the month is known")

    @property
    def is_day(self) -> bool:
        return len(self.text) == 10

    @property
    def first_day(self) -> str:
        """The earliest day the date can mean, as an ISO string."""
        return self.text if self.is_day else f"{self.text}-01"

    def surely_before(self, other: Self) -> bool:
        """A month and a day are compared as far as both are written."""
        return self.text[: len(other.text)] < other.text[: len(self.text)]


@dataclass(frozen=True)
class Source(Scalar):
    """Where a value was read: a key of references.bib and a place in it, written `key locus`.

    Where only a copy could be read, it follows behind ` via `.
    """

    key: str
    locus: str = ""
    via: "Source | None" = None
    tabled: bool = field(default=False, compare=False, repr=False)  # whether `via` was filled in from data/copies.yaml
    # Whether `key` is somebody's copy or page about another's work
    second_hand: bool = field(default=False, compare=False, repr=False)


_KEY = re.compile(r"[a-z0-9][a-z0-9.-]*")
# Typed in place of the key of a paper; the rule on references knows which key is meant.
ARXIV_ADDRESS = re.compile(r"https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?")


@dataclass(frozen=True)
class Sources(Scalar):
    """One source or several that say the same, separated by `; `."""

    items: tuple[Source, ...]

    json_schema: ClassVar[JsonSchemaValue] = {"type": "string", "pattern": r"^[a-z0-9][a-z0-9.-]*(\s|;|$)"}

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Raises ValueError."""
        if not isinstance(data, str) or not data.strip():
            raise ValueError("not a source; allowed is `key locus`, for example `deepseek-v3 §4.2`")
        return cls(tuple(parse_source(part) for part in data.split("; ")))


def parse_source(text: str) -> Source:
    """Raises ValueError."""
    original, separator, copy = text.strip().partition(" via ")
    key, _, locus = original.partition(" ")
    if not _KEY.fullmatch(key) and not ARXIV_ADDRESS.fullmatch(key):
        raise ValueError(f"`{key}` is not a reference key; a source is `key locus`, for example `deepseek-v3 §4.2`")
    return Source(key, locus.strip(), parse_source(copy) if separator else None)


class Absence(StrEnum):
    """Why a value is missing. The three are different answers and are shown as such."""

    NOT_PUBLISHED = "not published"
    NOT_APPLICABLE = "not applicable"
    UNKNOWN = "unknown"


T = TypeVar("T", covariant=True)  # a value of counts is one of quantities

# Name of the field `absence` on its way in: no key of a YAML file, where an absence is written as the value.
_ABSENCE = "(absence)"


class Single(Record, Generic[T]):
    """One value, or the reason why there is none, with its source.

    In YAML either the bare value, which takes the source of the block around it, or
    `{value: …, source: …, note: …}`.
    """

    value: T | None = None
    absence: Absence | None = Field(default=None, validation_alias=_ABSENCE)
    source: Sources | None = optional("Where this value was read.")
    note: Text | None = optional("A remark shown with the value.")

    @model_validator(mode="before")
    @classmethod
    def _accept_the_bare_value(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and not set(data) <= {"en", "zh"}:
            data = dict(data)
        elif isinstance(data, Single):
            return data
        else:
            data = {"value": data}
        if isinstance(data.get("value"), str) and data["value"] in set(Absence):
            data[_ABSENCE] = data.pop("value")
        return data

    @model_validator(mode="after")
    def _say_something(self) -> Self:
        if self.value is None and self.absence is None and not getattr(self, "by_variant", None):
            raise ValueError(
                "no value; allowed is a value, or one of the words " + ", ".join(f"`{word}`" for word in Absence)
            )
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        long_form = dict(handler.resolve_ref_schema(handler(schema)))
        properties = dict(long_form["properties"])
        properties.pop(_ABSENCE)
        bare = properties["value"]
        options = bare.get("anyOf", [bare])
        words: JsonSchemaValue = {"enum": [str(word) for word in Absence]}
        properties["value"] = {"anyOf": [*options, words]}
        long_form = {"type": "object", "properties": properties, "additionalProperties": False}
        return {"anyOf": [*options, words, long_form]}


class Stated(Single[T], Generic[T]):
    """A value with its source, which may differ from variant to variant.

    Beside the forms of `Single`: `{by_variant: {variant-id: value, …}, source: …}`.
    """

    by_variant: dict[str, Single[T]] | None = optional("One value per variant, by variant id.")

    def for_variant(self, variant_id: str) -> Single[T] | None:
        """None where nothing is said of the variant."""
        if self.by_variant is None:
            return self
        return self.by_variant.get(variant_id)

    def singles(self) -> tuple[tuple[str | None, Single[T]], ...]:
        """Every value with its variant (None: for all)."""
        if self.by_variant is None:
            return ((None, self),)
        return tuple(self.by_variant.items())


class Block(Record):
    """A part of an entry whose `source` covers every value in it that has none of its own."""

    source: Sources | None = optional(
        "Source of every value in this block that has none of its own.", "deepseek-v3 §4.2"
    )


DetailValue = Annotated[Quantity | Text, Field(union_mode="left_to_right")]


def value_of_variant(stated: Single[T] | None, variant_id: str | None) -> T | None:
    """Of the variant or, without one, of all."""
    single = stated.for_variant(variant_id or "") if isinstance(stated, Stated) else stated
    return single.value if single else None


SingleT = TypeVar("SingleT", bound=Single[Any])
V = TypeVar("V")
M = TypeVar("M")


class Detail(Block):
    """A published value that has no field of its own: a label and what is said."""

    id: Identifier | None = optional("Name of the value in paths and in code, in place of its label.", "sglang-reads")
    label: Text = required("What the value is.", "Rollout temperature")
    value: Stated[DetailValue] = required("The value.", "0.7")
    unit: Text | None = optional("Unit, where the value has one.", "tokens")

    counted: StrictBool | None = optional(
        "Whether it is a number of things, of which Chinese says 3000 万 for 30M; sizes, tokens and operations keep their letter.",
        False,
    )

    @model_validator(mode="after")
    def _count_as_an_amount(self) -> Self:
        if not self.counted:
            return self
        counted = _as_amount(self.value)
        if counted.by_variant:
            counted = counted.model_copy(
                update={"by_variant": {k: _as_amount(v) for k, v in counted.by_variant.items()}}
            )
        return self.model_copy(update={"value": counted})


def _as_amount(value: SingleT) -> SingleT:
    if isinstance(value.value, Quantity):
        return value.model_copy(update={"value": Amount.parse(value.value.text)})
    return value


class Remark(Block):
    """A sentence that states something, with its source."""

    text: Text = required("One or two sentences.", "The first layer keeps a dense feed-forward network.")


def walk_record(record: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Everything in a record with its path, parents first."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), record)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        waiting += [((*path, key), child) for key, child in values_below(value)][::-1]


def each_below(record: Any, kind: type[V]) -> Iterator[V]:
    return (value for _, value in walk_record(record) if isinstance(value, kind))


def values_below(value: Any) -> Iterable[tuple[str | int, Any]]:
    """By key, without absent fields."""
    if isinstance(value, BaseModel):
        return [(name, child) for name, child in vars(value).items() if child is not None]
    if isinstance(value, list | tuple):
        return enumerate(value)
    return value.items() if isinstance(value, dict) else ()


def values_at(
    record: Any, pattern: str, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """What stands at a dotted path below `path`, with `*` for every item of a list; nothing where it is left out."""
    name, dot, rest = pattern.partition(".")
    for key, value in values_below(record):
        if name in ("*", key):
            yield from values_at(value, rest, (*path, key)) if dot else [((*path, key), value)]


@cache
def marked_fields(record: type[BaseModel], kind: type[M]) -> Mapping[str, M]:
    """The bound, group or kinds of each field that has one."""
    found = ((name, marker) for name, info in record.model_fields.items() for marker in info.metadata)
    return {name: marker for name, marker in found if isinstance(marker, kind)}


@cache
def bounded_records() -> tuple[type[Record], ...]:
    return tuple(kind for kind in kinds_below(Record) if marked_fields(kind, Bound))


def kinds_below(kind: type[Record]) -> Iterator[type[Record]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from kinds_below(inner)


@cache
def fields_with(record: type[BaseModel], facet: Facet) -> frozenset[str]:
    """Fields of a record with a facet; those of inner records as `outer.inner`."""
    return frozenset(_fields_with_facet(record, facet))


@cache
def fields_with_values(block: type[Block]) -> tuple[str, ...]:
    """Dotted paths of stated values in the order of the schema, those of inner blocks included and of lists excepted."""
    return tuple(_fields_with_values(block))


def _fields_with_values(block: type[Block]) -> Iterator[str]:
    for name, described in block.model_fields.items():
        options = (described.annotation, *typing.get_args(described.annotation))
        kinds = [kind for kind in options if isinstance(kind, type)]
        if any(issubclass(kind, Stated) for kind in kinds):
            yield name
        if "tuple" in str(described.annotation):
            continue
        for kind in kinds:
            if issubclass(kind, Block) and not issubclass(kind, Single):
                yield from (f"{name}.{below}" for below in fields_with_values(kind))


def stated_values(block: Block) -> Iterator[tuple[str, Stated[Any]]]:
    """The same of a record, with what it states there."""
    found = ((path, stated_at(block, path)) for path in fields_with_values(type(block)))
    return ((path, value) for path, value in found if value is not None)


def stated_at(record: object, path: str) -> Stated[Any] | None:
    for name in path.split("."):
        record = getattr(record, name, None)
    return record if isinstance(record, Stated) else None


def _fields_with_facet(record: type[BaseModel], facet: Facet) -> Iterator[str]:
    for name, info in record.model_fields.items():
        if facet in info.metadata:
            yield name
        for inner in typing.get_args(info.annotation):
            if isinstance(inner, type) and issubclass(inner, Block):
                yield from (f"{name}.{below}" for below in fields_with(inner, facet))


K = TypeVar("K", bound=StrEnum)
P = TypeVar("P")


class KindWithoutPart(SystemExit):
    """Raised while modules load: it ends the program with one line, which says what a new kind still needs."""


def per_kind(what: str, parts: Mapping[K, P], kinds: Iterable[K]) -> Mapping[K, P]:
    """The parts in the order of their kinds. Raises KindWithoutPart where one is missing or belongs to no kind."""
    wanted = list(kinds)
    missing, foreign = set(wanted) - parts.keys(), parts.keys() - set(wanted)
    if missing or foreign:
        odd = ", ".join(sorted(f"`{kind}`" for kind in missing or foreign))
        raise KindWithoutPart(f"{what}: {'there is none for' if missing else 'no kind is called'} {odd}")
    return {kind: parts[kind] for kind in wanted}
