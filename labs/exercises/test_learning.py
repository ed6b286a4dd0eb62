import numpy as np
from labs import adam, grpo, kl, policy_gradient, ppo, sampling
from labs.norm import softmax


def test_the_gradient_of_cross_entropy():
    rng = np.random.default_rng(0)
    logits, tokens = rng.normal(size=(3, 5)), np.array([1, 4, 4])
    found = sampling.cross_entropy_gradient(logits, tokens)
    for place in ((0, 1), (2, 3)):
        nudge = np.zeros_like(logits)
        nudge[place] = 1e-6
        up, down = (sampling.cross_entropy(logits + s * nudge, tokens) for s in (1, -1))
        assert np.isclose(found[place], (up - down) / 2e-6, atol=1e-7)


def test_adamw_divides_by_the_gradients_own_size():
    w, _, _ = adam.adamw(np.ones(2), np.array([0.001, 100.0]), np.zeros(2), np.zeros(2), 1, lr=0.01, decay=0.0)
    assert np.allclose(w, 0.99, atol=1e-5), "the first step is as long in every direction"
    decayed, _, _ = adam.adamw(np.ones(2), np.zeros(2), np.zeros(2), np.zeros(2), 1, lr=0.01, decay=0.5)
    assert np.allclose(decayed, 1 - 0.01 * 0.5), "weights shrink by themselves, not through the gradient"


def test_the_exact_policy_gradient():
    logits, reward = np.array([0.3, -1.0, 0.5]), np.array([1.0, 0.0, 2.0])
    found = policy_gradient.exact_gradient(logits, reward)
    for i in range(3):
        nudge = np.eye(3)[i] * 1e-6
        up, down = (softmax(logits + s * nudge) @ reward for s in (1, -1))
        assert np.isclose(found[i], (up - down) / 2e-6)


def test_advantages_of_a_group():
    A = grpo.advantages(np.array([[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]))
    assert np.allclose(A[0], [3**0.5, -(3**-0.5), -(3**-0.5), -(3**-0.5)])
    assert np.allclose(A[1], 0), "equal rewards teach nothing"


def test_the_clip_for_both_signs():
    rho = np.array([0.5, 1.0, 1.5])
    assert np.allclose(grpo.clipped(rho, 1.0, 0.2), [0.5, 1.0, 1.2])
    assert np.allclose(grpo.clipped(rho, -1.0, 0.2), [-0.8, -1.0, -1.5])


def test_generalised_advantages():
    r, V = np.array([0.0, 0.0, 1.0]), np.array([0.2, 0.4, 0.6])
    assert np.allclose(ppo.generalised_advantage(r, V, 1.0, 0.0), [0.2, 0.2, 0.4]), "λ = 0: one step ahead"
    assert np.allclose(ppo.generalised_advantage(r, V, 1.0, 1.0), 1 - V), "λ = 1: all that came, less the guess"


def test_three_estimates_of_a_divergence():
    rng = np.random.default_rng(1)
    p, q = softmax(rng.normal(size=(2, 5)))
    x = rng.choice(5, size=300_000, p=p)
    k1, _, k3 = kl.estimates(np.log(p[x]), np.log(q[x]))
    assert np.isclose(k1.mean(), np.sum(p * np.log(p / q)), rtol=0.03)
    assert np.isclose(k3.mean(), np.sum(p * np.log(p / q)), rtol=0.03)
    assert (k3 >= 0).all()
    assert k3.std() < k1.std()
