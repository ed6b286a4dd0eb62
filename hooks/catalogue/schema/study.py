"""data/study.yaml: guides with their formulas and symbols, routes through the site for those who begin, and code to read next."""

from __future__ import annotations

import re
from enum import Enum

from pydantic import Field, field_validator, model_validator

from .values import Identifier, Record, Text

PAGE = re.compile(r"(guide|model|technique):[a-z0-9.-]+|page:[a-z0-9/-]+")


class Guide(Record):
    """A guide, `docs/<language>/guides/<id>.md`, and the guides that it builds on."""

    id: Identifier = Field(description="Name of the file without its ending.")
    needs: tuple[Identifier, ...] = Field(default=(), description="Guides to read before this one.")


class Step(Record):
    """A page of a route, and what one is able to do after it."""

    page: str = Field(
        description="`guide:id`, `model:id`, `technique:id`, or `page:path` for any other.",
        examples=["guide:attention"],
    )
    at: Identifier | None = Field(
        default=None,
        description="Section of a model's or technique's page that is meant, by its anchor; left out: all.",
        examples=["how"],
    )
    gain: Text = Field(description="What one can do afterwards, a sentence.")

    @field_validator("page")
    @classmethod
    def _is_a_page(cls, page: str) -> str:
        if not PAGE.fullmatch(page):
            raise ValueError("allowed is `guide:id`, `model:id`, `technique:id` or `page:path`")
        return page


class Part(Record):
    """A sitting, such as an evening of a week."""

    name: Text | None = Field(default=None, description="Its name, where a route has several.")
    steps: tuple[Step, ...] = Field(min_length=1, description="Pages in order.")
    experiment: Text | None = Field(default=None, description="What to run afterwards, and what to foretell first.")


class Route(Record):
    """Pages in the order in which one reads them."""

    id: Identifier = Field(description="Anchor on the page.")
    name: Text = Field(description="Heading, such as `An evening`.")
    intro: Text = Field(description="For whom it is, a sentence or two.")
    parts: tuple[Part, ...] = Field(min_length=1, description="Sittings in order.")

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of all sittings."""
        return tuple(step for part in self.parts for step in part.steps)


class Subject(Enum):
    """A field inside which a letter means one thing."""

    LEARNING = "learning"
    ATTENTION = "attention"
    ROUTING = "routing"
    MACHINE = "machine"
    OPTIMISER = "optimiser"
    CORPUS = "corpus"
    POLICY = "policy"
    DRAFTING = "drafting"


class Symbol(Record):
    """A letter of the guides' formulas."""

    latex: str = Field(min_length=1, description="LaTeX, without dollar signs.", examples=[r"\pi_\theta"])
    meaning: Text = Field(description="What it stands for, without a full stop.")


class GuideFormula(Record):
    """A formula that a guide shows with `{{ block('formula-id') }}`."""

    id: Identifier = Field(description="Its name in `{{ block('formula-id') }}`.")
    subject: Subject = Field(description="Whose symbols it is written in.")
    latex: str = Field(min_length=1, description="LaTeX, without dollar signs.", examples=[r"C \approx 6 N D"])
    meaning: Text = Field(description="What it says, in words.")


class Repository(Record):
    """A public repository at one commit, or as it was packaged where its commits could not be read."""

    id: Identifier = Field(description="Name by which places in it are given.")
    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$", description="Owner and name on GitHub.")
    commit: str | None = Field(default=None, pattern=r"^[0-9a-f]{40}$", description="The commit that was read.")
    package: str | None = Field(
        default=None,
        pattern=r"^[\w.-]+ [\w.]+$",
        description="Name and version of the package that was read, in place of `commit`.",
        examples=["deepinfer 0.1.0"],
    )

    @model_validator(mode="after")
    def _is_pinned(self) -> Repository:
        if (self.commit is None) == (self.package is None):
            raise ValueError("name either the `commit` or the `package` that was read")
        return self

    @property
    def version(self) -> str:
        """What was read, short enough to stand beside a link."""
        return self.package or str(self.commit)[:7]

    def address(self, file: str, line: int) -> str:
        """The line of a file at the commit; of a package, whose lines have no address, the repository."""
        address = f"https://github.com/{self.repository}"
        return f"{address}/blob/{self.commit}/{file}#L{line}" if self.commit else address


class CodePlace(Record):
    """Where an open repository implements a technique."""

    technique: Identifier = Field(description="Id of the technique.")
    repository: Identifier = Field(description="Id of the repository.")
    file: str = Field(min_length=1, description="Path in the repository.")
    name: str = Field(min_length=1, description="Class or function.")
    line: int = Field(ge=1, description="Line at that commit.")
    note: Text | None = Field(default=None, description="What to look for there, or what it leaves out.")


class StudyFile(Record):
    """Guides in the order of the navigation, and routes."""

    guides: tuple[Guide, ...] = Field(default=(), description="Guides in the order in which they are listed.")
    routes: tuple[Route, ...] = Field(default=(), description="Routes, the shortest first.")
    symbols: dict[Subject, tuple[Symbol, ...]] = Field(
        default_factory=dict, description="Letters of the guides' formulas, by subject."
    )
    formulas: tuple[GuideFormula, ...] = Field(default=(), description="Formulas that guides show.")
    repositories: tuple[Repository, ...] = Field(default=(), description="Repositories that implement techniques.")
    code: tuple[CodePlace, ...] = Field(default=(), description="Places in them, by technique.")
