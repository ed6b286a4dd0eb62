"""Drawings of training (objectives, data, optimisers, number formats) and of what follows it (fine-tuning, preferences, rewards)."""

from __future__ import annotations

from math import cos, exp, pi

import numpy as np
from labs import fp8, muon, schedules

from ..figures.meanings import MEANINGS
from .canvas import Canvas, Drawing, draws_technique


@draws_technique("mtp")
def draw_mtp(d: Drawing, f: Canvas) -> None:
    d.use_numbers("deepseek-v3-base")
    speed = d.fact_number("generation-speed-with-the-module-as-drafter")
    d.numbers |= {"speed": f"{speed:g}", "accepted": d.catalogue_text("mtp/facts.acceptance-of-the-second-token.value")}
    sample = d.sample_tokens()
    for name, ahead, kind in (("next", 1, "A"), ("after_next", 2, "E")):
        f.text_lines(name, "strong")
        guesses = f.cell_row(kind * (6 - ahead) + " " * ahead, height=26, texts=sample[ahead:])
        f.skip(22)
        text = f.cell_row("G" * 6, height=26, texts=sample)
        for i in range(6 - ahead):
            f.connect_places(text[i], guesses[i], kind)
        f.skip(6)
    f = d.new_frame("join", r"\class{expert}{h'_i} = M [ \class{attention}{h_i} ; \mathrm{Emb}(t_{i+1}) ]")
    out = f.cell_row("E", width=150, height=26, texts=sample[-1:])[0]
    f.skip(24)
    block = f.cell_row("e", width=200, height=30, texts=("block",))[0]
    f.skip(30)
    low = f.cell_row("AG", height=40, gap=30, texts=("hidden", "told"))
    f.connect_places(block, out, "E")
    f.connect_places(low[0], block, "A")
    f.connect_places(low[1], block)
    f.text_lines("shared_parts")
    f = d.new_frame(
        "learn",
        r"\mathcal{L} = \class{attention}{\mathcal{L}_{\mathrm{main}}} + \lambda \, \class{expert}{\mathcal{L}_{\mathrm{MTP}}}",
    )
    first, last = (d.fact_number(f"loss-weight-of-deepseek-v3-{part}-tokens") for part in ("first-10t", "last-4-8t"))
    f.text_lines("weights")
    f.bar_rows(
        [("main_loss", 1, "A", "=1"), ("first_part", first, "E", f"={first:g}"), ("last_part", last, "E", f"={last:g}")]
    )
    f = d.new_frame("draft", r"1 + \class{expert}{p}")
    f.text_lines("one_pass", "strong")
    f.cell_row("GGGAE ", height=26, texts=sample[:5])
    f.colour_legend(("A", "sure"), ("E", "guessed"))
    f.skip(8)
    f.bar_rows([("alone", 1, "A", "=1"), ("drafting", speed, "E", f"={speed:g}")])


@draws_technique("fim")
def draw_fim(d: Drawing, f: Canvas) -> None:
    d.numbers["rate"] = f"{100 * d.fact_number('fim-rate-of-deepseek-v3'):.0f}"
    f.text_lines("written", "strong")
    f.event_lanes([("=", [(0, 4, "a", "prefix"), (4, 3, "E", "middle"), (7, 4, "o", "suffix")])], height=34)
    f.arrow_down("rearranged")
    f.text_lines("trained", "strong")
    f.event_lanes(
        [
            (
                "=",
                [
                    (0, 0.5, "G"),
                    (0.5, 4, "a", "prefix"),
                    (4.5, 0.5, "G"),
                    (5, 4, "o", "suffix"),
                    (9, 0.5, "G"),
                    (9.5, 3, "E", "middle"),
                ],
            )
        ],
        height=34,
    )
    f.colour_legend(("G", "special"))


@draws_technique("byte-bpe")
def draw_byte_bpe(d: Drawing, f: Canvas) -> None:
    f.text_lines("bytes", "strong")
    f.cell_row("gggggggggg", height=28, texts=tuple(f"={c}" for c in "lowerlower"))
    for name, spans in (
        (
            "pair",
            [
                (0, 2, "a", "=lo"),
                (2, 1, "g", "=w"),
                (3, 2, "o", "=er"),
                (5, 2, "a", "=lo"),
                (7, 1, "g", "=w"),
                (8, 2, "o", "=er"),
            ],
        ),
        ("again", [(0, 3, "A", "=low"), (3, 2, "O", "=er"), (5, 3, "A", "=low"), (8, 2, "O", "=er")]),
        ("full", [(0, 5, "E", "=lower"), (5, 5, "E", "=lower")]),
    ):
        f.text_lines(name, "strong")
        f.event_lanes([("=", spans)], height=28)
    f.text_lines("chinese", "strong")
    f.cell_row("ggg", width=58, height=28, texts=("=E6", "=B7", "=B1"))
    f.cell_row("E", width=180, height=28, texts=("=深",))


