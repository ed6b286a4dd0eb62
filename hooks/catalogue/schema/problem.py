"""data/problems.yaml: problems with worked solutions; what ends in a number is computed by the build."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from .study import PAGE
from .values import Identifier, Record, Text


class ProblemKind(StrEnum):
    """What a problem asks for."""

    COMPUTE = "compute"
    ESTIMATE = "estimate"
    DERIVE = "derive"
    PREDICT = "predict and run"
    CODE = "write and test"
    PUZZLE = "puzzle"
    ERROR = "find the error"
    CLAIM = "read critically"
    DESIGN = "design"
    EXPLAIN = "explain"


class Mistake(Record):
    """A wrong way that leads to another number, so that it can be named."""

    formula: str = Field(min_length=1, description="What the wrong way computes.")
    says: Text = Field(description="What went wrong.")


class Step(Record):
    """A step of a worked solution; one with a formula computes a number that later steps use by its name."""

    says: Text = Field(description="What the step does and why.")
    name: Identifier | None = Field(default=None, description="Name under which later formulas use the result.")
    formula: str | None = Field(
        default=None, description="The step's number, over config.json names, `numbers` and earlier steps."
    )
    unit: Text | None = Field(default=None, description="What the number counts.")

    @model_validator(mode="after")
    def _names_a_number(self) -> Step:
        if self.name is not None and self.formula is None:
            raise ValueError("a step with a `name` needs a `formula`")
        return self


class Option(Record):
    """Something to choose."""

    text: Text = Field(description="What can be chosen.")
    right: bool = Field(default=False, description="Whether it is the answer.")
    says: Text = Field(description="Why it is right, or what is wrong with it.")


class Problem(Record):
    """A question with a number for an answer, something to choose, or an answer in words."""

    id: Identifier = Field(description="Name of the problem; with `variants` each has the variant's id behind it.")
    kind: ProblemKind = Field(default=ProblemKind.COMPUTE, description="What it asks for.")
    level: int = Field(default=1, ge=1, le=3, description="1: from the page; 2: some thought; 3: a piece of work.")
    pages: tuple[str, ...] = Field(
        default=(), description="Pages that ask it: `guide:id`, `technique:id` or `model:id`."
    )
    variants: tuple[Identifier, ...] = Field(
        default=(),
        description="Variants of which it is asked; `{name}` in the question is theirs, and their model's page asks it too.",
    )
    question: Text = Field(description="The question.")
    hints: tuple[Text, ...] = Field(default=(), description="Hints, shown one by one.")
    options: tuple[Option, ...] = Field(default=(), description="What can be chosen, in the order in which it stands.")
    formula: str | None = Field(
        default=None, description="Answer as a formula over config.json names, `numbers` and the names of `steps`."
    )
    numbers: dict[str, str] = Field(
        default_factory=dict,
        description="Further numbers by name: paths of the catalogue, `{id}` being the variant and `{model}` its model.",
    )
    unit: Text | None = Field(default=None, description="What the number counts.")
    tolerance_percent: int = Field(default=1, ge=0, le=50, description="How far off an answer may be, in per cent.")
    mistakes: tuple[Mistake, ...] = Field(default=(), description="Likely mistakes.")
    steps: tuple[Step, ...] = Field(default=(), description="The worked solution, step by step.")
    points: tuple[Text, ...] = Field(
        default=(), description="What a good answer in words has, to compare with one's own."
    )
    answer: Text | None = Field(default=None, description="Answer in words; with a formula, a remark on it.")
    exercise: str | None = Field(
        default=None, description="Function to write, as `module.function` of labs/; the archive of exercises tests it."
    )

    @model_validator(mode="after")
    def _has_an_answer(self) -> Problem:
        if not (self.formula or self.answer or self.options or self.points or self.steps):
            raise ValueError("a problem needs a `formula`, `options`, `steps`, `points` or an `answer`")
        if self.options and sum(option.right for option in self.options) != 1:
            raise ValueError("exactly one of the `options` is `right: true`")
        if (self.kind is ProblemKind.CODE) != (self.exercise is not None):
            raise ValueError("`exercise` belongs to `kind: write and test`, and that kind needs one")
        wrong = [page for page in self.pages if not PAGE.fullmatch(page) or page.startswith("page:")]
        if wrong:
            raise ValueError(f"`{wrong[0]}` is no page; allowed is `guide:id`, `technique:id` or `model:id`")
        if not self.pages and not self.variants:
            raise ValueError("a problem stands on `pages` or is asked of `variants`")
        return self


class ProblemsFile(Record):
    """All problems."""

    problems: tuple[Problem, ...] = Field(default=(), description="Problems in order.")
