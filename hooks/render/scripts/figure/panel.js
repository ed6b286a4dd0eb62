// What every figure is drawn with, at build and in a page. ARCHITECTURE.md lists the vocabulary.

// Moves from each place to the next, which in a grid are all alike and compress well.
const movesTo = (places) => {
  const near = (number) => Math.round(number * 100) / 100 + 0;
  let [left, top] = [0, 0];
  return places.map(([x, y], i) => {
    const [dx, dy] = i ? [near(x - left), near(y - top)] : [+at(x), +at(y)];
    [left, top] = [left + dx, top + dy];
    return `${i ? "m" : "M"}${dx} ${dy}`;
  });
};
const barsPath = (bars) => movesTo(bars).map((move, i) => `${move}h${at(bars[i][2])}v${at(bars[i][3])}h-${at(bars[i][2])}z`).join("");
const through = (points) => `M${points.map(([x, y]) => `${at(x)} ${at(y)}`).join("L")}`;

// A class for each meaning; 360 units wide, if nothing else is said.
function panel(title, height, says, width = 360) {
  const shapes = [];
  const put = (tag, kind, rest) => shapes.push(`<${tag}${kind && ` class="${kind}"`} ${rest}`);
  const path = (d, kind = "") => d && put("path", kind, `d="${d}"/>`);
  const bar = (x, y, wide, tall, kind = "") => put("rect", kind, `x="${at(x)}" y="${at(y)}" width="${at(Math.max(wide, 0.5))}" height="${at(Math.max(tall, 0.5))}"/>`);
  const text = (x, y, words, kind = "", anchor = "start") => put("text", kind, `x="${at(x)}" y="${at(y)}"${anchor === "start" ? "" : ` text-anchor="${anchor}"`}>${plain(words)}</text>`);
  const line = (points, kind = "") => path(through(points), `line ${kind}`.trim());
  return {
    title, height, says, width, shapes, path, bar, text, line,
    // From the top of the upright axis to its foot, and along the level one.
    axis: (left, top, base, right) => line([[left, top], [left, base], [right, base]], "axis"),
    key(x, y, kind, words) {
      bar(x, y - 10, 10, 10, kind);
      text(x + 15, y, words);
    },
    // A swatch for each kind, side by side.
    legend(x, y, ...entries) {
      for (const [kind, words] of entries) {
        bar(x, y, 10, 10, kind);
        text(x + 15, y + 9.5, words);
        x += 29 + textWidth(words, 12.6);
      }
    },
    // A link that ends in a tip.
    arrow(x1, y1, x2, y2, kind = "") {
      line([[x1, y1], [x2, y2]], kind);
      const [dx, dy] = [Math.sign(x2 - x1), Math.sign(y2 - y1)];
      path(`${through([[x2, y2], [x2 - 6 * dx - 3 * dy, y2 - 6 * dy - 3 * dx], [x2 - 6 * dx + 3 * dy, y2 - 6 * dy + 3 * dx]])}z`, `tip ${kind}`.trim());
    },
    cells: (places, wide, tall, kind = "") => path(barsPath(places.map(([x, y]) => [x, y, wide, tall])), kind),
    dots: (places, kind = "") => path(movesTo(places).map((move) => `${move}h0`).join(""), `dots ${kind}`.trim()),
  };
}

function columns(count, left, right, gap = 3) {
  const width = (right - left - gap * (count - 1)) / count;
  return range(count).map((i) => [left + i * (width + gap), width]);
}

// Lengths of a context, and curves over them on two logarithmic axes.
const short = (length) => (length >= 2 ** 20 ? `${length / 2 ** 20}M` : `${+(length / 2 ** 10).toPrecision(3)}K`);

// Steps of sliders under which nobody feels a step, with their labels: both a build and a page know them.
const lengths = range(641).map((i) => Math.round(2 ** (10 + i / 64)));
const shares = range(401).map((i) => i / 4);
const FINE = { lengths: [lengths, lengths.map(short)], shares: [shares, shares.map((share) => `${share}%`)] };

function axes(lengths, amounts) {
  const [first, last] = [lengths[0], lengths.at(-1)];
  const [low, high] = [Math.floor(Math.log10(Math.min(...amounts))), Math.ceil(Math.log10(Math.max(...amounts)))];
  const place = (length, much) => [46 + (304 * Math.log2(length / first)) / Math.log2(last / first), 204 - (190 * (Math.log10(much) - low)) / (high - low)];
  const drawInto = (curves, base, tick) => {
    for (let power = low; power <= high; power++) {
      const [, y] = place(first, 10 ** power);
      curves.line([[46, y], [350, y]], "axis");
      if (tick(power)) curves.text(40, y + 4, tick(power), "small", "end");
    }
    for (const length of [first, 32 * first, last]) curves.text(place(length, 10 ** low)[0], base, short(length), "small", "middle");
  };
  return { place, drawInto };
}

// What a figure says and its panels, by keys of its words, of which `word` gives one.
const withWords = (data, word) => {
  const say = (key, values) => (values ? filled(word(key), values) : word(key));
  return { ...data, say, titled: (key, height, values, says = `${key}_says`) => panel(say(key, values), height, say(says, values)) };
};

// Random numbers that are the same in every engine: whole-number arithmetic alone, and sums that are exact.

function uniform(count, seed) {
  const start = (seed * 0x9e3779b9) % 2 ** 32;
  return Float64Array.from({ length: count }, (_, i) => {
    let x = (start + i) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
  });
}

function normal(count, seed) {
  const parts = uniform(4 * count, seed);
  return Float64Array.from({ length: count }, (_, i) => (parts[4 * i] + parts[4 * i + 1] + parts[4 * i + 2] + parts[4 * i + 3] - 2) * Math.sqrt(3));
}
