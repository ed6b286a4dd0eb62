"""Configurations that ship with transformers' classes: each as config.json, and how many parameters the class makes of it.

What the page for a config.json of one's own counts is held against that, by the scripts of the page.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import quickjs
import torch
import transformers

from catalogue.derive.families import forms_for_script
from catalogue.derive.parameters import Shipped
from render.assets import drawing_source

from .count import BALANCE_BIAS

CLASSES = (
    *("Llama", "Mistral", "Ministral3", "Mixtral", "Mistral4", "Qwen2", "Qwen2Moe", "Qwen3", "Qwen3Moe"),
    *("Gemma", "Gemma2", "Gemma3Text", "Glm", "Glm4", "Glm4Moe", "Glm4MoeLite", "GlmMoeDsa", "GptOss"),
    *("MiniMaxM2", "DeepseekV2", "DeepseekV3", "DeepseekV32", "DeepseekV4", "AXK1", "Olmo2", "Olmo3", "SeedOss"),
    *("SmolLM3", "Granite", "Helium", "Phi3"),
)
# What a class's own configuration leaves open.
_LEFT_OPEN: Mapping[str, Mapping[str, Any]] = {"DeepseekV2": {"num_experts_per_tok": 6}}
SAME = "same"


def shipped() -> dict[str, Shipped]:
    return {name: _shipped(name, _LEFT_OPEN.get(name, {})) for name in CLASSES}


def _shipped(name: str, settings: Mapping[str, Any]) -> Shipped:
    config = getattr(transformers, f"{name}Config")(**settings)
    with torch.device("meta"):
        model = getattr(transformers, f"{name.removesuffix('Text')}ForCausalLM")(config)
    biases = sum(b.numel() for n, b in model.named_buffers() if n.endswith(BALANCE_BIAS))
    text = json.dumps(config.to_dict(), default=str, separators=(",", ":"))
    return Shipped(text, sum(p.numel() for p in set(model.parameters())) + biases)


def compared(configs: Mapping[str, Shipped]) -> Iterator[tuple[str, str]]:
    """Each class with `SAME`, or with both counts, or with why the page refuses it."""
    js = quickjs.Context()
    js.eval(
        drawing_source("config")
        + "\nglobalThis.count = (given) => JSON.stringify(countedConfig(...JSON.parse(given)));"
    )
    forms = forms_for_script()
    for name, one in configs.items():
        found = json.loads(js.get("count")(json.dumps([forms, one.config])))
        here = found.get("total", str(found.get("problems")))
        yield name, SAME if here == str(one.total) else f"{one.total:,} there, {here} here"
