"""Read and check the data files: the one door to the catalogue. Values without a source get their block's."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from . import files, references, strict_yaml
from .derive import parameters
from .derive.parameters import Peers
from .experiments import WORKED_STEP, WorkedStep, read_results
from .files import COPIES, DATA_FILES, ELSEWHERE, EXPERIMENTS, MODELS, REFERENCES, TECHNIQUES
from .findings import CatalogueError, Finding
from .records import Catalogue, sort_by_date
from .references import Reference
from .revision import read_revision
from .rules import Rule, Scope, in_scope
from .rules.draft import Draft
from .rules.ids import ids_are_unique
from .schema.documents import Copies, Elsewhere, Watched
from .schema.values import Block, Single, Sources, Stated, Text
from .settings import Settings
from .strict_yaml import Located
from .validate import validate_file

R = TypeVar("R", bound=BaseModel)


def with_sources(record: R, copies: Copies, inherited: Sources | None = None) -> R:
    """Fill each value's and block's `source` from the closest block around it and from `copies`, in place."""
    own = inherited
    values = vars(record)
    if isinstance(record, Block | Single):
        own = copies.with_copies(record.source) or inherited
        values["source"] = own
    if isinstance(record, Single):
        if isinstance(record, Stated) and record.by_variant is not None:
            _inherit_below(record.by_variant, copies, own)
        return record
    for value in values.values():
        _inherit_below(value, copies, own)
    return record


def _inherit_below(value: Any, copies: Copies, source: Sources | None) -> None:
    if isinstance(value, BaseModel):
        with_sources(value, copies, source)
    elif isinstance(value, tuple):
        for item in value:
            _inherit_below(item, copies, source)
    elif isinstance(value, dict):
        for item in value.values():
            _inherit_below(item, copies, source)


WATCHED = "watched.json"
_ARCHITECTURE = ".architecture"  # in the path of a dimension


def load_catalogue(data: Path, rules: bool = True) -> Catalogue:
    """Raises CatalogueError. Without `rules` only reading and the schema are asked, as for data of another day."""
    data = data.resolve()
    texts = files.read_texts(data)
    draft, findings = read_draft(data.name, texts)
    results, found = read_results(data, draft.experiments.experiments, draft.located[EXPERIMENTS])
    findings += [*run_rules(replace(draft, results=results)), *found] if rules else []
    if findings:
        raise CatalogueError(findings)
    return Catalogue(
        models=draft.by_id,
        techniques=draft.technique_by_id,
        shared_pages={page.id: page for page in draft.techniques.pages},
        references=draft.references,
        entries=draft.entries,
        api_names=draft.models.api_names,
        api_prices=draft.models.api_prices,
        billing_hours=draft.models.billing_hours,
        api_services=draft.models.api_services,
        gpus=draft.gpus,
        places=_entry_places(draft),
        bibliography=texts[REFERENCES],
        peers=files.read_generated(data, parameters.PEERS, Peers, "make peers") or Peers(),
        glossary=draft.terms,
        study=draft.study,
        problems=draft.problems.problems,
        experiments=draft.experiments.experiments,
        results=results,
        worked_step=files.read_generated(data, WORKED_STEP, WorkedStep, "python -m labs.train.alignment.one_step"),
        corrections=draft.corrections.corrections,
        aliases=draft.aliases,
        asked=draft.asked,
        elsewhere=files.read_generated(data, ELSEWHERE, Elsewhere, "tools/elsewhere.py")
        or Elsewhere(version="", models=()),
        contemporaries=draft.contemporaries.contemporaries,
        question_groups=draft.questions.groups,
        questions=draft.questions.questions,
        revision=read_revision(data, texts),
        other_models={other.name: other for other in draft.models.other_models},
        watched=files.read_generated(data, WATCHED, Watched, "make watch"),
        settings=Settings.of_models(draft.settings, sort_by_date(draft.models.models)),
    )


def untranslated_texts(data: Path) -> list[Finding]:
    """Raises CatalogueError where a file cannot be read."""
    data = data.resolve()
    draft, findings = read_draft(data.name, files.read_texts(data))
    if findings:
        raise CatalogueError(findings)
    return [
        file.finding(path, f"no Chinese for “{value.en}”", fix="write the text as `{en: …, zh: …}`")
        for file, path, value in draft.each_record(Text)
        if value.lacks_chinese
    ]


def read_draft(folder: str, texts: Mapping[str, str]) -> tuple[Draft, list[Finding]]:
    """The files held against the schema, and findings. Raises CatalogueError where one does not fit it."""
    located = {
        name: files.merged_models(texts, folder)
        if name == MODELS
        else strict_yaml.read_yaml(texts.get(name, file.absent or ""), f"{folder}/{name}")
        for name, file in DATA_FILES.items()
    }
    cited, findings = references.read_references(texts[REFERENCES], f"{folder}/{REFERENCES}")
    if not cited and not findings:  # every source would be said to lead nowhere
        said, form = "holds no reference", "a reference begins with `@misc{key,`"
        raise CatalogueError([Finding(f"{folder}/{REFERENCES}", 1, "", said, form, fix="put the file back")])
    for file in located.values():
        findings += file.findings
    records: dict[str, Any] = {}
    for name, file in located.items():
        records[name], found = validate_file(file, DATA_FILES[name].schema) if file.data is not None else (None, [])
        findings += found
    if None in records.values():
        raise CatalogueError(findings)
    return _make_draft(folder, located, records, cited), findings


def _make_draft(
    folder: str, located: Mapping[str, Located], records: Mapping[str, Any], cited: Mapping[str, Reference]
) -> Draft:
    table = Copies.from_file(records[COPIES], (key for key, reference in cited.items() if reference.copy))
    sourced = {
        name: with_sources(record, table) if DATA_FILES[name].cites else record for name, record in records.items()
    }
    return Draft(located, sourced, f"{folder}/{REFERENCES}", cited)


def run_rules(draft: Draft) -> list[Finding]:
    """Where ids are not unique or an entry is missing, only the rules on single entries run."""
    if (doubled := list(ids_are_unique(draft))) or draft.models_file.partial:
        return _run_checks(in_scope(Scope.ENTRY), draft, doubled)
    found = [finding for check in in_scope(Scope.IDS) for finding in check(draft)]
    found = _run_checks(in_scope(Scope.ENTRY, Scope.CATALOGUE), draft, found)
    contradictory = _contradictory_variants(draft, found)
    following = _run_checks(in_scope(Scope.ARCHITECTURE), draft, found)[len(found) :]
    return [*found, *(finding for finding in following if not finding.path.startswith(contradictory))]


def _run_checks(checks: Sequence[Rule], draft: Draft, before: Sequence[Finding]) -> list[Finding]:
    found = list(before)
    for check in checks:
        try:
            found += check(draft)
        except KeyError:  # follows an id that leads nowhere; its turn is when that is mended
            if not found:
                raise
    return found


def _contradictory_variants(draft: Draft, found: Sequence[Finding]) -> tuple[str, ...]:
    """Path prefixes of variants whose own or shared architecture has findings."""
    wrong = {
        finding.path.partition(_ARCHITECTURE)[0].partition(".variants.")[2]
        for finding in found
        if _ARCHITECTURE in finding.path
    }
    return tuple(
        f"{draft.models_file.display_path(path)}."
        for path, _, variant in draft.each_variant()
        if wrong & {variant.id, variant.architecture_of}
    )


def _entry_places(draft: Draft) -> dict[str, str]:
    """`data/models.yaml#L5` of each model and technique, for edit links."""
    entries = [(f"model:{model.id}", draft.models_file, path) for path, model in draft.each_model()]
    entries += [
        (f"technique:{technique.id}", draft.located[TECHNIQUES], ("techniques", index))
        for index, technique in enumerate(draft.techniques.techniques)
    ]
    return {name: f"{file.file_of(path)}#L{file.line_of(path)}" for name, file, path in entries}
