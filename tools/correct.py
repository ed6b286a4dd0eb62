"""Correct a value: the entry, the row on the Corrections page and the check digits, in one command, or nothing at all.

    make correct VALUE=deepseek-v3-base/parameters.total RIGHT=672B SOURCE='deepseek-v3 §4.2' WHY='A slip of the pen.'
    make correct REPORT=report.md                 what “Report an error” sends: the text of the issue
    make correct ISSUE=12                         the same, read with GitHub's own command `gh`

A value is named as texts quote it, or found by the page and the value of a report. What was there is exchanged on its
line, the rest of the file stays as it is; a source that differs from the value's own is written beside it; check digits
follow; the row says since when, by the history of the line. If the catalogue is not right afterwards, nothing is changed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "hooks"))

from catalogue import files
from catalogue.files import is_check_digit, repair_findings
from catalogue.findings import CatalogueError, nearest_in_quotes
from catalogue.load import load_catalogue, read_draft
from catalogue.lookup import item_names
from catalogue.rules.draft import Draft
from catalogue.schema.values import Single
from catalogue.strict_yaml import Located
from render.words import Words, load_words

ROOT = Path(__file__).parents[1]
FORM = ".github/ISSUE_TEMPLATE/wrong-fact.yml"
CORRECTIONS = "corrections.yaml"
_ADDRESS = re.compile(r"(?:models|techniques)/([\w.-]+)")
_PLAIN = re.compile(r"[\w.+%/§()-]+(?: [\w.+%/§()-]+)*")
_REPAIRS = 3
_SHOWN = 12

Path_ = tuple[str | int, ...]


class Refused(Exception):
    """The value cannot be corrected so. The message says why and what to do."""


@dataclass(frozen=True)
class Order:
    """What is to be corrected.

    Attributes:
        value: As texts quote it, `id/field.field`; empty where the page and what was said of it have to do.
        page: Address of the page with the mistake.
        said: What the page says there, with the name of the value if the reporter gave it.
        right: What the source says.
        source: A key of references.bib and a place; empty for the source that the value has.
    """

    value: str = ""
    page: str = ""
    said: str = ""
    right: str = ""
    source: str = ""
    why: str = ""
    why_zh: str = ""
    since: str = ""
    central: bool = False


@dataclass(frozen=True)
class Place:
    """A value of the catalogue.

    Attributes:
        name: As texts quote it.
        field: Its field, `parameters.total`.
        entry: Model or technique that it belongs to.
        of: Name of the model or variant, as pages print it.
    """

    file: Located
    path: Path_
    single: Single[Any]
    name: str
    field: str
    entry: str
    of: str

    @property
    def typed(self) -> Path_:
        """Where the value itself is typed: at its path, or under `value:`."""
        inner = (*self.path, "value")
        return inner if self.file.has_path(inner) else self.path

    @property
    def text(self) -> str:
        """The value as it is typed."""
        found = self.file.value_at(self.typed)
        if isinstance(found, bool):
            return str(found).lower()
        return str(getattr(found, "written", found))

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.file.file_of(self.path)}:{self.file.line_of(self.typed)}"


def correct(project: Path, order: Order, today: str) -> list[str]:
    """Correct a value and write its row; return what was done. Raises Refused and CatalogueError, and then nothing is changed."""
    data = project / "data"
    draft, findings = read_draft(data.name, files.read_texts(data))
    if findings:
        raise CatalogueError(findings)
    if not order.right:
        raise Refused("say what is right: RIGHT=672B")
    place = _place(draft, order)
    before = {path: path.read_bytes() for path in (project / place.file.file_of(place.path), data / CORRECTIONS)}
    old, new = place.text, order.right
    if old == new:
        raise Refused(f"{place.where}: `{place.name}` is `{new}` already")
    if isinstance(place.file.value_at(place.typed), dict | list):
        raise Refused(f"{place.where}: `{place.name}` is a text in two languages; correct it there by hand")
    since = order.since or _since(project, place)
    if not since:
        raise Refused(f"since when does the site say so? git does not tell for {place.where}; give SINCE=2026-11-25")
    try:
        done = [f"{place.where}: {place.name}: `{old}` → `{new}`", *_write_value(project, place, order)]
        source = order.source or _source_text(place)
        row = _row(order, place, old, since, source, today)
        corrections = data / CORRECTIONS
        text = corrections.read_text(encoding="utf-8")
        text = text.replace("corrections: []", "corrections:").rstrip("\n") + "\n" + row
        corrections.write_text(text, encoding="utf-8")
        done += [f"data/{CORRECTIONS}: a row of today, since {since}", *_follow(project)]
    except (CatalogueError, Refused):
        for path, content in before.items():
            path.write_bytes(content)
        raise
    return done


def _place(draft: Draft, order: Order) -> Place:
    """The value that is meant. Raises Refused where there is none, or more than one."""
    all_ = list(_places(draft))
    if order.value:
        meant = order.value.split(":", 1)[-1]
        found = [place for place in all_ if place.name == meant]
        if not found:
            close = nearest_in_quotes(meant, [place.name for place in all_])
            raise Refused(
                f"`{order.value}` is no value of the catalogue" + (f"; nearest match: {close}" if close else "")
            )
    else:
        found = list(_reported(all_, order))
    if not found:
        raise Refused(
            f"no value of {order.page or 'the catalogue'} is the end of “{order.said}”; name it: VALUE=id/field.field"
        )
    if len(found) > 1:
        lines = "\n".join(f"  VALUE={place.name}  ({place.where}, `{place.text}`)" for place in found[:_SHOWN])
        more = f"\n  and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise Refused(f"“{order.said}” may be one of {len(found)} values; say which:\n{lines}{more}")
    return found[0]


def _reported(all_: Sequence[Place], order: Order) -> Iterator[Place]:
    """The values of the page's entry that a report may mean: whose text ends it, by name where several do."""
    entry = _ADDRESS.search(order.page)
    said = " ".join(order.said.split())
    ends = [
        place
        for place in all_
        if (entry is None or place.entry == entry[1])
        and place.text
        and re.search(rf"(?:^|[\s:]){re.escape(_printed(place.text))}\W*$", said)
    ]
    longest = max((len(place.text) for place in ends), default=0)
    ends = [place for place in ends if len(place.text) == longest]
    named = [place for place in ends if _label(place.field, "en") in said or _label(place.field, "zh") in said]
    yield from named or ends


