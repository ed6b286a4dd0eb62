"""Write the file of a new entry and its references from an id, an arXiv number, a config.json and a BibTeX entry.

What nobody said yet is a TODO, which `make check` finds; unknown keys of config.json are listed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import NormalizeFieldKeys

from .config_json import ConfigReading, NoConfig, parse_config, read_config
from .field_reference import SCHEMA_LINE, as_yaml
from .files import ENTRIES, REFERENCES, Unreadable, read_text
from .findings import CatalogueError, nearest_in_quotes
from .load import load_catalogue
from .references import ARXIV_ID, Reference, read_references
from .schema.model import LICENCES
from .strict_yaml import TO_DO

_ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_DAY = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_KEPT_FIELDS = ("title", "author", "year", "eprint", "journal", "booktitle", "doi", "url", "howpublished")
_PLAIN = re.compile(r"[\w.+%~-]+(?: [\w.+%~-]+)*")


class Refused(Exception):
    pass


@dataclass(frozen=True)
class Given:
    arxiv: str = ""
    config: str = ""  # text of its config.json
    bibtex: str = ""
    name: str = ""  # as printed, `DeepSeek-V5`
    day: str = ""  # first day of its weights
    parent: str = ""  # id of the model that it continues
    total: str = ""  # as printed
    licence: str = ""


def read_given(path: str) -> str:
    """Raises Refused."""
    try:
        return read_text(Path(path), path)
    except Unreadable as error:
        raise Refused(f"{path}: {error.finding.found}") from None


def write_new_entry(data: Path, id_: str, given: Given | str = "") -> list[str]:
    """Write `data`/models/`id_`.yaml and add its references; return what to do next. Raises Refused."""
    given = Given(arxiv=given) if isinstance(given, str) else given
    file, references = data / ENTRIES / f"{id_}.yaml", data / REFERENCES
    if not _ID.fullmatch(id_) or id_.endswith(".yaml"):
        raise Refused(f"ID `{id_}`: allowed are lower-case letters, digits, dots and single hyphens")
    if given.day and not _DAY.fullmatch(given.day):
        raise Refused(f"DAY `{given.day}`: a day is YYYY-MM-DD")
    if file.exists():
        raise Refused(f"{data.name}/{ENTRIES}/{file.name} is there already; choose another ID, or edit that file")
    paper = _parse_paper(given)
    arxiv = (paper.eprint if paper and paper.eprint else given.arxiv).rpartition("/")[2].removesuffix(".pdf")
    arxiv = arxiv.partition("v")[0]
    if arxiv and not ARXIV_ID.fullmatch(arxiv):
        raise Refused(f"ARXIV `{arxiv}`: an arXiv id is YYMM.NNNNN")
    try:
        reading = read_config(parse_config(given.config)) if given.config else None
        bibliography = read_text(references, f"{data.name}/{REFERENCES}")
    except (NoConfig, Unreadable) as error:
        raise Refused(str(error)) from None
    if arxiv and (match := re.search(rf"@\w+\{{([^,\s]+),[^@]*eprint\s*=\s*\{{{re.escape(arxiv)}\}}", bibliography)):
        key = match[1]
    else:
        key = id_
    given = replace(given, arxiv=arxiv, name=given.name or _guessed_name(id_) if reading else given.name)
    said = [f"{data.name}/{ENTRIES}/{file.name}: fill in what says {TO_DO}, then run `make check`"]
    if "deepseek" not in id_:
        said.append("  entries are DeepSeek's: a model of another maker belongs into data/contemporaries.yaml")
    cited = {key: _reference_text(key, given, paper)}
    if reading is not None:
        cited[f"hf-{id_}"] = _repository_text(f"hf-{id_}", given)
    new = {name: text for name, text in cited.items() if not re.search(rf"@\w+\{{{re.escape(name)},", bibliography)}
    if new:
        line_end = "\r\n" if b"\r\n" in references.read_bytes() else "\n"
        whole = "\n\n".join([bibliography.rstrip("\n"), *(text.rstrip("\n") for text in new.values())]) + "\n"
        references.write_text(whole, encoding="utf-8", newline=line_end)
        said += [
            f"{data.name}/{REFERENCES}: `{name}` at the end" + (", to be filled in" if TO_DO in text else "")
            for name, text in new.items()
        ]
    file.parent.mkdir(exist_ok=True)
    file.write_text(_entry_text(id_, key, given, reading), encoding="utf-8")
    return said + list(_said_of_config(reading))


def add_checkpoint(data: Path, id_: str, of: str, given: Given) -> list[str]:
    """Add a variant with the flagship's network and its own release, and its reference. Raises Refused."""
    file = data / ENTRIES / f"{of}.yaml"
    try:
        catalogue = load_catalogue(data)
    except CatalogueError as error:
        raise Refused(error.report()) from None
    if of not in catalogue.models or not file.exists():
        close = nearest_in_quotes(of, catalogue.models)
        raise Refused(f"OF `{of}` is no model with a file of its own" + (f"; nearest match: {close}" if close else ""))
    if id_ in catalogue.entries or not _ID.fullmatch(id_):
        raise Refused(
            f"ID `{id_}`: allowed is an id that no variant has, of lower-case letters, digits, dots and hyphens"
        )
    if not _DAY.fullmatch(given.day):
        raise Refused("say when its weights came out: DAY=2027-08-15")
    model = catalogue.models[of]
    like = catalogue.entries[model.variants[-1].id]
    name = given.name or f"{model.name}-{id_.removeprefix(of).strip('-')}"
    sizes = like.variant.parameters
    stated = [("total", sizes.total), ("activated", sizes.activated)]
    typed = {
        field: single.value.text if single.value is not None else str(single.absence)
        for field, single in stated
        if single is not None
    }
    parameters = ", ".join(f"{field}: {_quote_scalar(text)}" for field, text in typed.items())
    length = like.variant.context_length
    context = f", context_length: {length.value.text}" if length is not None and length.value is not None else ""
    licence = f", licences: {{weights: {_quote_scalar(given.licence)}}}" if given.licence else ""
    owner = f"architecture_of: {like.architecture_owner}, " if like.architecture is not None else ""
    base = like.variant.based_on.value if like.variant.based_on else None
    based_on = f", based_on: {base}" if base else ""
    lines = (
        f"  - {{id: {id_}, name: {_quote_scalar(name)}, kind: {like.variant.kind}, source: hf-{id_} model card header{based_on},\n"
        f"     {owner}parameters: {{{parameters}}}{context},\n"
        f"     release: {{weights: {given.day}{licence}}}}}\n"
    )
    text = file.read_text(encoding="utf-8")
    begins = re.search(r"(?m)^variants:\n", text)
    assert begins is not None
    ends = re.search(r"(?m)^(?=[a-z_#])", text[begins.end() :])
    at = begins.end() + ends.start() if ends else len(text)
    file.write_text(text[:at] + lines + text[at:], encoding="utf-8")
    references = data / REFERENCES
    repository = _repository_text(f"hf-{id_}", replace(given, name=name))
    references.write_text(references.read_text(encoding="utf-8").rstrip("\n") + f"\n\n{repository}", encoding="utf-8")
    return [
        f"{data.name}/{ENTRIES}/{file.name}: `{id_}`, with the sizes of {like.variant.id}: read its model card, then `make check`",
        f"{data.name}/{REFERENCES}: `hf-{id_}` at the end",
    ]


