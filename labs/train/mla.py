"""Multi-head latent attention, rebuilt for training and absorbed for decoding. deepseek-v2 eq. 37 to 47; deepseek-v3 eq. 1 to 11."""

import torch
from torch import nn

from labs.train.attention import Cache, causal, weights
from labs.train.dsa import Indexer
from labs.train.fp8 import Linear
from labs.train.rope import RMSNorm, attention_factor, rotate, rotation


class MLA(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config, self.heads, d = config, config.num_attention_heads, config.hidden_size
        self.nope, self.rope, self.v = config.qk_nope_head_dim, config.qk_rope_head_dim, config.v_head_dim
        self.q_a_proj = Linear(config, d, config.q_lora_rank)  # W_DQ
        self.q_a_layernorm = RMSNorm(config.q_lora_rank, config.rms_norm_eps)
        self.q_b_proj = Linear(config, config.q_lora_rank, self.heads * (self.nope + self.rope))  # W_UQ and W_QR
        self.kv_a_proj_with_mqa = Linear(config, d, config.kv_lora_rank + self.rope)  # W_DKV and W_KR
        self.kv_a_layernorm = RMSNorm(config.kv_lora_rank, config.rms_norm_eps)
        self.kv_b_proj = Linear(config, config.kv_lora_rank, self.heads * (self.nope + self.v))  # W_UK and W_UV
        self.o_proj = Linear(config, self.heads * self.v, d)
        self.indexer = Indexer(config) if config.attention == "dsa" else None
        self.scale = (self.nope + self.rope) ** -0.5 * attention_factor(config)
        self.seen, self.keep, self.absorb = None, False, True

    def forward(self, h, cache=None):
        B, T, _ = h.shape
        decoding = cache is not None and T == 1
        cache = Cache() if cache is None else cache
        start = cache.length()
        turn = rotation(self.config, self.rope, torch.arange(start, start + T, device=h.device))
        c_q = self.q_a_layernorm(self.q_a_proj(h))
        q = self.q_b_proj(c_q).view(B, T, self.heads, -1).transpose(1, 2)
        q_c, q_r = q[..., : self.nope], rotate(q[..., self.nope :], *turn)
        c, k_r = self.kv_a_proj_with_mqa(h).split((self.config.kv_lora_rank, self.rope), dim=-1)
        c, k_r = cache.extended(c=self.kv_a_layernorm(c), k_r=rotate(k_r, *turn))
        mask = causal(T, start + T, h.device)
        if self.indexer is not None:
            index = self.indexer.scores(h.detach(), c_q.detach(), turn, cache)
            mask = mask if self.indexer.dense else self.indexer.selected(index, mask)
        attend = self._absorbed if decoding and self.absorb else self._rebuilt
        o, p = attend(q_c, q_r, c, k_r, mask)
        if self.indexer is not None and self.training:
            self.indexer.loss = self.indexer.divergence(p.detach(), index, mask)
        self.seen = p.detach() if self.keep else None
        return self.o_proj(o.transpose(1, 2).flatten(2))

    def _rebuilt(self, q_c, q_r, c, k_r, mask):
        """Keys and values (B, n_h, S, …) are made again of the latents, as in training."""
        kv = self.kv_b_proj(c).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        k_c, v = kv.split((self.nope, self.v), dim=-1)
        p = weights((q_c @ k_c.mT + q_r @ k_r[:, None].mT) * self.scale, mask)
        return p @ v, p

    def _absorbed(self, q_c, q_r, c, k_r, mask):
        """W_UK goes into the query and W_UV behind the sum, so that attention reads the latents c (B, S, d_c) themselves."""
        W_UK, W_UV = self.kv_b_proj.weight.unflatten(0, (self.heads, -1)).split((self.nope, self.v), dim=1)
        p = weights((q_c @ W_UK @ c[:, None].mT + q_r @ k_r[:, None].mT) * self.scale, mask)
        return p @ c[:, None] @ W_UV.mT, p
