"""Where the test data is, and how a case breaks the small valid catalogue one way."""

import functools
import io
import itertools
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from labs import csa
from playwright.sync_api import ConsoleMessage, Error, Request, Response
from playwright.sync_api import Page as Tab
from selectolax.lexbor import LexborHTMLParser

import check as command_line
from catalogue import files
from catalogue import load as loading
from catalogue.derive.calculators import MemoryFootprint, memory_numbers
from catalogue.derive.expression import Computation
from catalogue.derive.parameters import recount_sizes
from catalogue.derive.what_if import HELD, work_out
from catalogue.findings import CatalogueError, Finding
from catalogue.load import load_catalogue
from catalogue.records import Catalogue
from catalogue.rules.draft import Draft
from checks import PageError
from render import words
from render.context import Context, make_context
from render.words import ENGLISH

ROOT = Path(__file__).parent.parent
DATA = ROOT / "data"
CASES = Path(__file__).parent / "cases"
VALID = CASES / "valid"


def script(name: str) -> str:
    """A function of tests/scripts/, to be evaluated in a page."""
    return (Path(__file__).parent / "scripts" / f"{name}.js").read_text(encoding="utf-8")


SCRIPTS_RUN, FONTS_READY, _SHOW = script("scripts_run"), script("fonts_ready"), script("show")

# What a page does in a frame, and what follows from it in the next, is done after two.
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

