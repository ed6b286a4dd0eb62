// Static figures of attention: heads, caches, MLA's two ways, sparse selection, windows, rotation.

figure("attention-cache", { page: "guides/attention.md", also: ["mha", "mqa", "gqa", "mla"] }, ({ say, titled, lab }) => {
  const entries = ["deepseek-llm-7b-base", "deepseek-llm-67b-base", "deepseek-coder-5.7bmqa-base", "deepseek-v2"].map((id) => lab("kept", id));
  const most = Math.max(...entries.map(({ kept }) => kept));
  const [heads, sizes] = [titled("heads", 236), titled("sizes", 236)];
  entries.forEach(({ kept, queries, groups, kind, name }, row) => {
    const y = 8 + row * 58;
    heads.text(0, y + 8, kind, "strong");
    heads.text(50, y + 8, name);
    const [shown, step] = [Math.min(queries, 32), 352 / 32];
    heads.cells(range(shown).map((i) => [i * step, y + 16]), step - 3, 8, "attention");
    const keeping = Math.min(groups || 1, 32);
    const wide = (shown / keeping) * step;
    for (const i of range(keeping)) heads.cells([[i * wide, y + 28]], wide - 3, 8, groups ? "cache" : "cache soft");
    if (queries > shown) heads.text(358, y + 8, say("of", { shown, all: queries }), "small", "end");
    sizes.text(0, y + 8, kind, "strong");
    sizes.text(50, y + 8, say("numbers", { count: fixed(kept) }));
    sizes.bar(0, y + 16, (kept / most) * 358, 20, "cache");
  });
  return { panels: [heads, sizes] };
});

figure("mla-two-ways", { page: "guides/attention.md", also: ["mla"] }, ({ say, titled, numbers }) => {
  const { kv_lora_rank: latent, qk_rope_head_dim: rope, qk_nope_head_dim: own, num_attention_heads: heads } = numbers("deepseek-v3-base");
  const scale = 300 / (latent + rope);
  const drawn = (key, rebuilt, wide) => {
    const one = titled(key, 226);
    const pair = (y, first, kind, gap = 3, lower = 0) => {
      one.bar(0, y, first * scale, 14, kind);
      one.bar(first * scale + gap, y + lower, rope * scale, 14, "other");
    };
    one.text(0, 12, say("query"), "strong");
    pair(18, wide, "attention");
    one.text(358, 12, say("width", { a: wide, b: rope }), "", "end");
    one.arrow(60, 36, 60, 62);
    one.text(70, 53, say("compared"));
    one.text(0, 80, say(rebuilt ? "keys" : "latent"), "strong");
    one.text(358, 80, say(rebuilt ? "heads" : "one", { count: heads }), "", "end");
    for (const copy of range(rebuilt ? 4 : 1)) one.bar(copy * 4, 86 + copy * 4, wide * scale, 14, rebuilt ? "cache soft" : "cache");
    one.bar(wide * scale + (rebuilt ? 15 : 3), 86 + (rebuilt ? 6 : 0), rope * scale, 14, "other");
    if (rebuilt) {
      one.arrow(60, 152, 60, 122);
      one.text(70, 142, say("made"));
      one.text(0, 170, say("latent"), "strong");
      pair(176, latent, "cache");
    } else ["query_changed", "value_after"].forEach((line, i) => one.text(0, 142 + 18 * i, say(line)));
    one.text(0, 214, say("products", { count: wide + rope }), "strong");
    return one;
  };
  return { panels: [drawn("rebuilt", true, own), drawn("absorbed", false, latent)] };
});