@draws_technique("document-packing")
def draw_document_packing(d: Drawing, f: Canvas) -> None:
    f.text_lines("cut", "strong")
    f.event_lanes(
        [
            ("=", [(0, 6, "A"), (6, 4, "E")]),
            ("=", [(0, 3, "E"), (3, 5, "O"), (8, 2, "I")]),
            ("=", [(0, 2, "I"), (2, 3, "C"), (5, 5, "X")]),
        ],
        length=10,
    )
    f.text_lines("packed", "strong")
    f.event_lanes(
        [("=", [(0, 6, "A"), (6, 4, "I")]), ("=", [(0, 7, "E"), (7, 3, "C")]), ("=", [(0, 5, "O"), (5, 5, "X")])],
        length=10,
    )


@draws_technique("multi-step-lr")
def draw_multi_step(d: Drawing, f: Canvas) -> None:
    phases = d.context.catalogue.models["deepseek-llm"].training[0].learning_rate.phases  # type: ignore[union-attr]
    drops = [float(phase.until.value.value) / 100 for phase in phases[:-1]]  # type: ignore[union-attr]
    x = np.linspace(0.004, 1, 200)
    rates = [(float(a), 0.95 * float(b)) for a, b in zip(x, schedules.multi_step(x, drops, 10**-0.5), strict=True)]
    f.curve_chart([([(a / 2, b) for a, b in rates], "e"), (rates, "A")], "tokens", "rate", height=150)
    f.colour_legend(("A", "whole"), ("E", "half"))


@draws_technique("wsd")
def draw_wsd(d: Drawing, f: Canvas) -> None:
    f.curve_chart(
        [
            ([(0.05 + 0.95 * t, 0.95 * (0.55 + 0.45 * cos(pi * t))) for t in np.linspace(0, 1, 60)], "e"),
            ([(0, 0), (0.05, 0.95), (0.8, 0.95), (1, 0.095)], "A"),
            ([(0.4, 0.95), (0.5, 0.095)], "c"),
        ],
        "tokens",
        "rate",
        height=150,
    )
    f.colour_legend(("A", "wsd"), ("C", "branch"), ("E", "cosine"))


@draws_technique("adamw")
def draw_adamw(d: Drawing, f: Canvas) -> None:
    rng = np.random.default_rng(2)
    sizes = np.array([3.0, 0.2, 1.2, 0.05, 2.0, 0.4, 0.8, 0.1])
    gradients = sizes * rng.normal(0.8, 0.5, (60, 8))
    m = v = np.zeros(8)
    for g in gradients:
        m, v = 0.9 * m + 0.1 * g, 0.95 * v + 0.05 * g**2
    f.text_lines("gradients", "strong")
    f.columns_chart([float(g) for g in gradients[-1]], "E")
    f.text_lines("steps", "strong")
    f.columns_chart([float(s) for s in m / np.sqrt(v)], "A", height=60)
    f.text_lines("decay", "strong")
    f.event_lanes([("weight", [(0, 9, "A"), (9, 1, "x")])], length=10)


@draws_technique("muon")
def draw_muon(d: Drawing, f: Canvas) -> None:
    rng = np.random.default_rng(4)
    matrix = rng.standard_normal((24, 3)) @ rng.standard_normal((3, 24)) + 0.1 * rng.standard_normal((24, 24))
    d.numbers["iterations"] = int(d.fact_number("newton-schulz-iterations"))
    for name, each, kind in (
        ("before", matrix / np.linalg.norm(matrix, 2), "E"),
        ("after", muon.newton_schulz(matrix), "A"),
    ):
        f.text_lines(name, "strong")
        f.columns_chart([float(s) for s in np.linalg.svd(each, compute_uv=False)], kind, line=1, height=80)
    f.text_lines("directions")


