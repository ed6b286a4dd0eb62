"""Facts that changed between a revision and now: old, new, source, and what follows from them.

Takes the folder of the data in a git repository. A fact is a value of the catalogue by its path, with ids for positions
in lists; what follows are the recomputed values. Texts are not facts.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from .derive.training import training_metrics
from .findings import CatalogueError
from .load import load_catalogue
from .records import Catalogue, Entry
from .schema.values import Single, Sources, Stated, Text


class NoSuchRevision(Exception):
    """The revision cannot be read. The message says why."""


@dataclass(frozen=True)
class Fact:
    """A value as it is printed, and where it was read."""

    value: str
    source: str


def changes_report(data: Path, revision: str, markdown: bool = False) -> str:
    """What changed since `revision`, one fact a line, or as Markdown tables. Raises NoSuchRevision and CatalogueError."""
    old, new = load_catalogue_at(data, revision), load_catalogue(data)
    facts = list(_changed_facts(dict(_catalogue_facts(old)), dict(_catalogue_facts(new))))
    following = list(_changed_facts(dict(_recomputed_facts(old)), dict(_recomputed_facts(new))))
    if not facts and not following:
        return f"No fact changed since {revision}."
    return "\n".join(_change_tables(facts, following) if markdown else _change_lines(facts, following))


def load_catalogue_at(data: Path, revision: str) -> Catalogue:
    """The catalogue as it was. Raises NoSuchRevision where it cannot be read, or not by the rules of today."""
    with tempfile.TemporaryDirectory() as folder:
        return load_catalogue(_data_at_revision(data, revision, Path(folder)))


def _data_at_revision(data: Path, revision: str, folder: Path) -> Path:
    """The data as it was, in a folder of its own."""
    command = ["git", "archive", "--format=tar", revision, data.name]
    done = subprocess.run(command, cwd=data.parent, capture_output=True, check=False)
    if done.returncode:
        raise NoSuchRevision(f"{revision}: {done.stderr.decode(errors='replace').strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    try:
        load_catalogue(folder / data.name)
    except CatalogueError as error:
        raise NoSuchRevision(
            f"{revision}: its data does not fit the rules of today, so that it cannot be compared\n{error.findings[0]}"
        ) from None
    return folder / data.name


Change = tuple[str, Fact | None, Fact | None]


def _changed_facts(old: dict[str, Fact], new: dict[str, Fact]) -> Iterator[Change]:
    for path in [*new, *(path for path in old if path not in new)]:
        before, after = old.get(path), new.get(path)
        if before is None or after is None or before.value != after.value:
            yield path, before, after


def _catalogue_facts(catalogue: Catalogue) -> Iterator[tuple[str, Fact]]:
    for name in ("models", "techniques", "gpus"):
        for id_, record in getattr(catalogue, name).items():
            yield from _values_below(record, f"{name}.{id_}")
    for api_name in catalogue.api_names:
        yield from _values_below(api_name, f"api_names.{api_name.id}")


def _values_below(record: Any, path: str) -> Iterator[tuple[str, Fact]]:
    if isinstance(record, Stated) and record.by_variant is not None:
        for variant, single in record.by_variant.items():
            yield from _values_below(single, f"{path}@{variant}")
    elif isinstance(record, Single):
        yield path, Fact(_value_text(record), _source_text(record.source))
    elif isinstance(record, Text | Sources):
        return
    elif isinstance(record, BaseModel):
        for name in type(record).model_fields:
            yield from _values_below(getattr(record, name), f"{path}.{name}")
    elif isinstance(record, tuple):
        for index, item in enumerate(record):
            yield from _values_below(item, f"{path}.{_item_name(item, index)}")
    elif isinstance(record, dict):
        for key, item in record.items():
            yield from _values_below(item, f"{path}.{key}")


def _item_name(item: Any, index: int) -> str:
    """An item of a list by its id, its benchmark and setting or its label, or by its position."""
    for name in ("id", "benchmark", "label"):
        value = getattr(item, name, None)
        if value is not None:
            setting = getattr(item, "setting", None)
            return str(getattr(value, "en", value)) + (f" ({setting.en})" if setting else "")
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


def _recomputed_facts(catalogue: Catalogue) -> Iterator[tuple[str, Fact]]:
    for id_, entry in catalogue.entries.items():
        for name, value in _recomputed_sizes(entry):
            yield f"{id_}: {name}", Fact(f"{value:,}", "")


def _recomputed_sizes(entry: Entry) -> Iterator[tuple[str, int | Decimal]]:
    if entry.recount is not None:
        if entry.recount.total is not None:
            yield "parameters in all", entry.recount.total
        for basis, count in entry.recount.activated.items():
            yield f"activated parameters {basis}", count
        if entry.recount.kv_cache is not None:
            yield "elements of the KV cache per token", entry.recount.kv_cache.value
    found = training_metrics(entry)
    if found is not None:
        for name, term in found.terms.items():
            yield name.replace("_", " "), round(Decimal(term.exact.numerator) / term.exact.denominator, 2)


def _change_lines(facts: list[Change], following: list[Change]) -> Iterator[str]:
    for path, before, after in facts:
        source = (after or before or Fact("", "")).source
        yield f"{path}: {_before_and_after(before, after)}" + (f" ({source})" if source else "")
    if following:
        yield "What follows:"
        for path, before, after in following:
            yield f"  {path}: {_before_and_after(before, after)}"


def _before_and_after(before: Fact | None, after: Fact | None) -> str:
    if before is None:
        return f"new, {after.value if after else ''}"
    return f"{before.value} → {after.value}" if after else f"{before.value}, taken out"


def _change_tables(facts: list[Change], following: list[Change]) -> Iterator[str]:
    def cell(text: str) -> str:
        return text.replace("|", "\\|").replace("\n", " ")

    yield f"**{len(facts):,} facts changed, and {len(following):,} numbers that follow from them.**"
    for title, changes in _by_record(facts):
        rows = [
            f"| `{path}` | {cell(before.value if before else '')} | {cell(after.value if after else '')}"
            f" | {cell((after or before or Fact('', '')).source)} |"
            for path, before, after in changes
        ]
        yield from _folded(title, "| Fact | Was | Is | Source |\n|---|---|---|---|", rows)
    rows = [
        f"| {path} | {before.value if before else ''} | {after.value if after else ''} |"
        for path, before, after in following
    ]
    if rows:
        yield from _folded("What follows", "| Value | Was | Is |\n|---|---|---|", rows)


_OPEN = 12  # rows that stand unfolded


def _by_record(facts: list[Change]) -> Iterator[tuple[str, list[Change]]]:
    """Facts by the model, technique or GPU that they are of."""
    found: dict[str, list[Change]] = {}
    for path, before, after in facts:
        record, _, rest = path.partition(".")[2].partition(".")
        found.setdefault(record, []).append((rest or record, before, after))
    yield from found.items()


def _folded(title: str, head: str, rows: list[str]) -> Iterator[str]:
    """A table under its title; a long one is folded."""
    table = "\n".join((head, *rows))
    if len(rows) > _OPEN:
        yield f"\n<details><summary><b>{title}</b>: {len(rows):,}</summary>\n\n{table}\n\n</details>"
    else:
        yield f"\n#### {title}\n\n{table}"
