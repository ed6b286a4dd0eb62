"""Experiment: speed of decoding and size of the cache for each attention, measured beside the catalogue's formula."""

import time

import torch

from labs.train.config import FLAGS
from labs.train.experiments.pretraining import TINY
from labs.train.experiments.record import experiment
from labs.train.generate import cache_formula, measure
from labs.train.model import Model

ATTENTION = TINY.with_(
    hidden_size=128, num_attention_heads=8, head_dim=16, num_key_value_heads=2, feed_forward="dense", balance="none",
    q_lora_rank=96, kv_lora_rank=32, qk_nope_head_dim=16, qk_rope_head_dim=8, v_head_dim=16, index_head_dim=16, max_position_embeddings=1024,
)  # fmt: skip


@experiment("decoding")
def decoding(run):
    """A batch of 8 with 512 tokens behind each; random weights, which the speed does not feel. A seed is a repetition; time is the processor's,
    so that other programs do not count."""
    torch.manual_seed(run.seed)
    context = run.steps(512)
    arms = {name: {} for name in FLAGS["attention"]} | {
        "mla rebuilt": {"absorb": False},
        "mla no cache": {"cached": False},
    }
    for arm, options in arms.items():
        model = Model(ATTENTION.with_(attention=arm.split()[0], index_topk=64))
        found = measure(
            model, context, tokens=2 if "cached" in options else 24, batch=8, clock=time.process_time, **options
        )
        run.row(arm, **found, formula=cache_formula(model.config) if options.get("cached", True) else 0)
