"""Failures by name, and what is logged of a run beside its loss."""

import torch

from labs.train.experiments.record import experiment

FAILURES = {}
POINTS = 60  # of a curve: a spike is to be seen
SHORTEST = 1e-30  # what a share of nothing stands as in a logarithm


def failure(name):
    """Registers a function of a Run as the failure of this name. One seed: what is looked at is large."""
    return experiment(name, seeds=1, among=FAILURES)


def evenness(p):
    """Entropy of shares p (…, n), 1 where all are equal."""
    n = torch.tensor(float(p.shape[-1]))
    return -(p * p.clamp(min=SHORTEST).log()).sum(-1) / n.log()


class Watch:
    """Reads off a model what the trainer does not log: the load of the experts, what the router is sure of, and how far attention looks."""

    def __init__(self, model):
        self.gates, self.scores = model.gates(), {}
        self.attention = [block.self_attn for block in model.layers]
        for layer in self.attention:
            layer.keep = True
        for i, gate in enumerate(self.gates):
            gate.register_forward_hook(
                lambda gate, u, _y, i=i: self.scores.update({i: (u[0].detach() @ gate.weight.detach().mT).sigmoid()})
            )

    def read(self):
        mean = lambda values: sum(map(float, values)) / len(values)  # noqa: E731
        seen = [layer.seen for layer in self.attention]
        found = {
            "attention_entropy": mean([evenness(p[:, :, -1]).mean() for p in seen]),
            "largest_attention": mean([p[:, :, p.shape[-1] // 2 :].amax(-1).mean() for p in seen]),
        }
        if self.gates:
            loads = [gate.load / gate.load.sum() for gate in self.gates]
            s = [score / score.sum(-1, keepdim=True) for score in self.scores.values()]
            found |= {
                "load_entropy": mean([evenness(load) for load in loads]),
                "idle_experts": sum(int((load == 0).sum()) for load in loads),
                "router_entropy": mean([evenness(p).mean() for p in s]),
            }
        return found
