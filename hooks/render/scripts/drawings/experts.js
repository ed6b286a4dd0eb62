// Drawings of networks beside attention: feed-forward, experts and routing, residual streams, memory.

// Sub-layers above a residual stream: each takes a copy and adds its result.
function branches(f, flows, streams = 1) {
  const columns = f.split(flows.map(() => 1), 30);
  columns.forEach((column, i) => {
    const bricks = column.flow(flows[i]);
    const [first, last] = [bricks[0], bricks.at(-1)];
    const y = column.y + 18;
    f.panel.arrow(first.middle - 14, y, first.middle - 14, first.bottom + 3);
    f.panel.arrow(last.middle + 14, last.bottom, last.middle + 14, y);
  });
  f.join(columns, 20);
  for (const _ of range(streams)) {
    f.panel.bar(f.x, f.y, f.width, 10);
    f.skip(14);
  }
}

drawing("pre-norm-rmsnorm", (d, f) => {
  branches(f, [[["norm", "i"], ["attention", "A"]], [["norm", "i"], ["network", "E"]]]);
  f.caption("stream");
  f.skip(6);
  const vector = [0.4, -1.2, 2.6, 0.9, -0.3, 1.7, -2.2, 0.6];
  const size = Math.sqrt(sum(vector.map((v) => v * v)) / vector.length);
  const [left, right] = f.split([1, 1]);
  left.columns(vector, "g", { height: 60 });
  left.caption("any_size");
  right.columns(vector.map((v) => v / size), "i", { height: 60 / size });
  right.caption("size_one");
  f.join([left, right]);
});

drawing("swiglu", (d, f) => {
  const { intermediate_size: wide, hidden_size: narrow } = d.use("deepseek-v3-base");
  f.bars([["input", narrow, "G"], ["gate", wide, "I"], ["up", wide, "e"], ["product", wide, "E"], ["output", narrow, "G"]]);
  const widened = [1.2, -1.6, 0.7, 1.9, -0.5, -1.1, 1.5, 0.4];
  const gates = [1.1, 1.7, -0.6, -1.8, 0.9, -1.4, 1.6, 0.3].map((x) => x / (1 + Math.exp(-x)));
  const row = (label, values, letters) => {
    f.columns(values, letters, { height: 22 * (Math.max(...values, 0) - Math.min(...values, 0)) });
    f.caption(label);
  };
  f = d.frame("rule", String.raw`\mathrm{ReLU}(\class{expert}{xV}) \, W_2`);
  row("widened", widened, widened.map((x) => (x > 0 ? "e" : "X")));
  row("after_relu", widened.map((x) => Math.max(x, 0)), "E");
  f = d.frame("decide", String.raw`\left(\class{index}{\mathrm{Swish}(xW)} \otimes \class{expert}{xV}\right) W_2`);
  row("widened", widened, "e");
  row("gates", gates, "I");
  row("product", widened.map((x, i) => x * gates[i]), "E");
  f = d.frame("pay", String.raw`2 \cdot d \cdot \class{expert}{4d} = 3 \cdot d \cdot \class{expert}{\tfrac{8}{3} d}`);
  f.caption("two_matrices", "strong");
  f.cells("EE", { width: 144, height: 36, gap: 8, texts: ["=d × 4d", "=4d × d"] });
  f.caption("three_matrices", "strong");
  f.cells("IEE", { width: 96, height: 36, gap: 4, texts: ["=d × 8/3 d", "=d × 8/3 d", "=8/3 d × d"] });
  f.skip(8);
  f.bars([["one_kept", 4, "c", "=4d"], ["two_kept", 16 / 3, "C", "=5⅓ d"]]);
});

