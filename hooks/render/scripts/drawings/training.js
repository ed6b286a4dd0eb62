// Drawings of training (objectives, data, optimisers, number formats) and of what follows it (fine-tuning, preferences, rewards).

drawing("mtp", (d, f) => {
  d.use("deepseek-v3-base");
  const speed = (d.numbers.speed = d.fact("generation-speed-with-the-module-as-drafter"));
  d.numbers.accepted = d.factText("acceptance-of-the-second-token");
  const sample = d.sample();
  for (const [name, ahead, letter] of [["next", 1, "A"], ["after_next", 2, "E"]]) {
    f.caption(name, "strong");
    const guesses = f.cells(letter.repeat(6 - ahead) + " ".repeat(ahead), { height: 26, texts: sample.slice(ahead) });
    f.skip(22);
    const text = f.cells("GGGGGG", { height: 26, texts: sample });
    for (const i of range(6 - ahead)) f.link(text[i], guesses[i], letter);
    f.skip(6);
  }
  f = d.frame("join", String.raw`\class{expert}{h'_i} = M [ \class{attention}{h_i} ; \mathrm{Emb}(t_{i+1}) ]`);
  const out = f.cell("E", { width: 150, height: 26, texts: sample.slice(-1) });
  f.skip(24);
  const block = f.cell("e", { width: 200, height: 30, texts: ["block"] });
  f.skip(30);
  const [hidden, told] = f.cells("AG", { height: 40, gap: 30, texts: ["hidden", "told"] });
  f.link(block, out, "E");
  f.link(hidden, block, "A");
  f.link(told, block);
  f.caption("shared_parts");
  f = d.frame("learn", String.raw`\mathcal{L} = \class{attention}{\mathcal{L}_{\mathrm{main}}} + \lambda \, \class{expert}{\mathcal{L}_{\mathrm{MTP}}}`);
  const [first, last] = ["first-10t", "last-4-8t"].map((part) => d.fact(`loss-weight-of-deepseek-v3-${part}-tokens`));
  f.caption("weights");
  f.bars([["main_loss", 1, "A", "=1"], ["first_part", first, "E", `=${first}`], ["last_part", last, "E", `=${last}`]]);
  f = d.frame("draft", String.raw`1 + \class{expert}{p}`);
  f.caption("one_pass", "strong");
  f.cells("GGGAE ", { height: 26, texts: sample.slice(0, 5) });
  f.legend(["A", "sure"], ["E", "guessed"]);
  f.skip(8);
  f.bars([["alone", 1, "A", "=1"], ["drafting", speed, "E", `=${speed}`]]);
});

drawing("fim", (d, f) => {
  d.numbers.rate = fixed(100 * d.fact("fim-rate-of-deepseek-v3"));
  f.caption("written", "strong");
  f.lanes([["=", [[0, 4, "a", "prefix"], [4, 3, "E", "middle"], [7, 4, "o", "suffix"]]]], { height: 34 });
  f.arrow("rearranged");
  f.caption("trained", "strong");
  f.lanes([["=", [[0, 0.5, "G"], [0.5, 4, "a", "prefix"], [4.5, 0.5, "G"], [5, 4, "o", "suffix"], [9, 0.5, "G"], [9.5, 3, "E", "middle"]]]], { height: 34 });
  f.legend(["G", "special"]);
});

drawing("byte-bpe", (d, f) => {
  // What a word of ten letters is cut into, and the same letters of one colour.
  const colours = { lo: "a", w: "g", er: "o", low: "A", lower: "E" };
  const pieces = { pair: ["lo", "w", "er", "lo", "w", "er"], again: ["low", "er", "low", "er"], full: ["lower", "lower"] };
  f.caption("bytes", "strong");
  f.cells("gggggggggg", { height: 28, texts: [..."lowerlower"].map((letter) => `=${letter}`) });
  for (const [name, parts] of Object.entries(pieces)) {
    f.caption(name, "strong");
    const events = parts.map((part, i) => [sum(parts.slice(0, i).map(({ length }) => length)), part.length, name === "again" && part === "er" ? "O" : colours[part], `=${part}`]);
    f.lanes([["=", events]], { height: 28 });
  }
  f.caption("chinese", "strong");
  f.cells("ggg", { width: 58, height: 28, texts: ["=E6", "=B7", "=B1"] });
  f.cells("E", { width: 180, height: 28, texts: ["=深"] });
});

