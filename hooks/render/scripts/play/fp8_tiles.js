// Where numbers of very different sizes fall in E4M3; the rounding is that of labs/fp8.py.

const E4M3 = { mantissa: 3, smallest: -6, largest: 448 };
const FINEST = E4M3.smallest - E4M3.mantissa; // exponent of the smallest number that is not 0

function fp8(x) {
  const size = Math.max(Math.abs(x), 2 ** E4M3.smallest);
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  const unit = 2 ** (exponent - E4M3.mantissa);
  return Math.min(Math.max(even(x / unit) * unit, -E4M3.largest), E4M3.largest);
}

// Tokens differ in size, and so do groups of 16 channels: `spread` powers of ten from the largest to the smallest.
function matrix(rows, wide, seed, spread, place, outlier) {
  const [chance, tokens, groups] = [normal(rows * wide, seed), uniform(rows, seed + 1), uniform(wide / 16, seed + 2)];
  const x = chance.map((number, i) => number * 10 ** (-spread * (0.6 * tokens[Math.floor(i / wide)] + 0.4 * groups[Math.floor((i % wide) / 16)])));
  if (outlier > 1) x[place[0] * wide + place[1]] = outlier;
  return x;
}

// Each number over the scale of its tile, that is as it is rounded; whole rows share a scale where a tile is longer.
function scaled(x, tile) {
  const found = new Float64Array(x.length);
  for (let first = 0; first < x.length; first += tile) {
    let most = 0;
    for (let i = first; i < first + tile; i++) most = Math.max(most, Math.abs(x[i]));
    const scale = Math.max(most / E4M3.largest, 1e-30);
    for (let i = first; i < first + tile; i++) found[i] = x[i] / scale;
  }
  return found;
}

// Shares of the numbers that become 0, and that fall below the range of full precision; the median relative error.
function losses(x, tile) {
  const parts = scaled(x, tile);
  const wrong = parts.map((one) => (one ? Math.abs(one - fp8(one)) / Math.abs(one) : 0)).sort();
  const zero = parts.filter((one) => fp8(one) === 0).length / x.length;
  const below = parts.filter((one) => Math.abs(one) < 2 ** E4M3.smallest).length / x.length;
  return { parts, zero, coarse: below - zero, median: (wrong[wrong.length / 2 - 1] + wrong[wrong.length / 2]) / 2 };
}

const TILES = [16, 32, 64, 128, 256, 512, 16 * 512];

