// Drawings of machines: parallelism, kernels, serving.

const { forward: F, backward: B, weights: W, forward_sent: FS, backward_sent: BS } = MEANINGS.dualpipe;

// 1F1B with unfilled gaps; a backward pass takes twice as long as a forward one.
function pipelineLanes(stages, batches) {
  const [done, clock] = [{}, Array(stages).fill(0)];
  const lanes = range(stages).map((stage) => [`=GPU ${stage + 1}`, []]);
  const orders = range(stages).map((stage) => {
    const ahead = Math.min(stages - stage, batches);
    const then = range(batches).flatMap((i) => [["B", i], ...(ahead + i < batches ? [["F", ahead + i]] : [])]);
    return [...range(ahead).map((i) => ["F", i]), ...then];
  });
  while (orders.some(({ length }) => length)) {
    orders.forEach((work, stage) => {
      if (!work.length) return;
      const [kind, batch] = work[0];
      const before = stage + (kind === "F" ? -1 : 1);
      const needed = before >= 0 && before < stages ? done[`${kind} ${before} ${batch}`] : kind === "F" ? 0 : done[`F ${stage} ${batch}`];
      if (needed === undefined) return;
      const [start, long] = [Math.max(clock[stage], needed), kind === "F" ? 1 : 2];
      clock[stage] = done[`${kind} ${stage} ${batch}`] = start + long;
      lanes[stage][1].push([start, long, kind === "F" ? F : B]);
      work.shift();
    });
  }
  return lanes;
}

drawing("pipeline-parallelism", (d, f) => {
  f.caption("time", "", "end");
  const [stages, many] = [4, 16];
  const legend = () => f.legend([F, "forward"], [B, "backward"], ["g", "idle"]);
  f.lanes(pipelineLanes(stages, 6));
  legend();
  d.numbers.many = many;
  f = d.frame("wait");
  f.caption("time", "", "end");
  f.lanes(pipelineLanes(stages, 1));
  legend();
  f.caption("one_works");
  f = d.frame("alternate");
  f.caption("start", "", "end");
  f.lanes(pipelineLanes(stages, many).map(([name, events]) => [name, events.filter(([start]) => start < 20).map(([start, long, letter]) => [start, Math.min(long, 20 - start), letter])]));
  legend();
  f.caption("kept_for_the_way_back", "strong");
  f.bars([["one_each", stages, "C"], ["all_first", many, "c"]]);
  f = d.frame("shrink", String.raw`\frac{t_{\mathrm{bubble}}}{t_{\mathrm{ideal}}} = \frac{p - 1}{m}`);
  f.caption("idle_share", "strong");
  f.bars([1, stages, many].map((batches) => [`=m = ${batches}`, (stages - 1) / batches, "g", `=${fixed(even((100 * (stages - 1)) / batches))}%`]));
  f.caption("example");
});

drawing("zero-bubble", (d, f) => {
  f.caption("before", "strong");
  f.lanes([["=GPU 1", [[0, 1, F], [4, 2, B]]], ["=GPU 2", [[1, 1, F], [2, 2, B]]]], { length: 8 });
  f.skip(4);
  f.caption("after", "strong");
  f.lanes([["=GPU 1", [[0, 1, F], [3, 1, B, "=I"], [4, 1, W, "=W"]]], ["=GPU 2", [[1, 1, F], [2, 1, B, "=I"], [3, 1, W, "=W"]]]], { length: 8 });
  f.legend([F, "forward"], [B, "for_input"], [W, "for_weights"], ["g", "idle"]);
});

const exchanges = (f, computes, sends, length) => f.lanes([["computes", computes], ["sends", sends]], { length, height: 30 });

