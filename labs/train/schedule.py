"""Learning rate over the steps, as a factor of its peak. deepseek-llm §2.3 (multi-step); wsd §4 (warm-up, stable, decay)."""

import math

SCHEDULES = ("wsd", "multi-step", "cosine", "constant")


def factor(kind, step, steps, warmup=0.02, final=0.1):
    """step counts from 0. multi-step: 31.6 % after 80 % of the steps, 10 % after 90 %. wsd: a line down over the last 20 %."""
    begin = max(1, round(warmup * steps))
    if step < begin:
        return (step + 1) / begin
    done = step / steps
    if kind == "multi-step":
        return 1.0 if done < 0.8 else 0.1**0.5 if done < 0.9 else 0.1
    if kind == "wsd":
        return 1.0 if done < 0.8 else 1 - (1 - final) * (done - 0.8) / 0.2
    if kind == "cosine":
        return final + (1 - final) * (1 + math.cos(math.pi * (step - begin) / (steps - begin))) / 2
    if kind == "constant":
        return 1.0
    raise ValueError(f"{kind} is none of {SCHEDULES}")
