"""Mechanisms of learning and of writing: one gradient step with its numbers, the memory that ZeRO divides, and sampling."""

from __future__ import annotations

import numpy as np
from labs import one_step, sampling

from catalogue.records import Catalogue

from ..words import Words
from .panel import Panel

_A, _B, _X, _Y, _ETA = 0.5, np.array([1.0, 0.0, -1.0]), 2.0, 1, 0.1


def gradient_step(words: Words, catalogue: Catalogue) -> list[Panel]:
    """The tiny network of the guide: forward, backward, and forward again with the weights after the step."""
    name = "mechanism.one-step"
    h, p, loss = one_step.forward(_A, _B, _X, _Y)
    dz, db, dh, da = one_step.backward(_A, _B, _X, _Y)
    a, b = one_step.step(_A, _B, _X, _Y, _ETA)
    h_after, p_after, loss_after = one_step.forward(a, b, _X, _Y)
    forward = Panel(
        words(f"{name}.forward"),
        214,
        words(f"{name}.forward_says", loss=_signed_number(loss, 3), p=_signed_number(p[_Y], 3)),
    )
    _draw_gradient_graph(forward, words, _A, _B, h, p)
    forward.text(180, 206, words(f"{name}.loss", loss=_signed_number(loss, 3)), "strong", "middle")
    backward = Panel(words(f"{name}.backward"), 214, words(f"{name}.backward_says", da=_signed_number(da, 3)))
    _draw_network_frame(backward)
    backward.text(70, 62, f"∂a {_signed_number(da, 3)}", "strong", "middle")
    backward.text(112, 128, f"∂h {_signed_number(dh, 3)}", "strong", "middle")
    for i, y in enumerate(_ROWS):
        backward.text(196, y + (6, -6, 2)[i], f"∂b{_BELOW[i]} {_signed_number(db[i], 3)}", "strong", "middle")
        backward.text(272, y + 4, f"∂z{_BELOW[i]} {_signed_number(dz[i], 3)}", "strong")
    backward.text(180, 206, words(f"{name}.rule"), "", "middle")
    after = Panel(words(f"{name}.after"), 214, words(f"{name}.after_says", loss=_signed_number(loss_after, 3)))
    _draw_gradient_graph(after, words, a, b, h_after, p_after)
    after.text(180, 206, words(f"{name}.loss", loss=_signed_number(loss_after, 3)), "strong", "middle")
    return [forward, backward, after]


_ROWS = (36, 92, 148)
_BELOW = "₁₂₃"


def _draw_network_frame(panel: Panel) -> None:
    """The nodes x, h and the three tokens, and the weights between them as lines."""
    panel.line([(34, 92), (98, 92)], "attention")
    for y in _ROWS:
        panel.line([(126, 92), (262, y)], "attention")
    panel.bar(6, 78, 28, 28, "faint")
    panel.text(20, 96, "x", "strong", "middle")
    panel.bar(98, 78, 28, 28, "faint")
    panel.text(112, 96, "h", "strong", "middle")


def _draw_gradient_graph(panel: Panel, words: Words, a: float, b: np.ndarray, h: float, p: np.ndarray) -> None:
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


def bytes_of_zero(words: Words, catalogue: Catalogue) -> list[Panel]:
    """Bytes for each parameter on a GPU, without ZeRO and in its three stages, with eight copies of the model."""
    name, copies = "mechanism.zero-bytes", 8
    parts = (("weight", 2.0, "attention"), ("gradient", 2.0, "other"), ("optimizer", 12.0, "expert"))
    divided = {0: (), 1: ("optimizer",), 2: ("optimizer", "gradient"), 3: ("optimizer", "gradient", "weight")}
    panel = Panel(words(f"{name}.title", copies=copies), 202, words(f"{name}.says"))
    for stage, shared in divided.items():
        y, x, total = 12 + stage * 42, 60.0, 0.0
        panel.text(0, y + 19, words(f"{name}.stage", stage=stage) if stage else words(f"{name}.none"), "strong")
        for part, size, kind in parts:
            held = size / copies if part in shared else size
            panel.bar(x, y, 15.5 * held - 1, 28, kind)
            x, total = x + 15.5 * held, total + held
        panel.text(x + 6, y + 19, f"{total:g}", "strong")
    x = 60.0
    for part, _, kind in parts:
        panel.bar(x, 184, 10, 10, kind)
        panel.text(x + 14, 193, words(f"{name}.{part}"), "small")
        x += 88
    return [panel]


def sampling_figure(words: Words, catalogue: Catalogue) -> list[Panel]:
    """One distribution as it is, at a lower temperature, and cut by top-p."""
    name = "mechanism.sampling"
    z = np.log([0.46, 0.2, 0.13, 0.09, 0.06, 0.04, 0.02])
    cases = (("plain", 1.0, 1.0), ("cold", 0.6, 1.0), ("cut", 0.6, 0.95))
    panels = []
    for case, tau, threshold in cases:
        p = sampling.top_p(sampling.with_temperature(z, tau), threshold)
        panel = Panel(words(f"{name}.{case}"), 176, words(f"{name}.says", first=f"{p[0]:.2f}", last=f"{p[-1]:.3f}"))
        for i, share in enumerate(p):
            x = 4 + 50 * i
            panel.bar(x, 140 - 165 * float(share), 42, 165 * float(share), "attention" if share else "off")
            panel.text(x + 21, 134 - 165 * float(share), f"{share:.2f}" if share else "0", "", "middle")
        panel.line([(0, 140), (356, 140)], "axis")
        panel.text(0, 162, words(f"{name}.tokens"))
        panels.append(panel)
    return panels
