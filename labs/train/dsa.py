"""DeepSeek sparse attention: a small indexer scores earlier tokens, and MLA reads the best. deepseek-v3-2-exp eq. 1 to 4.

The released indexer also turns its heads by a Hadamard matrix and rounds them to FP8; neither changes what is learned here. As in V3.2 its
inputs are detached, so that its loss trains it alone. But V3.2 freezes everything else while attention still reads all tokens (§2.1), and
here the model learns from the first step.
"""

import torch
from torch import nn

from labs.train.fp8 import Linear
from labs.train.rope import rotate


class Indexer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads, self.size, self.rope, self.topk = (
            config.index_n_heads,
            config.index_head_dim,
            config.qk_rope_head_dim,
            config.index_topk,
        )
        self.wq_b = Linear(config, config.q_lora_rank, self.heads * self.size)
        self.wk = Linear(config, config.hidden_size, self.size)
        self.k_norm = nn.LayerNorm(self.size)
        self.weights_proj = nn.Linear(config.hidden_size, self.heads, bias=False)
        self.dense = False  # the warm-up, in which the indexer learns while attention reads everything
        self.loss = 0.0

    def scores(self, h, c_q, turn, cache):
        """I (B, T, S): sum over heads of w_j · ReLU(q_j · k)."""
        turned = lambda x: torch.cat([rotate(x[..., : self.rope], *turn), x[..., self.rope :]], dim=-1)  # noqa: E731
        q = turned(self.wq_b(c_q).unflatten(-1, (self.heads, self.size)).transpose(1, 2))
        (k,) = cache.extended(k_index=turned(self.k_norm(self.wk(h))))
        w = self.weights_proj(h) * (self.heads * self.size) ** -0.5
        return torch.einsum("btj,bjts->bts", w, (q @ k[:, None].mT).relu())

    def selected(self, scores, mask):
        """Mask (B, 1, T, S) of the topk tokens with the highest scores among those allowed; of equal ones the first."""
        best = scores.masked_fill(~mask, -torch.inf).argsort(dim=-1, descending=True, stable=True)[..., : self.topk]
        return (torch.zeros_like(scores, dtype=torch.bool).scatter(-1, best, True) & mask)[:, None]

    def divergence(self, p, scores, mask):
        """KL divergence from the indexer's softmax to attention p (B, n_h, T, S) summed over heads, over the tokens that were read."""
        mask = mask if mask.dim() == 2 else mask[:, 0]
        target = p.mean(dim=1)
        log = scores.masked_fill(~mask, -torch.inf).log_softmax(dim=-1).masked_fill(~mask, 0)
        return (target * (target.clamp(min=1e-9).log() - log)).sum(-1).mean()
