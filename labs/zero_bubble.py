"""ZB1P, a pipeline whose backward pass is cut in two. The order for `pipeline.run`; idle time in deepseek-v3 Table 2."""


def zb1p(stages, batches):
    """Zero bubble with the activations of 1F1B: stage s puts off the weight part of a backward pass by s micro-batches."""
    orders = []
    for stage in range(stages):
        warm = min(stages - stage, batches)
        order = [("F", i) for i in range(warm)]
        for i in range(batches):
            order.append(("I", i))
            order += [("W", i - stage)] if i >= stage else []
            order += [("F", warm + i)] if warm + i < batches else []
        order += [("W", i) for i in range(max(batches - stage, 0), batches)]
        orders.append([((kind, 0, i),) for kind, i in order])
    return orders


if __name__ == "__main__":
    from labs.pipeline import idle, one_f_one_b, run

    times = {"F": 1, "B": 2, "I": 1, "W": 1}
    for name, order in (("1F1B", one_f_one_b(8, 20)), ("ZB1P", zb1p(8, 20))):
        rows = run(order, lambda device, line: (0, device), times)
        print(f"{name}: {idle(rows)[0]} of {max(row[-1][1] for row in rows)} units idle")
