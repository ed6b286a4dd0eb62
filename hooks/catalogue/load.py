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
from .references import Reference
from .rules import ALL, APART
from .rules.draft import Draft
from .rules.ids import ids_are_unique
from .schema.copies import Copies, CopiesFile
from .schema.model import ModelsFile
from .schema.technique import TechniquesFile
from .schema.term import TermsFile
from .schema.values import Text
from .strict_yaml import Located
from .validate import mended, validate

SLIPS = "slips.json"


def load(data: FilePath) -> Catalogue:
    """Return the checked catalogue of the folder `data`.

    Raises CatalogueError with every finding, of the schema and of the rules.
    """
    data = data.resolve()
    texts = files.texts(data)
    draft, findings = draft_of(data.name, texts)
    findings += what_rules_find(draft)
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
<<<<<<< HEAD
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
=======
    if models is None or techniques is None or copies is None:
        raise CatalogueError(
            [*findings, *_beside(findings, (models_file, techniques_file, copies_file), (folder, cited))]
        )
    return _draft(
        (models_file, models), (techniques_file, techniques), (copies_file, copies), (folder, cited)
    ), findings


def _draft(
    models: tuple[Located, ModelsFile],
    techniques: tuple[Located, TechniquesFile],
    copies: tuple[Located, CopiesFile],
    bibliography: tuple[str, Mapping[str, Reference]],
) -> Draft:
    folder, cited = bibliography
    table = Copies.of(copies[1], (key for key, reference in cited.items() if reference.copy))
    return Draft(
        models[0],
        with_sources(models[1], table),
        techniques[0],
        with_sources(techniques[1], table),
        f"{folder}/{REFERENCES}",
        cited,
        *copies,
>>>>>>> 5ebb297 (Messages: the root first, one finding a mistake, schema and rules in one run)
    )


def what_rules_find(draft: Draft) -> list[Finding]:
    """What the rules find. Where an id is used twice, those alone that look at each entry by itself."""
    doubled = list(ids_are_unique(draft))
    return [
        *doubled,
        *(finding for rule in (APART if doubled else ALL) if rule is not ids_are_unique for finding in rule(draft)),
    ]


def _beside(
    findings: list[Finding],
    located: tuple[Located, Located, Located],
    bibliography: tuple[str, Mapping[str, Reference]],
) -> list[Finding]:
    """What the rules find beside values that do not fit the schema: nothing in the variant, stage or block where one stands."""
    if any(file.data is None for file in located):
        return []
    models, techniques = mended(located[0], ModelsFile), mended(located[1], TechniquesFile)
    copies = mended(located[2], CopiesFile)
    if models is None or techniques is None or copies is None:
        return []
    draft = _draft((located[0], models), (located[1], techniques), (located[2], copies), bibliography)
    broken = {(finding.file, _region(finding.path)) for finding in findings}
    found = [finding for rule in APART for finding in rule(draft)]
    return [finding for finding in found if not any(_inside(finding, *place) for place in broken)]


def _region(path: str) -> str:
    """The part of an entry in which a mistake may have others follow: its variant, stage or block."""
    return ".".join(path.split(".")[: 4 if ".variants." in path or ".training." in path else 3])


def _inside(finding: Finding, file: str, region: str) -> bool:
    return finding.file == file and (finding.path.startswith(region) or region.startswith(finding.path))


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
