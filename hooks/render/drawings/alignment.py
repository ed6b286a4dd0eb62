"""Drawings of what follows pre-training: fine-tuning, preferences, rewards, distillation."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Drawing, draws_technique


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
    signs = "".join("C" if r else "X" for r in _RIGHT)
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
    f.text_lines("advantage")
    f = d.new_frame(
        "answer",
        r"\class{attention}{o_1, \ldots, o_G} \sim \pi_{\theta_{\mathrm{old}}}, \qquad r_i \in \{\class{cache}{1}, \class{off}{0}\}",
    )
    f.event_lanes(
        [
            (f"={i + 1}", [(0, long, "A"), (long, 0.5, "C" if r else "X")])
            for i, (long, r) in enumerate(zip((5, 3, 6, 4, 7, 6, 2, 5), _RIGHT, strict=True))
        ],
        length=8,
        height=16,
    )
    f.colour_legend(("A", "written"), ("C", "right_answer"), ("X", "wrong_answer"))
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
