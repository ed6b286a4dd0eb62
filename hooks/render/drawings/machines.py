"""Drawings of machines: parallelism, kernels, serving."""

from __future__ import annotations

import re

from ..figures.meanings import KINDS, MEANINGS
from .canvas import Canvas, Drawing, draws_technique

FORWARD, BACKWARD, WEIGHTS = (MEANINGS["dualpipe"][way] for way in ("forward", "backward", "weights"))
Spans = list[tuple[float, float, str, str]]


def _pipeline_lanes(stages: int, batches: int) -> list[tuple[str, list[tuple[float, float, str]]]]:
    """1F1B with unfilled gaps; a backward pass takes twice as long as a forward one."""
    done: dict[tuple[str, int, int], float] = {}
    lanes: list[tuple[str, list[tuple[float, float, str]]]] = []
    clock = [0.0] * stages
    order = []
    for stage in range(stages):
        ahead = min(stages - stage, batches)
        work = [("F", i) for i in range(ahead)]
        for i in range(batches):
            work.append(("B", i))
            if ahead + i < batches:
                work.append(("F", ahead + i))
        order.append(work)
        lanes.append((f"=GPU {stage + 1}", []))
    while any(order):
        for stage, work in enumerate(order):
            if not work:
                continue
            kind, batch = work[0]
            before = ("F", stage - 1, batch) if kind == "F" else ("B", stage + 1, batch)
            needed = before if 0 <= before[1] < stages else ("F", stage, batch)
            if (kind, stage) != ("F", 0) and needed not in done:
                continue
            start, long = max(clock[stage], done.get(needed, 0)), 1.0 if kind == "F" else 2.0
            clock[stage] = done[kind, stage, batch] = start + long
            lanes[stage][1].append((start, long, FORWARD if kind == "F" else BACKWARD))
            work.pop(0)
    return lanes


@draws_technique("pipeline-parallelism")
def draw_pipeline_parallelism(d: Drawing, f: Canvas) -> None:
    f.text_lines("time", anchor="end")
    f.event_lanes(_pipeline_lanes(4, 6))
    f.colour_legend((FORWARD, "forward"), (BACKWARD, "backward"), ("g", "idle"))


@draws_technique("zero-bubble")
def draw_zero_bubble(d: Drawing, f: Canvas) -> None:
    f.text_lines("before", "strong")
    rows = [("=GPU 1", [(0, 1, FORWARD), (4, 2, BACKWARD)]), ("=GPU 2", [(1, 1, FORWARD), (2, 2, BACKWARD)])]
    f.event_lanes(rows, length=8)
    f.skip(4)
    f.text_lines("after", "strong")
    f.event_lanes(
        [
            ("=GPU 1", [(0, 1, FORWARD), (3, 1, BACKWARD, "=I"), (4, 1, WEIGHTS, "=W")]),
            ("=GPU 2", [(1, 1, FORWARD), (2, 1, BACKWARD, "=I"), (3, 1, WEIGHTS, "=W")]),
        ],
        length=8,
    )
    f.colour_legend((FORWARD, "forward"), (BACKWARD, "for_input"), (WEIGHTS, "for_weights"), ("g", "idle"))


def _draw_exchanges(f: Canvas, rows: tuple[Spans, Spans], length: float = 0) -> None:
    f.event_lanes([("computes", rows[0]), ("sends", rows[1])], length=length, height=30)


