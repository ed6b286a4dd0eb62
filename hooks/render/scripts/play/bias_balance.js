// The simulation is that of labs/balance.py.

// The bias that each expert has before a step, its load in the step, and how far the busiest lies above an even load.
function simulate(steps, N, K, T, u, noise) {
  const favour = range(N).map((i) => (i === N - 1 ? 0.65 : 0.35 + i * ((0.65 - 0.35) / (N - 1))));
  const even = (T * K) / N;
  let b = new Float64Array(N);
  const [loads, violations, biases] = [[], [], []];
  const ranked = new Float64Array(N);
  for (let step = 0; step < steps; step++) {
    const load = Array(N).fill(0);
    for (let t = 0; t < T; t++) {
      for (let i = 0; i < N; i++) ranked[i] = Math.min(Math.max(favour[i] + 0.15 * noise(step, t * N + i), 0), 1) + b[i];
      for (let k = 0; k < K; k++) {
        let best = 0;
        for (let i = 1; i < N; i++) if (ranked[i] > ranked[best]) best = i;
        load[best]++;
        ranked[best] = -Infinity;
      }
    }
    loads.push(load);
    violations.push((Math.max(...load) - even) / even);
    biases.push(b);
    b = b.map((one, i) => one + u * Math.sign(even - load[i]));
  }
  return { loads, violations, biases };
}

let table;
const runs = new Map();
function simulated({ rounds, tokens, sparsity, seed, table: count, stride }, N, u) {
  table ??= normal(count, seed);
  const key = `${N} ${u}`;
  if (!runs.has(key)) runs.set(key, simulate(rounds, N, N / sparsity, tokens, u, (step, i) => table[(i + step * stride) % count]));
  return runs.get(key);
}

figure("bias-balance", {
  page: "guides/experts.md", technique: "aux-loss-free", runs: "step",
  // `table` random numbers, which every step reads from another place, `stride` further on.
  data: () => ({ rounds: 200, tokens: 512, sparsity: 8, seed: 7, table: 2 ** 16, stride: 7919 }),
  inputs: ({ slider, number }) => [
    slider("speed", number("aux-loss-free/facts.bias-update-speed-of-deepseek-v3-first-14-3t-tokens.value"), [0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03]),
    slider("experts", 16, [8, 16, 32]),
    slider("step", 1, from(1, 200)),
  ],
}, (data, { speed, experts, step: number }) => {
  const { say, titled, rounds, kinds } = data;
  const step = number - 1;
  const { loads, violations, biases } = simulated(data, experts, speed);
  const without = simulated(data, experts, 0).violations;
  const load = titled("load", 250, { experts, step: number });
  const even = sum(loads[0]) / experts;
  const most = Math.max(...loads.flat());
  const far = Math.max(1e-9, ...biases.map((each) => Math.max(...each.map(Math.abs))));
  columns(experts, 0, 356, experts < 32 ? 3 : 2).forEach(([x, width], i) => {
    const [first, now, bias] = [loads[0][i], loads[step][i], biases[step][i]];
    load.bar(x, 150 - (first / most) * 132, width, (first / most) * 132, kinds.first);
    load.bar(x + width * 0.2, 150 - (now / most) * 132, width * 0.6, (now / most) * 132, kinds.load);
    load.bar(x, 204 - (22 * Math.max(bias, 0)) / far, width, (22 * Math.abs(bias)) / far, bias > 0 ? kinds.raised : kinds.lowered);
  });
  load.line([[0, 150 - (even / most) * 132], [356, 150 - (even / most) * 132]], "dashed");
  load.line([[0, 204], [356, 204]], "axis");
  load.text(0, 168, say("loads"), "small");
  load.key(0, 16, kinds.first, say("at_step", { step: 1 }));
  load.text(0, 244, say("biases"), "small");

  const path = titled("path", 250);
  const top = Math.max(...without, ...violations);
  const place = (i, value) => [46 + (304 * i) / (rounds - 1), 210 - (190 * value) / top];
  path.line([[46, 10], [46, 210], [356, 210]], "axis");
  for (let value = 0; value <= Math.floor(top); value++) path.text(40, 214 - (190 * value) / top, say("percent", { value: 100 * value }), "small", "end");
  for (const [kind, values] of [[kinds.without, without], [kinds.load, violations]]) path.line(values.map((value, i) => place(i, value)), kind);
  path.dots([place(step, violations[step])], `${kinds.load} here`);
  [[kinds.without, say("without")], [kinds.load, say("with")]].forEach(([kind, said], i) => {
    path.line([[46 + 150 * i, 243], [60 + 150 * i, 243]], kind);
    path.text(65 + 150 * i, 247, said);
  });
  for (const [at, anchor] of [[1, "start"], [rounds, "end"]]) path.text(place(at - 1, 0)[0], 230, say("at_step", { step: at }), "", anchor);
  const late = violations.slice(rounds / 2);
  return {
    panels: [load, path],
    said: { step: number, experts, with: fixed(100 * violations[step]), without: fixed(100 * without[step]), late: fixed((100 * sum(late)) / late.length) },
    says: violations[step] === without[step] ? "says_alike" : "says",
  };
});
