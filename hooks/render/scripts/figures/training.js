// Static figures of training: objectives, data, optimisers, gradients, memory, routing, sampling, GRPO.

const minus = (number, decimals) => fixed(number, decimals).replace("-", "−");

figure("multi-step", { page: "guides/optimisers.md", also: ["multi-step-lr"] }, ({ say, titled, lab }) => {
  const rates = lab("learning_rates", 250);
  const panels = ["steps", "cosine"].map((name) => {
    const one = titled(name, 220, {}, "says");
    one.axis(30, 10, 180, 356);
    for (const [length, kind] of [[1, "attention"], [0.5, "off"]]) one.line(rates.x.map((t, i) => [30 + 320 * t * length, 180 - 150 * rates[name][i]]), kind);
    one.text(350, 26, say("long"), "strong", "end");
    one.text(40, 172, say("short"), "strong");
    one.text(30, 198, say("tokens"));
    return one;
  });
  return { panels };
});

figure("muon", { page: "guides/optimisers.md", also: ["muon"] }, ({ say, titled, lab }) => {
  const panels = Object.entries(lab("muon_values")).map(([name, values]) => {
    const one = titled(name, 170, { least: fixed(Math.min(...values), 2) }, "says");
    columns(values.length, 0, 356).forEach(([x, width], i) => one.bar(x, 140 - 120 * values[i], width, 120 * values[i], "attention"));
    one.line([[0, 140], [356, 140]], "axis");
    one.line([[0, 20], [356, 20]], "dashed");
    one.text(0, 160, say("directions", { count: values.length }));
    return one;
  });
  return { panels };
});

figure("mtp", { page: "guides/optimisers.md", also: ["mtp"] }, ({ say, titled }) => {
  const [count, step] = [7, 50];
  const panels = [["main", 1], ["module", 2]].map(([name, ahead]) => {
    const one = titled(name, 168);
    for (const i of range(count)) {
      const x = i * step;
      one.bar(x, 120, 42, 26, "faint");
      one.text(x + 21, 137, `t${i + 1}`, "strong", "middle");
      if (i + ahead >= count) continue;
      one.bar(x, 14, 42, 26, ahead === 1 ? "attention" : "other");
      one.text(x + 21, 31, `t${i + 1 + ahead}`, "on", "middle");
      one.arrow(x + 12, 116, x + 12, 44);
      if (ahead === 1) continue;
      one.line([[x + step + 12, 116], [x + step + 12, 84], [x + 26, 84]], "dashed");
      one.arrow(x + 26, 84, x + 26, 44, "dashed");
    }
    one.text(0, 164, say(`${name}_below`), "small");
    return one;
  });
  return { panels };
});

figure("mhc", { page: "guides/recent.md", also: ["mhc"] }, ({ say, titled, numbers, lab }) => {
  const { hc_sinkhorn_iters: iterations } = numbers("deepseek-v4-pro-base");
  const { before, after, free, bound } = lab("residual_streams", "deepseek-v4-pro-base");
  const [n, mixings] = [before.length, free.length];
  const matrices = titled("matrices", 230);
  for (const [left, name, M] of [[0, "before", before], [190, "after", after]]) {
    const most = Math.max(...M.flat());
    matrices.text(left, 12, say(name, { count: iterations }), "strong");
    for (const r of range(n)) {
      for (const c of range(n)) {
        const side = 30 * Math.sqrt(M[r][c] / most);
        matrices.bar(left + c * 34 + (30 - side) / 2, 22 + r * 34 + (30 - side) / 2, side, side, "attention");
      }
      matrices.text(left + n * 34 + 2, 42 + r * 34, fixed(sum(M[r]), 1));
    }
    for (const c of range(n)) matrices.text(left + c * 34 + 15, 22 + n * 34 + 14, fixed(sum(M.map((row) => row[c])), 1), "", "middle");
  }
  matrices.text(0, 202, say("sums"));
  const gains = titled("gains", 230);
  const top = Math.log10(Math.max(...free));
  gains.axis(36, 10, 190, 356);
  for (const [kind, found] of [["off", free], ["attention", bound]]) gains.line(found.map((gain, i) => [36 + (314 * i) / (mixings - 1), 186 - (170 * Math.max(0, Math.log10(gain))) / top]), kind);
  for (const power of from(0, Math.floor(top), top < 8 ? 2 : 4)) gains.text(30, 190 - (170 * power) / top, fixed(10 ** power), "small", "end");
  gains.text(60, 24, say("free"), "strong");
  gains.text(350, 178, say("bound"), "strong", "end");
  gains.text(356, 210, say("mixings", { count: mixings }), "", "end");
  return { panels: [matrices, gains] };
});