drawing("document-packing", (d, f) => {
  f.caption("cut", "strong");
  f.lanes([["=", [[0, 6, "A"], [6, 4, "E"]]], ["=", [[0, 3, "E"], [3, 5, "O"], [8, 2, "I"]]], ["=", [[0, 2, "I"], [2, 3, "C"], [5, 5, "X"]]]], { length: 10 });
  f.caption("packed", "strong");
  f.lanes([["=", [[0, 6, "A"], [6, 4, "I"]]], ["=", [[0, 7, "E"], [7, 3, "C"]]], ["=", [[0, 5, "O"], [5, 5, "X"]]]], { length: 10 });
});

drawing("multi-step-lr", (d, f) => {
  const { x, steps } = lab("learning_rates", 200);
  const rates = x.map((t, i) => [t, 0.95 * steps[i]]);
  f.curves([[rates.map(([t, rate]) => [t / 2, rate]), "e"], [rates, "A"]], "tokens", "rate", 150);
  f.legend(["A", "whole"], ["E", "half"]);
});

drawing("wsd", (d, f) => {
  const cosine = range(60).map((i) => [0.05 + (0.95 * i) / 59, 0.95 * (0.55 + 0.45 * Math.cos((Math.PI * i) / 59))]);
  f.curves([[cosine, "e"], [[[0, 0], [0.05, 0.95], [0.8, 0.95], [1, 0.095]], "A"], [[[0.4, 0.95], [0.5, 0.095]], "c"]], "tokens", "rate", 150);
  f.legend(["A", "wsd"], ["C", "branch"], ["E", "cosine"]);
});

drawing("adamw", (d, f) => {
  const sizes = [3.0, 0.2, 1.2, 0.05, 2.0, 0.4, 0.8, 0.1];
  const gradients = random(2, ["normal", 0.8, 0.5, [60, 8]])[0].map((row) => row.map((each, i) => sizes[i] * each));
  const mean = (decay, power) => sizes.map((_, i) => gradients.reduce((so_far, row) => decay * so_far + (1 - decay) * row[i] ** power, 0));
  const [m, v] = [mean(0.9, 1), mean(0.95, 2)];
  f.caption("gradients", "strong");
  f.columns(gradients.at(-1), "E");
  f.caption("steps", "strong");
  f.columns(m.map((each, i) => each / Math.sqrt(v[i])), "A", { height: 60 });
  f.caption("decay", "strong");
  f.lanes([["weight", [[0, 9, "A"], [9, 1, "x"]]]], { length: 10 });
});

drawing("muon", (d, f) => {
  d.numbers.iterations = d.fact("newton-schulz-iterations");
  const values = lab("muon_values");
  for (const [name, letter] of [["before", "E"], ["after", "A"]]) {
    f.caption(name, "strong");
    f.columns(values[name], letter, { line: 1, height: 80 });
  }
  f.caption("directions");
  const [few, strength] = [12, (x, [a, b, c]) => a * x + b * x ** 3 + c * x ** 5];
  const [coarse, exact] = ["first-8-iterations-a-b-c", "last-2-iterations-a-b-c"].map((name) => d.factText(name).replaceAll("−", "-").split(/[,，、]\s*/).map(Number));
  f = d.frame("gather", String.raw`\class{expert}{M} \leftarrow \mu M + G`);
  f.columns(values.before.slice(0, few), "E", { line: 1, height: 110 });
  f.caption("gathered");
  f = d.frame("even", String.raw`\class{attention}{\sigma'} = a \sigma + b \sigma^3 + c \sigma^5`);
  const rounds = (x, steps) => steps.reduce(strength, x);
  const curve = (steps) => range(61).map((i) => [i / 60, rounds(i / 60, steps) / 1.3]);
  f.curves([[curve([coarse]), "a"], [curve([...Array(8).fill(coarse), ...Array(2).fill(exact)]), "A"]], "strength_before", "strength_after");
  f.legend(["a", "once"], ["A", "all_rounds"]);
  f = d.frame("step", String.raw`W \leftarrow W - \eta \gamma \sqrt{\max(n, m)} \, \class{attention}{O}`);
  f.columns(values.after.slice(0, few), "A", { line: 1, height: 110 });
  f.caption("stepped");
});

