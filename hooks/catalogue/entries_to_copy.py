"""Entries to copy: the smallest that passes, one with every field, and one of each other kind. All pass as they stand.

The complete one is made from the example of every field, so that a new field is in it; the small ones are written out.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from textwrap import indent as indent_text

from annotated_types import MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .field_reference import as_yaml, inner_records
from .schema.facets import Facet
from .schema.model import Model, Variant
from .validate import union_members

# Head of the file of an entry, by which an editor finds the schema.
SCHEMA_LINE = "# yaml-language-server: $schema=../model.schema.json"

SMALLEST = f"""\
{SCHEMA_LINE}
id: deepseek-x
name: DeepSeek-X
track: general
dates: {{paper: 2026-11, source: deepseek-x arXiv listing}}
summary:
  en: What it is, in two or three sentences.
  zh: 用两三句话说明它是什么。
flagship: deepseek-x-base
variants:
  - id: deepseek-x-base
    name: DeepSeek-X-Base
    kind: base
    parameters: {{total: 7B, source: deepseek-x Table 1}}
"""

# A mixture of experts with what its paper most often says; with the reference below.
EXPERTS = f"""\
{SCHEMA_LINE}
id: deepseek-x
name: DeepSeek-X
track: general
reference: deepseek-x
dates: {{paper: 2026-11, source: deepseek-x arXiv listing}}
summary:
  en: A mixture of experts of middle size.
  zh: 中等规模的混合专家模型。
flagship: deepseek-x-base
variants:
  - id: deepseek-x-base
    name: DeepSeek-X-Base
    kind: base
    source: deepseek-x Table 1
    context_length: 8K
    parameters: {{total: 14.3B, activated: 2.4B}}  # activated: without the input embedding; another count is explained
    architecture:
      source: deepseek-x Table 1
      attention: MHA
      feed_forward: DeepSeekMoE  # routed experts, with shared ones beside them or none
      num_hidden_layers: 24
      hidden_size: 2048
      vocab_size: 151936
      num_attention_heads: 16
      num_key_value_heads: 16
      qkv_bias: true
      first_k_dense_replace: 0
      n_routed_experts: 60
      num_experts_per_tok: 4
      n_shared_experts: 4  # as many routed ones as its width holds
      moe_intermediate_size: 1408
      scoring_func: softmax
      hidden_act: silu
      tie_word_embeddings: false
training:
  - id: pre-training
    kind: pre-training
    variants: [deepseek-x-base]
    source: deepseek-x §3.1
    data: {{tokens: 4T}}
    learning_rate:
      peak: 3e-4
      final: 3e-5
      warmup_steps: 2000
      phases:
        - {{until: 3.6T, rate: 3e-4, shape: constant}}
        - {{until: 4T, rate: 3e-5, shape: linear}}  # the rate at the end of the phase
    batch_size: {{sequences: 1024}}
    sequence_length: 8K
infrastructure:
  source: deepseek-x §3.2
  hardware: {{gpu: H800, gpu_count: 256}}
evaluation:
  - id: base
    title: {{en: Base model, zh: 基座模型}}
    kind: base
    source: deepseek-x Table 2
    complete: true  # every row of the table; otherwise name the others under `left_out`
    rows:
      - {{benchmark: MMLU, setting: {{en: 5-shot, zh: 5-shot}}, scores: {{deepseek-x-base: 62.5}}}}
"""

REFERENCE = """\
@misc{deepseek-x,
  title  = {{DeepSeek-X: A Model That Is Made Up}},
  author = {{DeepSeek-AI}},
  year   = {2026},
  eprint = {2611.01234},
  url    = {https://arxiv.org/abs/2611.01234},
}
"""

# Behind the last variant of its family: nothing of the family's dates, licences and training holds for it.
UPDATE = """\
  - id: deepseek-x-1125
    name: DeepSeek-X-1125
    kind: chat
    based_on: {value: deepseek-x-base, source: deepseek-x §5}
    parameters: {total: 7B, source: deepseek-x Table 1}
    release: {weights: 2026-11-25, source: deepseek-x §5}
"""

TECHNIQUE = """\
  - id: x-attention
    name: {en: X attention, zh: X 注意力}
    kind: attention
    definition: {en: attention that is made up, zh: 虚构的注意力}
    what: {en: "What it is, in words that a newcomer understands.", zh: 用初学者能懂的话说明它是什么。}
    why: {en: "What was bad without it.", zh: 说明没有它时有什么不好。}
    how: {en: "What is computed, in which order, with which shapes.", zh: 说明计算什么，按什么次序，各量是什么形状。}
    in_models:
      - model: deepseek-x
        is_use: false  # only where the model does without it
        text: {en: "What this model does with it, or has instead.", zh: 说明该模型如何使用它，或改用什么。}
    cost: {en: "What it saved and what it cost.", zh: 说明省了什么，付出了什么。}
    introduced: {by: DeepSeek-AI, by_deepseek: true, date: 2026-11, reference: deepseek-x, source: deepseek-x §2}
"""

API_NAME = """\
  - id: deepseek-x
    name: deepseek-x
    source: deepseek-x §6
    pointers:
      - {since: 2026-11-20, variant: deepseek-x-base}
"""

# A second variant, which shares what the first one has and came out by itself.
_SECOND = """\
- id: deepseek-v3
  name: DeepSeek-V3
  kind: chat
  source: deepseek-v3 §5.1
  based_on: deepseek-v3-base
  parameters: {total: {value: 671B, counts: the backbone}}
  architecture_of: deepseek-v3-base
  architecture_except: {rms_norm_eps: 1e-5}
  release: {weights: 2024-12-27, format: FP8 (E4M3)}
"""


def complete_entry() -> str:
    """An entry with every field: those that this one cannot have stand in comments, with their examples."""
    return "\n".join([SCHEMA_LINE, *_record_lines(Model, 0)]) + "\n"


def _entry_lines(record: type[BaseModel], indent: int) -> Iterator[str]:
    """A list item that writes every field of a record."""
    first, *rest = _record_lines(record, indent + 2)
    yield " " * indent + "- " + first.lstrip()
    yield from rest


def _record_lines(record: type[BaseModel], indent: int) -> Iterator[str]:
    """Every field of a record, those that are left out as comments."""
    for name, info in record.model_fields.items():
        lines = _field_lines(name, info, indent)
        if Facet.ALTERNATIVE in info.metadata:
            lines = (f"{' ' * indent}# {line[indent:]}" for line in lines)
        yield from lines


def _field_lines(name: str, info: FieldInfo, indent: int) -> Iterator[str]:
    """A field with its example."""
    pad = " " * indent
    options, inner = union_members(info.annotation), inner_records(info.annotation)
    if inner and any(typing.get_origin(o) is tuple for o in options):
        yield f"{pad}{name}:"
        for _ in range(max([1, *(m.min_length for m in info.metadata if isinstance(m, MinLen))])):
            yield from _entry_lines(inner[0], indent + 2)
        if inner[0] is Variant:
            yield from indent_text(_SECOND, " " * (indent + 2)).splitlines()
    elif inner:
        yield f"{pad}{name}:"
        yield from _record_lines(inner[0], indent + 2)
    elif info.examples:
        yield f"{pad}{name}: {as_yaml(info.examples[0])}"