drawing("dualpipe", (d, f) => {
  const paired = [[[0, 2, B], [2, 1, F], [3, 2, B], [5, 1, F]], [[0, 1, FS], [2, 1, BS], [3, 1, FS], [5, 1, BS]]];
  f.caption("alone", "strong");
  exchanges(f, [[0, 1, F], [2, 1, F], [5, 2, B], [8, 2, B]], [[1, 1, FS], [3, 1, FS], [4, 1, BS], [7, 1, BS]]);
  f.caption("paired", "strong");
  exchanges(f, ...paired, 10);
  f.legend([F, "forward"], [B, "backward"], [FS, "forward_sent"], [BS, "backward_sent"]);
  f = d.frame("cut", String.raw`\class{other}{B} = \class{other}{B_{\mathrm{input}}} + \class{index}{W}`);
  f.caption("forward_chunk", "strong");
  f.lanes([["=", [[0, 1, F, "attention"], [1, 1, FS, "dispatch"], [2, 1, F, "experts"], [3, 1, FS, "combine"]]]], { height: 40 });
  f.caption("backward_chunk", "strong");
  f.lanes([["=", [[0, 1, B, "experts"], [1, 1, W, "=W"], [2, 1, B, "attention"], [3, 1, W, "=W"]]]], { height: 40 });
  f.caption("weights_wait");
  f = d.frame("pair", String.raw`\class{attention}{F} \, \& \, \class{other}{B} < \class{attention}{F} + \class{other}{B}`);
  exchanges(f, ...paired);
  f.caption("covered");
  f.bars([["one_after_other", 10, "g", "="], ["together", 6, "G", "="]]);
  f.caption("schematic");
  f = d.frame("ends", String.raw`\left(\frac{PP}{2} - 1\right)\left(F \& B + B - 3W\right)`);
  f.lanes(range(8).map((stage) => [`=${stage + 1}`, range(4).flatMap((batch) => [[stage + batch, 0.5, F], [7.5 - stage + batch, 0.5, "G"]])]), { height: 11 });
  f.legend([F, "from_above"], ["G", "from_below"]);
  f.caption("two_copies");
});

drawing("dualpipev", (d, f) => {
  const texts = range(8).map((i) => `=${i + 1}+${8 - i}`);
  for (const [name, gpus] of [["dualpipe", 8], ["v", 4]]) {
    f.caption(name, "strong");
    f.cells("A".repeat(gpus) + " ".repeat(8 - gpus), { height: 30, texts: texts.slice(0, gpus) });
  }
});

drawing("tensor-parallelism", (d, f) => {
  f.caption("first", "strong");
  f.grid(Array(5).fill("AAAAAEEEEEOOOOOIIIII"));
  f.caption("second", "strong");
  const columns = f.split([1, 1, 1]);
  columns[1].grid([..."AAEEOOII"].map((letter) => letter.repeat(5)), { width: 56 });
  f.join(columns);
  f.flow([..."AEOI"].map((letter, i) => [`=GPU ${i + 1}`, letter]), { arrows: false });
  f.arrow("summed");
  f.cells("G", { height: 22, texts: ["output"] });
  const gpus = [..."AEOI"];
  const [columns_of, rows_of] = [Array(6).fill(gpus.map((one) => one.repeat(4)).join("")), gpus.map((one) => one.repeat(16))];
  const legend = () => f.legend(...gpus.map((letter, i) => [letter, `=GPU ${i + 1}`]));
  const [forward, backward] = numbersOf("tensor-parallelism/facts.all-reduce-operations-per-layer-and-pass.value");
  const { num_hidden_layers: layers } = d.use("deepseek-llm-67b-base");
  Object.assign(d.numbers, { forward, backward, sums: layers * (forward + backward) });
  f = d.frame("anyhow", String.raw`\class{off}{Y} = \class{attention}{X_1 A_1} + \class{expert}{X_2 A_2} + \class{other}{X_3 A_3} + \class{index}{X_4 A_4}`);
  f.caption("first_by_rows", "strong");
  f.grid(rows_of);
  f.caption("in_parts", "strong");
  for (const letter of "aeoi") f.cells(letter.repeat(16), { height: 12, gap: 1.5 });
  f.arrow("sum_first");
  f.cells("X".repeat(16), { height: 18, gap: 1.5 });
  f.caption("waits");
  legend();
  f = d.frame("well", String.raw`Z = \class{attention}{Y_1 B_1} + \class{expert}{Y_2 B_2} + \class{other}{Y_3 B_3} + \class{index}{Y_4 B_4}`);
  f.caption("first_by_columns", "strong");
  f.grid(columns_of.slice(0, 4));
  f.caption("complete", "strong");
  f.cells(gpus.map((one) => one.repeat(4)).join(""), { height: 18, gap: 1.5 });
  f.caption("second_by_rows", "strong");
  f.grid(gpus.map((one) => one.repeat(16)));
  f.arrow("summed");
  f.cells("G".repeat(16), { height: 18, gap: 1.5 });
  legend();
  f = d.frame("wait");
  f.caption("two_layers", "", "end");
  f.lanes(gpus.map((letter, i) => [`=GPU ${i + 1}`, range(4).flatMap((part) => [[3 * part, 2, letter], [3 * part + 2, 1, "X"]])]), { height: 26 });
  f.legend(["X", "exchange"]);
  f.caption("sums_of_a_step", "strong");
  f.bars([["per_layer", forward + backward, "x"], ["in_all", d.numbers.sums, "X"]]);
});

