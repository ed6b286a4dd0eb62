"""The text to learn from: the site's own English and Chinese pages and the texts of its catalogue (CC BY 4.0), or any folder."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
_QUOTE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_NAME = re.compile(r"\{\{\s*[mt]\('([^']+)'\)\s*\}\}")


def documents(root=ROOT):
    """Paragraphs in a fixed order, English before Chinese."""
    found = {"en": [], "zh": []}
    for language, texts in found.items():
        for page in sorted((root / "docs" / language).rglob("*.md")):
            body = re.sub(r"\A---\n.*?\n---\n", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
            texts += body.split("\n\n")
    for file in sorted((root / "data").rglob("*.yaml")):
        if file.stem == "experiments":
            continue  # it tells what was measured on this very text
        _collect(yaml.load(file.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)), found)
    texts = dict.fromkeys(plain(text) for language in found for text in found[language])
    texts.pop("", None)
    if not texts:
        raise SystemExit(f"no text in {root}/docs and {root}/data: run this in a copy of the whole project")
    return list(texts)


SHORTEST = 60  # bytes of a paragraph of prose


def prose(texts):
    """The paragraphs that are sentences: labels, headings and cells of tables, of which the catalogue is full, teach nobody to write."""
    return [text for text in texts if text[-1] in ".?!。？！" and len(text.encode()) >= SHORTEST]


def folder(path):
    """Paragraphs of the .txt and .md files in a folder, whatever they are."""
    files = sorted(file for file in path.rglob("*") if file.suffix in (".txt", ".md"))
    if not files:
        raise SystemExit(f"no .txt or .md file in {path}; name a folder of text with --text")
    texts = (
        part.strip() for file in files for part in file.read_text(encoding="utf-8", errors="replace").split("\n\n")
    )
    return [text for text in dict.fromkeys(texts) if text]


def _collect(node, found):
    """Texts stand in the catalogue as {en: …, zh: …}."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in found and isinstance(value, str):
                found[key].append(value)
            else:
                _collect(value, found)
    elif isinstance(node, list):
        for value in node:
            _collect(value, found)


def plain(text):
    """Text without markup: names of models stand for their quotes, an ellipsis for other ones."""
    text = _NAME.sub(
        lambda found: found[1].replace("deepseek", "DeepSeek").replace("-v", "-V").replace("-r1", "-R1"), text
    )
    text = _QUOTE.sub("…", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<[^>]+>|\{[^}]*\}|\[\^[^\]]*\]", "", text)
    text = re.sub(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", "", text)
    return text.strip()


def split(texts, every=20):
    """Training and validation: one paragraph in `every` is only for validation."""
    return [t for i, t in enumerate(texts) if i % every], texts[::every]
