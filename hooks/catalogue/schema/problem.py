"""data/problems.yaml: problems to predict and check, with answers that the build computes."""

from __future__ import annotations

from pydantic import Field, model_validator

from .study import PAGE
from .values import Identifier, Record, Text


class Mistake(Record):
    """A wrong way that leads to another number, so that it can be named."""

    formula: str = Field(min_length=1, description="What the wrong way computes.")
    says: Text = Field(description="What went wrong.")


class Problem(Record):
    """A question with a number for an answer, or with an answer in words."""

    id: Identifier = Field(description="Name of the problem; with `variants` each has the variant's id behind it.")
    pages: tuple[str, ...] = Field(
        default=(), description="Pages that ask it: `guide:id`, `technique:id` or `model:id`."
    )
    variants: tuple[Identifier, ...] = Field(
        default=(),
        description="Variants of which it is asked; `{name}` in the question is theirs, and their model's page asks it too.",
    )
    question: Text = Field(description="The question.")
    formula: str | None = Field(default=None, description="Answer as a formula over config.json names and `numbers`.")
    numbers: dict[str, str] = Field(
        default_factory=dict,
        description="Further numbers by name: paths of the catalogue, `{id}` being the variant and `{model}` its model.",
    )
    unit: Text | None = Field(default=None, description="What the number counts.")
    tolerance_percent: int = Field(default=1, ge=0, le=20, description="How far off an answer may be, in per cent.")
    mistakes: tuple[Mistake, ...] = Field(default=(), description="Likely mistakes.")
    answer: Text | None = Field(default=None, description="Answer in words; with a formula, a remark on it.")

    @model_validator(mode="after")
    def _has_an_answer(self) -> Problem:
        if self.formula is None and self.answer is None:
            raise ValueError("a problem needs a `formula` or an `answer`")
        wrong = [page for page in self.pages if not PAGE.fullmatch(page) or page.startswith("page:")]
        if wrong:
            raise ValueError(f"`{wrong[0]}` is no page; allowed is `guide:id`, `technique:id` or `model:id`")
        if not self.pages and not self.variants:
            raise ValueError("a problem stands on `pages` or is asked of `variants`")
        return self


class ProblemsFile(Record):
    """All problems."""

    problems: tuple[Problem, ...] = Field(default=(), description="Problems in order.")