def _printed(text: str) -> str:
    """A number as pages print it: with a comma between thousands."""
    return f"{int(text):,}" if re.fullmatch(r"\d{5,}", text) else text


def _places(draft: Draft) -> Iterator[Place]:
    """Every stated value of the models, by the name that texts quote it by."""
    models = dict(draft.each_model())
    for file, at, single in draft.each_record(Single):
        if file is draft.models_file and at[:2] in models and file.has_path(at):
            yield _named(file, at, single, models[at[:2]], at[2:])


def _named(file: Located, at: Path_, single: Single[Any], model: Any, rest: Path_) -> Place:
    node, steps, start, of, variant = model, list[str](), model.id, model.name, ""
    items = list(rest)
    if items[:1] == ["variants"] and len(items) > 1:
        node = model.variants[items[1]]
        start, of, items = node.id, node.name, items[2:]
    while items:
        step = items.pop(0)
        if step == "by_variant" and items:
            variant = f"@{items.pop(0)}"
        elif isinstance(step, int):
            node = node[step] if isinstance(node, tuple) and step < len(node) else None
            steps.append((item_names(node) or (str(step),))[0])
        else:
            node = node.get(step) if isinstance(node, dict) else getattr(node, step, None)
            steps.append(step)
    name = ".".join(steps)
    field = re.sub(r"^training\.[^.]+\.", "", name)
    return Place(file, at, single, f"{start}/{name}{variant}", field, model.id, of)


