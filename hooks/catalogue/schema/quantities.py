"""Values that are one YAML scalar, and those of them that are quantities: numbers as a source prints them.

Takes what the strict YAML reader yields (str, int, Written) and gives frozen records.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class Scalar:
    """Values written as one YAML scalar."""

    json_schema: ClassVar[JsonSchemaValue]  # as it is typed

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Raises ValueError that says what is allowed."""
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def validate(data: Any) -> Any:
            return data if isinstance(data, cls) else cls.parse(data)

        return core_schema.no_info_plain_validator_function(validate)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return dict(cls.json_schema)


_QUANTITY = re.compile(
    r"(?P<qualifier>[~<>≤≥]?)(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?P<suffix>[KMBT%]?)", re.ASCII
)


_LARGEST = Decimal(10) ** 27

_ECMA_QUANTITY = re.sub(r"\(\?P<\w+>", "(", _QUANTITY.pattern)  # editors refuse Python's named groups


@dataclass(frozen=True)
class Quantity(Scalar):
    """A number as a source prints it: `236B`, `~600K`, `0.1`, `42.5%`.

    `text` keeps the printed form, `value` is exact, and `step` is one unit of the last
    printed digit, so that `236B` is known to mean 236 ± 0.5 billion.
    """

    text: str
    value: Decimal
    step: Decimal
    qualifier: str = ""

    factors: ClassVar[Mapping[str, Decimal]] = {
        "": Decimal(1),
        "%": Decimal(1),
        "K": Decimal(10**3),
        "M": Decimal(10**6),
        "B": Decimal(10**9),
        "T": Decimal(10**12),
    }
    allowed: ClassVar[str] = (
        "a number, optionally with K, M, B, T or % behind it and ~, <, >, ≤ or ≥ before it, "
        "for example 4096, 2.4e-4, 236B or ~600K"
    )
    json_schema: ClassVar[JsonSchemaValue] = {
        "anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{_ECMA_QUANTITY}$"}]
    }

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Raises ValueError."""
        if isinstance(data, bool) or not isinstance(data, int | Decimal | str):
            raise ValueError(f"not a quantity; allowed is {cls.allowed}")
        written = str(getattr(data, "written", data))
        match = _QUANTITY.fullmatch(written)
        if match is None or match["suffix"] not in cls.factors:
            raise ValueError(f"not a quantity; allowed is {cls.allowed}")
        number, factor = Decimal(match["number"]), cls.factors[match["suffix"]]
        if abs(number) > _LARGEST:
            raise ValueError(f"more than anything here can be; allowed is {cls.allowed}")
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int)
        return cls(
            text=written, value=number * factor, step=Decimal(1).scaleb(exponent) * factor, qualifier=match["qualifier"]
        )

    @property
    def is_percentage(self) -> bool:
        return self.text.endswith("%")

    @property
    def digits(self) -> int | None:
        """Significant digits of a rounded number, two of `2.1B`; None where all count, as in `2048`."""
        return len(str(int(abs(self.value) / self.step))) if self.qualifier or self.step != 1 else None


@dataclass(frozen=True)
class Count(Quantity):
    """A number of things: parameters, tokens, GPUs. None of them is less than one, or a part of a hundred."""

    factors: ClassVar[Mapping[str, Decimal]] = {k: v for k, v in Quantity.factors.items() if k != "%"}
    allowed: ClassVar[str] = (
        "a count above 0, optionally with K, M, B or T behind it and ~, <, >, ≤ or ≥ before it, "
        "for example 4096, 236B or ~600K; `not published` where the sources do not say"
    )
    json_schema: ClassVar[JsonSchemaValue] = {
        "anyOf": [
            {"type": "number", "exclusiveMinimum": 0},
            {"type": "string", "pattern": r"^[~<>≤≥]?\d+(\.\d+)?([eE][-+]?\d+)?[KMBT]?$"},
        ]
    }

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Raises ValueError."""
        count = super().parse(data)
        if count.value <= 0:
            raise ValueError(f"not a count; allowed is {cls.allowed}")
        return count


@dataclass(frozen=True)
class Amount(Quantity):
    """Hours, money, samples: what Chinese counts in 万 and 亿, while sizes and tokens keep their letter."""


@dataclass(frozen=True)
class Length(Quantity):
    """A length in tokens. Here K is 1,024, as in every paper that says 4K and means 4,096."""

    factors: ClassVar[Mapping[str, Decimal]] = {"": Decimal(1), "K": Decimal(1024), "M": Decimal(1024**2)}
    allowed: ClassVar[str] = "a number of tokens, such as 4096 or 128K (K is 1,024 here)"
    json_schema: ClassVar[JsonSchemaValue] = {
        "anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^[~<>≤≥]?\d+(\.\d+)?[KM]$"}]
    }


@dataclass(frozen=True)
class Share(Quantity):
    """A share in percent, such as `87%`."""

    factors: ClassVar[Mapping[str, Decimal]] = {"%": Decimal(1)}
    allowed: ClassVar[str] = "a percentage such as 87% or ~31.6%"
    json_schema: ClassVar[JsonSchemaValue] = {"type": "string", "pattern": r"^[~<>≤≥]?\d+(\.\d+)?%$"}