drawing("sequence-parallelism", (d, f) => {
  const gpus = [..."AEOI"];
  const byWeights = Array(3).fill(gpus.map((letter) => letter.repeat(8)).join(""));
  f.caption("by_weights", "strong");
  f.grid(byWeights);
  f.arrow("scatter");
  f.caption("by_tokens", "strong");
  f.grid(gpus.map((letter) => letter.repeat(32)));
  f.arrow("gather");
  f.caption("by_weights_again", "strong");
  f.grid(byWeights);
  f.legend(...gpus.map((letter, i) => [letter, `=GPU ${i + 1}`]));
});

drawing("expert-parallelism", (d, f) => {
  f.caption("tokens");
  const top = f.cells("AAEEOOII", { height: 26, gap: 8 });
  f.skip(44);
  const low = f.cells("aeoi", { height: 44, gap: 12, texts: range(4).map((i) => `=GPU ${i + 1}`) });
  [0, 2, 1, 3, 0, 3, 1, 2].forEach((to, i) => f.link(top[i], low[to], "AAEEOOII"[i], true));
  f.caption("experts");
  f.arrow("back");
  f.cells("AAEEOOII", { height: 26, gap: 8 });
  const v3 = d.use("deepseek-v3-base");
  const { n_routed_experts: experts, moe_layers: layers, num_experts_per_tok: chosen } = v3;
  const fact = (name) => number(`model:deepseek-v3/infrastructure.${name}.value`.replace("expert.value", "expert"));
  const [gpus, nodes, sending, units, memory] = [fact("parallelism.expert"), fact("details.nodes-over-which-the-experts-of-a-layer-are-spread"), fact("details.streaming-multiprocessors-sms-set-aside-for-communication"), fact("details.sms-of-an-h800"), number("gpu:nvidia-h800/memory_gb")];
  const bytes = layers * experts * 3 * v3.hidden_size * v3.moe_intermediate_size;
  const fit = Math.floor((memory * 1e9 * experts) / bytes);
  Object.assign(d.numbers, { gpus, nodes, sending, units, memory, fit, bytes: even(bytes / 1e9), each: experts / gpus, together: chosen * gpus });
  // Each expert has one place in both frames, four to a GPU and a row to a node.
  const [across, wide, step, tall] = [gpus / nodes, 300 / (gpus / nodes), 300 / (experts / nodes), 24];
  const spots = range(experts).map((i) => [(i % (experts / nodes)) * step + step / 2, Math.floor(i / (experts / nodes)) * tall + 11]);
  const dots = (letter, own) => f.panel.dots(spots.filter((_, i) => own(i)).map(([x, y]) => [f.x + x, f.y + y]), KINDS[letter]);
  f = d.frame("hold", String.raw`${fixed(layers)} \cdot ${experts} \cdot 3 \cdot <hidden_size> \cdot <moe_intermediate_size> \approx \class{expert}{<bytes> \cdot 10^9}`);
  f.caption("all_experts");
  f.panel.bar(f.x, f.y, fit * step, 22, KINDS["."]);
  dots("E", (i) => i < fit);
  dots("e", (i) => i >= fit);
  f.skip(nodes * tall + 6);
  f.legend([".", "one_gpu"], ["e", "no_room"]);
  f = d.frame("place");
  const boxes = range(gpus).map((i) => place(f.x + (i % across) * wide + 1, f.y + LINE + 2 + Math.floor(i / across) * tall, wide - 2, 22));
  const [home, reached] = [28, [3, 6, 17, 20, 42, 47, 48, 53]];
  f.caption("all_gpus");
  boxes.forEach(({ x, y, width, height }, i) => f.panel.bar(x, y, width, height, KINDS[i === home ? "G" : "g"]));
  f.panel.path(reached.map((i) => through([[boxes[home].middle, boxes[home].y + 11], [f.x + spots[4 * i + 1][0], boxes[i].y + 11]])).join(""), "line other");
  dots("e", (i) => !reached.includes(Math.floor(i / 4)) || i % 4 !== 1);
  dots("E", (i) => reached.includes(Math.floor(i / 4)) && i % 4 === 1);
  f.skip(nodes * tall + 6);
  f.legend(["G", "home"], ["E", "chosen"], ["O", "path"]);
  f = d.frame("pay");
  f.caption("tokens_each", "strong");
  f.bars([["by_itself", chosen, "e"], ["in_company", chosen * gpus, "E"]]);
  f.caption("sms", "strong");
  f.grid(range(6).map((row) => range(units / 6).map((i) => (row * (units / 6) + i < sending ? "O" : "a")).join("")), { gap: 2 });
  f.legend(["O", "send"], ["a", "compute"]);
});

