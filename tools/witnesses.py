"""What others publish of DeepSeek's models, as dated files: `python tools/witnesses.py --models-dev … --transformers … --epoch …` writes data/witnesses/*.json.

Takes a git folder of anomalyco/models.dev (a bare one will do), or of a copy of Epoch's table, or the folder of the package transformers, and reads files alone. Each
row is a value of a variant of ours; `catalogue/witnesses.py` compares them, and data/witnesses.yaml has the reason of each difference.
"""

from __future__ import annotations

import argparse
import ast
import csv
import io
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "data" / "witnesses"
# A file of models.dev, and a class of transformers, by the variant of ours that it is about.
MODELS_DEV = {
    "deepseek-r1": "models/deepseek/deepseek-r1.toml",
    "deepseek-v4-flash": "models/deepseek/deepseek-v4-flash.toml",
    "deepseek-v4-pro": "models/deepseek/deepseek-v4-pro.toml",
}
TRANSFORMERS = {
    "deepseek-v3-base": "deepseek_v3",
    "deepseek-v3.2-exp": "deepseek_v32",
    "deepseek-v4-flash-base": "deepseek_v4",
}
# Models of Epoch's table by the variant of ours, and its columns by field.
EPOCH = {
    "deepseek-llm-67b-base": "DeepSeek LLM 67B",
    "deepseek-coder-33b-base": "DeepSeek Coder 33B",
    "deepseek-v2": "DeepSeek-V2 (MoE-236B)",
    "deepseek-coder-v2-base": "DeepSeek-Coder-V2 236B",
    "deepseek-v2.5": "DeepSeek-V2.5",
    "deepseek-v3-base": "DeepSeek-V3",
    "deepseek-r1": "DeepSeek-R1",
    "deepseek-v3.1": "DeepSeek-V3.1",
    "deepseek-v3.1-terminus": "DeepSeek-V3.1-Terminus",
    "deepseek-v3.2-exp": "DeepSeek-V3.2-Exp",
}
_EPOCH_FILES = ("data/raw/notable_ai_models.csv", "data/raw/large_scale_ai_models.csv")
_EPOCH_COLUMNS = {
    "total_parameters": "Parameters",
    "training_flops": "Training compute (FLOP)",
    "gpu_count": "Hardware quantity",
    "cost_usd": "Training compute cost (2023 USD)",
}
_WHOLE_TRAINING = {"deepseek-v3-base": "deepseek-v3"}  # costs are of the whole, which the later checkpoint has
# Names of transformers for what config.json calls otherwise.
_RENAMED = {"num_mtp_layers": "num_nextn_predict_layers"}
_NOT_OF_THE_NETWORK = (
    "token_id",
    "router_",
    "dropout",
    "use_cache",
    "output_",
    "pretraining_tp",
    "interleave",
    "mlp_bias",
    "head_dim",
)

Row = dict[str, Any]


def main() -> int:
    """Write the files of the witnesses that are named."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--models-dev", type=Path, help="git folder of anomalyco/models.dev")
    reader.add_argument("--transformers", type=Path, help="folder of the package transformers")
    reader.add_argument(
        "--epoch", type=Path, help="git folder of agiallombardo/epoch-ai-dataset, a copy of Epoch's table"
    )
    reader.add_argument("--version", default="", help="version of that package")
    given = reader.parse_args()
    FOLDER.mkdir(exist_ok=True)
    if given.models_dev:
        commit = _git(given.models_dev, "rev-parse", "HEAD").strip()
        day = _git(given.models_dev, "log", "-1", "--format=%cs").strip()
        _write("models-dev", f"commit {commit[:7]}", day, list(_of_models_dev(given.models_dev)))
    if given.transformers:
        day = datetime.now(UTC).date().isoformat()
        _write("transformers", given.version, day, list(_of_transformers(given.transformers / "models")))
    if given.epoch:
        commit = _git(given.epoch, "rev-parse", "HEAD").strip()
        day = _git(given.epoch, "log", "-1", "--format=%cs").strip()
        _write("epoch", f"copy at commit {commit[:7]}", day, list(_of_epoch(given.epoch)))
    if not (given.models_dev or given.transformers or given.epoch):
        print("name a witness: --models-dev, --transformers or --epoch", file=sys.stderr)
        return 1
    return 0


def _write(name: str, version: str, day: str, rows: list[Row]) -> None:
    text = json.dumps({"version": version, "date": day, "rows": rows}, indent=1, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(f"{name}: {len(rows)} values, {version}, {day}")


def _git(folder: Path, *command: str) -> str:
    return subprocess.run(["git", "-C", folder, *command], check=True, capture_output=True, text=True).stdout


def _of_models_dev(folder: Path) -> Iterator[Row]:
    for variant, file in MODELS_DEV.items():
        found = tomllib.loads(_git(folder, "show", f"HEAD:{file}"))
        yield {"variant": variant, "field": "released", "value": found["release_date"]}
        yield {"variant": variant, "field": "context_length", "value": found["limit"]["context"]}
        yield {"variant": variant, "field": "max_output", "value": found["limit"]["output"]}
        if "knowledge" in found:
            yield {"variant": variant, "field": "cutoff", "value": found["knowledge"]}


def _of_epoch(folder: Path) -> Iterator[Row]:
    found: dict[str, dict[str, str]] = {}
    for file in _EPOCH_FILES:
        for line in csv.DictReader(io.StringIO(_git(folder, "show", f"HEAD:{file}"))):
            found.setdefault(line["Model"], line)
    for variant, model in EPOCH.items():
        for field, column in _EPOCH_COLUMNS.items():
            if stated := found[model].get(column):
                value = float(f"{float(stated):.6g}")
                own = _WHOLE_TRAINING.get(variant, variant) if field == "cost_usd" else variant
                yield {"variant": own, "field": field, "value": int(value) if value < 10**13 else value}


def _of_transformers(models: Path) -> Iterator[Row]:
    for variant, kind in TRANSFORMERS.items():
        tree = ast.parse((models / kind / f"configuration_{kind}.py").read_text(encoding="utf-8"))
        for node in (n for n in tree.body if isinstance(n, ast.ClassDef)):
            for name, value in _literals(node):
                if not any(part in name for part in _NOT_OF_THE_NETWORK):
                    yield {"variant": variant, "field": _RENAMED.get(name, name), "value": value}


def _literals(node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    """The defaults of a configuration class that are numbers, words or truth values."""
    for line in node.body:
        if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name):
            continue
        if isinstance(line.value, ast.Constant) and line.value.value is not None:
            yield line.target.id, line.value.value


if __name__ == "__main__":
    sys.exit(main())
