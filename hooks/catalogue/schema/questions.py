"""data/questions.yaml: what people ask, each answered in a line; data/asked.yaml: the words by which they ask for facts."""

from __future__ import annotations

from pydantic import Field

from .training import StageKind
from .values import Identifier, Record, Text


class QuestionGroup(Record):
    """A heading of the page of questions."""

    id: Identifier = Field(description="Its anchor.", examples=["attention"])
    name: Text = Field(description="Heading.", examples=[{"en": "Attention", "zh": "注意力"}])


class OtherWordings(Record):
    """Other ways to ask a question, by language; the search knows them, the page does not show them."""

    en: tuple[str, ...] = Field(default=(), description="In English.")
    zh: tuple[str, ...] = Field(default=(), description="In Chinese.")


class Question(Record):
    """A question with its answer."""

    group: Identifier = Field(description="The heading it stands under.", examples=["attention"])
    ask: Text = Field(description="The question, as people ask it.")
    answer: Text = Field(description="The answer in one line. Numbers are quoted from the catalogue, not typed.")
    path: str = Field(
        pattern=r"^[a-z0-9/.-]+\.md(#[a-z0-9.-]+)?$",
        description="The place that explains it: path of a source and anchor.",
        examples=["guides/experts.md#gradient"],
    )
    otherwise: OtherWordings = Field(default_factory=OtherWordings, description="Other ways to ask it.")

    def asked_otherwise(self, language: str) -> tuple[str, ...]:
        """The other ways to ask it in a language."""
        return self.otherwise.zh if language == "zh" else self.otherwise.en


class QuestionsFile(Record):
    """data/questions.yaml."""

    groups: tuple[QuestionGroup, ...] = Field(default=(), description="Headings, in order.")
    questions: tuple[Question, ...] = Field(default=(), description="Questions, in order within a group.")


class AskedForms(Record):
    """Ways to ask for one thing, by language."""

    en: tuple[str, ...] = Field(min_length=1, description="In English.")
    zh: tuple[str, ...] = Field(min_length=1, description="In Chinese.")


class AskedFile(Record):
    """data/asked.yaml. A text that is none of a page's: nothing of it is shown."""

    fillers: AskedForms | None = Field(default=None, description="Words of a question that change nothing.")
    why: AskedForms | None = Field(default=None, description="Words of a question that no value answers.")
    comparing: AskedForms | None = Field(default=None, description="Words that ask for a comparison.")
    which: AskedForms | None = Field(default=None, description="Words that ask for the users of a technique.")
    first: AskedForms | None = Field(default=None, description="Words that ask for its first user.")
    define: AskedForms | None = Field(default=None, description="Words that ask what something is.")
    api: AskedForms | None = Field(default=None, description="Words beside a name of the API.")
    stages: dict[StageKind, AskedForms] = Field(default_factory=dict, description="Names of the stages of training.")
    facts: dict[str, AskedForms] = Field(
        default_factory=dict,
        description="Words for each kind of fact, by the key of its field or the name of what is worked out.",
        examples=[{"num_hidden_layers": {"en": ["layers"], "zh": ["层数"]}}],
    )
