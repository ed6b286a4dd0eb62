"""data/aliases.yaml as a record."""

from __future__ import annotations

from pydantic import Field

from .values import Record


class AliasesFile(Record):
    """data/aliases.yaml: what people type for a page and the page does not say."""

    aliases: dict[str, tuple[str, ...]] = Field(
        description="Other names of a page, in any language, by the path of its source.",
        examples=[{"techniques/mla.md": ["latent attention"]}],
    )
