"""Held against Hugging Face transformers' DeepseekV3 on random weights, and against the catalogue's formulas, to the digit."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from labs.train.config import Config
from labs.train.generate import cache_formula
from labs.train.model import Model

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "hooks"))

from catalogue.attention import kind_of  # noqa: E402
from catalogue.derive.expression import architecture_names, evaluate_formula, held_formulas  # noqa: E402
from catalogue.derive.parameters import (  # noqa: E402
    mtp_weights,
    parameter_formulas,
    recount_sizes,
)
from catalogue.load import load_catalogue  # noqa: E402
from catalogue.schema.architecture import Attention, FeedForward  # noqa: E402

_SAME = (
    *("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "q_lora_rank", "kv_lora_rank"),
    *(
        "qk_nope_head_dim",
        "qk_rope_head_dim",
        "v_head_dim",
        "intermediate_size",
        "moe_intermediate_size",
        "n_routed_experts",
    ),
    *(
        "num_experts_per_tok",
        "n_shared_experts",
        "first_k_dense_replace",
        "n_group",
        "topk_group",
        "routed_scaling_factor",
    ),
)


@pytest.fixture(params=[0.0, -1.0], ids=["biases around 0", "biases around -1"])
def pair(config, request):
    """Our model and theirs, with the same random weights, in single precision: their experts know no other.

    With negative biases a group that is masked with 0 is chosen before the others, as in transformers before 5.6.
    """
    torch.set_default_dtype(torch.float32)
    transformers = pytest.importorskip("transformers")
    ours = Model(config.with_(num_nextn_predict_layers=0)).eval()
    for gate in ours.gates():
        gate.e_score_correction_bias.normal_(mean=request.param, std=0.1)
    settings = {name: getattr(config, name) for name in _SAME}
    theirs = transformers.DeepseekV3ForCausalLM(
        transformers.DeepseekV3Config(
            **settings, num_key_value_heads=config.num_attention_heads, attn_implementation="eager"
        )
    ).eval()
    theirs.load_state_dict({their_name(name): value for name, value in ours.state_dict().items()})
    return ours, theirs


def their_name(name):
    return name if name.startswith("lm_head") else f"model.{name}"


def relative(ours, theirs):
    return float((ours - theirs).abs().max() / theirs.abs().max())


def test_logits_and_gradients_agree_with_transformers(pair, config):
    ours, theirs = pair
    x = torch.randint(config.vocab_size, (2, 40))
    a, b = ours(x), theirs(x, use_cache=False).logits
    assert relative(a, b) < 1e-5
    a.square().mean().backward()
    b.square().mean().backward()
    gradients = {name: p.grad for name, p in theirs.named_parameters()}
    for name, p in ours.named_parameters():
        assert relative(p.grad, gradients[their_name(name)]) < 1e-5, name


def test_attention_experts_and_gate_agree_with_transformers(pair, config):
    ours, theirs = (model.layers[1] for model in (pair[0], pair[1].model))
    h = torch.randn(2, 30, config.hidden_size)
    position = pair[1].model.rotary_emb(h, torch.arange(30)[None])
    mask = torch.full((30, 30), -torch.inf).triu(1)[None, None]
    assert relative(ours.self_attn(h), theirs.self_attn(h, position, mask)[0]) < 1e-5
    assert relative(ours.mlp(h), theirs.mlp(h)) < 1e-5
    chosen, g = ours.mlp.gate(h)
    _, weights, indices = theirs.mlp.gate(h)
    sparse = lambda index, value: torch.zeros(60, config.n_routed_experts).scatter(1, index, value)  # noqa: E731
    assert relative(sparse(chosen, g), sparse(indices, weights)) < 1e-5
    assert relative(ours(h), theirs(h, attention_mask=mask, position_embeddings=position)) < 1e-5


def as_architecture(config):
    """The configuration in the form that the catalogue's formulas read."""
    kinds = {"mha": "MHA", "gqa": "GQA", "mqa": "MQA", "mla": "MLA", "dsa": "MLA"}
    names = [
        "num_hidden_layers",
        "hidden_size",
        "vocab_size",
        "num_attention_heads",
        "first_k_dense_replace",
        "intermediate_size",
        "moe_intermediate_size",
    ]
    names += ["n_routed_experts", "num_experts_per_tok", "n_shared_experts", "num_nextn_predict_layers"]
    names += {"mla": [], "dsa": ["index_n_heads", "index_head_dim"]}.get(config.attention, ["head_dim"])
    names += (
        ["q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"]
        if config.attention in ("mla", "dsa")
        else []
    )
    names += ["hc_mult"] if config.residual == "mhc" else []
    numbers = {name: getattr(config, name) for name in names}
    numbers["num_key_value_heads"] = {"gqa": config.num_key_value_heads, "mqa": 1}.get(
        config.attention, config.num_attention_heads
    )
    moe = config.num_hidden_layers - config.first_k_dense_replace
    numbers |= {"moe_layers": moe, "dense_layers": config.first_k_dense_replace}
    stated = lambda value: SimpleNamespace(value=value)  # noqa: E731
    flags = {
        "attention": Attention(kinds[config.attention]),
        "feed_forward": FeedForward("DeepSeekMoE" if config.feed_forward == "moe" else "dense"),
        "tie_word_embeddings": config.tie_word_embeddings,
        "topk_method": "noaux_tc",
        "attention_bias": False,
        "qkv_bias": False,
        "qk_norm": False,
    }
    return SimpleNamespace(**{name: stated(value) for name, value in flags.items()}), numbers


def count(module):
    return sum(p.numel() for p in module.parameters()) + sum(b.numel() for b in module.buffers())


@pytest.mark.parametrize(
    "changes",
    [
        *({"attention": a} for a in ("mha", "gqa", "mqa", "mla", "dsa")),
        {"feed_forward": "dense"},
        {"residual": "mhc"},
        {"tie_word_embeddings": True},
    ],
)
def test_parameters_and_cache_agree_with_the_catalogues_formulas(config, changes):
    config = config.with_(**changes)
    model = Model(config)
    architecture, numbers = as_architecture(config)
    expected = {
        name: formulas_term(formula, numbers) for name, formula in parameter_formulas(architecture, numbers).items()
    }
    apart = count(model.mtp)
    assert count(model) - apart == sum(expected.values()), expected
    if config.feed_forward == "moe" and config.residual == "plain":
        assert apart == mtp_weights(architecture, parameter_formulas(architecture, numbers), numbers).value
    kept = held_formulas(kind_of(architecture).cache, architecture_names(architecture, numbers))
    assert cache_formula(config) == formulas_term(kept["kv_cache"], numbers)
    caches = model.eval().new_caches()
    model(torch.randint(config.vocab_size, (1, 9)), caches)
    assert sum(cache.elements() for cache in caches) == 9 * cache_formula(config)


def formulas_term(formula, numbers):
    return evaluate_formula("", formula, numbers).value


def test_with_the_dimensions_of_deepseek_v3_the_model_has_its_parameters():
    """Built without weights, from the catalogue's entry: 671 billion, to the digit, and the MTP module beside them."""
    architecture = load_catalogue(ROOT / "data").entries["deepseek-v3-base"].architecture
    found = {name: getattr(architecture, name).value for name in _SAME if name != "routed_scaling_factor"}
    with torch.device("meta"):
        model = Model(Config(**found, num_nextn_predict_layers=1))
    counted = recount_sizes(architecture)
    assert count(model) - count(model.mtp) == counted.total
    assert count(model.mtp) == counted.mtp.value
