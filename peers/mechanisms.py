"""Hold the labs against Hugging Face transformers on random weights of small models.

The labs compute in double precision with NumPy, transformers here too, but for its norms and its router, which turn to
single precision inside. Weights are laid out as each side wants them: transformers keeps a matrix as (out, in), the key
and value parts of a head behind each other in one matrix, and the projections of a query in one matrix too.
Both rotate neighbouring numbers (`rope_interleave`); transformers then sorts the halves, of query and key alike, which
leaves every score the same, so nothing is changed for it.
"""

from collections.abc import Callable

import numpy as np
import torch
from labs import csa, dsa, mhc, mla, norm, rope, router, yarn
from transformers import DeepseekV3Config, DeepseekV4Config
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.deepseek_v3 import modeling_deepseek_v3 as v3
from transformers.models.deepseek_v4 import modeling_deepseek_v4 as v4

from catalogue.derive.parameters import LabResult

TOLERANCE = 1e-5
TOKENS, WIDTH = 12, 32


def results() -> list[LabResult]:
    """Every comparison with the largest difference."""
    torch.set_grad_enabled(False)
    torch.set_default_dtype(torch.float64)
    rng = np.random.default_rng(0)
    return [compare(rng) for compare in _COMPARISONS]


def _result(lab: str, function: str, against: str, ours: np.ndarray, theirs: torch.Tensor | np.ndarray) -> LabResult:
    other = theirs.numpy() if isinstance(theirs, torch.Tensor) else theirs
    assert ours.shape == other.shape, f"{lab}: {ours.shape} here, {other.shape} there"
    largest = float(np.abs(ours - other).max() / np.abs(other).max())
    return LabResult(lab, function, against, float(f"{largest:.2g}"))


def _set(parameter: torch.Tensor, value: np.ndarray) -> None:
    parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)).reshape(parameter.shape))


def rms_norm(rng: np.random.Generator) -> LabResult:
    """The norm with a gain."""
    x, gain = rng.standard_normal((TOKENS, WIDTH)), rng.standard_normal(WIDTH)
    peer = v3.DeepseekV3RMSNorm(WIDTH, eps=1e-6)
    _set(peer.weight, gain)
    return _result("norm", "rms_norm", "DeepseekV3RMSNorm", norm.rms_norm(x, gain), peer(torch.from_numpy(x)))


def swiglu(rng: np.random.Generator) -> LabResult:
    """The gated feed-forward network."""
    x, W, V = rng.standard_normal((TOKENS, WIDTH)), *rng.standard_normal((2, WIDTH, 48))
    W2 = rng.standard_normal((48, WIDTH))
    peer = v3.DeepseekV3MLP(DeepseekV3Config(hidden_size=WIDTH, intermediate_size=48))
    for layer, matrix in ((peer.gate_proj, W), (peer.up_proj, V), (peer.down_proj, W2)):
        _set(layer.weight, matrix.T)
    return _result("norm", "swiglu", "DeepseekV3MLP", norm.swiglu(x, W, V, W2), peer(torch.from_numpy(x)))


def gates(rng: np.random.Generator) -> LabResult:
    """The gates of all experts, chosen within groups by score and bias; transformers names the chosen ones alone."""
    experts, chosen, groups, reachable = 32, 4, 8, 3
    u, e, b = (rng.standard_normal(shape) for shape in ((200, WIDTH), (experts, WIDTH), experts))
    config = DeepseekV3Config(
        hidden_size=WIDTH,
        n_routed_experts=experts,
        num_experts_per_tok=chosen,
        n_group=groups,
        topk_group=reachable,
        routed_scaling_factor=2.5,
    )
    peer = v3.DeepseekV3TopkRouter(config)
    _set(peer.weight, e)
    _set(peer.e_score_correction_bias, 0.1 * b)
    _, weights, indices = peer(torch.from_numpy(u))
    theirs = torch.zeros(len(u), experts, dtype=weights.dtype).scatter(1, indices, weights)
    ours = router.route(u, e, 0.1 * b, chosen, groups, reachable, 2.5)
    return _result("router", "route", "DeepseekV3TopkRouter", ours, theirs)


_YARN = {"factor": 40.0, "original_max_position_embeddings": 4096, "beta_fast": 32.0, "beta_slow": 1.0}


def _yarn_config(**settings: object) -> DeepseekV3Config:
    parameters = {"rope_type": "yarn", "rope_theta": 10000.0, **_YARN, **settings}
    return DeepseekV3Config(rope_parameters=parameters, max_position_embeddings=163840)