drawing("moe", (d, f) => {
  const token = f.cell("G", { width: 100, texts: ["token"], height: 26 });
  f.skip(22);
  const router = f.cell("I", { width: 100, texts: ["router"], height: 26 });
  f.skip(34);
  const row = "eeEeeeEe";
  const experts = f.cells(row, { height: 60, gap: 6 });
  f.link(token, router);
  experts.forEach((one, i) => row[i] === "E" && f.link(router, one, "I"));
  f.legend(["E", "works"], ["e", "idle"], ["I", "rates"]);
  const [dense, held, used] = ["deepseek-llm-67b-base/parameters.total", "deepseek-v3-base/parameters.total", "deepseek-v3-base/parameters.activated"].map((path) => number(path));
  const whole = ["llm", dense, "E"];
  Object.assign(d.numbers, { more: even(held / dense), dense: compact(Math.trunc(dense)), used: compact(used) });
  f = d.frame("dense");
  const tokens = f.cells("GGG", { width: 70, height: 26, gap: 20, texts: ["token", "token", "token"] });
  f.skip(34);
  f.links(tokens, f.cell("E", { width: f.width, height: 60, texts: ["network"] }), "E", false);
  f.skip(4);
  f.bars([whole], { most: held });
  f.legend(["E", "works"]);
  f = d.frame("choose", String.raw`h = u + \sum_{i \in \mathrm{Topk}} \class{index}{g_i} \, \class{expert}{\mathrm{FFN}_i}(u)`);
  f.caption("scores");
  f.columns([0.08, 0.12, 0.3, 0.05, 0.1, 0.06, 0.2, 0.09], [...row].map((one) => (one === "E" ? "I" : "i")), { height: 80 });
  f.cells(row, { height: 60 });
  f.legend(["I", "chosen"], ["E", "works"], ["e", "idle"]);
  f = d.frame("hold");
  f.caption("parameters", "strong");
  f.bars([whole, ["v3_used", used, "E"], ["v3_idle", held - used, "e"]]);
  f.legend(["E", "works"], ["e", "idle"]);
});

drawing("deepseekmoe", (d, f) => {
  const { n_routed_experts: n, num_experts_per_tok: k, n_shared_experts: shared, n_group: groups, topk_group: best, ...v3 } = d.use("deepseek-v3-base");
  const choose = (of, some) => range(some).reduce((ways, i) => (ways * (of - i)) / (i + 1), 1);
  Object.assign(d.numbers, { coarse: choose(16, 2), fine: choose(64, 8), wide: v3.moe_intermediate_size * (k + shared), idle: n - k });
  for (const [name, row, gap] of [["large", "eEeeeeeeeeeeeEee", 3], ["small", pattern(64, 8, "Ee"), 1.2], ["one_shared", `X${pattern(63, 7, "Ee")}`, 1.2]]) {
    f.caption(name, "strong");
    f.cells(row, { height: 34, gap });
  }
  f.legend(["E", "works"], ["e", "idle"], ["X", "shared"]);
  f = d.frame("cut", String.raw`\binom{16}{2} = <coarse> \qquad \binom{64}{8} = <fine>`);
  f.caption("two_of_sixteen", "strong");
  f.cells("eEeeeeeeeeeeeEee", { height: 50 });
  f.arrow("in_four");
  f.caption("eight_of_sixty_four", "strong");
  f.cells(pattern(64, 8, "Ee"), { height: 50, gap: 1.2 });
  f.caption("same_work");
  f = d.frame("share", String.raw`h' = u + \sum_{i=1}^{N_s} \class{off}{\mathrm{FFN}_i(u)} \qquad + \sum_{i=1}^{N_r} \class{index}{g_i} \, \class{expert}{\mathrm{FFN}_i(u)}`);
  const token = f.cell("G", { width: 90, texts: ["token"], height: 26 });
  f.skip(30);
  const row = "XeEeeeEee";
  const works = f.cells(row, { height: 56, gap: 6 }).map((one, i) => [one, row[i]]).filter(([, letter]) => letter !== "e");
  for (const [one, letter] of works) f.link(token, one, letter === "E" ? "I" : "X");
  f.skip(26);
  const out = f.cell("G", { width: 90, texts: ["sum"], height: 26 });
  for (const [one, letter] of works) f.link(one, out, letter);
  f.legend(["X", "always"], ["E", "by_gate"]);
  f = d.frame("choose", String.raw`\class{index}{g_i} = \frac{s_i}{\sum_j s_j}, \quad s_i = \mathrm{Sigmoid}(u^T e_i)`);
  f.caption("layer");
  f.experts(bands(n, groups, best, k), 16, 30);
  f.columns([0.2, 0.17, 0.15, 0.13, 0.11, 0.09, 0.08, 0.07], "I", { height: 30 });
  f.caption("gates");
  f.caption("at_work", "strong");
  f.caption("together");
});

