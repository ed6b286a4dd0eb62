"""The words of the interface: one folder a language, every word by its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from catalogue.schema.values import Text
from catalogue.strict_yaml import read

_FOLDER = Path(__file__).parent / "words"


class MissingWord(KeyError):
    """A word that a template asks for and the language file does not have."""


class Words:
    """Words of one language. `words("key", name=…)` fills in `{name}`."""

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self.language = language
        self._words = words

    def __call__(self, key: str, **values: object) -> str:
        if key not in self._words:
            raise MissingWord(f"words/{self.language}/ has no `{key}`")
        return self._words[key].format(**values) if values else self._words[key]

    def __contains__(self, key: str) -> bool:
        return key in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def text(self, text: Text) -> str:
        """The text in this language; English where it has not been written."""
        return (text.zh if self.language == "zh" else None) or text.en


def load(language: str) -> Words:
    """Read `words/<language>/*.yaml`. Raises ValueError with its findings where a file is broken or repeats a key."""
    words: dict[str, str] = {}
    for file in sorted((_FOLDER / language).glob("*.yaml")):
        located = read(file.read_text(encoding="utf-8"), f"words/{language}/{file.name}")
        if located.findings:
            raise ValueError("\n".join(map(str, located.findings)))
        for key, word in _flat(located.data, ""):
            if key in words:
                raise ValueError(f"words/{language}/{file.name}: `{key}` stands in another file too")
            words[key] = word
    return Words(language, words)


def _flat(node: object, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, child in node.items():
            yield from _flat(child, f"{prefix}.{key}" if prefix else key)
    else:
        yield prefix, str(node)
