"""The decoder. Weights have the names of Hugging Face transformers' DeepseekV3, so they can be copied over."""

from torch import nn
from torch.nn.functional import cross_entropy

from labs.train.attention import Cache, GroupedQueryAttention
from labs.train.mhc import HyperConnection, Readout, Residual
from labs.train.mla import MLA
from labs.train.moe import MLP, DeepSeekMoE, Gate
from labs.train.mtp import MTP
from labs.train.rope import RMSNorm


class Block(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        norm = lambda: RMSNorm(config.hidden_size, config.rms_norm_eps)  # noqa: E731
        self.input_layernorm, self.post_attention_layernorm = norm(), norm()
        self.self_attn = (MLA if config.attention in ("mla", "dsa") else GroupedQueryAttention)(config)
        dense = config.feed_forward == "dense" or layer < config.first_k_dense_replace
        self.mlp = MLP(config, config.intermediate_size) if dense else DeepSeekMoE(config)
        self.streams = 1 if config.residual == "plain" else config.hc_mult
        self.attn_hc, self.ffn_hc = (
            Residual() if self.streams == 1 else HyperConnection(config, 2 * layer + i) for i in range(2)
        )

    def forward(self, x, cache=None):
        x = self.attn_hc(x, lambda h: self.self_attn(self.input_layernorm(h), cache))
        return self.ffn_hc(x, lambda u: self.mlp(self.post_attention_layernorm(u)))

    def on_one_stream(self, x, cache=None):
        return self(x, cache) if self.streams == 1 else self(spread(x, self.streams), cache).mean(-2)


def spread(x, n):
    """n equal streams (B, T, n, d) of one."""
    return x[..., None, :].expand(*x.shape[:-1], n, x.shape[-1])


class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config, d = config, config.hidden_size
        self.embed_tokens = nn.Embedding(config.vocab_size, d)
        self.layers = nn.ModuleList(Block(config, layer) for layer in range(config.num_hidden_layers))
        self.readout = nn.Identity() if config.residual == "plain" else Readout(config)
        self.norm = RMSNorm(d, config.rms_norm_eps)
        self.lm_head = nn.Linear(d, config.vocab_size, bias=False)
        self.mtp = MTP(config, Block(config, config.num_hidden_layers)) if config.num_nextn_predict_layers else None
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=config.initializer_range)
        if config.tie_word_embeddings:
            self.lm_head.weight = self.embed_tokens.weight

    def hidden(self, tokens, caches=None):
        """States (B, T, d) before the last norm."""
        x = self.embed_tokens(tokens)
        x = x if self.config.residual == "plain" else spread(x, self.config.hc_mult)
        for block, cache in zip(self.layers, caches or [None] * len(self.layers), strict=True):
            x = block(x, cache)
        return self.readout(x)

    def forward(self, tokens, caches=None):
        """Logits (B, T, vocabulary)."""
        return self.lm_head(self.norm(self.hidden(tokens, caches)))

    def new_caches(self):
        return [Cache() for _ in self.layers]

    def loss(self, tokens, targets=None, *, mtp_weight=0.3, balance_weight=1e-4):
        """The loss that is trained, and its parts. tokens (B, T + 2): the last is only a target of MTP. A target of −100 does not count."""
        targets, h = tokens if targets is None else targets, self.hidden(tokens[:, :-2])
        main = cross_entropy(self.lm_head(self.norm(h)).flatten(0, 1), targets[:, 1:-1].flatten())
        total, parts = main, {"loss": main.detach()}
        if self.mtp is not None:
            ahead = self.lm_head(self.mtp(h, self.embed_tokens(tokens[:, 1:-1])))
            parts["mtp"] = cross_entropy(ahead.flatten(0, 1), targets[:, 2:].flatten())
            total = total + mtp_weight * parts["mtp"]
        gates, indexers = self.gates(), [m.self_attn.indexer for m in self.layers if self.config.attention == "dsa"]
        if gates and self.config.balance != "none":
            total = total + balance_weight * sum(gate.loss for gate in gates)
        return (total + sum(indexer.loss for indexer in indexers) if indexers else total), parts

    def gates(self):
        return [module for module in self.modules() if isinstance(module, Gate)]