figure("one-step", { page: "guides/training-and-writing.md" }, ({ say, titled, lab }) => {
  const [a, b, x, y, eta] = [0.5, [1, 0, -1], 2, 1, 0.1];
  const [h, p, loss] = lab("one_step.forward", a, b, x, y);
  const [dz, db, dh, da] = lab("one_step.backward", a, b, x, y);
  const next = lab("one_step.step", a, b, x, y, eta);
  const [later, better, less] = lab("one_step.forward", ...next, x, y);
  const [rows, lift, below] = [[36, 92, 148], [6, -6, 2], "₁₂₃"];
  function network(key, values) {
    const one = titled(key, 214, values);
    one.line([[34, 92], [98, 92]], "attention");
    for (const row of rows) one.line([[126, 92], [262, row]], "attention");
    for (const [left, name] of [[6, "x"], [98, "h"]]) {
      one.bar(left, 78, 28, 28, "faint");
      one.text(left + 14, 96, name, "strong", "middle");
    }
    return one;
  }
  function forward(key, values, [slope, out], hidden, shares, cost) {
    const one = network(key, values);
    one.text(20, 124, x, "", "middle");
    one.text(66, 84, `a ${minus(slope, 2)}`, "", "middle");
    one.text(112, 124, minus(hidden, 2), "", "middle");
    rows.forEach((row, i) => {
      one.text(206, row + lift[i], `b${below[i]} ${minus(out[i], 2)}`, "", "middle");
      one.bar(266, row - 9, 90 * shares[i], 18, i === y ? "expert" : "attention soft");
      one.text(270, row + 24, `p${below[i]} ${minus(shares[i], 3)}`, i === y ? "strong" : "");
    });
    one.text(180, 206, say("loss", { loss: minus(cost, 3) }), "strong", "middle");
    return one;
  }
  const backward = network("backward", { da: minus(da, 3) });
  backward.text(70, 62, `∂a ${minus(da, 3)}`, "strong", "middle");
  backward.text(112, 128, `∂h ${minus(dh, 3)}`, "strong", "middle");
  rows.forEach((row, i) => {
    backward.text(196, row + lift[i], `∂b${below[i]} ${minus(db[i], 3)}`, "strong", "middle");
    backward.text(272, row + 4, `∂z${below[i]} ${minus(dz[i], 3)}`, "strong");
  });
  backward.text(180, 206, say("rule"), "", "middle");
  const first = forward("forward", { loss: minus(loss, 3), p: minus(p[y], 3) }, [a, b], h, p, loss);
  return { panels: [first, backward, forward("after", { loss: minus(less, 3) }, next, later, better, less)] };
});

figure("zero-bytes", { page: "guides/training-and-writing.md" }, ({ say, titled, lab }) => {
  const copies = 8;
  const full = 4; // FP32, of the copy of the weights and of each moment
  const parts = [["weight", 2, "attention"], ["gradient", 2, "other"], ["optimizer", full * (1 + lab("moments", "AdamW")), "expert"]];
  const one = titled("title", 202, { copies }, "says");
  for (const stage of range(4)) {
    const shared = ["optimizer", "gradient", "weight"].slice(0, stage);
    const y = 12 + stage * 42;
    let [x, total] = [60, 0];
    one.text(0, y + 19, stage ? say("stage", { stage }) : say("none"), "strong");
    for (const [part, size, kind] of parts) {
      const held = shared.includes(part) ? size / copies : size;
      one.bar(x, y, 15.5 * held - 1, 28, kind);
      [x, total] = [x + 15.5 * held, total + held];
    }
    one.text(x + 6, y + 19, total, "strong");
  }
  parts.forEach(([part, , kind], i) => {
    one.bar(60 + 88 * i, 184, 10, 10, kind);
    one.text(74 + 88 * i, 193, say(part), "small");
  });
  return { panels: [one] };
});

