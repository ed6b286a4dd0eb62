"""Figures and labs of technique pages. May import no pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from catalogue.records import Catalogue

from . import assets
from .context import Context
from .figures.attention_mechanisms import (
    attention_cache,
    causal_encoder_decoder,
    csa_windows,
    dsa_selection,
    entry_of_csa,
    layers_of_csa2,
    mla_two_ways,
    rope_rotation,
    rows_of_attention,
    softmax_saturating,
)
from .figures.canvas import Panel
from .figures.machine_mechanisms import dualpipe_lanes, forms_of_parallelism, roofline_of_h800
from .figures.training_mechanisms import (
    baseline_noise,
    bytes_of_zero,
    clip_both_signs,
    fill_in_the_middle,
    gradient_step,
    grpo_step,
    learning_rates,
    mtp_modules,
    muon_values,
    networks_in_memory,
    node_limit,
    packing_documents,
    residual_streams,
    router_of_v3,
    sampling_figure,
)
from .labs import mechanism_code
from .plays import (
    Play,
    bias_balance,
    cache_context,
    draw_play,
    fp8_tiles,
    grpo_advantages,
    memory_strip,
    pipeline_schedules,
    sparsity_cost,
    speculative_decoding,
    yarn_scaling,
)
from .words import Words

MECHANISMS: dict[str, Callable[[Words, Catalogue], list[Panel]]] = {
    "one-step": gradient_step,
    "zero-bytes": bytes_of_zero,
    "sampling": sampling_figure,
    "softmax-saturates": softmax_saturating,
    "rope-rotation": rope_rotation,
    "attention-rows": rows_of_attention,
    "clip-signs": clip_both_signs,
    "grpo-step": grpo_step,
    "baseline-noise": baseline_noise,
    "roofline": roofline_of_h800,
    "dualpipe-lanes": dualpipe_lanes,
    "parallelisms": forms_of_parallelism,
    "attention-cache": attention_cache,
    "mla-two-ways": mla_two_ways,
    "dsa-selection": dsa_selection,
    "csa-entry": entry_of_csa,
    "csa-windows": csa_windows,
    "ced": causal_encoder_decoder,
    "csa2-layers": layers_of_csa2,
    "router": router_of_v3,
    "node-limit": node_limit,
    "multi-step": learning_rates,
    "muon": muon_values,
    "mtp": mtp_modules,
    "mhc": residual_streams,
    "fim": fill_in_the_middle,
    "packing": packing_documents,
    "networks": networks_in_memory,
}
# Those with inputs.
PLAYS: dict[str, Callable[[Words, Catalogue], Play]] = {
    "bias-balance": bias_balance,
    "cache-context": cache_context,
    "fp8-tiles": fp8_tiles,
    "grpo": grpo_advantages,
    "memory-strip": memory_strip,
    "pipelines": pipeline_schedules,
    "sparsity-cost": sparsity_cost,
    "speculative": speculative_decoding,
    "yarn": yarn_scaling,
}
# The page on which a figure stands. Pages of techniques link to it there.
PLACES: dict[str, str] = {
    "rope-rotation": "guides/attention-from-one-sentence.md",
    "attention-cache": "guides/attention.md",
    "mla-two-ways": "guides/attention.md",
    "memory-strip": "guides/attention.md",
    "cache-context": "guides/attention.md",
    "dsa-selection": "guides/attention.md",
    "sparsity-cost": "guides/attention.md",
    "csa-entry": "guides/attention.md",
    "csa-windows": "guides/attention.md",
    "ced": "guides/attention.md",
    "csa2-layers": "guides/attention.md",
    "router": "guides/experts.md",
    "bias-balance": "guides/experts.md",
    "node-limit": "guides/experts.md",
    "mtp": "guides/optimisers.md",
    "multi-step": "guides/optimisers.md",
    "muon": "guides/optimisers.md",
    "fim": "guides/data.md",
    "packing": "guides/data.md",
    "mhc": "guides/recent.md",
    "parallelisms": "guides/framework.md",
    "pipelines": "guides/framework.md",
    "dualpipe-lanes": "guides/what-a-gpu-waits-for.md",
    "yarn": "guides/long-context.md",
    "fp8-tiles": "guides/precision.md",
    "speculative": "guides/serving.md",
    "grpo": "guides/from-a-reward-to-a-gradient.md",
    "clip-signs": "guides/from-a-reward-to-a-gradient.md",
    "networks": "techniques/grpo.md",
}
# The technique on whose page a figure with inputs stands beside its guide: the one that it is about.
PLAYED: dict[str, str] = {
    "bias-balance": "aux-loss-free",
    "cache-context": "mla",
    "fp8-tiles": "fp8-training",
    "grpo": "grpo",
    "pipelines": "dualpipe",
    "sparsity-cost": "dsa",
    "speculative": "speculative-decoding",
    "yarn": "yarn",
}
# Mechanisms and modules of labs/ that belong to a technique.
SHOWN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pre-norm-rmsnorm": ((), ("norm",)),
    "swiglu": ((), ("norm",)),
    "rope": (("rope-rotation",), ("rope",)),
    "yarn": (("yarn",), ("yarn",)),
    "mha": (("attention-cache",), ("attention",)),
    "mqa": (("attention-cache",), ("attention",)),
    "gqa": (("attention-cache", "cache-context"), ("attention",)),
    "mla": (("attention-cache", "mla-two-ways", "memory-strip", "cache-context"), ("mla",)),
    "kv-cache-compression": (("cache-context",), ()),
    "dsa": (("dsa-selection", "sparsity-cost"), ("dsa",)),
    "csa": (("csa-entry", "csa-windows", "sparsity-cost"), ("csa",)),
    "hca": (("csa-windows", "sparsity-cost"), ("csa",)),
    "ced": (("ced",), ("ced",)),
    "csa2": (("csa2-layers",), ()),
    "tensor-parallelism": (("parallelisms",), ()),
    "context-parallelism": (("parallelisms",), ()),
    "moe": ((), ("router_gradient",)),
    "deepseekmoe": (("router",), ("router",)),
    "aux-balance-loss": ((), ("balance",)),
    "aux-loss-free": (("bias-balance", "router"), ("balance", "router")),
    "node-limited-routing": (("node-limit",), ("all_to_all",)),
    "expert-parallelism": (("node-limit",), ()),
    "mtp": (("mtp",), ("mtp",)),
    "fim": (("fim",), ("fim",)),
    "document-packing": (("packing",), ("packing",)),
    "multi-step-lr": (("multi-step",), ("schedules",)),
    "wsd": ((), ("schedules",)),
    "muon": (("muon",), ("muon",)),
    "mhc": (("mhc",), ("mhc",)),
    "engram": ((), ("engram",)),
    "pipeline-parallelism": (("pipelines",), ("pipeline",)),
    "zero-bubble": (("pipelines",), ("zero_bubble",)),
    "dualpipe": (("dualpipe-lanes", "pipelines"), ("dualpipe", "overlap")),
    "dualpipev": (("pipelines",), ("dualpipe",)),
    "fp8-training": (("fp8-tiles",), ("fp8",)),
    "speculative-decoding": (("speculative",), ("speculative",)),
    "adamw": ((), ("adam",)),
    "grpo": (("grpo", "networks"), ("grpo", "kl")),
    "ppo": (("clip-signs", "networks"), ("ppo",)),
    "dpo": (("networks",), ("dpo",)),
}


def mechanism_html(context: Context, name: str) -> str:
    return context.made_once(f"mechanism-{name}", lambda: _drawn_mechanism(context, name))


def _drawn_mechanism(context: Context, name: str) -> str:
    words, caption = context.words, context.words(f"mechanism.{name}.caption")
    if name not in PLAYS:
        panels = MECHANISMS[name](words, context.catalogue)
        return context.html("mechanism.html.jinja", name=name, panels=panels, caption=caption, play=None)
    play = PLAYS[name](words, context.catalogue)
    drawn = draw_play(play, {})
    return context.html(
        "mechanism.html.jinja",
        name=name,
        panels=[*drawn.panels, *play.static_panels],
        caption=caption,
        play=play,
        said=drawn.status,
        script=f"ds:{assets.FOLDER}/play-{play.script}.js",
        data=assets.json_block(f"play-{name}", json.dumps(play.script_data, ensure_ascii=False, separators=(",", ":"))),
    )


def figures_of(context: Context, technique_id: str) -> str:
    names, own = SHOWN.get(technique_id, ((), ()))[0], f"techniques/{technique_id}.md"
    here = [name for name in names if PLACES[name] == own or PLAYED.get(name) == technique_id]
    elsewhere = [(name, PLACES[name], name in PLAYS) for name in names if name not in here]
    return "".join(mechanism_html(context, name) for name in here) + (
        context.html("technique_figures.html.jinja", figures=elsewhere) if elsewhere else ""
    )


def labs_of(context: Context, technique_id: str) -> str:
    labs = SHOWN.get(technique_id, ((), ()))[1]
    return context.html("lab_links.html.jinja", labs=labs) if labs else ""


def lab_link(lab: str) -> Markup:
    return Markup('<a href="ds:data/labs/{0}.py" download><code>labs/{0}.py</code></a>').format(lab)


def lab_listing(context: Context, name: str) -> str:
    return context.html("lab.html.jinja", name=name, code=_highlighted_code(mechanism_code(name)))


@lru_cache(maxsize=64)
def _highlighted_code(code: str) -> Markup:
    """Cached: both editions show the same."""
    return Markup(highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)))