@draws_technique("dualpipe")
def draw_dualpipe(d: Drawing, f: Canvas) -> None:
    F, B, f_, b_ = FORWARD, BACKWARD, *(MEANINGS["dualpipe"][way] for way in ("forward_sent", "backward_sent"))
    alone: tuple[Spans, Spans] = (
        [(0, 1, F, ""), (2, 1, F, ""), (5, 2, B, ""), (8, 2, B, "")],
        [(1, 1, f_, ""), (3, 1, f_, ""), (4, 1, b_, ""), (7, 1, b_, "")],
    )
    paired: tuple[Spans, Spans] = (
        [(0, 2, B, ""), (2, 1, F, ""), (3, 2, B, ""), (5, 1, F, "")],
        [(0, 1, f_, ""), (2, 1, b_, ""), (3, 1, f_, ""), (5, 1, b_, "")],
    )
    f.text_lines("alone", "strong")
    _draw_exchanges(f, alone)
    f.text_lines("paired", "strong")
    _draw_exchanges(f, paired, 10)
    f.colour_legend((F, "forward"), (B, "backward"), (f_, "forward_sent"), (b_, "backward_sent"))
    f = d.new_frame("cut", r"\class{other}{B} = \class{other}{B_{\mathrm{input}}} + \class{index}{W}")
    f.text_lines("forward_chunk", "strong")
    f.event_lanes(
        [("=", [(0, 1, F, "attention"), (1, 1, f_, "dispatch"), (2, 1, F, "experts"), (3, 1, f_, "combine")])],
        height=40,
    )
    f.text_lines("backward_chunk", "strong")
    f.event_lanes(
        [("=", [(0, 1, B, "experts"), (1, 1, WEIGHTS, "=W"), (2, 1, B, "attention"), (3, 1, WEIGHTS, "=W")])], height=40
    )
    f.text_lines("weights_wait")
    f = d.new_frame("pair", r"\class{attention}{F} \, \& \, \class{other}{B} < \class{attention}{F} + \class{other}{B}")
    _draw_exchanges(f, paired)
    f.text_lines("covered")
    f.bar_rows([("one_after_other", 10, "g", "="), ("together", 6, "G", "=")])
    f.text_lines("schematic")
    f = d.new_frame("ends", r"\left(\frac{PP}{2} - 1\right)\left(F \& B + B - 3W\right)")
    stages = 8
    lanes = []
    for stage in range(stages):
        spans: list[tuple[float, float, str]] = []
        for batch in range(4):
            first, last = stage + batch, stages - 1 - stage + batch
            half = [(first, F), (last, "G")]
            spans += [(at + (0.0 if kind == F else 0.5), 0.5, kind) for at, kind in half]
        lanes.append((f"={stage + 1}", spans))
    f.event_lanes(lanes, height=11)
    f.colour_legend((F, "from_above"), ("G", "from_below"))
    f.text_lines("two_copies")


@draws_technique("dualpipev")
def draw_dualpipev(d: Drawing, f: Canvas) -> None:
    for name, order in (("dualpipe", "=1+8 =2+7 =3+6 =4+5 =5+4 =6+3 =7+2 =8+1"), ("v", "=1+8 =2+7 =3+6 =4+5")):
        f.text_lines(name, "strong")
        gpus = order.split()
        f.cell_row("A" * len(gpus) + " " * (8 - len(gpus)), height=30, texts=gpus)


@draws_technique("tensor-parallelism")
def draw_tensor_parallelism(d: Drawing, f: Canvas) -> None:
    f.text_lines("first", "strong")
    f.cell_grid(["AAAAAEEEEEOOOOOIIIII"] * 5)
    f.text_lines("second", "strong")
    columns = f.split_columns(1, 1, 1)
    columns[1].cell_grid([row * 5 for row in "AAEEOOII"], width=56)
    f.close_columns(*columns)
    f.box_flow([("=GPU 1", "A"), ("=GPU 2", "E"), ("=GPU 3", "O"), ("=GPU 4", "I")], arrows=False)
    f.arrow_down("summed")
    f.cell_row("G", height=22, texts=("output",))


@draws_technique("sequence-parallelism")
def draw_sequence_parallelism(d: Drawing, f: Canvas) -> None:
    gpus = "AEOI"
    f.text_lines("by_weights", "strong")
    f.cell_grid(["".join(g * 8 for g in gpus)] * 3)
    f.arrow_down("scatter")
    f.text_lines("by_tokens", "strong")
    f.cell_grid([g * 32 for g in gpus])
    f.arrow_down("gather")
    f.text_lines("by_weights_again", "strong")
    f.cell_grid(["".join(g * 8 for g in gpus)] * 3)
    f.colour_legend(*((g, f"=GPU {i + 1}") for i, g in enumerate(gpus)))


