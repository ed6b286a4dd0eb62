// Drawings of attention: what each form caches of a token, and what it reads.

const keptOf = (id) => lab("kept", id).kept;

function heads(d, f, kept, id, name) {
  d.use(id);
  f.caption("queries");
  const top = f.cells("AAAAAAAA", { height: 26 });
  f.skip(30);
  const low = f.cells("C".repeat(kept), { height: 26 });
  top.forEach((one, i) => f.link(one, low[Math.floor((i * kept) / 8)], "A", true));
  f.caption("kept");
  f.skip(8);
  f.bars([["=MHA · LLM 7B", keptOf("deepseek-llm-7b-base"), "c"], [`=${name}`, keptOf(id), "C"]].slice(kept < 8 ? 0 : 1));
}

drawing("mha", (d, f) => heads(d, f, 8, "deepseek-llm-7b-base", "MHA · LLM 7B"));

drawing("gqa", (d, f) => {
  const { num_attention_heads: queries, num_key_value_heads: groups, head_dim: size } = numbers("deepseek-llm-67b-base");
  const [per, every] = [(d.numbers.per_group = queries / groups), (d.numbers.every = 2 * queries * size)];
  heads(d, f, 2, "deepseek-llm-67b-base", "GQA · LLM 67B");
  const shared = (d.numbers.kept = 2 * groups * size);
  const share = (name, kept, bar, formula) => {
    f = d.frame(name, formula);
    f.caption("all_queries");
    const [top, end] = [f.cells("A".repeat(queries), { height: 30, gap: 1.2 }), range(queries).map((i) => (kept < queries ? Math.floor(i / per) * per + per / 2 : i))];
    f.skip(44);
    const low = f.cells(range(queries).map((i) => (end.includes(i) ? "C" : "g")).join(""), { height: 44, gap: 1.2 });
    f.panel.path(top.map(({ middle, bottom }, i) => through([[middle, bottom + 1], [low[end[i]].middle, low[end[i]].y - 1]])).join(""), "line attention thin-line");
    f.caption("all_kept");
    f.skip(6);
    f.bars([[name === "own" ? "own_cache" : "shared_cache", bar, "C"]], { most: every });
  };
  share("own", queries, every, String.raw`2 \cdot \class{attention}{<num_attention_heads>} \cdot <head_dim> = <every>`);
  share("share", groups, shared, String.raw`2 \cdot \class{cache}{<num_key_value_heads>} \cdot <head_dim> = <kept>`);
  f = d.frame("pay");
  const scores = numbersOf("mqa/facts.comparison-at-7b.value");
  f.caption("layer_keeps", "strong");
  f.bars([["=MHA", every, "c"], ["=GQA", shared, "C"], ["=MQA", 2 * size, "c"]]);
  f.caption("scores", "strong");
  f.bars([["=MHA", scores[3], "a"], ["=GQA", scores[1], "A"], ["=MQA", scores[0], "a"]].map(([name, score, letter]) => [name, score, letter, `=${score.toFixed(1)}`]));
});

drawing("mqa", (d, f) => heads(d, f, 1, "deepseek-coder-5.7bmqa-base", "MQA · Coder 5.7B"));

drawing("mla", (d, f) => {
  const { kv_lora_rank: latent, qk_rope_head_dim: rope, qk_nope_head_dim: own, ...v3 } = d.use("deepseek-v3-base");
  const every = v3.num_attention_heads * (own + v3.v_head_dim);
  Object.assign(d.numbers, { kept: latent + rope, every, total: v3.num_hidden_layers * (latent + rope), written: own + rope });
  const { before, after } = MEANINGS.mla;
  f.bars([
    ["=MHA · LLM 7B", keptOf("deepseek-llm-7b-base"), before],
    ["=GQA · LLM 67B", keptOf("deepseek-llm-67b-base"), before],
    ["=MLA · V2, V3", latent + rope, after],
    ["=CSA · V4-Pro", keptOf("deepseek-v4-pro-base"), before],
  ], { height: 26 });
  f = d.frame("press", String.raw`\class{cache}{c_t} = W^{DKV} h_t \qquad \class{other}{k_t} = \mathrm{RoPE}(W^{KR} h_t)`);
  f.fan(["input", v3.hidden_size], [["latent", latent, "C"], ["position", rope, "O"]]);
  f = d.frame("keep", String.raw`<num_hidden_layers> \times (\class{cache}{<kv_lora_rank>} + \class{other}{<qk_rope_head_dim>}) = <total>`);
  f.caption("column");
  f.cells("CCCCCCCC.", { height: 46, gap: 12 });
  f.cells("OOOOOOOO.", { height: 6, gap: 12 });
  f.skip(14);
  f.bars([["instead", every, "."]]);
  f.bars([["one_latent", latent + rope, "C"]], { most: every });
  f = d.frame("compare", String.raw`\class{attention}{q}^T (W^{UK} \class{cache}{c}) = ((W^{UK})^T \class{attention}{q})^T \class{cache}{c}`);
  for (const [way, wide, kind] of [["prompt", own, "c"], ["writing", latent, "C"]]) {
    f.caption(way, "strong");
    for (const [label, letter] of [["query", "A"], [`${way}_keys`, kind]]) {
      f.caption(label);
      const long = (f.width * wide) / (latent + rope);
      f.panel.bar(f.x, f.y, long, 13, KINDS[letter]);
      f.panel.bar(f.x + long + 2, f.y, (f.width * rope) / (latent + rope) - 2, 13, KINDS.O);
      f.skip(18);
    }
    f.caption(`${way}_products`, "strong");
    f.skip(6);
  }
});