figure("dsa-selection", { page: "guides/attention.md", also: ["dsa"] }, ({ say, titled, numbers, lab }) => {
  const [T, step] = [48, 7.2];
  const mask = titled("mask", 366);
  for (const t of range(T)) mask.bar(6, t * step + 4, (t + 1) * step - 1.4, step - 1.4, "index-soft");
  mask.cells(lab("selected", T, 8).map(([t, s]) => [s * step + 6, t * step + 4]), step - 1.4, step - 1.4, "attention");
  for (const [y, kind, name] of [[18, "index-soft", "earlier"], [38, "attention", "read"]]) {
    mask.bar(344, y - 8, 10, 10, kind);
    mask.text(338, y + 2, say(name), "", "end");
  }
  const work = titled("work", 366);
  const [lengths, top] = [range(7).map((i) => 2 ** (11 + i)), numbers("deepseek-v3.2-exp").index_topk];
  const most = lengths.at(-1);
  work.axis(40, 10, 320, 350);
  for (const [kind, limit] of [["off", most], ["attention", top]]) work.line(lengths.map((n) => [40 + (300 * n) / most, 320 - (290 * Math.min(n, limit)) / most]), kind);
  work.text(330, 24, say("dense"), "strong", "end");
  work.text(348, 306, say("sparse", { count: fixed(top) }), "strong", "end");
  work.text(40, 340, "0");
  work.text(350, 340, say("length", { count: fixed(most) }), "", "end");
  return { panels: [mask, work] };
});

// The tokens that one entry is a mean of: those of two groups in CSA, with weights of their own in each dimension, and of one in HCA.
figure("csa-entry", { page: "guides/attention.md", also: ["csa"] }, ({ say, titled, numbers, random, lab }) => {
  const { csa_compress_ratio: m, hca_compress_ratio: far } = numbers("deepseek-v4-pro-base");
  const rows = random(21, ...range(3).map(() => ["standard_normal", [2 * m]]), ["standard_normal", [far]]).map((chance) => lab("norm.softmax", chance, 0));
  const one = titled("csa", 210, { m, both: 2 * m });
  const step = 360 / (3 * m);
  rows.slice(0, 3).forEach((weights, row) => {
    const y = 62 + 48 * row;
    weights.forEach((weight, i) => one.bar((m + i) * step + 3, y - 84 * weight, step - 8, 84 * weight, i < m ? "cache soft" : "cache"));
    one.line([[m * step, y], [360, y]], "axis");
    one.text(0, y - 3, say("dimension", { number: row + 1 }), "small");
  });
  for (const i of range(2 * m)) one.bar((m + i) * step + 3, 170, step - 8, 12);
  one.text(0, 180, say("tokens"), "small");
  for (const [first, which] of [[m, "before"], [2 * m, "own"]]) one.text((first + m / 2) * step, 200, say(which), "small", "middle");
  const blurred = titled("hca", 210, { far });
  const [weights, wide] = [rows[3], 360 / far];
  const most = Math.max(...weights);
  weights.forEach((weight, i) => blurred.bar(i * wide, 158 - (120 * weight) / most, wide - 0.6, (120 * weight) / most, "cache"));
  blurred.line([[0, 158], [360, 158]], "axis");
  blurred.cells(range(far).map((i) => [i * wide, 170]), wide - 0.6, 12);
  blurred.text(180, 200, say("group", { far }), "small", "middle");
  return { panels: [one, blurred] };
});

figure("csa-windows", { page: "guides/attention.md", also: ["csa", "hca"] }, ({ say, titled, numbers, lab, spoken }) => {
  const { csa_compress_ratio: m, hca_compress_ratio: far, sliding_window: window, head_dim: size } = numbers("deepseek-v4-pro-base");
  const T = 4 * far;
  const step = 350 / T;
  const seen = titled("title", 236, { count: T }, "says");
  ["tokens", "window", "csa", "hca"].forEach((name, i) => seen.text(0, 20 + 58 * i, say(name, { m, far, window }), "strong"));
  seen.cells(range(T / 2).map((i) => [2 * i * step, 26]), step * 1.2, 12);
  seen.bar(lab("csa.seen", T - 1, m, window)[1] * step, 84, window * step, 14, "cache");
  const entries = lab("csa.complete", T - 1, m);
  const picked = lab("picked", 5, entries, Math.floor(entries / 8));
  for (const [kind, own] of [["cache soft", false], ["cache", true]]) {
    seen.cells(range(entries).filter((i) => picked.includes(i) === own).map((i) => [i * m * step, 142]), m * step - 0.8, 14, kind);
  }
  seen.cells(range(lab("csa.complete", T - 1, far)).map((i) => [i * far * step, 200]), far * step - 2, 14, "cache");
  seen.text(358, 232, say("now"), "small", "end");
  const kept = titled("kept", 236);
  const context = 2 ** 20;
  const amounts = [["none", context * size], ["csa", lab("csa.elements", context, m, size, window)], ["hca", lab("csa.elements", context, far, size, window)]];
  amounts.forEach(([name, amount], row) => {
    const y = 20 + row * 58;
    kept.text(0, y, say(`kept_${name}`, { m, far }), "strong");
    kept.text(358, y, spoken(amount), "", "end");
    kept.bar(0, y + 6, (amount / amounts[0][1]) * 350, 14, row ? "cache" : "outline");
  });
  return { panels: [seen, kept] };
});