@draws_technique("expert-parallelism")
def draw_expert_parallelism(d: Drawing, f: Canvas) -> None:
    f.text_lines("tokens")
    top = f.cell_row("AAEEOOII", height=26, gap=8)
    f.skip(44)
    low = f.cell_row("aeoi", height=44, gap=12, texts=[f"=GPU {i}" for i in range(1, 5)])
    for i, (place, to) in enumerate(zip(top, (0, 2, 1, 3, 0, 3, 1, 2), strict=True)):
        f.connect_places(place, low[to], "AAEEOOII"[i], thin=True)
    f.text_lines("experts")
    f.arrow_down("back")
    f.cell_row("AAEEOOII", height=26, gap=8)


@draws_technique("deepep")
def draw_deepep(d: Drawing, f: Canvas) -> None:
    f.box_flow([("router", "I"), ("dispatch", "O"), ("experts", "E")])
    f.box_flow([("sum", "G"), ("combine", "o"), ("results", "e")])
    f.skip(4)
    f.text_lines("bits", "strong")
    f.bar_rows([("out", 8, "O", "eight_bits"), ("home", 16, "o", "sixteen_bits")])


@draws_technique("zero")
def draw_zero(d: Drawing, f: Canvas) -> None:
    d.numbers["example"] = d.catalogue_text("zero/facts.zero-1-in-the-paper-s-example-7-5b-parameters-on-64-gpus.value")
    f.text_lines("whole", "strong")
    for gpu in range(1, 4):
        f.event_lanes([(f"=GPU {gpu}", [(0, 2, "A"), (2, 2, "E"), (4, 12, "C", "states")])], length=16, height=26)
    f.text_lines("stage_one", "strong")
    for gpu in range(3):
        f.event_lanes([(f"=GPU {gpu + 1}", [(0, 2, "A"), (2, 2, "E"), (4 + 4 * gpu, 4, "C")])], length=16, height=26)
    f.colour_legend(("A", "weights"), ("E", "gradients"), ("C", "states"))
    f.text_lines("bytes")


@draws_technique("hai-llm")
def draw_hai_llm(d: Drawing, f: Canvas) -> None:
    f.text_lines("data", "strong")
    for copy in range(2):
        rows = f.split_columns(1, 1, 1, 1, gap=10)
        for stage, column in enumerate(rows):
            column.cell_grid(["AEOI"[stage] + "AEOI"[stage].lower() + "AEOI"[stage] + "AEOI"[stage].lower()] * 2, gap=3)
        f.close_columns(*rows, gap=6 if not copy else 2)
    f.text_lines("stages")
    f.text_lines("squares")


@draws_technique("compute-communication-overlap")
def draw_overlap(d: Drawing, f: Canvas) -> None:
    f.text_lines("before", "strong")
    _draw_exchanges(f, ([(0, 2, "A", ""), (4, 2, "E", "")], [(2, 2, "a", ""), (6, 2, "e", "")]))
    f.text_lines("after", "strong")
    _draw_exchanges(f, ([(0, 2, "A", ""), (2, 2, "E", ""), (4, 2, "A", "")], [(2, 2, "a", ""), (4, 2, "e", "")]), 8)


@draws_technique("dual-microbatch-overlap")
def draw_dual_microbatch(d: Drawing, f: Canvas) -> None:
    f.text_lines("prefill", "strong")
    first = [(0, 1, "A", "attention"), (1, 1, "a", "dispatch"), (2, 1, "A", "experts"), (3, 1, "a", "combine")]
    second = [(0, 1, "e", "combine"), (1, 1, "E", "attention"), (2, 1, "e", "dispatch"), (3, 1, "E", "experts")]
    f.event_lanes([("first", first), ("second", second)], height=36)
    f.colour_legend(("A", "computing"), ("a", "on_network"))
    f.text_lines("always")


@draws_technique("fused-kernels")
def draw_fused_kernels(d: Drawing, f: Canvas) -> None:
    f.text_lines("apart", "strong")
    top = f.cell_row("C C C C", height=22, width=48)
    f.skip(20)
    low = f.cell_row(" A A A ", height=26, width=48)
    for i in (1, 3, 5):
        f.connect_places(top[i - 1], low[i], "C")
        f.connect_places(low[i], top[i + 1], "C")
    f.text_lines("one", "strong")
    top = f.cell_row("C     C", height=22, width=48)
    f.skip(20)
    middle = f.cell_row("A", height=26, width=252)[0]
    f.connect_places(top[0], middle, "C")
    f.connect_places(middle, top[-1], "C")
    f.colour_legend(("C", "memory"), ("A", "chip"))


