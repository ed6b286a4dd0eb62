"""Write the file of a new entry and its reference, with what is known from an id and an arXiv number; the rest says TODO."""

from __future__ import annotations

import re
from pathlib import Path

from .field_reference import SCHEMA_LINE
from .files import ENTRIES, REFERENCES, Unreadable, text_of
from .references import ARXIV_ID
from .strict_yaml import TO_DO

_ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")


class Refused(Exception):
    """The entry cannot be made. The message says why and what to do."""


def write_new_entry(data: Path, id_: str, arxiv: str = "") -> list[str]:
    """Write `data`/models/`id_`.yaml and a stub at the end of references.bib; return where. Raises Refused."""
    arxiv = arxiv.rpartition("/")[2].removesuffix(".pdf").partition("v")[0]
    file, references = data / ENTRIES / f"{id_}.yaml", data / REFERENCES
    if not _ID.fullmatch(id_):
        raise Refused(f"ID `{id_}`: allowed are lower-case letters, digits, dots and single hyphens")
    if id_.endswith((".yaml", ".yml")):
        raise Refused(f"ID `{id_}`: the id of the entry, without the ending of its file")
    if arxiv and not ARXIV_ID.fullmatch(arxiv):
        raise Refused(f"ARXIV `{arxiv}`: an arXiv id is YYMM.NNNNN")
    if file.exists():
        raise Refused(f"{data.name}/{ENTRIES}/{file.name} is there already; choose another ID, or edit that file")
    try:
        bibliography = text_of(references, f"{data.name}/{REFERENCES}")
    except Unreadable as error:
        raise Refused(str(error)) from None
    if arxiv and (match := re.search(rf"@\w+\{{([^,\s]+),[^@]*eprint\s*=\s*\{{{re.escape(arxiv)}\}}", bibliography)):
        key = match[1]
    else:
        key = id_
    said = [f"{data.name}/{ENTRIES}/{file.name}: fill in what says {TO_DO}, then run `make check`"]
    if not re.search(rf"@\w+\{{{re.escape(key)},", bibliography):
        line_end = "\r\n" if b"\r\n" in references.read_bytes() else "\n"
        whole = bibliography.rstrip("\n") + "\n\n" + _reference_text(key, arxiv)
        references.write_text(whole, encoding="utf-8", newline=line_end)
        said.append(f"{data.name}/{REFERENCES}: `{key}` at the end, with title and authors to fill in")
    file.parent.mkdir(exist_ok=True)
    file.write_text(_entry_text(id_, key, arxiv), encoding="utf-8")
    return said


def _entry_text(id_: str, key: str, arxiv: str) -> str:
    place = "arXiv listing" if arxiv else TO_DO
    if arxiv:
        paper = f"reference: {key}\n"
        date = f"paper: 20{arxiv[:2]}-{arxiv[2:4]}  # the day of the first version; `weights:` and `announcement:` beside it"
    else:
        paper = f"# reference: {key}  # where that is its paper\n"
        date = f"announcement: {TO_DO}  # or `weights:`, `paper:`, `api:`; each that there is"
    return f"""\
{SCHEMA_LINE}
id: {id_}
name: {TO_DO}
track: general  # general, code, math, reasoning, vision …
{paper}dates:
  source: {key} {place}
  {date}
summary:
  en: {TO_DO}
  zh: {TO_DO}  # on one line: `>-` would put a space at each line break
# builds_on:
#   - {{model: deepseek-v3, relation: succeeds, source: {key} {TO_DO}}}
# main_parent: deepseek-v3  # the one of them that it continues
flagship: {id_}-base  # the variant that stands for the entry in comparisons
variants:
  - id: {id_}-base
    name: {TO_DO}
    kind: base
    parameters:
      source: {key} {TO_DO}  # the place: §4.2, Table 2, config.json
      total: {TO_DO}  # as printed, such as 671B; or `not published`
# “Add a model” on the site shows every further field with an example.
"""


def _reference_text(key: str, arxiv: str) -> str:
    year = f"20{arxiv[:2]}" if arxiv else TO_DO
    address = f"https://arxiv.org/abs/{arxiv}" if arxiv else TO_DO
    eprint = f"  eprint = {{{arxiv}}},\n" if arxiv else ""
    return f"""\
@misc{{{key},
  title  = {{{{{TO_DO}}}}},
  author = {{{TO_DO}}},
  year   = {{{year}}},
{eprint}  url    = {{{address}}},
}}
"""
