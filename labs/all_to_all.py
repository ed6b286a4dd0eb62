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