function bands(experts, groups, reached, chosen) {
  const [per, best] = [experts / groups, range(reached).map((i) => even(((i + 0.5) * groups) / reached - 0.5))];
  const found = range(groups).map(() => Array(per).fill("e"));
  for (const i of range(chosen)) found[best[Math.floor((i * reached) / chosen)]][(7 + 11 * i) % per] = "E";
  return found.map((band) => band.join(""));
}

const LOAD = [1.9, 0.5, 0.7, 2.4, 0.3, 0.9, 0.6, 0.7];

drawing("aux-balance-loss", (d, f) => {
  const columns = f.split([1, 1]);
  Object.entries({ uneven: LOAD, evened: [1.1, 0.9, 1.0, 1.2, 0.9, 1.0, 1.0, 0.9] }).forEach(([name, load], i) => {
    columns[i].caption(name, "strong");
    columns[i].columns(load, load.map((x) => (x > 1.5 ? "X" : "E")), { line: 1, height: (110 * Math.max(...load)) / 2.4 });
    columns[i].caption(`=${d.say("loss")} ∝ ${fixed(sum(load.map((x) => x * x)) / load.length, 2)}`);
  });
  f.join(columns);
  f.caption("dashed");
});

drawing("aux-loss-free", (d, f) => {
  d.numbers.speed = `${d.fact("bias-update-speed-of-deepseek-v3-first-14-3t-tokens")}`;
  const { raised, lowered } = MEANINGS["aux-loss-free"];
  const bias = LOAD.map((load) => (load > 1 ? -1 : 1));
  const moves = bias.map((b) => (b > 0 ? raised : lowered));
  const load = (options) => f.columns(LOAD, LOAD.map((x) => (x > 1 ? "E" : "e")), { line: 1, ...options });
  load();
  f.caption("load");
  f.columns(bias, moves, { height: 46 });
  f.caption("bias");
  f = d.frame("count", String.raw`\class{expert}{c_i} - \bar{c}`);
  load({ height: 120 });
  f.caption("mean");
  f.legend(["E", "too_many"], ["e", "too_few"]);
  f = d.frame("move", String.raw`\class{index}{b_i} \leftarrow \class{index}{b_i} + u \, \mathrm{sign}(\bar{c} - \class{expert}{c_i}), \quad u = <speed>`);
  load({ height: 70 });
  f.columns(bias, moves, { height: 60 });
  f.caption("one_step");
  f.legend([raised, "raised"], [lowered, "lowered"]);
  f = d.frame("choose", String.raw`s_i + \class{index}{b_i} \in \mathrm{Topk}, \qquad \class{expert}{g_i} \propto s_i`);
  const scores = [0.62, 0.55, 0.5, 0.7, 0.3, 0.2, 0.45, 0.35];
  const lifted = scores.map((s, i) => s + 0.1 * bias[i]);
  const best = [...lifted].sort((a, b) => b - a)[2];
  f.caption("with_bias", "strong");
  f.columns(lifted, lifted.map((x) => (x >= best ? "I" : "i")), { height: 62 });
  f.caption("gates", "strong");
  f.columns(scores.map((s, i) => (lifted[i] >= best ? s : 0)), "E", { height: 62 });
  f.caption("without_bias");
});

drawing("device-limited-routing", (d, f) => {
  const { n_routed_experts: experts, n_group: groups, topk_group: reached, num_experts_per_tok: chosen } = d.use("deepseek-v2");
  Object.assign(d.numbers, { groups, reached });
  f.caption("devices");
  f.experts(bands(experts, groups, reached, chosen), experts / groups, 26);
  f.legend(["e", "kept_group"], ["E", "chosen"]);
});

