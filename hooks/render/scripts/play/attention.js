// The arithmetic is that of catalogue/derive/calculators.py.

const cacheBytes = ({ elements: [elements, share], window: [window, inside, state] }, length) => Math.round((2 * (length * elements + (Math.min(length, window) * inside + state) * share)) / share);
const size = (count) => (count >= 1e9 ? `${figures(count / 1e9)} GB` : `${figures(count / 1e6)} MB`);

// Bricks of one area in a wall, the rows from its foot up; what is left lies in a last row as high as there is room.
function bricksIn(wide, tall, area, count) {
  const placed = (across) => {
    const high = (area * across) / wide;
    const rows = Math.min(Math.floor(tall / high + 1e-9), Math.ceil(count / across));
    const [full, rest] = [Math.min(count, rows * across), Math.max(0, count - rows * across)];
    const bricks = range(full).map((i) => [((i % across) * wide) / across, tall - (Math.floor(i / across) + 1) * high, wide / across, high]);
    const left = tall - rows * high;
    for (const i of range(rest)) bricks.push([(i * area) / left, 0, area / left, left]);
    const square = ([, , w, h]) => Math.abs(Math.log(w / h));
    return { bricks, off: square(bricks[0]) + square(bricks.at(-1)) / 2 };
  };
  const about = Math.round(wide / Math.sqrt(area));
  return [-2, -1, 0, 1, 2].map((more) => placed(Math.max(1, about + more))).reduce((best, each) => (each.off < best.off ? each : best)).bricks;
}

// How many texts of a length one GPU's memory holds, in each model of the line: a wall for each, a brick a text.

figure("readers", {
  page: "guides/attention.md", technique: "mla", also: ["gqa", "kv-cache-compression"], runs: "context",
  data: ({ lab, number }) => ({ models: lab("caches_of_the_line"), memory: number("nvidia-h800/memory_gb") }),
  inputs: ({ contexts }) => [contexts()],
}, ({ say, titled, models, memory }, { context }) => {
  const [wide, tall, top, most] = [82, 160, 46, 1500];
  const walls = models.map((model) => {
    const { name, date, attention, elements: [elements, share], window: [window, inside, state] } = model;
    const bytes = cacheBytes(model, context);
    const [fits, beyond] = [(memory * 1e9) / bytes, model.stated > 0 && context > model.stated];
    const count = Math.floor(fits);
    const wall = panel(name, 366, say("wall_says", { name, count: fixed(count), size: size(bytes) }), wide);
    wall.text(0, 24, fixed(count), count ? "count" : "count off");
    wall.text(0, 40, count ? say(count === 1 ? "reader" : "readers") : say("walls", { count: figures(1 / fits) }));
    wall.bar(0, top, wide, tall, "faint");
    const kind = beyond ? "cache beyond" : "cache";
    if (!count) wall.bar(0, top, wide, tall, "off soft beyond");
    else if (count > most) wall.bar(0, top + tall * (1 - count / fits), wide, (tall * count) / fits, kind);
    else {
      const [area, gap] = [(wide * tall) / fits, Math.min(2, 8 / Math.sqrt(count))];
      wall.path(barsPath(bricksIn(wide, tall, area, count).map(([x, y, w, h]) => [x + gap / 2, top + y + gap / 2, Math.max(w - gap, 0.4), Math.max(h - gap, 0.4)])), kind);
    }
    wall.text(0, 224, attention);
    wall.text(0, 239, date);
    const windows = Math.round(Math.min(context, window) * inside + state);
    const times = fits < 100 ? fixed(fits, fits < 10 ? 2 : 1) : fixed(count);
    const [opens, closes] = windows ? ["(", [`+ ${fixed(windows)})`]] : ["", []];
    const sums = [opens + fixed(context), `× ${fixed(elements / share)}`, ...closes, "× 2 B", `= ${size(bytes)}`, say("holds", { memory }), `= ${times}`];
    sums.forEach((line, i) => wall.text(wide, 264 + 15 * i, line, line[0] === "=" ? "strong" : "", "end"));
    return { wall, name, count, beyond };
  });
  const [first, middle, last] = [walls[0], walls[walls.length >> 1], walls.at(-1)];
  const over = walls.filter(({ beyond }) => beyond).map(({ name }) => name);
  return {
    panels: walls.map(({ wall }) => wall),
    said: {
      memory, context: short(context), first: first.name, middle: middle.name, last: last.name, one: `${fixed(first.count)} ${say(first.count === 1 ? "reader" : "readers")}`, some: fixed(middle.count), many: fixed(last.count),
      beyond: over.length ? say("beyond", { names: over.join(say("listed")) }) : "",
    },
  };
});

// What is read is that of labs/csa.py.

const ten = (exponent) => `10${superscript(exponent)}`;

// Products of attention and of the indexer, and numbers read from the cache, where a token sees n.
function costs(layer, n, k) {
  const entries = Math.floor(n / layer.ratio);
  const read = Math.min(entries, layer.chooses ? k : entries) + Math.min(n, layer.window);
  const indexed = entries * layer.index_wide;
  return [layer.heads * layer.wide * read, layer.index_heads * indexed, layer.entry * read + indexed];
}

figure("sparsity-cost", {
  page: "guides/attention.md", technique: "dsa", also: ["csa", "hca"], runs: "context",
  data: ({ lab }) => ({ layers: lab("compared_layers"), choices: [7, 8, 9, 10, 11, 12, 13, 14].map((power) => 2 ** power) }),
  inputs: ({ contexts, slider, numbers, choices }) => [
    contexts(),
    ...[["k", "deepseek-v3.2-exp"], ["entries", "deepseek-v4-pro-base"]].map(([name, id]) => slider(name, numbers(id).index_topk, choices)),
  ],
}, ({ say, titled, kinds, layers, choices }, state) => {
  const lengths = FINE.lengths[0].filter((_, i) => i % 64 === 0);
  const { context } = state;
  const work = (layer, n) => costs(layer, n, state[layer.chooses]);
  const products = ([attention, indexer]) => attention + indexer;
  const { place, drawInto } = axes(lengths, Object.values(layers).flatMap((layer) => lengths.flatMap((n) => choices.map((k) => products(costs(layer, n, k))))));
  const curves = titled("curves", 226);
  drawInto(curves, 222, ten);
  for (const [key, layer] of Object.entries(layers)) {
    curves.line(lengths.map((n) => place(n, products(work(layer, n)))), kinds[key]);
    curves.dots([place(context, products(work(layer, context)))], `${kinds[key]} here`);
  }

  const found = Object.entries(layers).map(([key, layer]) => [key, work(layer, context)]);
  const [[, dense], [, dsa]] = found;
  const longest = 356 / Math.max(...found.map(([, each]) => products(each)));
  const bars = titled("bars", 226, { context: short(context) });
  const said = { context: short(context), products: products(dense).toExponential(2).replace(/e\+(\d+)/, (_, exponent) => ` × ${ten(exponent)}`), indexer: fixed((100 * dsa[1]) / products(dsa)) };
  found.forEach(([key, each], row) => {
    const [attention, indexer, read] = each;
    const y = 12 + row * 56;
    said[key] = figures((100 * products(each)) / products(dense));
    bars.text(0, y, say(key), "strong");
    bars.bar(0, y + 6, attention * longest, 16, kinds[key]);
    if (indexer) bars.bar(attention * longest, y + 6, indexer * longest, 16, kinds.indexer);
    bars.text(0, y + 36, say("row", { products: said[key], read: figures((100 * read) / dense[2]) }), "small");
  });
  return { panels: [curves, bars], said };
});
