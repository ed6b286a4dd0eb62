"""DualPipe and DualPipeV: two lines of stages that cover each other. The order for `pipeline.run`; deepseek-v3 §3.2.1, dualpipe-repo."""

from collections import Counter, deque

from labs.pipeline import idle, one_f_one_b, run
from labs.zero_bubble import zb1p


def dualpipe(devices, batches, v_shape=False):
    """Slots of each device, which holds a stage of two lines; `batches` enter each line. In the V shape one line comes back."""
    return [_order(device, devices, batches, v_shape) for device in range(devices)]


def _order(device, devices, batches, v_shape):
    half = devices if v_shape else devices // 2
    rank = device if v_shape else min(device, devices - 1 - device)
    rest = half - rank - 1  # devices between this one and the middle
    near = 0 if device < half else 1  # the line that enters nearer to this device
    seen, waiting, order = Counter(), deque(), []

    def op(kind, side):
        if kind == "W":
            return ("W", *waiting.popleft())
        line, backward = near ^ side, kind in "BI"
        batch = seen[line, backward]
        seen[line, backward] += 1
        if kind == "I":
            waiting.append((line, batch))
        return (kind, line, batch)

    def add(*slots, times=1):
        order.extend(tuple(op(*part) for part in slot) for slot in slots * times)

    F0, F1, B1, I1, W = [("F", 0)], [("F", 1)], [("B", 1)], [("I", 1)], [("W", 0)]
    F0B1, F1B0 = [("F", 0), ("B", 1)], [("F", 1), ("B", 0)]
    add(F0, times=2 * rest)
    add(F0, F1, times=rank + 1)
    add(I1, W, F1, times=rest)
    for i in range(batches - 2 * half + rank + 1):  # the main part: every forward pass runs beside a backward pass
        if i == 0 and rest == 0:
            add(F0, B1, F1B0)  # the two devices in the middle have nothing to overlap here yet
        else:
            add(F0B1, F1B0)
    add(B1, F1B0, times=rest)
    for i in range(2 * (rank + 1)):  # the second half of these put the weight part off
        add([("B" if i < rank + 1 else "I", 1 - i % 2)])
    add(W, [("I", 0)], times=rest)
    add(W, times=len(waiting))
    return order


def schedules(stages, batches, sends=0):
    """Rows of `pipeline.run` by name, for F 1, B 2, W 1. A pass by itself waits `sends` for its exchange; a pair F&B takes 3 and hides it."""
    times = {"F": 1 + sends, "B": 2 + sends, "I": 1 + sends, "W": 1}
    straight, both = lambda d, line: (0, d), lambda d, line: (line, stages - 1 - d if line else d)
    plain = {"1F1B": one_f_one_b(stages, batches), "ZB1P": zb1p(stages, batches)}
    rows = {name: run(order, straight, times) for name, order in plain.items()}
    return rows | {"DualPipe": run(dualpipe(stages, batches // 2), both, times, overlapped=3)}


if __name__ == "__main__":
    for stages, sends in ((8, 0), (16, 0), (16, 1.5)):
        print(f"{stages} stages, 120 micro-batches, an exchange of {sends} units:")
        for name, rows in schedules(stages, 120, sends).items():
            print(f"  {name:8} {max(row[-1][1] for row in rows):g} units, the outermost device idles {idle(rows)[0]:g}")
    print("what device 0 of DualPipe does first:", [slot for _, _, slot in rows[0][:8]])
