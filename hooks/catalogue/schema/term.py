"""data/terms.yaml: words of the trade with their definitions, and the forms that are not used."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from .technique import TechniqueKind
from .values import Identifier, Record, Text


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
