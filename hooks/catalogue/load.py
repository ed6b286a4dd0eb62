"""Read and check the data files: the one door to the catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path as FilePath

from . import files, references, strict_yaml
from .files import COPIES, REFERENCES, TECHNIQUES, TERMS
from .findings import CatalogueError, Finding
from .inherit import with_sources
from .records import Catalogue
from .rules import ALL
from .rules.draft import Draft
from .schema.copies import Copies, CopiesFile
from .schema.model import ModelsFile
from .schema.technique import TechniquesFile
from .schema.term import TermsFile
from .schema.values import Text
from .validate import validate

SLIPS = "slips.json"


def load(data: FilePath) -> Catalogue:
    """Return the checked catalogue of the folder `data`.

    Raises CatalogueError with every finding. Where a file does not fit the schema, rules
    that compare values are not run: they would only repeat its errors.
    """
    data = data.resolve()
    texts = files.texts(data)
    draft, findings = draft_of(data.name, texts)
    for rule in ALL:
        findings += rule(draft)
    if findings:
        raise CatalogueError(findings)
    return Catalogue(
        models=draft.by_id,
        techniques={technique.id: technique for technique in draft.techniques.techniques},
        references=draft.references,
        entries=draft.entries,
        api_names=draft.models.api_names,
        gpus=draft.gpus,
        places=_places(draft),
        bibliography=texts[REFERENCES],
        slips=_slips(data / SLIPS),
        glossary=draft.terms,
    )


def without_chinese(data: FilePath) -> list[Finding]:
    """Every text that falls back to English in the Chinese edition. Raises CatalogueError where a file cannot be read."""
    data = data.resolve()
    draft, findings = draft_of(data.name, files.texts(data))
    if findings:
        raise CatalogueError(findings)
    return [
        file.finding(path, f"no Chinese for “{value.en}”", fix="write the text as `{en: …, zh: …}`")
        for file, path, value in draft.nodes
        if isinstance(value, Text) and value.lacks_chinese
    ]


def draft_of(folder: str, texts: Mapping[str, str]) -> tuple[Draft, list[Finding]]:
    """The files held against the schema, and what is wrong with them. Raises CatalogueError where one does not fit it."""
    models_file = files.models(texts, folder)
    techniques_file = strict_yaml.read(texts[TECHNIQUES], f"{folder}/{TECHNIQUES}")
    cited, findings = references.read(texts[REFERENCES], f"{folder}/{REFERENCES}")
    copies_file = strict_yaml.read(texts.get(COPIES, "copies: {}"), f"{folder}/{COPIES}")
    terms_file = strict_yaml.read(texts.get(TERMS, "terms: []"), f"{folder}/{TERMS}")
    findings = [
        *findings,
        *models_file.findings,
        *techniques_file.findings,
        *copies_file.findings,
        *terms_file.findings,
    ]
    models = techniques = copies = terms = None
    if models_file.data is not None:
        models, found = validate(models_file, ModelsFile)
        findings += found
    if techniques_file.data is not None:
        techniques, found = validate(techniques_file, TechniquesFile)
        findings += found
    if copies_file.data is not None:
        copies, found = validate(copies_file, CopiesFile)
        findings += found
    if terms_file.data is not None:
        terms, found = validate(terms_file, TermsFile)
        findings += found
    if models is None or techniques is None or copies is None or terms is None:
        raise CatalogueError(findings)
    table = Copies.of(copies, (key for key, reference in cited.items() if reference.copy))
    draft = Draft(
        models_file,
        with_sources(models, table),
        techniques_file,
        with_sources(techniques, table),
        f"{folder}/{REFERENCES}",
        cited,
        copies_file,
        copies,
        terms_file,
        terms,
    )
    return draft, findings


def _slips(path: FilePath) -> dict[str, dict[str, dict[str, int]]]:
    """The report on slips; empty where `make slips` has not been run on this data."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _places(draft: Draft) -> dict[str, str]:
    """File and line of each model's and technique's entry, as an address behind the project's: `data/models.yaml#L5`."""
    entries = [(f"model:{model.id}", draft.models_file, path) for path, model in draft.each_model()]
    entries += [
        (f"technique:{technique.id}", draft.techniques_file, ("techniques", index))
        for index, technique in enumerate(draft.techniques.techniques)
    ]
    return {name: f"{file.file_of(path)}#L{file.line(path)}" for name, file, path in entries}
