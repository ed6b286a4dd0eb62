"""data/witnesses.yaml and the dated files in data/witnesses/: what others publish of DeepSeek's models."""

from __future__ import annotations

from pydantic import Field

from .values import HttpsUrl, Identifier, Record, Text


class Witness(Record):
    """Somebody who publishes values of DeepSeek's models."""

    id: Identifier = Field(description="Name of its file in data/witnesses/.", examples=["models-dev"])
    name: str = Field(min_length=1, description="What it is called.", examples=["models.dev"])
    url: HttpsUrl = Field(description="Where it is.")
    licence: str = Field(min_length=1, description="Its licence.", examples=["MIT"])
    about: Text = Field(description="What its values are, a sentence.")


class Reason(Record):
    """Why a value of a witness differs from ours."""

    witness: Identifier = Field(description="Id of the witness.")
    variant: Identifier = Field(description="Variant of ours.")
    field: str = Field(description="Field, as the file of the witness names it.", examples=["initializer_range"])
    because: Text = Field(description="The reason, a sentence.")


class WitnessesFile(Record):
    """data/witnesses.yaml."""

    witnesses: tuple[Witness, ...] = Field(default=(), description="Who they are.")
    differences: tuple[Reason, ...] = Field(default=(), description="The reason of every difference.")


class WitnessRow(Record):
    """A value that a witness publishes of a variant."""

    variant: str
    field: str
    value: bool | int | float | str


class Testimony(Record):
    """A file of a witness: which version was read, and of which day it is."""

    version: str
    date: str
    rows: tuple[WitnessRow, ...]
