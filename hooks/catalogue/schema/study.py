"""What is studied: guides, routes and code (data/study.yaml), problems, experiments, corrections, and what people type for a page."""

import re
from enum import Enum, StrEnum
from typing import Self

from pydantic import Field, StrictBool, field_validator, model_validator

from .training import StageKind
from .values import Block, Identifier, PartialDate, Record, Remark, Text, Title, optional, required

PAGE = re.compile(r"(guide|model|technique):[a-z0-9.-]+|page:[a-z0-9/-]+")


class Guide(Record):
    """A guide, `docs/<language>/guides/<id>.md`, and the guides that it builds on."""

    id: Identifier = required("Name of the file without its ending.")
    needs: tuple[Identifier, ...] = optional("Guides to read before this one.", default=())


class RouteStep(Record):
    """A page of a route, and what one is able to do after it."""

    page: str = required("`guide:id`, `model:id`, `technique:id`, or `page:path` for any other.", "guide:attention")
    at: Identifier | None = optional(
        "Section of a model's or technique's page that is meant, by its anchor; left out: all.", "how"
    )
    gain: Text = required("What one can do afterwards, a sentence.")

    @field_validator("page")
    @classmethod
    def _is_a_page(cls, page: str) -> str:
        if not PAGE.fullmatch(page):
            raise ValueError("allowed is `guide:id`, `model:id`, `technique:id` or `page:path`")
        return page


class Sitting(Record):
    """A sitting, such as an evening of a week."""

    name: Text | None = optional("Its name, where a route has several.")
    steps: tuple[RouteStep, ...] = required("Pages in order.", min_length=1)
    sheet: tuple[Identifier, ...] = optional(
        "Problems of the sitting's sheet, by id, in the order in which to take them.", default=()
    )
    experiment: Text | None = optional("What to run afterwards, and what to predict first.")


class Route(Record):
    """Pages in the order in which one reads them."""

    id: Identifier = required("Anchor on the page.")
    name: Text = required("Heading, such as `An evening`.")
    intro: Text = required("For whom it is, a sentence or two.")
    parts: tuple[Sitting, ...] = required("Sittings in order.", min_length=1)

    @property
    def steps(self) -> tuple[RouteStep, ...]:
        return tuple(step for part in self.parts for step in part.steps)


class Subject(Enum):
    """A field inside which a letter means one thing."""

    LEARNING = "learning"
    ATTENTION = "attention"
    ROUTING = "routing"
    MACHINE = "machine"
    OPTIMISER = "optimiser"
    CORPUS = "corpus"
    POLICY = "policy"
    DRAFTING = "drafting"
    BATCH = "batch"
    SCORES = "scores"


class Symbol(Record):
    """A letter of the guides' formulas."""

    latex: str = required("LaTeX, without dollar signs.", r"\pi_\theta", min_length=1)
    meaning: Text = required("What it stands for, without a full stop.")


class GuideFormula(Record):
    """A formula that a guide shows with `{{ block('formula-id') }}`."""

    id: Identifier = required("Its name in `{{ block('formula-id') }}`.")
    subject: Subject = required("Whose symbols it is written in.")
    latex: str = required("LaTeX, without dollar signs.", r"C \approx 6 N D", min_length=1)
    meaning: Text = required("What it says, in words.")


class Repository(Record):
    """A public repository at one commit, or as it was packaged where its commits could not be read."""

    id: Identifier = required("Name by which places in it are given.")
    repository: str = required("Owner and name on GitHub.", pattern=r"^[\w.-]+/[\w.-]+$")
    commit: str | None = optional("The commit that was read.", pattern=r"^[0-9a-f]{40}$")
    package: str | None = optional(
        "Name and version of the package that was read, in place of `commit`.",
        "deepinfer 0.1.0",
        pattern=r"^[\w.-]+ [\w.]+$",
    )

    @model_validator(mode="after")
    def _is_pinned(self) -> Self:
        if (self.commit is None) == (self.package is None):
            raise ValueError("name either the `commit` or the `package` that was read")
        return self

    @property
    def version(self) -> str:
        """Short enough to stand beside a link."""
        return self.package or str(self.commit)[:7]

    def line_address(self, file: str, line: int) -> str:
        """Of a line at the commit; lines of a package have none, so its repository."""
        address = f"https://github.com/{self.repository}"
        return f"{address}/blob/{self.commit}/{file}#L{line}" if self.commit else address


