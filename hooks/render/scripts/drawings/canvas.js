// The blocks of technique drawings, laid out one below the other, so that no drawing places a label by hand.
// A canvas is a column of a panel with a cursor: a block takes the width there is, writes its labels where they have room and moves the
// cursor down. A colour is a letter of KINDS and means the same in every frame.

const [SIZE, LINE, KEY] = [12.5, 17, "key"];
const place = (x, y, width, height) => ({ x, y, width, height, middle: x + width / 2, bottom: y + height });
const hue = (letter) => KINDS[letter].split(" ")[0];
const lower = (letter) => letter !== letter.toUpperCase();

// A row in which some cells, drawn by chance, have the first letter and the others the second.
const pattern = (size, count, [some, others]) => {
  const picked = lab("picked", 3, size, count);
  return range(size).map((i) => (picked.includes(i) ? some : others)).join("");
};

// `say` gives the words of a label; `=text` is written as it stands.
class Canvas {
  constructor(panel, say, x = 0, width = panel.width, y = 0) {
    Object.assign(this, { panel, say, x, width, y });
  }

  lines = (text, room = this.width, bold = false) => wrapped(text, SIZE, room, bold);

  skip(height) {
    this.y += height;
  }

  // Canvases side by side; `join` ends them.
  split(shares, gap = 22) {
    const room = this.width - gap * (shares.length - 1);
    let x = this.x;
    return shares.map((share) => {
      const width = (room * share) / sum(shares);
      const one = new Canvas(this.panel, this.say, x, width, this.y);
      x += width + gap;
      return one;
    });
  }

  join(columns, gap = 8) {
    this.y = Math.max(...columns.map(({ y }) => y)) + gap;
  }

  caption(label, kind = "", anchor = "start") {
    const x = { start: this.x, middle: this.x + this.width / 2, end: this.x + this.width }[anchor];
    for (const line of this.lines(this.say(label), this.width, kind === "strong")) this.panel.text(x, (this.y += LINE) - 4, line, kind, anchor);
    this.y += 2;
  }

  // Bars to one scale: a label, a number, a letter, and what is written for the number, if not the number.
  bars(rows, { most = Math.max(...rows.map(([, number]) => number)), height = 15 } = {}) {
    for (const [label, number, letter, shown] of rows) {
      const value = shown !== undefined ? this.say(shown) : number < 1e6 ? fixed(even(number)) : compact(Math.trunc(number));
      const lines = this.lines(this.say(label), this.width - (value ? textWidth(value, SIZE, true) + 10 : 0));
      for (const line of lines) this.panel.text(this.x, (this.y += LINE) - 4, line);
      if (value) this.panel.text(this.x + this.width, this.y - 4 - LINE * (lines.length - 1), value, "strong", "end");
      this.panel.bar(this.x, this.y + 1, Math.max((this.width * number) / most, 1.5), height, KINDS[letter]);
      this.y += height + 9;
    }
  }

  // A row of cells, a letter each, a space for a gap; with a `width` the row is centred.
  cells(pattern, { height = 20, gap = 3, texts = [], width = (this.width + gap) / pattern.length - gap } = {}) {
    const lead = (this.width - pattern.length * (width + gap) + gap) / 2;
    const found = range(pattern.length).map((i) => place(this.x + lead + i * (width + gap), this.y, width, height));
    for (const letter of new Set(pattern.replaceAll(" ", ""))) this.panel.cells(found.filter((_, i) => pattern[i] === letter).map(({ x, y }) => [x, y]), width, height, KINDS[letter]);
    found.forEach((one, i) => this.label(one, pattern[i], texts[i] ?? ""));
    this.y += height + 4;
    return found;
  }

  cell(letter, options) {
    return this.cells(letter, options)[0];
  }