@draws_technique("sinkhorn-momentum")
def draw_sinkhorn_momentum(d: Drawing, f: Canvas) -> None:
    rng = np.random.default_rng(5)
    table = np.abs(rng.standard_normal((10, 6))) * rng.gamma(0.7, 1, (10, 1)) + 0.02
    even = table.copy()
    for _ in range(20):
        even = even / np.linalg.norm(even, axis=1, keepdims=True)
        even = even / np.linalg.norm(even, axis=0, keepdims=True) * (10 / 6) ** 0.5
    even = even / np.linalg.norm(even, axis=1, keepdims=True)
    columns = f.split_columns(1, 1, gap=40)
    for column, name, matrix in zip(columns, ("before", "after"), (table, even), strict=True):
        column.text_lines(name, "strong")
        lengths = np.linalg.norm(matrix, axis=1)
        for row, length in zip(matrix, lengths, strict=True):
            for j, value in enumerate(row):
                edge = 13 * float(np.sqrt(value / matrix.max()))
                column.panel.bar(column.x + j * 15 + (13 - edge) / 2, column.y + (13 - edge) / 2, edge, edge, "index")
            column.panel.bar(column.x + 96, column.y + 2, max(1.0, 55 * float(length / lengths.max())), 9, "attention")
            column.skip(15)
    f.close_columns(*columns)
    f.colour_legend(("I", "entries"), ("A", "lengths"))


@draws_technique("ema-cpu")
def draw_ema_cpu(d: Drawing, f: Canvas) -> None:
    rng = np.random.default_rng(8)
    x = np.linspace(0, 1, 90)
    raw = 0.15 + 0.7 * (1 - np.exp(-3 * x)) + 0.09 * rng.standard_normal(90)
    mean = [raw[0]]
    for value in raw[1:]:
        mean.append(0.9 * mean[-1] + 0.1 * value)
    f.curve_chart(
        [
            (list(zip(x.tolist(), raw.tolist(), strict=True)), "E"),
            (list(zip(x.tolist(), [float(m) for m in mean], strict=True)), "A"),
        ],
        "steps",
        "weight",
        height=130,
    )
    f.colour_legend(("E", "on_gpu"), ("A", "on_cpu"))
    f.box_flow([("gpu", "E"), ("cpu", "A")])
    f.text_lines("meanwhile")


# In bits, beside one for the sign.
_EXPONENT_AND_MANTISSA = {"FP32": (8, 23), "BF16": (8, 7), "FP8": (4, 3), "FP4": (2, 1)}


def _draw_formats(f: Canvas, *names: str, length: int, height: float = 24) -> None:
    """A lane in bits for each number format: sign, exponent and mantissa."""
    f.colour_legend(("X", "sign"), ("I", "exponent"), ("A", "mantissa"))
    lanes: list[tuple[str, list[tuple[float, float, str] | tuple[float, float, str, str]]]] = []
    for name in names:
        exponent, mantissa = _EXPONENT_AND_MANTISSA[name]
        bits = (1, exponent, "I", f"={exponent}"), (1 + exponent, mantissa, "A", f"={mantissa}")
        lanes.append((f"={name}", [(0, 1, "X"), *bits]))
    f.event_lanes(lanes, length, height)


@draws_technique("mixed-precision")
def draw_mixed_precision(d: Drawing, f: Canvas) -> None:
    _draw_formats(f, "FP32", "BF16", length=32)
    f.skip(8)
    f.box_flow([("master", "C"), ("copy", "A"), ("gradients", "E")], back="update")