drawing("deepep", (d, f) => {
  f.flow([["router", "I"], ["dispatch", "O"], ["experts", "E"]]);
  f.flow([["sum", "G"], ["combine", "o"], ["results", "e"]]);
  f.skip(4);
  f.caption("bits", "strong");
  f.bars([["out", 8, "O", "eight_bits"], ["home", 16, "o", "sixteen_bits"]]);
});

drawing("zero", (d, f) => {
  d.numbers.example = d.factText("zero-1-in-the-paper-s-example-7-5b-parameters-on-64-gpus");
  const held = (gpu, states) => f.lanes([[`=GPU ${gpu + 1}`, [[0, 2, "A"], [2, 2, "E"], states]]], { length: 16, height: 26 });
  f.caption("whole", "strong");
  for (const gpu of range(3)) held(gpu, [4, 12, "C", "states"]);
  f.caption("stage_one", "strong");
  for (const gpu of range(3)) held(gpu, [4 + 4 * gpu, 4, "C"]);
  f.legend(["A", "weights"], ["E", "gradients"], ["C", "states"]);
  f.caption("bytes");
  const [least, whole] = numbersOf("zero/facts.zero-1-in-the-paper-s-example-7-5b-parameters-on-64-gpus.value").sort((a, b) => a - b);
  const [gpus, tall, size] = [64, 1.3, whole / 16]; // of the paper's example; pixels for a gigabyte, billions of parameters
  Object.assign(d.numbers, { gpus, whole, least, share: fixed((12 * size) / gpus, 1), states: 12 * size });
  const wall = (parts) => {
    f.caption("wall");
    parts.forEach(([letter, from, much]) => f.panel.cells(range(gpus).map((i) => [f.x + (i * f.width) / gpus, f.y + tall * (whole - from(i) - much)]), f.width / gpus - 1.2, Math.max(tall * much, 1), KINDS[letter]));
    f.skip(tall * whole + 4);
    f.legend(["A", "weights"], ["E", "gradients"], ["C", "states"]);
  };
  const base = [["A", () => 0, 2 * size], ["E", () => 2 * size, 2 * size]];
  f = d.frame("copies", String.raw`\class{attention}{2N} + \class{expert}{2N} + \class{cache}{12N}`);
  wall([...base, ["C", () => 4 * size, 12 * size]]);
  f = d.frame("cut", String.raw`\class{attention}{2N} + \class{expert}{2N} + \class{cache}{\frac{12N}{<gpus>}}`);
  wall([...base, ["g", () => 4 * size, 12 * size], ["C", (i) => 4 * size + (12 * size * i) / gpus, (12 * size) / gpus]]);
  f = d.frame("further");
  f.caption("each_gpu", "strong");
  ["without", "stage_1", "stage_2", "stage_3"].forEach((name, stage) => {
    const parts = [[2, 3], [2, 2], [12, 1]].map(([per, from]) => (per * size) / (stage >= from ? gpus : 1));
    f.panel.text(f.x + f.width, f.y + LINE - 4, fixed(sum(parts), stage ? 1 : 0), "strong", "end");
    f.caption(name);
    f.lanes([["=", parts.map((much, i) => [sum(parts.slice(0, i)), much, "AEC"[i]])]], { length: whole, height: 20 });
  });
  f.caption("traffic");
});

drawing("hai-llm", (d, f) => {
  f.caption("data", "strong");
  for (const gap of [6, 2]) {
    const columns = f.split([1, 1, 1, 1], 10);
    columns.forEach((column, i) => column.grid(Array(2).fill(["AaAa", "EeEe", "OoOo", "IiIi"][i]), { gap: 3 }));
    f.join(columns, gap);
  }
  f.caption("stages");
  f.caption("squares");
});