figure("sampling", { page: "guides/training-and-writing.md" }, ({ say, titled, lab }) => {
  const logits = [0.46, 0.2, 0.13, 0.09, 0.06, 0.04, 0.02].map(Math.log);
  const panels = [["plain", 1, 1], ["cold", 0.6, 1], ["cut", 0.6, 0.95]].map(([name, tau, threshold]) => {
    const shares = lab("sampling.top_p", lab("sampling.with_temperature", logits, tau), threshold);
    const one = titled(name, 176, { first: fixed(shares[0], 2), last: fixed(shares.at(-1), 3) }, "says");
    shares.forEach((share, i) => {
      const [x, tall] = [4 + 50 * i, 165 * share];
      one.bar(x, 140 - tall, 42, tall, share ? "attention" : "off");
      one.text(x + 21, 134 - tall, share ? fixed(share, 2) : "0", "", "middle");
    });
    one.line([[0, 140], [356, 140]], "axis");
    one.text(0, 162, say("tokens"));
    return one;
  });
  return { panels };
});

figure("router", { page: "guides/experts.md", also: ["deepseekmoe", "aux-loss-free"] }, ({ say, titled, lab }) => {
  const { gates, groups } = lab("example_gates", "deepseek-v3-base");
  const per = gates.length / groups;
  const chosen = [...gates.keys()].filter((i) => gates[i]);
  const experts = titled("experts", 268, { experts: gates.length, groups, chosen: chosen.length }, "says");
  for (const group of range(groups)) {
    const own = chosen.filter((i) => Math.floor(i / per) === group);
    const places = range(per).map((i) => [8 + (i * 346) / per, 18 + group * 33]);
    experts.bar(0, 4 + group * 33, 356, 28, own.length ? "expert soft" : "faint");
    experts.dots(places, own.length ? "expert soft" : "fine");
    if (own.length) experts.dots(own.map((i) => places[i % per]), "expert");
  }
  const weights = titled("gates", 268);
  chosen.sort((a, b) => gates[b] - gates[a]).forEach((i, row) => {
    const y = 6 + row * 27;
    weights.text(0, y + 13, say("expert", { number: i + 1 }));
    weights.bar(92, y, (gates[i] / gates[chosen[0]]) * 200, 18, "expert");
    weights.text(300, y + 13, fixed(gates[i], 2), "strong");
  });
  weights.text(92, 246, say("sum", { sum: fixed(sum(gates), 1) }), "strong");
  return { panels: [experts, weights] };
});

figure("node-limit", { page: "guides/experts.md", also: ["node-limited-routing", "expert-parallelism"] }, ({ say, titled, numbers, lab }) => {
  const { n_group: nodes, topk_group: limit } = numbers("deepseek-v3-base");
  const panels = ["free", "limited"].map((name, limited) => {
    const visited = lab("nodes_visited", "deepseek-v3-base", 2000, !!limited);
    const mean = fixed(sum(visited) / visited.length, 1);
    const one = titled(name, 190, { limit, mean }, "says");
    columns(nodes, 0, 356).forEach(([x, width], i) => {
      const share = visited.filter((count) => count === i + 1).length / visited.length;
      one.bar(x, 140 - 120 * share, width, 120 * share, "expert");
      one.text(x + width / 2, 156, i + 1, "", "middle");
    });
    one.line([[0, 140], [356, 140]], "axis");
    one.text(0, 178, say("mean", { mean }), "strong");
    return one;
  });
  return { panels };
});

figure("clip-signs", { page: "guides/from-a-reward-to-a-gradient.md", also: ["ppo"] }, ({ say, titled, lab }) => {
  const epsilon = 0.2;
  const panels = [["good", 1], ["bad", -1]].map(([name, advantage]) => {
    const one = titled(name, 226);
    const good = advantage > 0;
    const place = (ratio, value) => [20 + (ratio - 0.4) * 275, (good ? 180 : 80) - 85 * value];
    const clipped = (ratio) => place(ratio, lab("grpo.clipped", ratio, advantage, epsilon));
    const ratios = range(61).map((i) => 0.4 + 0.02 * i);
    const zero = place(1, 0)[1];
    one.line([place(0.4, 0), place(1.6, 0)], "axis");
    one.line(ratios.map((ratio) => place(ratio, ratio * advantage)), "off dashed");
    one.line(ratios.map(clipped), good ? "attention" : "expert");
    for (const [edge, label] of [[1 - epsilon, "1 − ε"], [1, "1"], [1 + epsilon, "1 + ε"]]) {
      const [x] = place(edge, 0);
      one.line([[x, zero - 4], [x, zero + 4]], "axis");
      one.text(x, zero + (good ? 18 : -8), label, "small", "middle");
    }
    one.dots([place(1, advantage)], good ? "attention" : "index");
    const [flat, slope] = [clipped(good ? 1.4 : 0.6), clipped(good ? 0.62 : 1.34)];
    one.text(flat[0], flat[1] + 20, say("flat"), "strong", "middle");
    one.text(slope[0] + (good ? 10 : -10), slope[1] + 22, say("slope"), "", good ? "start" : "end");
    one.text(350, zero + (good ? 34 : -26), say("ratio"), "", "end");
    return one;
  });
  return { panels };
});