class CodePlace(Record):
    """Where an open repository implements a technique."""

    technique: Identifier = required("Id of the technique.")
    repository: Identifier = required("Id of the repository.")
    file: str = required("Path in the repository.", min_length=1)
    name: str = required("Class or function.", min_length=1)
    line: int = required("Line at that commit.", ge=1)
    note: Text | None = optional("What to look for there, or what it leaves out.")


class StudyFile(Record):
    """Guides in the order of the navigation, and routes."""

    guides: tuple[Guide, ...] = optional("Guides in the order in which they are listed.", default=())
    routes: tuple[Route, ...] = optional("Routes, the shortest first.", default=())
    symbols: dict[Subject, tuple[Symbol, ...]] = Field(
        default_factory=dict, description="Letters of the guides' formulas, by subject."
    )
    formulas: tuple[GuideFormula, ...] = optional("Formulas that guides show.", default=())
    repositories: tuple[Repository, ...] = optional("Repositories that implement techniques.", default=())
    code: tuple[CodePlace, ...] = optional("Places in them, by technique.", default=())


class ProblemKind(StrEnum):
    """What a problem asks for."""

    COMPUTE = "compute"
    ESTIMATE = "estimate"
    DERIVE = "derive"
    PREDICT = "predict and run"
    CODE = "write and test"
    PUZZLE = "puzzle"
    ERROR = "find the error"
    CLAIM = "read critically"
    DESIGN = "design"
    EXPLAIN = "explain"


class Simulator(StrEnum):
    """What a puzzle is played on; each tells at every move what has been reached."""

    CHUNKS = "chunks"
    ROUTING = "routing"


class Measured(Record):
    """A number that an experiment of labs/train found, with its spread over the seeds."""

    experiment: Identifier = required("Experiment, as `experiments.yaml` names it.")
    column: str = required("Column of its results.")
    arm: str = required("Arm of the experiment.")
    less: str | None = optional(
        "Arm whose number with the same seed is taken away; without it the number itself counts."
    )


class Mistake(Record):
    """A wrong way that leads to another number, so that it can be named."""

    formula: str = required("What the wrong way computes.", min_length=1)
    says: Text = required("What went wrong.")


class Step(Record):
    """A step of a worked solution; one with a formula computes a number that later steps use by its name."""

    says: Text = required("What the step does and why.")
    name: Identifier | None = optional("Name under which later formulas use the result.")
    formula: str | None = optional("The step's number, over config.json names, `numbers` and earlier steps.")
    unit: Text | None = optional("What the number counts.")

    @model_validator(mode="after")
    def _names_a_number(self) -> Self:
        if self.name is not None and self.formula is None:
            raise ValueError("a step with a `name` needs a `formula`")
        return self


class Option(Record):
    """Something to choose."""

    text: Text = required("What can be chosen.")
    right: bool = optional("Whether it is the answer.", default=False)
    says: Text = required("Why it is right, or what is wrong with it.")


