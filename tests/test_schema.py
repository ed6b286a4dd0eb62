"""The published JSON Schema: up to date, true of the catalogue, and as strict as the check; the template entry is valid."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import pytest
import regress
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from pydantic import TypeAdapter

from catalogue import strict_yaml
from catalogue.field_reference import (
    FILE,
    REFERENCE,
    SCHEMAS,
    SMALLEST,
    as_yaml,
    fields_document,
    json_schema,
    schema_records,
)
from catalogue.files import ENTRIES, REFERENCES, read_texts
from catalogue.load import untranslated_texts
from catalogue.schema.architecture import Architecture
from catalogue.schema.values import Group, Record, kinds_below, marked_fields
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


def as_javascript(validator: Validator, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and regress.Regex(pattern, "u").find(instance) is None:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


@cache
def validator(file: str) -> Validator:
    """The published schema of a data file, as an editor holds the file against it."""
    schema = json.loads((DATA / schema_of(file)).read_text(encoding="utf-8"))
    return extend(Draft202012Validator, {"pattern": as_javascript})(schema)


def test_every_schema_belongs_to_a_file() -> None:
    assert {schema_of(name) for name in read_texts(DATA) if name != REFERENCES} == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_committed_schema_is_the_generated_one_valid_and_described(name: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    assert text == json_schema(name), "run `make schemas`"
    assert "null" not in text.replace("not published", ""), "no field may be null"
    for pattern in re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', text):
        regress.Regex(json.loads(pattern), "u")  # of JavaScript too
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    assert [key for key, definition in schema.get("$defs", {}).items() if not definition.get("description")] == []


def test_the_reference_of_fields_is_current() -> None:
    assert (DATA / FILE).read_text(encoding="utf-8") == fields_document(), "run `make schemas`"


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


@pytest.mark.parametrize("case", cases("schema"), ids=lambda case: case.label)
def test_schema_refuses_what_the_check_refuses_unless_it_is_beyond_an_editor(case: Case) -> None:
    assert validator(case.file).is_valid(data_of(case.changed())) is not case.editor


def test_every_example_is_a_value_of_its_field() -> None:
    """What the reference of fields shows can be copied."""
    records = [record for record in kinds_below(Record) if record in schema_records()]
    examples = [
        (info, example)
        for record in records
        for info in record.model_fields.values()
        for example in info.examples or ()
    ]
    assert len(examples) > 100
    for info, example in examples:
        data = strict_yaml.read_yaml(f"a: {as_yaml(example)}", "example.yaml").data["a"]
        TypeAdapter(Annotated[info.annotation, "", *info.metadata]).validate_python(data)


def test_the_entry_to_copy_passes_as_it_stands(project: Path) -> None:
    assert len(SMALLEST.splitlines()) < 15
    references = project / REFERENCES
    references.write_text(f"{references.read_text(encoding='utf-8')}\n{REFERENCE}", encoding="utf-8")
    (project / ENTRIES / "deepseek-x.yaml").write_text(SMALLEST, encoding="utf-8")
    assert [str(finding) for finding in findings_of(project)] == []
    assert not any("deepseek-x.yaml" in finding.file for finding in untranslated_texts(project))


def test_every_dimension_says_which_group_it_is_listed_in() -> None:
    """A field without one would stop the page of the first model that states it."""
    apart = {"source", "control", "notes"}
    assert marked_fields(Architecture, Group).keys() == Architecture.model_fields.keys() - apart