figure("baseline-noise", { page: "guides/from-a-reward-to-a-gradient.md" }, ({ say, titled, lab }) => {
  const count = 400;
  const panels = ["without", "with"].map((name, based) => {
    const { means, deviation, exact } = lab("baseline_noise", count, !!based);
    const spread = fixed(deviation, 2);
    const one = titled(name, 214, { spread, exact: fixed(exact, 2) }, "says");
    const y = (value) => 100 - 50 * Math.min(Math.max(value, -1.8), 1.8);
    one.line([[24, y(0)], [356, y(0)]], "axis");
    one.line([[24, y(exact)], [356, y(exact)]], "dashed");
    one.line(means.map((mean, i) => [24 + (330 * i) / count, y(mean)]).slice(3), based ? "attention" : "off");
    one.text(18, y(0) + 4, "0", "small", "end");
    one.text(356, 20, say("spread", { spread }), "strong", "end");
    one.text(356, 206, say("samples", { count }), "", "end");
    return one;
  });
  return { panels };
});

figure("grpo-step", { page: "guides/from-a-reward-to-a-gradient.md" }, ({ say, titled, lab }) => {
  const found = lab("worked_step");
  if (!found) return { panels: [] };
  const { one_group: group, answers, right } = found;
  const drawn = titled("group", 190);
  for (const [column, label] of [[26, "answer"], [96, "reward"], [236, "advantage"]]) drawn.text(column, 14, say(label), "small", "middle");
  drawn.line([[236, 24], [236, 180]], "axis");
  group.answers.forEach((answer, row) => {
    const [y, advantage] = [30 + row * 38, group.advantages[row]];
    const [width, good] = [42 * Math.abs(advantage), advantage > 0];
    drawn.text(26, y + 19, answer, "strong", "middle");
    drawn.text(96, y + 19, group.rewards[row], "", "middle");
    drawn.bar(good ? 236 : 236 - width, y + 2, width, 26, good ? "attention" : "expert");
    drawn.text(good ? 242 + width : 230 - width, y + 19, `${good ? "+" : ""}${minus(advantage, 2)}`, "", good ? "start" : "end");
  });
  const step = titled("step", 190, { before: fixed(found.before[right], 3), after: fixed(group.after[right], 3) });
  answers.forEach((answer, i) => {
    const x = 10 + i * 88;
    for (const [offset, share, kind] of [[0, found.before[i], "attention soft"], [42, group.after[i], "attention"]]) {
      step.bar(x + offset, 150 - 300 * share, 36, 300 * share, kind);
      step.text(x + offset + 18, 144 - 300 * share, fixed(share, 3), "small", "middle");
    }
    step.text(x + 39, 168, answer, "strong", "middle");
  });
  step.line([[0, 150], [356, 150]], "axis");
  step.text(0, 186, say("step_below"));
  const course = titled("course", 226, { nothing: fixed(100 * found.nothing) });
  course.axis(30, 16, 180, 356);
  for (const [share, label] of [[0, "0"], [0.5, "½"], [1, "1"]]) course.text(24, 184 - 160 * share, label, "small", "end");
  [["divided", "attention"], ["not_divided", "off"]].forEach(([label, kind], i) => {
    const listed = found[label];
    course.line(listed.map((p, n) => [30 + (320 * n) / (listed.length - 1), 180 - 160 * p]), kind);
    course.bar(30, 196 + 16 * i, 10, 10, kind);
    course.text(46, 205 + 16 * i, say(label), "small");
  });
  course.text(356, 200, say("steps", { count: found.not_divided.length - 1 }), "", "end");
  return { panels: [drawn, step, course] };
});