figure("ced", { page: "guides/attention.md", also: ["ced"] }, ({ say, titled, numbers, lab }) => {
  const { num_hidden_layers: layers, sliding_window: window } = numbers("deepseek-v4.1-flash");
  const [prompt, height] = [32 * window, 240 / layers];
  const panels = ["without", "with"].map((name, replay) => {
    const share = fixed((100 * lab("ced.work", prompt, layers, window, !!replay)) / lab("ced.work", prompt, layers, window, false));
    const one = titled(name, 284, { share, count: fixed(prompt) }, "says");
    for (const layer of range(layers)) {
      const [y, encoder] = [244 - (layer + 1) * height, layer < Math.floor(layers / 2)];
      one.bar(0, y, 350, height - 1.2, replay && !encoder ? "faint" : encoder ? "attention" : "attention soft");
      if (replay && !encoder) one.bar(350 - (350 * window) / prompt, y, (350 * window) / prompt, height - 1.2, "expert");
    }
    one.text(0, 266, say("tokens", { count: fixed(prompt) }));
    one.text(350, 266, say("share", { share }), "strong", "end");
    return one;
  });
  return { panels };
});

figure("softmax-saturates", { page: "guides/attention-from-one-sentence.md" }, ({ say, titled, random, lab }) => {
  const [sizes, keys] = [[4, 64, 512], 24];
  const chance = random(6, ...sizes.flatMap((size) => [["standard_normal", [size]], ["standard_normal", [keys, size]]]));
  const panels = ["raw", "divided"].map((name) => {
    const rows = sizes.map((size, row) => {
      const [q, k] = chance.slice(2 * row);
      const scores = k.map((key) => sum(key.map((each, i) => each * q[i])) / (name === "divided" ? Math.sqrt(size) : 1));
      return lab("norm.softmax", scores).sort((a, b) => b - a);
    });
    const [small, middle, large] = rows.map(([first]) => fixed(first, 2));
    const one = titled(name, 232, { small, middle, large }, "says");
    rows.forEach((weights, row) => {
      const base = 66 + row * 72;
      one.text(0, base - 46, say("size", { size: sizes[row] }), "strong");
      one.text(0, base - 28, say("largest", { weight: fixed(weights[0], 2) }));
      weights.forEach((weight, i) => {
        const tall = Math.max(56 * weight, 0.6);
        one.bar(112 + 10.2 * i, base - tall, 8.4, tall, i ? "attention soft" : "attention");
      });
      one.line([[112, base], [356, base]], "axis");
    });
    one.text(112, 228, say("keys", { count: keys }));
    return one;
  });
  return { panels };
});