drawing("rope", (d, f) => {
  f.caption("positions");
  for (const [name, speed] of [["fast", 0.9], ["middle", 0.3], ["slow", 0.08]]) {
    f.caption(name, "strong");
    f.dials(range(9).map((i) => speed * i));
  }
  const { qk_rope_head_dim: size } = d.use("deepseek-v3-base");
  const base = (d.numbers.rope_theta = value("deepseek-v3-base", "rope_theta"));
  const waves = range(size / 2).map((i) => 2 * Math.PI * base ** ((2 * i) / size));
  Object.assign(d.numbers, { shortest: fixed(waves[0], 1), longest: Math.round(waves.at(-1)), pairs: size / 2 });
  f = d.frame("turn", String.raw`q_m = R(\class{other}{m \theta_i}) \, q`);
  f.caption("turned");
  f.dials(range(6).map((i) => 0.6 * i));
  f = d.frame("compare", String.raw`q_m^T k_n = q^T R(\class{other}{(n - m) \theta_i}) \, k`);
  for (const [name, start] of [["near", 2], ["later", 9]]) {
    f.caption(name);
    f.dials([start, start + 3].map((i) => 0.6 * i));
  }
  f.caption("same_gap");
  f = d.frame("speeds", String.raw`\class{other}{\theta_i} = <rope_theta>^{-2i / <qk_rope_head_dim>}`);
  f.columns(waves.map((one) => Math.log10(one)), "O", { height: 110 });
  f.caption("waves");
});

drawing("yarn", (d, f) => {
  const id = "deepseek-v3-base";
  const [factor, slow, fast, length] = ["factor", "beta_slow", "beta_fast", "original_max_position_embeddings"].map((key) => (d.numbers[key] = value(id, `rope_scaling.${key}`)));
  const pairs = d.use(id).qk_rope_head_dim / 2;
  const turns = range(pairs).map((i) => length / (2 * Math.PI * value(id, "rope_theta") ** (i / pairs)));
  const { kept, mixed, slowed } = MEANINGS.yarn;
  const letters = turns.map((t) => (t > fast ? kept : t < slow ? slowed : mixed));
  const count = (letter) => letters.filter((own) => own === letter).length;
  Object.assign(d.numbers, { pairs, same: count(kept), mixed: count(mixed), slower: count(slowed) });
  f.caption("pairs");
  f.cells(letters.join(""), { height: 60, gap: 2 });
  f.legend([kept, "kept"], [mixed, "between"], [slowed, "slowed"]);
  f.skip(8);
  f.bars([["before", length, "G"], ["after", length * factor, "G"]]);
  const softmax = (scores) => scores.map((s) => Math.exp(s) / sum(scores.map((one) => Math.exp(one))));
  const [scores, sharper] = [[1.6, 0.4, 1, 0.1, 0.7, 1.2, 0.2, 0.5], 0.1 * Math.log(factor) + 1];
  d.numbers.sharper = fixed(sharper ** 2, 2);
  f = d.frame("count", String.raw`\class{attention}{r_i} = \frac{L}{2 \pi \, b^{2i/d}}`);
  f.columns(turns.map((one) => Math.log10(one)), letters, { height: 110 });
  f.caption("turns");
  f = d.frame("slow", String.raw`\theta_i' = \gamma_i \theta_i + (1 - \gamma_i) \frac{\theta_i}{\class{attention}{<factor>}}`);
  f.curves([[turns.map((one, i) => [i / (pairs - 1), Math.min(Math.max((one - slow) / (fast - slow), 0), 1)]), "A"]], "pair", "share_kept");
  f = d.frame("sharpen", String.raw`\class{attention}{a} = \mathrm{softmax}\left(\mu^2 \frac{q k^T}{\sqrt{d}}\right)`);
  f.caption("plain");
  f.columns(softmax(scores), "a", { height: 50 });
  f.caption("sharp");
  f.columns(softmax(scores.map((s) => s * sharper ** 2)), "A", { height: 70 });
});

