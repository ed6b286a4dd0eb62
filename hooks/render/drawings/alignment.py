"""Drawings of what follows pre-training: fine-tuning, preferences, rewards, distillation."""

from __future__ import annotations

import numpy as np

from .canvas import Drawing, draws


@draws("sft")
def draw_sft(d: Drawing) -> None:
    f = d.frame()
    f.text("sample", "strong")
    f.cell_row("gggAAAA", height=30, texts=d.sample())
    f.text("loss", "strong")
    f.columns_chart((0, 0, 0, 2.1, 0.3, 1.6, 0.2), "A", height=70)
    f.legend(("g", "request"), ("A", "answer"))


@draws("rlhf")
def draw_rlhf(d: Drawing) -> None:
    f = d.frame()
    f.text("people", "strong")
    f.box_flow([("better", "C"), ("worse", "x")], arrows=False)
    f.arrow_down("learns")
    f.box_flow([("reward_model", "I")])
    f.arrow_down()
    f.box_flow([("policy", "A"), ("answers", "a"), ("score", "I")], back="update")


@draws("ppo")
def draw_ppo(d: Drawing) -> None:
    f = d.frame()
    for name, kind, limit in (("good", "A", 1.2), ("bad", "X", 0.8)):
        f.text(name, "strong")
        good = name == "good"
        points = [(x / 2, 0.1 + 0.4 * (min(x, limit) if good else max(x, limit))) for x in np.linspace(0.2, 1.8, 60)]
        f.curves([(points, kind)], "ratio", "objective" if good else "penalty", height=80)
    f.text("flat")


@draws("dpo")
def draw_dpo(d: Drawing) -> None:
    f = d.frame()
    f.text("start", "strong")
    f.bars([("preferred", 0.5, "c", "="), ("other", 0.5, "x", "=")], most=1)
    f.arrow_down("pushes")
    f.text("after", "strong")
    f.bars([("preferred", 0.85, "C", "="), ("other", 0.3, "X", "=")], most=1)
    f.text("difference")


_RIGHT = (1, 0, 0, 1, 0, 1, 0, 0)


def _example_advantages() -> list[float]:
    rewards = np.array(_RIGHT, dtype=float)
    return [float(a) for a in (rewards - rewards.mean()) / rewards.std()]