drawing("node-limited-routing", (d, f) => {
  const { n_group: nodes, topk_group: most } = d.use("deepseek-v3-base");
  const token = f.cell("G", { width: 90, texts: ["token"], height: 26 });
  f.skip(40);
  const places = f.cells(range(nodes).map((i) => (i % 2 ? "O" : "g")).join(""), { height: 44, gap: 8, texts: range(nodes).map((i) => `=${i + 1}`) });
  places.forEach((one, i) => i % 2 && f.link(token, one, "O"));
  f.caption("once");
  f.skip(24);
  const start = place(places[most - 1].x, places[0].bottom + 20, places[0].width, 6);
  const row = "eEeeEeee";
  f.cells(row, { height: 26, gap: 8 }).forEach((one, i) => row[i] === "E" && f.link(start, one, "E"));
  f.caption("inside");
  f.skip(4);
  f.bars([["ib", d.fact("infiniband-bandwidth"), "O"], ["nvlink", d.fact("nvlink-bandwidth"), "E"]]);
});

drawing("token-dropping", (d, f) => {
  const load = [8, 6, 11, 7, 5, 10, 8, 7];
  f.split(load.map(() => 1), 8).forEach((column, i) => {
    for (const row of range(load[i])) f.panel.bar(column.x, f.y + 120 - 12 * row, column.width, 10, KINDS[row < 8 ? "e" : "X"]);
  });
  f.panel.line([[f.x, f.y + 35], [f.x + f.width, f.y + 35]], "dashed");
  f.skip(138);
  f.caption("devices");
  f.legend(["e", "computed"], ["X", "dropped"]);
});

drawing("hash-routing", (d, f) => {
  d.use("deepseek-v4-pro-base");
  const words = f.cells("GGGGGG", { height: 28, texts: d.sample() });
  f.skip(44);
  const experts = f.cells("EEEeeeee", { height: 34, gap: 8 });
  [2, 0, 5, 2, 1, 0].forEach((to, i) => f.link(words[i], experts[to], "E"));
  f.caption("experts");
  f.caption("same");
});

drawing("mhc", (d, f) => {
  const { hc_mult: n, hc_sinkhorn_iters: iterations } = d.use("deepseek-v4-pro-base");
  const [chance] = random(4, ["standard_normal", [n, n]]);
  const matrices = { raw: chance.map((row) => row.map(Math.exp)), bound: lab("mhc.sinkhorn", chance, iterations) };
  f.caption("one_stream", "strong");
  branches(f, [[["attention", "A"]], [["network", "E"]]]);
  f.caption("streams", "strong");
  branches(f, [[["attention", "A"]], [["network", "E"]]], n);
  f = d.frame("widen", String.raw`X_{l+1} = \class{index}{B_l} X_l + \class{other}{C_l} \, \class{attention}{\mathcal{F}_l}(\class{other}{A_l} X_l)`);
  const streams = f.cells("G".repeat(n), { height: 26, gap: 14 });
  f.skip(30);
  const layer = f.cell("A", { width: 110, height: 30, texts: ["layer"] });
  f.skip(30);
  const after = f.cells("G".repeat(n), { height: 26, gap: 14 });
  for (const one of streams) f.link(one, layer, "O");
  for (const one of after) f.link(layer, one, "O");
  for (const stream of streams) for (const mixed of after) f.panel.line([[stream.middle, stream.bottom], [mixed.middle, mixed.y]], "index thin-line");
  f.caption("in_and_out");
  f = d.frame("mix", String.raw`\class{index}{B_l} \mathbf{1} = \mathbf{1}, \quad \mathbf{1}^T \class{index}{B_l} = \mathbf{1}^T, \quad \class{index}{B_l} \geq 0`);
  const columns = f.split([1, 1]);
  Object.entries(matrices).forEach(([name, matrix], i) => {
    columns[i].caption(name, "strong");
    sums(columns[i], matrix);
  });
  f.join(columns);
  f.caption("sums");
  f = d.frame("hold", String.raw`\lVert \class{index}{B_L} \cdots \class{index}{B_1} \rVert`);
  f.caption("gain");
  const [free, held] = ["without-the-restriction-27b", "with-it-27b"].map((which) => d.fact(`largest-gain-over-all-layers-${which}`));
  f.bars([["free", free, "X", `=≈ ${fixed(even(free))}`], ["bound_gain", held, "I", `=≈ ${held}`]]);
  f.skip(8);
  const price = d.fact("extra-training-time-with-four-streams");
  f.bars([["price", price, "E", `=+${price}%`]], { most: 100 });
});

