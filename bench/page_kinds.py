"""A page of each kind: what the browser tests open and the benchmark weighs."""

from __future__ import annotations

KINDS = (
    "",
    "models/",
    "models/deepseek-v3/",
    "timeline/",
    "trends/",
    "compare/",
    "compare/training/",
    "compare/models/",
    "compare/architecture/",
    "compare/evaluation/",
    "techniques/",
    "techniques/matrix/",
    "techniques/mla/",
    "infrastructure/",
    "tools/memory/",
    "tools/training/?v=deepseek-v2",
    "guides/framework/",
    "references/",
    "api-names/",
    "glossary/",
    "coverage/",
    "downloads/",
    "add-a-model/",
)
IN_CHINESE = ("zh/", "zh/models/deepseek-v3/")
