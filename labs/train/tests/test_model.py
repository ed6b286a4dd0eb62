"""The model computes what the papers say: cached equals full, absorbed equals rebuilt, routing keeps its limits, gradients are right."""

import itertools

import pytest
import torch

from labs.train import dsa, fp8, mhc, rope
from labs.train.attention import Cache
from labs.train.config import FLAGS
from labs.train.mla import MLA
from labs.train.model import Model
from labs.train.moe import DeepSeekMoE, Gate

TOKENS = 20


def tokens(config, length=TOKENS, batch=2):
    return torch.randint(config.vocab_size, (batch, length), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("attention", "residual"), list(itertools.product(FLAGS["attention"], FLAGS["residual"])))
def test_decoding_with_a_cache_gives_what_the_whole_text_gives(config, attention, residual):
    model, x = Model(config.with_(attention=attention, residual=residual)).eval(), tokens(config)
    caches = model.new_caches()
    pieces = [model(x[:, :7], caches), *(model(x[:, i : i + 1], caches) for i in range(7, TOKENS))]
    torch.testing.assert_close(torch.cat(pieces, dim=1), model(x), rtol=1e-9, atol=1e-9)


def test_no_token_sees_a_later_one(config):
    for attention in FLAGS["attention"]:
        model, x = Model(config.with_(attention=attention)).eval(), tokens(config)
        changed = x.clone()
        changed[:, 12:] = (changed[:, 12:] + 1) % config.vocab_size
        difference = (model(x) - model(changed)).abs().amax(dim=(0, 2))
        assert difference[:12].max() < 1e-9 < difference[12:].min(), attention


def test_absorbed_and_rebuilt_attention_agree(config):
    h = torch.randn(2, TOKENS, config.hidden_size)
    results = []
    for absorb in (True, False):
        torch.manual_seed(2)
        layer, cache = MLA(config), Cache()
        layer.absorb = absorb
        results.append(torch.cat([layer(h[:, i : i + 1], cache) for i in range(TOKENS)], dim=1))
    torch.testing.assert_close(*results, rtol=1e-9, atol=1e-9)


def test_a_token_reaches_its_groups_alone_and_the_bias_leaves_weights_as_they_are(config):
    gate = Gate(config)
    torch.nn.init.normal_(gate.weight)
    u = torch.randn(4, 50, config.hidden_size)
    gate.e_score_correction_bias.normal_()
    chosen, g = gate(u)
    groups = chosen // (config.n_routed_experts // config.n_group)
    assert max(len(set(row.tolist())) for row in groups) <= config.topk_group
    torch.testing.assert_close(g.sum(-1), torch.full((200,), config.routed_scaling_factor))
    s = (u @ gate.weight.mT).sigmoid().flatten(0, 1).gather(1, chosen)
    torch.testing.assert_close(g, config.routed_scaling_factor * s / s.sum(-1, keepdim=True))


def test_the_bias_of_a_busy_expert_falls(config):
    gate = Gate(config)
    gate.load = torch.tensor([9, 1] + [5] * (config.n_routed_experts - 2))
    gate.update_bias(0.1)
    assert gate.e_score_correction_bias[:3].tolist() == [-0.1, 0.1, 0.0]


def test_every_token_passes_its_experts_however_uneven_the_load(config):
    moe = DeepSeekMoE(config.with_(n_group=1, topk_group=1))
    for parameter in moe.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    moe.gate.e_score_correction_bias[3] = 5.0  # every token goes to expert 3
    u = torch.randn(1, 30, config.hidden_size)
    chosen, g = moe.gate(u)
    assert (chosen == 3).any(-1).all()
    expected = moe.shared_experts(u)[0]
    for t in range(30):
        for expert, weight in zip(chosen[t], g[t], strict=True):
            gate, up = (moe.experts.gate_up_proj[expert] @ u[0, t]).chunk(2)
            expected[t] = expected[t] + weight * (moe.experts.down_proj[expert] @ (torch.nn.functional.silu(gate) * up))
    torch.testing.assert_close(moe(u)[0], expected)


def test_the_balance_loss_is_one_where_the_load_is_even_and_more_where_it_is_not(config):
    gate = Gate(config)
    N, K = config.n_routed_experts, config.num_experts_per_tok
    even = torch.full((1, 8, N), 0.1)
    even[0, torch.arange(8).repeat_interleave(K), torch.arange(8 * K) % N] = 0.9
    assert gate._balance_loss(even) == pytest.approx(1.0)
    skewed = torch.full((1, 8, N), 0.1)
    skewed[..., :K] = 0.9
    P = 0.9 / (K * 0.9 + (N - K) * 0.1)
    assert gate._balance_loss(skewed) == pytest.approx(N * P)


def test_the_balance_loss_counts_by_score_alone(config):
    gate, u = Gate(config), torch.randn(2, 30, config.hidden_size)
    torch.nn.init.normal_(gate.weight)
    losses = []
    for bias in (0.0, 5.0):
        gate.e_score_correction_bias[3] = bias  # every token goes to expert 3
        gate(u)
        losses.append(float(gate.loss.detach()))
    assert gate.load[3] == 60
    assert losses[0] == losses[1]


