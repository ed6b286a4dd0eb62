"""AdamW, and Muon for the matrices inside the layers. deepseek-v4 §2.4, Algorithm 1; muon-scalable §2.2."""

import torch

COARSE, EXACT = (3.4445, -4.7750, 2.0315), (2.0, -1.5, 0.5)


def newton_schulz(G, coarse=8, exact=2):
    """Matrices (…, n, m) with the singular vectors of G and singular values near 1."""
    M = G.mT if G.shape[-2] > G.shape[-1] else G
    M = M / M.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-12)
    for a, b, c in [COARSE] * coarse + [EXACT] * exact:
        S = M @ M.mT
        M = a * M + (b * S + c * S @ S) @ M
    return M.mT if G.shape[-2] > G.shape[-1] else M


class Muon(torch.optim.Optimizer):
    """γ √max(n, m) gives an update the size of a usual AdamW step, so that both take the same learning rate."""

    def __init__(self, parameters, lr, mu=0.95, gamma=0.18, weight_decay=0.1):
        super().__init__(parameters, {"lr": lr, "mu": mu, "gamma": gamma, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            mu, same = group["mu"], {}
            for p in group["params"]:
                if p.grad is not None:
                    M = self.state[p].setdefault("momentum", torch.zeros_like(p))
                    M.mul_(mu).add_(p.grad)
                    same.setdefault(p.shape[-2:], []).append((p, p.grad + mu * M))  # Nesterov
            for shape, pairs in same.items():  # matrices of one shape are made orthogonal together
                stacks = [G.view(-1, *shape) for _, G in pairs]
                made = newton_schulz(torch.cat(stacks)).split([len(stack) for stack in stacks])
                for (p, _), U in zip(pairs, made, strict=True):
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.add_(U.view_as(p), alpha=-group["lr"] * group["gamma"] * max(shape) ** 0.5)


OPTIMIZERS = ("adamw", "muon")


def optimizers(model, kind, lr, weight_decay=0.1):
    """AdamW as in deepseek-v3 §4.2 for everything, or Muon for the matrices and AdamW for embedding, head, norms, and of mHC the static biases
    and gates, as in deepseek-v4 §2.4; so the router's matrix and mHC's `fn` are Muon's."""
    if kind not in OPTIMIZERS:
        raise ValueError(f"{kind} is none of {OPTIMIZERS}")
    by_muon = [p for n, p in model.named_parameters() if kind == "muon" and p.dim() > 1 and not n.endswith(_BY_ADAMW)]
    others = [p for p in model.parameters() if not any(p is q for q in by_muon)]
    groups = [
        {"params": [p for p in others if p.dim() > 1], "weight_decay": weight_decay},
        {"params": [p for p in others if p.dim() < 2], "weight_decay": 0.0},
    ]
    made = [torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.95), foreach=True)]
    return [*made, Muon(by_muon, lr, weight_decay=weight_decay)] if by_muon else made


_BY_ADAMW = ("embed_tokens.weight", "lm_head.weight")