drawing("sinkhorn-momentum", (d, f) => {
  const columns = f.split([1, 1], 40);
  Object.entries(lab("evened_momentum")).forEach(([name, matrix], i) => {
    const column = columns[i];
    const lengths = matrix.map((row) => Math.hypot(...row));
    column.caption(name, "strong");
    column.squares(matrix, 15, 2);
    lengths.forEach((length, row) => column.panel.bar(column.x + 96, column.y + 15 * row + 2, Math.max(1, (55 * length) / Math.max(...lengths)), 9, "attention"));
    column.skip(15 * matrix.length);
  });
  f.join(columns);
  f.legend(["I", "entries"], ["A", "lengths"]);
});

drawing("ema-cpu", (d, f) => {
  const raw = random(8, ["standard_normal", [90]])[0].map((chance, i) => 0.15 + 0.7 * (1 - Math.exp((-3 * i) / 89)) + 0.09 * chance);
  const mean = raw.slice(0, 1);
  for (const weight of raw.slice(1)) mean.push(0.9 * mean.at(-1) + 0.1 * weight);
  const over = (weights) => weights.map((weight, i) => [i / 89, weight]);
  f.curves([[over(raw), "E"], [over(mean), "A"]], "steps", "weight", 130);
  f.legend(["E", "on_gpu"], ["A", "on_cpu"]);
  f.flow([["gpu", "E"], ["cpu", "A"]]);
  f.caption("meanwhile");
});

const EXPONENT_AND_MANTISSA = { FP32: [8, 23], BF16: [8, 7], FP8: [4, 3], FP4: [2, 1] }; // in bits, beside one for the sign

// A lane in bits for each number format.
function formats(f, names, length, height = 24) {
  f.legend(["X", "sign"], ["I", "exponent"], ["A", "mantissa"]);
  f.lanes(names.map((name) => {
    const [exponent, mantissa] = EXPONENT_AND_MANTISSA[name];
    return [`=${name}`, [[0, 1, "X"], [1, exponent, "I", `=${exponent}`], [1 + exponent, mantissa, "A", `=${mantissa}`]]];
  }), { length, height });
}

drawing("mixed-precision", (d, f) => {
  formats(f, ["FP32", "BF16"], 32);
  f.skip(8);
  f.flow([["master", "C"], ["copy", "A"], ["gradients", "E"]], { back: "update" });
});

drawing("fp8-training", (d, f) => {
  const [without, promoted] = [null, 128].map((every) => lab("fp8.dot_error", 4096, every));
  Object.assign(d.numbers, { bits: d.fact("accumulation-in-the-fp8-units-of-the-h800"), long: fixed(100 * without, 2), promoted: fixed(100 * promoted, 2) });
  formats(f, ["BF16", "FP8"], 16, 34);
  f.caption("half", "strong");
  f.columns([0.02, 0.05, 0.03, 0.08, 0.04, 0.06, 9.0, 0.05], "eeeeeeXe", { height: 70 });
  f.caption("one_scale");
  f = d.frame("scale", String.raw`s = \frac{\max_i |x_i|}{448}, \qquad \class{attention}{\hat{x}_i} = \mathrm{FP8}\left(\frac{x_i}{s}\right)`);
  f.caption("activations", "strong");
  f.grid(range(4).map((row) => (row % 2 ? "aaaaAAAA" : "AAAAaaaa").repeat(3)));
  f.caption("tile");
  f.caption("weights", "strong");
  f.grid(range(8).map((row) => (row < 4 ? "eeeeEEEE" : "EEEEeeee").repeat(3)));
  f.caption("block");
  f = d.frame("multiply", String.raw`C_{ij} = \sum_{g} \class{index}{s^A_{i,g} s^B_{g,j}} \left( \sum_{k \in g} \class{attention}{\hat{A}_{ik}} \class{expert}{\hat{B}_{kj}} \right)`);
  ["forward", "grad_input", "grad_weight"].forEach((name, i) => f.flow([[name, "AEO"[i]], ["in_fp8", "g"], ["scaled", "I"]]));
  f.caption("kept_high");
  f = d.frame("promote", String.raw`\sum_{k=1}^{4096} = \sum_{g=1}^{32} \class{cache}{\mathrm{FP32}} \left( \sum_{k \in g} \class{attention}{\mathrm{FP8}} \right)`);
  f.caption("partial");
  const parts = f.cells("AAAAAAAA", { height: 24 });
  f.skip(26);
  f.links(parts, f.cell("C", { width: 140, height: 28, texts: ["=FP32"] }), "C");
  f.skip(6);
  f.bars([["without", without, "X", `=${d.numbers.long}%`], ["with", promoted, "C", `=${d.numbers.promoted}%`]]);
});