# By how many pixels a page is wider than the window.
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to break the valid catalogue, and the message that answers it.

    Attributes:
        old: Text that stands once in `file`; `new` takes its place.
        path: The path the message names, empty where it names none.
        says: Fragments of the message: what was found, what is allowed, nearest match, fix.
        in_file: The file that the message names, where it is another one.
        at: Text on the line that the message names; the beginning of `new` where left out.
        rule: Name of the rule that finds it; None where reading or the schema does.
        findings: How many findings there are in all.
        editor: Whether the JSON Schema refuses it too, so that an editor marks it.
    """

    label: str
    old: str
    new: str
    path: str
    says: tuple[str, ...]
    file: str = files.MODELS
    at: str | None = None
    in_file: str | None = None
    rule: str | None = None
    findings: int = 1
    editor: bool = True

    def _broken(self, text: str) -> str:
        assert text.count(self.old) == 1, (
            f"{self.label}: `{self.old}` stands {text.count(self.old)} times in {self.file}"
        )
        assert self.old != self.new, f"{self.label}: changes nothing"
        return text.replace(self.old, self.new)

    def changed(self) -> str:
        """The broken text of the file."""
        return self._broken((VALID / self.file).read_text(encoding="utf-8"))

    def apply(self, folder: Path) -> None:
        """Break the file in `folder`, on top of what is broken there already."""
        file = folder / self.file
        file.write_text(self._broken(file.read_text(encoding="utf-8")), encoding="utf-8")

    @property
    def place(self) -> str:
        """Text on the line that the message names."""
        return self.at or self.new.strip("\n").splitlines()[0]

    def line_beside(self, made: Iterable["Case"]) -> int:
        """The line that the message has to name where these cases are made."""
        file = self.in_file or self.file
        text = (VALID / file).read_text(encoding="utf-8")
        for case in made:
            text = case._broken(text) if case.file == file else text
        assert text.count(self.place) == 1, f"{self.label}: `{self.place}` stands {text.count(self.place)} times"
        return text[: text.index(self.place)].count("\n") + 1


def table(name: str) -> Any:
    """What stands in tests/cases/`name`.yaml."""
    return yaml.load(
        (CASES / f"{name}.yaml").read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )


@functools.cache
def cases(name: str) -> list[Case]:
    """The cases of tests/cases/`name`.yaml, each with what is changed: `[old, new]`."""

    def case(change: list[str], says: list[str], **rest: Any) -> Case:
        return Case(old=change[0], new=change[1], says=tuple(says), **rest)

    return [case(**each) for each in table(name)]


def edit(file: Path, *changes: tuple[str, str]) -> None:
    """Put other texts in the place of some that the file has."""
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{file.name} has no `{old}`"
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def each_row(listed: list[dict[str, Any]]) -> pytest.MarkDecorator:
    """A test for each row of a table, which it takes as `row` and which gives it its name."""
    return pytest.mark.parametrize("row", listed, ids=lambda row: row["label"])


def findings_of(folder: Path, reading: Callable[[Path], object] = load_catalogue) -> tuple[Finding, ...]:
    """What is wrong with the catalogue in `folder`, or with what else is read there; nothing if it loads."""
    try:
        reading(folder)
    except (CatalogueError, PageError) as error:
        return error.findings
    return ()


def draft_of(folder: Path) -> Draft:
    """What the rules get to see of a catalogue that fits the schema."""
    draft, _ = loading.read_draft(folder.name, files.read_texts(folder))
    return draft


def check(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """What hooks/check.py answers, in this process, which need not import everything anew; what it raises, this raises."""
    said, complained = io.StringIO(), io.StringIO()
    given = ["check.py", *map(str, arguments)]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(complained):
        patch.setattr(sys, "argv", given)
        patch.chdir(cwd)
        code = command_line.main()
    return subprocess.CompletedProcess(given, code, said.getvalue(), complained.getvalue())


def check_apart(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run hooks/check.py of the project `cwd` as a reader does, in a process of its own."""
    command = [sys.executable, str(cwd / "hooks" / "check.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False)


def ended_process() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def commit_all(folder: Path) -> None:
    """Make a folder a repository of one commit."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for command in (("init", "-q"), ("add", "-A"), (*who, "commit", "-qm", "data: add")):
        subprocess.run(["git", *command], cwd=folder, check=True)


def calculated_cache(found: MemoryFootprint, length: int) -> Computation:
    """Bytes of a reader's cache as the workbench works them out, at two bytes a number."""
    parts = [part for part in HELD if part.name == "cache_bytes"]
    numbers = {**memory_numbers(found), "cache_bits": 16, "sequences": 1, "context_length": length}
    return work_out(parts, numbers)["cache_bytes"]


def attention_cost(layer: Mapping[str, Any], n: int, k: int) -> tuple[int, int, int]:
    """Products of attention and indexer, and elements read, for a token after n others; `layer` is one of `compared_layers`."""
    entries = n // layer["ratio"]
    read = csa.read(n, layer["ratio"], k if layer["chooses"] else entries, layer["window"])
    indexed = entries * layer["index_wide"]
    return layer["heads"] * layer["wide"] * read, layer["index_heads"] * indexed, layer["entry"] * read + indexed


_words = functools.cache(words.load_words)


def context_of(catalogue: Catalogue, language: str = ENGLISH) -> Context:
    """A catalogue, ready to be rendered in a language."""
    return make_context(catalogue, _words()[language])


def contemporary_entries(catalogue: Catalogue) -> dict[str, SimpleNamespace]:
    """Models of other makers as far as their sizes go, which are recomputed as those of entries are."""
    return {
        one.id: SimpleNamespace(
            variant=SimpleNamespace(id=one.id, vision=None, parameters=SimpleNamespace(parts=())),
            architecture=one.architecture,
            architecture_owner=one.id,
            recount=recount_sizes(one.architecture),
            parts={},
        )
        for one in catalogue.contemporaries
    }


def printed(text: str) -> str:
    """A text of the catalogue as the finished site prints it."""
    return text.replace("'", "’")


def leads_on(html: str) -> bool:
    """Whether a page is only there to lead to the address that took its place."""
    return 'http-equiv="refresh"' in html


def built_page(site: Path, path: str) -> LexborHTMLParser:
    """A page of a built site, by its address."""
    return LexborHTMLParser((site / path / "index.html").read_text(encoding="utf-8"))


def family(site: Path, model_id: str, part: str = "") -> LexborHTMLParser:
    """The built page that has a part of a model, to which the address of the part leads."""
    file = site / "models" / model_id / part / "index.html"
    text = file.read_text(encoding="utf-8")
    if leads_on(text):
        target = re.search(r'<a href="([^"#]*)', text)
        text = (file.parent / target[1] / "index.html").resolve().read_text(encoding="utf-8")
    return LexborHTMLParser(text)


def show(page: Tab, built: Path, keep: str = "") -> None:
    """Put a built page in place of the one that is open, where no script matters: it takes a third of what opening does."""
    page.evaluate(_SHOW, [built.read_text(encoding="utf-8"), keep])


@contextmanager
def leaving(page: Tab) -> Iterator[None]:
    """What is done in here leads to another page, whose scripts have run afterwards: a click by itself waits for neither."""
    with page.expect_navigation():
        yield
    page.evaluate(SCRIPTS_RUN)


@contextmanager
def watched(page: Tab, address: str) -> Iterator[list[str]]:
    """What goes wrong on a page, and nothing may: errors, requests elsewhere, answers of 400 and above."""
    problems: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            problems.append(message.text)

    def failed(error: Error) -> None:
        problems.append(str(error))

    def asked(request: Request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            problems.append(request.url)

    def answered(response: Response) -> None:
        if response.status >= 400:
            problems.append(f"{response.status} {response.url}")

    heard = {"console": said, "pageerror": failed, "request": asked, "response": answered}
    for event, hear in heard.items():
        page.on(event, hear)
    yield problems
    for event, hear in heard.items():
        page.remove_listener(event, hear)
    assert problems == []


# What takes seconds for a state, and an input that changes it in less.
SIMULATED = {"bias-balance": "step", "fp8-tiles": "spread"}


def ends_of_inputs(play: Any, combined: bool = False) -> list[dict[str, Any]]:
    """The first, a middle and the last value of each slider, and all or no box ticked: each once, or every combination."""
    values = []
    for control in play.controls:
        if control.marks:
            values.append(["1" * len(control.start), "0" * len(control.start), control.start])
        else:
            steps = [value for value, _ in control.steps]
            values.append([steps[0], steps[len(steps) // 2], steps[-1]])
    names = [control.name for control in play.controls]
    at_once = ([options[min(at, len(options) - 1)] for options in values] for at in range(3))
    return [dict(zip(names, chosen, strict=True)) for chosen in (itertools.product(*values) if combined else at_once)]
