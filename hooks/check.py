"""Work with the data without MkDocs: `python hooks/check.py COMMAND`, or the targets of the Makefile.

check [DATA] [--entry ID] [--rule NAME]
                         every problem as `file:line: path: …`; exit code 1 if there is one; what an entry does not say yet
coverage [DATA]          texts that have no Chinese yet
new ID [--arxiv ID] [--config FILE] [--bib FILE] …
                         the file of a new entry and its references, with what is known filled in
diff REV                 facts that changed since a revision, and what follows from them
schemas                  write what is made from the code: JSON Schemas for editors, FIELDS.md, the policy in deploy/
"""

import argparse
import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from catalogue import new_entry, rules, upkeep
from catalogue.derive.parameters import State
from catalogue.field_reference import FILE, SCHEMAS, fields_document, json_schema
from catalogue.findings import CatalogueError, Finding, format_report, nearest_in_quotes
from catalogue.load import load_catalogue, untranslated_texts
from catalogue.records import Catalogue, price_spans
from catalogue.upkeep import added_entries, missing_lines
from checks import PageError
from checks.labels import labels_too_wide
from checks.wording import new_neighbours, read_project
from render.context import make_context
from render.words import CHINESE, BrokenWords

DATA = Path(__file__).parent.parent / "data"
_SENT = re.compile(r'(Content-Security-Policy )"[^"]*"')
_PRICE = re.compile(r"price:([\w.-]+)/")
_LISTED = 6  # variants that a line names
_NO_LINK = "no link stands there until the character is added, or the longer word under `other_senses`"


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    arguments = _parse_arguments()
    if hasattr(arguments, "data") and not arguments.data.is_dir():
        close = nearest_in_quotes(arguments.data, COMMANDS)
        said = f"; nearest match of a command: {close}" if close else f", and no command ({', '.join(COMMANDS)})"
        print(f"`{arguments.data}` is no folder with the data{said}", file=sys.stderr)
        return 1
    try:
        code = COMMANDS[arguments.command](arguments) or 0
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # `make diff | head`: who reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (CatalogueError, PageError) as error:
        wanted = getattr(arguments, "rule", "").lower().replace(" ", "_")  # as FIELDS.md prints it, too
        found = [finding for finding in error.findings if wanted in ("", finding.rule)]
        print(error.report() if not wanted else _report_of_rule(wanted, found, len(error.findings)), file=sys.stderr)
        _annotate_lines(found)
        return 1
    except (BrokenWords, new_entry.Refused, upkeep.NoSuchRevision) as error:
        print(error, file=sys.stderr)
        return 1


def _report_of_rule(name: str, found: Sequence[Finding], of: int) -> str:
    names = [rule.__name__ for rule in rules.ALL]
    if name not in names:
        return f"no rule is called `{name}`; nearest match: {nearest_in_quotes(name, names) or 'none'}"
    return format_report(found, f"the data that `{name}` finds, of {of}")


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Work with the catalogue.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, said: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=said, description=said)

    for name, said in (("check", "print every problem"), ("coverage", "list the texts that fall back to English")):
        added = command(name, said)
        added.add_argument("data", nargs="?", type=Path, default=DATA, help="folder of the data files")
        if name == "check":
            added.add_argument("--entry", default="", help="list what this entry does not say yet")
            added.add_argument("--rule", default="", help="print what this rule of data/FIELDS.md finds alone")
    command("schemas", "write the JSON Schemas and the reference of fields beside the data, and the policy in deploy/")
    added = command("new", "write the file of a new entry and its reference")
    added.add_argument("id")
    for name, said in (
        ("arxiv", "number of its paper, such as 2601.01234"),
        ("of", "model of which it is a later checkpoint with the same network"),
        ("config", "file with its config.json; - for standard input"),
        ("bib", "file with the BibTeX entry of its paper; - for standard input"),
        ("name", "as printed, such as DeepSeek-V5"),
        ("day", "first day of its weights"),
        ("parent", "id of the model that it continues"),
        ("total", "parameters, as printed"),
        ("licence", "of code and weights"),
    ):
        added.add_argument(f"--{name}", default="", help=said)
    added.add_argument("--data", type=Path, default=DATA, help="folder of the data files")
    added = command("diff", "print the facts that changed since a revision, and what follows from them")
    added.add_argument("revision")
    given = sys.argv[1:]
    if not given or (given[0] not in COMMANDS and given[0] not in ("-h", "--help")):
        given = ["check", *given]
    return parser.parse_args(given)


