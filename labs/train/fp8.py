"""Matrix products, in full precision or with operands rounded to FP8 (E4M3). deepseek-v3 §3.3.2: tiles, blocks, and gradients."""

import torch
from torch import nn

LARGEST = 448.0


def quantise(x, rows, columns):
    """x (…, m, n) rounded to E4M3 and back, with one scale for each tile of rows × columns; 0 stands for all of them."""
    m, n = x.shape[-2:]
    rows, columns = rows or m, columns or n
    padded = nn.functional.pad(x, (0, -n % columns, 0, -m % rows))
    tiles = padded.unflatten(-1, (-1, columns)).unflatten(-3, (-1, rows))  # (…, m / rows, rows, n / columns, columns)
    scale = tiles.abs().amax(dim=(-3, -1), keepdim=True).clamp(min=1e-30) / LARGEST
    rounded = (tiles / scale).to(torch.float8_e4m3fn).to(x.dtype) * scale
    return rounded.flatten(-2).flatten(-3, -2)[..., :m, :n]


class _Product(torch.autograd.Function):
    """x Wᵀ whose three products, forward and backward, all read quantised operands."""

    @staticmethod
    def forward(ctx, x, weight, tile):
        ctx.save_for_backward(x, weight)
        ctx.tile = tile
        return quantise(x, min(tile, 1), tile) @ quantise(weight, tile, tile).mT

    @staticmethod
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        tile, one = ctx.tile, min(ctx.tile, 1)
        by_token = quantise(grad, one, tile) @ quantise(weight, tile, tile)
        by_weight = quantise(grad, tile, one).mT @ quantise(x, tile, one)  # tiles run along what is summed: the tokens
        return by_token, by_weight, None


def product(x, weight, precision="fp32", tile=32):
    """x (…, m, k) times weight (…, n, k) transposed. Tiles are 1 × tile of x, tile × tile of the weight."""
    if not precision.startswith("fp8"):
        return x @ weight.mT
    tile = tile if precision == "fp8-tiles" else 0
    if weight.dim() == 2:
        return _Product.apply(x.reshape(-1, x.shape[-1]), weight, tile).unflatten(0, x.shape[:-1])
    return _Product.apply(x, weight, tile)


class Linear(nn.Linear):
    """A projection without bias, in the precision of the configuration. Embedding, head, gate and norms never are in FP8."""

    def __init__(self, config, inputs, outputs):
        super().__init__(inputs, outputs, bias=False)
        self.precision, self.tile = config.precision, config.fp8_tile

    def forward(self, x):
        return product(x, self.weight, self.precision, self.tile)
