"""RMSNorm and rotary position embedding, with YaRN. deepseek-v2 eq. 14, 15; yarn v2 eq. 20 to 22; ramp of deepseek-v3-repo model.py."""

import math

import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, size, eps=1e-6):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x):
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)


def angles(size, theta, factor=1.0, original=256, beta_fast=32, beta_slow=1):
    """Angle of each pair of numbers from one token to the next. With a factor, slow pairs are stretched, fast ones stay."""
    fast = theta ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    if factor == 1:
        return fast
    pair = lambda turns: size * math.log(original / (turns * 2 * math.pi)) / (2 * math.log(theta))  # noqa: E731
    low, high = max(math.floor(pair(beta_fast)), 0), min(math.ceil(pair(beta_slow)), size - 1)
    slow = ((torch.arange(size // 2) - low) / max(high - low, 0.001)).clamp(0, 1)
    return slow * fast / factor + (1 - slow) * fast


def rotation(config, size, positions):
    """Cosines and sines (T, size / 2) of these positions."""
    turned = torch.outer(
        positions.double(),
        angles(size, config.rope_theta, config.yarn_factor, config.max_position_embeddings).to(positions.device),
    )
    return turned.cos().to(torch.get_default_dtype()), turned.sin().to(torch.get_default_dtype())


def rotate(x, cos, sin):
    """Turns neighbouring numbers of x (…, T, size) as pairs."""
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)


def attention_factor(config):
    """What the scores are multiplied with after an extension: (0.1 ln s + 1)², as one factor of query and key each."""
    return (0.1 * math.log(config.yarn_factor) + 1) ** 2
