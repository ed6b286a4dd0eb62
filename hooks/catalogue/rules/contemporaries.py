"""Models of other makers: their counts come out as published, and classes that they were read in are called as their files are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..derive.parameters import recount_sizes
from ..files import CONTEMPORARIES
from ..findings import nearest_in_quotes
from ..schema.documents import Contemporary
from ..schema.values import Sources
from .draft import Breach, Draft, Scope, rule

_READ_IN = re.compile(r"models/(?P<folder>\w+)/(?P<file>\w+)\.py class (?P<name>\w+)")


def _each_contemporary(draft: Draft) -> Iterator[tuple[tuple[str, int], Contemporary]]:
    for index, one in enumerate(draft.contemporaries.contemporaries):
        yield ("contemporaries", index), one


@rule(Scope.CATALOGUE, CONTEMPORARIES)
def contemporaries_come_out_as_published(draft: Draft) -> Iterator[Breach]:
    """Sizes of a contemporary can be counted, and lie within a unit of the last digit of the published ones; the activated ones in one of the three ways to count them."""
    for path, one in _each_contemporary(draft):
        recount = recount_sizes(one.architecture)
        if recount.total is None or recount.kv_cache is None:
            lacking = ", ".join(f"`{name}`" for name in recount.missing or recount.cache_missing)
            yield Breach(
                (*path, "architecture"), f"nothing can be counted without {lacking}", fix="add what is missing"
            )
            continue
        for name, stated, counts in (
            ("total", one.total, [recount.total]),
            ("activated", one.activated, list(recount.activated.values())),
        ):
            published = stated.value if stated else None
            if published is None or any(abs(count - published.value) <= published.step for count in counts):
                continue
            counted = " or ".join(f"{count:,}" for count in dict.fromkeys(counts))
            fix = "find the wrong digit in the architecture or here, or leave the size out and say in `remark` what is not counted"
            allowed = f"a difference of at most {published.step:,.0f}"
            yield Breach((*path, name), f"published {published.text}, recomputed {counted}", allowed, fix=fix)


@rule(Scope.CATALOGUE, CONTEMPORARIES, fix="correct the file or the class")
def classes_are_called_as_their_files(draft: Draft) -> Iterator[Breach]:
    """A class of transformers that a contemporary was read in has the name of its folder, and so has its file: `models/glm_moe_dsa/configuration_glm_moe_dsa.py class GlmMoeDsaConfig`."""
    for path, one in _each_contemporary(draft):
        stated: dict[str, Sources | None] = {
            "source": one.source,
            "total": one.total.source if one.total else None,
            "activated": one.activated.source if one.activated else None,
        }
        first = {
            source: key for key, sources in reversed(stated.items()) for source in (sources.items if sources else ())
        }
        for source, key in first.items():
            if match := _READ_IN.fullmatch(source.locus):
                folder, name = match["folder"], match["name"]
                if match["file"] != f"configuration_{folder}":
                    close = nearest_in_quotes(match["file"], [f"configuration_{folder}"])
                    yield Breach((*path, key), f"`{match['file']}.py` in the folder `{folder}`", nearest=close)
                bare = name.lower()
                if not (bare.replace("_", "").startswith(folder.replace("_", "")) and bare.endswith("config")):
                    camel = "".join(word.capitalize() for word in folder.split("_")) + "Config"
                    yield Breach((*path, key), f"the class `{name}` in the folder `{folder}`", nearest=f"`{camel}`")
