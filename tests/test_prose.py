"""Texts: hand-written pages type no number, and no word of the interface is left over."""

import re

from building import ROOT
from render import markup
from render import words as language_files


def test_prose_quotes_its_numbers() -> None:
    """Hand-written pages type no number of three digits or more: they quote the catalogue, or mark a made-up one as code."""
    names = re.compile(
        r"\b(?:DeepSeek[\w.-]*|V\d[\w.]*|R1[\w-]*|v1\.5|FP\d+|BF16|bf16|fp32|E\dM\d|INT\d+|H\d00|A100|ZeRO-\d|1F1B|ZB1P|FlashAttention-\d|LLaMA[\w.-]*|Llama[\w.-]*|Qwen[\w.-]*|\d+(?:\.\d+)?B|AIME \d{4}|MATH-500|\d{4}-\d{2}-\d{2}|20[12]\d|1 × 128|128 × 128)\b|§[\d.]+"
    )
    typed = {}
    for file in sorted((ROOT / "docs").rglob("*.md")):
        text = re.sub(
            r"\{\{.*?\}\}|`[^`]*`|\]\([^)]*\)|\{ *#[^}]*\}|<[^>]*>", " ", file.read_text(encoding="utf-8"), flags=re.S
        )
        text = text.split("---", 2)[2]
        found = [
            n
            for n in re.findall(r"(?<![\w.-])\d[\d,.]*\d(?![\w-])", names.sub(" ", text))
            if sum(map(str.isdigit, n)) > 2
        ]
        if found:
            typed[file.name] = found
    assert typed == {}


# Words whose names are put together in another way, or by a script.
PUT_TOGETHER = ("small.", "add.value_", "sentence_weights.", "hero.", "poster.save_", "what_if.")


def test_words_have_no_leftovers() -> None:
    """Every word of the interface is named in a template or module, in full or by its beginning before what is filled in."""
    files = [path for path in (ROOT / "hooks").rglob("*") if path.suffix in (".py", ".jinja")]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in [*files, *(ROOT / "overrides").rglob("*.html")])
    filled_in = re.findall(r"""f["']([\w.]+[._])\{""", sources) + re.findall(r"""["']([\w.]+\.)["'] [~+]""", sources)
    dynamic = (*PUT_TOGETHER, *(beginning for beginning in filled_in if "." in beginning))
    dynamic += tuple(f"{group}." for group in re.findall(r"""words\.below\("([\w.]+)"\)""", sources))
    whole = set(re.findall(r"""["']([\w.]+)["']""", sources))
    ends = set(re.findall(r"""f["']\{\w+\}(\.[\w.]+)["']""", sources))  # what stands behind a name that is filled in
    whole |= {name + end for name in whole for end in ends}
    words = language_files.load_words()
    unused = [key for key in words["en"] if key not in whole and not key.startswith(dynamic)]
    unused += [key for key in {*words["zh"]} - {*words["en"]} if not key.startswith("makers.")]
    assert unused == []


def test_classes_that_are_data_are_worn() -> None:
    """What the copies and the search look for in pages is written by a template or a module."""
    files = [path for path in (ROOT / "hooks/render").rglob("*") if path.suffix in (".py", ".jinja", ".js")]
    files += (ROOT / "overrides").rglob("*.html")
    worn = "\n".join(path.read_text(encoding="utf-8") for path in files if path.name != "markup.py")
    named = [value for value in vars(markup).values() if isinstance(value, str | tuple)]
    classes = {name for value in named for name in ([value] if isinstance(value, str) else value)} - {markup.MARK}
    classes = {name for name in classes if name.startswith("ds-")}
    assert len(classes) > 10
    assert {name for name in classes if not re.search(rf"{name}(?![\w-])", worn)} == set()
