"""The published JSON Schema: up to date, true of the catalogue, and as strict as the check; the template entry is valid."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import regress
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from catalogue import strict_yaml
from catalogue.field_reference import (
    API_NAME,
    EXPERTS,
    FILE,
    REFERENCE,
    SCHEMAS,
    SMALLEST,
    TECHNIQUE,
    UPDATE,
    complete_entry,
    fields_document,
    json_schema,
    schema_records,
)
from catalogue.files import ENTRIES, MODELS, REFERENCES, TECHNIQUES, read_texts
from catalogue.load import untranslated_texts
from catalogue.schema.architecture import Architecture
from catalogue.schema.values import field_groups
from helpers import DATA, VALID, Case, cases, findings_of

FILES = [
    pytest.param(folder, name, id=f"{folder.name}/{name}")
    for folder in (DATA, VALID)
    for name in read_texts(folder)
    if name != REFERENCES
]


def schema_of(file: str) -> str:
    """The schema of a data file, called by its name in the folder of the data."""
    return "model.schema.json" if file.startswith(ENTRIES + "/") else file.replace(".yaml", ".schema.json")


def plain(value: Any) -> Any:
    """The value with floats for decimals, as an editor reads the file."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def data_of(text: str) -> Any:
    return plain(strict_yaml.read_yaml(text, "").data)


@cache
def _published(name: str) -> Validator:
    return Draft202012Validator(json.loads((DATA / name).read_text(encoding="utf-8")))


def validator(file: str) -> Validator:
    """The published schema of a data file."""
    return _published(schema_of(file))


def test_every_schema_belongs_to_a_file() -> None:
    assert {schema_of(name) for name in read_texts(DATA) if name != REFERENCES} == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_committed_schema_is_the_generated_one(name: str) -> None:
    assert (DATA / name).read_text(encoding="utf-8") == json_schema(name), "run `make schemas`"