drawing("linear-rope-scaling", (d, f) => {
  const factor = (d.numbers.factor = value("deepseek-coder-1.3b-base", "rope_scaling.factor"));
  f.caption("trained");
  f.cells("A".repeat(8) + " ".repeat(8 * (factor - 1)), { gap: 2 });
  f.caption("longer");
  f.cells("A".repeat(8) + "x".repeat(8 * (factor - 1)), { gap: 2 });
  f.arrow("divide");
  f.caption("squeezed");
  const [left] = f.split([1, factor - 1], 2);
  left.cells("O".repeat(8 * factor), { gap: 1 });
  f.join([left]);
});

drawing("nsa", (d, f) => {
  f.caption("before");
  f.cells("c".repeat(32), { gap: 1.5 });
  f.skip(6);
  for (const [name, row, gap] of [["summaries", "AAAAAAAA", 4], ["blocks", "ccccAAAAccccccccccccAAAAcccccccc", 1.5], ["window", `${"c".repeat(24)}AAAAAAAA`, 1.5]]) {
    f.caption(name, "strong");
    f.cells(row, { gap });
  }
  f.legend(["A", "read"], ["c", "passed"]);
  d.numbers.read = d.fact("memory-read-in-decoding-at-64k-in-tokens-of-65-536");
  const [rated] = random(7, ["gamma", 1.2, 1, [8]]);
  const best = [...rated].sort((a, b) => b - a)[1];
  f = d.frame("summarise", String.raw`\class{attention}{\tilde{k}_i} = \varphi(k_{i s + 1}, \ldots, k_{i s + l})`);
  f.caption("tokens");
  const tokens = f.cells("c".repeat(32), { gap: 1.5 });
  f.skip(26);
  const made = f.cells("AAAAAAAA", { height: 26, gap: 6 });
  tokens.forEach((token, i) => f.link(token, made[Math.floor(i / 4)], "C", true));
  f.caption("made");
  f = d.frame("select", String.raw`\{ i \mid \class{index}{p_i} \in \mathrm{Topk}(p) \}`);
  f.columns(rated, rated.map((one) => (one >= best ? "I" : "i")), { line: best });
  f.cells(rated.map((one) => (one >= best ? "AAAA" : "cccc")).join(""), { gap: 1.5 });
  f.caption("whole_blocks");
  f = d.frame("join", String.raw`o = \sum_c g_c \, \mathrm{Attn}(q, \class{attention}{K_c, V_c})`);
  f.bars([["all", 65536, "c"], ["some", d.numbers.read, "A"]]);
  f.caption("gates");
});

drawing("dsa", (d, f) => {
  const v = d.use("deepseek-v3.2-exp");
  const [context, top] = [(d.numbers.context = 131072), v.index_topk];
  const row = pattern(40, 6, "Ac");
  f.caption("earlier");
  f.cells("c".repeat(40), { height: 40, gap: 2 });
  f.caption("scored");
  f.cells("i".repeat(40), { height: 10, gap: 2 });
  f.caption("chosen");
  const places = f.cells(row, { height: 40, gap: 2 });
  f.skip(30);
  const now = f.cell("A", { width: 64, texts: ["query"], height: 24 });
  places.forEach((one, i) => row[i] === "A" && f.link(now, one, "A", true));
  f = d.frame("score", String.raw`\class{index}{I_{t,s}} = \sum_j \class{index}{w_j} \, \mathrm{ReLU}(\class{index}{q_j} \cdot \class{index}{k_s})`);
  f.bars([["index_head", v.index_n_heads * v.index_head_dim, "I"], ["main_head", v.num_attention_heads * (2 * v.kv_lora_rank + v.qk_rope_head_dim), "a"]]);
  f.caption("cheap");
  const [scores] = random(3, ["gamma", 1.2, 1, [24]]);
  f.columns(scores, "i");
  f.caption("scores");
  f = d.frame("select", String.raw`\{ \class{cache}{c_s} \mid \class{index}{I_{t,s}} \in \mathrm{Topk}(I_{t,:}) \}`);
  const best = [...scores].sort((a, b) => b - a)[5];
  f.columns(scores, scores.map((score) => (score >= best ? "I" : "i")), { line: best });
  f.cells(scores.map((score) => (score >= best ? "C" : "c")).join(""));
  f.caption("limit");
  f.caption("one_choice");
  f = d.frame("read", String.raw`u_t = \mathrm{Attn}(\class{attention}{h_t}, \{\class{cache}{c_s}\})`);
  f.bars([["all_read", context, "c"], ["some_read", top, "C"]]);
  f.skip(4);
  f.curves([[[[0, 0], [1, 1]], "C"], [[[0, 0], [top / context, top / context], [1, top / context]], "A"]], "position", "tokens_read", 90);
});

