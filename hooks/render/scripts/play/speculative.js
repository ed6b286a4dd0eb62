// The arithmetic is that of labs/speculative.py.

const tokensPerPass = (alpha, gamma) => (alpha === 1 ? gamma + 1 : (1 - alpha ** (gamma + 1)) / (1 - alpha));
const speedup = (alpha, gamma, c) => tokensPerPass(alpha, gamma) / (gamma * c + 1);

play("speculative", ({ words, kinds, most, published }, { alpha: rate, gamma, cost }) => {
  const [alpha, c] = [rate / 100, cost / 100];
  const tokens = tokensPerPass(alpha, gamma);
  const passes = panel(words.passes, 230, words.passes_says);
  passes.line([[30, 10], [30, 190], [356, 190]], "axis");
  for (let guesses = 1; guesses <= most; guesses++) {
    const points = range(51).map((i) => [30 + 6 * i, 190 - 20 * tokensPerPass((2 * i) / 100, guesses)]);
    passes.line(points, guesses === gamma ? kinds.large : "faint");
    passes.text(336, points.at(-1)[1] + 4, guesses, guesses === gamma ? "strong" : "small");
  }
  passes.line([[30 + 3 * published, 16], [30 + 3 * published, 190]], "dashed");
  passes.text(24 + 3 * published, 14, filled(words.published, { share: published }), "small", "end");
  passes.dots([[30 + 300 * alpha, 190 - 20 * tokens]], `${kinds.large} here`);
  for (let number = 1; number <= most; number += 2) passes.text(24, 194 - 20 * number, number, "small", "end");
  passes.text(30, 208, filled(words.rate, { share: 0 }));
  passes.text(330, 208, filled(words.rate, { share: 100 }), "", "end");
  passes.text(30, 226, words.here, "small");

  const speeds = range(most).map((i) => speedup(alpha, i + 1, c));
  const fastest = Math.max(1, ...speeds); // not to guess at all is one way
  const best = speeds.indexOf(fastest) + 1;
  const speed = panel(words.speed, 230, words.speed_says);
  const top = Math.max(2, ...speeds);
  columns(most, 0, 356, 8).forEach(([x, width], i) => {
    const [guesses, tall] = [i + 1, (speeds[i] / top) * 160];
    speed.bar(x, 190 - tall, width, tall, guesses === gamma ? kinds.large : `${kinds.large} soft`);
    // In the bar where it is high enough: the dashed line is near its end.
    speed.text(x + width / 2, tall < 20 ? 184 - tall : 204 - tall, speeds[i].toFixed(2), guesses === gamma && tall >= 20 ? "on" : guesses === best ? "strong" : "small", "middle");
    speed.text(x + width / 2, 208, guesses, guesses === gamma ? "strong" : "", "middle");
  });
  speed.line([[0, 190 - 160 / top], [356, 190 - 160 / top]], "dashed");
  speed.text(0, 226, words.guesses, "small");
  return { panels: [passes, speed], said: { alpha: rate, gamma, cost, tokens: figures(tokens), speed: figures(speeds[gamma - 1]), best, limit: most, most: figures(fastest) }, says: best ? "says" : "none" };
});
