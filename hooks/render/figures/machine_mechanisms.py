"""Static figures of machines: the roofline, DualPipe's overlap, forms of parallelism."""

from __future__ import annotations

import math

from labs.roofline import ridge

from .attention_mechanisms import architecture_count
from .canvas import Mechanism, Panel, draws_mechanism
from .meanings import kinds_of

_TERA = 1e12


@draws_mechanism("roofline", page="guides/what-a-gpu-waits-for.md")
def roofline_of_h800(figure: Mechanism) -> None:
    gpu = figure.catalogue.gpus["nvidia-h800"]
    bf16, bandwidth = (float(getattr(gpu, name).value.value) for name in ("bf16_tflops", "bandwidth_tb_per_s"))
    v3, llm = figure.catalogue.entries["deepseek-v3-base"], figure.catalogue.entries["deepseek-llm-67b-base"]
    names = ("num_attention_heads", "kv_lora_rank", "qk_rope_head_dim")
    heads, latent, rope = (architecture_count(v3, name) for name in names)
    mla = heads * (2 * latent + rope) / (latent + rope)
    gqa = architecture_count(llm, "num_attention_heads") / architecture_count(llm, "num_key_value_heads")
    corner = ridge(bf16 * _TERA, bandwidth * _TERA)
    attention = [("mha", 1.0), ("gqa", gqa), ("mla_split", mla / 4), ("mla", mla)]
    products = [("one", 1.0), ("batch", 32.0), ("expert", 256.0), ("prompt", 4096.0)]
    for case, points in (("attention", attention), ("products", products)):
        panel = figure.new_panel(case, 250, says="says", ridge=round(corner), points=len(points))

        def place(intensity: float, tflops: float) -> tuple[float, float]:
            return 40 + 78 * math.log10(intensity / 0.6), 206 - 60 * math.log10(tflops / 1.5)

        for tflops in (10, 100, 1000):
            y = place(1, tflops)[1]
            panel.line([(40, y), (356, y)], "axis")
            panel.text(36, y + 4, f"{tflops:,}", "small", "end")
        for intensity in (1.0, 10.0, 100.0, 1000.0):
            panel.text(place(intensity, 1.5)[0], 222, f"{intensity:,.0f}", "small", "middle")
        panel.line([place(0.6, 0.6 * bandwidth), place(corner, bf16), (356, place(corner, bf16)[1])], "attention")
        panel.line([place(corner, bf16), (place(corner, 1.5)[0], 206)], "dashed")
        panel.text(place(corner, 1.5)[0] + 4, 200, figure.say("ridge", ridge=round(corner)), "small")
        for label, intensity in points:
            x, y = place(intensity, min(bf16, intensity * bandwidth))
            panel.dots([(x, y)], "expert")
            if intensity < 20:  # right of the slope, or left of it before the line of the ridge, or behind that line
                panel.text(x + 9, y + 12, figure.say(label), "strong")
            elif intensity < corner:
                panel.text(x - 6, y - 9, figure.say(label), "strong", "end")
            else:
                panel.text(356, y + 22, figure.say(label), "strong", "end")
        panel.text(356, 240, figure.say("intensity"), "", "end")
        panel.text(0, 14, figure.say("tflops"))


_CHUNK, _LEFT = 28.8, 68


