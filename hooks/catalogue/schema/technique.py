"""data/techniques.yaml and data/terms.yaml: techniques and pieces of infrastructure, and the terms of the field."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from pydantic import Field, GetJsonSchemaHandler, StrictBool, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from .model import Dispute, Link
from .training import Gpu
from .values import Block, Detail, Identifier, PartialDate, Record, Remark, Stated, Text


class TechniqueKind(StrEnum):
    """Shelf of the technique index."""

    BLOCK = "transformer block"
    ATTENTION = "attention"
    MOE = "mixture of experts"
    OBJECTIVE = "training objective"
    TOKENIZER = "data and tokenizer"
    CONTEXT = "long context"
    OPTIMISATION = "optimisation"
    FRAMEWORK = "framework"
    PARALLELISM = "parallelism"
    PRECISION = "precision"
    KERNEL = "kernel"
    ALIGNMENT = "alignment"
    INFERENCE = "inference"
    CLUSTER = "cluster and storage"


class Formula(Block):
    """A formula, and what its letters mean."""

    latex: str = Field(
        min_length=1,
        description="LaTeX, without dollar signs.",
        examples=[r"\mathrm{RMSNorm}(x) = \frac{x}{\sqrt{\frac{1}{d}\sum_i x_i^2 + \epsilon}} \odot g"],
    )
    meaning: Text = Field(description="What it says and what the letters mean.")


class HeadlineNumber(Block):
    """A gain or a price in a number or a pair of numbers, and what it counts."""

    number: Text = Field(
        description="The number, most often quoted.",
        examples=["{{ v('mla/facts.key-width-in-the-mqa-mode-of-mla.value') }}"],
    )
    counts: Text = Field(description="What it counts, and against what.", examples=["numbers kept of a token"])


class Introduction(Block):
    """Who introduced a technique, and when."""

    by: Text = Field(description="Authors or organisation.", examples=["Zhang and Sennrich"])
    by_deepseek: StrictBool | None = Field(
        default=None,
        description="Whether the date is that of DeepSeek's own work, so that the technique stands on the timeline; said where `by` names DeepSeek.",
        examples=[False],
    )
    date: Stated[PartialDate] = Field(description="First publication.", examples=["2019-10"])
    reference: Identifier | None = Field(default=None, description="Key in references.bib.", examples=["rmsnorm"])


class Condition(Record):
    """A field of an entry and the values of it that mean that a technique is used."""

    field: str = Field(
        pattern=r"^(architecture|training|tokenizer|infrastructure)\.[a-z_.]+$",
        description="Path of the field: below `architecture`, `training` (a field of any stage), `tokenizer` or `infrastructure`.",
        examples=["architecture.attention"],
    )
    values: tuple[str, ...] = Field(
        default=(),
        description="Values that mean it, or the words that they begin with; left out where it is enough that there is one.",
        examples=[["MLA"]],
    )
    below: str | None = Field(
        default=None, description="Dimension that the value is less than, instead of `values`.", examples=["n_group"]
    )

    @property
    def field_paths(self) -> tuple[str, ...]:
        block = self.field.partition(".")[0]
        return (self.field, f"{block}.{self.below}") if self.below else (self.field,)


class InModel(Block):
    """What one of DeepSeek's models does with a technique, or what was released on a day."""

    model: Identifier | None = Field(
        default=None,
        description="Entry that does something with it; its name and date stand before the text.",
        examples=["deepseek-v2"],
    )
    date: PartialDate | None = Field(
        default=None,
        description="Day or month, in place of `model`, of what is not of one model.",
        examples=["2025-02"],
    )
    is_use: StrictBool | None = Field(
        default=None,
        description="`false` where the entry of the model does not count as a user: it dropped or rejected it, has something else, or does not call it so.",
        examples=[False],
    )
    text: Text = Field(
        description="What it does with it and what changed; of one that dropped or rejected it, that it did."
    )

    @model_validator(mode="after")
    def _of_a_model_or_a_day(self) -> Self:
        if (self.model is None) is (self.date is None):
            raise ValueError(
                "not one of `model` and `date`; allowed is `model: id`, or `date:` where it is not of one model"
            )
        return self


def names_deepseek(by: Text) -> bool:
    """Or its parent company."""
    return any(name in by.en for name in ("DeepSeek", "High-Flyer"))


class SharedPage(Record):
    """A page on which several techniques stand, each a section of its own."""

    id: Identifier = Field(description="Unique among techniques too; the address of the page.", examples=["kernels"])
    name: Text = Field(description="Title.", examples=["Kernels"])
    what: Text = Field(description="What its techniques have in common, in one or two sentences.")


