"""The files of the catalogue in `data/`, each listed once: its name, its schema, and what holds where it is not there."""

from __future__ import annotations

from dataclasses import dataclass

from .schema.aliases import AliasesFile
from .schema.copies import CopiesFile
from .schema.correction import CorrectionsFile
from .schema.documents import DocumentsFile
from .schema.model import ModelsFile
from .schema.problem import ProblemsFile
from .schema.study import StudyFile
from .schema.technique import TechniquesFile
from .schema.term import TermsFile
from .schema.values import Record

MODELS, TECHNIQUES, REFERENCES = "models.yaml", "techniques.yaml", "references.bib"
COPIES, TERMS, STUDY, CORRECTIONS = "copies.yaml", "terms.yaml", "study.yaml", "corrections.yaml"
PROBLEMS, DOCUMENTS, ALIASES = "problems.yaml", "documents.yaml", "aliases.yaml"
ENDING, SCHEMA_ENDING = ".yaml", ".schema.json"


@dataclass(frozen=True)
class DataFile:
    """A file of the catalogue.

    Attributes:
        schema: What it is validated against.
        absent: The text that holds where it is not there; None for a file that has to be there.
        cites: Whether values in it have sources, which are handed down from the blocks around them.
    """

    schema: type[Record]
    absent: str | None = None
    cites: bool = False


DATA_FILES: dict[str, DataFile] = {
    MODELS: DataFile(ModelsFile, cites=True),
    TECHNIQUES: DataFile(TechniquesFile, cites=True),
    CORRECTIONS: DataFile(CorrectionsFile, "corrections: []", cites=True),
    COPIES: DataFile(CopiesFile, "copies: {}"),
    TERMS: DataFile(TermsFile, "terms: []"),
    STUDY: DataFile(StudyFile, "guides: []"),
    PROBLEMS: DataFile(ProblemsFile, "problems: []"),
    DOCUMENTS: DataFile(DocumentsFile, "documents: {}"),
    ALIASES: DataFile(AliasesFile, "aliases: {}"),
}
OPTIONAL = tuple(name for name, file in DATA_FILES.items() if file.absent is not None)


def schema_file(name: str) -> str:
    """`terms.schema.json` of `terms.yaml`."""
    return name.removesuffix(ENDING) + SCHEMA_ENDING