figure("rope-rotation", { page: "guides/attention-from-one-sentence.md", also: ["rope"] }, ({ say, titled }) => {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const [turn, qAngle, kAngle] = [radians(28), radians(20), radians(75)];
  const [cx, cy, radius] = [96, 104, 84];
  const onCircle = (r, angle) => [cx + r * Math.cos(angle), cy - r * Math.sin(angle)];
  const panels = [["near", 1, 3], ["far", 5, 7], ["other", 5, 6]].map(([name, m, n]) => {
    const between = kAngle - qAngle + (n - m) * turn;
    const [angle, score] = [Math.round((between * 180) / Math.PI), fixed(Math.cos(between), 2).replace("-", "−")];
    const one = titled(name, 214, { m, n, angle, score }, "says");
    one.line(range(49).map((a) => onCircle(radius, (a / 24) * Math.PI)), "axis");
    for (const [begins, position, kind] of [[qAngle, m, "attention"], [kAngle, n, "expert"]]) {
      one.line([[cx, cy], onCircle(radius, begins)], `${kind} dashed`);
      one.line([[cx, cy], onCircle(radius, begins + position * turn)], kind);
    }
    for (const [letter, at] of [["q", qAngle + m * turn], ["k", kAngle + n * turn]]) {
      const [x, y] = onCircle(radius + 13, at);
      one.text(x, y + 4, letter, "strong", "middle");
    }
    one.text(204, 84, say("apart", { distance: n - m }), "strong");
    one.text(204, 106, say("angle", { angle }));
    one.text(204, 128, say("score", { score }));
    return one;
  });
  return { panels };
});

figure("attention-rows", { page: "guides/attention-from-one-sentence.md" }, ({ say, titled }) => {
  const [last, step] = [7, 24];
  const panels = ["training", "writing"].map((name, writing) => {
    const one = titled(name, 244);
    for (const t of range(last + 1)) {
      for (const j of range(t + 1)) one.bar(60 + j * step, 26 + t * step, step - 3, step - 3, !writing || t === last ? "attention" : "faint");
      if (writing) one.bar(60 + t * step, 2, step - 3, 16, t < last ? "cache" : "expert");
    }
    one.text(52, 14, writing ? say("keys") : "", "small", "end");
    one.text(52, 26 + (writing ? last : 0) * step + 15, say("query"), "small", "end");
    one.text(60, 240, say(`${name}_below`));
    return one;
  });
  return { panels };
});

figure("csa2-layers", { page: "guides/attention.md", also: ["csa2"] }, ({ say, titled, numbers, lab }) => {
  const kinds = lab("layer_kinds", "deepseek-v4.1-flash");
  const { encoder_layers: encoder, encoder_compress_ratio: group } = numbers("deepseek-v4.1-flash");
  const writers = [...kinds.keys()].filter((layer) => kinds[layer] === "full");
  const colours = { window: "faint", full: "cache", reindex: "index", reuse: "attention soft" };
  const step = 7.6;
  const choices = kinds.filter((kind) => !["reuse", "window"].includes(kind)).length;
  const one = titled("title", 332, { layers: kinds.length, caches: writers.length, choices }, "says");
  const top = (layer) => 6 + (kinds.length - 1 - layer) * step;
  const middle = (layer) => top(layer) + step / 2 - 0.8;
  kinds.forEach((kind, layer) => one.bar(0, top(layer), 96, step - 1.6, colours[kind]));
  writers.forEach((layer, i) => {
    const upto = writers[i + 1] ?? kinds.length;
    const [y, entries] = [middle(layer), 56 / (layer < encoder ? group : 1)];
    one.bar(150, y - 7, entries, 14, "cache");
    one.arrow(98, y, 148, y, "cache");
    one.line([[122, y], [122, middle(upto - 1)]], "cache");
    for (let reader = layer + 1; reader < upto; reader++) one.line([[122, middle(reader)], [98, middle(reader)]], "cache");
    one.text(150 + entries + 6, y + 4, say(layer < encoder ? "encoder_cache" : "decoder_cache", { group }), "small");
  });
  const border = (top(encoder - 1) + top(encoder) + step - 1.6) / 2;
  one.line([[0, border], [96, border]], "dashed");
  one.text(150, border - 34, say("decoder"), "strong");
  one.text(150, border + 20, say("encoder"), "strong");
  for (const [x, kind] of [[0, "window"], [112, "full"], [176, "reindex"], [262, "reuse"]]) {
    one.bar(x, 318, 10, 10, colours[kind]);
    one.text(x + 14, 327, say(kind), "small");
  }
  return { panels: [one] };
});