class Technique(Record):
    """A technique or a piece of infrastructure."""

    id: Identifier = Field(description="Unique; the address of the page.", examples=["mla"])
    name: Text = Field(description="Full name.", examples=["Multi-head latent attention"])
    abbreviation: str | None = Field(default=None, description="What everybody calls it.", examples=["MLA"])
    kind: TechniqueKind = Field(description="Shelf of the index.", examples=["attention"])
    page: Identifier | None = Field(
        default=None,
        description="Shared page that it is a section of; left out where it has one of its own.",
        examples=["kernels"],
    )
    definition: Text = Field(
        description="What it is, in one sentence, for lists and the glossary.",
        examples=["Attention that stores one short vector per token in place of keys and values."],
    )
    what: Text = Field(description="What it is, in two or three sentences that a newcomer understands.")
    why: Text = Field(
        description="The problem: what was bad without it, and why it took the place of what came before."
    )
    how: Text | None = Field(
        default=None,
        description="The mechanism alone: what is computed, in which order, with which shapes. A blank line begins a paragraph.",
    )
    in_models: tuple[InModel, ...] = Field(
        default=(), description="What DeepSeek's models do with it, each once, in the order of their dates."
    )
    cost: Text | None = Field(
        default=None, description="What it saved and what it cost: memory, computation, quality, complexity."
    )
    headline: tuple[HeadlineNumber, ...] = Field(
        default=(), max_length=4, description="Gain and price in at most four numbers, gains first."
    )
    formulas: tuple[Formula, ...] = Field(default=(), description="The formula, where one says it best.")
    introduced: Introduction = Field(description="Who introduced it, and when.")
    follows_from: tuple[Condition, ...] = Field(
        default=(),
        description="What an entry says that uses it: all of these fields. Its users are then derived and need no listing.",
    )
    stays_in_weights: StrictBool = Field(
        default=False,
        description="true where a model that starts from another's weights has it too, such as the format they were trained in.",
        examples=[False],
    )
    facts: tuple[Detail, ...] = Field(default=(), description="Published values.")
    related: tuple[Identifier, ...] = Field(default=(), description="Techniques to read next.")
    replaces: tuple[Identifier, ...] = Field(default=(), description="Techniques it took the place of.")
    disputes: tuple[Dispute, ...] = Field(default=(), description="Where sources disagree.")
    notes: tuple[Remark, ...] = Field(default=(), description="What a reader should know and no field holds.")
    links: tuple[Link, ...] = Field(default=(), description="Links.")


class TechniquesFile(Record):
    """data/techniques.yaml."""

    techniques: tuple[Technique, ...] = Field(min_length=1, description="The entries.")
    pages: tuple[SharedPage, ...] = Field(default=(), description="Pages that several techniques share.")
    gpus: tuple[Gpu, ...] = Field(default=(), description="Kinds of GPU that the calculators know.")


class Language(StrEnum):
    """A language of the site."""

    ENGLISH = "en"
    CHINESE = "zh"


class Avoided(Record):
    """A form that is not used, and the longer expressions in which it is right."""

    form: str = Field(min_length=1, description="The form; in English whole words, whatever their capitals.")
    but: tuple[str, ...] = Field(default=(), description="Longer expressions that hold the form and are right.")
    because: str | None = Field(default=None, min_length=1, description="Why those are right.")
    not_before: tuple[str, ...] = Field(
        default=(),
        description="Words behind the form with which it is another expression, such as 尖峰 behind 没有损失; unlike `but`, no text need have them.",
    )

    @model_validator(mode="before")
    @classmethod
    def _a_string_is_the_form(cls, data: Any) -> Any:
        return {"form": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _exceptions_are_explained(self) -> Avoided:
        if bool(self.but) != bool(self.because):
            raise ValueError("`but` and `because` belong together; give both or neither")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        long_form = dict(handler.resolve_ref_schema(handler(schema)))
        return {"anyOf": [{"type": "string", "minLength": 1}, long_form]}


class AvoidedForms(Record):
    """Forms that are not used, by language."""

    en: tuple[Avoided, ...] = Field(default=(), description="English forms.")
    zh: tuple[Avoided, ...] = Field(default=(), description="Chinese forms.")


class Aliases(Record):
    """Other names, by language."""

    en: tuple[str, ...] = Field(default=(), description="English names.")
    zh: tuple[str, ...] = Field(default=(), description="What Chinese readers say or type.")


class Forms(Record):
    """The forms of a term in running text, by language."""

    en: tuple[str, ...] | None = Field(default=None, description="English forms in place of the name; `[]` for none.")
    zh: tuple[str, ...] | None = Field(default=None, description="Chinese forms in place of the name; `[]` for none.")


class Subject(Record):
    """A part of the glossary."""

    id: Identifier = Field(description="Unique among the subjects.")
    name: Text = Field(description="Heading.")
    kinds: tuple[TechniqueKind, ...] = Field(default=(), description="Kinds of techniques that stand here too.")


class Term(Record):
    """A word of the trade."""

    id: Identifier = Field(description="Unique among terms and techniques; the anchor in the glossary.")
    subject: Identifier = Field(description="The part of the glossary that it stands in.")
    name: Text = Field(description="The form that the site uses, in each language.")
    definition: Text = Field(description="What it means, in one or two sentences, in both languages.")
    aliases: Aliases = Field(default_factory=Aliases, description="Other names; the search knows them.")
    in_text: Forms = Field(
        default_factory=Forms,
        description="Forms whose first use on a page leads to the definition, where the name has another meaning too or is said otherwise.",
    )
    avoid: AvoidedForms = Field(default_factory=AvoidedForms, description="Forms that no text of the site has.")


class Wording(Record):
    """Forms that are not used, though they name no term."""

    language: Language = Field(description="Language that it is about.")
    avoid: tuple[Avoided, ...] = Field(min_length=1, description="Forms that no text of the site has.")
    use: str = Field(min_length=1, description="What is written in their place.")


class TermsFile(Record):
    """data/terms.yaml."""

    subjects: tuple[Subject, ...] = Field(default=(), description="Parts of the glossary, in order.")
    terms: tuple[Term, ...] = Field(default=(), description="The terms, in order within a subject.")
    wording: tuple[Wording, ...] = Field(default=(), description="Other forms that are not used.")
    places: tuple[Text, ...] = Field(default=(), description="Words for places in documents, in both languages.")
