"""Drawings of attention: what each form caches of a token, and what it reads."""

from __future__ import annotations

from math import pi

import numpy as np

from ..figures.meanings import KINDS, MEANINGS
from .canvas import Canvas, Drawing, draws_technique, random_pattern


def _draw_heads(d: Drawing, f: Canvas, queries: int, kept: int, entry_id: str, name: str) -> None:
    f.text_lines("queries")
    top = f.cell_row("A" * queries, height=26)
    f.skip(30)
    low = f.cell_row("C" * kept, height=26)
    for i, place in enumerate(top):
        f.connect_places(place, low[i * kept // queries], "A", thin=True)
    f.text_lines("kept")
    f.skip(8)
    f.bar_rows(
        [
            ("=MHA · LLM 7B", d.cached_elements("deepseek-llm-7b-base"), "c"),
            (f"={name}", d.cached_elements(entry_id), "C"),
        ][-2 if kept < queries else -1 :]
    )


@draws_technique("mha")
def draw_mha(d: Drawing, f: Canvas) -> None:
    d.use_numbers("deepseek-llm-7b-base")
    _draw_heads(d, f, 8, 8, "deepseek-llm-7b-base", "MHA · LLM 7B")


@draws_technique("gqa")
def draw_gqa(d: Drawing, f: Canvas) -> None:
    v = d.use_numbers("deepseek-llm-67b-base")
    d.numbers["per_group"] = v["num_attention_heads"] // v["num_key_value_heads"]
    _draw_heads(d, f, 8, 2, "deepseek-llm-67b-base", "GQA · LLM 67B")


@draws_technique("mqa")
def draw_mqa(d: Drawing, f: Canvas) -> None:
    d.use_numbers("deepseek-coder-5.7bmqa-base")
    _draw_heads(d, f, 8, 1, "deepseek-coder-5.7bmqa-base", "MQA · Coder 5.7B")


@draws_technique("mla")
def draw_mla(d: Drawing, f: Canvas) -> None:
    v3 = d.use_numbers("deepseek-v3-base")
    latent, rope, own = v3["kv_lora_rank"], v3["qk_rope_head_dim"], v3["qk_nope_head_dim"]
    every = v3["num_attention_heads"] * (own + v3["v_head_dim"])
    layers = v3["num_hidden_layers"]
    d.numbers |= {"kept": latent + rope, "every": every, "total": layers * (latent + rope), "written": own + rope}
    other, own_kind = (MEANINGS["mla"][which] for which in ("before", "after"))
    f.bar_rows(
        [
            ("=MHA · LLM 7B", d.cached_elements("deepseek-llm-7b-base"), other),
            ("=GQA · LLM 67B", d.cached_elements("deepseek-llm-67b-base"), other),
            ("=MLA · V2, V3", latent + rope, own_kind),
            ("=CSA · V4-Pro", d.cached_elements("deepseek-v4-pro-base"), other),
        ],
        height=26,
    )
    f = d.new_frame("press", r"\class{cache}{c_t} = W^{DKV} h_t \qquad \class{other}{k_t} = \mathrm{RoPE}(W^{KR} h_t)")
    f.projection_fan(("input", v3["hidden_size"]), [("latent", latent, "C"), ("position", rope, "O")])
    f = d.new_frame(
        "keep",
        r"<num_hidden_layers> \times (\class{cache}{<kv_lora_rank>} + \class{other}{<qk_rope_head_dim>}) = <total>",
    )
    f.text_lines("column")
    f.cell_row("CCCCCCCC.", height=46, gap=12)
    f.cell_row("OOOOOOOO.", height=6, gap=12)
    f.skip(14)
    f.bar_rows([("instead", every, ".")])
    f.bar_rows([("one_latent", latent + rope, "C")], most=every)
    f = d.new_frame(
        "compare",
        r"\class{attention}{q}^T (W^{UK} \class{cache}{c}) = ((W^{UK})^T \class{attention}{q})^T \class{cache}{c}",
    )
    for way, wide, kind in (("prompt", own, "c"), ("writing", latent, "C")):
        f.text_lines(way, "strong")
        for label, bar in (("query", "A"), (f"{way}_keys", kind)):
            f.text_lines(label)
            long = f.width * wide / (latent + rope)
            f.panel.bar(f.x, f.y, long, 13, KINDS[bar])
            f.panel.bar(f.x + long + 2, f.y, f.width * rope / (latent + rope) - 2, 13, KINDS["O"])
            f.skip(18)
        f.text_lines(f"{way}_products", "strong")
        f.skip(6)


@draws_technique("rope")
def draw_rope(d: Drawing, f: Canvas) -> None:
    f.text_lines("positions")
    for name, speed in (("fast", 0.9), ("middle", 0.3), ("slow", 0.08)):
        f.text_lines(name, "strong")
        f.angle_dials([[speed * i for i in range(9)]])


@draws_technique("yarn")
def draw_yarn(d: Drawing, f: Canvas) -> None:
    v3 = d.use_numbers("deepseek-v3-base")
    scaling = {
        key: d.architecture_value("deepseek-v3-base", f"rope_scaling.{key}")
        for key in ("factor", "beta_slow", "beta_fast", "original_max_position_embeddings")
    }
    base, pairs = d.architecture_value("deepseek-v3-base", "rope_theta"), v3["qk_rope_head_dim"] // 2
    turns = [scaling["original_max_position_embeddings"] / (2 * pi * base ** (i / pairs)) for i in range(pairs)]
    kept, mixed, slowed = (MEANINGS["yarn"][how] for how in ("kept", "mixed", "slowed"))
    kinds = "".join(kept if t > scaling["beta_fast"] else slowed if t < scaling["beta_slow"] else mixed for t in turns)
    d.numbers |= (
        {key: int(value) for key, value in scaling.items()}
        | {"pairs": pairs}
        | {name: kinds.count(kind) for name, kind in (("same", kept), ("mixed", mixed), ("slower", slowed))}
    )
    f.text_lines("pairs")
    f.cell_row(kinds, height=60, gap=2)
    f.colour_legend((kept, "kept"), (mixed, "between"), (slowed, "slowed"))
    f.skip(8)
    f.bar_rows(
        [
            ("before", scaling["original_max_position_embeddings"], "G"),
            ("after", scaling["original_max_position_embeddings"] * scaling["factor"], "G"),
        ]
    )


@draws_technique("linear-rope-scaling")
def draw_linear_rope_scaling(d: Drawing, f: Canvas) -> None:
    factor = int(d.architecture_value("deepseek-coder-1.3b-base", "rope_scaling.factor"))
    d.numbers["factor"] = factor
    f.text_lines("trained")
    f.cell_row("A" * 8 + " " * 8 * (factor - 1), gap=2)
    f.text_lines("longer")
    f.cell_row("A" * 8 + "x" * 8 * (factor - 1), gap=2)
    f.arrow_down("divide")
    f.text_lines("squeezed")
    left, _ = f.split_columns(1, factor - 1, gap=2)
    left.cell_row("O" * 8 * factor, gap=1)
    f.close_columns(left)


@draws_technique("nsa")
def draw_nsa(d: Drawing, f: Canvas) -> None:
    f.text_lines("before")
    f.cell_row("c" * 32, gap=1.5)
    f.skip(6)
    for name, row, gap in (
        ("summaries", "A" * 8, 4.0),
        ("blocks", "ccccAAAAccccccccccccAAAAcccccccc", 1.5),
        ("window", "c" * 24 + "A" * 8, 1.5),
    ):
        f.text_lines(name, "strong")
        f.cell_row(row, gap=gap)
    f.colour_legend(("A", "read"), ("c", "passed"))


@draws_technique("dsa")
def draw_dsa(d: Drawing, f: Canvas) -> None:
    v = d.use_numbers("deepseek-v3.2-exp")
    context, top = 131072, v["index_topk"]
    d.numbers |= {"context": context}
    row = random_pattern(40, 6, "Ac")
    f.text_lines("earlier")
    f.cell_row("c" * 40, height=40, gap=2)
    f.text_lines("scored")
    f.cell_row("i" * 40, height=10, gap=2)
    f.text_lines("chosen")
    places = f.cell_row(row, height=40, gap=2)
    f.skip(30)
    now = f.cell_row("A", width=64, texts=("query",), height=24)[0]
    for place, kind in zip(places, row, strict=True):
        if kind == "A":
            f.connect_places(now, place, "A", thin=True)
    f = d.new_frame(
        "score",
        r"\class{index}{I_{t,s}} = \sum_j \class{index}{w_j} \, \mathrm{ReLU}(\class{index}{q_j} \cdot \class{index}{k_s})",
    )
    f.bar_rows(
        [
            ("index_head", v["index_n_heads"] * v["index_head_dim"], "I"),
            ("main_head", v["num_attention_heads"] * (2 * v["kv_lora_rank"] + v["qk_rope_head_dim"]), "a"),
        ]
    )
    f.text_lines("cheap")
    scores = np.random.default_rng(3).gamma(1.2, 1, 24)
    f.columns_chart([float(s) for s in scores], "i")
    f.text_lines("scores")
    f = d.new_frame("select", r"\{ \class{cache}{c_s} \mid \class{index}{I_{t,s}} \in \mathrm{Topk}(I_{t,:}) \}")
    best = sorted(scores)[-6]
    f.columns_chart([float(s) for s in scores], "".join("I" if s >= best else "i" for s in scores), line=float(best))
    f.cell_row("".join("C" if s >= best else "c" for s in scores))
    f.text_lines("limit")
    f.text_lines("one_choice")
    f = d.new_frame("read", r"u_t = \mathrm{Attn}(\class{attention}{h_t}, \{\class{cache}{c_s}\})")
    f.bar_rows([("all_read", context, "c"), ("some_read", top, "C")])
    f.skip(4)
    f.curve_chart(
        [([(0, 0), (1, 1)], "C"), ([(0, 0), (top / context, top / context), (1, top / context)], "A")],
        "position",
        "tokens_read",
        height=90,
    )


def _draw_compressed(d: Drawing, f: Canvas, ratio: int, chosen: int, entries: int) -> None:
    per = min(ratio, 32 // entries)
    f.text_lines("tokens")
    tokens = f.cell_row("G" * 32, gap=1.5)
    f.skip(22)
    row = "".join("C" if i in {1, 4} or chosen == entries else "c" for i in range(entries))
    made = f.cell_row(row, height=26, gap=6)
    for i, token in enumerate(tokens):
        f.connect_places(token, made[min(i // per, entries - 1)], "C", thin=True)
    f.text_lines("entries")
    f.skip(4)
    f.cell_row(" " * 24 + "A" * 8, gap=1.5)
    f.text_lines("window")
    f.colour_legend(("C", "read"), *([("c", "unread")] if chosen < entries else []), ("A", "in_window"))


@draws_technique("csa")
def draw_csa(d: Drawing, f: Canvas) -> None:
    v = d.use_numbers("deepseek-v4-pro-base")
    m, context = v["csa_compress_ratio"], 2**20
    d.numbers |= {"context": "1M", "entries": context // m, "read": v["index_topk"] + v["sliding_window"]}
    _draw_compressed(d, f, m, 2, 8)
    f = d.new_frame(
        "press",
        r"C_i = \class{cache}{\sum_{j=mi}^{m(i+1)-1} S_j^a \odot C_j^a} \qquad + \class{index}{\sum_{j=m(i-1)}^{mi-1} S_j^b \odot C_j^b}",
    )
    f.text_lines("two_blocks")
    tokens = f.cell_row("GGGGGGGGGGGG", height=30, gap=4)
    f.skip(40)
    entries = f.cell_row("ccC", height=30, gap=40)
    for i, token in enumerate(tokens):
        f.connect_places(token, entries[i // 4], "C", thin=True)
        if i // 4 < 2:
            f.connect_places(token, entries[i // 4 + 1], "I", thin=True)
    f.colour_legend(("C", "own_block"), ("I", "block_before"))
    f.bar_rows([("one_each", m * v["head_dim"], "c"), ("one_for_all", v["head_dim"], "C")])
    f = d.new_frame("choose", r"\mathrm{Topk}\left(\class{index}{I_{t,s}}\right), \quad k = <index_topk>")
    f.cell_row("cCccccCcccCccccccCcc", height=30, gap=3)
    f.cell_row("iIiiiiIiiiIiiiiiiIii", height=10, gap=3)
    f.text_lines("indexer")
    f.bar_rows([("all_entries", context // m, "c"), ("chosen_entries", v["index_topk"], "C")])
    f = d.new_frame("near", r"\class{attention}{<sliding_window>} + \class{cache}{<index_topk>} = <read>")
    f.text_lines("gap")
    f.cell_row("GGGGGGGGGGGGGGGG", height=18)
    f.cell_row("ccc" + ".", height=26, gap=6)
    f.text_lines("incomplete")
    f.cell_row(" " * 8 + "AAAAAAAA", height=18)
    f.text_lines("bridge")
    f.bar_rows([("context_tokens", context, "."), ("read_in_all", v["index_topk"] + v["sliding_window"], "A")])


@draws_technique("hca")
def draw_hca(d: Drawing, f: Canvas) -> None:
    v = d.use_numbers("deepseek-v4-pro-base")
    d.numbers |= {"entries": 2**20 // v["hca_compress_ratio"], "context": "1M"}
    _draw_compressed(d, f, v["hca_compress_ratio"], 2, 2)


@draws_technique("csa2")
def draw_csa2(d: Drawing, f: Canvas) -> None:
    v = d.use_numbers("deepseek-v4.1-flash")
    encoder = v["encoder_layers"]
    lower = [("A" if i < 2 else "C" if (i - 2) % 6 == 0 else "c") for i in range(encoder)]
    upper = [("C" if i == 0 else "I" if i % 4 == 0 else "c") for i in range(v["num_hidden_layers"] - encoder)]
    d.numbers |= {"full": (lower + upper).count("C"), "reindex": upper.count("I"), "reuse": (lower + upper).count("c")}
    for name, layers in (("upper", upper), ("lower", lower)):
        f.text_lines(name, "strong")
        f.cell_row("".join(layers), height=44, gap=3)
    f.colour_legend(("C", "mode_full"), ("I", "mode_reindex"), ("c", "mode_reuse"), ("A", "mode_window"))
    f.skip(6)
    f.bar_rows(
        [
            ("=V4-Flash", d.catalogue_number("variant:deepseek-v4-flash-base/recomputed.stored_cache_bytes"), "c"),
            ("=V4.1-Flash", d.catalogue_number("variant:deepseek-v4.1-flash/recomputed.stored_cache_bytes"), "C"),
        ]
    )
    f.text_lines("bytes")


@draws_technique("ced")
def draw_ced(d: Drawing, f: Canvas) -> None:
    v = d.use_numbers("deepseek-v4.1-flash")
    encoder = v["encoder_layers"]
    d.numbers["decoder_layers"] = v["num_hidden_layers"] - encoder
    f.text_lines("upper", "strong")
    f.cell_grid([" " * 2 + "g" * 24 + "EEEE" for _ in range(5)], gap=2)
    f.text_lines("lower", "strong")
    f.cell_grid([" " * 2 + "A" * 24 + "AAAA" for _ in range(5)], gap=2)
    f.text_lines("tokens", anchor="end")
    f.colour_legend(("A", "reads"), ("E", "end_only"), ("g", "skipped"))


@draws_technique("flashattention")
def draw_flashattention(d: Drawing, f: Canvas) -> None:
    left, right = f.split_columns(1, 1)
    left.text_lines("whole", "strong")
    left.cell_grid(["x" * 12 for _ in range(12)])
    left.text_lines("whole_says")
    right.text_lines("tiled", "strong")
    right.cell_grid(["ggggggggAAAA"] * 4 + ["gggggggggggg"] * 8)
    right.text_lines("tiled_says")
    f.close_columns(left, right)


@draws_technique("flashmla")
def draw_flashmla(d: Drawing, f: Canvas) -> None:
    d.use_numbers("deepseek-v3-base")
    f.text_lines("heads")
    top = f.cell_row("A" * 16, height=20)
    f.skip(24)
    latent = f.cell_row("C", height=26, width=120, texts=("latent",))[0]
    for place in top:
        f.connect_places(latent, place, "C", thin=True)
    f.skip(6)
    speeds = (
        ("release", "dense-decoding-on-h800-at-release", "a"),
        ("april", "dense-decoding-on-h800-since-22-april-2025", "A"),
    )
    f.bar_rows([(label, d.fact_number(name), kind) for label, name, kind in speeds])
    f.bar_rows([("peak", float(dict(vars(d.context.catalogue.gpus["nvidia-h800"]))["bf16_tflops"].value.value), ".")])
    f.text_lines("units")


@draws_technique("context-parallelism")
def draw_context_parallelism(d: Drawing, f: Canvas) -> None:
    f.text_lines("sequence")
    f.cell_row("AAAAAAAAEEEEEEEEOOOOOOOOIIIIIIII", gap=2)
    f.skip(4)
    for gpu, (row, next_) in enumerate((("AAAAAAAA", "E"), ("EEEEEEEE", "O"), ("OOOOOOOO", "I"), ("IIIIIIII", " ")), 1):
        d.numbers["gpu"] = gpu
        f.text_lines("gpu", "strong")
        f.cell_row(row[:-1] + row[-1] + ("." if next_ != " " else " "), width=20, gap=2)
    f.text_lines("border")
