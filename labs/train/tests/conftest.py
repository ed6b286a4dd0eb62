"""Small models in double precision, on one thread."""

import pytest
import torch

from labs.train.config import Config


@pytest.fixture(autouse=True)
def _one_thread_and_one_seed():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def config():
    """All flags at V3's, and weights large enough that every part matters."""
    return Config(
        vocab_size=96,
        hidden_size=48,
        num_hidden_layers=3,
        num_attention_heads=4,
        head_dim=8,
        q_lora_rank=36,
        kv_lora_rank=16,
        qk_nope_head_dim=8,
        qk_rope_head_dim=4,
        v_head_dim=8,
        index_n_heads=2,
        index_head_dim=8,
        index_topk=6,
        intermediate_size=80,
        moe_intermediate_size=16,
        initializer_range=0.2,
    )