class Problem(Record):
    """A question with a number for an answer, something to choose, or an answer in words."""

    id: Identifier = required("Name of the problem; with `variants` each has the variant's id behind it.")
    kind: ProblemKind = optional("What it asks for.", default=ProblemKind.COMPUTE)
    level: int = optional("1: from the page; 2: some thought; 3: a piece of work.", default=1, ge=1, le=3)
    pages: tuple[str, ...] = optional("Pages that ask it: `guide:id`, `technique:id` or `model:id`.", default=())
    variants: tuple[Identifier, ...] = optional(
        "Variants of which it is asked; `{name}` in the question is theirs, and their model's page asks it too.",
        default=(),
    )
    title: Title = required("A name by which lists call it; `{name}` is the variant's.", "Why divide by √d?")
    question: Text = required("The question.")
    hints: tuple[Text, ...] = optional("Hints, shown one by one.", default=())
    options: tuple[Option, ...] = optional("What can be chosen, in the order in which it stands.", default=())
    formula: str | None = optional("Answer as a formula over config.json names, `numbers` and the names of `steps`.")
    numbers: dict[str, str] = Field(
        default_factory=dict,
        description="Further numbers by name: paths of the catalogue, `{id}` being the variant and `{model}` its model.",
    )
    zh_names: dict[str, str] = Field(
        default_factory=dict,
        description="Chinese for the names of `numbers` and `steps` that a working shows; symbols of one or two letters stay.",
    )
    unit: Text | None = optional("What the number counts.")
    tolerance_percent: int = optional("How far off an answer may be, in per cent.", default=1, ge=0, le=50)
    mistakes: tuple[Mistake, ...] = optional("Likely mistakes.", default=())
    steps: tuple[Step, ...] = optional("The worked solution, step by step.", default=())
    points: tuple[Text, ...] = optional("What a good answer in words has, to compare with one's own.", default=())
    answer: Text | None = optional("Answer in words; with a formula, a remark on it.")
    exercise: str | None = optional(
        "Function to write, as `module.function` of labs/; the archive of exercises tests it."
    )
    measured: Measured | None = optional(
        "Number to predict and then to measure; a run counts that lies in the band over the seeds."
    )
    simulator: Simulator | None = optional("What a puzzle is played on.")

    @model_validator(mode="after")
    def _has_an_answer(self) -> Self:
        if not (self.formula or self.answer or self.options or self.points or self.steps):
            raise ValueError("a problem needs a `formula`, `options`, `steps`, `points` or an `answer`")
        if self.options and sum(option.right for option in self.options) != 1:
            raise ValueError("exactly one of the `options` is `right: true`")
        if (self.kind is ProblemKind.CODE) != (self.exercise is not None):
            raise ValueError("`exercise` belongs to `kind: write and test`, and that kind needs one")
        if self.measured and (self.kind is not ProblemKind.PREDICT or self.formula or self.options):
            raise ValueError("`measured` belongs to `kind: predict and run`, and has neither `formula` nor `options`")
        if self.simulator and self.kind is not ProblemKind.PUZZLE:
            raise ValueError("`simulator` belongs to `kind: puzzle`")
        wrong = [page for page in self.pages if not PAGE.fullmatch(page) or page.startswith("page:")]
        if wrong:
            raise ValueError(f"`{wrong[0]}` is no page; allowed is `guide:id`, `technique:id` or `model:id`")
        if not self.pages and not self.variants:
            raise ValueError("a problem stands on `pages` or is asked of `variants`")
        return self

    @model_validator(mode="after")
    def _workings_are_chinese(self) -> Self:
        own = {*self.numbers, *(step.name for step in self.steps if step.name)}
        if strange := [name for name in self.zh_names if name not in own]:
            raise ValueError(f"`zh_names`: `{strange[0]}` is no name of `numbers` or `steps`")
        shown = [step.formula or "" for step in self.steps]
        if self.formula and not self.formula.isidentifier():
            shown.append(self.formula)
        words = set(re.findall(r"[a-z_][a-z_0-9]{2,}", " ".join(shown)))
        lacking = sorted(name for name in own - self.zh_names.keys() if name.replace("-", "_") in words)
        if lacking and not self.question.lacks_chinese:
            raise ValueError(f"`zh_names` lacks `{lacking[0]}`, which the working shows")
        return self


class ProblemsFile(Record):
    """All problems."""

    problems: tuple[Problem, ...] = optional("Problems in order.", default=())