def _parse_paper(given: Given) -> Reference | None:
    """Raises Refused for what is no BibTeX, or more than one entry."""
    if not given.bibtex:
        return None
    found, findings = read_references(given.bibtex + "\n", "the BibTeX entry")
    wrong = [finding for finding in findings if not finding.found.startswith("missing")]
    if wrong:
        raise Refused(str(wrong[0]))
    if len(found) != 1:
        raise Refused(f"the BibTeX has {len(found)} entries; give the one of its paper")
    return next(iter(found.values()))


def _guessed_name(id_: str) -> str:
    return re.sub(
        r"^deepseek", "DeepSeek", "-".join(part[:1].upper() + part[1:] for part in id_.split("-")), flags=re.I
    )


def _said_of_config(reading: ConfigReading | None) -> Iterator[str]:
    if reading is None:
        return
    yield f"config.json: {len(reading.fields)} fields of the architecture"
    yield from (f"  look at this first: {remark}" for remark in reading.remarks)
    if reading.needed:
        yield f"  not in config.json, and needed: {', '.join(f'`{name}`' for name in reading.needed)}"
    if reading.left_out:
        yield f"  left out: {', '.join(f'`{key}` ({why})' for key, why in reading.left_out.items())}"


def _quote_scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else '"' + text.replace('"', '\\"') + '"'