def _check_data(arguments: argparse.Namespace) -> int:
    data: Path = arguments.data.resolve()
    whole = data == DATA.resolve() or (data.name == DATA.name and (data.parent / "docs").is_dir())
    catalogue, words = read_project(data.parent, added_entries(data)) if whole else (load_catalogue(data), {})
    # A made-up catalogue has neither the models that figures ask for nor networks as large as they are drawn.
    if data == DATA.resolve() and (
        found := {one for own in words.values() for one in labels_too_wide(make_context(catalogue, own))}
    ):
        raise PageError(sorted(found))
    print(
        f"{len(catalogue.models)} models, {len(catalogue.entries)} variants, {len(catalogue.techniques)} techniques, {len(catalogue.references)} references: all well-formed"
    )
    print(*_not_compared(catalogue), *_answered_with_the_past(catalogue), sep="", end="")
    if arguments.entry and arguments.entry not in catalogue.models:
        close = nearest_in_quotes(arguments.entry, catalogue.models)
        print(
            f"no model is called `{arguments.entry}`" + (f"; nearest match: {close}" if close else ""), file=sys.stderr
        )
        return 1
    for id_ in [arguments.entry] if arguments.entry else added_entries(data):
        for line in missing_lines(catalogue, catalogue.models[id_]) if id_ in catalogue.models else ():
            print(line)
    for line in upkeep.rows_to_write(data, catalogue) if whole else ():
        print(line)
    if whole and (new := new_neighbours(catalogue, words[CHINESE], data.parent / "docs")):
        print(f"terms beside characters that `neighbours` of terms.yaml does not have: {', '.join(new)}; {_NO_LINK}")
    return 0


def _not_compared(catalogue: Catalogue) -> Iterator[str]:
    """What `make peers` would have to compare again: worth a line, and no mistake."""
    states: dict[State, list[str]] = {}
    for entry in catalogue.entries.values():
        total = entry.recount.total if entry.recount else None
        state = catalogue.peers.state_of(entry.architecture_owner, entry.architecture, total)
        states.setdefault(state, []).append(entry.variant.id)
    for state, said in ((State.NEW, "not yet compared"), (State.STALE, "changed since they were compared")):
        if found := states.get(state):
            listed = ", ".join(found[:_LISTED]) + (f" and {len(found) - _LISTED} more" if len(found) > _LISTED else "")
            yield f"{len(found)} variant{'s' if len(found) > 1 else ''} {said} with Hugging Face transformers, which `make peers` does: {listed}\n"


def _answered_with_the_past(catalogue: Catalogue) -> Iterator[str]:
    """Stored questions whose answer quotes a price that another has followed."""
    holding = {span.price.path for span in price_spans(catalogue) if span.until is None}
    for question in catalogue.questions:
        if past := set(_PRICE.findall(f"{question.answer.en} {question.answer.zh}")) - holding:
            yield f"data/questions.yaml: “{question.ask.en}” is answered with a price that has changed since: {', '.join(sorted(past))}\n"


def _print_untranslated(arguments: argparse.Namespace) -> None:
    missing = untranslated_texts(arguments.data)
    print(*missing, sep="\n", end="\n" if missing else "")
    print(f"{len(missing):,} texts fall back to English in the Chinese edition")


def _write_schemas(arguments: argparse.Namespace) -> None:
    from render.assets import HEADER

    for name in SCHEMAS:
        (DATA / name).write_text(json_schema(name), encoding="utf-8")
    (DATA / FILE).write_text(fields_document(), encoding="utf-8")
    for name in ("nginx.conf", "Caddyfile"):
        file = DATA.parent / "deploy" / name
        text = file.read_text(encoding="utf-8")
        file.write_text(_SENT.sub(lambda sent: f'{sent[1]}"{HEADER}"', text), encoding="utf-8")


def _write_entry(arguments: argparse.Namespace) -> int:
    typed = {name: getattr(arguments, name) for name in ("arxiv", "name", "day", "parent", "total", "licence")}
    texts = _text_of_file(arguments.config), _text_of_file(arguments.bib)
    given, data = new_entry.Given(config=texts[0], bibtex=texts[1], **typed), arguments.data.resolve()
    if arguments.of:
        print(*new_entry.add_checkpoint(data, arguments.id, arguments.of, given), sep="\n")
    else:
        print(*new_entry.write_new_entry(data, arguments.id, given), sep="\n")
    return 0


def _text_of_file(name: str) -> str:
    return sys.stdin.read() if name == "-" else new_entry.read_given(name) if name else ""


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int | None]] = {
    "check": _check_data,
    "coverage": _print_untranslated,
    "schemas": _write_schemas,
    "new": _write_entry,
    "diff": lambda arguments: print(upkeep.changes_report(DATA, arguments.revision)),
}


def _annotate_lines(findings: Iterable[Finding]) -> None:
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for finding in findings:
            text = str(finding).partition(": ")[2]
            for plain, escaped in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
                text = text.replace(plain, escaped)
            print(f"::error file={finding.file},line={finding.line}::{text}")


if __name__ == "__main__":
    sys.exit(main())