function compressed(f, ratio, entries) {
  const per = Math.min(ratio, 32 / entries);
  f.caption("tokens");
  const tokens = f.cells("G".repeat(32), { gap: 1.5 });
  f.skip(22);
  const made = f.cells(range(entries).map((i) => ([1, 4].includes(i) || entries === 2 ? "C" : "c")).join(""), { height: 26, gap: 6 });
  tokens.forEach((token, i) => f.link(token, made[Math.min(Math.floor(i / per), entries - 1)], "C", true));
  f.caption("entries");
  f.skip(4);
  f.cells(`${" ".repeat(24)}AAAAAAAA`, { gap: 1.5 });
  f.caption("window");
  f.legend(["C", "read"], ...(entries > 2 ? [["c", "unread"]] : []), ["A", "in_window"]);
}

drawing("csa", (d, f) => {
  const { csa_compress_ratio: m, index_topk: top, sliding_window: window, head_dim: wide } = d.use("deepseek-v4-pro-base");
  const context = 2 ** 20;
  Object.assign(d.numbers, { context: "1M", entries: context / m, read: top + window });
  compressed(f, m, 8);
  f = d.frame("press", String.raw`C_i = \class{cache}{\sum_{j=mi}^{m(i+1)-1} S_j^a \odot C_j^a} \qquad + \class{index}{\sum_{j=m(i-1)}^{mi-1} S_j^b \odot C_j^b}`);
  f.caption("two_blocks");
  const tokens = f.cells("GGGGGGGGGGGG", { height: 30, gap: 4 });
  f.skip(40);
  const entries = f.cells("ccC", { height: 30, gap: 40 });
  tokens.forEach((token, i) => {
    f.link(token, entries[Math.floor(i / 4)], "C", true);
    if (i < 8) f.link(token, entries[Math.floor(i / 4) + 1], "I", true);
  });
  f.legend(["C", "own_block"], ["I", "block_before"]);
  f.bars([["one_each", m * wide, "c"], ["one_for_all", wide, "C"]]);
  f = d.frame("choose", String.raw`\mathrm{Topk}\left(\class{index}{I_{t,s}}\right), \quad k = <index_topk>`);
  f.cells("cCccccCcccCccccccCcc", { height: 30, gap: 3 });
  f.cells("iIiiiiIiiiIiiiiiiIii", { height: 10, gap: 3 });
  f.caption("indexer");
  f.bars([["all_entries", context / m, "c"], ["chosen_entries", top, "C"]]);
  f = d.frame("near", String.raw`\class{attention}{<sliding_window>} + \class{cache}{<index_topk>} = <read>`);
  f.caption("gap");
  f.cells("GGGGGGGGGGGGGGGG", { height: 18 });
  f.cells("ccc.", { height: 26, gap: 6 });
  f.caption("incomplete");
  f.cells("        AAAAAAAA", { height: 18 });
  f.caption("bridge");
  f.bars([["context_tokens", context, "."], ["read_in_all", top + window, "A"]]);
});