drawing("compute-communication-overlap", (d, f) => {
  f.caption("before", "strong");
  exchanges(f, [[0, 2, "A"], [4, 2, "E"]], [[2, 2, "a"], [6, 2, "e"]]);
  f.caption("after", "strong");
  exchanges(f, [[0, 2, "A"], [2, 2, "E"], [4, 2, "A"]], [[2, 2, "a"], [4, 2, "e"]], 8);
});

drawing("dual-microbatch-overlap", (d, f) => {
  f.caption("prefill", "strong");
  const first = [[0, 1, "A", "attention"], [1, 1, "a", "dispatch"], [2, 1, "A", "experts"], [3, 1, "a", "combine"]];
  const second = [[0, 1, "e", "combine"], [1, 1, "E", "attention"], [2, 1, "e", "dispatch"], [3, 1, "E", "experts"]];
  f.lanes([["first", first], ["second", second]], { height: 36 });
  f.legend(["A", "computing"], ["a", "on_network"]);
  f.caption("always");
});

drawing("fused-kernels", (d, f) => {
  f.caption("apart", "strong");
  let top = f.cells("C C C C", { height: 22, width: 48 });
  f.skip(20);
  const low = f.cells(" A A A ", { height: 26, width: 48 });
  for (const i of [1, 3, 5]) {
    f.link(top[i - 1], low[i], "C");
    f.link(low[i], top[i + 1], "C");
  }
  f.caption("one", "strong");
  top = f.cells("C     C", { height: 22, width: 48 });
  f.skip(20);
  const middle = f.cell("A", { height: 26, width: 252 });
  f.link(top[0], middle, "C");
  f.link(middle, top.at(-1), "C");
  f.legend(["C", "memory"], ["A", "chip"]);
});

drawing("batch-invariant-kernels", (d, f) => {
  for (const [name, rows, below] of [["split", ["AAAAEEEE", "AAEEOOII"], "depends"], ["same_order", ["AAAAAAAA", "AAAAAAAA"], "bits"]]) {
    f.caption(name, "strong");
    for (const row of rows) f.cells(row, { height: 22 });
    f.caption(below);
  }
});

drawing("speculative-decoding", (d, f) => {
  const { large, draft: drafted } = MEANINGS["speculative-decoding"];
  f.caption("drafted", "strong");
  const draft = f.cells(drafted.repeat(5), { height: 30, texts: d.sample() });
  f.skip(26);
  f.caption("checked", "strong");
  const verdict = f.cells(`${large.repeat(3)}Xg`, { height: 30, texts: [...d.sample("checked_text"), "="] });
  draft.forEach((one, i) => f.panel.line([[one.middle, one.bottom + 2], [verdict[i].middle, verdict[i].y - 22]], KINDS[drafted]));
  f.caption("result");
  f.legend([drafted, "small"], [large, "agreed"], ["X", "replaced"], ["g", "discarded"]);
  f = d.frame("guess", String.raw`\class{expert}{x_1, \ldots, x_\gamma} \sim q`);
  f.lanes([["=", range(5).map((i) => [i, 0.9, drafted, `=${i + 1}`])]], { length: 8, height: 34 });
  f.caption("cheap");
  f = d.frame("check", String.raw`\class{attention}{p_1, \ldots, p_{\gamma + 1}}`);
  f.lanes([["=", [[0, 8, large, "one_pass"]]]], { length: 8, height: 34 });
  f.caption("weights_once");
  f = d.frame("keep", String.raw`\min\left(1, \; \frac{\class{attention}{p(x)}}{\class{expert}{q(x)}}\right)`);
  f.bars([["drafter_finds", 0.6, drafted, "=0.6"], ["large_finds", 0.3, large, "=0.3"]], { most: 1 });
  f.caption("half");
});

drawing("dspark", (d, f) => {
  d.numbers.block = d.fact("block-for-v4");
  f.caption("at_once", "strong");
  f.cells("EEEEE", { height: 30, texts: d.sample() });
  f.caption("confidence", "strong");
  f.columns([0.95, 0.9, 0.75, 0.4, 0.2], "IIIii", { line: 0.6, height: 70 });
  f.caption("sent", "strong");
  f.cells("AAAgg", { height: 30 });
  f.caption("as_many");
});

