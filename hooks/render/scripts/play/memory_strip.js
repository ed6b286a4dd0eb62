// The line of models, one more with each frame: what a long text costs each in memory, to one scale.

play("memory-strip", ({ words, models, context }, { model: now }) => {
  const [first, current] = [models[0], models[now]];
  const most = Math.max(...models.map(({ bytes }) => bytes));
  const strip = panel(filled(words.strip, { context }), 34 * models.length + 8, words.strip_says);
  models.forEach(({ name, bytes, beyond }, i) => {
    const y = 34 * i;
    const come = i <= now;
    strip.text(92, y + 21, name, i === now ? "strong" : "", "end");
    if (come) strip.bar(100, y + 6, (190 * bytes) / most, 22, beyond ? "cache beyond" : "cache");
    else strip.bar(100, y + 6, 2, 22, "faint");
    if (come) strip.text(106 + (190 * bytes) / most, y + 21, size(bytes), i === now ? "strong" : "");
  });

  const side = (bytes) => 236 * Math.sqrt(bytes / most);
  const square = panel(filled(words.square, { name: current.name }), 250, words.square_says);
  models.slice(0, now).forEach(({ bytes }) => square.bar(0, 240 - side(bytes), side(bytes), side(bytes), "outline"));
  square.bar(0, 240 - side(current.bytes), side(current.bytes), side(current.bytes), current.beyond ? "cache beyond" : "cache");
  [current.date, current.attention, filled(words.layers, { count: current.layers }), filled(words.numbers, { count: current.numbers })].forEach((line, i) => square.text(254, 24 + 20 * i, line, i ? "" : "strong"));

  return {
    panels: [strip, square],
    said: {
      name: current.name, date: current.date, context, size: size(current.bytes), numbers: current.numbers, first: first.name, stated: current.stated,
      share: figures((100 * current.bytes) / first.bytes), beyond: current.beyond ? filled(words.beyond, current) : "",
    },
    says: now ? "says" : "begins",
  };
});