_WORDS: dict[str, Words] = {}


def _label(field: str, language: str) -> str:
    """What pages call a field; its own name where they have no word for it."""
    if language not in _WORDS:
        _WORDS[language] = load_words(language)
    words = _WORDS[language]
    found = (key for key in (f"field.{field}", f"field.{field.partition('.')[2]}") if key in words)
    key = next(found, None)
    return str(words(key)) if key else f"`{field}`"


def _write_value(project: Path, place: Place, order: Order) -> Iterator[str]:
    """Exchange the value on its line, and its source where another one is given. Raises Refused where that cannot be done."""
    path = project / place.file.file_of(place.path)
    lines = path.read_bytes().decode("utf-8").split("\n")
    number = place.file.line_of(place.typed) - 1
    key = str(place.typed[-1])
    old = re.escape(place.text)
    spelt = re.compile(rf"(?<![\w-])({re.escape(key)}: *)([\"']?){old}\2(?![\w.-])")
    if len(spelt.findall(lines[number])) != 1:
        raise Refused(
            f"{place.where}: `{place.text}` does not stand on this line once, as `{key}:`; correct it there by hand"
        )
    other = order.source and order.source != _source_text(place)
    own = (*place.path, "source")
    value = _scalar(order.right)
    if other and place.typed == place.path:
        value = f"{{value: {value}, source: {_scalar(order.source)}}}"
    lines[number] = spelt.sub(lambda found: found[1] + value, lines[number])
    if other and place.file.has_path(own):
        at = place.file.line_of(own) - 1
        was = str(place.file.value_at(own))
        if lines[at].count(was) != 1:
            raise Refused(f"{place.where}: its source does not stand on one line; correct it there by hand")
        lines[at] = lines[at].replace(was, order.source)
    elif other and place.typed != place.path:
        lines[number] = re.sub(
            rf"({re.escape(key)}: *{re.escape(value)})", rf"\1, source: {_scalar(order.source)}", lines[number], count=1
        )
        if "{" not in lines[number]:
            raise Refused(f"{place.where}: write the source there by hand")
    path.write_bytes("\n".join(lines).encode("utf-8"))
    if other:
        yield f"{place.where}: source: {order.source}"


def _source_text(place: Place) -> str:
    sources = place.single.source
    return "; ".join(f"{item.key} {item.locus}".strip() for item in sources.items) if sources else ""


def _since(project: Path, place: Place) -> str:
    """Day of the commit that wrote the line, where there is a history."""
    line = place.file.line_of(place.typed)
    command = ["git", "blame", "-w", "-C", "--porcelain", "-L", f"{line},{line}", "--", place.file.file_of(place.path)]
    try:
        run = subprocess.run(command, cwd=project, capture_output=True, text=True, encoding="utf-8", check=False)
    except OSError:
        return ""
    found = re.search(r"(?m)^committer-time (\d+)$", run.stdout)
    written = bool(found) and not run.stdout.startswith("0" * 40)
    return date.fromtimestamp(int(found[1])).isoformat() if found and written else ""


def _row(order: Order, place: Place, old: str, since: str, source: str, today: str) -> str:
    """The row on the Corrections page."""
    english, chinese = (_label(place.field, language) for language in ("en", "zh"))
    about = {"en": f"{place.of}: {english}", "zh": f"{place.of}：{chinese}"}
    why = ""
    if order.why:
        why = (
            f"    why: {{en: {_quoted(order.why)}, zh: {_quoted(order.why_zh)}}}\n"
            if order.why_zh
            else (f"    why: {_quoted(order.why)}\n")
        )
    return (
        f"  - date: {today}\n"
        f"    entry: {place.entry}\n"
        + ("    central: true\n" if order.central else "")
        + f"    about: {{en: {_quoted(about['en'])}, zh: {_quoted(about['zh'])}}}\n"
        f"    was: {_quoted(old)}\n"
        f"    since: {since}\n"
        f"    right: {_quoted(order.right)}\n"
        f"    source: {_scalar(source)}\n" + why
    )


