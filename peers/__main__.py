"""Hold the catalogue and the labs against Hugging Face transformers: `make peers` writes data/peers.json.

Needs PyTorch and transformers, no network and no weights.
"""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import torch
import transformers

from catalogue.derive.parameters import PEERS, Peers, State, transformers_class
from catalogue.files import read_generated
from catalogue.load import load_catalogue
from catalogue.records import Catalogue

from . import configs, count, mechanisms

DATA = Path(__file__).parent.parent / "data"


def main() -> int:
    """Write the report; return 1 if something differs."""
    catalogue = load_catalogue(DATA)
    found = {}
    for entry in catalogue.entries.values():
        owner = entry.architecture_owner
        ours = transformers_class(entry.architecture) if entry.architecture else None
        if ours is not None and entry.recount and entry.recount.total and owner not in found:
            found[owner] = count.built(ours)
    results = mechanisms.results()
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__.partition("+")[0]},
        "built": {owner: asdict(built) for owner, built in found.items()},
        "labs": [asdict(result) for result in results],
        "configs": {name: asdict(shipped) for name, shipped in configs.shipped().items()},
    }
    (DATA / PEERS).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return _told(catalogue)


def _told(catalogue: Catalogue) -> int:
    """Print what came out."""
    peers = read_generated(DATA, PEERS, Peers, "make peers") or Peers()
    wrong = 0
    for id_, entry in catalogue.entries.items():
        total = entry.recount.total if entry.recount else None
        state = peers.state_of(entry.architecture_owner, entry.architecture, total)
        wrong += state is State.DIFFERS
        print(f"{id_}: {state}", end="")
        print(
            f", {peers.built[entry.architecture_owner].total:,} there, {total:,} here" if state is State.DIFFERS else ""
        )
    for lab in peers.labs:
        wrong += lab.difference > mechanisms.TOLERANCE
        print(f"labs/{lab.lab}.py {lab.function} against {lab.against}: {lab.difference:.1e}")
    for name, told in configs.compared(peers.configs):
        wrong += told != configs.SAME
        print(f"{name}Config: {told}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
