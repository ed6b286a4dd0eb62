"""What the keeper of the catalogue works through: facts changed since a revision, stale facts, missing values."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import files
from .derive.expression import Computation
from .facts import FACTS, EntryContext
from .files import ENTRIES
from .findings import CatalogueError
from .load import load_catalogue, read_draft
from .records import Catalogue, Entry, sort_by_date
from .revision import run_git
from .rules.draft import Draft
from .rules.techniques import all_ancestors, parents_by_model
from .schema.model import Model, Track
from .schema.training import MAKE_A_BASE_MODEL, Stage
from .schema.values import Absence, Single, Sources, Stated, Text, values_below
from .text import escape_cell

_NEWEST = r"\b(?:newest|(?<!at the )latest|most recent)\b(?![-:])|最新|最近的模型"
_NOT_YET = re.compile(
    r"\b(?:so far|to date|not yet|no longer|the only|for the first time|not (?:been )?(?:made )?(?:public|released))\b".replace(
        " ", r"\s+"
    )
    + "|未公开|没有公开|未发布|没有发布|尚未|迄今|至今|目前|截至|唯一|首次(?!使用)",
    re.IGNORECASE,
)
# Where texts that people write stand, beside the data.
_PAGES = ("docs/en/**/*.md", "docs/zh/**/*.md", "README*.md")
# What a list of later values would only repeat: rows of tables, and what is said of a day.
_NOT_ASKED = frozenset({"evaluation", "changes", "disputes", "dates", "links", "notes", "details", "mix"})
_SHOWN = 3  # values named of each entry
_RANGE = 25  # characters between `from` and `to`
_AROUND = 60  # characters that are shown on both sides of what was found


def stale_report(data: Path) -> str:
    """Raises CatalogueError where a file cannot be read."""
    data = data.resolve()
    draft, findings = read_draft(data.name, files.read_texts(data))
    if findings:
        raise CatalogueError(findings)
    texts = dict(_written_texts(data))
    newest = newest_model(draft.models.models)
    about = f" ({newest.name})" if newest else ""
    parts = (
        (
            f"Sentences whose truth depends on the newest model{about}",
            list(_matching_sentences(texts, _newest_pattern(newest))),
        ),
        (
            "Sentences that say that something is not there, or is the only one",
            list(_matching_sentences(texts, _NOT_YET)),
        ),
        ("Not published here, and stated by a later report for its own model", list(_values_to_ask_again(draft))),
    )
    return "\n\n".join("\n".join((f"{title}: {len(lines)}", *lines)) for title, lines in parts)


def newest_model(models: Iterable[Model]) -> Model | None:
    """The youngest general model, which sentences mean by “the newest”."""
    general = [model for model in models if model.track is Track.GENERAL]
    return sort_by_date(general)[-1] if general else None


def _newest_pattern(newest: Model | None) -> re.Pattern[str]:
    """With ranges that end with the newest model: `from V3.1 to V4.1`, `到 V4.1`."""
    if newest is None:
        return re.compile(_NEWEST, re.IGNORECASE)
    short = newest.name.removeprefix("DeepSeek-")
    names = "|".join(re.escape(name) for name in dict.fromkeys((short, short.partition("-")[0])))
    begins = rf"\bfrom\s(?:(?!\. )[\s\S]){{1,{_RANGE}}}?\sto\s+|\b(?:up|down)\s+to\s+|从[^。\n]{{1,{_RANGE}}}[到至]\s*|直[到至]\s*"
    return re.compile(rf"{_NEWEST}|(?:{begins})(?:DeepSeek-)?(?:{names})(?!['’\w-]*\w)", re.IGNORECASE)


def _written_texts(data: Path) -> Iterator[tuple[str, str]]:
    for name, text in files.read_texts(data).items():
        if name.endswith(".yaml") and name not in (files.ASKED, files.ALIASES):  # no sentences stand there
            yield f"{data.name}/{name}", text
    for pattern in _PAGES:
        for path in sorted(data.parent.glob(pattern)):
            yield path.relative_to(data.parent).as_posix(), path.read_text(encoding="utf-8")


def _matching_sentences(texts: Mapping[str, str], pattern: re.Pattern[str]) -> Iterator[str]:
    """Each match with its surroundings, once a line."""
    for place, text in texts.items():
        seen = set[int]()
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            start, end = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.end()) % (len(text) + 1)
            if line in seen or (text[start : found.start()].lstrip().startswith("#") and place.endswith(".yaml")):
                continue
            seen.add(line)
            around = text[max(start, found.start() - _AROUND) : min(end, found.end() + _AROUND)]
            yield f"  {place}:{line}: {' '.join(around.split())}"


def _values_to_ask_again(draft: Draft) -> Iterator[str]:
    """Values called not published that a later model of the line states of itself."""
    states: dict[str, dict[str, list[Single[object]]]] = {}
    for path, model in draft.each_model():
        found = states.setdefault(model.id, {})
        for _, place, value in draft.each_record(Single):
            if place[: len(path)] == path:
                name = ".".join(str(step) for step in place[len(path) :] if isinstance(step, str))
                found.setdefault(name.replace(".by_variant", ""), []).append(value)
    models, parents = sort_by_date(draft.models.models), parents_by_model(draft)
    for index, model in enumerate(models):
        later = [o for o in models[index + 1 :] if o.reference and model.id in all_ancestors(o.id, parents)]
        asked: dict[str, list[str]] = {}
        for name, values in states[model.id].items():
            if not _NOT_ASKED.isdisjoint(name.split(".")) or not _is_open(values):
                continue
            for other in later:
                if any(value.value is not None for value in states[other.id].get(name, ())):
                    asked.setdefault(name, []).append(other.id)
        for name, others in asked.items():
            yield f"  {model.id} {name}: stated in {', '.join(others)}"


def _is_open(values: Sequence[Single[object]]) -> bool:
    """Said to be not published, and stated nowhere in its entry."""
    return all(value.value is None for value in values) and any(
        value.absence is Absence.NOT_PUBLISHED for value in values
    )


@dataclass(frozen=True)
class Wanted:
    key: str  # in the file of an entry; a dot leads into a variant or a block
    what: str
    is_there: Callable[[Entry], bool]  # whether the entry says it, or that it is not published


def _pre_training(entry: Entry) -> list[Stage]:
    return [stage for stage in entry.model.training if stage.kind in MAKE_A_BASE_MODEL]


def _any_stage(entry: Entry, name: str) -> bool:
    return any(getattr(stage, name) is not None for stage in _pre_training(entry))


def _is_dense(entry: Entry) -> bool:
    return entry.architecture is not None and entry.architecture.n_routed_experts is None


WORTH = (
    Wanted("variants.architecture", "how it is built: config.json has it", lambda e: e.architecture is not None),
    Wanted(
        "variants.parameters.activated",
        "how many parameters a token uses, as printed",
        lambda e: e.variant.parameters.activated is not None or _is_dense(e),
    ),
    Wanted("variants.context_length", "how long its context is", lambda e: e.variant.context_length is not None),
    Wanted("licences", "who may use it: code, weights, commercial use", lambda e: e.model.licences is not None),
    Wanted("builds_on", "what it builds on, with `main_parent`", lambda e: bool(e.model.builds_on)),
    Wanted(
        "compared_with", "the variant it is compared with under “What changed”", lambda e: bool(e.model.compared_with)
    ),
    Wanted(
        "lead", "one or two sentences for the head of its page, in both languages", lambda e: e.model.lead is not None
    ),
    Wanted("summary.zh", "the summary in Chinese", lambda e: e.model.summary.zh is not None),
    Wanted("evaluation", "a table of scores, whole (`complete: true`)", lambda e: bool(e.model.evaluation)),
    Wanted("training", "the stages of its training, in order", lambda e: bool(e.model.training)),
    Wanted(
        "training.data.tokens",
        "tokens of pre-training, or `not published`: FLOPs follow",
        lambda e: any(stage.data and stage.data.tokens for stage in _pre_training(e)),
    ),
    Wanted("training.learning_rate", "its schedule, which is drawn", lambda e: _any_stage(e, "learning_rate")),
    Wanted("training.optimizer", "the optimiser and its constants", lambda e: _any_stage(e, "optimizer")),
    Wanted("training.batch_size", "the batch size", lambda e: _any_stage(e, "batch_size")),
    Wanted(
        "infrastructure", "GPUs, their number, parallelism, precision", lambda e: e.model.infrastructure is not None
    ),
    Wanted(
        "infrastructure.gpu_hours_total",
        "GPU-hours, or `not published`: cost and use follow",
        lambda e: e.model.infrastructure is not None and e.model.infrastructure.gpu_hours_total is not None,
    ),
    Wanted("serving", "what the API takes and costs, and engines that run it", lambda e: bool(e.model.serving)),
    Wanted("techniques", "techniques that its fields do not show", lambda e: bool(e.model.techniques)),
    Wanted("changes", "what changed, and DeepSeek's reason", lambda e: bool(e.model.changes)),
    Wanted("tokenizer", "the tokenizer", lambda e: e.model.tokenizer is not None),
    Wanted(
        "variants.architecture.control",
        "check digits, once every dimension is read twice",
        lambda e: e.architecture is None or e.architecture.control is not None,
    ),
    Wanted("links", "links to paper, repository and weights", lambda e: bool(e.model.links)),
)


def missing_values(catalogue: Catalogue, model: Model) -> Iterator[Wanted]:
    """What the flagship does not say yet, the most worth first; nothing inside a missing block."""
    entry = catalogue.flagship(model)
    missing: list[str] = []
    for wanted in WORTH:
        if not wanted.is_there(entry) and not any(wanted.key.startswith(f"{key}.") for key in missing):
            missing.append(wanted.key)
            yield wanted


OWN_PUBLISHER = "/deepseek-ai/"


def missing_lines(catalogue: Catalogue, model: Model) -> Iterator[str]:
    found = list(missing_values(catalogue, model))
    if found:
        yield f"{model.id} does not say yet, what is worth most first; write it, or `not published`:"
        for wanted in found:
            key = wanted.key.split(".")[0]
            beside = next(
                (
                    other.id
                    for other in reversed([*catalogue.models.values()])
                    if wanted.is_there(catalogue.flagship(other))
                ),
                "",
            )
            shown = f" (see `{key}:` in {ENTRIES}/{beside}.yaml)" if beside else ""
            yield f"  {wanted.key}: {wanted.what}{shown}"
    weights = [str(variant.weights) for variant in model.variants if variant.weights]
    if weights and not any(OWN_PUBLISHER in address for address in weights):
        yield f"{model.id} has its weights at {weights[0]}: pages call what every entry describes DeepSeek's; a model of another maker belongs into data/contemporaries.yaml"


def added_entries(data: Path) -> list[str]:
    """Entries not committed yet; none without git."""
    status = run_git(data, "status", "--porcelain", "--untracked-files=all", "--", ENTRIES)
    return [Path(line[3:]).stem for line in status.splitlines() if line[:2].strip() in ("??", "A", "AM")]


class NoSuchRevision(Exception):
    pass


@dataclass(frozen=True)
class Said:
    value: str
    source: str


def changes_report(data: Path, revision: str, markdown: bool = False) -> str:
    """One fact a line, or Markdown tables. Raises NoSuchRevision and CatalogueError."""
    old, new = load_catalogue_at(data, revision), load_catalogue(data)
    facts = list(_changed_facts(dict(_catalogue_facts(old)), dict(_catalogue_facts(new))))
    following = list(_changed_facts(dict(_recomputed_values(old)), dict(_recomputed_values(new))))
    if not facts and not following:
        return f"No fact changed since {revision}."
    return "\n".join(_change_tables(facts, following) if markdown else _change_lines(facts, following))


def load_catalogue_at(data: Path, revision: str) -> Catalogue:
    """Held to the schema alone: rules and words that fields need may be younger. Raises NoSuchRevision."""
    command = ["git", "archive", "--format=tar", revision, data.name]
    done = subprocess.run(command, cwd=data.parent, capture_output=True, check=False)
    if done.returncode:
        raise NoSuchRevision(f"{revision}: {done.stderr.decode(errors='replace').strip()}")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder, filter="data")
        try:
            return load_catalogue(Path(folder) / data.name, rules=False)
        except CatalogueError as error:
            raise NoSuchRevision(
                f"{revision}: its data does not fit the schema of today, so that it cannot be compared\n{error.findings[0]}"
            ) from None


def rows_to_write(data: Path, catalogue: Catalogue) -> Iterator[str]:
    """A line for each entry of which a value differs from the last commit and the Corrections page has no new row."""
    if not run_git(data, "diff", "--name-only", "HEAD", "--", "."):
        return
    try:
        old = load_catalogue_at(data, "HEAD")
    except NoSuchRevision:
        return
    told = {row.entry for row in catalogue.corrections if row not in old.corrections}
    changed: dict[str, list[str]] = {}
    for path, before, after in _changed_facts(dict(_catalogue_facts(old)), dict(_catalogue_facts(catalogue))):
        kind, _, name = path.partition(".")
        id_, _, field = name.partition(".")
        if before and after and kind in ("models", "techniques") and id_ not in told:
            changed.setdefault(id_, []).append(f"{field}: {before.value} → {after.value}")
    for id_, lines in changed.items():
        listed = "; ".join(lines[:_SHOWN]) + ("; …" if len(lines) > _SHOWN else "")
        yield f"{id_}: {listed}. If the site said it wrongly, data/{files.CORRECTIONS} gets a row (`central: true` for a number or a licence)"


Change = tuple[str, Said | None, Said | None]


def _changed_facts(old: dict[str, Said], new: dict[str, Said]) -> Iterator[Change]:
    for path in [*new, *(path for path in old if path not in new)]:
        before, after = old.get(path), new.get(path)
        if before is None or after is None or before.value != after.value:
            yield path, before, after


def _catalogue_facts(catalogue: Catalogue) -> Iterator[tuple[str, Said]]:
    for name in ("models", "techniques", "gpus"):
        for id_, record in getattr(catalogue, name).items():
            yield from _values_below(record, f"{name}.{id_}")
    for api_name in catalogue.api_names:
        yield from _values_below(api_name, f"api_names.{api_name.id}")


def _values_below(record: Any, path: str) -> Iterator[tuple[str, Said]]:
    if isinstance(record, Stated) and record.by_variant is not None:
        for variant, single in record.by_variant.items():
            yield from _values_below(single, f"{path}@{variant}")
    elif isinstance(record, Single):
        yield path, Said(_value_text(record), _source_text(record.source))
    elif not isinstance(record, Text | Sources):
        for key, child in values_below(record):
            name = _item_name(child, key) if isinstance(record, tuple) else key
            yield from _values_below(child, f"{path}.{name}")


def _item_name(item: Any, index: int | str) -> str:
    for name in ("id", "benchmark", "label"):
        value = getattr(item, name, None)
        if value is not None:
            setting = getattr(item, "setting", None)
            return str(getattr(value, "en", value)) + (f" ({setting.typed})" if setting else "")
    return str(index)


def _value_text(single: Single[Any]) -> str:
    if single.absence is not None:
        return single.absence.value
    value = single.value
    if isinstance(value, bool):
        return str(value).lower()
    return str(getattr(value, "text", getattr(value, "en", getattr(value, "value", value))))


def _source_text(sources: Sources | None) -> str:
    return "; ".join(f"{item.key} {item.locus}".strip() for item in sources.items) if sources else ""


def _recomputed_values(catalogue: Catalogue) -> Iterator[tuple[str, Said]]:
    for id_, entry in catalogue.entries.items():
        subject = EntryContext.of(catalogue, entry)
        for fact in FACTS.values():
            if isinstance(found := fact.value(subject), Computation):
                exact = round(Decimal(found.exact.numerator) / found.exact.denominator, 2)
                yield f"{id_}: {fact.id}", Said(f"{exact.normalize():,f}", "")


def _change_lines(facts: list[Change], following: list[Change]) -> Iterator[str]:
    for path, before, after in facts:
        source = (after or before or Said("", "")).source
        yield f"{path}: {_before_and_after(before, after)}" + (f" ({source})" if source else "")
    if following:
        yield "What follows:"
        for path, before, after in following:
            yield f"  {path}: {_before_and_after(before, after)}"


def _before_and_after(before: Said | None, after: Said | None) -> str:
    if before is None:
        return f"new, {after.value if after else ''}"
    return f"{before.value} → {after.value}" if after else f"{before.value}, taken out"


def _change_tables(facts: list[Change], following: list[Change]) -> Iterator[str]:
    yield f"**{len(facts):,} facts changed, and {len(following):,} numbers that follow from them.**"
    for title, changes in _by_record(facts):
        rows = [
            f"| `{path}` | {escape_cell(before.value if before else '')} | {escape_cell(after.value if after else '')}"
            f" | {escape_cell((after or before or Said('', '')).source)} |"
            for path, before, after in changes
        ]
        yield from _folded_table(title, "| Fact | Was | Is | Source |\n|---|---|---|---|", rows)
    rows = [
        f"| {path} | {before.value if before else ''} | {after.value if after else ''} |"
        for path, before, after in following
    ]
    if rows:
        yield from _folded_table("What follows", "| Value | Was | Is |\n|---|---|---|", rows)


_OPEN = 12  # rows that stand unfolded


def _by_record(facts: list[Change]) -> Iterator[tuple[str, list[Change]]]:
    found: dict[str, list[Change]] = {}
    for path, before, after in facts:
        record, _, rest = path.partition(".")[2].partition(".")
        found.setdefault(record, []).append((rest or record, before, after))
    yield from found.items()


def _folded_table(title: str, head: str, rows: list[str]) -> Iterator[str]:
    table = "\n".join((head, *rows))
    if len(rows) > _OPEN:
        yield f"\n<details><summary><b>{title}</b>: {len(rows):,}</summary>\n\n{table}\n\n</details>"
    else:
        yield f"\n#### {title}\n\n{table}"