drawing("fp4-qat", (d, f) => {
  f.caption("levels", "strong");
  const [y, levels] = [f.y + 14, [0.5, 1, 1.5, 2, 3, 4, 6]];
  f.panel.line([[f.x + 8, y], [f.x + f.width - 8, y]], "axis");
  f.panel.dots([...levels.map((v) => -v).reverse(), 0, ...levels].map((v) => [f.x + f.width / 2 + (v * (f.width / 2 - 12)) / 6, y]), "attention");
  f.skip(24);
  f.columns(range(49).map((i) => Math.exp(-(((i - 24) / 9) ** 2))), "g", { height: 50 });
  f.caption("weights");
  f.flow([["=FP32", "C"], ["=FP4", "A"], ["=FP8", "O"]], { back: "straight" });
  formats(f, ["FP4", "FP8"], 8);
});

drawing("in-place-cross-entropy", (d, f) => {
  d.use("deepseek-llm-7b-base");
  f.caption("vocabulary");
  f.caption("usual", "strong");
  f.lanes([["=", [[0, 1, "A", "logits"]]], ["=", [[0, 1, "X", "gradient"]]]], { length: 1, height: 34 });
  f.caption("in_place", "strong");
  f.lanes([["=", [[0, 0.5, "E", "gradient"], [0.5, 0.5, "A", "logits"]]]], { length: 1, height: 34 });
  f.caption("kernel");
});

drawing("recompute", (d, f) => {
  f.caption("stored", "strong");
  f.cells("CCCCCCCCCCCC", { height: 34 });
  f.caption("every");
  f.skip(6);
  f.caption("recomputed", "strong");
  f.cells("C...C...C...", { height: 34 });
  f.cells("EEEEEEEEEEEE", { height: 12 });
  f.caption("again");
  f.legend(["C", "kept"], [".", "thrown"], ["E", "backward"]);
});

drawing("sft", (d, f) => {
  f.caption("sample", "strong");
  f.cells("gggAAAA", { height: 30, texts: d.sample() });
  f.caption("loss", "strong");
  f.columns([0, 0, 0, 2.1, 0.3, 1.6, 0.2], "A", { height: 70 });
  f.legend(["g", "request"], ["A", "answer"]);
});

drawing("rlhf", (d, f) => {
  f.caption("people", "strong");
  f.flow([["better", "C"], ["worse", "x"]], { arrows: false });
  f.arrow("learns");
  f.flow([["reward_model", "I"]]);
  f.arrow();
  f.flow([["policy", "A"], ["answers", "a"], ["score", "I"]], { back: "update" });
});

drawing("ppo", (d, f) => {
  for (const [name, letter, limit, up] of [["good", "A", 1.2, "objective"], ["bad", "X", 0.8, "penalty"]]) {
    f.caption(name, "strong");
    const bounded = name === "good" ? Math.min : Math.max;
    f.curves([[range(60).map((i) => 0.2 + (1.6 * i) / 59).map((x) => [x / 2, 0.1 + 0.4 * bounded(x, limit)]), letter]], "ratio", up, 80);
  }
  f.caption("flat");
  const [expected, rewards] = [[0.5, 0.4, 0.6, 0.3, 0.8], [0, 0, 0, 0, 1]];
  const differences = rewards.map((r, i) => r + (expected[i + 1] ?? 0) - expected[i]);
  f = d.frame("reward", String.raw`\class{cache}{r_t} = [t = T] \, r - \beta \log \frac{\pi_\theta}{\pi_{\mathrm{ref}}}`);
  f.columns(rewards.map((r) => r - 0.05), ["X", "X", "X", "X", "C"], { height: 110 });
  f.caption("last_alone");
  f = d.frame("expect", String.raw`\delta_t = r_t + \class{index}{V_{t+1}} - \class{index}{V_t}`);
  f.columns(expected, "I", { height: 60 });
  f.caption("expected");
  f.columns(differences, differences.map((one) => (one > 0 ? "A" : "X")), { height: 70 });
  f.caption("differences");
  f = d.frame("clip", String.raw`\min\left(\class{attention}{\rho} A, \; \mathrm{clip}(\rho, 1 - \varepsilon, 1 + \varepsilon) A\right)`);
  f.curves([[range(61).map((i) => i / 60).map((x) => [x, Math.min(x, 0.6) * 1.2]), "A"], [[[0, 0], [0.8, 0.96]], "g"]], "ratio", "objective");
  f.caption("bend");
});

