// What is read is that of labs/csa.py.

const ten = (exponent) => `10${`${exponent}`.replace(/./g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])}`;

// Products of attention and of the indexer, and numbers read from the cache, where a token sees n.
function costs(layer, n, k) {
  const entries = Math.floor(n / layer.ratio);
  const read = Math.min(entries, layer.chooses ? k : entries) + Math.min(n, layer.window);
  const indexed = entries * layer.index_wide;
  return [layer.heads * layer.wide * read, layer.index_heads * indexed, layer.entry * read + indexed];
}

play("sparsity-cost", ({ words, kinds, layers, lengths, powers }, state) => {
  const { context } = state;
  const work = (layer, n) => costs(layer, n, state[layer.chooses]);
  const products = ([attention, indexer]) => attention + indexer;
  const { place, drawInto } = axes(lengths, powers);
  const curves = panel(words.curves, 226, words.curves_says);
  drawInto(curves, 222, ten);
  for (const [key, layer] of Object.entries(layers)) {
    curves.line(lengths.map((n) => place(n, products(work(layer, n)))), kinds[key]);
    curves.dots([place(context, products(work(layer, context)))], `${kinds[key]} here`);
  }

  const found = Object.entries(layers).map(([key, layer]) => [key, work(layer, context)]);
  const [[, dense], [, dsa]] = found;
  const longest = 356 / Math.max(...found.map(([, each]) => products(each)));
  const bars = panel(filled(words.bars, { context: short(context) }), 226, words.bars_says);
  const said = { context: short(context), products: products(dense).toExponential(2).replace(/e\+(\d+)/, (_, exponent) => ` × ${ten(exponent)}`), indexer: fixed((100 * dsa[1]) / products(dsa)) };
  found.forEach(([key, each], row) => {
    const [attention, indexer, read] = each;
    const y = 12 + row * 56;
    said[key] = figures((100 * products(each)) / products(dense));
    bars.text(0, y, words[key], "strong");
    bars.bar(0, y + 6, attention * longest, 16, kinds[key]);
    if (indexer) bars.bar(attention * longest, y + 6, indexer * longest, 16, kinds.indexer);
    bars.text(0, y + 36, filled(words.row, { products: said[key], read: figures((100 * read) / dense[2]) }), "small");
  });
  return { panels: [curves, bars], said };
});