// A matrix with the sums of its rows and columns.
function sums(f, matrix) {
  const n = matrix.length;
  const side = (f.width - 34) / n;
  f.squares(matrix, side, 3, 1.5);
  for (const i of range(n)) {
    f.panel.text(f.x + n * side + 4, f.y + (i + 0.5) * side + 4, fixed(sum(matrix[i]), 1), "small");
    f.panel.text(f.x + (i + 0.5) * side, f.y + n * side + 13, fixed(sum(matrix.map((row) => row[i])), 1), "small", "middle");
  }
  f.skip(n * side + 20);
}

drawing("engram", (d, f) => {
  d.numbers.longest = d.use("deepseek-v4.1-flash").engram_max_ngram_size;
  f.cells("gggAAA", { height: 28, texts: d.sample() });
  f.arrow("hash");
  for (const i of range(9)) f.panel.bar(f.x, f.y + i * 12, f.width, 9, KINDS[i === 5 ? "C" : "c"]);
  f.skip(110);
  f.caption("table");
  f.arrow("gate");
  f.panel.bar(f.x, f.y, f.width, 10);
  f.skip(12);
  f.caption("stream");
  const words = (letters) => f.cells(letters, { height: 28, texts: d.sample() });
  const facts = (name) => numbersOf(`engram/facts.${name}.value`);
  const [all, kept] = facts("routed-experts-moe-27b-and-engram-27b");
  const hashes = d.fact("hash-functions-per-length");
  const [total, stored] = ["parameters-of-moe-27b-and-engram-27b-each", "of-these-in-the-table-engram-27b"].map((name) => fixed(d.fact(name) / 1e9, 1));
  Object.assign(d.numbers, { all, kept, total, stored, hashes, found: 2 * hashes });
  f = d.frame("work");
  let below = words("gggAAA");
  for (const letters of ["gggaAA", "gggaaA"]) {
    f.skip(26);
    const row = f.cells(letters, { height: 26 });
    row.forEach((one, i) => (letters[i] === "A" ? [i - 1, i] : [i]).forEach((j) => f.link(below[j], one, letters[i] === "g" ? "G" : "A", true)));
    below = row;
  }
  f.caption("whole");
  f = d.frame("look", String.raw`\class{cache}{e} = \left[E_{1, h_1}, \ldots, E_{<found>, h_{<found>}}\right]`);
  const asked = words("gggAAA").at(-1);
  f.skip(40);
  const hit = lab("picked", 3, 40, 2 * hashes);
  const rows = range(40).map((i) => place(f.x + (i % 2) * (f.width / 2 + 2), f.y + Math.floor(i / 2) * 6, f.width / 2 - 2, 4.4));
  for (const [letter, own] of [["c", false], ["C", true]]) f.panel.cells(rows.filter((_, i) => hit.includes(i) === own).map(({ x, y }) => [x, y]), f.width / 2 - 2, 4.4, KINDS[letter]);
  f.link(asked, place(f.x, f.y, f.width, 4), "A");
  f.skip(122);
  f.caption("rows");
  f = d.frame("pay");
  f.caption("without_table", "strong");
  f.cells("E".repeat(all), { height: 34, gap: 1.2 });
  f.caption("with_table", "strong");
  f.cells("E".repeat(kept) + "C".repeat(all - kept), { height: 34, gap: 1.2 });
  f.legend(["E", "routed"], ["C", "in_table"]);
  f.skip(4);
  f.caption("mmlu", "strong");
  f.bars(facts("mmlu-moe-27b-and-engram-27b").map((value, i) => [["plain_model", "table_model"][i], value, "eC"[i], `=${fixed(value, 1)}`]), { most: 100 });
});