drawing("dpo", (d, f) => {
  f.caption("start", "strong");
  f.bars([["preferred", 0.5, "c", "="], ["other", 0.5, "x", "="]], { most: 1 });
  f.arrow("pushes");
  f.caption("after", "strong");
  f.bars([["preferred", 0.85, "C", "="], ["other", 0.3, "X", "="]], { most: 1 });
  f.caption("difference");
  const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  const over = (shape) => range(61).map((i) => [i / 60, shape(i / 5 - 6)]);
  f = d.frame("ratio", String.raw`\class{cache}{r_w} = \beta \log \frac{\pi(y_w)}{\pi_{\mathrm{ref}}(y_w)} \qquad \class{off}{r_l} = \ldots`);
  f.bars([["preferred_ref", 0.3, "c", "="], ["preferred_now", 0.45, "C", "="], ["other_ref", 0.4, "x", "="], ["other_now", 0.3, "X", "="]], { most: 0.6 });
  f = d.frame("differ", String.raw`\class{attention}{P} = \sigma(r_w - r_l)`);
  f.curves([[over(sigmoid), "A"]], "margin", "called_right");
  f = d.frame("push", String.raw`\nabla \propto \class{off}{1 - \sigma(r_w - r_l)}`);
  f.curves([[over((x) => 1 - sigmoid(x)), "X"]], "margin", "strength");
});

drawing("grpo", (d, f) => {
  const rewards = [1, 0, 0, 1, 0, 1, 0, 0];
  const mean = sum(rewards) / rewards.length;
  const advantages = lab("grpo.advantages", rewards);
  const [up, down] = [Math.max, Math.min].map((end) => fixed(end(...advantages), 2));
  const { right: good, wrong: bad } = MEANINGS.grpo;
  const signs = rewards.map((r) => (r ? good : bad)).join("");
  Object.assign(d.numbers, { group: rewards.length, right: sum(rewards), up, down, wrong: down.replace("-", "−"), mean: fixed(mean, 3) });
  const question = f.cell("G", { width: 120, height: 26, texts: ["question"] });
  f.skip(34);
  for (const one of f.cells("AAAAAAAA", { height: 40, gap: 8 })) f.link(question, one, "A", true);
  f.cells(signs, { height: 22, gap: 8, texts: rewards.map((r) => `=${r}`) });
  f.skip(6);
  f.columns(advantages, signs, { height: 80 });
  f.legend([good, "above_mean"], [bad, "below_mean"]);
  f = d.frame("answer", String.raw`\class{attention}{o_1, \ldots, o_G} \sim \pi_{\theta_{\mathrm{old}}}, \qquad r_i \in \{\class{cache}{1}, \class{off}{0}\}`);
  f.lanes([5, 3, 6, 4, 7, 6, 2, 5].map((long, i) => [`=${i + 1}`, [[0, long, "A"], [long, 0.5, signs[i]]]]), { length: 8, height: 16 });
  f.legend(["A", "written"], [good, "right_answer"], [bad, "wrong_answer"]);
  f = d.frame("compare", String.raw`\hat{A}_i = \frac{r_i - \mathrm{mean}(r)}{\mathrm{std}(r)} \in \{\class{cache}{<up>}, \class{off}{<down>}\}`);
  f.columns(rewards.map((r) => r + 0.001), signs, { line: mean, height: 60 });
  f.caption("mean_reward");
  f.columns(advantages, signs, { height: 70 });
  f.caption("sum_zero");
  f = d.frame("push", String.raw`\min\left(\rho \hat{A}, \; \mathrm{clip}(\rho, 1 - \varepsilon, 1 + \varepsilon) \hat{A}\right) \qquad - \beta \, \class{index}{D_{\mathrm{KL}}}`);
  f.caption("before_step");
  f.columns(Array(8).fill(0.5), "a", { height: 44 });
  f.caption("after_step");
  f.columns(rewards.map((r) => 0.5 + (r ? 0.22 : -0.13)), signs, { height: 64 });
  f.legend(["I", "leash"]);
});

