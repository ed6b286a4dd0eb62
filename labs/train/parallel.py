"""Several processes train one model: each reads its part of a batch, and each holds its part of the experts. Started by torchrun.

Every layer's tokens are gathered on all processes, each process adds what its experts say, and the sums are shared out again; DeepSeek sends a
token to its experts alone (all-to-all), which moves fewer bytes and computes the same. What is not divided is on every process, with the
mean of its gradients. Losses are means of the processes' means, so all batches have as many counted targets.
"""

import os

import torch
from torch import distributed
from torch.distributed.nn.functional import all_gather, all_reduce

from labs.train.moe import Experts


def start():
    """Joins the processes that torchrun started; does nothing without it. NCCL on GPUs, gloo on processors."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1 and not distributed.is_initialized():
        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    return rank(), size()


def leave():
    """Waits for the other processes; one that ended earlier would take its connection from those still at work."""
    if distributed.is_initialized():
        distributed.barrier()
        distributed.destroy_process_group()


def size():
    return distributed.get_world_size() if distributed.is_initialized() else 1


def rank():
    return distributed.get_rank() if distributed.is_initialized() else 0


def own(x):
    """This process's part of the rows of x."""
    if x.shape[0] % size():
        raise SystemExit(f"{x.shape[0]} cannot be divided among {size()} processes")
    return x.chunk(size())[rank()]


class DividedExperts(Experts):
    """Experts of which this process holds those from `first` on."""

    def forward(self, u, chosen, g):
        u, chosen, g = (
            torch.cat(all_gather(x.contiguous())) if x.is_floating_point() else _gathered(x) for x in (u, chosen, g)
        )
        return own(all_reduce(super().forward(u, chosen, g)))


def _gathered(x):
    parts = [torch.empty_like(x) for _ in range(size())]
    distributed.all_gather(parts, x.contiguous())
    return torch.cat(parts)


def divide(model):
    """Leaves each process its part of every layer's experts; the model must be the same on all."""
    for experts in _experts(model):
        for name in ("gate_up_proj", "down_proj"):
            setattr(experts, name, torch.nn.Parameter(own(getattr(experts, name).data).clone()))
        experts.first, experts.__class__ = rank() * len(experts.down_proj), DividedExperts
    return model


def unite(model):
    """The opposite: all experts on every process."""
    for experts in _experts(model):
        for name in ("gate_up_proj", "down_proj"):
            setattr(experts, name, torch.nn.Parameter(_gathered(getattr(experts, name).data)))
        experts.first, experts.__class__ = 0, Experts
    return model


def _experts(model):
    return [module for module in model.modules() if isinstance(module, Experts)]


def average_gradients(model):
    """The gradient of the mean of all processes' losses. An expert has it already as a sum, since its tokens came from all of them."""
    divided = {id(p) for experts in _experts(model) for p in experts.parameters()}
    for p in model.parameters():
        if p.grad is not None:
            if id(p) not in divided:
                distributed.all_reduce(p.grad)
            p.grad /= size()


def norm(parameters, model):
    """Length of the whole gradient, of which the parts for experts lie on different processes."""
    divided = {id(p) for experts in _experts(model) for p in experts.parameters()}

    def square(some):
        return sum(
            (p.grad.double().square().sum() for p in some), torch.zeros((), dtype=torch.float64, device=_device())
        )

    with_grad = [p for p in parameters if p.grad is not None]
    apart = square(p for p in with_grad if id(p) in divided)
    distributed.all_reduce(apart)
    return (apart + square(p for p in with_grad if id(p) not in divided)).sqrt()


def _device():
    return "cuda" if distributed.get_backend() == "nccl" else "cpu"


def mean(value):
    total = torch.tensor(value, dtype=torch.float64, device=_device())
    distributed.all_reduce(total)
    return float(total) / size()


def share_load(gates):
    """What each expert was sent by all processes."""
    for gate in gates:
        distributed.all_reduce(gate.load)