@draws("grpo")
def draw_grpo(d: Drawing) -> None:
    advantages = _example_advantages()
    signs = "".join("C" if r else "X" for r in _RIGHT)
    d.numbers |= {
        "group": len(_RIGHT),
        "right": sum(_RIGHT),
        "up": f"{max(advantages):.2f}",
        "down": f"{min(advantages):.2f}",
        "wrong": f"{min(advantages):.2f}".replace("-", "−"),  # in a sentence
        "mean": f"{np.mean(_RIGHT):.3f}",
    }
    f = d.frame()
    question = f.cell_row("G", width=120, height=26, texts=("question",))[0]
    f.skip(34)
    answers = f.cell_row("A" * len(_RIGHT), height=40, gap=8)
    for place in answers:
        f.connect(question, place, "A", thin=True)
    f.cell_row(signs, height=22, gap=8, texts=["=1" if r else "=0" for r in _RIGHT])
    f.skip(6)
    f.columns_chart(advantages, signs, height=80)
    f.text("advantage")
    f = d.frame(
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
    f.legend(("A", "written"), ("C", "right_answer"), ("X", "wrong_answer"))
    f = d.frame(
        "compare",
        r"\hat{A}_i = \frac{r_i - \mathrm{mean}(r)}{\mathrm{std}(r)} \in \{\class{cache}{<up>}, \class{off}{<down>}\}",
    )
    f.columns_chart([r + 0.001 for r in _RIGHT], signs, line=float(np.mean(_RIGHT)), height=60)
    f.text("mean_reward")
    f.columns_chart(advantages, signs, height=70)
    f.text("sum_zero")
    f = d.frame(
        "push",
        r"\min\left(\rho \hat{A}, \; \mathrm{clip}(\rho, 1 - \varepsilon, 1 + \varepsilon) \hat{A}\right) \qquad - \beta \, \class{index}{D_{\mathrm{KL}}}",
    )
    lifted = [0.5 + (0.22 if r else -0.13) for r in _RIGHT]
    f.text("before_step")
    f.columns_chart([0.5] * 8, "a", height=44)
    f.text("after_step")
    f.columns_chart(lifted, signs, height=64)
    f.legend(("I", "leash"))


@draws("rule-based-reward")
def draw_rule_based(d: Drawing) -> None:
    f = d.frame()
    for given, check, kind in (("boxed_right", "one", "C"), ("boxed_wrong", "zero", "X"), ("program", "tests", "C")):
        f.box_flow([(given, "a"), ("rule", "I"), (check, kind)])
    f.text("no_network")


@draws("generative-rm")
def draw_generative_rm(d: Drawing) -> None:
    f = d.frame()
    f.box_flow([("answer", "a"), ("judge", "I")])
    f.arrow_down("writes")
    f.box_flow([("criticism", "i")])
    f.arrow_down("then")
    f.box_flow([("=7", "C"), ("=8", "C"), ("=7", "C")], arrows=False)
    f.text("votes")


@draws("cold-start")
def draw_cold_start(d: Drawing) -> None:
    f = d.frame()
    f.text("without", "strong")
    f.box_flow([("base", "G"), ("rl", "A"), ("mixed", "x")])
    f.text("with", "strong")
    f.box_flow([("base", "G"), ("few", "C"), ("rl", "A")])
    f.arrow_down()
    f.box_flow([("readable", "C")])
    f.text("amount")


@draws("rejection-sampling")
def draw_rejection_sampling(d: Drawing) -> None:
    row = "CXXCXCXXXCXX"
    f = d.frame()
    f.text("samples", "strong")
    f.cell_row("A" * 12, height=34)
    f.arrow_down("check")
    places = f.cell_row(row, height=34)
    f.skip(26)
    kept = f.cell_row("CCCC", height=34, width=24, gap=6)
    right = [place for place, kind in zip(places, row, strict=True) if kind == "C"]
    for place, to in zip(right, kept, strict=True):
        f.connect(place, to, "C")
    f.text("tuning")
    f.legend(("C", "passes"), ("X", "fails"))


@draws("distillation")
def draw_distillation(d: Drawing) -> None:
    teacher, *students = (
        "deepseek-r1",
        "deepseek-r1-distill-llama-70b",
        "deepseek-r1-distill-qwen-32b",
        "deepseek-r1-distill-qwen-7b",
    )
    whole = d.catalogue_number(f"variant:{teacher}/parameters.total")
    f = d.frame()
    left, right = f.columns(1, 1)
    left.panel.bar(left.x, left.y, 130, 130, "attention")
    left.panel.text(left.x + 65, left.y + 70, "R1", "on", "middle")
    left.skip(134)
    left.text(f"={whole / 1e9:.0f}B", "strong")
    for student in students:
        size = d.catalogue_number(f"variant:{student}/parameters.total")
        edge = 130 * (size / whole) ** 0.5
        right.panel.arrow(right.x - 30, right.y + edge / 2, right.x, right.y + edge / 2)
        right.panel.bar(right.x + 10, right.y, edge, edge, "expert")
        right.panel.text(right.x + 64, right.y + edge / 2 + 5, f"{size / 1e9:.0f}B", "strong")
        right.skip(edge + 18)
    f.join(left, right)
    f.text("areas")
    f.text("answers")


@draws("on-policy-distillation")
def draw_on_policy(d: Drawing) -> None:
    f = d.frame()
    f.text("student", "strong")
    f.cell_row("EEEEEE", height=28, texts=d.sample())
    f.text("teacher", "strong")
    f.columns_chart((0.9, 0.85, 0.8, 0.7, 0.75, 0.06), "AAAAAX", height=60)
    f.text("every_position")
    f.box_flow([("maths", "A"), ("code", "A"), ("agent", "A")], arrows=False)
    f.arrow_down("one_model")
    f.box_flow([("student_box", "E")])


@draws("esft")
def draw_esft(d: Drawing) -> None:
    f = d.frame()
    f.text("whole", "strong")
    f.cell_row("E" * 32, height=34, gap=2)
    f.text("some", "strong")
    f.cell_row("".join("E" if i in {3, 9, 10, 22, 29} else "g" for i in range(32)), height=34, gap=2)
    f.legend(("E", "trained"), ("g", "frozen"))
    f.text("task")