  // Grey and the half-strong green carry dark letters.
  label(one, letter, label) {
    const kind = !lower(letter) && !" .GC".includes(letter) ? "on" : "strong";
    const lines = label ? this.lines(this.say(label), one.width - 6, true) : [];
    const top = one.y + one.height / 2 + 4.5 - (LINE * (lines.length - 1)) / 2;
    lines.forEach((line, i) => this.panel.text(one.middle, top + i * LINE, line, kind, "middle"));
  }

  grid(rows, { width = this.width, gap = 1.5 } = {}) {
    const side = width / Math.max(...rows.map(({ length }) => length)) - gap;
    const left = this.x + (this.width - width) / 2;
    const placed = rows.flatMap((row, j) => [...row].map((letter, i) => [letter, [left + i * (side + gap), this.y + j * (side + gap)]]));
    for (const letter of [...new Set(rows.join("").replaceAll(" ", ""))].sort()) this.panel.cells(placed.filter(([own]) => own === letter).map(([, at]) => at), side, side, KINDS[letter]);
    this.y += rows.length * (side + gap) + 4;
  }

  // A lane for each label with events: start, length, letter and, if it has one, name.
  lanes(rows, { length = Math.max(...rows.flatMap(([, events]) => events.map(([start, long]) => start + long))), height = 24 } = {}) {
    const names = rows.map(([label]) => this.say(label));
    const left = Math.min(Math.max(0, ...names.map((name) => textWidth(name, SIZE, false))) + (names.some(Boolean) ? 8 : 0), this.width * 0.32);
    const unit = (this.width - left) / length;
    rows.forEach(([, events], row) => {
      const lines = names[row] ? this.lines(names[row], left - 4) : [];
      const tall = Math.max(height, LINE * lines.length);
      const y = this.y + (tall - height) / 2;
      lines.forEach((line, i) => this.panel.text(this.x, this.y + tall / 2 + 4.5 + LINE * (i - (lines.length - 1) / 2), line));
      this.panel.bar(this.x + left, y, this.width - left, height, "faint");
      for (const [start, long, letter, label = ""] of events) this.brick(place(this.x + left + start * unit, y, Math.max(long * unit - 1.5, 1), height), letter, label);
      this.y += tall + 5;
    });
  }

  brick(one, letter, label) {
    this.panel.bar(one.x, one.y, one.width, one.height, KINDS[letter]);
    this.label(one, letter, label);
    return one;
  }

  // Bricks side by side, with arrows from one to the next and a way back.
  flow(boxes, { back = "", arrows = true } = {}) {
    const gap = arrows ? 24 : 8;
    const width = (this.width - gap * (boxes.length - 1)) / boxes.length;
    const height = Math.max(...boxes.map(([label]) => this.lines(this.say(label), width - 6, true).length)) * LINE + 15;
    const found = boxes.map(([label, letter], i) => {
      const one = this.brick(place(this.x + i * (width + gap), this.y, width, height), letter, label);
      if (i && arrows) this.panel.arrow(one.x - gap + 3, this.y + height / 2, one.x - 3, this.y + height / 2);
      return one;
    });
    this.y += height + 6;
    if (back) {
      const [first, last] = [found[0].middle, found.at(-1).middle];
      this.panel.line([[last, this.y - 4], [last, this.y + 10], [first, this.y + 10]]);
      this.panel.arrow(first, this.y + 10, first, this.y - 3);
      this.y += 12;
      this.caption(back, "", "middle");
    }
    return found;
  }

  arrow(label) {
    const middle = this.x + this.width / 2;
    this.panel.arrow(middle, this.y, middle, this.y + 20);
    if (label) this.panel.text(middle + 10, this.y + 14, this.say(label));
    this.y += 26;
  }

  // A link between two places; a thin one has no tip.
  link(start, end, letter = "G", thin = false) {
    const up = end.y < start.y;
    const [y1, y2, tip] = up ? [start.y - 1, end.bottom + 2, 6] : [start.bottom + 1, end.y - 2, -6];
    const half = (y1 + y2) / 2;
    const path = [[start.middle, y1], [start.middle, half], [end.middle, half], [end.middle, y2 + tip / 2]].map((one) => one.map(at).join(" "));
    this.panel.path(`M${path[0]}C${path.slice(1).join(" ")}`, `line ${hue(letter)}${thin ? " thin-line" : ""}`.trim());
    if (!thin) this.panel.path(`${through([[end.middle, y2], [end.middle - 3.2, y2 + tip], [end.middle + 3.2, y2 + tip]])}z`, `tip ${hue(letter)}`.trim());
  }