def angles(rng: np.random.Generator) -> LabResult:
    """The angles of all pairs, stretched with the ramp over the number of the pair, which is that of DeepSeek's code too."""
    theta = rope.angles(64)
    gamma = yarn.ramp_by_pair(theta, _YARN["original_max_position_embeddings"], _YARN["beta_slow"], _YARN["beta_fast"])
    theirs, _ = ROPE_INIT_FUNCTIONS["yarn"](_yarn_config(), "cpu")
    return _result(
        "yarn", "stretch", "_compute_yarn_parameters", yarn.stretch(theta, gamma, _YARN["factor"]), theirs.double()
    )


def attention_factor(rng: np.random.Generator) -> LabResult:
    """The factor on queries and keys. Where a configuration has `mscale_all_dim`, transformers puts it into the scale of scores."""
    ours = np.array([yarn.length_factor(_YARN["factor"]), yarn.length_factor(_YARN["factor"]) ** 2])
    _, plain = ROPE_INIT_FUNCTIONS["yarn"](_yarn_config(), "cpu")
    scale = v3.yarn_apply_mscale({"rope_type": "yarn", "mscale_all_dim": 1.0, **_YARN}, 1.0)
    return _result("yarn", "length_factor", "yarn_apply_mscale", ours, np.array([plain, scale]))


