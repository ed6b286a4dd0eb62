"""One token's way through a model in six steps: look up, press, look back, choose, repeat, answer.

Vectors are to one scale, and a ledger adds up the weights at work; the sums are those of the architecture page. Chosen
experts, attention weights and word probabilities are examples, and the figure says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from catalogue.attention import kind_of
from catalogue.derive.expression import architecture_numbers, evaluate_formula
from catalogue.derive.parameters import ACTIVATED_CONVENTION
from catalogue.records import Entry

from ..context import Context
from ..format import format_three_digits, short_size
from .architecture.attention import TOKEN_PATHS
from .canvas import Panel

SHOWN = ("deepseek-v3-base", "deepseek-v2", "deepseek-v4-pro-base", "deepseek-v4.1-flash")
PAGE = "guides/reading-a-model.md"  # where the figure stands for all of them
_FIRST = SHOWN[0]
_BEFORE = "deepseek-llm-67b-base"  # what a cache without a latent kept
_SCALE = 0.03  # units of a number in a vector: 7,168 of them are 215
_HEIGHT = 300.0
_NETWORK_PARTS = ("feed_forward", "routed_experts", "shared_experts", "head", "embedding")
_SMALL_PARTS = ("gate", "gate_bias", "norms", "hyper_connections")


@dataclass(frozen=True)
class LedgerPart:
    key: str
    label: str
    count: int
    step: int


def token_path(context: Context, ids: Sequence[str] = SHOWN) -> Markup:
    """Models to choose from; empty where the first is not in the catalogue."""
    entries = [context.catalogue.entries[id_] for id_ in ids if id_ in context.catalogue.entries]
    paths = [path_of(context, entry) for entry in entries if entry.recount and entry.recount.total]
    if not paths:
        return Markup()
    return Markup(context.html("token_path.html.jinja", paths=paths, compact=format_three_digits))


def path_of(context: Context, entry: Entry) -> dict[str, Any]:
    """`met` of a step are the weights at work so far."""
    assert entry.architecture is not None
    assert entry.recount is not None
    assert entry.recount.total is not None
    assert entry.recount.kv_cache is not None
    ledger = _ledger_parts(context, entry)
    frames = _Frames(context, entry, ledger)
    steps = [
        {
            "title": frames.token_words(f"{name}.title"),
            "sentence": frames.token_words(f"{name}.{frames.sentence_key(name)}"),
            "panels": draw(),
            "met": sum(part.count for part in ledger if part.step <= number),
            "kept": frames.cached_text(number),
        }
        for number, (name, draw) in enumerate(frames.steps_in_order().items(), start=1)
    ]
    reading, whole = entry.recount.prefill, "whole_backbone" if entry.recount.engram else "whole"
    return {
        "id": entry.variant.id,
        "name": short_size(entry.variant.name),
        "page": f"ds:models/{entry.model.id}/architecture.md",
        "steps": steps,
        "ledger": ledger,
        "total": entry.recount.total,
        "at_work": sum(part.count for part in ledger),
        "whole": frames.token_words(whole, total=format_three_digits(entry.recount.total)),
        "reading": frames.token_words("reading", count=format_three_digits(int(reading.value))) if reading else "",
    }


def _ledger_parts(context: Context, entry: Entry) -> list[LedgerPart]:
    assert entry.recount is not None
    count = {term.name: int(term.value) for term in entry.recount.terms}
    idle = int(entry.recount.inactive_experts.value) if entry.recount.inactive_experts else 0
    routed = count["routed_experts"] - idle
    small = sum(count.get(name, 0) for name in _SMALL_PARTS)
    attention = sum(n for name, n in count.items() if name not in (*_NETWORK_PARTS, *_SMALL_PARTS))
    parts = (
        ("attention", attention, 3),
        ("routed", routed, 4),
        ("shared", count.get("shared_experts", 0), 4),
        ("dense", count.get("feed_forward", 0), 5),
        ("small", small, 5),
        ("head", count.get("head", 0), 6),
    )
    found = [LedgerPart(key, context.words(f"token.part.{key}"), n, step) for key, n, step in parts if n]
    assert sum(part.count for part in found) == entry.recount.activated[ACTIVATED_CONVENTION], entry.variant.id
    return found


class _Frames:
    def __init__(self, context: Context, entry: Entry, ledger: Sequence[LedgerPart]) -> None:
        assert entry.architecture is not None
        self.context, self.entry, self.words = context, entry, context.words
        self.ledger = ledger
        self.a: Mapping[str, int] = architecture_numbers(entry.architecture)
        kind = kind_of(entry.architecture)
        assert kind is not None
        drawn = TOKEN_PATHS[kind.kind]
        if drawn is None:
            raise ValueError(f"{entry.variant.id}: TOKEN_PATHS says that no token's path is drawn of {kind.kind}")
        self.kind, self.caching_layers = drawn, kind.caching_layers
        self.cache = int(entry.recount.kv_cache.value) if entry.recount and entry.recount.kv_cache else 0
        self.entry_size = evaluate_formula("entry", kind.caching_layers[0].entry, self.a).value

    def steps_in_order(self) -> dict[str, Callable[[], list[Panel]]]:
        return {
            "look_up": self.draw_look_up,
            "press": self.draw_press,
            "look_back": self.draw_look_back,
            "choose": self.draw_choose,
            "repeat": self.draw_repeat,
            "answer": self.draw_answer,
        }

    def sentence_key(self, step: str) -> str:
        if step in ("press", "look_back", "repeat"):
            return self.kind.sentences
        if step == "choose":
            return "grouped" if self.a.get("n_group", 1) > 1 else "plain"
        return "says"

    def token_words(self, key: str, **values: object) -> str:
        grouped = {name: f"{number:,}" for name, number in self.a.items()}
        derived: dict[str, object] = {
            "name": short_size(self.entry.variant.name),
            "entry": f"{self.entry_size:,}",
            "cache": f"{self.cache:,}",
            "experts_at_work": self.a["num_experts_per_tok"] + self.a["n_shared_experts"],
            "idle": self.a["n_routed_experts"] - self.a["num_experts_per_tok"],
            "networks": self.a["n_routed_experts"] + self.a["n_shared_experts"],
        }
        return self.words(f"token.{key}", **{**grouped, **derived, **values})

    def cached_text(self, step: int) -> str:
        if step < 2:
            return self.token_words("kept.nothing")
        if step < 5:
            return self.token_words(f"kept.{self.kind.cached}")
        return self.token_words("kept.all")

    def new_panel(self, key: str) -> Panel:
        return Panel(self.token_words(f"panel.{key}"), _HEIGHT, self.token_words(f"panel.{key}_says"))

    def draw_vector(self, panel: Panel, x: float, y: float, size: int) -> float:
        """A vector as a bar to the scale of the figure; returns its lower end."""
        panel.bar(x, y, 16, size * _SCALE, "")
        return y + size * _SCALE

    def draw_stream(self, panel: Panel, x: float, y: float) -> None:
        end = self.draw_vector(panel, x, y, self.a["hidden_size"])
        at, anchor = (x, "start") if x < 20 else (x + 8, "middle")
        panel.text(at, end + 18, f"{self.a['hidden_size']:,}", "strong", anchor)

    def draw_look_up(self) -> list[Panel]:
        table, row, wide = self.new_panel("table"), 13, self.a["hidden_size"] * _SCALE
        for i in range(22):
            table.bar(0, 6 + i * 12, wide, 8, "attention" if i == row else "faint")
        table.text(0, 292, self.token_words("panel.table_rows"), "small")
        table.arrow(wide + 6, 10 + row * 12, 356, 10 + row * 12)
        stream = self.new_panel("stream")
        self.draw_stream(stream, 4, 50)
        middle = 10.0 + row * 12
        stream.arrow(24, middle, 356, middle)
        for x in range(60, 340, 100):
            for i, kind in enumerate(("attention", "expert")):
                stream.bar(x + i * 42, middle - 70, 32, 32, kind)
                stream.arrow(x + i * 42 + 9, middle - 4, x + i * 42 + 9, middle - 34)
                stream.arrow(x + i * 42 + 23, middle - 36, x + i * 42 + 23, middle - 6)
        for line, key in enumerate(("stream_a", "stream_b", "stream_c")):
            stream.text(60, middle + 40 + 20 * line, self.token_words(f"panel.{key}"), "strong" if not line else "")
        return [table, stream]

    def draw_press(self) -> list[Panel]:
        pressed = self.new_panel("pressed")
        self.draw_stream(pressed, 0, 20)
        top, bottom = 20.0, 20 + self.a["hidden_size"] * _SCALE
        y = 24.0
        for field, kind, key in (("q_lora_rank", "attention soft", "query"), *self.kind.projections):
            size = self.a[field]
            tall = max(size * _SCALE, 2)
            pressed.path(f"M16 {top:.0f}L130 {y:.1f}V{y + tall:.1f}L16 {bottom:.0f}z", f"{kind.split()[0]} beam")
            pressed.bar(130, y, 16, tall, kind)
            pressed.text(156, y + tall / 2 + 4, f"{size:,}", "strong")
            pressed.text(156, y + tall / 2 + 21, self.token_words(f"panel.{key}"), "small")
            y += tall + 64
        kept = self.new_panel("kept_layer")
        if self.kind.shares_entries:
            self.draw_shared_entries(kept)
        else:
            self.draw_against_heads(kept)
        return [pressed, kept]

    def draw_against_heads(self, panel: Panel) -> None:
        a = self.a
        every = a["num_attention_heads"] * (a["qk_nope_head_dim"] + a["v_head_dim"])
        panel.text(0, 40, f"{self.entry_size:,}", "huge")
        panel.text(0, 62, self.token_words("panel.kept_is"))
        panel.text(0, 130, self.token_words("panel.every_head", every=f"{every:,}"))
        panel.bar(0, 142, 356, 22, "outline")
        panel.bar(0, 142, 356 * self.entry_size / every, 22, "cache")
        panel.text(0, 186, self.token_words("panel.scale_of_heads", share=f"{every / self.entry_size:.0f}"), "small")

    def draw_shared_entries(self, panel: Panel) -> None:
        a = self.a
        rows = [(form.name, a[form.ratio] if form.ratio else 1) for form in self.caching_layers]
        for i, (key, ratio) in enumerate(rows):
            y = 16 + i * 130
            panel.text(0, y, self.token_words(f"panel.merge_{key}", ratio=ratio), "strong")
            drawn = min(ratio, 32)
            for j in range(drawn):
                panel.bar(j * 356 / 33, y + 12, 356 / 33 - 2, 15.4, "cache soft")
            if ratio > drawn:
                panel.text(356, y + 24, "…", "strong", "end")
            panel.line([(4, y + 34), (4, y + 52)])
            panel.bar(0, y + 56, 356 / 33 - 2, 15.4, "cache")
            panel.text(20, y + 68, self.token_words(f"panel.merged_{key}"), "small")

    def draw_look_back(self) -> list[Panel]:
        weights = (0.08, 0.5, 0.05, 0.12, 0.9, 0.06, 0.04, 0.3, 0.6)
        back = self.new_panel("back")
        tall = self.entry_size * _SCALE
        for i, weight in enumerate(weights):
            x = i * 36.0
            back.bar(x, 20, 24, tall, "cache")
            kind = "strong-line" if weight > 0.4 else "line" if weight > 0.2 else "thin-line"
            back.path(f"M{x + 12:.0f} {24 + tall:.0f}C{x + 12:.0f} 130 180 90 180 150", f"line attention {kind}")
        back.bar(len(weights) * 36, 20, 24, tall, "outline")
        heads = self.a["num_attention_heads"]
        across = 16
        squares = ((108 + head % across * 9.2, 156 + head // across * 9.2) for head in range(heads))
        back.cells(squares, 7.4, 7.4, "attention")
        rows = (heads + across - 1) // across
        back.text(108, 156 + rows * 9.2 + 18, self.token_words("panel.heads"), "small")
        back.text(0, 290, self.token_words("panel.example_attention"), "small")
        added = self.new_panel("added")
        self.draw_stream(added, 30, 10)
        per_layer = next(part.count for part in self.ledger if part.key == "attention")
        added.text(70, 90, format_three_digits(per_layer // self.a["num_hidden_layers"]), "huge")
        added.text(70, 112, self.token_words("panel.attention_weights"))
        for line, key in enumerate(("reads_a", "reads_b")):
            added.text(70, 150 + 20 * line, self.token_words(f"panel.{key}_{self.sentence_key('look_back')}"), "small")
        return [back, added]

    def draw_choose(self) -> list[Panel]:
        a = self.a
        routed, chosen = a["n_routed_experts"], a["num_experts_per_tok"]
        groups = a.get("n_group", 1) if a.get("n_group", 1) > 1 else 8
        grouped = a.get("n_group", 1) > 1
        best = a["topk_group"] if grouped else groups
        reached = {round((i + 0.5) * groups / best - 0.5) for i in range(best)}
        per = routed // groups
        across, choice = 16 if per <= 32 else 24, self.new_panel("choice")
        places = _example_choice(sorted(reached), chosen, per)
        rows = (per + across - 1) // across
        step = 230.0 / groups
        tall = a["hidden_size"] * _SCALE
        for end in (0, 346):
            choice.bar(end, 125 - tall / 2, 12, tall)
        choice.line([(12, 125), (28, 125)])
        for group in range(groups):
            y = 10 + group * step
            if grouped:
                choice.bar(90, y, 236, step - 5, "expert soft" if group in reached else "faint")
            if group in reached:
                middle = y + (step - 5) / 2
                choice.path(f"M68 125C82 125 76 {middle:.1f} 90 {middle:.1f}", "line expert thin-line")
            dots = [
                (101 + i % across * (214 / (across - 1)), y + (step - 5) / (rows + 1) * (1 + i // across))
                for i in range(per)
            ]
            worked = [place for i, place in enumerate(dots) if (group, i) in places]
            choice.dots([p for p in dots if p not in worked], "expert soft" if group in reached else "")
            choice.dots(worked, "expert here")
            for x, y in worked:
                choice.path(f"M{x + 6:.1f} {y:.1f}H322C336 {y:.1f} 330 125 346 125", "line expert thin-line")
        choice.path("M48 105a20 20 0 1 0 .1 0z", "gate")
        choice.text(48, 129, self.token_words("panel.gate"), "strong", "middle")
        for shared in range(a["n_shared_experts"]):
            choice.bar(90 + shared * 30, 250, 24, 24, "shared")
        choice.path("M322 262C338 262 330 125 346 125", "line off thin-line")
        choice.line([(94 + 30 * a["n_shared_experts"], 262), (322, 262)], "off thin-line")
        choice.text(100 + a["n_shared_experts"] * 30, 256, self.token_words("panel.shared"), "small")
        choice.text(0, 296, self.token_words("panel.example_experts"), "small")
        work = self.new_panel("work")
        expert = 3 * a["hidden_size"] * a["moe_intermediate_size"]
        work.text(0, 50, f"{chosen} + {a['n_shared_experts']}", "huge")
        work.text(0, 72, self.token_words("panel.experts_work"))
        work.text(0, 126, f"{chosen + a['n_shared_experts']} × {format_three_digits(expert)}", "huge")
        work.text(0, 148, self.token_words("panel.expert_weights"))
        wide = (chosen + a["n_shared_experts"]) * a["moe_intermediate_size"]
        work.text(0, 200, self.token_words("panel.wide_each"), "strong")
        work.text(0, 220, self.token_words("panel.wide_together", wide=f"{wide:,}"))
        return [choice, work]

    def draw_repeat(self) -> list[Panel]:
        a = self.a
        layers, dense = a["num_hidden_layers"], a.get("dense_layers", 0)
        stack = self.new_panel("stack")
        step = 268.0 / layers
        encoder = a.get("encoder_layers", 0)
        heights = [276 - (layer + 1) * step for layer in range(layers)]
        pale = max(dense, encoder)
        for y in heights[:pale]:
            stack.bar(0, y, 150, step - 1.2, "expert soft")
        stack.cells(((0, y) for y in heights[pale:]), 150, step - 1.2, "expert")
        for y in heights if self.kind.every_layer_caches else ():
            stack.bar(156, y, 8, step - 1.2, "cache")
        stack.text(180, 40, self.token_words(f"panel.layers_{'split' if encoder else 'experts'}"), "strong")
        if encoder:
            stack.text(180, 190, self.token_words("panel.layers_encoder"), "strong")
        elif dense:
            stack.text(180, 272, self.token_words("panel.layers_dense"), "strong")
        total = self.new_panel("cache_total")
        before = self.context.catalogue.entries.get(_BEFORE)
        total.text(0, 50, f"{self.cache:,}", "huge")
        total.text(0, 72, self.token_words(f"panel.cache_sum_{self.sentence_key('repeat')}"))
        total.text(0, 92, self.token_words("panel.cache_bytes", bytes=f"{2 * self.cache:,}"))
        if before and before.recount and before.recount.kv_cache:
            most = int(before.recount.kv_cache.value)
            name = short_size(before.variant.name)
            total.text(0, 160, self.token_words("panel.before", before=name, most=f"{most:,}"))
            total.bar(0, 172, 356, 18, "outline")
            total.bar(0, 172, 356 * self.cache / most, 18, "cache")
        return [stack, total]

    def draw_answer(self) -> list[Panel]:
        head = self.new_panel("head")
        self.draw_stream(head, 0, 20)
        hidden, scores = self.a["hidden_size"], self.a["vocab_size"]
        head.path(f"M16 20L90 4V{_HEIGHT - 4:.0f}L16 {20 + hidden * _SCALE:.0f}z", "beam")
        # Far longer than the panel is high: torn in two, with what is left out said beside it.
        tear = "l3.5 5 3.5-5 3.5 5 3.5-5"
        head.path(f"M90 4V206{tear}V4z")
        head.path(f"M90 214{tear}V{_HEIGHT - 4:.0f}H90z")
        head.text(116, 120, f"{scores:,}", "huge")
        head.text(116, 142, self.token_words("panel.scores"))
        times = f"{scores / hidden:.{0 if scores >= 10 * hidden else 1}f}"
        head.text(116, 215, self.token_words("panel.times_as_long", times=times), "small")
        words = self.new_panel("next")
        for i, share in enumerate((0.52, 0.2, 0.11, 0.07, 0.04, 0.03)):
            words.bar(0, 20 + i * 30, share * 420, 20, "attention" if not i else "attention soft")
        words.text(0.52 * 420 + 10, 35, self.token_words("panel.next_token"), "strong")
        words.text(0, 222, self.token_words("panel.example_next"), "small")
        if self.a.get("num_nextn_predict_layers"):
            drafter = "guess_drafter" if self.a.get("dspark_n_routed_experts") else "guess"
            words.text(0, 262, self.token_words(f"panel.{drafter}"), "small")
        return [head, words]


def _example_choice(groups: Sequence[int], chosen: int, per_group: int) -> set[tuple[int, int]]:
    """Experts as (group, place), spread over groups, each at another place."""
    picked = [groups[i * len(groups) // chosen] for i in range(chosen)]
    return {(group, (7 + 11 * i) % per_group) for i, group in enumerate(picked)}