drawing("hca", (d, f) => {
  const { hca_compress_ratio: far, sliding_window: window } = d.use("deepseek-v4-pro-base");
  Object.assign(d.numbers, { entries: 2 ** 20 / far, cell: 2 ** 12 / far, all_read: 2 ** 20 / far + window, context: "1M" });
  compressed(f, far, 2);
  const v4 = numbers("deepseek-v4-pro-base");
  const [context, near] = [2 ** 20, v4.csa_compress_ratio];
  Object.assign(d.numbers, { near, csa_entries: context / near, one_in: context / near / v4.index_topk, layers_of_both: v4.csa_layers + v4.hca_layers });
  const { csa_entries: close } = d.numbers;
  const side = Math.sqrt(d.numbers.one_in);
  f = d.frame("miss", String.raw`\frac{<csa_entries>}{\class{cache}{<index_topk>}} = <one_in>`);
  f.caption("one_read");
  f.grid(range(side).map((row) => range(side).map((i) => (row === 9 && i === 5 ? "C" : "c")).join("")), { width: 160, gap: 2 });
  f.legend(["C", "read"], ["c", "unread"]);
  f = d.frame("squeeze", String.raw`\class{cache}{C_i} = \sum_{j=<hca_compress_ratio> i}^{<hca_compress_ratio>(i+1)-1} S_j \odot C_j`);
  f.caption("same_tokens");
  const tokens = f.cells("G".repeat(far), { height: 22, gap: 0.8 });
  f.skip(26);
  f.caption("by_csa");
  f.cells("c".repeat(far / near), { height: 22, gap: 3 });
  f.skip(26);
  const one = f.cell("C", { width: (f.width * near) / far - 3, height: 22 });
  f.panel.path(`M${at(f.x)} ${at(tokens[0].bottom + 2)}H${at(f.x + f.width)}L${at(one.x + one.width)} ${at(one.y - 2)}H${at(one.x)}z`, "cache beam");
  f.caption("by_hca", "", "middle");
  f.skip(6);
  f.caption("stored", "strong");
  f.bars([["=CSA", close, "c"], ["=HCA", context / far, "C"]]);
  f = d.frame("all", String.raw`\class{cache}{<entries>} + \class{attention}{<sliding_window>} = <all_read>`);
  f.caption("all_of_them");
  f.grid(Array(side).fill("C".repeat(side)), { width: 160, gap: 2 });
  f.caption("read_by_token", "strong");
  f.bars([["=CSA", v4.index_topk + v4.sliding_window, "a"], ["=HCA", context / far + v4.sliding_window, "A"]]);
});

drawing("csa2", (d, f) => {
  const { encoder_layers: encoder, num_hidden_layers: layers } = d.use("deepseek-v4.1-flash");
  const lower = range(encoder).map((i) => (i < 2 ? "A" : (i - 2) % 6 ? "c" : "C")).join("");
  const upper = range(layers - encoder).map((i) => (i === 0 ? "C" : i % 4 ? "c" : "I")).join("");
  const count = (letter) => `${lower}${upper}`.split(letter).length - 1;
  Object.assign(d.numbers, { full: count("C"), reindex: count("I"), reuse: count("c") });
  for (const [name, row] of [["upper", upper], ["lower", lower]]) {
    f.caption(name, "strong");
    f.cells(row, { height: 44, gap: 3 });
  }
  f.legend(["C", "mode_full"], ["I", "mode_reindex"], ["c", "mode_reuse"], ["A", "mode_window"]);
  f.skip(6);
  f.bars([["V4-Flash", "v4-flash-base", "c"], ["V4.1-Flash", "v4.1-flash", "C"]].map(([name, id, letter]) => [`=${name}`, number(`variant:deepseek-${id}/recomputed.stored_cache_bytes`), letter]));
  f.caption("bytes");
  const flash = lab("layer_kinds", "deepseek-v4-flash-base");
  const bytes = (id) => number(`variant:deepseek-${id}/recomputed.stored_cache_bytes`);
  const rows = (letters, per) => range(Math.ceil(letters.length / per)).map((i) => letters.slice(i * per, (i + 1) * per).padEnd(per, " "));
  const own = flash.filter((kind) => kind !== "window").length;
  Object.assign(d.numbers, { flash: flash.length, own, served: upper.length });
  f = d.frame("each");
  f.caption("flash_layers", "strong");
  for (const row of rows(flash.map((kind) => (kind === "window" ? "A" : "C")).join(""), 10)) f.cells(row, { height: 26, gap: 4 });
  f.legend(["C", "own_entries"], ["A", "mode_window"]);
  f.caption("bytes", "strong");
  f.bars([["=V4-Flash", bytes("v4-flash-base"), "C"]]);
  f = d.frame("share");
  f.caption("new_layers", "strong");
  let from = null;
  const joined = [];
  for (const row of [lower.slice(0, 8), lower.slice(8, 14), lower.slice(14), ...rows(upper, 10)]) {
    const found = f.cells(row.padEnd(10, " "), { height: 22, gap: 4 });
    found.forEach((one, i) => {
      if ("CI".includes(row[i])) from = one;
      if (row[i] === "c" && from.y === one.y) joined.push([one.x - 4, one.y + 11], [one.x, one.y + 11]);
    });
    f.skip(4);
  }
  f.panel.path(range(joined.length / 2).map((i) => through(joined.slice(2 * i, 2 * i + 2))).join(""), "line cache");
  f.legend(["C", "mode_full"], ["I", "mode_reindex"], ["c", "mode_reuse"], ["A", "mode_window"]);
  f = d.frame("quarter");
  f.caption("bytes", "strong");
  f.bars([["=V4-Flash", bytes("v4-flash-base"), "c"], ["=V4.1-Flash", bytes("v4.1-flash"), "C"]]);
  f.caption("keepers", "strong");
  f.bars([["=V4-Flash", own, "c"], ["=V4.1-Flash", d.numbers.full, "C"]]);
  f.caption("choosers", "strong");
  f.bars([["=V4-Flash", flash.filter((kind) => kind === "csa").length, "i"], ["=V4.1-Flash", d.numbers.full + d.numbers.reindex, "I"]]);
});