def _attention(rng: np.random.Generator) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Weights of the lab, tokens, and what transformers makes of them."""
    heads, d_c, d_q, d_h, d_r = 4, 16, 24, 8, 4
    shapes = {
        "W_DKV": (WIDTH, d_c),
        "W_UK": (d_c, heads, d_h),
        "W_UV": (d_c, heads, d_h),
        "W_KR": (WIDTH, d_r),
        "W_DQ": (WIDTH, d_q),
        "W_UQ": (d_q, heads, d_h),
        "W_QR": (d_q, heads, d_r),
        "W_O": (heads, d_h, WIDTH),
    }
    w = {name: rng.standard_normal(shape) / np.sqrt(shape[0]) for name, shape in shapes.items()}
    h = rng.standard_normal((TOKENS, WIDTH))
    config = DeepseekV3Config(
        hidden_size=WIDTH,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        q_lora_rank=d_q,
        kv_lora_rank=d_c,
        qk_nope_head_dim=d_h,
        qk_rope_head_dim=d_r,
        v_head_dim=d_h,
        num_hidden_layers=1,
        attn_implementation="eager",
    )
    peer = v3.DeepseekV3Attention(config, 0)
    query = np.concatenate([w["W_UQ"], w["W_QR"]], axis=-1).reshape(d_q, -1)
    key_value = np.concatenate([w["W_UK"], w["W_UV"]], axis=-1).reshape(d_c, -1)
    for layer, matrix in (
        (peer.q_a_proj, w["W_DQ"]),
        (peer.q_b_proj, query),
        (peer.kv_a_proj_with_mqa, np.concatenate([w["W_DKV"], w["W_KR"]], axis=-1)),
        (peer.kv_b_proj, key_value),
        (peer.o_proj, w["W_O"].reshape(-1, WIDTH)),
    ):
        _set(layer.weight, matrix.T)
    x = torch.from_numpy(h)[None]
    mask = torch.full((TOKENS, TOKENS), -torch.inf).triu(1)[None, None]
    positions = v3.DeepseekV3RotaryEmbedding(config)(x, torch.arange(TOKENS)[None])
    out, _ = peer(x, positions, mask)
    return w, h, out[0].numpy()


def rebuilt(rng: np.random.Generator) -> LabResult:
    """Latent attention with keys and values made again, which is what transformers computes."""
    w, h, theirs = _attention(rng)
    return _result("mla", "rebuilt", "DeepseekV3Attention", mla.rebuilt(h, w, rope.angles(4)), theirs)


def absorbed(rng: np.random.Generator) -> LabResult:
    """Latent attention on the latents themselves, held against the same."""
    w, h, theirs = _attention(rng)
    return _result("mla", "absorbed", "DeepseekV3Attention", mla.absorbed(h, w, rope.angles(4)), theirs)


def _v4(**settings: object) -> DeepseekV4Config:
    """A small V4 with one layer of each kind."""
    small = {"hidden_size": WIDTH, "num_hidden_layers": 2, "head_dim": 16, "num_attention_heads": 2, "q_lora_rank": 24}
    indexer = {"index_n_heads": 3, "index_head_dim": 16, "index_topk": 4, "qk_rope_head_dim": 4}
    return DeepseekV4Config(**small, **indexer, layer_types=list(_RATES), compress_rates=_RATES, **settings)


_RATES = {"compressed_sparse_attention": 4, "heavily_compressed_attention": 8}


def _filled(module: torch.nn.Module, rng: np.random.Generator) -> None:
    for parameter in module.parameters():
        _set(parameter, rng.standard_normal(parameter.shape))


class _NoTurn(torch.nn.Module):
    """RoPE by angles of 0, for a small head of 4 numbers with position."""

    def forward(self, x, position_ids, layer_type):
        return torch.ones(1, x.shape[1], 2), torch.zeros(1, x.shape[1], 2)


def _entries(kind: type[torch.nn.Module], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Keys and weights that a compressor of transformers makes of tokens, and its entries before their norm and RoPE."""
    peer = kind(_v4())
    _filled(peer, rng)
    peer.kv_norm = torch.nn.Identity()
    peer.rotary_emb = _NoTurn()
    h = torch.from_numpy(rng.standard_normal((1, 16, WIDTH)))
    entries, _ = peer(h, torch.from_numpy(rng.standard_normal((1, 16, 24))), torch.arange(16)[None], None, 0)
    gates = peer.gate_proj(h)[0] + peer.position_bias.repeat(16 // peer.compress_rate, 1)
    return peer.kv_proj(h)[0].numpy(), gates.numpy(), entries[0, 0].numpy()


def heavily_compressed(rng: np.random.Generator) -> LabResult:
    """Entries of HCA."""
    C, Z, theirs = _entries(v4.DeepseekV4HCACompressor, rng)
    return _result("csa", "compress", "DeepseekV4HCACompressor", csa.compress(C, Z, 8), theirs)


def seen(rng: np.random.Generator) -> LabResult:
    """How many entries of HCA each token may read."""
    peer = v4.DeepseekV4HCACompressor(_v4())
    _filled(peer, rng)
    h = torch.from_numpy(rng.standard_normal((1, 20, WIDTH)))
    _, mask = peer(h, None, torch.arange(20)[None], None, 0)
    ours = np.array([csa.complete(t, 8) for t in range(20)])
    return _result("csa", "complete", "DeepseekV4HCACompressor", ours, (mask[0, 0] == 0).sum(dim=1))


def overlapping(rng: np.random.Generator) -> LabResult:
    """Entries of CSA. What the paper calls a, of the block itself, is the second half of the projection there."""
    C, Z, theirs = _entries(v4.DeepseekV4CSACompressor, rng)
    ours = csa.compress_overlapping(C[:, 16:], Z[:, 16:], C[:, :16], Z[:, :16], 4)
    return _result("csa", "compress_overlapping", "DeepseekV4CSACompressor", ours, theirs)


def index_scores(rng: np.random.Generator) -> LabResult:
    """Scores of the indexer; two constant factors of transformers are part of the weights here."""
    peer = v4.DeepseekV4IndexerScorer(_v4())
    _filled(peer, rng)
    h, q, k = (torch.from_numpy(rng.standard_normal(shape)) for shape in ((1, 9, WIDTH), (1, 9, 3, 16), (1, 5, 16)))
    w = peer.weights_proj(h)[0].numpy() * peer.softmax_scale * peer.weights_scaling
    ours = dsa.index_scores(q[0].numpy(), w, k[0].numpy())
    return _result("dsa", "index_scores", "DeepseekV4IndexerScorer", ours, peer(q, k, h)[0])


def streams(rng: np.random.Generator) -> LabResult:
    """A step of the residual streams. Transformers keeps the mixing matrix transposed, and divides rows first."""
    peer = v4.DeepseekV4HyperConnection(_v4(hc_eps=0.0))
    _filled(peer, rng)
    _set(peer.scale, np.full(3, 0.2))
    X = torch.from_numpy(rng.standard_normal((1, 1, peer.hc_mult, WIDTH)))
    post, mixing, gathered = peer(X)
    theirs = post[0, 0, :, None] * torch.tanh(gathered[0, 0]) + mixing[0, 0].T @ X[0, 0]
    flat = norm.rms_norm(X.numpy().reshape(-1)) @ peer.fn.numpy().T * 0.2 + peer.base.numpy()
    n = peer.hc_mult
    A, C, raw = norm.sigmoid(flat[:n]), 2 * norm.sigmoid(flat[n : 2 * n]), flat[2 * n :].reshape(n, n)
    ours = mhc.step(X[0, 0].numpy(), A, mhc.sinkhorn(raw.T), C, np.tanh)
    return _result("mhc", "step", "DeepseekV4HyperConnection", ours, theirs)


_COMPARISONS: tuple[Callable[[np.random.Generator], LabResult], ...] = (
    rms_norm,
    swiglu,
    gates,
    angles,
    attention_factor,
    rebuilt,
    absorbed,
    index_scores,
    overlapping,
    heavily_compressed,
    seen,
    streams,
)
