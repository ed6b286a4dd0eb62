// The arithmetic is that of catalogue/derive/calculators.py.

const cacheBytes = ({ elements: [elements, share], window: [window, inside, state] }, length) => Math.round((2 * (length * elements + (Math.min(length, window) * inside + state) * share)) / share);
const size = (count) => (count >= 1e9 ? `${figures(count / 1e9)} GB` : `${figures(count / 1e6)} MB`);

play("cache-context", ({ words, kinds, models, lengths, powers }, { a, b, context }) => {
  const chosen = [[kinds.before, models[a]], [kinds.after, models[b]]];
  // Both are caches: the first has a ring on its line and before its name, the second a disc.
  const mark = (panel, at, kind) => {
    panel.dots([at], "cache here");
    if (kind === kinds.before) panel.dots([at], "hole");
  };
  const { place, drawInto } = axes(lengths, powers);
  const curves = panel(words.curves, 240, words.curves_says);
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
  curves.text(34, 237, words.dashed, "small");

  const found = chosen.map(([kind, model]) => ({ kind, ...model, bytes: cacheBytes(model, context) }));
  const most = Math.max(...found.map(({ bytes }) => bytes));
  const bars = panel(filled(words.sizes, { context: short(context) }), 240, words.sizes_says);
  found.forEach(({ kind, name, bytes, elements }, row) => {
    const y = 20 + row * 96;
    mark(bars, [7, y - 5], kind);
    bars.text(18, y, name, "strong");
    bars.bar(0, y + 10, (bytes / most) * 356, 28, kind);
    bars.text(0, y + 56, `${size(bytes)} · ${filled(words.numbers, { count: figures(elements[0] / elements[1]) })}`);
  });
  const [more, less] = found[1].bytes > found[0].bytes ? [found[1], found[0]] : found;
  const beyond = chosen.map(([, model]) => model).filter(({ stated }) => stated && context > stated).map(({ name }) => name);
  return {
    panels: [curves, bars],
    said: { more: more.name, less: less.name, context: short(context), much: size(more.bytes), little: size(less.bytes), times: figures(more.bytes / less.bytes), beyond: beyond.length ? filled(words.beyond, { names: [...new Set(beyond)].join(words.listed) }) : "" },
    says: more.bytes === less.bytes ? "same" : "says",
  };
});
