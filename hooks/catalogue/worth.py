"""What an entry does not say yet, what is worth most to a reader first: where whoever adds a model goes on.

Nothing here is wrong without it; an entry that says `not published` says enough.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .files import ENTRIES
from .records import Catalogue, Entry
from .schema.model import Model
from .schema.training import MAKE_A_BASE_MODEL, Stage


@dataclass(frozen=True)
class Wanted:
    """Something that a reader looks for.

    Attributes:
        key: Its key in the file of an entry; a dot leads into a variant or a block.
        what: What a reader wants to know.
        is_there: Whether the entry says it, or that it is not published.
    """

    key: str
    what: str
    is_there: Callable[[Entry], bool]


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
    """What the flagship of a model does not say yet, the most worth first; nothing below something that is missing itself."""
    entry = catalogue.flagship(model)
    missing: list[str] = []
    for wanted in WORTH:
        if not wanted.is_there(entry) and not any(wanted.key.startswith(f"{key}.") for key in missing):
            missing.append(wanted.key)
            yield wanted


OWN_PUBLISHER = "/deepseek-ai/"


def missing_lines(catalogue: Catalogue, model: Model) -> Iterator[str]:
    """The same as lines to print, with an entry that shows how."""
    found = list(missing_values(catalogue, model))
    if found:
        yield f"{model.id} does not say yet, what is worth most first; write it, or `not published`:"
        for wanted in found:
            key = wanted.key.split(".")[0]
            beside = next(
                (other.id for other in reversed([*catalogue.models.values()]) if _says(catalogue, other, wanted)), ""
            )
            shown = f" (see `{key}:` in {ENTRIES}/{beside}.yaml)" if beside else ""
            yield f"  {wanted.key}: {wanted.what}{shown}"
    weights = [str(variant.weights) for variant in model.variants if variant.weights]
    if weights and not any(OWN_PUBLISHER in address for address in weights):
        yield f"{model.id} has its weights at {weights[0]}: pages call what every entry describes DeepSeek's"


def _says(catalogue: Catalogue, model: Model, wanted: Wanted) -> bool:
    return wanted.is_there(catalogue.flagship(model))


def added_entries(data: Path) -> list[str]:
    """The entries that git does not have yet, which somebody is writing; none without git."""
    command = ["git", "status", "--porcelain", "--untracked-files=all", "--", ENTRIES]
    try:
        run = subprocess.run(command, cwd=data, capture_output=True, text=True, encoding="utf-8", check=False)
    except OSError:
        return []
    return [Path(line[3:]).stem for line in run.stdout.splitlines() if line[:2].strip() in ("??", "A", "AM")]
