"""Pipelines: run an order of operations on a line of devices and count how long each idles. 1F1B as the first order; its idle time in deepseek-v3 Table 2.

An order gives each device its slots; a slot is a tuple of operations that run together, an operation (kind, line, micro-batch).
Kinds: F forward, B full backward, I backward for inputs, W backward for weights. A line is a way through the stages.
"""

from collections import deque


def run(orders, place, times, overlapped=None):
    """Start and end of each slot: [[(start, end, slot), ...] per device]. `place(device, line)` is (way, stage)."""
    last = max(place(device, line)[1] for device in range(len(orders)) for line in (0, 1))
    done, rows = {}, [[] for _ in orders]

    def needs(device, kind, line, batch):
        way, stage = place(device, line)
        if kind == "F":
            return [] if stage == 0 else [("F", way, stage - 1, batch)]
        if kind == "W":
            return [("I", way, stage, batch)]
        return [("F", way, stage, batch)] if stage == last else [("I", way, stage + 1, batch)]

    queues = [deque(order) for order in orders]
    while any(queues):
        moved = False
        for device, queue in enumerate(queues):
            while queue and all(n in done for op in queue[0] for n in needs(device, *op)):
                slot = queue.popleft()
                ready = [done[n] for op in slot for n in needs(device, *op)] + [
                    rows[device][-1][1] if rows[device] else 0
                ]
                length = sum(times[op[0]] for op in slot)
                end = max(ready) + (overlapped if overlapped and len(slot) == 2 else length)
                for kind, line, batch in slot:
                    done["I" if kind == "B" else kind, *place(device, line), batch] = end
                rows[device].append((max(ready), end, slot))
                moved = True
        if not moved:
            raise ValueError("the order waits for itself: " + str([queue[0] for queue in queues if queue]))
    return rows


def idle(rows):
    """Idle time of each device between the first start and the last end of all."""
    length = max(end for row in rows for _, end, _ in row)
    return [length - sum(end - start for start, end, _ in row) for row in rows]


def one_f_one_b(stages, batches):
    """1F1B: some forward passes to fill the line, then one backward for each forward."""
    orders = []
    for stage in range(stages):
        warm = min(stages - stage - 1, batches)
        order = [("F", i) for i in range(warm)]
        for i in range(batches - warm):
            order += [("F", warm + i), ("B", i)]
        order += [("B", i) for i in range(batches - warm, batches)]
        orders.append([((kind, 0, i),) for kind, i in order])
    return orders


if __name__ == "__main__":
    times = {"F": 1, "B": 2, "I": 1, "W": 1}
    for batches in (8, 16, 64):
        rows = run(one_f_one_b(8, batches), lambda device, line: (0, device), times)
        whole = max(row[-1][1] for row in rows)
        print(
            f"8 stages, {batches:2} micro-batches: {idle(rows)[0]} of {whole} units idle, {100 * idle(rows)[0] / whole:.0f}%"
        )
