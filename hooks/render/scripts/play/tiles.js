// As mechanisms/play/tiles.py; the rounding is that of labs/fp8.py.

const E4M3 = { mantissa: 3, smallest: -6, largest: 448 };

function even(x) {
  const low = Math.floor(x);
  return x - low === 0.5 ? low + (low & 1) : Math.round(x);
}

function fp8(x) {
  const size = Math.max(Math.abs(x), 2 ** E4M3.smallest);
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  const unit = 2 ** (exponent - E4M3.mantissa);
  return Math.min(Math.max(even(x / unit) * unit, -E4M3.largest), E4M3.largest);
}

// Relative error of each number, with a scale for every `tile` numbers of a row; whole rows share one where a tile is longer.
function errors(x, tile) {
  const wrong = new Float64Array(x.length);
  for (let first = 0; first < x.length; first += tile) {
    let most = 0;
    for (let i = first; i < first + tile; i++) most = Math.max(most, Math.abs(x[i]));
    const scale = Math.max(most / E4M3.largest, 1e-30);
    for (let i = first; i < first + tile; i++) wrong[i] = Math.abs(x[i] - scale * fp8(x[i] / scale)) / Math.abs(x[i]);
  }
  return wrong;
}

function median(numbers) {
  const sorted = numbers.slice().sort();
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
}

function matrix(rows, wide, seed, place, outlier) {
  const x = normal(rows * wide, seed);
  x[place[0] * wide + place[1]] = outlier;
  return x;
}

play("fp8-tiles", ({ words, shape: [rows, wide], seed, place, levels, tiles }, { tile, outlier }) => {
  const x = matrix(rows, wide, seed, place, outlier);
  const medians = tiles.map((each) => 100 * median(errors(x, each)));
  const here = tiles.indexOf(tile);
  const wrong = errors(x, tile);

  const where = panel(words.where, 190, words.where_says);
  const part = wide / 32;
  const means = range(rows * 32).map((i) => sum([...wrong.slice(i * part, (i + 1) * part)]) / part);
  levels.forEach((low, level) => {
    const inside = range(rows * 32).filter((i) => means[i] >= low && means[i] < (levels[level + 1] ?? Infinity));
    where.cells(inside.map((i) => [(i % 32) * 11.1, Math.floor(i / 32) * 9]), 10.4, 8, `off-${level}`);
  });
  for (let edge = 1; edge < Math.floor(wide / tile); edge++) {
    const left = ((edge * tile) / part) * 11.1 - 0.4;
    where.line([[left, 0], [left, 144]], "axis");
  }
  where.text(0, 166, words.legend);

  const error = panel(words.error, 190, words.error_says);
  const top = Math.max(10, ...medians);
  columns(medians.length, 0, 356, 8).forEach(([left, width], i) => {
    const tall = (medians[i] / top) * 110;
    const kind = i === here ? "strong" : "small";
    error.bar(left, 144 - tall, width, tall, i === here ? "off" : "off-1");
    error.text(left + width / 2, 138 - tall, filled(words.percent, { value: fixed(medians[i], 1) }), kind, "middle");
    error.text(left + width / 2, 160, i === medians.length - 1 ? words.whole_short : tiles[i], kind, "middle");
  });
  error.line([[0, 144], [356, 144]], "axis");
  error.text(0, 182, words.tiles, "small");
  const lost = (100 * wrong.filter((one) => one === 1).length) / x.length;
  return {
    panels: [where, error],
    said: { scales: fixed(x.length / tile), numbers: fixed(x.length), median: fixed(medians[here], 1), lost: fixed(lost, 1), whole: fixed(medians.at(-1), 1) },
  };
});