figure("fim", { page: "guides/data.md", also: ["fim"] }, ({ say, titled }) => {
  const parts = { prefix: [120, "attention soft"], middle: [80, "expert"], suffix: [130, "other soft"] };
  const panels = Object.entries({ document: ["prefix", "middle", "suffix"], psm: ["prefix", "suffix", "middle"] }).map(([name, order]) => {
    const one = titled(name, 84);
    let x = 0;
    for (const part of order) {
      const [width, kind] = parts[part];
      if (name === "psm") {
        one.bar(x, 10, 5, 38);
        x += 8;
      }
      one.bar(x, 10, width, 38, kind);
      one.text(x + width / 2, 33, say(part), part === "middle" ? "on" : "strong", "middle");
      x += width + 2;
    }
    one.text(0, 72, say(`${name}_below`));
    return one;
  });
  return { panels };
});

figure("packing", { page: "guides/data.md", also: ["document-packing"] }, ({ titled, lab }) => {
  const [lengths, capacity] = [[34, 52, 18, 61, 27, 45, 12, 39, 70, 23, 31, 16, 44, 28], 100];
  const [scale, kinds] = [350 / capacity, ["attention", "other", "expert", "cache", "index"]];
  const cut = titled("cut", 190, { torn: lab("packing.cut", lengths, capacity) }, "says");
  let place = 0;
  lengths.forEach((length, i) => {
    for (let left = length; left; ) {
      const [row, x] = [Math.floor(place / capacity), place % capacity];
      const part = Math.min(left, capacity - x);
      cut.bar(x * scale, 4 + row * 28, part * scale - 1, 22, kinds[i % 5]);
      [place, left] = [place + part, left - part];
    }
  });
  const packed = titled("packed", 190, {}, "says");
  lab("packing.best_fit", lengths, capacity).forEach((sequence, row) => {
    let x = 0;
    packed.bar(0, 4 + row * 28, 350, 22, "faint");
    for (const i of sequence) {
      packed.bar(x * scale, 4 + row * 28, lengths[i] * scale - 1, 22, kinds[i % 5]);
      x += lengths[i];
    }
  });
  const mask = titled("mask", 190);
  const seen = lab("packing.mask", [6, 10, 8]);
  const places = (kept) => seen.flatMap((row, t) => row.flatMap((sees, s) => (kept(sees, s, t) ? [[s * 7 + 90, t * 7 + 4]] : [])));
  mask.cells(places((_, s, t) => s <= t), 6, 6, "attention soft");
  mask.cells(places((sees) => sees), 6, 6, "attention");
  return { panels: [cut, packed, mask] };
});

figure("networks", { page: "techniques/grpo.md", also: ["grpo", "ppo", "dpo"] }, ({ say, titled, lab }) => {
  const names = { policy: "policy", critic: "critic", "reward model": "reward", "reference model": "reference" };
  const one = titled("title", 214, {}, "says");
  Object.entries(lab("ppo.HELD")).forEach(([method, held], row) => {
    const y = 6 + row * 46;
    one.text(0, y + 22, method, "strong");
    held.forEach((network, i) => {
      const learns = ["policy", "critic"].includes(network);
      one.bar(54 + i * 77, y, 73, 36, learns ? "attention" : "faint");
      one.text(90 + i * 77, y + 22, say(names[network]), learns ? "on" : "", "middle");
    });
  });
  one.legend(54, 198, ["attention", say("trained")], ["faint", say("frozen")]);
  return { panels: [one] };
});

figure("score-intervals", { page: "guides/evaluation.md" }, ({ say, titled, number, text, lab }) => {
  const table = "model:deepseek-v3-2/evaluation.speciale.rows.";
  const tests = [
    ["aime-2025-pass-1", "", "benchmark:aime-2025/problems"],
    ["hmmt-2025-february-pass-1", "february", "benchmark:hmmt-2025/parts.February"],
    ["hmmt-2025-november-pass-1", "november", "benchmark:hmmt-2025/parts.November"],
    ["imoanswerbench-pass-1", "", "benchmark:imo-answerbench/problems"],
  ];
  const models = [["deepseek-v3.2", "attention", "v32"], ["deepseek-v3.2-speciale", "expert", "speciale"]];
  const one = titled("shares", 46 + 56 * tests.length, { tests: tests.length });
  const x = (share) => 24 + (share - 60) * 8.1;
  one.legend(20, 4, ...models.map(([, kind, name]) => [kind, say(name)]));
  tests.forEach(([row, part, path], place) => {
    const [y, problems] = [42 + 56 * place, number(path)];
    one.text(20, y, say(part || "test", { name: text(`${table}${row}.benchmark`), problems }), "strong");
    models.forEach(([id, kind], line) => {
      const [share, top] = [number(`${table}${row}.scores.${id}`), y + 13 + 15 * line];
      const [low, high] = lab("evaluation.wilson", share / 100, problems).map((end) => 100 * end);
      one.line([[x(low), top], [x(high), top]], kind);
      one.dots([[x(share), top]], kind);
      one.text(x(low) - 5, top + 4, fixed(low), "small", "end");
    });
  });
  one.line([[x(100), 26], [x(100), 40 + 56 * tests.length]], "axis");
  return { panels: [one] };
});

