"""Tables of hand-written pages in the form of the generated ones: a name, heads with a scope, a wrapper that scrolls by keyboard.

An extension of Python-Markdown. It knows nothing of MkDocs.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor


class AccessibleTables(Extension):
    """Register the step that finishes the tables."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Run when inline marks are set, and before headings get their permanent links."""
        md.treeprocessors.register(_Tables(md), "accessible-tables", 6)


class _Tables(Treeprocessor):
    def run(self, root: Element) -> None:
        """Wrap each table and name it by the heading that it stands under."""
        heading = ""
        for index, element in enumerate(list(root)):
            if element.tag in ("h1", "h2", "h3", "h4"):
                heading = "".join(element.itertext()).strip()
            elif element.tag == "table":
                root[index] = _finish_table(element, heading)


def _finish_table(table: Element, heading: str) -> Element:
    table.set("class", "ds-table ds-prose")
    caption = Element("caption", {"class": "ds-hidden"})
    caption.text = heading
    table.insert(0, caption)
    for head in list(table.iterfind("./thead/tr/th")):
        if "".join(head.itertext()).strip():
            head.set("scope", "col")
        else:
            head.tag = "td"  # the corner above the names of the rows says nothing
    # As a list: a cell that became a head would make the next one the first.
    for first in list(table.iterfind("./tbody/tr/td[1]")):
        first.tag = "th"
        first.set("scope", "row")
    for cell in table.iter():
        if "right" in cell.attrib.pop("style", ""):  # which the policy of the pages does not allow
            cell.set("class", "n")
    wrapper = Element("div", {"class": "ds-scroll", "role": "region", "tabindex": "0", "aria-label": heading})
    wrapper.append(table)
    return wrapper
