"""Entries that are invented and right, to be added to the real catalogue: what authors of the next models would write."""

from __future__ import annotations

from pathlib import Path

from catalogue.derive.parameters import ACTIVATED_CONVENTION
from catalogue.load import load_catalogue

MOE = """
      attention: MLA
      feed_forward: DeepSeekMoE
      num_hidden_layers: {layers}
      hidden_size: 7168
      intermediate_size: 18432
      vocab_size: 163840
      tie_word_embeddings: false
      num_attention_heads: 64
      num_key_value_heads: 64
      q_lora_rank: 1536
      kv_lora_rank: 512
      qk_nope_head_dim: 128
      qk_rope_head_dim: 64
      v_head_dim: 128
      moe_intermediate_size: 2048
      n_routed_experts: {experts}
      n_shared_experts: 1
      num_experts_per_tok: 8
      first_k_dense_replace: 1
      n_group: 1
      topk_group: 1
      topk_method: noaux_tc
      scoring_func: sigmoid
      norm_topk_prob: true
      routed_scaling_factor: 2.8
      max_position_embeddings: 131072
      rope_theta: 50000
      rms_norm_eps: 1e-6
      hidden_act: silu
"""
DENSE = """
      attention: GQA
      feed_forward: dense
      num_hidden_layers: {layers}
      hidden_size: 5120
      intermediate_size: 25600
      vocab_size: 151936
      tie_word_embeddings: false
      num_attention_heads: 64
      num_key_value_heads: 8
      head_dim: 128
      max_position_embeddings: 131072
      rope_theta: 1000000
      rms_norm_eps: 1e-6
      hidden_act: silu
"""
ENTRY = """id: {id}
name: {name}
track: {track}
reference: {id}-paper
dates: {{weights: {day}, paper: {day}, announcement: {day}, source: {id}-paper abstract}}
lead: {{en: "A model of {name}'s kind that nobody has trained.", zh: "一个无人训练过的模型。"}}
summary: {{en: "It stands here so that a page has one model more.", zh: "它让页面上多一个模型。"}}
builds_on:
  - {{model: {parent}, relation: takes its architecture from, source: {id}-paper §2}}
main_parent: {parent}
compared_with: {compared}
flagship: {id}-base
variants:
  - id: {id}-base
    name: {name}-Base
    kind: base
    source: {id}-paper §1
    context_length: 128K
    parameters: {{{sizes}, source: {id}-paper Table 1}}
    architecture:
      source: {id}-paper Table 2{architecture}
  - id: {id}-instruct
    name: {name}-Instruct
    kind: instruct
    source: {id}-paper §1
    based_on: {id}-base
    context_length: 128K
    parameters: {{{sizes}, source: {id}-paper Table 1}}
    architecture_of: {id}-base
tokenizer: {{algorithm: {{en: byte-level BPE, zh: 字节级 BPE}}, vocabulary: {vocabulary}, source: {id}-paper §2}}
training:
  - id: pre-training
    kind: pre-training
    variants: [{id}-base]
    source: {id}-paper §2.5
    starts_from: random initialisation
    data: {{tokens: 15.5T}}
    sequence_length: 4096
    optimizer: {{name: Muon, weight_decay: 0.1}}
    learning_rate:
      peak: 2e-4
      warmup_steps: 500
      phases:
        - {{until: 10T, rate: 2e-4}}
        - {{until: 15.5T, rate: 2e-5, shape: cosine}}
    batch_size: {{sequences: 16384}}
  - id: annealing
    kind: continued pre-training
    variants: [{id}-base]
    source: {id}-paper §2.5
    data: {{tokens: 400B}}
    sequence_length: 4096
    learning_rate: {{peak: 2e-5, phases: [{{until: 400B, rate: 7e-6, shape: linear}}]}}
  - id: rl
    kind: reinforcement learning
    variants: [{id}-instruct]
    source: {id}-paper §3
    reinforcement: {{algorithm: GRPO, group_size: 16, temperature: 1.0}}
infrastructure:
  source: {id}-paper §2.6
  variants: [{id}-base, {id}-instruct]
  hardware: {{gpu: NVIDIA H800, gpu_count: 2048, gpus_per_node: 8, interconnect: {{en: "NVLink inside a node, InfiniBand between nodes", zh: "节点内 NVLink，节点间 InfiniBand"}}}}
  parallelism: {{data: ZeRO-1, zero_stage: 1, pipeline: 16{expert}}}
  precision: {{compute: BF16, released_weights: BF16}}
evaluation:
  - id: base
    title: {{en: Base model, zh: 基座模型}}
    kind: base
    source: {id}-paper Table 4
    rows:
      - {{benchmark: MMLU, setting: {{en: "5-shot, EM", zh: "5-shot, EM"}}, scores: {{{id}-base: 87.8}}}}
    complete: true
licences: {{code: MIT, weights: MIT, commercial_use: true, source: {id}-paper §5}}
links:
  - {{kind: repository, url: "https://example.org/{id}"}}
"""
REFERENCE = """
@misc{{{id}-paper,
  title  = {{{{{name}: A Model That Nobody Has Trained}}}},
  author = {{{{The {name} Team}}}},
  year   = {{{year}}},
  url    = {{https://example.org/{id}/paper}},
}}
"""
# What a newcomer writes: in English alone, without check digits.
NEWCOMER = """id: newcomer-9b
name: Newcomer 9B
track: general
dates: {announcement: 2025-09, source: kimi-k2-paper §1}
summary: A small dense model.
flagship: newcomer-9b-base
variants:
  - id: newcomer-9b-base
    name: Newcomer 9B Base
    kind: base
    parameters: {total: not published, source: kimi-k2-paper §1}
    architecture:
      source: kimi-k2-paper §1
      attention: GQA
      feed_forward: dense
      num_hidden_layers: 32
      hidden_size: 4096
      vocab_size: 100000
      num_attention_heads: 32
      num_key_value_heads: 8
      intermediate_size: 12288
      hidden_act: silu
      tie_word_embeddings: false
"""
# Between others and behind all of them, on every kind of line of the map, with short names and long ones.
ENTRIES = (
    ("kimi-k2", "Kimi-K2", "general", "2025-07-11", "deepseek-v3", "deepseek-v3-base", MOE, 61, 384),
    ("larch-5", "Larch-V5", "general", "2026-10-06", "deepseek-v4-1", "deepseek-v4.1-flash", MOE, 72, 512),
    ("larch-coder-5", "Larch-Coder-V5", "code", "2026-10-20", "larch-5", "larch-5-base", DENSE, 64, 0),
    ("larch-r5", "Larch-R5", "reasoning", "2026-11-05", "larch-5", "larch-5-base", MOE, 72, 448),
    ("larch-5-1", "Larch-V5.1-Flash", "general", "2026-11-24", "larch-5", "larch-5-base", MOE, 48, 256),
)