def test_a_common_shift_of_all_biases_changes_no_choice(config):
    """It would, were experts of other groups ranked at 0 and not at −∞."""
    gate, u = Gate(config), torch.randn(2, 30, config.hidden_size)
    torch.nn.init.normal_(gate.weight)
    gate.e_score_correction_bias.normal_(std=0.1)
    choices = []
    for _ in range(2):
        choices.append(gate(u)[0].sort(-1).values)
        gate.e_score_correction_bias -= 2
    assert torch.equal(*choices)


@pytest.mark.parametrize(
    "changes",
    [{"attention": name} for name in FLAGS["attention"]]
    + [{"residual": "mhc"}, {"residual": "hc"}, {"feed_forward": "dense"}],
)
def test_gradients_agree_with_finite_differences(config, changes):
    """Along a random direction in all weights at once. DSA's choice and KL term have no gradient into the main model, so only its main loss is held."""
    model = Model(config.with_(balance="none", index_topk=TOKENS, **changes)).eval()
    x = tokens(config)
    names, parameters = zip(*((n, p) for n, p in model.named_parameters() if "indexer" not in n), strict=True)
    direction = [torch.randn_like(p) * 1e-2 for p in parameters]
    gradient = torch.autograd.grad(model.loss(x)[0], parameters)
    along = float(sum((g * v).sum() for g, v in zip(gradient, direction, strict=True)))

    def loss_at(step):
        with torch.no_grad():
            for p, v in zip(parameters, direction, strict=True):
                p.add_(v, alpha=step)
            value = float(model.loss(x)[0])
            for p, v in zip(parameters, direction, strict=True):
                p.sub_(v, alpha=step)
        return value

    step = 1e-6
    assert along == pytest.approx((loss_at(step) - loss_at(-step)) / (2 * step), rel=1e-4), names


def test_the_indexer_learns_what_attention_reads(config):
    model = Model(config.with_(attention="dsa", index_topk=TOKENS)).train()
    x = tokens(config, batch=4)
    indexer = model.layers[1].self_attn.indexer
    optimizer = torch.optim.Adam(indexer.parameters(), lr=2e-2)
    losses = []
    for _ in range(30):
        model.loss(x)
        losses.append(float(indexer.loss.detach()))
        optimizer.zero_grad()
        indexer.loss.backward()
        optimizer.step()
    assert losses[-1] < losses[0] / 2


def test_a_query_reads_no_more_tokens_than_topk(config):
    indexer = dsa.Indexer(config.with_(attention="dsa"))
    scores, mask = torch.randn(2, TOKENS, TOKENS), torch.ones(TOKENS, TOKENS, dtype=torch.bool).tril()
    read = indexer.selected(scores, mask)[:, 0].sum(-1)
    assert (read == torch.arange(1, TOKENS + 1).clamp(max=config.index_topk)).all()


def test_mixing_matrices_of_mhc_are_doubly_stochastic_and_those_of_hc_are_not_held_to_it(config):
    X = torch.randn(2, 5, config.hc_mult, config.hidden_size)
    for kind in ("mhc", "hc"):
        connection = mhc.HyperConnection(config.with_(residual=kind))
        torch.nn.init.normal_(connection.fn)
        torch.nn.init.constant_(connection.scale, 0.02)
        B = connection.mappings(X)[1]
        stochastic = (B.sum(-1) - 1).abs().max() < 1e-6 and (B.sum(-2) - 1).abs().max() < 1e-2 and bool((B >= 0).all())
        assert bool(stochastic) == (kind == "mhc")


@pytest.mark.parametrize("kind", ["hc", "mhc"])
def test_hyper_connections_begin_as_the_plain_residual(config, kind):
    plain = Model(config)
    model = Model(config.with_(residual=kind))
    model.load_state_dict(plain.state_dict(), strict=False)
    for module in model.modules():
        if hasattr(module, "scale") and isinstance(module.scale, torch.nn.Parameter):
            torch.nn.init.zeros_(module.scale)
    x = tokens(config)
    torch.testing.assert_close(model(x), plain(x), rtol=1e-6, atol=1e-6)


def test_fp8_rounds_to_e4m3_with_a_scale_for_each_tile():
    x = torch.randn(6, 40, dtype=torch.float32)
    x[0, 0] = 1e6
    for columns in (8, 0):
        y = fp8.quantise(x, 1, columns)
        small = x[0, 8:]
        error = float((y[0, 8:] - small).norm() / small.norm())
        assert (error < 0.04) == (columns == 8), error  # with one scale, the outlier leaves no digits for its row
    assert torch.equal(fp8.quantise(x, 1, 8), fp8.quantise(fp8.quantise(x, 1, 8), 1, 8))


def test_products_in_fp8_differentiate_through_the_rounding():
    x, w = (torch.randn(shape, dtype=torch.float32, requires_grad=True) for shape in ((24, 40), (16, 40)))
    fp8.product(x, w, "fp8-tiles", 8).square().sum().backward()
    rounded = [x.grad, w.grad]
    x.grad = w.grad = None
    (x @ w.mT).square().sum().backward()
    for ours, exact in zip(rounded, (x.grad, w.grad), strict=True):
        assert 0 < float((ours - exact).norm() / exact.norm()) < 0.1


def test_yarn_leaves_fast_pairs_and_stretches_slow_ones():
    plain, stretched = rope.angles(64, 1e4), rope.angles(64, 1e4, factor=8, original=4096)
    torch.testing.assert_close(stretched[:8], plain[:8])
    torch.testing.assert_close(stretched[-4:], plain[-4:] / 8)
