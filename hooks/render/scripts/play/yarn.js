// The arithmetic is that of labs/rope.py and labs/yarn.py.

const angles = (d, b) => range(d / 2).map((i) => b ** ((-2 * i) / d));
const turnsWithin = (theta, L) => (L * theta) / (2 * Math.PI);

function rampByPair(theta, L, alpha, beta) {
  const number = (wanted) => Math.log(turnsWithin(theta[0], L) / wanted) / Math.log(theta[0] / theta[1]);
  const [low, high] = [Math.max(Math.floor(number(beta)), 0), Math.min(Math.ceil(number(alpha)), 2 * theta.length - 1)];
  return theta.map((_, i) => 1 - Math.min(Math.max((i - low) / Math.max(high - low, 0.001), 0), 1));
}

const stretched = (theta, gamma, s) => theta.map((t, i) => ((1 - gamma[i]) * t) / s + gamma[i] * t);
const lengthFactor = (s, slope = 0.1) => slope * Math.log(s) + 1;

figure("yarn", {
  page: "guides/long-context.md", technique: "yarn", runs: "factor",
  data: ({ numbers, value }) => ({
    d: numbers("deepseek-v3-base").qk_rope_head_dim, base: value("deepseek-v3-base", "rope_theta"), length: value("deepseek-v3-base", "rope_scaling.original_max_position_embeddings"),
  }),
  // Which rotated pairs keep their speed: it starts with V3's bounds and factor.
  inputs: ({ slider, value }) => [
    slider("factor", value("deepseek-v3-base", "rope_scaling.factor"), from(2, 64)),
    slider("alpha", value("deepseek-v3-base", "rope_scaling.beta_slow"), from(1, 8)),
    slider("beta", value("deepseek-v3-base", "rope_scaling.beta_fast"), from(16, 64)),
  ],
}, ({ say, titled, kinds: { kept: fast, mixed, slowed }, d, base, length: L }, { factor: s, alpha, beta }) => {
  const theta = angles(d, base);
  const share = stretched(theta, rampByPair(theta, L, alpha, beta), s).map((t, i) => t / theta[i]);
  const kinds = share.map((x) => (x > 0.99 ? fast : x < 1.01 / s ? slowed : mixed));
  const log = theta.map((t) => Math.log10(turnsWithin(t, L)));
  const [low, high] = [Math.min(...log), Math.max(...log)];
  const y = (value) => 190 - (170 * (value - low)) / (high - low);
  const turns = titled("turns", 214, { length: fixed(L) });
  const kept = titled("kept", 214, { factor: s });
  columns(theta.length, 0, 356, 2).forEach(([x, width], i) => {
    turns.bar(x, y(log[i]), width, 190 - y(log[i]), kinds[i]);
    kept.bar(x, 190 - 170 * share[i], width, 170 * share[i], kinds[i]);
  });
  for (const bound of [alpha, beta]) {
    const place = y(Math.log10(bound));
    turns.line([[0, place], [356, place]], "dashed");
    turns.text(356, place - 5, say("bound", { count: bound }), "", "end");
  }
  for (const one of [turns, kept]) {
    one.line([[0, 190], [356, 190]], "axis");
    one.text(0, 208, say("pair", { number: 1 }));
    one.text(356, 208, say("pair", { number: theta.length }), "", "end");
  }
  [[fast, say("fast")], [mixed, say("mixed")], [slowed, say("slow", { factor: s })]].forEach(([kind, said], i) => kept.key(10 + 104 * i, 14, kind, said));
  const count = (kind) => kinds.filter((one) => one === kind).length;
  return {
    panels: [turns, kept],
    said: { factor: s, length: fixed(L), longer: fixed(L * s), pairs: theta.length, fast: count(fast), mixed: count(mixed), slow: count(slowed), sharp: fixed(lengthFactor(s), 2) },
  };
});