def _entry_text(id_: str, key: str, given: Given, reading: ConfigReading | None) -> str:
    place = "arXiv listing" if given.arxiv else TO_DO
    dates = []
    if given.arxiv:
        paper = f"reference: {key}\n"
        month = f"20{given.arxiv[:2]}-{given.arxiv[2:4]}"
        dates.append(f"paper: {month}  # the day of the first version; `weights:` and `announcement:` beside it")
    else:
        paper = f"# reference: {key}  # where that is its paper\n"
    if given.day:
        source = f"hf-{id_} commit history" if reading is not None else f"{key} {TO_DO}"
        dates.append(f"weights: {{value: {given.day}, source: {source}}}")
    if not dates:
        dates.append(f"announcement: {TO_DO}  # or `weights:`, `paper:`, `api:`; each that there is")
    name = _quote_scalar(given.name) if given.name else TO_DO
    parent = given.parent or "deepseek-v3"
    mark = "" if given.parent else "# "
    allowed = str(LICENCES[given.licence]).lower() if given.licence in LICENCES else TO_DO
    named = _quote_scalar(given.licence)
    licence = f"licences: {{code: {named}, weights: {named}, commercial_use: {allowed}, source: {key} {TO_DO}}}\n"
    base = f"{name}-Base" if reading is not None and name != TO_DO else name
    return f"""\
{SCHEMA_LINE}
id: {id_}
name: {name}
track: general  # general, code, math, reasoning, vision …
{paper}dates:
  source: {key} {place}
{"".join(f"  {line}{chr(10)}" for line in dates)}summary:
  en: {TO_DO}
  zh: {TO_DO}  # on one line: `>-` would put a space at each line break
{mark}builds_on:
{mark}  - {{model: {parent}, relation: succeeds, source: {key} {TO_DO}}}
{mark}main_parent: {parent}  # the one of them that it continues
flagship: {id_}-base  # the variant that stands for the entry in comparisons
variants:
  - id: {id_}-base
    name: {base}
    kind: base
{"".join(_variant_lines(id_, given, reading))}    parameters:
      source: {key} {TO_DO}  # the place: §4.2, Table 2, config.json
      total: {_quote_scalar(given.total) if given.total else TO_DO}  # as printed, such as 671B; or `not published`
{"".join(_architecture_lines(id_, reading))}{licence if given.licence else ""}\
{"".join(_infrastructure_lines(id_, reading))}# “Add a model” on the site shows every further field with an example.
"""


def _variant_lines(id_: str, given: Given, reading: ConfigReading | None) -> Iterator[str]:
    if reading is None:
        return
    yield f"    source: hf-{id_} model card §{TO_DO}\n"
    yield f"    weights: https://huggingface.co/deepseek-ai/{given.name}-Base\n"
    if length := reading.fields.get("max_position_embeddings"):
        yield f"    # context_length: 128K  # what is stated; config.json goes up to {length}\n"