drawing("rule-based-reward", (d, f) => {
  for (const [given, check, letter] of [["boxed_right", "one", "C"], ["boxed_wrong", "zero", "X"], ["program", "tests", "C"]]) f.flow([[given, "a"], ["rule", "I"], [check, letter]]);
  f.caption("no_network");
  const judged = (rows) => {
    f.lanes(rows.map(([long, value, right], i) => [`=${i + 1}`, [[0, long, "A"], [long, 1.6, "I", `=${value}`], [14.4, 1.6, right ? "C" : "X", right ? "=1" : "=0"]]]), { length: 16, height: 24 });
    f.legend(["A", "text"], ["I", "box"], ["C", "right"], ["X", "wrong"]);
  };
  f = d.frame("judge");
  f.curves([[range(31).map((i) => [i / 30, 0.95 * (1 - Math.exp(-i / 9))]), "I"], [range(31).map((i) => [i / 30, 0.35 + 0.9 * (i / 30) - 1.1 * (i / 30) ** 2]), "C"]], "training", "height", 130);
  f.legend(["I", "marks"], ["C", "quality"]);
  f = d.frame("look", String.raw`r \in \{\class{cache}{1}, \class{off}{0}\}`);
  f.caption("known");
  judged([[9, 4, true], [6, 5, false], [12, 4, true], [8, 4, true], [11, 7, false]]);
  f = d.frame("blind");
  f.caption("mixed", "strong");
  const answer = (row) => f.cells(`${row}IC`, { height: 22, gap: 2 });
  answer("AAOAAOOAAAOAAA");
  answer("AAAAAAAAAAAAAA");
  f.legend(["A", "asked"], ["O", "other"]);
  f.skip(4);
  const zero = "model:deepseek-r1/";
  f.caption("aime", "strong");
  f.bars([["before_training", number(`${zero}training.zero-rl.details.aime-2024-before-training-pass-1.value`), "c"], ["after_training", number(`${zero}evaluation.stages.rows.aime-2024.scores.deepseek-r1-zero`), "C"]].map(([label, value, letter]) => [label, value, letter, `=${fixed(value, 1)}`]), { most: 100 });
});

drawing("generative-rm", (d, f) => {
  f.flow([["answer", "a"], ["judge", "I"]]);
  f.arrow("writes");
  f.flow([["criticism", "i"]]);
  f.arrow("then");
  f.flow([["=7", "C"], ["=8", "C"], ["=7", "C"]], { arrows: false });
  f.caption("votes");
});

drawing("cold-start", (d, f) => {
  f.caption("without", "strong");
  f.flow([["base", "G"], ["rl", "A"], ["mixed", "x"]]);
  f.caption("with", "strong");
  f.flow([["base", "G"], ["few", "C"], ["rl", "A"]]);
  f.arrow();
  f.flow([["readable", "C"]]);
  f.caption("amount");
});

drawing("rejection-sampling", (d, f) => {
  const row = "CXXCXCXXXCXX";
  f.caption("samples", "strong");
  f.cells("A".repeat(12), { height: 34 });
  f.arrow("check");
  const passed = f.cells(row, { height: 34 }).filter((_, i) => row[i] === "C");
  f.skip(26);
  f.cells("CCCC", { height: 34, width: 24, gap: 6 }).forEach((to, i) => f.link(passed[i], to, "C"));
  f.caption("tuning");
  f.legend(["C", "passes"], ["X", "fails"]);
});

