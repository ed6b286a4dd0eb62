// The arithmetic is that of labs/speculative.py.

const tokensPerPass = (alpha, gamma) => (alpha === 1 ? gamma + 1 : (1 - alpha ** (gamma + 1)) / (1 - alpha));
const speedup = (alpha, gamma, c) => tokensPerPass(alpha, gamma) / (gamma * c + 1);

figure("speculative", {
  page: "guides/serving.md", technique: "speculative-decoding", runs: "alpha",
  // With V3's module, at the rate that V3 published.
  data: ({ text }) => ({ most: 8, published: parseInt(text("mtp/facts.acceptance-of-the-second-token.value")) }),
  inputs: ({ slider, say, numbers, published }) => {
    const { num_nextn_predict_layers: guesses, num_hidden_layers: layers } = numbers("deepseek-v3-base");
    return [slider("alpha", published, from(0, 100), say("percent")), slider("gamma", guesses, from(1, 8)), slider("cost", Math.round((100 * guesses) / layers), from(0, 50), say("percent"))];
  },
  still: ({ say, titled, lab, kinds }) => {
    const [p, q] = [[0.42, 0.25, 0.18, 0.1, 0.05], [0.3, 0.4, 0.1, 0.15, 0.05]];
    const rule = titled("rule", 230);
    columns(p.length, 0, 356, 14).forEach(([x, width], i) => {
      const [half, common] = [width / 2 - 1, Math.min(p[i], q[i])];
      rule.bar(x, 180 - 380 * p[i], half, 380 * p[i], kinds.large);
      rule.bar(x + half + 2, 180 - 380 * q[i], half, 380 * q[i], kinds.rejected);
      rule.bar(x + half + 2, 180 - 380 * common, half, 380 * common, kinds.draft);
      rule.text(x + width / 2, 196, "abcde"[i], "strong", "middle");
    });
    rule.text(0, 218, say("kept", { share: fixed(100 * lab("speculative.acceptance", p, q)) }), "strong");
    rule.legend(70, 6, [kinds.large, say("large")], [kinds.draft, say("accepted")], [kinds.rejected, say("rejected")]);
    return [rule];
  },
}, ({ say, titled, kinds, most, published }, { alpha: rate, gamma, cost }) => {
  const [alpha, c] = [rate / 100, cost / 100];
  const tokens = tokensPerPass(alpha, gamma);
  const passes = titled("passes", 230);
  passes.line([[30, 10], [30, 190], [356, 190]], "axis");
  for (let guesses = 1; guesses <= most; guesses++) {
    const points = range(51).map((i) => [30 + 6 * i, 190 - 20 * tokensPerPass((2 * i) / 100, guesses)]);
    passes.line(points, guesses === gamma ? kinds.large : "faint");
    passes.text(336, points.at(-1)[1] + 4, guesses, guesses === gamma ? "strong" : "small");
  }
  passes.line([[30 + 3 * published, 16], [30 + 3 * published, 190]], "dashed");
  passes.text(24 + 3 * published, 14, say("published", { share: published }), "small", "end");
  passes.dots([[30 + 300 * alpha, 190 - 20 * tokens]], `${kinds.large} here`);
  for (let number = 1; number <= most; number += 2) passes.text(24, 194 - 20 * number, number, "small", "end");
  passes.text(30, 208, say("rate", { share: 0 }));
  passes.text(330, 208, say("rate", { share: 100 }), "", "end");
  passes.text(30, 226, say("here"), "small");

  const speeds = range(most).map((i) => speedup(alpha, i + 1, c));
  const fastest = Math.max(1, ...speeds); // not to guess at all is one way
  const best = speeds.indexOf(fastest) + 1;
  const speed = titled("speed", 230);
  const top = Math.max(2, ...speeds);
  columns(most, 0, 356, 8).forEach(([x, width], i) => {
    const [guesses, tall] = [i + 1, (speeds[i] / top) * 160];
    speed.bar(x, 190 - tall, width, tall, guesses === gamma ? kinds.large : `${kinds.large} soft`);
    // In the bar where it is high enough: the dashed line is near its end.
    speed.text(x + width / 2, tall < 20 ? 184 - tall : 204 - tall, speeds[i].toFixed(2), guesses === gamma && tall >= 20 ? "on" : guesses === best ? "strong" : "small", "middle");
    speed.text(x + width / 2, 208, guesses, guesses === gamma ? "strong" : "", "middle");
  });
  speed.line([[0, 190 - 160 / top], [356, 190 - 160 / top]], "dashed");
  speed.text(0, 226, say("guesses"), "small");
  return { panels: [passes, speed], said: { alpha: rate, gamma, cost, tokens: figures(tokens), speed: figures(speeds[gamma - 1]), best, limit: most, most: figures(fastest) }, says: best ? "says" : "none" };
});