@draws_technique("fp8-training")
def draw_fp8_training(d: Drawing, f: Canvas) -> None:
    every, error = 128, d.fact_number("accumulation-in-the-fp8-units-of-the-h800")
    d.numbers |= {
        "bits": int(error),
        "long": f"{100 * fp8.dot_error(4096, None):.2f}",
        "promoted": f"{100 * fp8.dot_error(4096, every):.2f}",
    }
    _draw_formats(f, "BF16", "FP8", length=16, height=34)
    f.text_lines("half", "strong")
    values = np.array([0.02, 0.05, 0.03, 0.08, 0.04, 0.06, 9.0, 0.05])
    f.columns_chart([float(v) for v in values], "eeeeeeXe", height=70)
    f.text_lines("one_scale")
    f = d.new_frame(
        "scale",
        r"s = \frac{\max_i |x_i|}{448}, \qquad \class{attention}{\hat{x}_i} = \mathrm{FP8}\left(\frac{x_i}{s}\right)",
    )
    f.text_lines("activations", "strong")
    f.cell_grid(["AAAAaaaaAAAAaaaaAAAAaaaa", "aaaaAAAAaaaaAAAAaaaaAAAA"] * 2)
    f.text_lines("tile")
    f.text_lines("weights", "strong")
    f.cell_grid([("EEEEeeee" if (row // 4) % 2 else "eeeeEEEE") * 3 for row in range(8)])
    f.text_lines("block")
    f = d.new_frame(
        "multiply",
        r"C_{ij} = \sum_{g} \class{index}{s^A_{i,g} s^B_{g,j}} \left( \sum_{k \in g} \class{attention}{\hat{A}_{ik}} \class{expert}{\hat{B}_{kj}} \right)",
    )
    for i, name in enumerate(("forward", "grad_input", "grad_weight")):
        f.box_flow([(name, "AEO"[i]), ("in_fp8", "g"), ("scaled", "I")])
    f.text_lines("kept_high")
    f = d.new_frame(
        "promote",
        r"\sum_{k=1}^{4096} = \sum_{g=1}^{32} \class{cache}{\mathrm{FP32}} \left( \sum_{k \in g} \class{attention}{\mathrm{FP8}} \right)",
    )
    f.text_lines("partial")
    parts = f.cell_row("AAAAAAAA", height=24)
    f.skip(26)
    total = f.cell_row("C", width=140, height=28, texts=("=FP32",))[0]
    for place in parts:
        f.connect_places(place, total, "C", thin=True)
    f.skip(6)
    f.bar_rows(
        [
            ("without", fp8.dot_error(4096, None), "X", f"={d.numbers['long']}%"),
            ("with", fp8.dot_error(4096, every), "C", f"={d.numbers['promoted']}%"),
        ]
    )


@draws_technique("fp4-qat")
def draw_fp4_qat(d: Drawing, f: Canvas) -> None:
    levels = (0, 0.5, 1, 1.5, 2, 3, 4, 6)
    f.text_lines("levels", "strong")
    both = sorted({s * v for v in levels for s in (1, -1)})
    y = f.y + 14
    f.panel.line([(f.x + 8, y), (f.x + f.width - 8, y)], "axis")
    f.panel.dots([(f.x + f.width / 2 + v * (f.width / 2 - 12) / 6, y) for v in both], "attention")
    f.skip(24)
    f.columns_chart([exp(-(((i - 24) / 9) ** 2)) for i in range(49)], "g", height=50)
    f.text_lines("weights")
    f.box_flow([("=FP32", "C"), ("=FP4", "A"), ("=FP8", "O")], back="straight")
    _draw_formats(f, "FP4", "FP8", length=8)


@draws_technique("in-place-cross-entropy")
def draw_in_place(d: Drawing, f: Canvas) -> None:
    d.use_numbers("deepseek-llm-7b-base")
    f.text_lines("vocabulary")
    f.text_lines("usual", "strong")
    f.event_lanes([("=", [(0, 1, "A", "logits")]), ("=", [(0, 1, "X", "gradient")])], length=1, height=34)
    f.text_lines("in_place", "strong")
    f.event_lanes([("=", [(0, 0.5, "E", "gradient"), (0.5, 0.5, "A", "logits")])], length=1, height=34)
    f.text_lines("kernel")


@draws_technique("recompute")
def draw_recompute(d: Drawing, f: Canvas) -> None:
    f.text_lines("stored", "strong")
    f.cell_row("CCCCCCCCCCCC", height=34)
    f.text_lines("every")
    f.skip(6)
    f.text_lines("recomputed", "strong")
    f.cell_row("C...C...C...", height=34)
    f.cell_row("EEEEEEEEEEEE", height=12)
    f.text_lines("again")
    f.colour_legend(("C", "kept"), (".", "thrown"), ("E", "backward"))


@draws_technique("sft")
def draw_sft(d: Drawing, f: Canvas) -> None:
    f.text_lines("sample", "strong")
    f.cell_row("gggAAAA", height=30, texts=d.sample_tokens())
    f.text_lines("loss", "strong")
    f.columns_chart((0, 0, 0, 2.1, 0.3, 1.6, 0.2), "A", height=70)
    f.colour_legend(("g", "request"), ("A", "answer"))


@draws_technique("rlhf")
def draw_rlhf(d: Drawing, f: Canvas) -> None:
    f.text_lines("people", "strong")
    f.box_flow([("better", "C"), ("worse", "x")], arrows=False)
    f.arrow_down("learns")
    f.box_flow([("reward_model", "I")])
    f.arrow_down()
    f.box_flow([("policy", "A"), ("answers", "a"), ("score", "I")], back="update")


@draws_technique("ppo")
def draw_ppo(d: Drawing, f: Canvas) -> None:
    for name, kind, limit in (("good", "A", 1.2), ("bad", "X", 0.8)):
        f.text_lines(name, "strong")
        good = name == "good"
        points = [(x / 2, 0.1 + 0.4 * (min(x, limit) if good else max(x, limit))) for x in np.linspace(0.2, 1.8, 60)]
        f.curve_chart([(points, kind)], "ratio", "objective" if good else "penalty", height=80)
    f.text_lines("flat")


@draws_technique("dpo")
def draw_dpo(d: Drawing, f: Canvas) -> None:
    f.text_lines("start", "strong")
    f.bar_rows([("preferred", 0.5, "c", "="), ("other", 0.5, "x", "=")], most=1)
    f.arrow_down("pushes")
    f.text_lines("after", "strong")
    f.bar_rows([("preferred", 0.85, "C", "="), ("other", 0.3, "X", "=")], most=1)
    f.text_lines("difference")


_RIGHT = (1, 0, 0, 1, 0, 1, 0, 0)


@draws_technique("grpo")
def draw_grpo(d: Drawing, f: Canvas) -> None:
    rewards = np.array(_RIGHT, dtype=float)
    advantages = [float(a) for a in (rewards - rewards.mean()) / rewards.std()]
    good, bad = (MEANINGS["grpo"][which] for which in ("right", "wrong"))
    signs = "".join(good if r else bad for r in _RIGHT)
    d.numbers |= {
        "group": len(_RIGHT),
        "right": sum(_RIGHT),
        "up": f"{max(advantages):.2f}",
        "down": f"{min(advantages):.2f}",
        "wrong": f"{min(advantages):.2f}".replace("-", "−"),  # in a sentence
        "mean": f"{np.mean(_RIGHT):.3f}",
    }
    question = f.cell_row("G", width=120, height=26, texts=("question",))[0]
    f.skip(34)
    answers = f.cell_row("A" * len(_RIGHT), height=40, gap=8)
    for place in answers:
        f.connect_places(question, place, "A", thin=True)
    f.cell_row(signs, height=22, gap=8, texts=["=1" if r else "=0" for r in _RIGHT])
    f.skip(6)
    f.columns_chart(advantages, signs, height=80)
    f.colour_legend((good, "above_mean"), (bad, "below_mean"))
    f = d.new_frame(
        "answer",
        r"\class{attention}{o_1, \ldots, o_G} \sim \pi_{\theta_{\mathrm{old}}}, \qquad r_i \in \{\class{cache}{1}, \class{off}{0}\}",
    )
    f.event_lanes(
        [
            (f"={i + 1}", [(0, long, "A"), (long, 0.5, good if r else bad)])
            for i, (long, r) in enumerate(zip((5, 3, 6, 4, 7, 6, 2, 5), _RIGHT, strict=True))
        ],
        length=8,
        height=16,
    )
    f.colour_legend(("A", "written"), (good, "right_answer"), (bad, "wrong_answer"))
    f = d.new_frame(
        "compare",
        r"\hat{A}_i = \frac{r_i - \mathrm{mean}(r)}{\mathrm{std}(r)} \in \{\class{cache}{<up>}, \class{off}{<down>}\}",
    )
    f.columns_chart([r + 0.001 for r in _RIGHT], signs, line=float(np.mean(_RIGHT)), height=60)
    f.text_lines("mean_reward")
    f.columns_chart(advantages, signs, height=70)
    f.text_lines("sum_zero")
    f = d.new_frame(
        "push",
        r"\min\left(\rho \hat{A}, \; \mathrm{clip}(\rho, 1 - \varepsilon, 1 + \varepsilon) \hat{A}\right) \qquad - \beta \, \class{index}{D_{\mathrm{KL}}}",
    )
    lifted = [0.5 + (0.22 if r else -0.13) for r in _RIGHT]
    f.text_lines("before_step")
    f.columns_chart([0.5] * 8, "a", height=44)
    f.text_lines("after_step")
    f.columns_chart(lifted, signs, height=64)
    f.colour_legend(("I", "leash"))


@draws_technique("rule-based-reward")
def draw_rule_based(d: Drawing, f: Canvas) -> None:
    for given, check, kind in (("boxed_right", "one", "C"), ("boxed_wrong", "zero", "X"), ("program", "tests", "C")):
        f.box_flow([(given, "a"), ("rule", "I"), (check, kind)])
    f.text_lines("no_network")


@draws_technique("generative-rm")
def draw_generative_rm(d: Drawing, f: Canvas) -> None:
    f.box_flow([("answer", "a"), ("judge", "I")])
    f.arrow_down("writes")
    f.box_flow([("criticism", "i")])
    f.arrow_down("then")
    f.box_flow([("=7", "C"), ("=8", "C"), ("=7", "C")], arrows=False)
    f.text_lines("votes")


@draws_technique("cold-start")
def draw_cold_start(d: Drawing, f: Canvas) -> None:
    f.text_lines("without", "strong")
    f.box_flow([("base", "G"), ("rl", "A"), ("mixed", "x")])
    f.text_lines("with", "strong")
    f.box_flow([("base", "G"), ("few", "C"), ("rl", "A")])
    f.arrow_down()
    f.box_flow([("readable", "C")])
    f.text_lines("amount")


@draws_technique("rejection-sampling")
def draw_rejection_sampling(d: Drawing, f: Canvas) -> None:
    row = "CXXCXCXXXCXX"
    f.text_lines("samples", "strong")
    f.cell_row("A" * 12, height=34)
    f.arrow_down("check")
    places = f.cell_row(row, height=34)
    f.skip(26)
    kept = f.cell_row("CCCC", height=34, width=24, gap=6)
    right = [place for place, kind in zip(places, row, strict=True) if kind == "C"]
    for place, to in zip(right, kept, strict=True):
        f.connect_places(place, to, "C")
    f.text_lines("tuning")
    f.colour_legend(("C", "passes"), ("X", "fails"))


@draws_technique("distillation")
def draw_distillation(d: Drawing, f: Canvas) -> None:
    whole = d.catalogue_number("variant:deepseek-r1/parameters.total")
    left, right = f.split_columns(1, 1)
    left.panel.bar(left.x, left.y, 130, 130, "attention")
    left.panel.text(left.x + 65, left.y + 70, "R1", "on", "middle")
    left.skip(134)
    left.text_lines(f"={whole / 1e9:.0f}B", "strong")
    for student in ("llama-70b", "qwen-32b", "qwen-7b"):
        size = d.catalogue_number(f"variant:deepseek-r1-distill-{student}/parameters.total")
        edge = 130 * (size / whole) ** 0.5
        right.panel.arrow(right.x - 30, right.y + edge / 2, right.x, right.y + edge / 2)
        right.panel.bar(right.x + 10, right.y, edge, edge, "expert")
        right.panel.text(right.x + 64, right.y + edge / 2 + 5, f"{size / 1e9:.0f}B", "strong")
        right.skip(edge + 18)
    f.close_columns(left, right)
    f.text_lines("areas")
    f.text_lines("answers")


@draws_technique("on-policy-distillation")
def draw_on_policy(d: Drawing, f: Canvas) -> None:
    f.text_lines("student", "strong")
    f.cell_row("EEEEEE", height=28, texts=d.sample_tokens())
    f.text_lines("teacher", "strong")
    f.columns_chart((0.9, 0.85, 0.8, 0.7, 0.75, 0.06), "AAAAAX", height=60)
    f.text_lines("every_position")
    f.box_flow([("maths", "A"), ("code", "A"), ("agent", "A")], arrows=False)
    f.arrow_down("one_model")
    f.box_flow([("student_box", "E")])


@draws_technique("esft")
def draw_esft(d: Drawing, f: Canvas) -> None:
    f.text_lines("whole", "strong")
    f.cell_row("E" * 32, height=34, gap=2)
    f.text_lines("some", "strong")
    f.cell_row("".join("E" if i in {3, 9, 10, 22, 29} else "g" for i in range(32)), height=34, gap=2)
    f.colour_legend(("E", "trained"), ("g", "frozen"))
    f.text_lines("task")
