"""Dimensions and flags of the model, by the names of config.json. The defaults keep proportions of DeepSeek-V3.

As in V3: a query or key head has half as many numbers with position as without, the query latent is three times the
key-value latent, a dense network is as wide as the experts a token passes, and half of the groups can be reached.
"""

from dataclasses import dataclass, fields, replace

FLAGS = {
    "attention": ("mha", "gqa", "mqa", "mla", "dsa"),
    "feed_forward": ("dense", "moe"),
    "balance": ("bias", "loss", "none"),
    "residual": ("plain", "hc", "mhc"),
    "precision": ("fp32", "bf16", "fp8-tiles", "fp8-tensor"),
}


@dataclass(frozen=True)
class Config:
    """The model, by the names of config.json."""

    vocab_size: int = 2048  # tokens, 256 bytes among them
    hidden_size: int = 128  # width of the residual stream
    num_hidden_layers: int = 4  # layers
    num_attention_heads: int = 8  # query heads
    attention: str = "mla"  # what is kept of a token, and which tokens are read
    num_key_value_heads: int = 2  # gqa; mha has one a head, mqa one for all
    head_dim: int = 16  # numbers of a head; mha, gqa, mqa
    q_lora_rank: int = 96  # latent of the queries; mla, dsa
    kv_lora_rank: int = 32  # latent that is cached; mla, dsa
    qk_nope_head_dim: int = 16  # numbers of a head without position; mla, dsa
    qk_rope_head_dim: int = 8  # numbers with position; mla, dsa
    v_head_dim: int = 16  # numbers of a value; mla, dsa
    index_n_heads: int = 4  # heads of the indexer; dsa
    index_head_dim: int = 16  # numbers of such a head; dsa
    index_topk: int = 64  # tokens that attention reads; dsa
    feed_forward: str = "moe"  # one network, or experts
    intermediate_size: int = 320  # width of a dense network
    moe_intermediate_size: int = 64  # width of an expert
    n_routed_experts: int = 16  # experts that a router chooses from
    num_experts_per_tok: int = 4  # experts that a token is sent to
    n_shared_experts: int = 1  # experts that every token passes
    first_k_dense_replace: int = 1  # layers at the bottom without experts
    n_group: int = 4  # groups of experts
    topk_group: int = 2  # groups that a token may reach
    routed_scaling_factor: float = 2.5  # factor of the gates
    balance: str = "bias"  # what keeps the load even
    num_nextn_predict_layers: int = 1  # 1 for a module that predicts one token further (MTP)
    residual: str = "plain"  # one stream, or several with free or constrained mixing
    hc_mult: int = 4  # streams; hc, mhc
    precision: str = "fp32"  # of the products
    fp8_tile: int = 32  # V3 has 128, of matrices some forty times as wide
    tie_word_embeddings: bool = False  # one matrix for embedding and head
    rope_theta: float = 10000.0  # base of the angles of RoPE
    max_position_embeddings: int = 256  # longest text
    yarn_factor: float = 1.0  # above 1: max_position_embeddings is what the model saw before it was extended
    rms_norm_eps: float = 1e-6  # added to the mean square in norms
    initializer_range: float = 0.04  # standard deviation of the first weights

    def __post_init__(self):
        for name, allowed in FLAGS.items():
            if getattr(self, name) not in allowed:
                raise SystemExit(f"--{name} {getattr(self, name)} is unknown; choose from: {' '.join(allowed)}")
        for wrong, message in self._contradictions():
            if wrong:
                raise SystemExit(message)

    def _contradictions(self):
        """What must not be, and the line that says what to do about it."""
        heads, kv, moe = self.num_attention_heads, self.num_key_value_heads, self.feed_forward == "moe"
        sizes = [
            f.name for f in fields(self) if f.type is int and f.name not in _MAY_BE_ZERO and getattr(self, f.name) < 1
        ]
        yield bool(sizes), f"--{' --'.join(sizes)} must be at least 1"
        rotated = "qk_rope_head_dim" if self.attention in ("mla", "dsa") else "head_dim"
        yield getattr(self, rotated) % 2 == 1, f"--{rotated} must be even: RoPE turns pairs of numbers"
        yield (
            self.attention == "gqa" and bool(heads % kv),
            f"--num_key_value_heads {kv} must divide --num_attention_heads {heads}",
        )
        yield (
            self.attention == "dsa" and self.index_head_dim < self.qk_rope_head_dim,
            "--index_head_dim must hold --qk_rope_head_dim",
        )
        if moe:
            groups, reach = self.n_group, self.topk_group
            room = self.n_routed_experts // groups * reach
            yield (
                bool(self.n_routed_experts % groups),
                f"--n_group {groups} must divide --n_routed_experts {self.n_routed_experts}",
            )
            yield reach > groups, f"--topk_group {reach} must not be above --n_group {groups}"
            yield (
                self.num_experts_per_tok > room,
                f"--num_experts_per_tok {self.num_experts_per_tok} is more than the {room} experts a token can reach; raise --topk_group",
            )
            yield (
                groups > 1 and self.n_routed_experts // groups < 2,
                "--n_group: a group is rated by its two best experts, so it needs two",
            )
        yield (
            self.yarn_factor < 1,
            f"--yarn_factor {self.yarn_factor:g} must be at least 1: YaRN makes a context longer",
        )
        yield not moe and self.balance == "loss", "--balance loss needs experts: set --feed_forward moe"
        yield (
            self.num_nextn_predict_layers > 1,
            "--num_nextn_predict_layers: V3 and this lab have one module; set 0 or 1",
        )

    def with_(self, **changes):
        return replace(self, **changes)


_MAY_BE_ZERO = ("n_shared_experts", "first_k_dense_replace", "num_nextn_predict_layers")

# Proportions of V3's at other sizes; the numbers are weights, the module of MTP among them.
PRESETS = {
    "3M": Config(max_position_embeddings=128),
    "30M": Config(
        vocab_size=8192, hidden_size=320, num_hidden_layers=8, num_attention_heads=10, q_lora_rank=192, kv_lora_rank=64, qk_nope_head_dim=32,
        qk_rope_head_dim=16, v_head_dim=32, intermediate_size=800, moe_intermediate_size=160, max_position_embeddings=512,
    ),
    "300M": Config(
        vocab_size=16384, hidden_size=768, num_hidden_layers=13, num_attention_heads=12, q_lora_rank=384, kv_lora_rank=128, qk_nope_head_dim=64,
        qk_rope_head_dim=32, v_head_dim=64, intermediate_size=2048, moe_intermediate_size=256, n_routed_experts=32, n_group=8, topk_group=4,
        max_position_embeddings=1024, initializer_range=0.02,
    ),
}  # fmt: skip
