"""Which models of other makers have DeepSeek's ideas: `python tools/elsewhere.py …/transformers` reads the configuration classes of Hugging Face
transformers and writes data/elsewhere.json.

Takes the folder of the package, `…/transformers`, or a checkout with `src/transformers`; reads its files and imports nothing. A value is
the default of a class, which is that of the checkpoint it names in most, not in all: `STATED` has what was seen to differ. What a class takes over is read from its modular file.
"""

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data" / "elsewhere.json"
# Fields of the table, and the other names by which configuration classes know some; the first that a class has holds.
FIELDS = (
    *("kv_lora_rank", "q_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"),
    *("n_routed_experts", "num_experts_per_tok", "n_shared_experts", "n_group", "topk_group", "routed_scaling_factor"),
    *("num_nextn_predict_layers", "index_topk", "index_n_heads", "index_head_dim"),
    *("hc_mult", "hc_sinkhorn_iters", "engram_max_ngram_size"),
)
OTHER_NAMES = {
    "n_routed_experts": ("num_experts", "num_local_experts", "moe_num_experts"),
    "num_experts_per_tok": ("num_experts_per_token", "moe_topk", "moe_k", "top_k"),
    "n_shared_experts": ("num_shared_experts", "moe_num_shared_experts"),
    "routed_scaling_factor": ("moe_routed_scaling_factor", "route_scale", "router_scaling_factor"),
    "num_nextn_predict_layers": ("mtp_num_hidden_layers", "num_mtp_layers"),
    "hc_mult": ("hc_count",),
    "engram_max_ngram_size": ("ngram_size",),
}
# Owners on Hugging Face by the name that the maker goes by.
MAKERS = {
    "allenai": "Ai2",
    "Aleph-Alpha": "Aleph Alpha",
    "arcee-ai": "Arcee",
    "baidu": "Baidu",
    "dots-studio": "rednote",
    "inclusionAI": "Ant Group",
    "LGAI-EXAONE": "LG",
    "LiquidAI": "Liquid AI",
    "meituan-longcat": "Meituan",
    "meta-models": "Meta",
    "MiniMaxAI": "MiniMax",
    "mistralai": "Mistral",
    "moonshotai": "Moonshot AI",
    "nvidia": "NVIDIA",
    "openbmb": "OpenBMB",
    "poolside": "Poolside",
    "Qwen": "Alibaba",
    "reflection": "Reflection",
    "rednote-hilab": "rednote",
    "sarvamai": "Sarvam",
    "skt": "SK Telecom",
    "stepfun-ai": "StepFun",
    "tencent": "Tencent",
    "thinkingmachines": "Thinking Machines",
    "upstage": "Upstage",
    "XiaomiMiMo": "Xiaomi",
    "zai-org": "Z.ai",
}
# Checkpoints whose makers state other sizes than their class: the model cards, and for Nemotron NVIDIA's Megatron-LM
# (examples/post_training/modelopt/conf/nvidia, commit 18bb514); for Laguna the constants of a program that runs it. None: the class is wrong too, and what is right was not read.
STATED: dict[str, dict[str, float | None]] = {
    "arcee-ai/Trinity-Mini": {
        "n_routed_experts": 128,
        "num_experts_per_tok": 8,
        "n_shared_experts": 1,
        "routed_scaling_factor": None,
    },
    "LGAI-EXAONE/K-EXAONE-236B-A23B": {"n_routed_experts": 128},
    "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16": {
        "n_routed_experts": 128,
        "num_experts_per_tok": 6,
        "routed_scaling_factor": 2.5,
    },
    "poolside/laguna-XS.2": {"routed_scaling_factor": 2.5},
}
_BIAS = re.compile(r"e_score_correction_bias|expert_bias")
_IDLE_MTP = re.compile(r"_keys_to_ignore_on_load_unexpected\s*=\s*\[[^\]]*(?:mtp|nextn|layers\\\.\d+)", re.IGNORECASE)
_CHECKPOINT = re.compile(r"""checkpoint=["']([\w.-]+/[\w.-]+)["']""")
_DEEPSEEK = re.compile(
    "Deepseek(V2|V3|V32|V4)(Attention|TopkRouter|MoE|Experts|Indexer|HyperConnection|Config|DecoderLayer)"
)