drawing("pd-disaggregation", (d, f) => {
  // GPUs over which a serving unit spreads its experts.
  const [few, many] = ["prefill", "decode"].map((unit) => lab("gpus_of_a_unit", unit));
  Object.assign(d.numbers, { few, many });
  f.flow([["prompt", "G"], ["prefill", "A"], ["decode", "E"], ["answer", "G"]]);
  const [left, right] = f.split([1, 1]);
  left.grid(Array(few / 8).fill("AAAAAAAA"), { width: 100 });
  left.caption("few");
  right.grid(Array(8).fill("E".repeat(many / 8)));
  right.caption("many");
  f.join([left, right]);
  f.caption("cache");
});

drawing("on-disk-kv-cache", (d, f) => {
  const share = number("inference-system-overview/facts.share-of-input-tokens-found-in-the-cache.value");
  d.numbers.share = share;
  f.caption("yesterday", "strong");
  f.cells("CCCCCCCCCCGGG", { height: 26 });
  f.caption("today", "strong");
  f.cells("CCCCCCCCCCAAA", { height: 26 });
  f.legend(["C", "from_disk"], ["A", "computed"]);
  f.skip(6);
  f.bars([["hit", share, "C", `=${share}%`]], { most: 100 });
});

drawing("redundant-experts", (d, f) => {
  f.caption("before", "strong");
  f.columns([1.0, 0.8, 2.6, 0.9, 1.1, 0.7, 1.2, 0.6], "eeXeeeee", { line: 1.11, height: 100 });
  f.caption("after", "strong");
  f.columns([1.0, 0.8, 0.87, 0.9, 1.1, 0.7, 1.2, 0.6, 0.87, 0.87], "eeEeeeeeEE", { line: 1.11, height: 50 });
  f.legend(["E", "copies"]);
  f.caption("mean");
});

drawing("eplb", (d, f) => {
  f.caption("before", "strong");
  f.lanes([["=GPU 1", [[0, 5, "X"], [5, 3, "e"]]], ["=GPU 2", [[0, 2, "a"], [2, 1, "o"]]], ["=GPU 3", [[0, 2, "i"], [2, 2, "c"]]]], { length: 9 });
  f.caption("after", "strong");
  f.lanes([["=GPU 1", [[0, 2.5, "X"], [2.5, 2, "a"], [4.5, 0.6, "o"]]], ["=GPU 2", [[0, 2.5, "X"], [2.5, 2, "i"]]], ["=GPU 3", [[0, 3, "e"], [3, 2, "c"]]]], { length: 9 });
  f.caption("planned");
});

drawing("inference-system-overview", (d, f) => {
  const tokens = [["read", "input-tokens-in-24-hours", "A"], ["hit", "input-tokens-found-in-the-cache-on-disk", "C"], ["written", "output-tokens-in-24-hours", "E"]];
  f.caption("tokens", "strong");
  f.bars(tokens.map(([label, name, letter]) => [label, d.fact(name), letter, `=${fixed(d.fact(name) / 1e9)}B`]));
  f.skip(6);
  f.caption("dollars", "strong");
  f.bars([["cost", d.fact("cost-of-the-day"), "X"], ["income", d.fact("theoretical-income-of-the-day"), "o"]]);
});

drawing("deepseek-inference-engine", (d, f) => {
  f.lanes([["cpu", [[0, 1, "o", "=1"], [1, 2, "O", "=2"], [3, 2, "o", "=3"]]], ["gpu", [[1, 2, "a", "=1"], [3, 2, "A", "=2"], [5, 2, "a", "=3"]]]], { height: 34 });
  f.caption("ahead");
  f.flow([["requests", "G"], ["draft", "E"], ["check", "A"], ["tokens", "G"]]);
});

drawing("dsec", (d, f) => {
  d.numbers.machines = d.fact("machines-of-a-unit");
  f.cells("G", { width: 130, height: 28, texts: ["agent"] });
  f.arrow("library");
  f.flow([["function", "c"], ["container", "C"]], { arrows: false });
  f.flow([["microvm", "o"], ["vm", "O"]], { arrows: false });
  f.caption("unit");
  f.grid(Array(4).fill("g".repeat(40)), { gap: 2 });
});