class Expect(StrEnum):
    """How the first of two arms should lie against the second."""

    LOWER = "lower"
    HIGHER = "higher"
    EQUAL = "equal"


class ExperimentVerdict(StrEnum):
    """What the seeds say of an expectation: a difference counts beyond its 95 % interval; equality is never shown."""

    SHOWN = "shown"
    NOT_SHOWN = "not shown"
    OPPOSITE = "opposite"
    CONSISTENT = "consistent"
    SEEN_LATER = "seen later"


class Arm(Record):
    """One of the ways that an experiment compares."""

    id: str = required("Its name in the column `arm` of the results.", "mla rebuilt", min_length=1)
    name: Text = required("What readers see.")


class Comparison(Record):
    """Two arms and the column by which they are compared."""

    column: str = required("Column of the results.", "loss", pattern=r"^[a-z_]+$")
    first: str = required("Id of the arm that is compared.", min_length=1)
    second: str = required("Id of the arm that it is compared with.", min_length=1)
    expect: Expect = required("How the first should lie against the second.")
    against: str | None = optional(
        "Column of the second arm, where it is another one; then both arms may be the same.", pattern=r"^[a-z_]+$"
    )
    later: bool = optional("Whether the comparison was chosen after a look at results.", default=False)
    verdict: ExperimentVerdict | None = optional(
        "What came out, so that `result` is read again when it changes; left out before a run."
    )


class Experiment(Record):
    """A claim of a paper, tried on a small model with several seeds; `python -m labs.train.experiments <id>` runs it."""

    id: Identifier = required("Its name, and that of its results, `data/experiments/<id>.csv`.")
    name: Text = required("Heading, a few words.")
    technique: Identifier | None = optional(
        "Technique that it is about; left out for what every model shares, such as its shape."
    )
    question: Text = required("What is asked.")
    expectation: Remark = required("What the papers let one expect.")
    arms: tuple[Arm, ...] = required("What is compared, in the order in which it is drawn.", min_length=2)
    curve: str | None = optional("Column of `<id>.curve.csv` that is drawn over the steps.", pattern=r"^[a-z_]+$")
    comparisons: tuple[Comparison, ...] = required("Which arms are held against each other.", min_length=1)
    result: Text | None = optional("What came out, in words; left out before a run.")
    why: Text | None = optional("Why it came out so, or what hid the effect.")
    does_not_show: Text = required("What must not be concluded.")
    next: Text | None = optional("What to try next, with the command or the line to change.")

    @property
    def columns(self) -> tuple[str, ...]:
        """What is compared, each once."""
        return tuple(dict.fromkeys(name for one in self.comparisons for name in (one.column, one.against) if name))

    @model_validator(mode="after")
    def _compares_its_arms(self) -> Self:
        arms = [arm.id for arm in self.arms]
        for comparison in self.comparisons:
            for arm in (comparison.first, comparison.second):
                if arm not in arms:
                    raise ValueError(f"`{arm}` is no arm; allowed are {', '.join(f'`{one}`' for one in arms)}")
            if (comparison.verdict is None) != (self.result is None):
                raise ValueError("an experiment that was run has a `result` and a `verdict` for each comparison")
        return self


class ExperimentsFile(Record):
    """data/experiments.yaml."""

    experiments: tuple[Experiment, ...] = optional("Experiments in the order in which they are listed.", default=())


class Correction(Block):
    """A mistake of this site that was mended."""

    date: PartialDate = required("Day on which it was mended.", "2026-11-26")
    entry: Identifier | None = optional("Model or technique whose page it was on.", "deepseek-v2-5")
    central: StrictBool = optional(
        "true for what readers may have quoted, a number or a licence for example: it stands first, for good.",
        True,
        default=False,
    )
    about: Text = required("What it is the value of.", "Scale of YaRN in V2.5's configuration")
    was: Text = required("What the site said.", "0.707")
    since: PartialDate = required("Day on which the site began to say so.", "2026-11-25")
    right: Text = required("What the source says.", "1.0")
    why: Text | None = optional("How it came about, where that helps others.", "Inherited from V2.")


