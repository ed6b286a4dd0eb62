"""Tables of scores, as a source prints them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool

from .quantities import Quantity
from .values import Block, Facet, Identifier, Name, Record, Single, Text


class Row(Record):
    """One line of an evaluation table."""

    benchmark: Name = Field(description="Benchmark, named as in the table.", examples=["MMLU"])
    setting: Text | None = Field(
        default=None, description="Shots, metric or mode, as in the table.", examples=["5-shot, EM"]
    )
    scores: dict[str, Single[Quantity]] = Field(
        min_length=1, description="Score by variant id.", examples=[{"deepseek-v3-base": "87.1"}]
    )


class LeftOut(Record):
    """Rows of a source's table that are not quoted, and why."""

    rows: tuple[Name, ...] = Field(
        min_length=1,
        description="Which, named as in the table.",
        examples=[["WinoGrande", "RACE-Middle"]],
    )
    why: Text = Field(description="Why they are left out.", examples=["The table prints them for another model only."])


class EvaluationKind(StrEnum):
    """What is compared: base models with base models, chat models with chat models."""

    BASE = "base"
    CHAT = "chat"
    REASONING = "reasoning"
    ABLATION = "ablation"


class Evaluation(Block):
    """Rows of one table of a paper, as it prints them."""

    id: Identifier = Field(description="Unique inside the entry.", examples=["base"])
    title: Text = Field(description="What the table compares.", examples=["Base model against its predecessor"])
    kind: EvaluationKind = Field(description="What is compared.", examples=["base"])
    rows: tuple[Row, ...] = Field(min_length=1, description="Rows in the table's order.")
    complete: StrictBool = Field(
        default=False,
        description="true where every row of the source's table is here; otherwise `left_out` names the others. Columns of other makers' models are never quoted and need no word.",
        examples=[True],
    )
    left_out: Annotated[tuple[LeftOut, ...], Facet.ALTERNATIVE] = Field(
        default=(), description="Rows of the source's table that are not here and why, which is shown above the table."
    )
    note: Text | None = Field(
        default=None,
        description="How the scores were taken, where it matters.",
        examples=["All models were evaluated by the authors."],
    )
