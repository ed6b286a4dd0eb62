"""RMSNorm, Swish and softmax, which the other labs share. rmsnorm §4; swiglu §2."""

import numpy as np


def rms_norm(a, g=1.0, eps=1e-6):
    """Divide each vector a (…, n) by its root mean square; g (n) is a learned gain."""
    return a / np.sqrt(np.mean(a**2, axis=-1, keepdims=True) + eps) * g


def softmax(z, axis=-1):
    """Turn scores into positive weights with sum 1. Minus infinity gives 0."""
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def sigmoid(x):
    """1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def swiglu(x, W, V, W2):
    """Feed-forward network of x (T, d): W and V (d, f) widen, Swish of one gates the other, W2 (f, d) narrows."""
    gate = x @ W
    return (gate * sigmoid(gate) * (x @ V)) @ W2


if __name__ == "__main__":
    x = np.array([3.0, -4.0, 0.0, 5.0])
    print("RMSNorm", np.round(rms_norm(x), 3), "with mean square", np.round(np.mean(rms_norm(x) ** 2), 6))
    print("softmax", np.round(softmax(x), 4), "- of ten times the scores", np.round(softmax(10 * x), 4))
    print("sigmoid", np.round(sigmoid(x), 4))
