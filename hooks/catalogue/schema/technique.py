"""data/techniques.yaml and data/terms.yaml: techniques and pieces of infrastructure, and the terms of the field."""

from enum import StrEnum
from typing import Any, Self

from pydantic import Field, GetJsonSchemaHandler, StrictBool, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from .model import Dispute, Link
from .training import Gpu
from .values import Block, Detail, Identifier, PartialDate, Record, Remark, Stated, Text, optional, required


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

    latex: str = required(
        "LaTeX, without dollar signs.",
        r"\mathrm{RMSNorm}(x) = \frac{x}{\sqrt{\frac{1}{d}\sum_i x_i^2 + \epsilon}} \odot g",
        min_length=1,
    )
    meaning: Text = required("What it says and what the letters mean.")


class HeadlineNumber(Block):
    """A gain or a price in a number or a pair of numbers, and what it counts."""

    number: Text = required(
        "The number, most often quoted.", "{{ v('mla/facts.key-width-in-the-mqa-mode-of-mla.value') }}"
    )
    counts: Text = required("What it counts, and against what.", "numbers kept of a token")


class Introduction(Block):
    """Who introduced a technique, and when."""

    by: Text = required("Authors or organisation.", "Zhang and Sennrich")
    by_deepseek: StrictBool | None = optional(
        "Whether the date is that of DeepSeek's own work, so that the technique stands on the timeline; said where `by` names DeepSeek.",
        False,
    )
    date: Stated[PartialDate] = required("First publication.", "2019-10")
    reference: Identifier | None = optional("Key in references.bib.", "rmsnorm")


class Condition(Record):
    """A field of an entry and the values of it that mean that a technique is used."""

    field: str = required(
        "Path of the field: below `architecture`, `training` (a field of any stage), `tokenizer` or `infrastructure`.",
        "architecture.attention",
        pattern=r"^(architecture|training|tokenizer|infrastructure)\.[a-z_.]+$",
    )
    values: tuple[str, ...] = optional(
        "Values that mean it, or the words that they begin with; left out where it is enough that there is one.",
        ["MLA"],
        default=(),
    )
    below: str | None = optional("Dimension that the value is less than, instead of `values`.", "n_group")

    @property
    def field_paths(self) -> tuple[str, ...]:
        block = self.field.partition(".")[0]
        return (self.field, f"{block}.{self.below}") if self.below else (self.field,)


class InModel(Block):
    """What one of DeepSeek's models does with a technique, or what was released on a day."""

    model: Identifier | None = optional(
        "Entry that does something with it; its name and date stand before the text.", "deepseek-v2"
    )
    date: PartialDate | None = optional("Day or month, in place of `model`, of what is not of one model.", "2025-02")
    is_use: StrictBool | None = optional(
        "`false` where the entry of the model does not count as a user: it dropped or rejected it, has something else, or does not call it so.",
        False,
    )
    text: Text = required("What it does with it and what changed; of one that dropped or rejected it, that it did.")

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

    id: Identifier = required("Unique among techniques too; the address of the page.", "kernels")
    name: Text = required("Title.", "Kernels")
    what: Text = required("What its techniques have in common, in one or two sentences.")


class Technique(Record):
    """A technique or a piece of infrastructure."""

    id: Identifier = required("Unique; the address of the page.", "mla")
    name: Text = required("Full name.", "Multi-head latent attention")
    abbreviation: str | None = optional("What everybody calls it.", "MLA")
    kind: TechniqueKind = required("Shelf of the index.", "attention")
    page: Identifier | None = optional(
        "Shared page that it is a section of; left out where it has one of its own.", "kernels"
    )
    definition: Text = required(
        "What it is, in one sentence, for lists and the glossary.",
        "Attention that stores one short vector per token in place of keys and values.",
    )
    what: Text = required("What it is, in two or three sentences that a newcomer understands.")
    why: Text = required("The problem: what was bad without it, and why it took the place of what came before.")
    how: Text | None = optional(
        "The mechanism alone: what is computed, in which order, with which shapes. A blank line begins a paragraph."
    )
    in_models: tuple[InModel, ...] = optional(
        "What DeepSeek's models do with it, each once, in the order of their dates.", default=()
    )
    cost: Text | None = optional("What it saved and what it cost: memory, computation, quality, complexity.")
    others_found: tuple[Remark, ...] = optional(
        "What others than DeepSeek found of it: a study or a measurement each, with one number where there is one.",
        default=(),
    )
    headline: tuple[HeadlineNumber, ...] = optional(
        "Gain and price in at most four numbers, gains first.", default=(), max_length=4
    )
    formulas: tuple[Formula, ...] = optional("The formula, where one says it best.", default=())
    introduced: Introduction = required("Who introduced it, and when.")
    follows_from: tuple[Condition, ...] = optional(
        "What an entry says that uses it: all of these fields. Its users are then derived and need no listing.",
        default=(),
    )
    stays_in_weights: StrictBool = optional(
        "true where a model that starts from another's weights has it too, such as the format they were trained in.",
        False,
        default=False,
    )
    facts: tuple[Detail, ...] = optional("Published values.", default=())
    related: tuple[Identifier, ...] = optional("Techniques to read next.", default=())
    replaces: tuple[Identifier, ...] = optional("Techniques it took the place of.", default=())
    disputes: tuple[Dispute, ...] = optional("Where sources disagree.", default=())
    notes: tuple[Remark, ...] = optional("What a reader should know and no field holds.", default=())
    links: tuple[Link, ...] = optional("Links.", default=())


