import numpy as np
from labs import balance, router


def test_gates_are_scores_of_the_chosen_and_add_up():
    rng = np.random.default_rng(0)
    u, e = rng.normal(size=(40, 16)), rng.normal(size=(32, 16)) / 4
    g = router.route(u, e, np.zeros(32), K=4, scale=2.5)
    assert ((g > 0).sum(axis=1) == 4).all()
    assert np.allclose(g.sum(axis=1), 2.5)
    s = 1 / (1 + np.exp(-u @ e.T))
    assert (np.where(g > 0, s, 1).min(axis=1) >= np.where(g > 0, 0, s).max(axis=1)).all(), "the best are chosen"


def test_the_bias_chooses_and_stays_out_of_the_gate():
    rng = np.random.default_rng(1)
    u, e = rng.normal(size=(30, 8)), rng.normal(size=(16, 8))
    plain, favoured = router.route(u, e, np.zeros(16), K=2), router.route(u, e, np.eye(16)[5] * 10, K=2)
    assert (favoured[:, 5] > 0).all()
    already = plain[:, 5] > 0
    assert np.allclose(favoured[already], plain[already]), "where it was chosen anyway, nothing changes"


def test_a_token_reaches_few_groups():
    rng = np.random.default_rng(2)
    g = router.route(rng.normal(size=(60, 8)), rng.normal(size=(64, 8)), np.zeros(64), K=8, n_group=8, topk_group=3)
    assert ((g > 0).reshape(60, 8, 8).any(axis=2).sum(axis=1) <= 3).all()


def test_the_bias_follows_the_load():
    chosen = np.zeros((10, 4), bool)
    chosen[:, 0], chosen[:5, 1], chosen[:5, 2] = True, True, True
    assert np.allclose(balance.update(np.zeros(4), chosen, u=0.01), [-0.01, 0, 0, 0.01])