def main() -> int:
    """Write the table; return 1 where there is no package to read."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("package", type=Path, help="folder of the package, or a checkout")
    reader.add_argument("--version", default="", help="its version, where the folder does not say it")
    given = reader.parse_args()
    folder = next((f for f in (given.package, given.package / "src" / "transformers") if (f / "models").is_dir()), None)
    if folder is None:
        sys.exit(f"{given.package}: there is no folder `models` in it; name the package `transformers`, or a checkout")
    rows = list(_rows(folder / "models"))
    report = {
        "version": given.version or _version(folder),
        "models": rows,
        "deepseek_as_text_model": dict(_with_deepseek_inside(folder / "models")),
    }
    DATA.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(rows)} model types of {len({row['maker'] for row in rows})} makers, transformers {report['version']}")
    return 0


def _with_deepseek_inside(models: Path) -> Iterator[tuple[str, str]]:
    """Model types of other makers whose text model is one of DeepSeek's classes as it is."""
    for file in sorted(models.glob("*/configuration_*.py")):
        inside = re.search(
            r'"text_config": SubConfigSpec\([^)]*model_type="(deepseek_\w+)"', file.read_text(encoding="utf-8")
        )
        if inside and not file.parent.name.startswith("deepseek"):
            yield file.parent.name, inside[1]


def _version(folder: Path) -> str:
    found = re.search(r'__version__ = "([^"]+)"', (folder / "__init__.py").read_text(encoding="utf-8"))
    return found[1] if found else "unknown"


def _rows(models: Path) -> Iterator[dict[str, Any]]:
    """A row for each model type of another maker that has one of the ideas."""
    for file in sorted(models.glob("*/configuration_*.py")):
        if file.parent.name.startswith(("deepseek", "auto")):
            continue
        modeling = "\n".join(f.read_text(encoding="utf-8") for f in sorted(file.parent.glob("modeling_*.py")))
        modular = "\n".join(f.read_text(encoding="utf-8") for f in sorted(file.parent.glob("modular_*.py")))
        row = _read_configuration(file.read_text(encoding="utf-8"), modeling, modular)
        if row is not None:
            yield row


def _read_configuration(text: str, modeling: str, modular: str) -> dict[str, Any] | None:
    """The class of a configuration that holds the ideas, which in a model with pictures is that of its text; None without any."""
    best: dict[str, Any] | None = None
    for node in ast.parse(text).body:
        if not isinstance(node, ast.ClassDef) or not any("Config" in ast.unparse(base) for base in node.bases):
            continue
        values = dict(_defaults(node))
        named = {field: (field, *OTHER_NAMES.get(field, ())) for field in FIELDS}
        known = {field: [values[name] for name in names if values.get(name)] for field, names in named.items()}
        ideas = {field: found[0] for field, found in known.items() if found}
        if best is None or len(ideas) > len(best["fields"]):
            best = {"type": values.get("model_type", ""), "class": node.name, "fields": ideas}
    if best is None:
        return None
    biased = bool(_BIAS.search(modeling))
    younger = {"index_topk", "hc_mult", "engram_max_ngram_size", "kv_lora_rank"} & best["fields"].keys()
    if not (biased or younger):
        return None
    checkpoint = _CHECKPOINT.search(text)
    owner = checkpoint[1].partition("/")[0] if checkpoint else ""
    return {
        "type": best["type"],
        "maker": MAKERS.get(owner, owner),
        "checkpoint": checkpoint[1] if checkpoint else "",
        **({"gate": _gate(modeling), "bias": True} if biased else {}),
        **({"mtp_in_checkpoint": True} if _IDLE_MTP.search(modeling) else {}),
        **({"from_deepseek": found} if (found := _taken_over(modular)) else {}),
        **best["fields"],
        **({"stated": True} | STATED[checkpoint[1]] if checkpoint and checkpoint[1] in STATED else {}),
    }


def _defaults(node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    """The literal defaults of a class, by field."""
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign | ast.Assign) and statement.value is not None:
            target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
            with suppress(ValueError):
                yield ast.unparse(target), ast.literal_eval(statement.value)


def _gate(modeling: str) -> str:
    """The function of the gate in the classes that have the bias: `sigmoid` or `softmax`; empty where neither stands there."""
    bodies = re.split(r"(?m)^class ", modeling)
    text = "".join(body for body in bodies if _BIAS.search(body))
    if re.search(r"sigmoid\(|ACT2FN\[.sigmoid.\]", text):
        return "sigmoid"
    return "softmax" if "softmax" in text or re.search(r"softmax\(router_logits", modeling) else ""


def _taken_over(modular: str) -> list[str]:
    """Parts whose class inherits one of DeepSeek's."""
    bases = ",".join(re.findall(r"(?m)^class \w+\(([^)]*)\)", modular)).split(",")
    return [*dict.fromkeys(base.strip() for base in bases if _DEEPSEEK.fullmatch(base.strip()))]


if __name__ == "__main__":
    sys.exit(main())
