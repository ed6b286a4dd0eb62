"""GRPO on the smallest task, where every probability can be listed: one question, four answers, groups of four. deepseekmath eq. 3.

The policy is a softmax over four numbers, and nothing is estimated: the update is the mean over all 4⁴ groups that could be drawn,
each with its probability. `python -m labs.train.alignment.one_step` prints it, and one drawn group beside it.
"""

import itertools
import json
from pathlib import Path

import torch

from labs.train.alignment.grpo import advantages

QUESTION, ANSWERS, RIGHT, GROUP = "1+1", ("1", "2", "3", "4"), 1, 4
FILE = Path(__file__).parents[3] / "data" / "experiments" / "one-step.json"


def gradient(theta, group, divide_by_deviation):
    """∂J/∂θ of one group of answers: the mean of A · ∂ log π. For a softmax, ∂ log π(a) is the unit vector of a minus π."""
    A = advantages((group == RIGHT).to(theta.dtype)[None], divide_by_deviation)[0]
    unit = torch.nn.functional.one_hot(group, len(ANSWERS)).to(theta.dtype)
    return (A[:, None] * (unit - theta.softmax(-1))).mean(0), A


def expected_gradient(theta, divide_by_deviation):
    """The mean over all groups, weighted with the probability that they are drawn."""
    p, total = theta.softmax(-1), torch.zeros_like(theta)
    for group in itertools.product(range(len(ANSWERS)), repeat=GROUP):
        group = torch.tensor(group)
        total += p[group].prod() * gradient(theta, group, divide_by_deviation)[0]
    return total


def course(theta, steps, lr, divide_by_deviation):
    """Probabilities of the answers before the first step and after each."""
    listed = [theta.softmax(-1).tolist()]
    for _ in range(steps):
        theta = theta + lr * expected_gradient(theta, divide_by_deviation)
        listed.append(theta.softmax(-1).tolist())
    return listed


def worked_example(steps=40, lr=1.0, seed=0):
    """Everything about one step and many, rounded to six digits."""
    theta = torch.log(torch.tensor([0.4, 0.2, 0.3, 0.1], dtype=torch.float64))
    p = theta.softmax(-1)
    group = torch.tensor([0, 1, 2, 0]) if seed == 0 else torch.multinomial(p, GROUP, replacement=True)
    step, A = gradient(theta, group, True)
    nothing = sum(float(q**GROUP) for q in (p[RIGHT], 1 - p[RIGHT]))
    found = {
        "question": QUESTION,
        "answers": ANSWERS,
        "right": ANSWERS[RIGHT],
        "learning_rate": lr,
        "before": p.tolist(),
        "one_group": {
            "answers": [ANSWERS[a] for a in group],
            "rewards": (group == RIGHT).double().tolist(),
            "advantages": A.tolist(),
            "gradient": step.tolist(),
            "after": (theta + lr * step).softmax(-1).tolist(),
        },
        "all_groups": {
            "number": len(ANSWERS) ** GROUP,
            "share_that_teach_nothing": nothing,
            "gradient": expected_gradient(theta, True).tolist(),
        },
        "course": {
            "divided by the deviation": course(theta, steps, lr, True),
            "not divided": course(theta, steps, lr, False),
        },
    }
    return json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 6))


def main():
    found = worked_example()
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    line = lambda values: "  ".join(f"{v:6.3f}" for v in values)  # noqa: E731
    print(f"{found['question']} = ?            {'      '.join(found['answers'])}")
    print(f"before            {line(found['before'])}")
    print(f"one drawn group {found['one_group']['answers']}: advantages {line(found['one_group']['advantages'])}")
    print(f"after it          {line(found['one_group']['after'])}")
    for name, listed in found["course"].items():
        for n in (1, 5, 20, 40):
            print(f"{name}, after {n:2} mean steps  {line(listed[n])}")


if __name__ == "__main__":
    main()