figure("fp8-tiles", {
  page: "guides/precision.md", technique: "fp8-training", runs: "outlier",
  data: () => ({ shape: [16, 512], seed: 2, place: [5, 300], tiles: TILES }),
  inputs: ({ say, steps, slider }) => [
    steps("tile", TILES.at(-1), TILES.map((tile) => [tile, tile > 512 ? say("whole") : `1 × ${tile}`])),
    steps("spread", 6, range(9).map((n) => [n, n ? `10${superscript(n)}` : "1"])),
    slider("outlier", 1, range(7).map((n) => 10 ** n).filter((n) => n !== 10)),
  ],
  still: ({ say, titled, lab, kinds }) => {
    const lengths = range(6).map((n) => 128 * 2 ** n);
    const errors = [["lost", "throughout", null], ["promoted", "promoted", 128]].map(([kind, label, every]) => [kinds[kind], label, lengths.map((length) => 100 * lab("fp8.dot_error", length, every))]);
    const sums = titled("sums", 230);
    const top = Math.max(...errors[0][2]);
    sums.axis(46, 10, 180, 356);
    for (const [kind, label, values] of errors) {
      const points = values.map((value, i) => [46 + 60 * i, 180 - (150 * value) / top]);
      sums.line(points, kind);
      const [x, y] = label === "promoted" ? [350, points.at(-1)[1] - 8] : [330, 22];
      sums.text(x, y, `${fixed(values.at(-1), 2)}%`, "strong", "end");
    }
    for (const i of [0, 3, 5]) sums.text(i === 5 ? 358 : 46 + 60 * i, 198, fixed(lengths[i]), "small", i === 5 ? "end" : "middle");
    sums.text(0, 226, say("sums_axis"), "small");
    errors.forEach(([kind, label], row) => sums.legend(56, 12 + 19 * row, [kind, say(label)]));
    sums.text(40, 184, "0", "small", "end");
    return [sums];
  },
}, ({ say, titled, kinds, shape: [rows, wide], seed, place, tiles }, { tile, spread, outlier }) => {
  const x = matrix(rows, wide, seed, spread, place, outlier);
  const found = tiles.map((each) => losses(x, each));
  const here = tiles.indexOf(tile);
  const { parts, zero, coarse, median } = found[here];

  const low = FINEST - 9; // exponents on the axis, the smallest ones all in the first column
  const high = Math.ceil(Math.log2(E4M3.largest));
  const counts = Array(high - low).fill(0);
  for (const one of parts) counts[Math.min(Math.max(Math.floor(Math.log2(Math.abs(one) || 2 ** low)) - low, 0), high - low - 1)]++;
  const left = (exponent) => 2 + ((exponent - low) * 352) / (high - low);
  const fields = titled("range", 230);
  const most = Math.max(...counts);
  counts.forEach((count, i) => {
    const exponent = low + i;
    const kind = exponent < FINEST - 1 ? kinds.lost : exponent < E4M3.smallest ? kinds.coarse : kinds.fine;
    const tall = (count / most) * 130;
    if (count) fields.bar(left(exponent), 170 - tall, 352 / (high - low) - 1.5, tall, kind);
  });
  fields.line([[0, 170], [356, 170]], "axis");
  for (const edge of [FINEST - 1, E4M3.smallest]) fields.line([[left(edge) - 0.8, 22], [left(edge) - 0.8, 170]], "dashed");
  fields.text(0, 14, say("zero"), "small");
  fields.text(left(E4M3.smallest) - 6, 14, say("coarse"), "small", "end");
  fields.text(356, 14, say("fine"), "small", "end");
  for (const exponent of [FINEST, E4M3.smallest, 0]) fields.text(left(exponent), 188, `2${exponent ? superscript(exponent) : "⁰"}`, "small", "middle");
  fields.text(356, 188, E4M3.largest, "small", "end");
  fields.text(0, 222, say("axis"), "small");

  const lost = titled("lost", 230);
  const top = Math.max(0.1, ...found.map((one) => one.zero + one.coarse));
  columns(tiles.length, 0, 356, 8).forEach(([at, width], i) => {
    const [dead, dull] = [(found[i].zero / top) * 130, (found[i].coarse / top) * 130];
    lost.bar(at, 170 - dead, width, dead, i === here ? kinds.lost : `${kinds.lost} soft`);
    if (dull) lost.bar(at, 170 - dead - dull, width, dull, i === here ? kinds.coarse : `${kinds.coarse} soft`);
    const kind = i === here ? "strong" : "small";
    lost.text(at + width / 2, 162 - dead - dull, say("percent", { value: fixed(100 * (found[i].zero + found[i].coarse), 1) }), kind, "middle");
    lost.text(at + width / 2, 188, i === tiles.length - 1 ? say("whole_short") : tiles[i], kind, "middle");
  });
  lost.line([[0, 170], [356, 170]], "axis");
  lost.text(0, 222, say("tiles"), "small");
  [[kinds.lost, say("zero")], [kinds.coarse, say("coarse")]].forEach(([kind, said], i) => lost.key(0, 14 + 18 * i, kind, said));
  const percent = (share) => fixed(100 * share, 1);
  return {
    panels: [fields, lost],
    said: { tile: fixed(tile), zero: percent(zero), coarse: percent(coarse), median: percent(median) },
  };
});