  links(starts, end, letter, thin = true) {
    for (const start of starts) this.link(start, end, letter, thin);
  }

  // A vector and the shorter ones it is projected to, all to one scale.
  fan([label, size], targets) {
    for (const line of this.lines(this.say(label))) this.panel.text(this.x, (this.y += LINE) - 4, line);
    const [height, top] = [150, this.y + 2];
    const [room, x] = [height / targets.length, this.x + this.width * 0.39];
    this.panel.bar(this.x, top, 16, height);
    targets.forEach(([name, count, letter], i) => {
      const tall = Math.max((height * count) / size, 2.5);
      const y = top + room * (i + 0.5) - tall / 2;
      this.panel.path(`M${at(this.x + 16)} ${at(top)}L${at(x)} ${at(y)}V${at(y + tall)}L${at(this.x + 16)} ${at(top + height)}z`, `${hue(letter)} beam`);
      this.panel.bar(x, y, 16, tall, KINDS[letter]);
      this.panel.text(x + 26, y + tall / 2 - 2, fixed(count), "strong");
      this.lines(this.say(name), this.width * 0.61 - 26).forEach((line, j) => this.panel.text(x + 26, y + tall / 2 + 14 + j * LINE, line));
    });
    this.y = top + height;
    this.caption(`=${fixed(size)}`, "strong");
  }

  // Experts as dots in a band for each group: `e` idle, `E` chosen; bands with a chosen one are tinted.
  experts(groups, across, height) {
    const [step, rows] = [(this.width - 16) / Math.max(across - 1, 1), Math.ceil(groups[0].length / across)];
    for (const group of groups) {
      const reached = group.includes("E");
      if (groups.length > 1) this.panel.bar(this.x, this.y, this.width, height, KINDS[reached ? "e" : "g"]);
      const places = range(group.length).map((i) => [this.x + 8 + (i % across) * step, this.y + (height * (Math.floor(i / across) + 1)) / (rows + 1)]);
      for (const letter of new Set(group)) this.panel.dots(places.filter((_, i) => group[i] === letter), letter === "e" && !reached ? "fine" : KINDS[letter]);
      this.y += height + 5;
    }
  }

  // Bars on a base, a letter each or one for all, with a dashed line at a value; negative ones hang.
  columns(values, letters, { line = 0, height = 90 } = {}) {
    const [most, least] = [Math.max(...values, line, 0), Math.min(...values, 0)];
    const unit = height / (most - least);
    const [width, base] = [(this.width + 3) / values.length - 3, this.y + most * unit];
    values.forEach((value, i) => {
      const tall = Math.max(Math.abs(value) * unit, 1);
      this.panel.bar(this.x + i * (width + 3), value >= 0 ? base - tall : base, width, tall, KINDS[letters[i % letters.length]]);
    });
    const across = (y, kind) => this.panel.line([[this.x, y], [this.x + this.width, y]], kind);
    across(base, "axis");
    if (line) across(base - line * unit, "dashed");
    this.y += height + 4;
  }

  curves(series, across, up, height = 120) {
    this.caption(up, "small");
    const [top, base] = [this.y + 2, this.y + 2 + height];
    this.panel.axis(this.x, top, base, this.x + this.width);
    for (const [points, letter] of series) this.panel.line(points.map(([x, y]) => [this.x + this.width * x, base - height * y]), `${hue(letter)}${lower(letter) ? " dashed" : ""}`);
    this.y = base + 2;
    this.caption(across, "small", "end");
  }