def _scalar(text: str) -> str:
    """A text as YAML has it inside a flow mapping: plain where that is read as it stands."""
    return text if _PLAIN.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _follow(project: Path) -> Iterator[str]:
    """Write check digits anew where they follow; raise what else is wrong."""
    for _ in range(_REPAIRS):
        try:
            load_catalogue(project / "data")
            return
        except CatalogueError as error:
            digits = [finding for finding in error.findings if is_check_digit(finding)]
            if len(digits) < len(error.findings):
                raise
            for line in repair_findings(project, digits):
                yield f"{line}: read every dimension of that architecture again, in the source"
    load_catalogue(project / "data")


def read_report(text: str, form: Mapping[str, Any]) -> Order:
    """What the form of `wrong-fact.yml` sends, as an order. Raises Refused where a part is missing."""
    labels = {item["attributes"]["label"]: item["id"] for item in form["body"] if "id" in item}
    found: dict[str, str] = {}
    for part in re.split(r"(?m)^### ", text)[1:]:
        label, _, answer = part.partition("\n")
        if label.strip() in labels:
            answer = answer.strip()
            found[labels[label.strip()]] = "" if answer == "_No response_" else answer
    missing = [id_ for id_ in ("page", "value", "right", "source") if not found.get(id_)]
    if missing:
        raise Refused(f"the report lacks {', '.join(f'`{id_}`' for id_ in missing)}: it has headings `### …` for them")
    return Order(
        page=found["page"],
        said=found["value"],
        right=found["right"].strip("`"),
        source=" ".join(found["source"].split()),
    )


def main(given: Sequence[str] | None = None) -> int:
    """Correct a value and print what was done."""
    parser = argparse.ArgumentParser(description="Correct a value, and say so on the Corrections page.")
    parser.add_argument("--value", default="", help="as texts quote it, deepseek-v3-base/parameters.total")
    parser.add_argument("--right", default="", help="what the source says")
    parser.add_argument("--source", default="", help="key of references.bib and place; the value's own where left out")
    parser.add_argument("--why", default="", help="how it came about, in English")
    parser.add_argument("--why-zh", default="", help="the same in Chinese")
    parser.add_argument("--since", default="", help="day on which the site began to say so; else git says it")
    parser.add_argument("--central", action="store_true", help="readers may have quoted it")
    parser.add_argument("--report", default="", help="file with the text of a report; - for standard input")
    parser.add_argument("--commit", action="store_true", help="commit what was changed")
    parser.add_argument("--project", type=Path, default=ROOT)
    told = parser.parse_args(given)
    project = told.project.resolve()
    try:
        reported = _reported_order(project, told.report)
        order = Order(
            value=told.value,
            page=reported.page,
            said=reported.said,
            right=told.right or reported.right,
            source=told.source or reported.source,
            why=told.why,
            why_zh=told.why_zh,
            since=told.since,
            central=told.central,
        )
        if not order.value and not order.said:
            raise Refused("say which value: VALUE=deepseek-v3-base/parameters.total, or REPORT=file")
        done = correct(project, order, date.today().isoformat())
    except CatalogueError as error:
        print(error.report(), file=sys.stderr)
        print("Nothing was changed.", file=sys.stderr)
        return 1
    except (Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(*done, sep="\n")
    if told.commit:
        subject = f"catalogue: correct {done[0].split(': ')[1]}"[:72]
        subprocess.run(["git", "add", "data"], cwd=project, check=True)
        subprocess.run(["git", "commit", "-q", "-m", subject], cwd=project, check=True)
        print(f"committed: {subject}")
    return 0


def _reported_order(project: Path, report: str) -> Order:
    if not report:
        return Order()
    text = sys.stdin.read() if report == "-" else Path(report).read_text(encoding="utf-8")
    return read_report(text, yaml.safe_load((project / FORM).read_text(encoding="utf-8")))


if __name__ == "__main__":
    sys.exit(main())
