"""mla.absorbed: deepseek-v2 eq. 9, 37 to 47, App. C. Nothing but this function need be written to pass."""

import numpy as np
import pytest
from labs import mla

T, d, d_c, d_q, n_h, d_h, d_r = 4, 9, 5, 6, 3, 7, 4


@pytest.fixture
def given(monkeypatch):
    """h, w and θ. `rotate` is an exercise of its own, so the test brings one: complex numbers, turned."""

    def rotate(x, m, theta):
        turned = x.view(complex) * np.exp(1j * np.multiply.outer(m, theta)).reshape(len(m), *[1] * (x.ndim - 2), -1)
        return turned.view(float)

    monkeypatch.setattr(mla, "rotate", rotate)
    rng = np.random.default_rng(2)
    shapes = {"W_DKV": (d, d_c), "W_UK": (d_c, n_h, d_h), "W_UV": (d_c, n_h, d_h), "W_KR": (d, d_r)}
    shapes |= {"W_DQ": (d, d_q), "W_UQ": (d_q, n_h, d_h), "W_QR": (d_q, n_h, d_r), "W_O": (n_h, d_h, d)}
    w = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return rng.normal(size=(T, d)), w, np.array([1.0, 0.2])


def one_by_one(h, w, theta):
    """Keys and values are made again for every head and token, and the scores summed number by number."""
    (c, k_r), (q_c, q_r), out = mla.compress(h, w, theta), mla.queries(h, w, theta), np.zeros((T, d))
    for t in range(T):
        for i in range(n_h):
            keys, values = c @ w["W_UK"][:, i], c @ w["W_UV"][:, i]
            scores = [(q_c[t, i] @ keys[j] + q_r[t, i] @ k_r[j]) / (d_h + d_r) ** 0.5 for j in range(t + 1)]
            weights = np.exp(scores) / np.exp(scores).sum()
            out[t] += sum(weight * value for weight, value in zip(weights, values, strict=False)) @ w["W_O"][i]
    return out


def test_it_gives_what_rebuilt_keys_and_values_give(given):
    message = "rows are tokens; is row 0 right and the rest wrong, look at scores, scale and mask"
    np.testing.assert_allclose(mla.absorbed(*given), one_by_one(*given), rtol=1e-6, err_msg=message)


def test_keys_and_values_are_not_made_again(given, monkeypatch):
    def called(*_):
        raise AssertionError("`attend` or `rebuilt` is called: absorbed attention reads the latents themselves")

    for name in ("attend", "rebuilt"):
        monkeypatch.setattr(mla, name, called)
    np.testing.assert_equal(np.shape(mla.absorbed(*given)), (T, d), err_msg="one row of d numbers for a token")
