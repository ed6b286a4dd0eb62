// The arithmetic is that of catalogue/derive/calculators.py.

const CONTEXTS = range(11).map((i) => 2 ** (10 + i));
const cacheBytes = ({ elements: [elements, share], window: [window, inside, state] }, length) => Math.round((2 * (length * elements + (Math.min(length, window) * inside + state) * share)) / share);
const size = (count) => (count >= 1e9 ? `${figures(count / 1e9)} GB` : `${figures(count / 1e6)} MB`);

figure("cache-context", {
  page: "guides/attention.md", technique: "mla", also: ["gqa", "kv-cache-compression"], runs: "context",
  data: ({ lab }) => ({ models: lab("caches"), lengths: CONTEXTS }),
  inputs: ({ pick, contexts, lab }) => [pick("a", "deepseek-llm-67b-base", lab("caches_by_model")), pick("b", "deepseek-v3-base", lab("caches_by_model")), contexts()],
}, ({ say, titled, kinds, models, lengths }, { a, b, context }) => {
  const chosen = [[kinds.before, models[a]], [kinds.after, models[b]]];
  // Both are caches: the first has a ring on its line and before its name, the second a disc.
  const mark = (panel, at, kind) => {
    panel.dots([at], "cache here");
    if (kind === kinds.before) panel.dots([at], "hole");
  };
  const { place, drawInto } = axes(lengths, Object.values(models).flatMap((model) => [lengths[0], lengths.at(-1)].map((length) => cacheBytes(model, length))));
  const curves = titled("curves", 240);
  drawInto(curves, 220, (power) => (power % 3 ? "" : ["1 MB", "1 GB", "1 TB"][power / 3 - 2]));
  for (const [kind, model] of chosen) {
    const line = (kept, more) => {
      const part = lengths.filter(kept).map((length) => place(length, cacheBytes(model, length)));
      if (part.length > 1) curves.line(part, kind + more);
    };
    line((length) => !model.stated || length <= model.stated, "");
    line((length) => model.stated && length >= model.stated, " dashed");
    mark(curves, place(context, cacheBytes(model, context)), kind);
  }
  curves.text(34, 237, say("dashed"), "small");

  const found = chosen.map(([kind, model]) => ({ kind, ...model, bytes: cacheBytes(model, context) }));
  const most = Math.max(...found.map(({ bytes }) => bytes));
  const bars = titled("sizes", 240, { context: short(context) });
  found.forEach(({ kind, name, bytes, elements }, row) => {
    const y = 20 + row * 96;
    mark(bars, [7, y - 5], kind);
    bars.text(18, y, name, "strong");
    bars.bar(0, y + 10, (bytes / most) * 356, 28, kind);
    bars.text(0, y + 56, `${size(bytes)} · ${say("numbers", { count: figures(elements[0] / elements[1]) })}`);
  });
  const [more, less] = found[1].bytes > found[0].bytes ? [found[1], found[0]] : found;
  const beyond = chosen.map(([, model]) => model).filter(({ stated }) => stated && context > stated).map(({ name }) => name);
  return {
    panels: [curves, bars],
    said: { more: more.name, less: less.name, context: short(context), much: size(more.bytes), little: size(less.bytes), times: figures(more.bytes / less.bytes), beyond: beyond.length ? say("beyond", { names: [...new Set(beyond)].join(say("listed")) }) : "" },
    says: more.bytes === less.bytes ? "same" : "says",
  };
});

// The line of models, one more with each frame: what a long text costs each in memory, to one scale.

figure("memory-strip", {
  page: "guides/attention.md", also: ["mla"], runs: "model",
  data: ({ lab }) => ({ models: lab("caches_of_the_line"), length: 2 ** 17 }),
  inputs: ({ steps, models }) => [steps("model", 0, models.map(({ name }, i) => [i, name]))],
}, ({ say, titled, models: line, length }, { model: now }) => {
  const context = short(length);
  const models = line.map((model) => ({ ...model, stated: short(model.stated), beyond: model.stated > 0 && model.stated < length, bytes: cacheBytes(model, length) }));
  const [first, current] = [models[0], models[now]];
  const most = Math.max(...models.map(({ bytes }) => bytes));
  const strip = titled("strip", 34 * models.length + 8, { context });
  models.forEach(({ name, bytes, beyond }, i) => {
    const y = 34 * i;
    const come = i <= now;
    strip.text(92, y + 21, name, i === now ? "strong" : "", "end");
    if (come) strip.bar(100, y + 6, (190 * bytes) / most, 22, beyond ? "cache beyond" : "cache");
    else strip.bar(100, y + 6, 2, 22, "faint");
    if (come) strip.text(106 + (190 * bytes) / most, y + 21, size(bytes), i === now ? "strong" : "");
  });

  const side = (bytes) => 236 * Math.sqrt(bytes / most);
  const square = titled("square", 250, { name: current.name });
  models.slice(0, now).forEach(({ bytes }) => square.bar(0, 240 - side(bytes), side(bytes), side(bytes), "outline"));
  square.bar(0, 240 - side(current.bytes), side(current.bytes), side(current.bytes), current.beyond ? "cache beyond" : "cache");
  [current.date, current.attention, say("layers", { count: current.layers }), say("numbers", { count: current.numbers })].forEach((line, i) => square.text(254, 24 + 20 * i, line, i ? "" : "strong"));

  return {
    panels: [strip, square],
    said: {
      name: current.name, date: current.date, context, size: size(current.bytes), numbers: current.numbers, first: first.name, stated: current.stated,
      share: figures((100 * current.bytes) / first.bytes), beyond: current.beyond ? say("beyond", current) : "",
    },
    says: now ? "says" : "begins",
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
  data: ({ lab }) => ({ layers: lab("compared_layers"), lengths: CONTEXTS, choices: [7, 8, 9, 10, 11, 12, 13, 14].map((power) => 2 ** power) }),
  inputs: ({ contexts, slider, numbers, choices }) => [
    contexts(),
    ...[["k", "deepseek-v3.2-exp"], ["entries", "deepseek-v4-pro-base"]].map(([name, id]) => slider(name, numbers(id).index_topk, choices)),
  ],
}, ({ say, titled, kinds, layers, lengths, choices }, state) => {
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
