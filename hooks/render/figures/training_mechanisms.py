"""Static figures of training: objectives, data, optimisers, gradients, memory, routing, sampling, GRPO."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from labs import all_to_all, mhc, muon, one_step, packing, ppo, router, sampling, schedules
from labs.grpo import clipped
from labs.norm import softmax
from labs.policy_gradient import exact_gradient, sampled_gradients

from catalogue.derive.training import OPTIMIZERS
from catalogue.records import Entry
from catalogue.schema.training import OptimizerKind

from .attention_mechanisms import architecture_count, architecture_number
from .canvas import Mechanism, Panel, draws_mechanism, equal_columns


@draws_mechanism("multi-step", page="guides/optimisers.md", techniques=("multi-step-lr",))
def learning_rates(figure: Mechanism) -> None:
    phases = figure.catalogue.models["deepseek-llm"].training[0].learning_rate.phases  # type: ignore[union-attr]
    drops = [float(phase.until.value.value) / 100 for phase in phases[:-1]]  # type: ignore[union-attr]
    x = np.linspace(0.004, 1, 250)
    shapes = {"steps": schedules.multi_step(x, drops, 10**-0.5), "cosine": schedules.cosine(x, 0.1)}
    for name, rates in shapes.items():
        panel = figure.new_panel(name, 220, says="says")
        panel.line([(30, 10), (30, 180), (356, 180)], "axis")
        for length, kind in ((1.0, "attention"), (0.5, "off")):
            panel.line([(30 + 320 * t * length, 180 - 150 * float(y)) for t, y in zip(x, rates, strict=True)], kind)
        panel.text(350, 26, figure.say("long"), "strong", "end")
        panel.text(40, 172, figure.say("short"), "strong")
        panel.text(30, 198, figure.say("tokens"))


@draws_mechanism("muon", page="guides/optimisers.md", techniques=("muon",))
def muon_values(figure: Mechanism) -> None:
    rng = np.random.default_rng(4)
    G = rng.standard_normal((24, 3)) @ rng.standard_normal((3, 24)) + 0.1 * rng.standard_normal((24, 24))
    for name, matrix in (("before", G / np.linalg.norm(G, 2)), ("after", muon.newton_schulz(G))):
        values = np.linalg.svd(matrix, compute_uv=False)
        panel = figure.new_panel(name, 170, says="says", least=f"{values.min():.2f}")
        for (x, width), value in zip(equal_columns(len(values)), values, strict=True):
            panel.bar(x, 140 - 120 * value, width, 120 * value, "attention")
        panel.line([(0, 140), (356, 140)], "axis")
        panel.line([(0, 20), (356, 20)], "dashed")
        panel.text(0, 160, figure.say("directions", count=len(values)))


@draws_mechanism("mtp", page="guides/optimisers.md", techniques=("mtp",))
def mtp_modules(figure: Mechanism) -> None:
    count, step = 7, 50
    for name, ahead in (("main", 1), ("module", 2)):
        panel = figure.new_panel(name, 168)
        for i in range(count):
            x = i * step
            panel.bar(x, 120, 42, 26, "faint")
            panel.text(x + 21, 137, f"t{i + 1}", "strong", "middle")
            if i + ahead < count:
                panel.bar(x, 14, 42, 26, "attention" if ahead == 1 else "other")
                panel.text(x + 21, 31, f"t{i + 1 + ahead}", "on", "middle")
                panel.arrow(x + 12, 116, x + 12, 44)
                if ahead == 2:
                    panel.line([(x + step + 12, 116), (x + step + 12, 84), (x + 26, 84)], "dashed")
                    panel.arrow(x + 26, 84, x + 26, 44, "dashed")
        panel.text(0, 164, figure.say(f"{name}_below"), "small")


@draws_mechanism("mhc", page="guides/recent.md", techniques=("mhc",))
def residual_streams(figure: Mechanism) -> None:
    entry = figure.catalogue.entries["deepseek-v4-pro-base"]
    n, iterations = architecture_count(entry, "hc_mult"), architecture_count(entry, "hc_sinkhorn_iters")
    mixings = 2 * architecture_count(entry, "num_hidden_layers")  # at attention, and at experts
    rng = np.random.default_rng(9)
    raw = rng.standard_normal((n, n))
    panel = figure.new_panel("matrices", 230)
    for left, name, M in ((0, "before", np.exp(raw)), (190, "after", mhc.sinkhorn(raw, iterations))):
        panel.text(left, 12, figure.say(name, count=iterations), "strong")
        for r in range(n):
            for c in range(n):
                side = 30 * float(np.sqrt(M[r, c] / M.max()))
                panel.bar(left + c * 34 + (30 - side) / 2, 22 + r * 34 + (30 - side) / 2, side, side, "attention")
            panel.text(left + n * 34 + 2, 42 + r * 34, f"{M[r].sum():.1f}")
        for c in range(n):
            panel.text(left + c * 34 + 15, 22 + n * 34 + 14, f"{M[:, c].sum():.1f}", anchor="middle")
    panel.text(0, 202, figure.say("sums"))
    gains = figure.new_panel("gains", 230)
    free = [np.eye(n) + 0.25 * rng.standard_normal((n, n)) for _ in range(mixings)]
    bound = [mhc.sinkhorn(rng.standard_normal((n, n)), iterations) for _ in range(mixings)]
    top = np.log10(max(mhc.gain(free[: i + 1]) for i in range(mixings)))
    gains.line([(36, 10), (36, 190), (356, 190)], "axis")
    for kind, matrices in (("off", free), ("attention", bound)):
        heights = [max(0.0, float(np.log10(mhc.gain(matrices[: i + 1])))) for i in range(mixings)]
        gains.line([(36 + 314 * i / (mixings - 1), 186 - 170 * h / top) for i, h in enumerate(heights)], kind)
    for power in range(0, int(top) + 1, 2 if top < 8 else 4):
        gains.text(30, 190 - 170 * power / top, f"{10**power:,}", "small", "end")
    gains.text(60, 24, figure.say("free"), "strong")
    gains.text(350, 178, figure.say("bound"), "strong", "end")
    gains.text(356, 210, figure.say("mixings", count=mixings), anchor="end")


_A, _B, _X, _Y, _ETA = 0.5, np.array([1.0, 0.0, -1.0]), 2.0, 1, 0.1


@draws_mechanism("one-step", page="guides/training-and-writing.md")
def gradient_step(figure: Mechanism) -> None:
    h, p, loss = one_step.forward(_A, _B, _X, _Y)
    dz, db, dh, da = one_step.backward(_A, _B, _X, _Y)
    a, b = one_step.step(_A, _B, _X, _Y, _ETA)
    h_after, p_after, loss_after = one_step.forward(a, b, _X, _Y)
    forward = figure.new_panel("forward", 214, loss=_signed_number(loss, 3), p=_signed_number(p[_Y], 3))
    _draw_gradient_graph(forward, _A, _B, h, p)
    forward.text(180, 206, figure.say("loss", loss=_signed_number(loss, 3)), "strong", "middle")
    backward = figure.new_panel("backward", 214, da=_signed_number(da, 3))
    _draw_network_frame(backward)
    backward.text(70, 62, f"∂a {_signed_number(da, 3)}", "strong", "middle")
    backward.text(112, 128, f"∂h {_signed_number(dh, 3)}", "strong", "middle")
    for i, y in enumerate(_ROWS):
        backward.text(196, y + (6, -6, 2)[i], f"∂b{_BELOW[i]} {_signed_number(db[i], 3)}", "strong", "middle")
        backward.text(272, y + 4, f"∂z{_BELOW[i]} {_signed_number(dz[i], 3)}", "strong")
    backward.text(180, 206, figure.say("rule"), "", "middle")
    after = figure.new_panel("after", 214, loss=_signed_number(loss_after, 3))
    _draw_gradient_graph(after, a, b, h_after, p_after)
    after.text(180, 206, figure.say("loss", loss=_signed_number(loss_after, 3)), "strong", "middle")


_ROWS = (36, 92, 148)
_BELOW = "₁₂₃"


def _draw_network_frame(panel: Panel) -> None:
    panel.line([(34, 92), (98, 92)], "attention")
    for y in _ROWS:
        panel.line([(126, 92), (262, y)], "attention")
    panel.bar(6, 78, 28, 28, "faint")
    panel.text(20, 96, "x", "strong", "middle")
    panel.bar(98, 78, 28, 28, "faint")
    panel.text(112, 96, "h", "strong", "middle")


def _draw_gradient_graph(panel: Panel, a: float, b: np.ndarray, h: float, p: np.ndarray) -> None:
    _draw_network_frame(panel)
    panel.text(20, 124, f"{_X:g}", "", "middle")
    panel.text(66, 84, f"a {_signed_number(a, 2)}", "", "middle")
    panel.text(112, 124, _signed_number(h, 2), "", "middle")
    for i, y in enumerate(_ROWS):
        panel.text(206, y + (6, -6, 2)[i], f"b{_BELOW[i]} {_signed_number(b[i], 2)}", "", "middle")
        panel.bar(266, y - 9, 90 * float(p[i]), 18, "expert" if i == _Y else "attention soft")
        panel.text(270, y + 24, f"p{_BELOW[i]} {_signed_number(p[i], 3)}", "strong" if i == _Y else "")


def _signed_number(number: float, decimals: int) -> str:
    return f"{number:.{decimals}f}".replace("-", "−")


@draws_mechanism("zero-bytes", page="guides/training-and-writing.md")
def bytes_of_zero(figure: Mechanism) -> None:
    copies = 8
    full = 4.0  # FP32, of the copy of the weights and of each moment
    states = full * (1 + OPTIMIZERS[OptimizerKind.ADAMW].moments)
    parts = (("weight", 2.0, "attention"), ("gradient", 2.0, "other"), ("optimizer", states, "expert"))
    divided = {0: (), 1: ("optimizer",), 2: ("optimizer", "gradient"), 3: ("optimizer", "gradient", "weight")}
    panel = figure.new_panel("title", 202, says="says", copies=copies)
    for stage, shared in divided.items():
        y, x, total = 12 + stage * 42, 60.0, 0.0
        panel.text(0, y + 19, figure.say("stage", stage=stage) if stage else figure.say("none"), "strong")
        for part, size, kind in parts:
            held = size / copies if part in shared else size
            panel.bar(x, y, 15.5 * held - 1, 28, kind)
            x, total = x + 15.5 * held, total + held
        panel.text(x + 6, y + 19, f"{total:g}", "strong")
    x = 60.0
    for part, _, kind in parts:
        panel.bar(x, 184, 10, 10, kind)
        panel.text(x + 14, 193, figure.say(part), "small")
        x += 88


@draws_mechanism("sampling", page="guides/training-and-writing.md")
def sampling_figure(figure: Mechanism) -> None:
    z = np.log([0.46, 0.2, 0.13, 0.09, 0.06, 0.04, 0.02])
    cases = (("plain", 1.0, 1.0), ("cold", 0.6, 1.0), ("cut", 0.6, 0.95))
    for case, tau, threshold in cases:
        p = sampling.top_p(sampling.with_temperature(z, tau), threshold)
        panel = figure.new_panel(case, 176, says="says", first=f"{p[0]:.2f}", last=f"{p[-1]:.3f}")
        for i, share in enumerate(p):
            x = 4 + 50 * i
            panel.bar(x, 140 - 165 * float(share), 42, 165 * float(share), "attention" if share else "off")
            panel.text(x + 21, 134 - 165 * float(share), f"{share:.2f}" if share else "0", "", "middle")
        panel.line([(0, 140), (356, 140)], "axis")
        panel.text(0, 162, figure.say("tokens"))


def _example_gates(entry: Entry, tokens: int, limited: bool = True) -> np.ndarray:
    names = ("n_routed_experts", "num_experts_per_tok", "n_group", "topk_group")
    n, k, *groups = (architecture_count(entry, name) for name in names)
    scale = architecture_number(entry, "routed_scaling_factor")
    return _route_tokens(tokens, n, k, *(groups if limited else (1, 1)), scale)


@lru_cache(maxsize=8)  # both editions draw the same
def _route_tokens(tokens: int, n: int, k: int, groups: int, best: int, scale: float) -> np.ndarray:
    rng = np.random.default_rng(11)
    u, e = rng.standard_normal((tokens, 16)), rng.standard_normal((n, 16)) / 2
    gates: np.ndarray = router.route(u, e, np.zeros(n), k, groups, best, scale)
    return gates


@draws_mechanism("router", page="guides/experts.md", techniques=("deepseekmoe", "aux-loss-free"))
def router_of_v3(figure: Mechanism) -> None:
    entry = figure.catalogue.entries["deepseek-v3-base"]
    groups, n = architecture_count(entry, "n_group"), architecture_count(entry, "n_routed_experts")
    gates, per = _example_gates(entry, 1)[0], n // groups
    chosen = np.flatnonzero(gates)
    reached = {int(i) // per for i in chosen}
    panel = figure.new_panel("experts", 268, says="says", experts=n, groups=groups, chosen=len(chosen))
    step = 346 / per
    for group in range(groups):
        y = 4 + group * 33
        panel.bar(0, y, 356, 28, "expert soft" if group in reached else "faint")
        places = [(8 + i * step, y + 14) for i in range(per)]
        panel.dots(places, "expert soft" if group in reached else "fine")
        panel.dots([places[int(i) % per] for i in chosen if int(i) // per == group], "expert")
    weights = figure.new_panel("gates", 268)
    most = max(gates)
    for row, i in enumerate(sorted(chosen, key=lambda i: -gates[i])):
        y = 6 + row * 27
        weights.text(0, y + 13, figure.say("expert", number=int(i) + 1))
        weights.bar(92, y, gates[i] / most * 200, 18, "expert")
        weights.text(300, y + 13, f"{gates[i]:.2f}", "strong")
    weights.text(92, 246, figure.say("sum", sum=f"{gates.sum():.1f}"), "strong")


@draws_mechanism("node-limit", page="guides/experts.md", techniques=("node-limited-routing", "expert-parallelism"))
def node_limit(figure: Mechanism) -> None:
    entry = figure.catalogue.entries["deepseek-v3-base"]
    nodes, tokens = architecture_count(entry, "n_group"), 2000
    for name, limited in (("free", False), ("limited", True)):
        visited = all_to_all.copies(_example_gates(entry, tokens, limited) > 0, nodes)
        panel = figure.new_panel(
            name, 190, says="says", limit=architecture_count(entry, "topk_group"), mean=f"{visited.mean():.1f}"
        )
        for (x, width), count in zip(equal_columns(nodes), range(1, nodes + 1), strict=True):
            share = float(np.mean(visited == count))
            panel.bar(x, 140 - 120 * share, width, 120 * share, "expert")
            panel.text(x + width / 2, 156, count, anchor="middle")
        panel.line([(0, 140), (356, 140)], "axis")
        panel.text(0, 178, figure.say("mean", mean=f"{visited.mean():.1f}"), "strong")


_EPSILON = 0.2


@draws_mechanism("clip-signs", page="guides/from-a-reward-to-a-gradient.md", techniques=("ppo",))
def clip_both_signs(figure: Mechanism) -> None:
    rho = np.linspace(0.4, 1.6, 61)
    for case, advantage in (("good", 1.0), ("bad", -1.0)):
        panel = figure.new_panel(case, 226)
        top = 30.0 if advantage > 0 else -70.0

        def place(ratio: float, value: float, top: float = top) -> tuple[float, float]:
            return 20 + (ratio - 0.4) * 275, top + 150 - 85 * value

        panel.line([place(0.4, 0), place(1.6, 0)], "axis")
        panel.line([place(float(r), float(r) * advantage) for r in rho], "off dashed")
        panel.line(
            [place(float(r), float(clipped(r, advantage, _EPSILON))) for r in rho],
            "attention" if advantage > 0 else "expert",
        )
        for edge, label in ((1 - _EPSILON, "1 − ε"), (1.0, "1"), (1 + _EPSILON, "1 + ε")):
            x, zero = place(edge, 0)
            panel.line([(x, zero - 4), (x, zero + 4)], "axis")
            panel.text(x, zero + (18 if advantage > 0 else -8), label, "small", "middle")
        panel.dots([place(1.0, advantage)], "attention" if advantage > 0 else "index")
        flat, slope = (1.4, 0.62) if advantage > 0 else (0.6, 1.34)
        x, y = place(flat, float(clipped(flat, advantage, _EPSILON)))
        panel.text(x, y + 20, figure.say("flat"), "strong", "middle")
        x, y = place(slope, float(clipped(slope, advantage, _EPSILON)))
        beside, anchor = (10, "start") if advantage > 0 else (-10, "end")
        panel.text(x + beside, y + 22, figure.say("slope"), "", anchor)
        panel.text(350, place(1, 0)[1] + (34 if advantage > 0 else -26), figure.say("ratio"), "", "end")


@draws_mechanism("baseline-noise", page="guides/from-a-reward-to-a-gradient.md")
def baseline_noise(figure: Mechanism) -> None:
    count = 400
    logits, reward = np.array([1.0, 0.0, 0.0, -1.0]), np.array([10.0, 10.0, 11.0, 10.0])
    exact, best = float(exact_gradient(logits, reward)[2]), 2
    for case, b in (("without", 0.0), ("with", float(softmax(logits) @ reward))):
        samples = sampled_gradients(logits, reward, count, np.random.default_rng(3), b)[:, best]
        mean = np.cumsum(samples) / np.arange(1, count + 1)
        spread = f"{samples.std():.2f}"
        panel = figure.new_panel(case, 214, says="says", spread=spread, exact=f"{exact:.2f}")

        def height(value: float) -> float:
            return 100 - 50 * min(max(value, -1.8), 1.8)

        panel.line([(24, height(0)), (356, height(0))], "axis")
        panel.line([(24, height(exact)), (356, height(exact))], "dashed")
        panel.line(
            [(24 + 330 * i / count, height(float(m))) for i, m in enumerate(mean) if i > 2],
            "off" if b == 0 else "attention",
        )
        panel.text(18, height(0) + 4, "0", "small", "end")
        panel.text(356, 20, figure.say("spread", spread=spread), "strong", "end")
        panel.text(356, 206, figure.say("samples", count=count), "", "end")


@draws_mechanism("grpo-step", page="guides/from-a-reward-to-a-gradient.md")
def grpo_step(figure: Mechanism) -> None:
    found = figure.catalogue.worked_step
    if found is None:
        return
    group, answers, right = found.one_group, found.answers, found.answers.index(found.right)
    drawn = figure.new_panel("group", 190)
    for column, label in ((26, "answer"), (96, "reward"), (236, "advantage")):
        drawn.text(column, 14, figure.say(label), "small", "middle")
    drawn.line([(236, 24), (236, 180)], "axis")
    for row, (answer, reward, advantage) in enumerate(zip(group.answers, group.rewards, group.advantages, strict=True)):
        y, width = 30 + row * 38, 42 * abs(advantage)
        good = advantage > 0
        drawn.text(26, y + 19, answer, "strong", "middle")
        drawn.text(96, y + 19, f"{reward:g}", "", "middle")
        drawn.bar(236 if good else 236 - width, y + 2, width, 26, "attention" if good else "expert")
        beside, anchor = (236 + width + 6, "start") if good else (236 - width - 6, "end")
        drawn.text(beside, y + 19, f"{advantage:+.2f}".replace("-", "−"), "", anchor)
    step = figure.new_panel("step", 190, before=f"{found.before[right]:.3f}", after=f"{group.after[right]:.3f}")
    for i, answer in enumerate(answers):
        x = 10 + i * 88
        for offset, share, kind in ((0, found.before[i], "attention soft"), (42, group.after[i], "attention")):
            height = 300 * share
            step.bar(x + offset, 150 - height, 36, height, kind)
            step.text(x + offset + 18, 144 - height, f"{share:.3f}", "small", "middle")
        step.text(x + 39, 168, answer, "strong", "middle")
    step.line([(0, 150), (356, 150)], "axis")
    step.text(0, 186, figure.say("step_below"))
    course = figure.new_panel("course", 226, nothing=f"{100 * found.all_groups.share_that_teach_nothing:.0f}")
    course.line([(30, 16), (30, 180), (356, 180)], "axis")
    for share, label in ((0.0, "0"), (0.5, "½"), (1.0, "1")):
        course.text(24, 184 - 160 * share, label, "small", "end")
    for key, kind in (("divided by the deviation", "attention"), ("not divided", "off")):
        listed = [shares[right] for shares in found.course[key]]
        course.line([(30 + 320 * n / (len(listed) - 1), 180 - 160 * p) for n, p in enumerate(listed)], kind)
    for i, (label, kind) in enumerate((("divided", "attention"), ("not_divided", "off"))):
        course.bar(30, 196 + 16 * i, 10, 10, kind)
        course.text(46, 205 + 16 * i, figure.say(label), "small")
    course.text(356, 200, figure.say("steps", count=len(found.course["not divided"]) - 1), "", "end")


@draws_mechanism("fim", page="guides/data.md", techniques=("fim",))
def fill_in_the_middle(figure: Mechanism) -> None:
    parts = {"prefix": (120, "attention soft"), "middle": (80, "expert"), "suffix": (130, "other soft")}
    for name, order in (("document", ("prefix", "middle", "suffix")), ("psm", ("prefix", "suffix", "middle"))):
        panel = figure.new_panel(name, 84)
        x = 0.0
        for part in order:
            width, kind = parts[part]
            if name == "psm":
                panel.bar(x, 10, 5, 38)
                x += 8
            panel.bar(x, 10, width, 38, kind)
            panel.text(x + width / 2, 33, figure.say(part), "on" if part == "middle" else "strong", "middle")
            x += width + 2
        panel.text(0, 72, figure.say(f"{name}_below"))


@draws_mechanism("packing", page="guides/data.md", techniques=("document-packing",))
def packing_documents(figure: Mechanism) -> None:
    lengths, capacity = [34, 52, 18, 61, 27, 45, 12, 39, 70, 23, 31, 16, 44, 28], 100
    scale = 350 / capacity
    kinds = ("attention", "other", "expert", "cache", "index")
    cut = figure.new_panel("cut", 190, says="says", torn=packing.cut(lengths, capacity))
    place = 0
    for i, length in enumerate(lengths):
        left = length
        while left:
            row, x = divmod(place, capacity)
            part = min(left, capacity - x)
            cut.bar(x * scale, 4 + row * 28, part * scale - 1, 22, kinds[i % 5])
            place, left = place + part, left - part
    packed = figure.new_panel("packed", 190, says="says")
    sequences = packing.best_fit(lengths, capacity)
    for row, sequence in enumerate(sequences):
        x = 0
        packed.bar(0, 4 + row * 28, 350, 22, "faint")
        for i in sequence:
            packed.bar(x * scale, 4 + row * 28, lengths[i] * scale - 1, 22, kinds[i % 5])
            x += lengths[i]
    mask = figure.new_panel("mask", 190)
    seen, step = packing.mask([6, 10, 8]), 7
    T = len(seen)
    mask.cells(
        [(s * step + 90, t * step + 4) for t in range(T) for s in range(t + 1)], step - 1, step - 1, "attention soft"
    )
    mask.cells([(s * step + 90, t * step + 4) for t, s in np.argwhere(seen)], step - 1, step - 1, "attention")


@draws_mechanism("networks", page="techniques/grpo.md", techniques=("grpo", "ppo", "dpo"))
def networks_in_memory(figure: Mechanism) -> None:
    panel = figure.new_panel("title", 214, says="says")
    names = {"policy": "policy", "critic": "critic", "reward model": "reward", "reference model": "reference"}
    for row, (method, held) in enumerate(ppo.HELD.items()):
        y = 6 + row * 46
        panel.text(0, y + 22, method, "strong")
        for i, network in enumerate(held):
            learns = network in ("policy", "critic")
            panel.bar(54 + i * 77, y, 73, 36, "attention" if learns else "faint")
            panel.text(54 + i * 77 + 36, y + 22, figure.say(names[network]), "on" if learns else "", "middle")
    panel.legend(54, 198, ("attention", figure.say("trained")), ("faint", figure.say("frozen")))
