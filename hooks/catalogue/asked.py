"""The kinds of facts that can be asked for: fields of the schema, and what is worked out from them. Knows nothing of the words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import get_args

from .schema.architecture import Architecture
from .schema.model import Tokenizer
from .schema.training import Infrastructure, Stage
from .schema.values import Block, Single, Stated

# Fields of a stage that are asked for together; every other field is asked for by its own name.
_STAGE_GROUPS = ("learning_rate", "batch_size", "optimizer", "preference", "reinforcement")
# Facts that are put together from several rows of a page: the rows, in the order in which an answer has them.
SIZES: Mapping[str, tuple[str, ...]] = {
    "total": ("total.published", "total.recomputed"),
    "activated": ("activated.published", "activated.recomputed"),
    "reading": ("part.READING",),
    "mtp_size": ("part.MTP",),
    "engram_size": ("part.ENGRAM",),
    "vision_size": ("part.VISION",),
    "everything": ("part.EVERYTHING",),
}
CACHE: Mapping[str, tuple[str, ...]] = {
    "cache": ("published", "stored", "bf16", "elements"),
    "context_length": ("context",),
}
IDENTITY: Mapping[str, tuple[str, ...]] = {
    "date": ("date.weights", "date.announcement", "date.paper", "date.api"),
    "paper": ("paper",),
    "starts_from": ("based_on",),
    "licence": ("licence.weights", "licence.code", "licence.commercial_use"),
}
COMPUTE: Mapping[str, tuple[str, ...]] = {
    "sparsity": ("sparsity",),
    "tokens_per_parameter": ("tokens_per_parameter", "tokens_per_activated"),
    "flops_per_token": ("gflop_per_token", "flops_per_token", "matrix_flops"),
    "training_flops": ("training_flops",),
    "utilisation": ("model_flops_utilization", "utilisation"),
}
# Published values without a field of their own that are asked for by name: what their English labels have in them.
DETAILS: Mapping[str, re.Pattern[str]] = {
    "price": re.compile(r"\b(?:[Pp]rice|API at release)\b"),
    "cutoff": re.compile(r"Newest text|[Kk]nowledge cut-?off"),
    "max_output": re.compile(r"[Ll]ongest (?:output|answer)|[Oo]utput limit|[Mm]ax(?:imum)? output"),
}
_DERIVED = ("serving", "cache_for", "changes", "api", "users", "definition")
_ELSEWHERE = frozenset(("gflop_per_token", "model_flops_utilization"))  # stand beside what is recomputed


def asked_kinds() -> tuple[str, ...]:
    """Every kind of fact, by the key of its field or the name of what is put together or worked out."""
    fields = [stage_kind(key) for key in _stated_fields(Stage)]
    fields += [*_stated_fields(Architecture), *_stated_fields(Infrastructure)]
    fields += [f"tokenizer.{key}" for key in _stated_fields(Tokenizer)]
    composed = (*SIZES, *CACHE, *IDENTITY, *COMPUTE, *DETAILS, *_DERIVED)
    return tuple(dict.fromkeys((*composed, *(key for key in fields if key not in _ELSEWHERE))))


def stage_kind(key: str) -> str:
    """What a field of a stage is asked for as: `learning_rate.peak` with the rest of the learning rate."""
    group = key.partition(".")[0]
    return group if group in _STAGE_GROUPS else key


def _stated_fields(block: type[Block], path: str = "") -> Iterator[str]:
    """Every field of a block and its inner blocks that holds a stated value; not those of blocks in lists, which are told with the whole."""
    for name, field in block.model_fields.items():
        kinds = [kind for kind in (field.annotation, *get_args(field.annotation)) if isinstance(kind, type)]
        if any(issubclass(kind, Stated) for kind in kinds):
            yield f"{path}{name}"
        if "tuple" in str(field.annotation):
            continue
        for kind in kinds:
            if issubclass(kind, Block) and not issubclass(kind, Single):
                yield from _stated_fields(kind, f"{path}{name}.")