  dials(angles) {
    const y = this.y + 16;
    angles.forEach((angle, i) => {
      const x = this.x + ((i + 0.5) * this.width) / angles.length;
      this.panel.path(`M${at(x - 14)} ${at(y)}a14 14 0 1 0 28 0a14 14 0 1 0 -28 0z`, "faint");
      this.panel.line([[x, y], [x + 14 * Math.cos(angle), y - 14 * Math.sin(angle)]], `${KINDS.O} strong-line`);
    });
    this.y += 36;
  }

  // Squares whose areas are the values, `lead` behind the edges of their cells.
  squares(rows, side, gap, lead = 0) {
    const most = Math.max(...rows.flat());
    rows.forEach((row, i) =>
      row.forEach((value, j) => {
        const edge = (side - gap) * Math.sqrt(value / most);
        const inset = lead + (side - gap - edge) / 2;
        this.panel.bar(this.x + j * side + inset, this.y + i * side + inset, edge, edge, "index");
      }));
  }

  legend(...entries) {
    let { x } = this;
    this.y += 6;
    for (const [letter, label] of entries) {
      const text = this.say(label);
      const wide = 15 + textWidth(text, SIZE, false);
      if (x > this.x && x + wide > this.x + this.width) [x, this.y] = [this.x, this.y + LINE + 1];
      this.panel.bar(x, this.y + 1, 10, 10, `${KINDS[letter]} ${KEY}`.trim());
      this.panel.text(x + 15, this.y + 10.5, text);
      x += wide + 14;
    }
    this.y += LINE + 2;
  }
}

// Collects the frames of a technique; the first is its picture. Words and formulas may name what is put into `numbers`.
class Drawing {
  constructor(name) {
    this.name = name;
    this.numbers = {};
    this.frames = [];
  }

  // The numbers of an architecture, which words and formulas may name.
  use(id) {
    const found = numbers(id);
    Object.assign(this.numbers, found);
    return found;
  }

  fact = (name) => number(`${this.name}/facts.${name}.value`);
  factText = (name) => text(`${this.name}/facts.${name}.value`);

  say = (label) => {
    if (label.startsWith("=")) return label.slice(1);
    return filled(asks("drawing_word")(this.name, label), Object.fromEntries(Object.entries(this.numbers).map(([key, value]) => [key, grouped(value)])));
  };

  // A short text in the reader's language, a label for each of its tokens; a bar stands between two.
  sample = (key = "sample_text") => this.say(key).split("|").map((token) => `=${token}`);

  // With a key one of the steps, of which three stand side by side on a desk.
  frame(key = "", formula = "") {
    const canvas = new Canvas(panel("", 0, "", key ? 300 : 360), this.say);
    this.frames.push({ key, canvas, formula });
    return canvas;
  }

  finished() {
    return this.frames.map(({ key, canvas: { panel, y }, formula }) => {
      const [title, sentence] = ["title", "says"].map((part) => this.say(key ? `${key}_${part}` : part));
      const latex = formula.replace(/<(\w+)>/g, (_, name) => grouped(this.numbers[name]).replaceAll(",", "{,}"));
      return { title, sentence, formula: latex, panel: panelsOf([{ ...panel, title, says: title, height: y + 2 }])[0] };
    });
  }
}

// Of a fact that is told in words, its numbers from left to right.
const numbersOf = (path) => text(path).match(/\d[\d,]*(\.\d+)?/g).map((one) => +one.replaceAll(",", ""));
const byTechnique = {};
const drawing = (name, draw) => (byTechnique[name] = draw);

// Without words: what a glyph shows.
const mute = ({ shapes, height }) => ({ shapes: shapes.filter((shape) => !/^<text|class="[^"]*\bkey"/.test(shape)).join(""), height });

Object.assign(globalThis, {
  drawings: () => Object.keys(byTechnique),
  frames(name) {
    const one = new Drawing(name);
    byTechnique[name](one, one.frame());
    return { glyph: mute({ ...one.frames[0].canvas.panel, height: one.frames[0].canvas.y + 2 }), frames: one.finished() };
  },
});
