"""FP8 with a scale for each tile. deepseek-v3 §3.3.2, §3.3.3; deepseek-v3-repo inference/kernel.py."""

import numpy as np

E4M3 = {"mantissa": 3, "smallest": -6, "largest": 448.0}
E5M2 = {"mantissa": 2, "smallest": -14, "largest": 57344.0}
BF16 = {"mantissa": 7, "smallest": -126, "largest": (2 - 2.0**-7) * 2.0**127}


def fp8(x, form=E4M3):
    """Round x to the nearest number of the format; what is too large becomes the largest. Halves go to even."""
    exponent = np.floor(np.log2(np.maximum(np.abs(x), 2.0 ** form["smallest"])))
    unit = 2.0 ** (exponent - form["mantissa"])
    return np.clip(np.round(x / unit) * unit, -form["largest"], form["largest"])


def quantise(x, rows, columns, form=E4M3):
    """x (m, n) in tiles of rows × columns: the FP8 numbers (m, n) and the scale of each element's tile (m, n)."""
    m, n = x.shape
    tiles = np.abs(x).reshape(m // rows, rows, n // columns, columns)
    scale = np.maximum(tiles.max(axis=(1, 3)) / form["largest"], 1e-30)
    scale = np.repeat(np.repeat(scale, rows, axis=0), columns, axis=1)
    return fp8(x / scale, form), scale


def error(x, rows, columns, form=E4M3):
    """Relative error of x after quantisation in such tiles, ‖x - s·x̂‖ / ‖x‖."""
    quantised, scale = quantise(x, rows, columns, form)
    return np.linalg.norm(x - scale * quantised) / np.linalg.norm(x)


def accumulate(products, bits=14, every=None, step=32):
    """Sum of products (..., K) as a tensor core of the H800 adds them up, `step` at a time, keeping about 14 bits of the sum.

    With `every`, the sum is added to one in full precision after so many products, and begins again at 0. deepseek-v3 §3.3.2.
    """
    inside, outside = np.zeros(products.shape[:-1]), np.zeros(products.shape[:-1])
    for k in range(0, products.shape[-1], step):
        inside = inside + products[..., k : k + step].sum(axis=-1)
        unit = 2.0 ** (np.floor(np.log2(np.maximum(np.abs(inside), 2.0**-100))) - bits + 1)
        inside = np.trunc(inside / unit) * unit
        if every and (k + step) % every == 0:
            inside, outside = np.zeros_like(inside), outside + inside
    return outside + inside


def dot_error(K, every=None, samples=256, seed=1):
    """Mean relative error of `accumulate` over random dot products of K positive FP8 numbers."""
    a, b = fp8(np.random.default_rng(seed).uniform(0, 1, (2, samples, K)))
    exact = (a * b).sum(axis=-1)
    return np.mean(np.abs(accumulate(a * b, every=every) - exact) / exact)


def digits_of_sum(terms, form=BF16):
    """Decimal digits that are right in the sum of terms (n, size) when it is rounded to the format after each."""
    total = 0.0
    for term in terms:
        total = fp8(total + term, form)
    return -np.log10(np.linalg.norm(total - terms.sum(axis=0)) / np.linalg.norm(terms.sum(axis=0)))


def product(A, B, group=128):
    """A (m, K) times B (K, n) with A in 1 × group tiles and B in group × group blocks: sums of a group are scaled, then added."""
    a, sa = quantise(A, 1, group)
    b, sb = quantise(B, group, group)
    parts = [slice(k, k + group) for k in range(0, A.shape[1], group)]
    return sum(sa[:, p][:, :1] * (a[:, p] @ b[p]) * sb[p][:1] for p in parts)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    print("2.3 in E4M3:", fp8(np.array(2.3)), " 0.003:", fp8(np.array(0.003)), " 0.0009:", fp8(np.array(0.0009)))
    x = rng.normal(size=(16, 512)) * 10.0 ** -rng.uniform(0, 6, (16, 1))  # tokens of very different size
    for name, rows, columns in (("one scale", 16, 512), ("1 × 128  ", 1, 128)):
        quantised, _ = quantise(x, rows, columns)
        print(f"{name}: {100 * np.mean(quantised == 0):.1f}% of the numbers become 0")
    share = lambda every=None: f"{100 * dot_error(4096, every):.2f}%"  # noqa: E731
    print(f"sum of 4,096 products: off by {share()} in 14 bits, {share(128)} with FP32 every 128")
    one, many = (digits_of_sum(rng.normal(size=(n, 50_000))) for n in (1, 16))
    print(f"rounded to BF16: {one:.1f} digits are right in one number, {many:.1f} in a sum of sixteen")