figure("early-letters", { page: "guides/evaluation.md" }, ({ say, titled }) => {
  const one = titled("title", 190);
  [[0.25, "before"], [0.3, "after"]].forEach(([right, when], at) => {
    const [left, rest] = [12 + 180 * at, (1 - right - 0.35) / 2];
    [[right, "cache", "right"], [0.35, "off", "wrong"], [rest, "other"], [rest, "other"]].forEach(([share, kind, name], place) => {
      const [x, y] = [left + 40 * place, 150 - 330 * share];
      one.bar(x, y, 32, 330 * share, kind);
      one.text(x + 16, y - 6, fixed(share, place > 1 ? 3 : 2), "small", "middle");
      if (name) one.text(x + 16, 165, say(name), "small", "middle");
    });
    one.text(left, 184, say(when, { loss: fixed(-Math.log(right), 3) }), "strong");
  });
  return { panels: [one] };
});

figure("guess-loss", { page: "guides/training-and-writing.md" }, ({ say, titled, numbers }) => {
  const { vocab_size: words } = numbers("deepseek-v3-base");
  const none = { words: fixed(words), loss: fixed(Math.log(words), 2) };
  const one = titled("title", 216, none, "says");
  const [x, y] = [(p) => 34 + 316 * p, (loss) => 186 - 29 * loss];
  one.axis(34, 8, y(0), 356);
  one.line(from(0.0025, 1, 0.0025).map((p) => [x(p), y(-Math.log(p))]), "attention");
  for (const [p, name, side] of [[Math.exp(-2), "two", 8], [0.5, "half", 8], [1, "sure", -6]]) {
    one.dots([[x(p), y(-Math.log(p))]], "attention");
    one.text(x(p) + side, y(-Math.log(p)) - 8 + Math.min(0, side), say(name), "", side < 0 ? "end" : "start");
  }
  one.text(x(0.06), 20, say("none", none), "strong");
  one.text(356, 208, say("probability"), "", "end");
  return { panels: [one] };
});

figure("two-sizes", { page: "guides/optimisers.md" }, ({ say, titled, text }) => {
  const gain = (fact) => text(`${fact}.value`).match(/\d+\.\d/g).reduce((before, after) => after - before);
  const panels = ["mmlu", "gsm8k"].map((test) => {
    const one = titled(test, 196);
    const y = (points) => 126 - 17 * points;
    one.line([[4, y(0)], [356, y(0)]], "dashed");
    const changes = [["mtp", "540b", "attention"], ["aux-loss-free", "578b", "expert"]].map(([technique, tokens, kind]) => [technique, kind,
      ["small-moe-15-7b-1-33t", `large-moe-228-7b-${tokens}`].map((pair) => gain(`${technique}/facts.${pair}-tokens-${test}`))]);
    const close = Math.abs(changes[0][2][1] - changes[1][2][1]) < 1 ? 8 : 0;
    changes.forEach(([technique, kind, gains], at) => {
      const places = gains.map((points, i) => [110 + 190 * i, y(points)]);
      one.line(places, kind);
      one.dots(places, kind);
      const signed = gains.map((points) => (points > 0 ? "+" : "") + minus(points, 1));
      one.text(100, places[0][1] + 4, `${say(technique)} ${signed[0]}`, "strong", "end");
      one.text(310, places[1][1] + 4 + close * (at ? 1 : -1), signed[1], "strong");
    });
    one.text(110, 188, say("small"), "", "middle");
    one.text(300, 188, say("large"), "", "middle");
    return one;
  });
  return { panels };
});