drawing("ced", (d, f) => {
  const { encoder_layers: encoder, num_hidden_layers: layers } = d.use("deepseek-v4.1-flash");
  d.numbers.decoder_layers = layers - encoder;
  for (const [name, most, last] of [["upper", "g", "EEEE"], ["lower", "A", "AAAA"]]) {
    f.caption(name, "strong");
    f.grid(Array(5).fill(`  ${most.repeat(24)}${last}`), { gap: 2 });
  }
  f.caption("tokens", "", "end");
  f.legend(["A", "reads"], ["E", "end_only"], ["g", "skipped"]);
});

drawing("flashattention", (d, f) => {
  const columns = f.split([1, 1]);
  const rows = [Array(12).fill("x".repeat(12)), [...Array(4).fill("ggggggggAAAA"), ...Array(8).fill("gggggggggggg")]];
  ["whole", "tiled"].forEach((name, i) => {
    columns[i].caption(name, "strong");
    columns[i].grid(rows[i]);
    columns[i].caption(`${name}_says`);
  });
  f.join(columns);
  f = d.frame("tile", String.raw`\class{attention}{S} = Q_i K_j^T`);
  f.grid(rows[1], { width: 190 });
  f.caption("one_tile");
  f = d.frame("rescale", String.raw`m' = \max(m, \tilde{m}), \quad O' = e^{m - m'} \class{cache}{O} + \ldots`);
  f.caption("largest");
  f.columns([2, 2, 3.5, 3.5, 3.5, 5], ["C", "c", "C", "c", "c", "C"], { height: 100 });
  f.caption("corrected");
  f = d.frame("finish", String.raw`\class{cache}{O(N)} \; < \; \class{off}{O(N^2)}`);
  f.curves([[range(31).map((i) => [i / 30, (i / 30) ** 2]), "X"], [[[0, 0], [1, 0.12]], "C"]], "length", "memory");
});

drawing("flashmla", (d, f) => {
  d.use("deepseek-v3-base");
  f.caption("heads");
  const top = f.cells("A".repeat(16), { height: 20 });
  f.skip(24);
  const latent = f.cell("C", { height: 26, width: 120, texts: ["latent"] });
  for (const one of top) f.link(latent, one, "C", true);
  f.skip(6);
  f.bars([["release", d.fact("dense-decoding-on-h800-at-release"), "a"], ["april", d.fact("dense-decoding-on-h800-since-22-april-2025"), "A"]]);
  f.bars([["peak", number("gpu:nvidia-h800/bf16_tflops"), "."]]);
  f.caption("units");
});

drawing("context-parallelism", (d, f) => {
  f.caption("sequence");
  f.cells("AAAAAAAAEEEEEEEEOOOOOOOOIIIIIIII", { gap: 2 });
  f.skip(4);
  [..."AEOI"].forEach((letter, i) => {
    d.numbers.gpu = i + 1;
    f.caption("gpu", "strong");
    f.cells(letter.repeat(8) + (i < 3 ? "." : " "), { width: 20, gap: 2 });
  });
  f.caption("border");
});