@draws_technique("batch-invariant-kernels")
def draw_batch_invariant(d: Drawing, f: Canvas) -> None:
    f.text_lines("split", "strong")
    for row in ("AAAAEEEE", "AAEEOOII"):
        f.cell_row(row, height=22)
    f.text_lines("depends")
    f.text_lines("same_order", "strong")
    for row in ("AAAAAAAA", "AAAAAAAA"):
        f.cell_row(row, height=22)
    f.text_lines("bits")


@draws_technique("speculative-decoding")
def draw_speculative(d: Drawing, f: Canvas) -> None:
    large, drafted = (MEANINGS["speculative-decoding"][who] for who in ("large", "draft"))
    f.text_lines("drafted", "strong")
    draft = f.cell_row(drafted * 5, height=30, texts=d.sample_tokens())
    f.skip(26)
    f.text_lines("checked", "strong")
    verdict = f.cell_row(f"{large * 3}Xg", height=30, texts=[*d.sample_tokens("checked_text"), "="])
    for place, to in zip(draft, verdict, strict=True):
        f.panel.line([(place.middle, place.bottom + 2), (to.middle, to.y - 22)], KINDS[drafted])
    f.text_lines("result")
    f.colour_legend((drafted, "small"), (large, "agreed"), ("X", "replaced"), ("g", "discarded"))


@draws_technique("dspark")
def draw_dspark(d: Drawing, f: Canvas) -> None:
    d.numbers["block"] = int(d.fact_number("block-for-v4"))
    f.text_lines("at_once", "strong")
    f.cell_row("EEEEE", height=30, texts=d.sample_tokens())
    f.text_lines("confidence", "strong")
    f.columns_chart((0.95, 0.9, 0.75, 0.4, 0.2), "IIIii", line=0.6, height=70)
    f.text_lines("sent", "strong")
    f.cell_row("AAAgg", height=30)
    f.text_lines("as_many")


