// The panels of a token's way through a model, two for each of six steps; vectors are to one scale. What is given is that of token_path.py.
// The stream stands at one place in all of them. What carries a class `o-` moves from step to step, by scripts/steps.js.

function tokenPath({ a, values, kind, forms, entry, cache, attention, before }) {
  const [unit, height] = [0.03, 300]; // units of a number in a vector: 7,168 of them are 215
  const hidden = a.hidden_size * unit;
  const say = (key, more) => filled(asks("text_of")(`token.panel.${key}`), { ...values, ...more });
  const titled = (key, tall = height) => panel(say(key), tall, say(`${key}_says`));
  function stream(one) {
    one.bar(0, 20, 16, hidden, "o-stream");
    one.text(0, hidden + 38, fixed(a.hidden_size), "strong");
  }

  function lookUp() {
    const [table, row, left] = [titled("table"), 9, 356 - hidden];
    for (const i of range(22)) table.bar(left, 6 + i * 12, hidden, 8, i === row ? "attention" : "faint");
    stream(table);
    table.text(0, 292, say("table_rows"), "small");
    table.arrow(left - 6, 10 + row * 12, 22, 10 + row * 12);
    const [flow, middle] = [titled("stream", 180), 100];
    flow.arrow(0, middle, 356, middle);
    for (const x of [60, 160, 260]) {
      ["attention", "expert"].forEach((layer, i) => {
        flow.bar(x + i * 42, middle - 70, 32, 32, layer);
        flow.arrow(x + i * 42 + 9, middle - 4, x + i * 42 + 9, middle - 34);
        flow.arrow(x + i * 42 + 23, middle - 36, x + i * 42 + 23, middle - 6);
      });
    }
    ["stream_a", "stream_b", "stream_c"].forEach((key, i) => flow.text(60, middle + 40 + 20 * i, say(key), i ? "" : "strong"));
    return [table, flow];
  }

  function press() {
    const pressed = titled("pressed");
    stream(pressed);
    let y = 24;
    for (const [field, colour, key] of [["q_lora_rank", "attention soft", "query"], ...kind.projections]) {
      const tall = Math.max(a[field] * unit, 2);
      pressed.path(`M16 20L130 ${y.toFixed(1)}V${(y + tall).toFixed(1)}L16 ${fixed(20 + hidden)}z`, `${colour.split(" ")[0]} beam`);
      pressed.bar(130, y, 16, tall, `${colour} o-${colour.startsWith("cache") ? "kept" : key}`);
      pressed.text(156, y + tall / 2 + 4, fixed(a[field]), "strong");
      pressed.text(156, y + tall / 2 + 21, say(key), "small");
      y += tall + 64;
    }
    const kept = titled("kept_layer");
    if (kind.shares_entries) {
      forms.forEach(([key, ratio], i) => {
        const [top, step, drawn] = [16 + i * 130, 356 / 33, Math.min(ratio, 32)];
        kept.text(0, top, say(`merge_${key}`, { ratio }), "strong");
        for (const j of range(drawn)) kept.bar(j * step, top + 12, step - 2, 15.4, "cache soft");
        if (ratio > drawn) kept.text(356, top + 24, "…", "strong", "end");
        kept.line([[4, top + 34], [4, top + 52]]);
        kept.bar(0, top + 56, step - 2, 15.4, "cache");
        kept.text(20, top + 68, say(`merged_${key}`), "small");
      });
    } else {
      const every = a.num_attention_heads * (a.qk_nope_head_dim + a.v_head_dim);
      kept.text(0, 40, fixed(entry), "huge");
      kept.text(0, 62, say("kept_is"));
      kept.text(0, 130, say("every_head", { every: fixed(every) }));
      kept.bar(0, 142, 356, 22, "outline");
      kept.bar(0, 142, (356 * entry) / every, 22, "cache");
      kept.text(0, 186, say("scale_of_heads", { share: fixed(every / entry) }), "small");
    }
    return [pressed, kept];
  }

  function lookBack() {
    const [back, tall, heads] = [titled("back"), entry * unit, a.num_attention_heads];
    const weights = [0.08, 0.5, 0.05, 0.12, 0.9, 0.06, 0.04, 0.3, 0.6];
    stream(back);
    weights.forEach((weight, i) => {
      const [x, y] = [48 + i * 31, fixed(24 + tall)];
      back.bar(x, 20, 20, tall, "cache");
      back.path(`M${x + 10} ${y}C${x + 10} 130 204 90 204 150`, `line attention ${weight > 0.4 ? "strong-line" : weight > 0.2 ? "line" : "thin-line"}`);
    });
    back.bar(48 + weights.length * 31, 20, 20, tall, "outline o-kept");
    back.cells(range(heads).map((head) => [130 + (head % 16) * 9.2, 156 + Math.floor(head / 16) * 9.2]), 7.4, 7.4, "attention o-query");
    back.text(130, 174 + Math.ceil(heads / 16) * 9.2, say("heads"), "small");
    back.text(0, 290, say("example_attention"), "small");
    const added = titled("added", 180);
    added.text(0, 90, attention, "huge");
    added.text(0, 112, say("attention_weights"));
    ["reads_a", "reads_b"].forEach((key, i) => added.text(0, 150 + 20 * i, say(`${key}_${kind.sentences}`), "small"));
    return [back, added];
  }

  function choose() {
    const { n_routed_experts: routed, num_experts_per_tok: chosen, n_shared_experts: shared } = a;
    const grouped = (a.n_group ?? 1) > 1;
    const groups = grouped ? a.n_group : 8;
    const best = grouped ? a.topk_group : groups;
    const [reached, per] = [range(best).map((i) => even(((i + 0.5) * groups) / best - 0.5)), routed / groups];
    const across = per <= 32 ? 16 : 24;
    const [rows, step] = [Math.ceil(per / across), 230 / groups];
    // Spread over groups, each at another place.
    const places = new Set(range(chosen).map((i) => `${reached[Math.floor((i * best) / chosen)]} ${(7 + 11 * i) % per}`));
    const one = titled("choice");
    stream(one);
    one.bar(342, 20, 16, hidden);
    one.line([[16, 125], [28, 125]]);
    for (const group of range(groups)) {
      const [y, here] = [10 + group * step, reached.includes(group)];
      if (grouped) one.bar(90, y, 236, step - 5, here ? "expert soft o-layer" : "faint");
      if (here) one.path(`M68 125C82 125 76 ${(y + (step - 5) / 2).toFixed(1)} 90 ${(y + (step - 5) / 2).toFixed(1)}`, "line expert thin-line");
      const dots = range(per).map((i) => [101 + (i % across) * (214 / (across - 1)), y + ((step - 5) / (rows + 1)) * (1 + Math.floor(i / across))]);
      const works = (_, i) => places.has(`${group} ${i}`);
      one.dots(dots.filter((...dot) => !works(...dot)), here ? "expert soft" : "");
      one.dots(dots.filter(works), "expert here o-works");
      for (const [x, at] of dots.filter(works)) one.path(`M${(x + 6).toFixed(1)} ${at.toFixed(1)}H322C334 ${at.toFixed(1)} 328 125 342 125`, "line expert thin-line");
    }
    one.path("M48 105a20 20 0 1 0 .1 0z", "gate");
    one.text(48, 129, say("gate"), "strong", "middle");
    for (const i of range(shared)) one.bar(90 + i * 30, 250, 24, 24, "shared");
    one.path("M322 262C334 262 328 125 342 125", "line off thin-line");
    one.line([[94 + 30 * shared, 262], [322, 262]], "off thin-line");
    one.text(100 + shared * 30, 256, say("shared"), "small");
    one.text(0, 296, say("example_experts"), "small");
    const work = titled("work", 232);
    work.text(0, 50, `${chosen} + ${shared}`, "huge");
    work.text(0, 72, say("experts_work"));
    work.text(0, 126, `${chosen + shared} × ${asks("three_digits")(3 * a.hidden_size * a.moe_intermediate_size)}`, "huge");
    work.text(0, 148, say("expert_weights"));
    work.text(0, 200, say("wide_each"), "strong");
    work.text(0, 220, say("wide_together", { wide: fixed((chosen + shared) * a.moe_intermediate_size) }));
    return [one, work];
  }

  function repeat() {
    const { num_hidden_layers: layers, dense_layers: dense = 0, encoder_layers: encoder = 0 } = a;
    const [stack, step, pale] = [titled("stack"), 268 / layers, Math.max(dense, encoder)];
    const heights = range(layers).map((layer) => 276 - (layer + 1) * step);
    stream(stack);
    for (const y of heights.slice(0, pale)) stack.bar(44, y, 110, step - 1.2, "expert soft");
    stack.cells(heights.slice(pale).map((y) => [44, y]), 110, step - 1.2, "expert o-layer");
    if (kind.every_layer_caches) for (const y of heights) stack.bar(160, y, 8, step - 1.2, "cache");
    stack.text(184, 40, say(`layers_${encoder ? "split" : "experts"}`), "strong");
    if (encoder) stack.text(184, 190, say("layers_encoder"), "strong");
    else if (dense) stack.text(184, 272, say("layers_dense"), "strong");
    const total = titled("cache_total", 200);
    total.text(0, 50, fixed(cache), "huge");
    total.text(0, 72, say(`cache_sum_${kind.sentences}`));
    total.text(0, 92, say("cache_bytes", { bytes: fixed(2 * cache) }));
    if (before) {
      total.text(0, 160, say("before", { before: before.name, most: fixed(before.cache) }));
      total.bar(0, 172, 356, 18, "outline");
      total.bar(0, 172, (356 * cache) / before.cache, 18, "cache");
    }
    return [stack, total];
  }

  function answer() {
    const [head, end, scores] = [titled("head"), height - 4, a.vocab_size];
    stream(head);
    head.path(`M16 20L90 4V${end}L16 ${fixed(20 + hidden)}z`, "beam");
    // Far longer than the panel is high: torn in two, with what is left out said beside it.
    const tear = "l3.5 5 3.5-5 3.5 5 3.5-5";
    head.path(`M90 4V206${tear}V4z`);
    head.path(`M90 214${tear}V${end}H90z`);
    head.text(116, 120, fixed(scores), "huge");
    head.text(116, 142, say("scores"));
    head.text(116, 215, say("times_as_long", { times: (scores / a.hidden_size).toFixed(scores >= 10 * a.hidden_size ? 0 : 1) }), "small");
    const next = titled("next");
    [0.52, 0.2, 0.11, 0.07, 0.04, 0.03].forEach((share, i) => next.bar(0, 20 + i * 30, share * 420, 20, i ? "attention soft" : "attention"));
    next.text(0.52 * 420 + 10, 35, say("next_token"), "strong");
    next.text(0, 222, say("example_next"), "small");
    if (a.num_nextn_predict_layers) next.text(0, 262, say(a.dspark_n_routed_experts ? "guess_drafter" : "guess"), "small");
    return [head, next];
  }

  return [lookUp, press, lookBack, choose, repeat, answer].map((draw) => panelsOf(draw()));
}
globalThis.tokenPath = tokenPath;
