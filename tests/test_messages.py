"""Every mistake in the data is answered with file, line, path, what was found, what is allowed and the fix."""

import re
import shutil
from pathlib import Path

import pytest

from catalogue import rules
from catalogue.files import MODELS, REFERENCES, TECHNIQUES
from catalogue.load import load_catalogue
from helpers import VALID, Case, cases, check, check_apart, edit, findings_of

TABLES = ("reading", "schema", "typing", "plausible", "corrections", "references", "rules")
ALL_CASES = [case for table in TABLES for case in cases(table)]


def test_the_valid_catalogue_has_nothing_wrong(valid: Path) -> None:
    assert findings_of(valid) == ()


def beside_each_other(listed: list[Case]) -> list[list[Case]]:
    """Cases in groups of about six that can be made in one copy; neighbours in the list, which a rule may share, lie apart."""
    groups: list[list[Case]] = [[] for _ in range(-(-len(listed) // 6))]
    for at, case in enumerate(listed):
        order = (*groups[at % len(groups) :], *groups[: at % len(groups)])
        group = next((group for group in order if _stand_once(group, case)), None)
        groups.append([case]) if group is None else group.append(case)
    return groups


def _stand_once(group: list[Case], case: Case) -> bool:
    """Whether what the case changes, and the places that all of them name, stand once when the others are made."""
    named = {name for each in (*group, case) for name in (each.file, each.in_file or each.file)}
    texts = {name: (VALID / name).read_text(encoding="utf-8") for name in named}
    for each in (*group, case):
        if texts[each.file].count(each.old) != 1:
            return False
        texts[each.file] = texts[each.file].replace(each.old, each.new)
    return all(texts[each.in_file or each.file].count(each.place) == 1 for each in (*group, case))


def faults(made: list[Case], folder: Path) -> list[str]:
    """What is not said of the cases, all of which are made in the folder, or said beside it."""
    data = Path(shutil.copytree(VALID, folder / VALID.name))
    for case in made:
        case.apply(data)
    found = findings_of(data)
    messages, wrong = [str(finding) for finding in found], []
    shutil.rmtree(data)
    for case in made:
        start = f"{VALID.name}/{case.in_file or case.file}:{case.line_beside(made)}: "
        start += f"{case.path}: " if case.path else ""
        here = [message for message in messages if message.startswith(start)]
        if not any(all(part in message for part in case.says) for message in here):
            wrong.append(
                f"{case.label}: nothing starts with {start!r} and says {case.says} in:\n" + "\n".join(messages)
            )
        elif case.rule and case.rule not in {finding.rule for finding in found if str(finding) in here}:
            wrong.append(f"{case.label}: not found by {case.rule}")
    if len(messages) != sum(case.findings for case in made):
        wrong.append(f"{[case.label for case in made]}: {len(messages)} findings:\n" + "\n".join(messages))
    return wrong


@pytest.mark.parametrize("table", TABLES)
def test_messages(table: str, tmp_path: Path, subtests: pytest.Subtests) -> None:
    """Mistakes that have nothing to do with each other are made at once; where these are not answered as they should be, each by itself."""
    for group in beside_each_other(cases(table)):
        for case in group if len(group) == 1 or faults(group, tmp_path) else ():
            with subtests.test(case.label):
                assert faults([case], tmp_path) == []


def test_labels_are_unique() -> None:
    labels = [case.label for case in ALL_CASES]
    assert sorted(labels) == sorted(set(labels))


def test_every_rule_has_a_case_and_every_case_a_rule_that_is_run() -> None:
    run = {rule.__name__ for rule in rules.ALL}
    assert {case.rule for case in ALL_CASES if case.rule} == run


EMPTY = "the file is empty; write the entries under their top-level key"
NO_REFERENCE = "holds no reference; a reference begins with `@misc{key,`; put the file back"
# What a file of the catalogue holds in place of what it should, and the one message that answers it.
FILES = [
    *((name, text.encode(), f"1: {EMPTY}") for name in (MODELS, TECHNIQUES) for text in ("", "# a comment alone\n")),
    *((REFERENCES, text.encode(), f"1: {NO_REFERENCE}") for text in ("", "% a comment alone\n", "models:\n")),
    ("models/dor.yaml", b"# caf\xe9\n", "1: is not UTF-8 text: the byte 0xe9; put the file back, saved as UTF-8"),
    (
        "models/dor.yaml",
        b"# Copied with its hyphen.\n- id: dor\n  name: Dor\n",
        "2: found a list; a file of an entry has the entry's keys (`id`, `name`, …) at the left edge",
    ),
]


@pytest.mark.parametrize(("name", "content", "says"), FILES)
def test_a_file_that_holds_something_else(valid: Path, name: str, content: bytes, says: str) -> None:
    (valid / name).write_bytes(content)
    assert list(map(str, findings_of(valid))) == [f"valid/{name}:{says}"]


@pytest.mark.parametrize("name", [MODELS, TECHNIQUES, REFERENCES])
def test_a_file_that_is_not_utf_8_or_not_there(valid: Path, name: str) -> None:
    content = (valid / name).read_bytes()
    (valid / name).write_bytes(content + b"# caf\xe9\n")
    (finding,) = findings_of(valid)
    line = content.count(b"\n") + 1
    assert str(finding) == f"valid/{name}:{line}: is not UTF-8 text: the byte 0xe9; put the file back, saved as UTF-8"
    (valid / name).unlink()
    (finding,) = findings_of(valid)
    assert str(finding).startswith(f"valid/{name}:1: cannot be read: ")
    assert finding.fix == "put the file back, saved as UTF-8"


@pytest.mark.parametrize("key", ["flagship", "main_parent", "compared_with", "reference"])
def test_an_id_that_leads_nowhere_is_no_traceback(key: str, valid: Path) -> None:
    file = valid / "models" / "elk.yaml"
    text = file.read_text(encoding="utf-8")
    changed = re.sub(rf"(?m)^{key}: .*$", f"{key}: deepseek-nowhere", text)
    assert changed != text
    file.write_text(changed, encoding="utf-8")
    assert any("`deepseek-nowhere` is no" in finding.found for finding in findings_of(valid))


def test_a_broken_entry_does_not_hide_the_others(valid: Path) -> None:
    (valid / "models/dor.yaml").write_text("id: [dor\n", encoding="utf-8")
    case = next(case for case in cases("schema") if case.label == "word of a list")
    case.apply(valid)
    assert [finding.file for finding in findings_of(valid)] == ["valid/models.yaml", "valid/models/dor.yaml"]


def test_entries_of_all_files_stand_in_order_of_date(valid: Path) -> None:
    assert list(load_catalogue(valid).models) == ["ant", "bee", "cat", "dor", "elk"]
    edit(valid / "models/dor.yaml", ("2024-07", "2023-12-31"))
    assert list(load_catalogue(valid).models) == ["ant", "dor", "bee", "cat", "elk"]


def test_a_catalogue_of_files_alone_is_the_same(valid: Path) -> None:
    whole = load_catalogue(valid)
    head, _, models = (valid / MODELS).read_text(encoding="utf-8").partition("\nmodels:\n")
    (valid / MODELS).write_text(head + "\n", encoding="utf-8")
    for entry in ("\n" + models).split("\n  - id: ")[1:]:
        name, _, rest = entry.partition("\n")
        text = f"id: {name}\n" + "".join(line[4:] + "\n" for line in rest.splitlines())
        (valid / "models" / f"{name}.yaml").write_text(text, encoding="utf-8")
    split = load_catalogue(valid)
    assert (split.models, split.entries, split.api_names) == (whole.models, whole.entries, whole.api_names)
    assert split.places["model:bee"] == "valid/models/bee.yaml#L1"


def labelled(*labels: str) -> list[Case]:
    found = [case for case in ALL_CASES if case.label in labels]
    assert len(found) == len(labels)
    return found


RULE_CASES = labelled(
    *("flagship", "no date", "mix that does not add up", "braces around no call", "related technique"),
    "address without https",
)
SCHEMA_CASES = labelled(
    *("word of a list", "date in words", "duplicate key", "list for a text", "unknown key of a technique"),
    "address and arXiv id disagree",
)


@pytest.mark.parametrize("together", [RULE_CASES, SCHEMA_CASES], ids=["rules", "reading and schema"])
def test_all_mistakes_are_reported_in_one_run_in_order(together: list[Case], valid: Path) -> None:
    for case in together:
        case.apply(valid)
    findings = findings_of(valid)
    for case in together:
        here = [str(f) for f in findings if (f.file, f.path) == (f"valid/{case.file}", case.path)]
        assert any(all(part in message for part in case.says) for message in here), case.label
    assert len(findings) == sum(case.findings for case in together)
    places = [(finding.file, finding.line) for finding in findings]
    assert places == sorted(places)


def test_what_may_follow_from_a_value_that_does_not_fit_waits(valid: Path) -> None:
    edit(valid / MODELS, ("attention: GQA", "attention: gqa"))
    (finding,) = findings_of(valid)
    assert finding.nearest == "`GQA`"


def test_check_prints_every_finding_and_fails(valid: Path) -> None:
    RULE_CASES[0].apply(valid)
    one = check(".", cwd=valid).stderr.splitlines()
    assert one[0].startswith("valid/"), "the current folder by its name"
    assert one[1:] == ["1 problem in the catalogue"]
    for case in (*RULE_CASES[1:], *labelled("bracket left open in the bibliography")):
        case.apply(valid)
    run, findings = check_apart(valid), findings_of(valid)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.splitlines() == [*map(str, findings), f"{len(findings)} problems in the catalogue"]


def test_check_prints_what_one_rule_finds(valid: Path) -> None:
    for case in RULE_CASES:
        case.apply(valid)
    (finding,) = (finding for finding in findings_of(valid) if finding.rule == "mix_adds_up")
    said = check("check", valid, "--rule", "Mix adds up").stderr.splitlines()
    assert said[:-1] == [str(finding)]
    assert "nearest match: `mix_adds_up`" in check("check", valid, "--rule", "mix_add").stderr


def test_check_accepts_the_valid_case() -> None:
    run, expected = check(VALID), load_catalogue(VALID)
    assert (run.returncode, run.stderr) == (0, "")
    assert "all well-formed" in run.stdout
    assert run.stdout.startswith(f"{len(expected.models)} models, {len(expected.entries)} variants, ")
