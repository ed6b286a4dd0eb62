"""The day DeepSeek publishes a model with a mechanism that nobody had, rehearsed in a copy.

Each layer of it keeps a latent of 256 and an indexer key of 64 of a token, every fourth layer the keys and values of 4
heads of 128 too; it is routed, stored and optimised in new ways. Whatever has to know of one says so at once and by
name, and what was written here (`cases/next_model/`: a module, a drawing, words, some lines) is all that it takes.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from building import ROOT

pytestmark = pytest.mark.builds

PARTS = Path(__file__).parent / "cases" / "next_model"
STATE = 18 * 128 * 128
CACHE = 72 * (256 + 64) + 18 * 2 * 4 * 128
SUMMARY = """
  en: A model that nobody has trained.
  zh: 一个无人训练过的模型。
"""
STAGE = """training:
  - id: pre-training
    kind: pre-training
    variants: [rehearsed-x-base]
    source: rehearsed-x §4.2
    starts_from: random initialisation
    data: {tokens: 40T}
    sequence_length: 4096
    optimizer: {name: {value: Sophon, note: {en: It keeps one momentum., zh: 它保存一个动量。}}, weight_decay: 0.1}
"""


class Project:
    """A copy of code and data, in which a new kind is added step by step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: set[str] = set()
        self.words: dict[str, str] = {}
        for part in ("hooks", "data", "docs", "labs", "overrides", "tests", "bench"):
            shutil.copytree(
                ROOT / part, folder / part, ignore=shutil.ignore_patterns("golden")
            )  # with what is compiled
        shutil.copy(ROOT / "pyproject.toml", folder)
        for command in (["init", "-q"], ["add", "data"], ["commit", "-q", "-m", "before"]):
            git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *command]
            subprocess.run(git, cwd=folder, check=True)

    def add(self, file: str, text: str = "", part: str = "", before: str = "", after: str = "") -> None:
        """Write a file, or put a text before or after one that stands once in it."""
        path = self.folder / file
        text = text or (PARTS / part).read_text(encoding="utf-8")
        if place := before or after:
            old = path.read_text(encoding="utf-8")
            assert old.count(place) == 1, (file, place)
            text = old.replace(place, text + place if before else place + text)
        path.write_text(text, encoding="utf-8")
        self.files.add(file)

    def take(self, steps: list[dict[str, Any]]) -> None:
        """Add one after the other what is missing, which `check` says at once and by name."""
        for step in steps:
            expected = step.pop("says", [])
            self.add(**step)
            if expected:
                self.says(*expected)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": f"hooks{os.pathsep}."},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )

    def says(self, *expected: str) -> None:
        """`check` fails, and says all of this."""
        run = self.run("hooks/check.py", "check")
        assert run.returncode
        for text in expected:
            assert text in run.stdout + run.stderr, (text, run.stderr[-2000:])

    def draft(self) -> str:
        """Write the entry with `new`; return what was said."""
        (self.folder / "data/models/rehearsed-x.yaml").unlink(missing_ok=True)
        shutil.copy(ROOT / "data/references.bib", self.folder / "data/references.bib")
        config, paper = str(PARTS / "config.json"), str(PARTS / "paper.bib")
        given = ("--day", "2026-11-28", "--parent", "deepseek-v4-1", "--licence", "MIT", "--total", "not published")
        run = self.run("hooks/check.py", "new", "rehearsed-x", "--config", config, "--bib", paper, *given)
        assert run.returncode == 0, run.stderr
        return run.stdout


def filled(project: Project) -> None:
    """What a person adds to the draft."""
    file = project.folder / "data/models/rehearsed-x.yaml"
    text = file.read_text(encoding="utf-8")
    head, _, rest = text.partition("summary:")
    rest = rest.partition("builds_on:")[2]
    text = f"{head}summary:{SUMMARY}compared_with: deepseek-v4.1-flash\nbuilds_on:{rest}"
    text = text.replace("attention: TODO", "attention: XSA").replace("card §TODO", "card header").replace("TODO", "§2")
    file.write_text(text + STAGE, encoding="utf-8")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The model with all that it needs; on the way, everything that is missing speaks up."""
    steps = yaml.safe_load((PARTS / "steps.yaml").read_text(encoding="utf-8"))
    project = Project(tmp_path_factory.mktemp("next"))
    said = project.draft()
    for text in (
        "weights are in `NVX4 (E2M1)`, which is no number format",
        "`topk_method: xroute` is none that is known",
        "`xsa_full_interval: 4` is known to no field",
        "a new kind is a module in hooks/catalogue/attention/",
    ):
        assert text in said
    project.take(steps["code"])
    project.draft()
    filled(project)
    project.says(
        "`full_cache_layers` has no words to ask for it by",
        "found `NVX4 (E2M1)`",
    )
    project.take(steps["entry"])
    unread = project.run("-c", SECOND_READING)
    assert "ATTENTION in tests/shapes.py lacks XSA: write its matrices from its code" in unread.stderr
    project.take(steps["tests"])
    project.words = {step["file"]: (PARTS / step["part"]).read_text(encoding="utf-8") for step in steps["words"]}
    project.files |= project.words.keys()
    return project


SECOND_READING = "import sys; sys.path.append('tests'); import shapes, types; shapes.reading_of(types.SimpleNamespace(attention='XSA'))"
MISSING_WORDS = (
    "field.architecture.full_cache_layers",
    "drawing.kind_xsa",
    "drawing.say.kept_in_latent",
    "term.xsa_latent",
)


# The data is read once: for the check without the words and with them, for what is asked of the model, and for the tests
# of the copy that ask for its matrices, on the real catalogue with the model and on the small one, which has nothing of it.
PROGRAM = """
import functools, json, pathlib, sys
import check
import pytest
from catalogue import load as load_module
from checks import wording
from catalogue.derive.calculators import memory_footprint, memory_numbers, released_format
from catalogue.derive.training import training_metrics
from catalogue.derive.parameters import transformers_class
from render.context import make_context
from render.site import site_of
from render.words import load_words

