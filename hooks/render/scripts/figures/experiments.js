// The panels of an experiment's card, and of the attention of the small model; labs.py gives what they show.

const signed = (number, decimals) => fixed(number, decimals).replace("-", "−");
// Four digits, as an axis writes them.
const tick = (value) => `${+value.toPrecision(4)}`.replace(/\B(?=(\d{3})+(?!\d|.*\.))/g, ",").replace("-", "−");
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 354, 12, 166];
const across = (values, from, to) => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return scale(low, high > low ? high : low + 1, from, to);
};

Object.assign(globalThis, {
  // Means of each arm over the steps, each in a band from its least to its most; lines are what they are held against.
  curvePanel(title, says, arms, lines, steps) {
    const points = arms.flatMap(({ points }) => points);
    const one = panel(title, BOTTOM + 40 + 17 * arms.length, says);
    const x = scale(0, Math.max(...points.map(([step]) => step)), LEFT, RIGHT);
    const y = across([...points.flatMap(([, , ...ends]) => ends), ...lines.map(([, value]) => value)], BOTTOM, TOP);
    for (const value of y.ticks(4)) {
      one.line([[LEFT, y(value)], [RIGHT, y(value)]], "axis");
      one.text(LEFT - 6, y(value) + 4, tick(value), "small", "end");
    }
    const exact = ([px, py]) => `${+px.toFixed(2)} ${+py.toFixed(2)}`;
    for (const { kind, points: own } of arms) {
      const edge = [...own.map(([step, , , most]) => [x(step), y(most)]), ...own.toReversed().map(([step, , least]) => [x(step), y(least)])];
      one.path(`M${edge.map(exact).join("L")}z`, `${kind} band`);
    }
    for (const { kind, points: own } of arms) one.line(own.map(([step, mean]) => [x(step), y(mean)]), kind);
    for (const [name, value] of lines) {
      one.line([[LEFT, y(value)], [RIGHT, y(value)]], "yardstick");
      one.text(RIGHT, y(value) - 4, name, "small", "end");
    }
    for (const step of x.ticks(4)) one.text(x(step), BOTTOM + 17, step, "small", "middle");
    one.text(RIGHT, BOTTOM + 32, steps, "small", "end");
    arms.forEach(({ name, kind }, i) => {
      one.bar(0, BOTTOM + 38 + 17 * i, 11, 11, kind);
      one.text(18, BOTTOM + 48 + 17 * i, name);
    });
    return panelsOf([one])[0];
  },

  // A row for each arm, a dot for each seed.
  seedsPanel(title, says, arms, lines) {
    const [wide, foot] = [352, 34 * arms.length];
    const x = across([...arms.flatMap(({ values }) => values), ...lines.map(([, value]) => value)], 8, wide);
    const one = panel(title, foot + 26 + 15 * lines.length, says);
    lines.forEach(([name, value], i) => {
      const [bottom, right] = [foot + 26 + 15 * i, x(value) > 180];
      one.line([[x(value), 16], [x(value), bottom]], "yardstick");
      one.text(x(value) + (right ? -4 : 4), bottom + 10, name, "small", right ? "end" : "start");
    });
    arms.forEach(({ name, kind, end, values }, i) => {
      one.text(0, 34 * i + 12, name);
      one.text(356, 34 * i + 12, end, "strong", "end");
      one.line([[8, 34 * i + 23], [wide, 34 * i + 23]], "axis");
      one.dots(values.map((value) => [x(value), 34 * i + 23]), `${kind} seed`);
    });
    for (const value of x.ticks(4)) one.text(x(value), foot + 14, tick(value), "small", x(value) < 20 ? "start" : x(value) > 340 ? "end" : "middle");
    return panelsOf([one])[0];
  },

  // Two charts a row; what spans more than a factor of thirty has a logarithmic axis.
  runPanel(title, says, charts, legend) {
    const one = panel(title, 118 * Math.ceil(charts.length / 2) + 22, says);
    charts.forEach(({ title: name, curves }, i) => {
      const [left, top] = [184 * (i % 2), 118 * (i >> 1)];
      const all = curves.flatMap(({ points }) => points.map(([, value]) => value));
      const powers = Math.min(...all) > 0 && Math.max(...all) > 30 * Math.min(...all);
      const place = powers ? Math.log10 : (value) => value;
      const y = across(all.map(place), top + 94, top + 24);
      const x = scale(0, Math.max(...curves.flatMap(({ points }) => points.map(([step]) => step))), left + 36, left + 174);
      one.text(left, top + 12, name, "small strong");
      for (const end of [Math.min(...all), Math.max(...all)]) {
        one.line([[left + 36, y(place(end))], [left + 174, y(place(end))]], "axis");
        one.text(left + 32, y(place(end)) + 4, +end.toPrecision(end < 0.1 ? 1 : 2), "small", "end");
      }
      for (const { kind, points } of curves) one.line(points.map(([step, value]) => [x(step), y(place(value))]), kind);
    });
    one.legend(0, 118 * Math.ceil(charts.length / 2) + 4, ...legend);
    return panelsOf([one])[0];
  },

  // The same two without a word, for a list of experiments.
  smallCurve(title, says, arms, lines) {
    const one = panel(title, 150, says);
    const x = scale(0, Math.max(...arms.flatMap(({ points }) => points.map(([step]) => step))), 4, 356);
    const y = across([...arms.flatMap(({ points }) => points.map(([, mean]) => mean)), ...lines.map(([, value]) => value)], 144, 6);
    for (const [, value] of lines) one.line([[4, y(value)], [356, y(value)]], "yardstick");
    for (const { kind, points } of arms) one.line(points.map(([step, mean]) => [x(step), y(mean)]), kind);
    return panelsOf([one])[0];
  },

  smallSeeds(title, says, arms, lines) {
    const one = panel(title, 150, says);
    const x = across([...arms.flatMap(({ values }) => values), ...lines.map(([, value]) => value)], 10, 350);
    for (const [, value] of lines) one.line([[x(value), 4], [x(value), 146]], "yardstick");
    arms.forEach(({ kind, values }, i) => {
      const row = (150 * (i + 0.5)) / arms.length;
      one.line([[4, row], [356, row]], "axis");
      one.dots(values.map((value) => [x(value), row]), `${kind} seed`);
    });
    return panelsOf([one])[0];
  },

  // A row for each token, a square for each that it looks at, its area the weight.
  attentionPanel(title, says, tokens, rows) {
    const [left, row, top] = [78, 15, 6];
    const one = panel(title, top + row * rows.length + 6, says);
    const step = Math.min(row, (356 - left) / rows.length);
    rows.forEach((weights, t) => {
      const middle = top + row * (t + 0.5);
      one.text(left - 8, middle + 4, tokens[t].trim() || "␣", "small", "end");
      weights.forEach((weight, j) => {
        const side = Math.max(0.8, (step - 1.5) * Math.sqrt(weight));
        one.bar(left + step * (j + 0.5) - side / 2, middle - side / 2, side, side, weight > 0.02 ? "attention" : "");
      });
    });
    return panelsOf([one])[0];
  },
});
