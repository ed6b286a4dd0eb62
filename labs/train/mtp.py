"""Multi-token prediction: one more layer that sees the next token and predicts the one after it. deepseek-v3 eq. 21 to 25.

Eq. 21 joins the state in front of the embedding, the released weights the other way round, as here. `Model.loss` has a target for each of the
T positions, because a window goes on for two tokens; eq. 24 has T − 1 terms, divided by T.
"""

import torch
from torch import nn

from labs.train.fp8 import Linear
from labs.train.rope import RMSNorm


class MTP(nn.Module):
    """Embedding and head belong to the main model; names as in deepseek-v3-repo README_WEIGHTS.md."""

    def __init__(self, config, block):
        super().__init__()
        d = config.hidden_size
        self.hnorm, self.enorm, self.norm = (RMSNorm(d, config.rms_norm_eps) for _ in range(3))
        self.eh_proj = Linear(config, 2 * d, d)  # M
        self.block = block

    def forward(self, h, following, cache=None):
        """States (B, T, d) of h (B, T, d), the main model's before its last norm, and embeddings of the tokens that follow."""
        joined = self.eh_proj(torch.cat([self.enorm(following), self.hnorm(h)], dim=-1))
        return self.norm(self.block.on_one_stream(joined, cache))
