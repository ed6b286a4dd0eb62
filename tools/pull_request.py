"""What a change of the data does, for those who read a pull request: `make diff REV=main OUT=changes`.

Writes to a folder: `comment.md` with every fact before and after and what follows from it, `pictures/` with the drawings
that change, before and after, and `index.html`, which shows them side by side. Drawings of both are made by the code of
today, so that only the data tells them apart. Needs git and no secret.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "hooks"))

from catalogue.findings import CatalogueError
from catalogue.load import load_catalogue
from catalogue.records import Catalogue
from catalogue.upkeep import NoSuchRevision, changes_report, load_catalogue_at
from render.context import Context, make_context
from render.figures.home import poster_files
from render.site import site_of
from render.words import ENGLISH, load_words

DATA = Path(__file__).parents[1] / "data"
# GitHub refuses a comment that is longer than 65,536 characters.
LONGEST_COMMENT = 60_000
_NOTE = "The pages of this change are in the artefact `site` of the run, {pictures}in the artefact `changes`."
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Drawings that change</title>
<style>
  body {{ margin: 2rem; font: 16px/1.5 system-ui, sans-serif }}
  figure {{ margin: 0 }} img {{ max-width: 100%; border: 1px solid #ccc }}
  section {{ display: grid; grid-template-columns: 1fr 1fr; gap: 1rem }} h2 {{ grid-column: 1 / -1 }}
</style>
<h1>Drawings that change</h1>
{sections}
</html>
"""


def changed_models(old: Catalogue, new: Catalogue) -> list[str]:
    """The models whose entry or whose network changes; a network may be another entry's."""

    def of(catalogue: Catalogue, id_: str) -> object:
        model = catalogue.models.get(id_)
        return (model, catalogue.flagship(model).architecture) if model else None

    return [id_ for id_ in {**new.models, **old.models} if of(old, id_) != of(new, id_)]


def drawings(catalogue: Catalogue, ids: Sequence[str]) -> dict[str, str]:
    """The drawings of some models and the poster of all, by the name of their file."""
    context: Context = make_context(catalogue, load_words(ENGLISH))
    found: dict[str, str] = {}
    for id_ in ids:
        if id_ in catalogue.models:
            files = site_of(context, id_).files
            found |= {
                Path(path).stem: _text(content)
                for path, content in files.items()
                if path.endswith(".svg") and "-dark" not in path
            }
    posters = {
        path: content
        for path, content in poster_files(context, "").items()
        if path.endswith(".svg") and "-dark" not in path
    }
    return found | {Path(path).stem: _text(content) for path, content in posters.items()}


def _text(content: str | bytes) -> str:
    return content.decode("utf-8") if isinstance(content, bytes) else content


def write_pictures(old: Mapping[str, str], new: Mapping[str, str], out: Path) -> list[str]:
    """Write the drawings that differ; return their names."""
    changed = [name for name in {**new, **old} if old.get(name) != new.get(name)]
    sections = []
    for name in changed:
        sides = []
        for side, found in (("before", old), ("after", new)):
            if name in found:
                file = out / "pictures" / f"{name}.{side}.svg"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(found[name], encoding="utf-8")
                sides.append(f'<figure><figcaption>{side}</figcaption><img src="pictures/{file.name}" alt=""></figure>')
            else:
                sides.append(f"<figure><figcaption>{side}: none</figcaption></figure>")
        sections.append(f"<section><h2>{escape(name)}</h2>{''.join(sides)}</section>")
    if changed:
        (out / "index.html").write_text(_PAGE.format(sections="\n".join(sections)), encoding="utf-8")
    return changed


def comment_text(report: str, changed: Sequence[str]) -> str:
    """The comment: what changes, which drawings, where they are; cut where GitHub would refuse it."""
    parts = []
    if changed:
        named = ", ".join(f"`{name}`" for name in changed)
        parts.append(f"**Drawings that change:** {named}")
    pictures = "the drawings before and after, side by side in `index.html`, " if changed else "this text "
    parts.append(_NOTE.format(pictures=pictures))
    after = "\n\n".join(parts) + "\n"
    if len(report) + len(after) > LONGEST_COMMENT:
        cut = report[: LONGEST_COMMENT - len(after) - 200].rpartition("\n")[0]
        closed = "\n\n</details>" * (cut.count("<details>") - cut.count("</details>"))
        report = f"{cut}{closed}\n\n… and more: the whole of it is `facts.md` in the artefact `changes`."
    return f"{report}\n\n{after}"


def main(given: Sequence[str] | None = None) -> int:
    """Write the folder."""
    parser = argparse.ArgumentParser(description="Facts and drawings that change, for a pull request.")
    parser.add_argument("revision")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the data files")
    told = parser.parse_args(given)
    out: Path = told.out
    out.mkdir(parents=True, exist_ok=True)
    try:
        old, new = load_catalogue_at(told.data, told.revision), load_catalogue(told.data)
        report = changes_report(told.data, told.revision, markdown=True)
    except (NoSuchRevision, CatalogueError) as error:
        said = error.report() if isinstance(error, CatalogueError) else str(error)
        (out / "comment.md").write_text(f"The facts cannot be compared:\n\n```\n{said}\n```\n", encoding="utf-8")
        print(said, file=sys.stderr)
        return 1
    ids = changed_models(old, new)
    changed = write_pictures(drawings(old, ids), drawings(new, ids), out) if ids else []
    (out / "facts.md").write_text(report + "\n", encoding="utf-8")
    (out / "comment.md").write_text(comment_text(report, changed), encoding="utf-8")
    print(f"{out}/comment.md, and {len(changed)} drawings that change" + (f" in {out}/index.html" if changed else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