def test_the_reference_of_fields_is_current() -> None:
    assert (DATA / FILE).read_text(encoding="utf-8") == fields_document(), "run `make fields`"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_definition_says_what_it_is(name: str) -> None:
    definitions = json.loads((DATA / name).read_text(encoding="utf-8")).get("$defs", {})
    assert [key for key, definition in definitions.items() if not definition.get("description")] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_valid_json_schema(name: str) -> None:
    Draft202012Validator.check_schema(json.loads((DATA / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize(("folder", "file"), FILES)
def test_file_fits_the_schema(folder: Path, file: str) -> None:
    errors = validator(file).iter_errors(data_of((folder / file).read_text(encoding="utf-8")))
    assert [f"{error.json_path}: {error.message[:200]}" for error in errors] == []


@pytest.mark.parametrize(("folder", "file"), FILES)
def test_first_line_names_the_schema(folder: Path, file: str) -> None:
    """Of an entry where it has such a line, as `make new` writes it: an editor then completes its keys."""
    first = (folder / file).read_text(encoding="utf-8").splitlines()[0]
    mark, named, path = first.partition("$schema=")
    if not named and file.startswith(f"{ENTRIES}/"):
        return
    assert mark == "# yaml-language-server: "
    assert ((folder / file).parent / path).resolve() == DATA / schema_of(file)


def patterns(schema: Any) -> Iterator[str]:
    """Every pattern of a schema, wherever it stands."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for value in schema.values():
            yield from patterns(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from patterns(value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_patterns_are_those_of_javascript(name: str) -> None:
    found = set(patterns(json.loads((DATA / name).read_text(encoding="utf-8"))))
    assert found or name in (
        "documents.schema.json",
        "aliases.schema.json",
        "asked.schema.json",
    )  # hold free text alone
    for pattern in found:
        regress.Regex(pattern, "u")


def as_javascript(validator: Validator, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and regress.Regex(pattern, "u").find(instance) is None:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


@pytest.mark.parametrize("file", [MODELS, TECHNIQUES, "models/deepseek-v3.yaml", "copies.yaml"])
def test_an_editor_finds_nothing_in_the_real_files(file: str) -> None:
    editor = extend(Draft202012Validator, {"pattern": as_javascript})(validator(file).schema)
    errors = editor.iter_errors(data_of((DATA / file).read_text(encoding="utf-8")))
    assert [f"{error.json_path}: {error.message[:200]}" for error in errors] == []


REFUSED_BY_SCHEMA = [pytest.param(case, id=case.label) for case in cases("schema") if case.editor]


@pytest.mark.parametrize("case", REFUSED_BY_SCHEMA)
def test_schema_refuses_what_the_check_refuses(case: Case) -> None:
    assert not validator(case.file).is_valid(data_of(case.changed()))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.label) for case in cases("schema") if not case.editor])
def test_case_marked_as_beyond_an_editor_is(case: Case) -> None:
    assert validator(case.file).is_valid(data_of(case.changed()))


BOTH_REFUSE = {
    "number for a name": ("name", 3),
    "text for a list": ("variants", "ant-base"),
}


@pytest.mark.parametrize(("field", "value"), BOTH_REFUSE.values(), ids=BOTH_REFUSE.keys())
def test_schema_refuses_a_field(field: str, value: Any) -> None:
    data = data_of((VALID / MODELS).read_text(encoding="utf-8"))
    data["models"][0][field] = value
    assert not validator(MODELS).is_valid(data)


def test_schema_refuses_an_empty_value() -> None:
    data = data_of((VALID / MODELS).read_text(encoding="utf-8"))
    data["models"][0]["reference"] = None
    assert not validator(MODELS).is_valid(data)


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_field_may_be_null(name: str) -> None:
    assert "null" not in (DATA / name).read_text(encoding="utf-8").replace("not published", "")


def test_every_field_is_described() -> None:
    undescribed = [
        f"{record}.{row.name}" for record, rows in schema_records().items() for row in rows if not row.description
    ]
    assert undescribed == []


def test_template_is_strict_yaml() -> None:
    assert strict_yaml.read_yaml(complete_entry(), "entry.yaml").findings == []


def test_template_fits_the_schema() -> None:
    assert [
        error.json_path for error in validator(f"{ENTRIES}/entry.yaml").iter_errors(data_of(complete_entry()))
    ] == []


def with_entry(project: Path, id_: str, text: str) -> None:
    (project / ENTRIES / f"{id_}.yaml").write_text(text, encoding="utf-8")


def test_the_complete_entry_has_every_field() -> None:
    text = complete_entry()
    for record, rows in schema_records().items():
        if record in (
            "ApiName",
            "ApiPointer",
            "Technique",
            "Introduction",
            "InModel",
            "Formula",
            "HeadlineNumber",
            "Condition",
            "Gpu",
        ):
            continue
        missing = [row.name for row in rows if f"{row.name}:" not in text]
        assert missing == [], record


def of_another(text: str) -> str:
    """An entry or a reference to copy as that of another model, which may stand beside the first."""
    return text.replace("deepseek-x", "deepseek-y").replace("DeepSeek-X", "DeepSeek-Y").replace(".01234", ".01235")


def test_the_entries_to_copy_pass_as_they_stand(project: Path) -> None:
    """The smallest one with an update and a mixture of experts; the complete one with its ids and names changed."""
    before = untranslated_texts(project)
    assert len(SMALLEST.splitlines()) < 15
    references = project / REFERENCES
    known = references.read_text(encoding="utf-8")
    references.write_text(f"{known}\n{REFERENCE}\n{of_another(REFERENCE)}", encoding="utf-8")
    with_entry(project, "deepseek-x", SMALLEST + UPDATE)
    with_entry(project, "deepseek-y", of_another(EXPERTS))
    whole = complete_entry().replace("deepseek-v3-base", "deepseek-test-base").replace("DeepSeek-V3", "DeepSeek-Test")
    with_entry(project, "deepseek-test", re.sub(r"(id: |total_of: |, )deepseek-v3\b", r"\1deepseek-test", whole))
    for file, key, entry in ((MODELS, "api_names:\n", API_NAME), (TECHNIQUES, "techniques:\n", TECHNIQUE)):
        text = (project / file).read_text(encoding="utf-8")
        assert text.count(key) == 1
        (project / file).write_text(text.replace(key, key + entry), encoding="utf-8")
    assert [str(finding) for finding in findings_of(project)] == []
    waiting = [finding for finding in untranslated_texts(project) if not finding.file.endswith("deepseek-test.yaml")]
    assert waiting == before, "what is copied shows both languages"


def test_every_dimension_says_which_group_it_is_listed_in() -> None:
    """A field without one would stop the page of the first model that states it."""
    apart = {"source", "control", "notes"}
    assert field_groups(Architecture).keys() == Architecture.model_fields.keys() - apart
