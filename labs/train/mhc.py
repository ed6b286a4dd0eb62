"""Residual connections: plain, hyper-connections, and those with a doubly stochastic matrix. mhc eq. 3, 5 to 9; deepseek-v4 §2.2."""

import torch
from torch import nn


def sinkhorn(raw, iterations=20):
    """e to the entries of raw (…, n, n), then columns and rows are divided by their sums in turn."""
    M = raw.exp()
    for _ in range(iterations):
        M = M / M.sum(-2, keepdim=True)
        M = M / M.sum(-1, keepdim=True)
    return M


class Residual(nn.Module):
    """x + F(x). A stream is (B, T, d)."""

    def forward(self, x, layer):
        return x + layer(x)


class HyperConnection(nn.Module):
    """X ← B X + C F(A X) for n streams X (B, T, n, d). A, B and C are computed of X itself, beside a learned constant."""

    def __init__(self, config, place=0):
        """`place` counts the connections of a network: each begins by reading another stream, without which equal streams would stay equal
        (hyper-connections §3.2)."""
        super().__init__()
        n, self.n = config.hc_mult, config.hc_mult
        self.constrained, self.eps = config.residual == "mhc", config.rms_norm_eps
        self.fn = nn.Parameter(torch.empty(n * n + 2 * n, n * config.hidden_size))
        self.scale = nn.Parameter(torch.full((3,), 0.01))
        A, B = 0.8 * torch.eye(n)[place % n] + 0.2 / n, torch.eye(n)
        # Both begin near the plain connection: equal streams, of which mostly one is read, each given the whole output of the layer. The mixing of
        # the constrained one begins away from the identity, at which the steps of Sinkhorn hardly pass a gradient on.
        start = (A.logit(), torch.zeros(n), 4 * B) if self.constrained else (A, torch.ones(n), B)
        self.base = nn.Parameter(torch.cat([part.flatten() for part in start]))
        self.mixing, self.apart = (
            None,
            None,
        )  # of the last call: B averaged over tokens, and how far the streams lie from their mean

    def mappings(self, X):
        flat = X.flatten(-2)
        flat = flat * torch.rsqrt(flat.pow(2).mean(-1, keepdim=True) + self.eps)
        parts = (flat @ self.fn.mT).split((self.n, self.n, self.n * self.n), dim=-1)
        bases = self.base.split((self.n, self.n, self.n * self.n))
        if self.constrained:
            A, C, B = (scale * part + base for scale, part, base in zip(self.scale, parts, bases, strict=True))
            return A.sigmoid(), sinkhorn(B.unflatten(-1, (self.n, self.n))), 2 * C.sigmoid()
        A, C, B = (scale * part.tanh() + base for scale, part, base in zip(self.scale, parts, bases, strict=True))
        return A, B.unflatten(-1, (self.n, self.n)), C

    def forward(self, X, layer):
        A, B, C = self.mappings(X)
        Y = B @ X + C[..., None] * layer((A[..., None, :] @ X).squeeze(-2))[..., None, :]
        with torch.no_grad():
            self.mixing = B.flatten(0, -3).mean(0)
            self.apart = float((Y - Y.mean(-2, keepdim=True)).norm() / Y.norm())
        return Y


class Readout(nn.Module):
    """What follows the last layer reads one stream: a sum of all, with weights computed of them."""

    def __init__(self, config):
        super().__init__()
        self.eps = config.rms_norm_eps
        self.fn = nn.Parameter(torch.empty(config.hc_mult, config.hc_mult * config.hidden_size))
        self.base = nn.Parameter(torch.full((config.hc_mult,), 1 / config.hc_mult).logit())
        self.scale = nn.Parameter(torch.full((1,), 0.01))

    def forward(self, X):
        flat = X.flatten(-2)
        flat = flat * torch.rsqrt(flat.pow(2).mean(-1, keepdim=True) + self.eps)
        return ((self.scale * (flat @ self.fn.mT) + self.base).sigmoid()[..., None, :] @ X).squeeze(-2)
