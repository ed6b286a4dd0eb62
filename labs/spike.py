"""A jump of the loss: is it the batch or the weights, and which sample? What to try before one rolls back, as in deepseek-v4 §4.2.3."""

import numpy as np

from labs.adam import adamw
from labs.norm import softmax

D, H, CLASSES, SIZE = 16, 32, 4, 32
STEPS, TORN = 60, (37, 21)  # the sample that was read wrongly: its step, and its place in the batch


def step_batch(step, torn=None):
    """Inputs (32, 16) and classes (32) of a step: of the step alone, so that a run can be repeated."""
    rng = np.random.default_rng((step, 7))
    x = rng.standard_normal((SIZE, D))
    y = np.argmax(x[:, :CLASSES] + 0.3 * rng.standard_normal((SIZE, CLASSES)), axis=1)
    if torn and step == torn[0]:
        x[torn[1]], y[torn[1]] = 60 * x[torn[1]], (y[torn[1]] + 1) % CLASSES
    return x, y


def loss_and_gradient(w, x, y):
    """Mean cross-entropy of a network with one hidden layer, and its gradient; w is both matrices in one vector."""
    a, b = w[: D * H].reshape(D, H), w[D * H :].reshape(H, CLASSES)
    h = np.maximum(x @ a, 0)
    p = softmax(h @ b)
    loss = -np.log(p[np.arange(len(y)), y] + 1e-30).mean()
    g = (p - np.eye(CLASSES)[y]) / len(y)
    return loss, np.concatenate([(x.T @ (g @ b.T * (h > 0))).ravel(), (h.T @ g).ravel()])


def train(torn=None, jumped=None, clip=np.inf, skip=(), lr=0.01):
    """Loss and length of the gradient before each step, and the weights before it. A `jumped` step has a hundred times the rate."""
    w = 0.3 * np.random.default_rng(0).standard_normal((D + CLASSES) * H)
    m, v, log, kept = np.zeros_like(w), np.zeros_like(w), [], []
    for step in range(STEPS):
        loss, g = loss_and_gradient(w, *step_batch(step, torn))
        log.append((loss, length := np.linalg.norm(g)))
        kept.append(w)
        if step not in skip:
            rate = 100 * lr if step == jumped else lr
            w, m, v = adamw(w, g * min(1, clip / length), m, v, step + 1, rate, decay=0.0)
    return np.array(log), kept


def exchange_gradients(kept, step, torn=None, back=10):
    """Lengths of the gradient (2, 2): weights of the step and of earlier, each with its batch and with the one of earlier."""
    two = (step, step - back)
    return np.array([[np.linalg.norm(loss_and_gradient(kept[s], *step_batch(b, torn))[1]) for b in two] for s in two])


def find_sample(w, x, y):
    """Place of the sample with the longest gradient: the half with the longer one is halved again."""
    places = np.arange(len(y))
    while len(places) > 1:
        halves = np.array_split(places, 2)
        places = max(halves, key=lambda half: np.linalg.norm(loss_and_gradient(w, x[half], y[half])[1]))
    return places[0]


def remedy_costs():
    """By remedy, the last loss on batches that no run has seen, and how many steps earlier a sound run was there."""
    unseen = [step_batch(10_000 + i) for i in range(30)]
    losses = lambda kept: np.array([np.mean([loss_and_gradient(w, *one)[0] for one in unseen]) for w in kept])  # noqa: E731
    sound, remedies = losses(train()[1]), {"as it was": {}, "clipped": {"clip": 1.0}, "skipped": {"skip": TORN[:1]}}
    ends = {name: losses(train(torn=TORN, **mend)[1])[-1] for name, mend in remedies.items()}
    return {name: (end, STEPS - 1 - int(np.argmax(sound <= end))) for name, end in ends.items()}


if __name__ == "__main__":
    for name, slip in {"torn sample": {"torn": TORN}, "slip in the rate": {"jumped": TORN[0]}}.items():
        log, kept = train(**slip)
        step, torn = int(log[1:, 1].argmax()) + 1, slip.get("torn")
        print(f"{name} at step {TORN[0]}: longest gradient at step {step}, {log[step, 1]:.1f}")
        for when, row in zip(("then", "ten steps before"), exchange_gradients(kept, step, torn).round(2), strict=True):
            print(f"  weights of {when}: gradient {row[0]} on the batch of then, {row[1]} on the other")
        print("  sample with the longest gradient, by halves:", find_sample(kept[step], *step_batch(step, torn)))
    for name, (loss, late) in remedy_costs().items():
        print(f"torn sample, {name}: loss held back {loss:.3f} at the end; steps late: {late}")
