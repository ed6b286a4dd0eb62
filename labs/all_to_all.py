"""Traffic of expert parallelism with and without a limit on nodes. deepseek-v3 §2.1.2, §3.2.2."""

import numpy as np


def copies(chosen, n_nodes):
    """Nodes that each token has to be sent to, (T). chosen (T, N_r) marks its experts, which lie on the nodes in order.

    A token crosses the network once for a node and is passed on inside it, so copies count nodes and not experts.
    """
    T, N = chosen.shape
    return chosen.reshape(T, n_nodes, N // n_nodes).any(axis=-1).sum(axis=-1)


def expected_copies(N, K, n_nodes):
    """Mean of `copies` without a limit, if the K experts were drawn at random from N: n_nodes (1 - C(N-N/n, K) / C(N, K))."""
    others = N - N // n_nodes
    missed = np.prod([(others - k) / (N - k) for k in range(K)])
    return n_nodes * (1 - missed)


if __name__ == "__main__":
    from labs.router import largest, reachable

    rng = np.random.default_rng(0)
    scores = rng.random((4096, 256))
    free = copies(largest(scores, 8), 8)
    limited = copies(largest(np.where(reachable(scores, 8, 4), scores, -np.inf), 8), 8)
    print(f"8 of 256 experts on 8 nodes: {free.mean():.2f} nodes a token (by chance {expected_copies(256, 8, 8):.2f})")
    print(f"with at most 4 nodes: {limited.mean():.2f}, never more than {limited.max()}")