drawing("kv-cache-compression", (d, f) => {
  const { kv_lora_rank: latent, qk_rope_head_dim: rope } = d.use("deepseek-v3.2-exp");
  f.lanes([["=BF16", [[0, 16, "c", "sixteen_bits"]]], ["=FP8", [[0, 8, "C", "eight_bits"]]]], { length: 16, height: 30 });
  f.skip(6);
  f.caption("entry", "strong");
  f.bars([["whole", 2 * (latent + rope), "c"], ["rounded", d.fact("fp8-format-for-deepseek-v3-2"), "C"]]);
});

drawing("hfreduce", (d, f) => {
  Object.assign(d.numbers, { own: d.factText("bandwidth-between-nodes-all-reduce-of-186-mib-hfreduce"), other: d.factText("the-same-nccl") });
  const nodes = f.split([1, 1], 30);
  const [left, right] = nodes.map((node) => {
    const gpus = node.cells("EEEEEEEE", { height: 24 });
    node.skip(26);
    const cpu = node.cell("C", { height: 28, width: 90, texts: ["cpu"] });
    f.links(gpus, cpu, "E");
    return cpu;
  });
  f.panel.line([[left.x + 90, left.y + 14], [right.x, right.y + 14]], "other");
  f.join(nodes);
  f.legend(["E", "gradients"], ["C", "added"], ["O", "between"]);
  f.caption("speed");
});

drawing("fire-flyer-2", (d, f) => {
  const zones = f.split([1, 1], 40);
  for (const zone of zones) {
    const spines = zone.cells("OOO", { height: 18, width: 30 });
    zone.skip(34);
    const leaves = zone.cells("oooo", { height: 18, gap: 10 });
    for (const spine of spines) for (const leaf of leaves) f.link(spine, leaf, "O", true);
    zone.skip(8);
    zone.grid(Array(4).fill("A".repeat(16)), { gap: 2 });
  }
  f.join(zones);
  f.caption("zones");
  f.cells("C".repeat(16), { height: 18 });
  f.legend(["O", "switches"], ["A", "nodes"], ["C", "storage"]);
});

drawing("3fs", (d, f) => {
  f.caption("file");
  const chunks = f.cells("AEOIAEOI", { height: 24, gap: 2 });
  f.skip(34);
  const machines = f.cells("gggggg", { height: 62, gap: 10 });
  Object.entries({ A: [0, 1, 2], E: [2, 3, 4], O: [4, 5, 0], I: [1, 3, 5] }).forEach(([letter, places], i) => {
    f.link(chunks[i], machines[places[0]], letter);
    places.forEach((at, row) => f.panel.bar(machines[at].x + 6, machines[at].y + 6 + 18 * row, machines[at].width - 12, 12, KINDS[letter]));
  });
  f.caption("copies");
  f.caption("reads");
});

drawing("mpft", (d, f) => {
  const planes = (d.numbers.planes = d.fact("planes"));
  const colours = "AEOI".repeat(planes / 4);
  f.caption("machine");
  const above = f.cells(colours, { height: 26, gap: 8 });
  f.skip(34);
  const trees = f.cells(colours.toLowerCase(), { height: 16, gap: 8 });
  f.skip(34);
  const below = f.cells(colours, { height: 26, gap: 8 });
  trees.forEach((tree, i) => f.links([above[i], below[i]], tree, colours[i]));
  f.caption("another");
  f.skip(4);
  f.bars([["many", d.fact("cost-per-endpoint-eight-planes"), "O"], ["one", d.fact("cost-per-endpoint-one-tree-of-three-layers"), "O"]]);
});

drawing("deepgemm", (d, f) => {
  f.caption("apart", "strong");
  exchanges(f, [[2, 2, "A"], [4, 2, "A"]], [[0, 2, "o"], [6, 2, "O"]]);
  f.caption("mega", "strong");
  const computes = range(3).map((i) => [1 + 1.3 * i, 1.2, "A", `=${i + 1}`]);
  exchanges(f, computes, [[0, 0.9, "o", "=1"], [1.1, 0.9, "o", "=2"], [2.3, 0.7, "o", "=3"], [3.05, 0.5, "O", "=1"], [3.7, 0.5, "O", "=2"], [5, 0.5, "O", "=3"]], 8);
  f.legend(["o", "dispatch"], ["A", "products"], ["O", "combine"]);
});