def _architecture_lines(id_: str, reading: ConfigReading | None) -> Iterator[str]:
    """Unknown keys stand in comments."""
    if reading is None:
        return
    yield "    architecture:\n"
    yield f"      source: hf-{id_} config.json\n"
    for name, value in reading.fields.items():
        if isinstance(value, Mapping):
            yield f"      {name}:\n"
            yield from (f"        {key}: {_as_yaml(setting)}\n" for key, setting in value.items())
        else:
            likely = (
                f"  # {reading.likely}, unless an unknown key below says otherwise"
                if value is None and reading.likely
                else ""
            )
            yield f"      {name}: {TO_DO if value is None else _as_yaml(value)}{likely}\n"
    yield from (f"      {name}: {TO_DO}  # not in config.json\n" for name in reading.needed)
    yield from (f"      # {key}: {_as_yaml(value)}  # known to no field\n" for key, value in reading.unknown.items())


def _infrastructure_lines(id_: str, reading: ConfigReading | None) -> Iterator[str]:
    if reading is not None and reading.weights_format:
        yield "infrastructure:\n"
        yield f"  variants: [{id_}-base]\n"
        yield f"  source: hf-{id_} config.json\n"
        yield f"  precision: {{released_weights: {_quote_scalar(reading.weights_format)}}}\n"


def _as_yaml(value: Any) -> str:
    text = as_yaml(value)
    return f'"{text}"' if isinstance(value, str) and re.search(r"[*(){}\[\],#:]", text) and text[:1] != '"' else text


def _reference_text(key: str, given: Given, paper: Reference | None) -> str:
    if paper is not None:
        fields = _fields_of(given.bibtex)
        if given.arxiv:
            fields.setdefault("url", f"{{https://arxiv.org/abs/{given.arxiv}}}")
        return _format_bibtex(key, fields)
    fields = {
        "title": f"{{{{{given.name or TO_DO}}}}}" if not given.arxiv else f"{{{{{TO_DO}}}}}",
        "author": f"{{{TO_DO}}}",
    }
    fields["year"] = f"{{20{given.arxiv[:2]}}}" if given.arxiv else f"{{{TO_DO}}}"
    if given.arxiv:
        fields["eprint"] = f"{{{given.arxiv}}}"
    fields["url"] = f"{{https://arxiv.org/abs/{given.arxiv}}}" if given.arxiv else f"{{{TO_DO}}}"
    return _format_bibtex(key, fields)


def _fields_of(bibtex: str) -> dict[str, str]:
    """Without the fields that arXiv adds and nobody reads."""
    (entry,) = parse_string(bibtex, parse_stack=[NormalizeFieldKeys()]).entries
    kept = {name: str(entry.fields_dict[name].value) for name in _KEPT_FIELDS if name in entry.fields_dict}
    if re.fullmatch(r"\{[^{].*[^}]\}", kept.get("title", ""), re.DOTALL):
        kept["title"] = "{" + kept["title"] + "}"  # as it is printed, capital letters and all
    if "author" in kept:
        kept["author"] = re.sub(
            r"(^\{|\band )(DeepSeek-AI|[\w-]+ Team)(?= and\b|\}$)", r"\1{\2}", kept["author"]
        )  # no person
    return kept


def _repository_text(key: str, given: Given) -> str:
    year = given.day[:4] or (f"20{given.arxiv[:2]}" if given.arxiv else TO_DO)
    return _format_bibtex(
        key,
        {
            "title": f"{{{{{given.name}}}}}",
            "author": "{{DeepSeek-AI}}",
            "year": f"{{{year}}}",
            "url": f"{{https://huggingface.co/deepseek-ai/{given.name}}}",
            "note": "{Model repository on Hugging Face: card, config.json and weights}",
            "note_zh": "{Hugging Face 模型仓库：模型卡、config.json、权重}",
        },
    )


def _format_bibtex(key: str, fields: Mapping[str, str]) -> str:
    width = max(len(name) for name in fields)
    lines = "".join(f"  {name:<{width}} = {value},\n" for name, value in fields.items())
    return f"@misc{{{key},\n{lines}}}\n"