read_project, checked = check.read_project, []
check.read_project = lambda *given: checked.append(read_project(*given)) or checked[0]
wording.load_catalogue = functools.cache(wording.load_catalogue)
words_in = json.loads(sys.argv[1])
sys.argv = ["check.py", "check"]
assert check.main(), "words are missing"
for file, text in words_in.items():
    pathlib.Path(file).write_text(text, encoding="utf-8")
if check.main():
    sys.exit(1)
((catalogue, _),) = checked
entry = catalogue.entries["rehearsed-x-base"]
found = {
    "terms": {term.name: term.value for term in entry.recount.terms},
    "total": entry.recount.total,
    "missing": [*entry.recount.missing, *entry.recount.cache_missing],
    "cache": entry.recount.kv_cache.value,
    "state": entry.recount.state.value,
    "footprint": {key: float(value) for key, value in memory_numbers(memory_footprint(entry)).items()},
    "released": released_format(entry),
    "metrics": sorted(training_metrics(entry).terms),
    "peer": transformers_class(entry.architecture),
    "pages": {},
    "svg": "",
}
load, catalogue_in = load_module.load_catalogue, pathlib.Path("data").resolve()
load_module.load_catalogue = lambda data, *given: catalogue if data.resolve() == catalogue_in else load(data, *given)
given = ["-q", "-p", "no:cacheprovider", "tests/test_sizes.py", "tests/test_attention_kinds.py"]
found["tests"] = pytest.main(given)
for language in ("en", "zh"):
    site = site_of(make_context(catalogue, load_words()[language]), "rehearsed-x")
    found["pages"][language] = {path: page.markdown + "".join(page.blocks.values()) for path, page in site.pages.items()}
    found["svg"] = found["svg"] or next(str(text) for path, text in site.files.items() if path.endswith(".svg"))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def made(whole: Project) -> dict[str, object]:
    run = whole.run("-c", PROGRAM, json.dumps(whole.words))
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    for key in MISSING_WORDS:
        assert f"hooks/render/words: `{key}` is missing" in run.stderr
    said, _, found_last = run.stdout.strip().rpartition("\n")
    assert "rehearsed-x does not say yet, what is worth most first" in said
    found: dict[str, object] = json.loads(found_last)
    assert found["tests"] == 0, said[-3000:]
    return found


def test_a_new_kind_of_attention_takes_six_files(whole: Project) -> None:
    routing = {"hooks/catalogue/derive/expression.py"}
    formats = {
        "hooks/catalogue/schema/training.py",
        "hooks/catalogue/derive/calculators.py",
    }
    assert len(whole.files - routing - formats) == 6


def test_sizes_and_cache_are_those_of_the_new_kind(made: dict[str, object]) -> None:
    terms = made["terms"]
    assert isinstance(terms, dict)
    assert made["missing"] == []
    assert made["cache"] == CACHE == 41_472
    assert terms["xsa_full_heads"] == 2 * 18 * 8192 * 4 * 128
    assert terms["xsa_latent"] == 72 * (8192 * 256 + 256 * 128 * 2 * 128 + 256)
    assert terms["gate_bias"] == 69 * 512, "the new routing has a bias, because its row says so"
    assert made["total"] == sum(terms.values())


def test_calculators_and_what_follows_use_it(made: dict[str, object]) -> None:
    footprint = made["footprint"]
    assert isinstance(footprint, dict)
    assert footprint["cache_elements"] == CACHE
    assert footprint["state_elements"] == made["state"] == STATE
    assert made["released"] == "mixed", "as the row of the new format says"
    assert "tokens_per_parameter" in str(made["metrics"])
    assert made["peer"] is None, "no class of transformers is taken for it"


def test_it_is_drawn_as_what_it_is(made: dict[str, object]) -> None:
    svg = str(made["svg"])
    assert "Latent with shared heads" in svg
    for number in ("320", "1,024", "41,472", f"{STATE:,}"):
        assert f">{number}<" in svg, number
    assert "Grouped-query" not in svg


def test_it_is_compared_with_its_predecessor_in_both_languages(made: dict[str, object]) -> None:
    pages = made["pages"]
    assert isinstance(pages, dict)
    for language, label in (("en", "Layers with a full cache"), ("zh", "保留完整缓存的层数")):
        html = "".join(pages[language].values())
        assert label in html
        assert "XSA" in html
        assert "41,472" in html
        assert f"{STATE:,}" in html, "what a sequence keeps beside its cache"
        assert "CSA2" in html, "what V4.1 has in its place"