@draws_mechanism("dualpipe-lanes", page="guides/what-a-gpu-waits-for.md", techniques=("dualpipe",))
def dualpipe_lanes(figure: Mechanism) -> None:
    kinds = kinds_of("dualpipe")
    # (label, meaning, lane, start, length); attention, experts and an exchange take a unit, a backward part two: input and weights.
    alone = [
        ("attention", "forward", 0, 0, 1),
        ("dispatch", "forward_sent", 1, 1, 1),
        ("experts", "forward", 0, 2, 1),
        ("combine", "forward_sent", 1, 3, 1),
        ("combine", "backward_sent", 1, 4, 1),
        ("experts", "backward", 0, 5, 2),
        ("dispatch", "backward_sent", 1, 7, 1),
        ("attention", "backward", 0, 8, 2),
    ]
    together = [
        ("experts", "backward", 0, 0, 2),
        ("dispatch", "forward_sent", 1, 0, 1),
        ("experts", "forward", 0, 2, 1),
        ("dispatch", "backward_sent", 1, 2, 1),
        ("attention", "backward", 0, 3, 2),
        ("combine", "forward_sent", 1, 3, 1),
        ("attention", "forward", 0, 5, 1),
        ("combine", "backward_sent", 1, 5, 1),
    ]
    for case, blocks in (("alone", alone), ("together", together)):
        last = max(start + length for *_, start, length in blocks)
        busy = sum(length for _, _, lane, _, length in blocks if lane == 0)
        panel = figure.new_panel(case, 150, busy=busy, length=last, idle=last - busy)
        for lane, label in enumerate(("computes", "sends")):
            panel.text(0, 26 + lane * 50, figure.say(label), "small")
            panel.bar(_LEFT, 8 + lane * 50, _CHUNK * 10, 34, "faint")
        for label, meaning, lane, start, length in blocks:
            x, y = _LEFT + start * _CHUNK, 8 + lane * 50
            panel.bar(x, y, length * _CHUNK - 2, 34, kinds[meaning])
            panel.text(x + length * _CHUNK / 2 - 1, y + 22, figure.say(label), "strong" if lane else "on", "middle")
        panel.text(_LEFT, 126, figure.say(f"{case}_below", busy=busy, length=last), "strong")
        panel.legend(_LEFT, 136, *((kinds[way], figure.say(way)) for way in ("forward", "backward")))


_GPUS, _BOX, _GAP, _LAYERS, _TOKENS = 4, 84, 8, 4, 8
_SPLITS = ("data", "tensor", "pipeline", "expert", "context")


@draws_mechanism("parallelisms", page="guides/framework.md", techniques=("tensor-parallelism", "context-parallelism"))
def forms_of_parallelism(figure: Mechanism) -> None:
    for split in _SPLITS:
        panel = figure.new_panel(split, 184)
        for gpu in range(_GPUS):
            x = gpu * (_BOX + _GAP)
            panel.bar(x, 4, _BOX, 132, "faint")
            for layer in range(_LAYERS):
                _draw_layer(panel, split, gpu, layer, x + 5, 72 - 20 * layer)
            _draw_text(panel, split, gpu, x + 5, 102)
            text = {"pipeline": _GPUS - gpu, "data": gpu + 1, "expert": gpu + 1}.get(split, 1)
            panel.text(x + _BOX / 2, 130, figure.say("text", number=text), "small", "middle")
        if split == "pipeline":
            for gpu in range(_GPUS - 1):
                x = (gpu + 1) * (_BOX + _GAP) - _GAP
                panel.arrow(x - 26, 148, x + 26 + _GAP, 148)
        else:
            panel.arrow(180, 148, 358, 148)
            panel.arrow(180, 148, 2, 148)
        panel.text(180, 170, figure.say(f"{split}_sends"), "strong", "middle")


def _draw_layer(panel: Panel, split: str, gpu: int, layer: int, x: float, y: float) -> None:
    whole = split in ("data", "context") or (split == "pipeline" and layer == gpu)
    panel.bar(x, y, 28, 14, "attention" if whole or split == "expert" else "outline")
    if not whole:
        panel.bar(x + 32, y, 42, 14, "outline")
    for expert in range(_GPUS):
        if whole or (split == "expert" and expert == gpu):
            panel.bar(x + 32 + expert * 11, y, 9, 14, "expert")
    if split == "tensor":  # a slice of each matrix
        panel.bar(x + 7 * gpu, y, 7, 14, "attention")
        for expert in range(_GPUS):
            panel.bar(x + 32 + expert * 11 + 9 * gpu / _GPUS, y, 9 / _GPUS, 14, "expert")


def _draw_text(panel: Panel, split: str, gpu: int, x: float, y: float) -> None:
    share = _TOKENS // _GPUS
    if split == "context":
        panel.bar(x, y, 9.4 * _TOKENS - 1.8, 10, "outline")
    for token in range(_TOKENS):
        if split != "context" or token // share == gpu:
            panel.bar(x + token * 9.4, y, 7.6, 10, "cache")
