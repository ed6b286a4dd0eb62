"""Learning-rate schedules as shares of the peak, over the share x of the tokens seen. deepseek-llm §2.3; wsd eq. 1."""

import numpy as np


def multi_step(x, drops, factor):
    """1, then multiplied with `factor` at each share in `drops`."""
    return factor ** np.searchsorted(np.asarray(drops), x, side="left")


def cosine(x, floor):
    """From 1 along half a cosine down to `floor`."""
    return floor + (1 - floor) * (1 + np.cos(np.pi * x)) / 2


def warmup_stable_decay(x, warm, stable, floor):
    """Up in a line until `warm`, constant until `stable`, then half a cosine down to `floor`."""
    decay = cosine(np.clip((x - stable) / (1 - stable), 0, 1), floor)
    return np.where(x < warm, x / warm, np.where(x < stable, 1.0, decay))


if __name__ == "__main__":
    for x in (0.0, 0.01, 0.5, 0.79, 0.81, 0.91, 1.0):
        steps, wsd = multi_step(x, [0.8, 0.9], 0.316), warmup_stable_decay(np.array(x), 0.01, 0.8, 0.1)
        print(
            f"after {100 * x:3.0f}%: multi-step {steps:.3f}, cosine {cosine(x, 0.1):.3f}, warm-up, stable, decay {wsd:.3f}"
        )
