"""The tests of an exercise notice wrong answers, say what differs, and ask for nothing but its own function."""

import importlib
import inspect
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import yaml

from building import ROOT
from catalogue.records import Catalogue
from render.exports.notebooks_and_cards import EXERCISE_ARCHIVE, lab_downloads, without_body
from render.labs import EXERCISES

WRONG = yaml.safe_load((ROOT / "tests/cases/exercises.yaml").read_text("utf-8"))


def checks_of(exercise: str) -> Iterator[tuple[Callable[..., None], dict[str, Callable[..., object]]]]:
    """Each test of the exercise's file, with the fixtures that it asks for."""
    path = EXERCISES / f"test_{exercise.split('.')[1]}.py"
    names: dict[str, object] = {}
    exec(compile(path.read_text("utf-8"), path, "exec"), names)
    for name, test in names.items():
        if name.startswith("test_"):
            yield test, {each: names[each].__wrapped__ for each in inspect.signature(test).parameters if each in names}


def run_checks_of(exercise: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for test, fixtures in checks_of(exercise):
        with monkeypatch.context() as patch, np.errstate(all="ignore"):
            asked = inspect.signature(test).parameters
            test(**{each: fixtures[each](patch) if each in fixtures else patch for each in asked})


def module_of(exercise: str) -> tuple[ModuleType, str]:
    module, function = exercise.split(".")
    return importlib.import_module(f"labs.{module}"), function


@pytest.fixture(params=WRONG)
def exercise(request: pytest.FixtureRequest) -> str:
    return request.param


def test_wrong_answers_are_noticed(exercise: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, function = module_of(exercise)
    text = inspect.getsource(getattr(module, function))
    for case in WRONG[exercise]:
        assert text.count(case["was"]) == 1, case
        planted = dict(vars(module))
        exec(text.replace(case["was"], case["now"]), planted)
        with monkeypatch.context() as patch:
            patch.setattr(module, function, planted[function])
            try:
                run_checks_of(exercise, patch)
                said = ""
            except AssertionError as noticed:
                said = str(noticed)
        assert said, f"{case['wrong']}: no test of {exercise} notices, or none says what differs"


def test_an_exercise_is_passed_by_its_own_function_alone(exercise: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the archive, where all other exercises are empty."""
    for other in WRONG:
        module, function = module_of(other)
        if other != exercise:
            names = dict(vars(module))
            exec(without_body(inspect.getsource(getattr(module, function)), function), names)
            monkeypatch.setattr(module, function, names[function])
    run_checks_of(exercise, monkeypatch)


def test_the_archive_has_a_test_for_each_function_to_write(catalogue: Catalogue, tmp_path: Path) -> None:
    asked = [problem.exercise for problem in catalogue.problems if problem.exercise]
    assert sorted(asked) == sorted(WRONG)
    zipfile.ZipFile(io.BytesIO(dict(lab_downloads(asked))[EXERCISE_ARCHIVE])).extractall(tmp_path)
    for command in re.findall(r"exercises/\w+\.py", (tmp_path / "README.md").read_text("utf-8")):
        assert (tmp_path / command).exists()
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "exercises"]
    empty = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "NotImplementedError" in empty.stdout
    assert " passed" not in empty.stdout, "a test that passes before anything is written asks for nothing"
