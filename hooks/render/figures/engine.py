"""Figures that scripts draw: QuickJS runs `scripts/` at build, and answers what they ask of catalogue and labs."""

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Self

import quickjs
from markupsafe import Markup

from catalogue.derive.expression import architecture_numbers

from .. import assets
from ..context import Context
from ..format import format_compact, format_three_digits, spoken_number
from ..words import Words
from .canvas import text_width, wrapped_text
from .given import GIVEN, architecture_number, lab_result, random_numbers
from .meanings import KINDS, MEANINGS

_BESIDE = ("caption", "try")  # words that stand beside a figure


def _key_of(words: Words, figure: str, key: str) -> str:
    """Its own word, or one that all figures or all pages share."""
    own = f"mechanism.{figure}.{key}"
    return next((known for known in (own, f"play.{key}", f"punctuation.{key}") if known in words), own)


class _Answers:
    """What scripts ask while a page is made: a method for each question, which takes and gives what JSON can hold."""

    def __init__(self, context: Context) -> None:
        self.context, self.words = context, context.words

    def word(self, figure: str, key: str) -> str:
        return self.words(_key_of(self.words, figure, key))

    def drawing_word(self, technique: str, label: str) -> str:
        own, common = f"draw.{technique}.{label}", f"draw.common.{label}"
        return self.words(common if own not in self.words and common in self.words else own)

    def text_of(self, key: str) -> str:
        return self.words(key)

    def numbers(self, entry: str) -> Mapping[str, int]:
        architecture = self.context.catalogue.entries[entry].architecture
        if architecture is None:
            raise ValueError(f"{entry} has no architecture")
        return architecture_numbers(architecture)

    def value(self, entry: str, path: str) -> float:
        return architecture_number(self.context.catalogue.entries[entry], path)

    def number(self, path: str) -> float:
        return float(self.context.lookup.find_number(path))

    def text(self, path: str) -> str:
        return self.words.text(self.context.lookup.find(path).value)

    def lab(self, name: str, *arguments: Any) -> Any:
        return GIVEN[name](self.context, *arguments) if name in GIVEN else lab_result(name, as_json(arguments))

    def random(self, seed: int, *draws: Any) -> Any:
        return random_numbers(seed, as_json(draws))

    def compact(self, number: int) -> str:
        return format_compact(number)

    def three_digits(self, number: int) -> str:
        return format_three_digits(number)

    def spoken(self, number: int) -> str:
        return spoken_number(number, self.words)

    def text_width(self, text: str, size: float, bold: bool = False) -> float:
        return text_width(text, size, bold)

    def wrapped(self, text: str, size: float, room: float, bold: bool) -> list[str]:
        return wrapped_text(text, size, room, bold=bold)


class BrokenScript(SystemExit, Exception):
    """A script that fails, with its file and line; said in one line even where a module is being loaded."""


_SCRIPTS = Path(assets.__file__).parent / "scripts"
_INPUT, _FILE = re.compile(r"<input>:(\d+)"), re.compile(r'^file = "(.*)";$')


class Engine:
    """QuickJS with some scripts, whose functions Python calls."""

    def __init__(self, source: str) -> None:
        self._answers: _Answers | None = None
        self._failed: Exception | None = None
        self._js = quickjs.Context()
        self._js.add_callable("ask", self._answer)
        called = "globalThis.call = (name, given) => JSON.stringify(eval(name)(...JSON.parse(given)));"
        text = f"(() => {{\n{source}\n{called}\n}})();"
        self._lines = text.splitlines()
        try:
            self._js.eval(text)
        except quickjs.JSException as error:
            raise BrokenScript(_INPUT.sub(self._place, str(error))) from None
        self._call = self._js.get("call")

    def call(self, function: str, *arguments: object, context: Context | None = None) -> Any:
        """Raises what an answer raised, and BrokenScript where a script fails by itself."""
        self._answers = _Answers(context) if context else None
        try:
            return json.loads(self._call(function, as_json(arguments)))
        except quickjs.JSException as error:
            failed, self._failed = self._failed, None
            if failed is not None:
                raise failed from None
            raise BrokenScript(f"{function}{arguments[:1]}: {_INPUT.sub(self._place, str(error))}") from None

    def _place(self, line: re.Match[str]) -> str:
        """File and line of what failed, for a line of the joined source."""
        before = self._lines[: int(line[1]) - 1]
        first, file = next(
            ((at, begins[1]) for at, one in reversed([*enumerate(before)]) if (begins := _FILE.match(one))), (0, "")
        )
        return f"hooks/render/scripts/{file}.js:{len(before) - first}" if file else line[0]

    def _answer(self, question: str, given: str) -> str:
        try:
            return as_json(getattr(self._answers, question)(*json.loads(given)))
        except Exception as error:
            self._failed = error  # QuickJS would only say that a call failed
            raise


def unreadable_scripts() -> Iterator[tuple[str, int, str]]:
    """File, line and fault of every script that is no JavaScript, and of sheets whose brackets do not pair."""
    for path in sorted(_SCRIPTS.rglob("*.js")):
        try:
            quickjs.Context().eval(f"() => {{{path.read_text('utf-8')}\n}}")
        except quickjs.JSException as error:
            said, line = str(error).partition("\n")[0], _INPUT.search(str(error))
            yield f"scripts/{path.relative_to(_SCRIPTS).as_posix()}", int(line[1]) if line else 1, said
    for path in sorted((_SCRIPTS.parent / "styles").glob("*.css")):
        opened, closed = (path.read_text("utf-8").count(sign) for sign in "{}")
        if opened != closed:
            yield f"styles/{path.name}", 1, f"{opened} brackets `{{` and {closed} `}}`"