class TechniquesFile(Record):
    """data/techniques.yaml."""

    techniques: tuple[Technique, ...] = required("The entries.", min_length=1)
    pages: tuple[SharedPage, ...] = optional("Pages that several techniques share.", default=())
    gpus: tuple[Gpu, ...] = optional("Kinds of GPU that the calculators know.", default=())


class Language(StrEnum):
    """A language of the site."""

    ENGLISH = "en"
    CHINESE = "zh"


class Avoided(Record):
    """A form that is not used, and the longer expressions in which it is right."""

    form: str = required("The form; in English whole words, whatever their capitals.", min_length=1)
    but: tuple[str, ...] = optional("Longer expressions that hold the form and are right.", default=())
    because: str | None = optional("Why those are right.", min_length=1)
    not_before: tuple[str, ...] = optional(
        "Words behind the form with which it is another expression, such as 尖峰 behind 没有损失; unlike `but`, no text need have them.",
        default=(),
    )

    @model_validator(mode="before")
    @classmethod
    def _a_string_is_the_form(cls, data: Any) -> Any:
        return {"form": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _exceptions_are_explained(self) -> Self:
        if bool(self.but) != bool(self.because):
            raise ValueError("`but` and `because` belong together; give both or neither")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        long_form = dict(handler.resolve_ref_schema(handler(schema)))
        return {"anyOf": [{"type": "string", "minLength": 1}, long_form]}


class AvoidedForms(Record):
    """Forms that are not used, by language."""

    en: tuple[Avoided, ...] = optional("English forms.", default=())
    zh: tuple[Avoided, ...] = optional("Chinese forms.", default=())


class Aliases(Record):
    """Other names, by language."""

    en: tuple[str, ...] = optional("English names.", default=())
    zh: tuple[str, ...] = optional("What Chinese readers say or type.", default=())


class Forms(Record):
    """The forms of a term in running text, by language."""

    en: tuple[str, ...] | None = optional("English forms in place of the name; `[]` for none.")
    zh: tuple[str, ...] | None = optional("Chinese forms in place of the name; `[]` for none.")


class Subject(Record):
    """A part of the glossary."""

    id: Identifier = required("Unique among the subjects.")
    name: Text = required("Heading.")
    kinds: tuple[TechniqueKind, ...] = optional("Kinds of techniques that stand here too.", default=())


class Term(Block):
    """A word of the trade; with a source where its definition is of something outside of this catalogue that somebody wrote down."""

    id: Identifier = required("Unique among terms and techniques; the anchor in the glossary.")
    subject: Identifier = required("The part of the glossary that it stands in.")
    name: Text = required("The form that the site uses, in each language.")
    definition: Text = required("What it means, in one or two sentences, in both languages.")
    aliases: Aliases = Field(default_factory=Aliases, description="Other names; the search knows them.")
    in_text: Forms = Field(
        default_factory=Forms,
        description="Forms whose first use on a page leads to the definition, where the name has another meaning too or is said otherwise.",
    )
    not_on: tuple[str, ...] = optional(
        "Pages on which its forms mean something else, by path without `.md`; a model's stands for all of its parts.",
        default=(),
    )
    avoid: AvoidedForms = Field(default_factory=AvoidedForms, description="Forms that no text of the site has.")


class Beside(Record):
    """Chinese characters beside which a form is a word by itself, and means its term."""

    before: str = optional("Before it.", default="", pattern=r"^[\u4e00-\u9fff]+$")
    behind: str = optional("Behind it.", default="", pattern=r"^[\u4e00-\u9fff]+$")


class Neighbours(Beside):
    """Those beside any form, which end or begin no longer word, and those of single forms."""

    forms: dict[str, Beside] = Field(default_factory=dict, description="By form.")


class Wording(Record):
    """Forms that are not used, though they name no term."""

    language: Language = required("Language that it is about.")
    avoid: tuple[Avoided, ...] = required("Forms that no text of the site has.", min_length=1)
    use: str = required("What is written in their place.", min_length=1)


class TermsFile(Record):
    """data/terms.yaml."""

    subjects: tuple[Subject, ...] = optional("Parts of the glossary, in order.", default=())
    terms: tuple[Term, ...] = optional("The terms, in order within a subject.", default=())
    other_senses: Aliases = Field(
        default_factory=Aliases,
        description="Longer expressions in which a name of a term or technique means something else.",
    )
    neighbours: Neighbours = Field(
        default_factory=Neighbours,
        description="What may stand beside a Chinese form whose first use on a page leads to its definition.",
    )
    wording: tuple[Wording, ...] = optional("Other forms that are not used.", default=())
    places: tuple[Text, ...] = optional("Words for places in documents, in both languages.", default=())