@draws_technique("pd-disaggregation")
def draw_pd_disaggregation(d: Drawing, f: Canvas) -> None:
    few, many = (_gpus_of_a_unit(d, unit) for unit in ("prefill", "decode"))
    d.numbers |= {"few": few, "many": many}
    f.box_flow([("prompt", "G"), ("prefill", "A"), ("decode", "E"), ("answer", "G")])
    left, right = f.split_columns(1, 1)
    left.cell_grid(["A" * 8] * (few // 8), width=100)
    left.text_lines("few")
    right.cell_grid(["E" * (many // 8)] * 8)
    right.text_lines("many")
    f.close_columns(left, right)
    f.text_lines("cache")


def _gpus_of_a_unit(d: Drawing, unit: str) -> int:
    """GPUs over which a serving unit spreads its experts. Raises ValueError where it is not stated."""
    stated = d.context.lookup.find(f"pd-disaggregation/facts.{unit}-unit-february-2025.value").value.en
    found = re.search(r"experts (\d+)-way", stated)
    if found is None:
        raise ValueError(f"pd-disaggregation states no spread of the {unit} unit")
    return int(found[1])


@draws_technique("on-disk-kv-cache")
def draw_on_disk(d: Drawing, f: Canvas) -> None:
    share = d.catalogue_number("inference-system-overview/facts.share-of-input-tokens-found-in-the-cache.value")
    d.numbers["share"] = f"{share:g}"
    f.text_lines("yesterday", "strong")
    f.cell_row("CCCCCCCCCCGGG", height=26)
    f.text_lines("today", "strong")
    f.cell_row("CCCCCCCCCCAAA", height=26)
    f.colour_legend(("C", "from_disk"), ("A", "computed"))
    f.skip(6)
    f.bar_rows([("hit", share, "C", f"={share:g}%")], most=100)


@draws_technique("redundant-experts")
def draw_redundant_experts(d: Drawing, f: Canvas) -> None:
    f.text_lines("before", "strong")
    f.columns_chart((1.0, 0.8, 2.6, 0.9, 1.1, 0.7, 1.2, 0.6), "eeXeeeee", line=1.11, height=100)
    f.text_lines("after", "strong")
    f.columns_chart((1.0, 0.8, 0.87, 0.9, 1.1, 0.7, 1.2, 0.6, 0.87, 0.87), "eeEeeeeeEE", line=1.11, height=50)
    f.colour_legend(("E", "copies"))
    f.text_lines("mean")


@draws_technique("eplb")
def draw_eplb(d: Drawing, f: Canvas) -> None:
    f.text_lines("before", "strong")
    f.event_lanes(
        [
            ("=GPU 1", [(0, 5, "X"), (5, 3, "e")]),
            ("=GPU 2", [(0, 2, "a"), (2, 1, "o")]),
            ("=GPU 3", [(0, 2, "i"), (2, 2, "c")]),
        ],
        length=9,
    )
    f.text_lines("after", "strong")
    f.event_lanes(
        [
            ("=GPU 1", [(0, 2.5, "X"), (2.5, 2, "a"), (4.5, 0.6, "o")]),
            ("=GPU 2", [(0, 2.5, "X"), (2.5, 2, "i")]),
            ("=GPU 3", [(0, 3, "e"), (3, 2, "c")]),
        ],
        length=9,
    )
    f.text_lines("planned")


@draws_technique("inference-system-overview")
def draw_inference_system(d: Drawing, f: Canvas) -> None:
    tokens = (
        ("read", "input-tokens-in-24-hours", "A"),
        ("hit", "input-tokens-found-in-the-cache-on-disk", "C"),
        ("written", "output-tokens-in-24-hours", "E"),
    )
    f.text_lines("tokens", "strong")
    found = [(label, d.fact_number(name), kind) for label, name, kind in tokens]
    f.bar_rows([(label, number, kind, f"={number / 1e9:.0f}B") for label, number, kind in found])
    f.skip(6)
    f.text_lines("dollars", "strong")
    dollars = (("cost", "cost-of-the-day", "X"), ("income", "theoretical-income-of-the-day", "o"))
    f.bar_rows([(label, d.fact_number(name), kind) for label, name, kind in dollars])


@draws_technique("deepseek-inference-engine")
def draw_inference_engine(d: Drawing, f: Canvas) -> None:
    f.event_lanes(
        [
            ("cpu", [(0, 1, "o", "=1"), (1, 2, "O", "=2"), (3, 2, "o", "=3")]),
            ("gpu", [(1, 2, "a", "=1"), (3, 2, "A", "=2"), (5, 2, "a", "=3")]),
        ],
        height=34,
    )
    f.text_lines("ahead")
    f.box_flow([("requests", "G"), ("draft", "E"), ("check", "A"), ("tokens", "G")])


@draws_technique("dsec")
def draw_dsec(d: Drawing, f: Canvas) -> None:
    count = d.fact_number("machines-of-a-unit")
    f.cell_row("G", width=130, height=28, texts=("agent",))
    f.arrow_down("library")
    f.box_flow([("function", "c"), ("container", "C")], arrows=False)
    f.box_flow([("microvm", "o"), ("vm", "O")], arrows=False)
    d.numbers["machines"] = f"{count:g}"
    f.text_lines("unit")
    f.cell_grid(["g" * 40] * 4, gap=2)


@draws_technique("kv-cache-compression")
def draw_kv_cache_compression(d: Drawing, f: Canvas) -> None:
    v3 = d.use_numbers("deepseek-v3.2-exp")
    plain = 2 * (v3["kv_lora_rank"] + v3["qk_rope_head_dim"])
    f.event_lanes(
        [("=BF16", [(0, 16, "c", "sixteen_bits")]), ("=FP8", [(0, 8, "C", "eight_bits")])], length=16, height=30
    )
    f.skip(6)
    f.text_lines("entry", "strong")
    f.bar_rows([("whole", plain, "c"), ("rounded", d.fact_number("fp8-format-for-deepseek-v3-2"), "C")])


@draws_technique("hfreduce")
def draw_hfreduce(d: Drawing, f: Canvas) -> None:
    d.numbers |= {
        key: d.catalogue_text(f"hfreduce/facts.{label}.value")
        for key, label in (
            ("own", "bandwidth-between-nodes-all-reduce-of-186-mib-hfreduce"),
            ("other", "the-same-nccl"),
        )
    }
    nodes = f.split_columns(1, 1, gap=30)
    sums = []
    for node in nodes:
        gpus = node.cell_row("E" * 8, height=24)
        node.skip(26)
        sums.append(node.cell_row("C", height=28, width=90, texts=("cpu",))[0])
        for gpu in gpus:
            f.connect_places(gpu, sums[-1], "E", thin=True)
    f.panel.line([(sums[0].x + 90, sums[0].y + 14), (sums[1].x, sums[1].y + 14)], "other")
    f.close_columns(*nodes)
    f.colour_legend(("E", "gradients"), ("C", "added"), ("O", "between"))
    f.text_lines("speed")


@draws_technique("fire-flyer-2")
def draw_fire_flyer_2(d: Drawing, f: Canvas) -> None:
    zones = f.split_columns(1, 1, gap=40)
    for zone in zones:
        spines = zone.cell_row("OOO", height=18, width=30)
        zone.skip(34)
        leaves = zone.cell_row("oooo", height=18, gap=10)
        for spine in spines:
            for leaf in leaves:
                f.connect_places(spine, leaf, "O", thin=True)
        zone.skip(8)
        zone.cell_grid(["A" * 16] * 4, gap=2)
    f.close_columns(*zones)
    f.text_lines("zones")
    f.cell_row("C" * 16, height=18)
    f.colour_legend(("O", "switches"), ("A", "nodes"), ("C", "storage"))


@draws_technique("3fs")
def draw_fire_flyer_file_system(d: Drawing, f: Canvas) -> None:
    f.text_lines("file")
    chunks = f.cell_row("AEOIAEOI", height=24, gap=2)
    f.skip(34)
    machines = f.cell_row("g" * 6, height=62, gap=10)
    copies = {"A": (0, 1, 2), "E": (2, 3, 4), "O": (4, 5, 0), "I": (1, 3, 5)}
    for (letter, places), chunk in zip(copies.items(), chunks, strict=False):
        f.connect_places(chunk, machines[places[0]], letter)
        for row, place in enumerate(places):
            column = machines[place]
            kind = {"A": "attention", "E": "expert", "O": "other", "I": "index"}[letter]
            f.panel.bar(column.x + 6, column.y + 6 + 18 * row, column.width - 12, 12, kind)
    f.text_lines("copies")
    f.text_lines("reads")


@draws_technique("mpft")
def draw_mpft(d: Drawing, f: Canvas) -> None:
    planes = int(d.fact_number("planes"))
    d.numbers["planes"] = planes
    colours = "AEOI" * (planes // 4)
    f.text_lines("machine")
    above = f.cell_row(colours, height=26, gap=8)
    f.skip(34)
    trees = f.cell_row(colours.lower(), height=16, gap=8)
    f.skip(34)
    below = f.cell_row(colours, height=26, gap=8)
    for top, tree, low, letter in zip(above, trees, below, colours, strict=True):
        f.connect_places(top, tree, letter, thin=True)
        f.connect_places(low, tree, letter, thin=True)
    f.text_lines("another")
    f.skip(4)
    costs = ("cost-per-endpoint-eight-planes", "cost-per-endpoint-one-tree-of-three-layers")
    f.bar_rows([(key, d.fact_number(label), "O") for key, label in zip(("many", "one"), costs, strict=True)])


@draws_technique("deepgemm")
def draw_deepgemm(d: Drawing, f: Canvas) -> None:
    f.text_lines("apart", "strong")
    _draw_exchanges(f, ([(2, 2, "A", ""), (4, 2, "A", "")], [(0, 2, "o", ""), (6, 2, "O", "")]))
    f.text_lines("mega", "strong")
    _draw_exchanges(
        f,
        (
            [(1 + 1.3 * i, 1.2, "A", f"={i + 1}") for i in range(3)],
            [
                (0, 0.9, "o", "=1"),
                (1.1, 0.9, "o", "=2"),
                (2.3, 0.7, "o", "=3"),
                (2.3 + 0.75, 0.5, "O", "=1"),
                (3.7, 0.5, "O", "=2"),
                (5, 0.5, "O", "=3"),
            ],
        ),
        8,
    )
    f.colour_legend(("o", "dispatch"), ("A", "products"), ("O", "combine"))