def add_entries(data: Path) -> None:
    """Add the entries of the list to the catalogue in `data`, with their papers and sizes."""
    (data / "models" / "newcomer-9b.yaml").write_text(NEWCOMER, encoding="utf-8")
    written = {}
    for id_, name, track, day, parent, compared, architecture, layers, experts in ENTRIES:
        written[id_] = ENTRY.format(
            id=id_,
            name=name,
            track=track,
            day=day,
            parent=parent,
            compared=compared,
            architecture=architecture.rstrip().format(layers=layers, experts=experts),
            vocabulary=163840 if experts else 151936,
            expert=", expert: 16" if experts else "",
            sizes="{sizes}",
        )
        with (data / "references.bib").open("a", encoding="utf-8") as references:
            references.write(REFERENCE.format(id=id_, name=name, year=day[:4]))
    for id_, text in written.items():
        (data / "models" / f"{id_}.yaml").write_text(text.replace("{sizes}", "total: not published"), encoding="utf-8")
    entries = load_catalogue(data).entries
    for id_, text in written.items():
        recount = entries[f"{id_}-base"].recount
        assert recount.total is not None
        sizes = f"total: {_printed(recount.total)}"
        if "n_routed_experts" in text:
            sizes += f", activated: {_printed(recount.activated[ACTIVATED_CONVENTION])}"
        (data / "models" / f"{id_}.yaml").write_text(text.replace("{sizes}", sizes), encoding="utf-8")


def _printed(count: int) -> str:
    """A size as papers print it."""
    return f"{count / 10**12:.2f}T" if count >= 10**12 else f"{count / 10**9:.1f}B"
