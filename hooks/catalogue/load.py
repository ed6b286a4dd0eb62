"""Read and check the three data files: the one door to the catalogue."""

from __future__ import annotations

import json
from pathlib import Path as FilePath

from . import references, strict_yaml
from .findings import CatalogueError, Finding
from .inherit import with_sources
from .records import Catalogue
from .rules import ALL
from .rules.draft import Draft
from .schema.model import ModelsFile
from .schema.technique import TechniquesFile
from .schema.values import Text
from .validate import validate

MODELS, TECHNIQUES, REFERENCES = "models.yaml", "techniques.yaml", "references.bib"
SLIPS = "slips.json"


def load(data: FilePath) -> Catalogue:
    """Return the checked catalogue of the folder `data`.

    Raises CatalogueError with every finding. Where a file does not fit the schema, rules
    that compare values are not run: they would only repeat its errors.
    """
    data = data.resolve()
    texts = _texts(data)
    draft, findings = _draft(data, texts)
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
        lines=_lines(draft),
        bibliography=texts[REFERENCES],
        slips=_slips(data / SLIPS),
    )


def without_chinese(data: FilePath) -> list[Finding]:
    """Every text that falls back to English in the Chinese edition. Raises CatalogueError where a file cannot be read."""
    data = data.resolve()
    draft, findings = _draft(data, _texts(data))
    if findings:
        raise CatalogueError(findings)
    return [
        file.finding(path, f"no Chinese for “{value.en}”", fix="write the text as `{en: …, zh: …}`")
        for file, path, value in draft.nodes
        if isinstance(value, Text) and value.lacks_chinese
    ]


def _draft(data: FilePath, texts: dict[str, str]) -> tuple[Draft, list[Finding]]:
    """Both files held against the schema, and what is wrong with them. Raises CatalogueError where one does not fit it."""
    models_file = strict_yaml.read(texts[MODELS], f"{data.name}/{MODELS}")
    techniques_file = strict_yaml.read(texts[TECHNIQUES], f"{data.name}/{TECHNIQUES}")
    cited, findings = references.read(texts[REFERENCES], f"{data.name}/{REFERENCES}")
    findings = [*findings, *models_file.findings, *techniques_file.findings]
    models = techniques = None
    if models_file.data is not None:
        models, found = validate(models_file, ModelsFile)
        findings += found
    if techniques_file.data is not None:
        techniques, found = validate(techniques_file, TechniquesFile)
        findings += found
    if models is None or techniques is None:
        raise CatalogueError(findings)
    draft = Draft(
        models_file, with_sources(models), techniques_file, with_sources(techniques), f"{data.name}/{REFERENCES}", cited
    )
    return draft, findings


def _slips(path: FilePath) -> dict[str, dict[str, dict[str, int]]]:
    """The report on slips; empty where `make slips` has not been run on this data."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _texts(data: FilePath) -> dict[str, str]:
    """The files' texts by name. Raises CatalogueError that names each one that cannot be read."""
    texts, findings = {}, []
    for name in (MODELS, TECHNIQUES, REFERENCES):
        try:
            texts[name] = (data / name).read_text(encoding="utf-8")
        except OSError as error:
            findings.append(_unread(data, name, f"cannot be read: {error.strerror}"))
        except UnicodeDecodeError:
            findings.append(_unread(data, name, "is not UTF-8 text"))
    if findings:
        raise CatalogueError(findings)
    return texts


def _unread(data: FilePath, name: str, problem: str) -> Finding:
    return Finding(f"{data.name}/{name}", 1, "", problem, fix="put the file back, saved as UTF-8")


def _lines(draft: Draft) -> dict[str, int]:
    lines = {f"model:{model.id}": draft.models_file.line(path) for path, model in draft.each_model()}
    for index, technique in enumerate(draft.techniques.techniques):
        lines[f"technique:{technique.id}"] = draft.techniques_file.line(("techniques", index))
    return lines