class CorrectionsFile(Record):
    """data/corrections.yaml."""

    corrections: tuple[Correction, ...] = optional(
        "The corrections; of one day the later row is the newer one.", default=()
    )


class OtherWordings(Record):
    """What people type for a place, by language; the search knows it, no page shows it."""

    en: tuple[str, ...] = optional("In English.", default=())
    zh: tuple[str, ...] = optional("In Chinese.", default=())

    def in_language(self, language: str) -> tuple[str, ...]:
        return self.zh if language == "zh" else self.en


class AliasesFile(Record):
    """data/aliases.yaml: what people type for a page and the page does not say."""

    aliases: dict[str, tuple[str, ...]] = required(
        "Other names of a page, in any language, by the path of its source; with an anchor, of a section.",
        {"techniques/mla.md": ["latent attention"], "guides/attention.md#mla": ["w_uk"]},
    )
    lacking: tuple[str, ...] = optional(
        "What the site does not speak of, though a page may have the word: the search says so.", ["founder"], default=()
    )
    asked: dict[str, OtherWordings] = Field(
        default_factory=dict,
        description="How people ask for what a section says, by the path of its source and the anchor.",
        examples=[{"guides/serving.md#phases": {"en": ["why is decoding slow"]}}],
    )
    spoken: dict[str, str] = optional("How people say it, and what it is read as.", {"为啥": "为什么"}, default={})
    words: tuple[tuple[str, ...], ...] = optional(
        "Words of which each finds what any of the others finds.", [["显卡", "GPU"]], default=()
    )


class QuestionGroup(Record):
    """A heading of the page of questions."""

    id: Identifier = required("Its anchor.", "attention")
    name: Text = required("Heading.", {"en": "Attention", "zh": "注意力"})


class Question(Record):
    """A question with its answer."""

    group: Identifier = required("The heading it stands under.", "attention")
    ask: Text = required("The question, as people ask it.")
    answer: Text = required("The answer in one line. Numbers are quoted from the catalogue, not typed.")
    path: str = required(
        "The place that explains it: path of a source and anchor.",
        "guides/experts.md#gradient",
        pattern=r"^[a-z0-9/.-]+\.md(#[a-z0-9.-]+)?$",
    )
    otherwise: OtherWordings = Field(default_factory=OtherWordings, description="Other ways to ask it.")


class QuestionsFile(Record):
    """data/questions.yaml."""

    groups: tuple[QuestionGroup, ...] = optional("Headings, in order.", default=())
    questions: tuple[Question, ...] = optional("Questions, in order within a group.", default=())


class AskedForms(Record):
    """Ways to ask for one thing, by language."""

    en: tuple[str, ...] = required("In English.", min_length=1)
    zh: tuple[str, ...] = required("In Chinese.", min_length=1)


class AskedFile(Record):
    """data/asked.yaml. A text that is none of a page's: nothing of it is shown."""

    fillers: AskedForms | None = optional("Words of a question that change nothing.")
    why: AskedForms | None = optional("Words of a question that no value answers.")
    comparing: AskedForms | None = optional("Words that ask for a comparison.")
    which: AskedForms | None = optional("Words that ask for the users of a technique.")
    others: AskedForms | None = optional("Words that ask who else uses a technique.")
    first: AskedForms | None = optional("Words that ask for its first user.")
    define: AskedForms | None = optional("Words that ask what something is.")
    api: AskedForms | None = optional("Words beside a name of the API.")
    stages: dict[StageKind, AskedForms] = Field(default_factory=dict, description="Names of the stages of training.")
    facts: dict[str, AskedForms] = Field(
        default_factory=dict,
        description="Words for each kind of fact, by the key of its field or the name of what is worked out.",
        examples=[{"num_hidden_layers": {"en": ["layers"], "zh": ["层数"]}}],
    )
