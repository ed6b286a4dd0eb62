"""Multi-head, grouped-query and multi-query attention, which differ in the number of key and value heads. deepseek-v2 eq. 1 to 8."""

import torch
from torch import nn

from labs.train.fp8 import Linear
from labs.train.rope import attention_factor, rotate, rotation


def causal(T, S, device):
    """Mask (T, S): the last T of S tokens see themselves and what stands before."""
    return torch.ones(T, S, dtype=torch.bool, device=device).tril(S - T)


def weights(scores, mask):
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)


class Cache(dict):
    """What one layer keeps of the tokens it has seen: tensors (B, T, …) by name."""

    def extended(self, **new):
        for name, tensor in new.items():
            self[name] = torch.cat([self[name], tensor], dim=1) if name in self else tensor
        return [self[name] for name in new]

    def length(self):
        return next(iter(self.values())).shape[1] if self else 0

    def cut(self, length):
        """Forgets all tokens but the first, as speculation does with drafts that were refused."""
        for name in self:
            self[name] = self[name][:, :length]

    def elements(self):
        return sum(tensor.numel() for tensor in self.values())


class GroupedQueryAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config, self.heads, self.size = config, config.num_attention_heads, config.head_dim
        self.kv_heads = {"mha": self.heads, "gqa": config.num_key_value_heads, "mqa": 1}[config.attention]
        self.q_proj = Linear(config, config.hidden_size, self.heads * self.size)
        self.k_proj = Linear(config, config.hidden_size, self.kv_heads * self.size)
        self.v_proj = Linear(config, config.hidden_size, self.kv_heads * self.size)
        self.o_proj = Linear(config, self.heads * self.size, config.hidden_size)
        self.seen = None  # attention weights of the last call, where `keep` asks for them
        self.keep = False

    def forward(self, h, cache=None):
        B, T, _ = h.shape
        cache = Cache() if cache is None else cache
        start = cache.length()
        cos, sin = rotation(self.config, self.size, torch.arange(start, start + T, device=h.device))
        heads = lambda x: x.view(B, T, -1, self.size)  # noqa: E731
        q = rotate(heads(self.q_proj(h)).transpose(1, 2), cos, sin)
        k = rotate(heads(self.k_proj(h)).transpose(1, 2), cos, sin).transpose(1, 2)
        k, v = cache.extended(k=k, v=heads(self.v_proj(h)))
        k, v = (x.transpose(1, 2).repeat_interleave(self.heads // self.kv_heads, dim=1) for x in (k, v))
        p = weights(q @ k.mT * self.size**-0.5 * attention_factor(self.config), causal(T, start + T, h.device))
        self.seen = p.detach() if self.keep else None
        return self.o_proj((p @ v).transpose(1, 2).flatten(2))
