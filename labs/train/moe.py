"""DeepSeekMoE with the gate of DeepSeek-V3. deepseek-v3 eq. 12 to 20; aux-loss-free Algorithm 1; deepseek-v3-repo class Gate."""

import torch
from torch import nn
from torch.nn.functional import one_hot, pad, silu

from labs.train.fp8 import Linear, product


class MLP(nn.Module):
    """SwiGLU: the dense network, and the shared experts."""

    def __init__(self, config, width):
        super().__init__()
        self.gate_proj, self.up_proj = (Linear(config, config.hidden_size, width) for _ in range(2))
        self.down_proj = Linear(config, width, config.hidden_size)

    def forward(self, u):
        return self.down_proj(silu(self.gate_proj(u)) * self.up_proj(u))


class Gate(nn.Module):
    """Scores s by sigmoid; the bias helps to choose, the weight of an expert comes from its score alone."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.weight = nn.Parameter(torch.empty(config.n_routed_experts, config.hidden_size))
        self.register_buffer("e_score_correction_bias", torch.zeros(config.n_routed_experts))
        self.load, self.loss = None, 0.0

    def forward(self, u):
        """Chosen experts and their weights (tokens, K) of u (B, T, d)."""
        c = self.config
        s = (u @ self.weight.mT).sigmoid()
        ranked = (s + self.e_score_correction_bias).detach().flatten(0, 1)
        if c.n_group > 1:
            groups = ranked.view(len(ranked), c.n_group, -1)
            best = groups.topk(2, dim=-1).values.sum(-1).topk(c.topk_group, dim=-1).indices
            reachable = torch.zeros_like(groups, dtype=torch.bool).scatter(
                1, best[..., None].expand(-1, -1, groups.shape[-1]), True
            )
            ranked = ranked.masked_fill(~reachable.flatten(1), -torch.inf)
        chosen = ranked.topk(c.num_experts_per_tok, dim=-1).indices
        self.load = one_hot(chosen, c.n_routed_experts).sum((0, 1))
        self.loss = self._balance_loss(s)
        return chosen, self.weigh(s, chosen)

    def weigh(self, s, chosen):
        """Weights (tokens, K) of the chosen experts from scores s (B, T, N)."""
        g = s.flatten(0, 1).gather(1, chosen)
        return g / g.sum(-1, keepdim=True) * self.config.routed_scaling_factor

    def _balance_loss(self, s):
        """Σ f_i P_i of each sequence of s (B, T, N), 1 when the load is even. As in eq. 18, f counts the best by score alone: no bias, no groups."""
        c = self.config
        best = torch.zeros_like(s).scatter(-1, s.topk(c.num_experts_per_tok, dim=-1).indices, 1.0)
        f = best.mean(1) * c.n_routed_experts / c.num_experts_per_tok
        return (f * (s / s.sum(-1, keepdim=True)).mean(1)).sum(-1).mean()

    @torch.no_grad()
    def update_bias(self, speed):
        """After a step: experts with more tokens than the mean lose `speed`, those with fewer gain it."""
        load = self.load.to(self.weight.dtype)
        self.e_score_correction_bias += speed * (load.mean() - load).sign()


class Experts(nn.Module):
    """All routed experts as two stacks of matrices (N, 2 w, d) and (N, d, w), or a part of them."""

    first = 0  # expert of the stacks

    def __init__(self, config):
        super().__init__()
        self.config, N, d, w = config, config.n_routed_experts, config.hidden_size, config.moe_intermediate_size
        self.gate_up_proj = nn.Parameter(torch.empty(N, 2 * w, d))
        self.down_proj = nn.Parameter(torch.empty(N, d, w))

    def forward(self, u, chosen, g):
        """Tokens are sorted by expert, and every expert's list is filled up to the longest: no token is dropped."""
        N, K, formats = len(self.down_proj), chosen.shape[1], (self.config.precision, self.config.fp8_tile)
        order = chosen.flatten().argsort(stable=True)
        expert = chosen.flatten()[order] - self.first
        held = (expert >= 0) & (expert < N)
        order, expert = order[held], expert[held]
        token, load = order // K, torch.bincount(expert, minlength=N)
        most = max(1, int(load.max()))
        slot = expert * most + torch.arange(len(order), device=u.device) - pad(load.cumsum(0), (1, 0))[expert]
        sent = u.new_zeros(N * most, u.shape[1]).index_copy(0, slot, u[token]).view(N, -1, u.shape[1])
        gate, up = product(sent, self.gate_up_proj, *formats).chunk(2, dim=-1)
        back = product(silu(gate) * up, self.down_proj, *formats).flatten(0, 1)[slot]
        return torch.zeros_like(u).index_add(0, token, (back * g.flatten()[order, None]).to(u.dtype))


class DeepSeekMoE(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gate, self.experts = Gate(config), Experts(config)
        width = config.moe_intermediate_size * config.n_shared_experts
        self.shared_experts = MLP(config, width) if width else None

    def forward(self, u):
        routed = self.experts(u.flatten(0, 1), *self.gate(u)).view_as(u)
        return routed if self.shared_experts is None else routed + self.shared_experts(u)
