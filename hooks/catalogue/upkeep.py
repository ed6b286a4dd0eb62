"""What the keeper of the catalogue works through: facts changed since a revision, and missing values."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

from . import files
from .derive.expression import Computation
from .facts import FACTS, EntryContext
from .files import ENTRIES
from .findings import CatalogueError
from .load import load_catalogue
from .lookup import item_names
from .records import Catalogue, Entry
from .revision import run_git
from .schema.model import Model
from .schema.training import MAKE_A_BASE_MODEL
from .schema.values import Single, Sources, Stated, Text, values_below

_SHOWN = 3  # values named of each entry


class Wanted(NamedTuple):
    key: str  # in the file of an entry; a dot leads into a variant, a stage or a block
    what: str


def _is_said(entry: Entry, key: str) -> bool:
    """Or said to be not published; of stages by one that makes a base model."""
    head, _, rest = key.partition(".")
    records: Sequence[object] = [entry.model]
    if rest and head == "variants":
        records = [entry, entry.variant]
    elif rest and head == "training":
        records = [stage for stage in entry.model.training if stage.kind in MAKE_A_BASE_MODEL]
    names = (rest if rest and head in ("variants", "training") else key).split(".")
    dense = entry.architecture is not None and entry.architecture.n_routed_experts is None
    found = [reduce(_attribute, names, record) for record in records]
    return any(each not in (None, ()) for each in found) or (dense and rest == "parameters.activated")


def _attribute(record: object, name: str) -> object:
    return getattr(record, name, None)


WORTH = (
    Wanted("variants.architecture", "how it is built: config.json has it"),
    Wanted("variants.parameters.activated", "how many parameters a token uses, as printed"),
    Wanted("variants.context_length", "how long its context is"),
    Wanted("licences", "who may use it: code, weights, commercial use"),
    Wanted("builds_on", "what it builds on, with `main_parent`"),
    Wanted("compared_with", "the variant it is compared with under “What changed”"),
    Wanted("lead", "one or two sentences for the head of its page, in both languages"),
    Wanted("summary.zh", "the summary in Chinese"),
    Wanted("evaluation", "a table of scores, whole (`complete: true`)"),
    Wanted("training", "the stages of its training, in order"),
    Wanted("training.data.tokens", "tokens of pre-training, or `not published`: FLOPs follow"),
    Wanted("training.learning_rate", "its schedule, which is drawn"),
    Wanted("training.optimizer", "the optimiser and its constants"),
    Wanted("training.batch_size", "the batch size"),
    Wanted("infrastructure", "GPUs, their number, parallelism, precision"),
    Wanted("infrastructure.gpu_hours_total", "GPU-hours, or `not published`: cost and use follow"),
    Wanted("serving", "what the API takes and costs, and engines that run it"),
    Wanted("techniques", "techniques that its fields do not show"),
    Wanted("changes", "what changed, and DeepSeek's reason"),
    Wanted("tokenizer", "the tokenizer"),
    Wanted("variants.architecture.control", "check digits, once every dimension is read twice"),
    Wanted("links", "links to paper, repository and weights"),
)


def missing_values(catalogue: Catalogue, model: Model) -> Iterator[Wanted]:
    """What the flagship does not say yet, the most worth first; nothing inside a missing block."""
    entry = catalogue.flagship(model)
    missing: list[str] = []
    for wanted in WORTH:
        if not _is_said(entry, wanted.key) and not any(wanted.key.startswith(f"{key}.") for key in missing):
            missing.append(wanted.key)
            yield wanted


OWN_PUBLISHER = "/deepseek-ai/"


def missing_lines(catalogue: Catalogue, model: Model) -> Iterator[str]:
    found = list(missing_values(catalogue, model))
    if found:
        yield f"{model.id} does not say yet, what is worth most first; write it, or `not published`:"
        for wanted in found:
            key = wanted.key.split(".")[0]
            said = [each.id for each in catalogue.models.values() if _is_said(catalogue.flagship(each), wanted.key)]
            shown = f" (see `{key}:` in {ENTRIES}/{said[-1]}.yaml)" if said else ""
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


def changes_report(data: Path, revision: str) -> str:
    """One fact a line. Raises NoSuchRevision and CatalogueError."""
    old, new = load_catalogue_at(data, revision), load_catalogue(data)
    facts = list(_changed_facts(dict(_catalogue_facts(old)), dict(_catalogue_facts(new))))
    following = list(_changed_facts(dict(_recomputed_values(old)), dict(_recomputed_values(new))))
    if not facts and not following:
        return f"No fact changed since {revision}."
    return "\n".join(_change_lines(facts, following))


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
            name = (item_names(child) or (key,))[-1] if isinstance(record, tuple) else key
            yield from _values_below(child, f"{path}.{name}")


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
