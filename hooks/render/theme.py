"""What the templates of the theme ask for beside the page: words, links between the editions, the policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .assets import early_script
from .edition import FOLDER, Edition
from .exports.linked import linked_data
from .side_list import SideList, is_short
from .words import CHINESE, ENGLISH


def theme_values(edition: Edition, root: str, languages: list[str], policy: str, edit_uri: str) -> Mapping[str, Any]:
    """Values by the name that templates know them by; `root` is the address of the site, `languages` are its editions."""
    words, downloads = edition.context.words, tuple(edition.site.downloads)
    return {
        "ds_words": words,
        "ds_early": early_script(),
        "ds_policy": policy,
        "ds_linked": lambda path: linked_data(edition.context, path, root, downloads),
        "ds_downloads": {ENGLISH: "", CHINESE: "../"}[words.language],
        "ds_feed": {ENGLISH: "releases.atom", CHINESE: "releases.zh.atom"}[words.language],
        "ds_few": is_short,
        "ds_lines": SideList(edition.site.beside).lines,
        "ds_report": _report_form(edit_uri),
        "ds_editions": {language: root + FOLDER[language] for language in languages},
        "ds_other": {ENGLISH: FOLDER[CHINESE], CHINESE: "../"}[words.language],
    }


def _report_form(edit_uri: str) -> str:
    """The form for a wrong fact, where the pages are edited on GitHub; empty elsewhere."""
    repository, edited, _ = edit_uri.partition("/edit/")
    hosted = edited and repository.startswith("https://github.com/")
    return f"{repository}/issues/new?template=wrong-fact.yml" if hosted else ""
