"""Write what has one right repair, in place: the rest of the file, comments and all, stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from .findings import Finding

# A folded text stands on the lines behind its key.
_LINES_BEHIND = 8


def repair_findings(project: Path, findings: Iterable[Finding]) -> list[str]:
    """Repair what can be; return a line for each repair: where, what stood there and what stands there now.

    `project` is the folder that the files of the findings are relative to. Check digits have their turn when nothing else
    is wrong in their file: they follow from dimensions, one of which may be missing.
    """
    findings = list(findings)
    unsound = {finding.file for finding in findings if not is_control(finding)}
    done = []
    for finding in findings:
        if is_control(finding) and finding.file in unsound:
            continue
        if finding.repair is not None and _write_value(
            project / finding.file, finding.line, finding.path.rpartition(".")[2], *finding.repair
        ):
            old, new = (text.strip() for text in finding.repair)
            said = f"`{old}` → `{new}`" if new else f"`{old}` taken out"
            done.append(f"{finding.file}:{finding.line}: {finding.path}: {said}")
    return done


def is_control(finding: Finding) -> bool:
    """Whether it is a check digit that is wrong."""
    return ".control." in finding.path


def _write_value(file: Path, number: int, key: str, old: str, new: str) -> bool:
    """Exchange `old` on the line, or on the first behind it that has it: as the value of `key`, or where it stands once."""
    lines = file.read_bytes().decode().split("\n")  # as they end, with a carriage return where they have one
    value = re.compile(rf"(?<![\w-])({re.escape(key)}: *){re.escape(old)}(?![\w.-])")
    for index in range(number - 1, min(number + _LINES_BEHIND, len(lines))):
        line = lines[index]
        if len(value.findall(line)) == 1:
            changed = value.sub(lambda found: found[1] + new, line)
        elif line.count(old) == 1:
            changed = line.replace(old, new)
        elif old in line:
            return False
        else:
            continue
        lines[index] = changed
        file.write_bytes("\n".join(lines).encode())
        return True
    return False
