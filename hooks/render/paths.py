"""The pages of the site by the path of their source, known without making one: what links and other names can lead to.

Imports the catalogue and nothing that draws, so that `make check` stays quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from catalogue.lookup import Lookup
from catalogue.peaks import reference_run
from catalogue.records import Catalogue

# Hand-written pages that the navigation names; guides are listed in data/study.yaml.
HOME, METHOD, HOSTING, BEGINNINGS = WRITTEN = ("index.md", "how-we-count.md", "hosting.md", "beginnings.md")
MODELS = ("models/index.md", "poster.md")
TECHNIQUES = ("techniques/index.md", "techniques/matrix.md")
HISTORY = ("timeline.md", "timeline-list.md", "trends.md", "api-names.md")
COMPARE = (
    "compare/index.md",
    *(
        f"compare/{name}.md"
        for name in ("models", "architecture", "training", "post-training", "infrastructure", "evaluation")
    ),
)
START, PROBLEMS, CODE, GLOSSARY = LEARN = ("start.md", "problems.md", "from-reports-to-code.md", "glossary.md")
TOOLS = ("tools/memory.md", "tools/training.md")
TRUST = "trust.md"
ABOUT = (
    "how-to-read.md",
    TRUST,
    "corrections.md",
    "references.md",
    "coverage.md",
    "downloads.md",
    "add-a-model.md",
)

_ONLY_WITH: Mapping[str, Callable[[Catalogue], Any]] = {
    START: lambda catalogue: catalogue.study.routes,
    PROBLEMS: lambda catalogue: catalogue.problems,
    CODE: lambda catalogue: catalogue.study.code,
    TRUST: lambda catalogue: catalogue.slips,
}


def guide(id_: str) -> str:
    """The page of a guide."""
    return f"guides/{id_}.md"


def written(catalogue: Catalogue) -> tuple[str, ...]:
    """The pages that are written by hand, in each language."""
    return (*WRITTEN, *(guide(each.id) for each in catalogue.study.guides))


def made(catalogue: Catalogue, lookup: Lookup) -> frozenset[str]:
    """The pages that are made from the data, but for the parts of a model, which only making them tells."""
    tools = TOOLS if reference_run(catalogue, lookup) is not None else ()
    fixed = (*MODELS, *TECHNIQUES, *HISTORY, *COMPARE, *LEARN, *tools, *ABOUT)
    return frozenset(
        (
            *(path for path in fixed if path not in _ONLY_WITH or _ONLY_WITH[path](catalogue)),
            *(f"models/{id_}.md" for id_ in catalogue.models),
            *(f"techniques/{id_}.md" for id_ in catalogue.techniques),
        )
    )


def families(paths: Iterable[str]) -> set[str]:
    """The models that some paths may be parts of: `models/deepseek-v3/training.md`."""
    parts = (path.split("/") for path in paths if path.startswith("models/"))
    return {found[1] for found in parts if len(found) == 3}