@lru_cache(maxsize=16)
def _engine_for(source: str, thread: int) -> Engine:
    """QuickJS measures its stack from the thread that made it, so each thread has its own engine."""
    return Engine(source)


def run_script(page: str, function: str, *arguments: object) -> Any:
    """A page script's function, run as in a browser."""
    return _engine_for(assets.drawing_source(page), threading.get_ident()).call(function, *arguments)


def run_figures(function: str, *arguments: object, context: Context | None = None) -> Any:
    """A function of the scripts of figures and drawings."""
    source = _with_meanings(assets.figure_source())
    return _engine_for(source, threading.get_ident()).call(function, *arguments, context=context)


@lru_cache(maxsize=1)
def _with_meanings(source: str) -> str:
    return f'"use strict";\nconst KINDS = {as_json(KINDS)}, MEANINGS = {as_json(MEANINGS)};\n{source}'


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=lambda array: array.tolist())


@dataclass(frozen=True)
class Declared:
    """Where a figure stands.

    Attributes:
        file: Its script, `play/…` where it has inputs, which a reader's browser runs.
        page: The page that places it with `{{ block('mechanism-…') }}`, or that of a technique, which shows it by itself.
        technique: The one that an interactive figure is about: its page shows it too, and its colours have their meanings there.
        also: Techniques whose pages lead to it.
    """

    name: str
    file: str
    page: str
    technique: str
    also: Sequence[str]

    @property
    def script(self) -> str:
        """The bundle of a figure with inputs; empty for one without."""
        folder, _, name = self.file.partition("/")
        return name if folder == "play" else ""

    @property
    def stands_on_its_technique(self) -> bool:
        return self.page in (f"techniques/{id_}.md" for id_ in (self.technique, *self.also))


FIGURES: Mapping[str, Declared] = {each["name"]: Declared(**each) for each in run_figures("places")}


_WRITTEN = re.compile(r'^figure\("([\w-]+)"(.*?)^\}\);$', re.MULTILINE | re.DOTALL)
_ASKED = re.compile(r'\b(?:say|titled)\("(\w+)"')


def words_of_figures(words: Words) -> Iterator[str]:
    """Keys that scripts name as they stand, and those beside a figure; what a script puts together, the build asks for."""
    for name, script in _WRITTEN.findall(assets.figure_source()):
        beside = _BESIDE if FIGURES[name].script else _BESIDE[:1]
        yield from (_key_of(words, name, key) for key in (*beside, *_ASKED.findall(script)))


@dataclass(frozen=True)
class Control:
    """An input of a figure.

    Attributes:
        name: Key in the state; in the address it follows the figure's name.
        start: Value at build.
        steps: Values of a slider, each with its label.
        known: Name under which scripts have the steps of a slider; empty where the page has them.
        marks: Number of boxes to tick at first; the value is a text of 0 and 1, one for each box.
    """

    name: str
    label: str
    start: Any
    steps: Sequence[tuple[Any, str]] = ()
    marks: int = 0
    known: str = ""

    @property
    def place(self) -> int:
        return [value for value, _ in self.steps].index(self.start)

    @property
    def shown(self) -> str:
        return self.steps[self.place][1]


@dataclass(frozen=True)
class DrawnPanel:
    title: str
    height: float
    says: str
    shapes: Markup
    width: float = 360

    @classmethod
    def of(cls, drawn: Mapping[str, Any]) -> Self:
        return cls(**{**drawn, "shapes": Markup(drawn["shapes"])})


@dataclass(frozen=True)
class Figure:
    """A figure as a page shows it.

    Attributes:
        data: Given to the script beside the state.
        runs: The slider that a Play button moves; empty without one.
    """

    context: Context
    name: str
    controls: Sequence[Control]
    data: Mapping[str, Any]
    runs: str = ""

    @property
    def start(self) -> dict[str, Any]:
        return {control.name: control.start for control in self.controls}

    @cached_property
    def script_data(self) -> dict[str, Any]:
        words, own = self.context.words, f"mechanism.{self.name}."
        apart = {f"{own}{key}" for key in (*_BESIDE, *(control.name for control in self.controls))}
        said = {key.removeprefix(own): words(key) for key in words if key.startswith(own) and key not in apart}
        shared = {"percent": words("play.percent"), "listed": words("punctuation.listed")}
        steps = {c.name: c.known or [*zip(*c.steps, strict=True)] for c in self.controls if c.steps}
        return {"words": shared | said, **self.data, "steps": steps}

    def draw(self, state: Mapping[str, Any] | None = None) -> tuple[list[DrawnPanel], str]:
        """Panels, and the sentence beside the inputs; those that the state leaves out keep their first value."""
        asked = {**self.start, **(state or {})}
        drawn = run_figures("drawn", self.name, self.data, asked, context=self.context)
        return [DrawnPanel.of(each) for each in drawn["panels"]], drawn["status"]


def figure_of(context: Context, name: str) -> Figure:
    found = run_figures("described", name, context=context)
    controls = [Control(**each) for each in found["controls"]]
    return Figure(context, name, controls, found["data"], found["runs"])
