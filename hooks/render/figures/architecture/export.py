"""A drawing as an SVG file, its layers in order, and its text alternative.

The file has the light scheme's colours and the fonts written in, and no links: their targets are on the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from catalogue.derive.expression import parse_layout
from catalogue.kinds import per_kind
from catalogue.records import Entry
from catalogue.schema.architecture import FeedForward

from .attention import kind_name
from .shapes import Dimension, Dimensions

_STYLES = Path(__file__).parents[2] / "styles"
_SVG = re.compile(r'<svg class="ds-drawing-wide".*?</svg>', re.DOTALL)
_LINK = re.compile(r"</?a\b[^>]*>")
_DATA = re.compile(r' data-[a-z]+="[^"]*"')
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_RIGHT, _LINE = 28, 18  # right margin of a sheet, height of a line
FONTS = 'Inter, "Segoe UI", "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'


def svg_file(figure: str, address: str = "") -> str | None:
    """The wide sheet, with the `address` of its page; None for a figure without one."""
    found = _SVG.search(figure)
    if found is None:
        return None
    svg = _DATA.sub("", _LINK.sub("", found[0]))
    box = _BOX.search(svg)
    assert box is not None
    width, height = float(box[1]), float(box[2])
    if address:
        line = (
            f'<text class="credit" x="{width - _RIGHT:g}" y="{height + 2:g}" text-anchor="end">{escape(address)}</text>'
        )
        svg, height = svg.removesuffix("</svg>") + line + "</svg>", height + _LINE
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ds-drawing" width="{width:g}" height="{height:g}"'
        f' viewBox="0 0 {width:g} {height:g}"'
        f' font-family=\'{FONTS}\'><style>{_inlined_style()}</style><rect width="100%" height="100%" fill="#fff"/>'
    )
    return head + svg.partition(">")[2] + "\n"


def public_address(address: str) -> str:
    """Empty for a local address, which means nothing elsewhere."""
    local = address.startswith(("http://127.", "http://localhost", "http://[::1]"))
    return "" if local else address.partition("://")[2].rstrip("/")


@cache
def light_tokens() -> dict[str, str]:
    return _tokens_of_selector(r"\[data-md-color-scheme\]")


@cache
def dark_tokens() -> dict[str, str]:
    return {**light_tokens(), **_tokens_of_selector(r'\[data-md-color-scheme="slate"\]')}


def _tokens_of_selector(selector: str) -> dict[str, str]:
    tokens = (_STYLES / "tokens.css").read_text(encoding="utf-8")
    found = re.search(selector + r" \{(.*?)\}", tokens, re.DOTALL)
    assert found is not None
    return dict(re.findall(r"(--[a-z0-9-]+): ([^;]+);", found[1]))


@cache
def _inlined_style() -> str:
    values = light_tokens()
    rules = []
    for line in (_STYLES / "drawing.css").read_text(encoding="utf-8").splitlines():
        if (
            line.startswith(".ds-drawing ")
            and "{" in line
            and not any(word in line for word in (":hover", ":focus", "ds-drawing-"))
        ):
            rules.append(re.sub(r"var\((--[a-z0-9-]+)\)", lambda m: values.get(m[1], "serif"), line))
    return re.sub(r"color-mix\(in srgb, (#\w{6}) (\d+)%, (#\w{6}|transparent)\)", _mixed_color, "\n".join(rules))


def _mixed_color(mix: re.Match[str]) -> str:
    """`color-mix` computed, for programs that do not know it."""
    front, share = [int(mix[1][i : i + 2], 16) for i in (1, 3, 5)], int(mix[2]) / 100
    if mix[3] == "transparent":
        return f"rgba({front[0]},{front[1]},{front[2]},{share:g})"
    back = [int(mix[3][i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in zip(front, back, strict=True))


ENGRAM = "+engram"
KINDS = ("csa", "hca", "full", "reindex", "reuse", "window")


@dataclass(frozen=True)
class LayerRun:
    """Layers of one kind that follow each other.

    Attributes:
        kind: `dense`, `moe` or `hashed`.
        said: Key of the words for them.
    """

    kind: str
    count: Dimension | None
    said: str
    layers: int


def layer_runs(dims: Dimensions) -> list[LayerRun]:
    return NETWORKS[dims.architecture.feed_forward.value or FeedForward.DENSE].runs(dims)


def _uniform_runs(dims: Dimensions) -> list[LayerRun]:
    return [LayerRun("dense", dims.stated("num_hidden_layers"), "run_all", dims.number("num_hidden_layers") or 0)]


def _expert_runs(dims: Dimensions) -> list[LayerRun]:
    total = dims.number("num_hidden_layers") or 0
    encoder = dims.number("encoder_layers")
    if encoder is not None:
        decoder = dims.derived("decoder_layers", "num_hidden_layers - encoder_layers")
        return [
            LayerRun("moe", dims.stated("encoder_layers"), "run_encoder", encoder),
            LayerRun("moe", decoder, "run_decoder", total - encoder),
        ]
    dense, hashed = dims.number("first_k_dense_replace") or 0, dims.number("num_hash_layers") or 0
    if (dims.number("moe_layer_freq") or 1) > 1:
        return [LayerRun("moe", dims.stated("num_hidden_layers"), "run_mixed", total)]
    found = []
    if dense:
        found.append(LayerRun("dense", dims.stated("first_k_dense_replace"), "run_dense", dense))
    if hashed:
        found.append(LayerRun("hashed", dims.stated("num_hash_layers"), "run_hashed", hashed))
    rest = " - ".join(
        ["num_hidden_layers", *["first_k_dense_replace"] * bool(dense), *["num_hash_layers"] * bool(hashed)]
    )
    if dense or hashed:
        count = dims.derived("gate_layers", rest, None if hashed else "drawing.moe_layers")
    else:
        count = dims.stated("num_hidden_layers")
    return [*found, LayerRun("moe", count, "run_gate" if hashed else "run_moe", total - dense - hashed)]


def attention_kinds(dims: Dimensions) -> Sequence[str]:
    """The kind of each layer from the bottom up; empty where all are alike."""
    layout = dims.architecture.attention_layout
    return parse_layout(layout.value) if layout is not None and layout.value is not None else ()


def text_alternative(dims: Dimensions, entry: Entry) -> str:
    words = dims.words
    sentences = [
        _summary_sentence(dims, "embedding", "vocab_size", "hidden_size"),
        _summary_sentence(dims, "layers", "num_hidden_layers"),
        words(
            "drawing.said_attention",
            kind=words(f"drawing.kind_{kind_name(dims)}"),
            heads=_dimension_text(dims.stated("num_attention_heads")),
        ),
    ]
    sentences += NETWORKS[dims.architecture.feed_forward.value or FeedForward.DENSE].sentences(dims)
    for name in ("hc_mult", "num_nextn_predict_layers", "engram_layers"):
        if dims.number(name):
            drafter = name == "num_nextn_predict_layers" and dims.number("dspark_n_routed_experts")
            sentences.append(_summary_sentence(dims, "drafter" if drafter else name, name))
    if dims.vision is not None:
        sentences.append(words("drawing.said_vision"))
    return words("drawing.sentence_gap").join(sentences)


def _dense_sentences(dims: Dimensions) -> list[str]:
    return [_summary_sentence(dims, "dense", "intermediate_size")]


def _expert_sentences(dims: Dimensions) -> list[str]:
    routed = ("n_routed_experts", "num_experts_per_tok")
    if dims.number("n_shared_experts") == 0:
        sentences = [_summary_sentence(dims, "experts_routed", *routed)]
    else:
        sentences = [_summary_sentence(dims, "experts", *routed, "n_shared_experts")]
    if dims.number("first_k_dense_replace"):
        sentences.append(_summary_sentence(dims, "dense_first", "first_k_dense_replace"))
    return sentences


@dataclass(frozen=True)
class NetworkTexts:
    """What depends on the kind of feed-forward network; one that is not published is summed up as a dense one."""

    runs: Callable[[Dimensions], list[LayerRun]]
    sentences: Callable[[Dimensions], list[str]]


NETWORKS: Mapping[FeedForward, NetworkTexts] = per_kind(
    "NETWORKS in render/figures/architecture/export.py",
    {
        FeedForward.DENSE: NetworkTexts(_uniform_runs, _dense_sentences),
        FeedForward.DEEPSEEK_MOE: NetworkTexts(_expert_runs, _expert_sentences),
    },
    FeedForward,
)


def _summary_sentence(dims: Dimensions, sentence: str, *fields: str) -> str:
    return dims.words(f"drawing.said_{sentence}", **{name: _dimension_text(dims.stated(name)) for name in fields})


def _dimension_text(dimension: Dimension | None) -> str:
    return dimension.shown if dimension is not None else "–"
