"""The search without a browser: its scripts in QuickJS, with the pieces of an index."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import markdown
import quickjs

from helpers import ROOT, script
from render.page import AccessibleTables

SCRIPTS = ROOT / "hooks/render/scripts/search"
MOST_LINES = 5  # of an answer that does not say how many
_COMMON = bytes(
    part for row in range(16, 56) for place in range(1, 95 if row < 55 else 90) for part in (row + 0xA0, place + 0xA0)
).decode("gb2312")


@dataclass(frozen=True)
class Found:
    """What a query is answered with: the addresses of the answers' lines, those of pages, what the first answer says, and what stands nowhere."""

    answers: list[str]
    hits: list[str]
    says: str
    lacks: list[str]

    def rank(self, pages: Sequence[str], among: Sequence[str]) -> int:
        """The rank of the first of some pages; 99 where none is shown. A part of a model is on the page of the model."""
        return next((rank for rank, link in enumerate(among, 1) if _whole(link) in pages), 99)


def _whole(link: str) -> str:
    path = link.split("#")[0].split("?")[0]
    return "/".join(path.split("/")[:2]) + "/" if path.startswith("models/") and path.count("/") > 1 else path


class Search:
    """The search of an edition, by the files of its index."""

    def __init__(self, language: str, files: Mapping[str, str]) -> None:
        self.language, self.files, self._engine = language, files, quickjs.Context()
        code = "\n".join((SCRIPTS / f"{name}.js").read_text("utf-8") for name in ("words", "engine", "answers"))
        given = json.dumps([_COMMON, dict(files)])
        self._engine.eval(f"var [COMMON, PIECES] = JSON.parse({json.dumps(given)});")
        self._engine.eval(f"{script('asked')}\n{code}\nglobalThis.splitText = (text) => JSON.stringify(split(text));")

    @classmethod
    def of_site(cls, language: str, edition: Path) -> "Search":
        (folder,) = (edition / "search").iterdir()
        return cls(language, {path.name: path.read_text("utf-8") for path in folder.glob("*.js")})

    def answers(self, queries: Sequence[str]) -> Any:
        """For each query the answers as they are laid out, and its pages with the sections shown."""
        self._engine.get("ask")(json.dumps(list(queries)))
        while self._engine.execute_pending_job():
            pass
        return json.loads(self._engine.get("asked"))

    def split(self, text: str) -> list[str]:
        """The words of a text as the browser takes it apart."""
        return [word for word, *_ in json.loads(self._engine.get("splitText")(text))]

    def ask(self, *queries: str) -> dict[str, Found]:
        found = zip(queries, self.answers(queries), strict=True)
        return {
            query: _read_answers(answers, [page for page, _ in pages], lacks)
            for query, (answers, pages, lacks) in found
        }


def _read_answers(answers: list[dict[str, Any]], pages: list[str], lacks: list[str]) -> Found:
    first = answers[0] if answers else {"title": "", "lines": []}
    shown = first["lines"][: first.get("most", MOST_LINES)]
    said = [first["title"], *(f"{line['label']} {line['text']} {line['source']}" for line in shown)]
    return Found([one["lines"][0]["href"] for one in answers], pages, "\n".join(said), lacks)


def finished(text: str, blocks: Mapping[str, str]) -> str:
    """A page with its blocks in place, without the frame of a theme."""
    _, _, body = text.split("---\n", 2)
    html = markdown.markdown(body, extensions=["attr_list", "tables", "pymdownx.superfences", AccessibleTables()])
    for name, block in blocks.items():
        html = html.replace(f"<!-- ds-block: {name} -->", block)
    return f"<html><body><article>{html}</article></body></html>"
