"""Multi-head latent attention, computed in two ways that give the same result. deepseek-v2 eq. 9, 37 to 47, App. C.

w holds W_DKV (d, d_c), W_UK and W_UV (d_c, n_h, d_h), W_KR (d, d_r), W_DQ (d, d_q), W_UQ (d_q, n_h, d_h),
W_QR (d_q, n_h, d_r) and W_O (n_h, d_h, d). The RMSNorm of the latents is that of the released models.
"""

import numpy as np

from labs.attention import attend, causal
from labs.norm import rms_norm, softmax
from labs.rope import rotate


def compress(h, w, theta):
    """What is cached of h (T, d): the latents c (T, d_c) and one key with position k_r (T, d_r)."""
    return rms_norm(h @ w["W_DKV"]), rotate(h @ w["W_KR"], np.arange(len(h)), theta)


def queries(h, w, theta):
    """The part of each query without position (T, n_h, d_h) and the part with it (T, n_h, d_r)."""
    c = rms_norm(h @ w["W_DQ"])
    q_r = rotate(np.einsum("tq,qir->tir", c, w["W_QR"]), np.arange(len(h)), theta)
    return np.einsum("tq,qih->tih", c, w["W_UQ"]), q_r


def rebuilt(h, w, theta):
    """The way of training and of long prompts: make every key and value again from the latents. Returns (T, d)."""
    c, k_r = compress(h, w, theta)
    q_c, q_r = queries(h, w, theta)
    k_c, v = (np.einsum("sc,cih->sih", c, w[name]) for name in ("W_UK", "W_UV"))
    k = np.concatenate([k_c, np.repeat(k_r[:, None], k_c.shape[1], axis=1)], axis=-1)
    o = attend(np.concatenate([q_c, q_r], axis=-1), k, v, causal(len(h)))
    return np.einsum("tih,ihd->td", o, w["W_O"])


def absorbed(h, w, theta):
    """The way of decoding: W_UK goes into the query and W_UV behind the sum, so attention reads the latents themselves."""
    c, k_r = compress(h, w, theta)
    q_c, q_r = queries(h, w, theta)
    q_latent = np.einsum("tih,cih->tic", q_c, w["W_UK"])  # (T, n_h, d_c)
    scores = np.einsum("tic,sc->its", q_latent, c) + np.einsum("tir,sr->its", q_r, k_r)
    scores /= np.sqrt(q_c.shape[-1] + q_r.shape[-1])
    o_latent = np.einsum("its,sc->tic", softmax(np.where(causal(len(h)), scores, -np.inf)), c)
    return np.einsum("tic,cih,ihd->td", o_latent, w["W_UV"], w["W_O"])


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    T, d, d_c, d_q, n_h, d_h, d_r = 10, 64, 16, 24, 4, 12, 8
    shapes = {"W_DKV": (d, d_c), "W_UK": (d_c, n_h, d_h), "W_UV": (d_c, n_h, d_h), "W_KR": (d, d_r)}
    shapes |= {"W_DQ": (d, d_q), "W_UQ": (d_q, n_h, d_h), "W_QR": (d_q, n_h, d_r), "W_O": (n_h, d_h, d)}
    w = {name: rng.normal(size=shape) / np.sqrt(shape[0]) for name, shape in shapes.items()}
    h, theta = rng.normal(size=(T, d)), 10000.0 ** (-np.arange(0, d_r, 2) / d_r)
    c, k_r = compress(h, w, theta)
    print(f"kept of a token: {c.shape[1]} + {k_r.shape[1]} numbers, in multi-head attention {2 * n_h * d_h}")
    print(f"largest difference of the two ways: {np.abs(rebuilt(h, w, theta) - absorbed(h, w, theta)).max():.1e}")