drawing("distillation", (d, f) => {
  const size = (id) => number(`variant:deepseek-r1${id}/parameters.total`);
  const [whole, [left, right]] = [size(""), f.split([1, 1])];
  left.panel.bar(left.x, left.y, 130, 130, "attention");
  left.panel.text(left.x + 65, left.y + 70, "R1", "on", "middle");
  left.skip(134);
  left.caption(`=${fixed(whole / 1e9)}B`, "strong");
  for (const student of ["llama-70b", "qwen-32b", "qwen-7b"].map((id) => size(`-distill-${id}`))) {
    const edge = 130 * Math.sqrt(student / whole);
    right.panel.arrow(right.x - 30, right.y + edge / 2, right.x, right.y + edge / 2);
    right.panel.bar(right.x + 10, right.y, edge, edge, "expert");
    right.panel.text(right.x + 64, right.y + edge / 2 + 5, `${fixed(student / 1e9)}B`, "strong");
    right.skip(edge + 18);
  }
  f.join([left, right]);
  f.caption("areas");
  f.caption("answers");
  const edge = (id) => 130 * Math.sqrt(size(id) / whole);
  const small = edge("-distill-qwen-32b");
  const square = (x, side, letter, name) => {
    f.panel.bar(f.x + x, f.y + 65 - side / 2, side, side, KINDS[letter]);
    if (name) f.panel.text(f.x + x + side / 2, f.y + 70, name, "on", "middle");
  };
  const [own] = numbersOf("model:deepseek-r1/training.distillation.details.aime-2024-math-500-gpqa-diamond-and-livecodebench-of-qwen-s-32b-base-model-after-reinforcement-learning-instead.value");
  const taught = number("deepseek-r1/evaluation.distilled.rows.aime-2024-pass-1.scores.deepseek-r1-distill-qwen-32b");
  const score = (label, value) => [label, value, "E", `=${fixed(value, 1)}`];
  const samples = (d.numbers.samples = number("model:deepseek-r1/training.distillation.data.samples"));
  f = d.frame("alone");
  square(5, small, "E");
  f.panel.arrow(f.x + 40, f.y + 65, f.x + 164, f.y + 65);
  f.panel.text(f.x + 102, f.y + 57, d.say("tries"), "", "middle");
  const solved = lab("picked", 3, 100, 22);
  for (const letter of "xC") f.panel.cells(range(100).filter((i) => solved.includes(i) === (letter === "C")).map((i) => [f.x + 170 + (i % 10) * 13, f.y + Math.floor(i / 10) * 13]), 11.5, 11.5, KINDS[letter]);
  f.skip(138);
  f.legend(["C", "rewarded"], ["x", "not_rewarded"]);
  f.bars([score("own_score", own)], { most: 100 });
  f = d.frame("copy");
  square(170, 130, "A", "R1");
  square(5, small, "E");
  f.panel.arrow(f.x + 164, f.y + 65, f.x + 40, f.y + 65);
  f.panel.text(f.x + 102, f.y + 57, d.say("texts"), "", "middle");
  f.skip(138);
  f.caption("teacher_thinks");
  f.columns([0.06, 0.5, 0.12, 0.2, 0.04, 0.08], "aaaAaa", { height: 50 });
  f.caption("student_sees");
  f.cells("...A..", { height: 14 });
  f = d.frame("gain");
  f.caption("aime", "strong");
  f.bars([score("own_score", own), score("taught_score", taught)], { most: 100 });
  f.caption("length", "strong");
  const [before, after] = numbersOf("distillation/facts.the-same-average-length-of-answers.value");
  f.bars([["short_answers", before, "a"], ["expert_answers", after, "A"]]);
});

drawing("on-policy-distillation", (d, f) => {
  f.caption("student", "strong");
  f.cells("EEEEEE", { height: 28, texts: d.sample() });
  f.caption("teacher", "strong");
  f.columns([0.9, 0.85, 0.8, 0.7, 0.75, 0.06], "AAAAAX", { height: 60 });
  f.caption("every_position");
  f.flow([["maths", "A"], ["code", "A"], ["agent", "A"]], { arrows: false });
  f.arrow("one_model");
  f.flow([["student_box", "E"]]);
});

drawing("esft", (d, f) => {
  f.caption("whole", "strong");
  f.cells("E".repeat(32), { height: 34, gap: 2 });
  f.caption("some", "strong");
  f.cells(range(32).map((i) => ([3, 9, 10, 22, 29].includes(i) ? "E" : "g")).join(""), { height: 34, gap: 2 });
  f.legend(["E", "trained"], ["g", "frozen"]);
  f.caption("task");
});
