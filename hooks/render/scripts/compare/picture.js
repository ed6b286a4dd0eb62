// The upper part of a comparison as a picture of its own, with its colours and faces written in.

const [PAGE, LEFT, EDGE] = [1200, 200, 40];

// As many lines as a text needs; a letter is about half as wide as high, one of Chinese as wide.
function wrapped(text, size, room) {
  const lines = [""];
  const wide = (word) => [...word].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 1 : 0.53), 0) * size;
  for (const word of text.match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+/g) ?? []) {
    if (lines.at(-1) && wide(lines.at(-1) + word.trimEnd()) > room) lines.push("");
    lines[lines.length - 1] += word;
  }
  return lines;
}

// `style` has the colours by name, `faces` what defines the faces of letters, if that could be read.
function picture(data, ids, style, faces) {
  const { words, models } = data;
  const plain = (html) => plainText(html).replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" })[name]);
  const safe = (text) => text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
  const out = [];
  const write = (x, y, text, kind = "") => out.push(`<text class="${kind}" x="${at(x)}" y="${at(y)}">${safe(plain(text))}</text>`);
  const wide = (PAGE - 2 * EDGE - LEFT) / ids.length;
  const xOf = (i) => EDGE + LEFT + i * wide;
  const scale = Math.min(1, (wide - 24) / WIDE);
  let y = 74;
  for (const line of wrapped(plain(sentence(data, ids)), 32, PAGE - 2 * EDGE)) {
    write(EDGE, y, line, "sentence");
    y += 42;
  }
  y += 16;
  ids.forEach((id, i) => {
    write(xOf(i), y, models[id].name, "name");
    wrapped(plain(models[id].said), 13, wide - 20).forEach((line, k) => write(xOf(i), y + 22 + 17 * k, line, "small"));
  });
  y += 50 - (GROUND - highest(data, ids)) * scale;
  ids.forEach((id, i) => {
    const { drawn, experts } = models[id];
    if (drawn.layers) out.push(`<g transform="translate(${at(xOf(i))} ${at(y)}) scale(${scale.toFixed(3)})">${networkShapes(drawn)}</g>`);
    write(xOf(i), y + GROUND * scale + 22, experts, "small");
  });
  y += GROUND * scale + 44;
  const rule = () => out.push(`<path class="rule" d="M${EDGE} ${at(y)}H${PAGE - EDGE}"/>`);
  for (const row of ROWS) {
    rule();
    write(EDGE, y + 26, words[row], "head");
    const key = WITH_KEY.includes(row) ? 15 : 0;
    if (key) out.push(`<rect class="fill activated" x="${EDGE}" y="${at(y + 35)}" width="9" height="9"/>`);
    if (words[`${row}_says`]) wrapped(words[`${row}_says`], 12.5, LEFT - 16 - key).forEach((line, k) => write(EDGE + key, y + 44 + 16 * k, line, "small"));
    ids.forEach((id, i) => {
      const { n, html, note } = models[id].values[row];
      const first = models[ids[0]].values[row].n;
      const told = n && first && i ? `  ${ratioText(words, n, first)}` : "";
      out.push(`<text x="${at(xOf(i))}" y="${at(y + 28)}"><tspan class="value">${safe(plain(html))}</tspan><tspan class="small">${safe(told)}</tspan></text>`);
      if (note) write(xOf(i), y + 62, note, "small");
      if (n) out.push(`<g transform="translate(${at(xOf(i))} ${at(y + 37)}) scale(${scale.toFixed(3)} 1)">${barShapes(row, n, models[id].values.activated.n, most(data, ids, row))}</g>`);
    });
    y += 78;
  }
  rule();
  write(EDGE, y + 26, words.brought, "head");
  let deepest = 0;
  ids.forEach((id, i) => {
    let down = y + 26;
    for (const [aspect, what] of data.families[models[id].family].brought)
      for (const [k, line] of wrapped(plain(`${aspect}${words.colon}${what}`), 13, wide - 34).entries()) {
        if (!k) out.push(`<circle class="dot" cx="${at(xOf(i) + 3)}" cy="${at(down - 4.5)}" r="3"/>`);
        write(xOf(i) + 14, down, line, "line");
        down += 18;
      }
    deepest = Math.max(deepest, down - y);
  });
  y += Math.max(deepest, 44) + 12;
  rule();
  write(EDGE, y + 26, words.credit, "small");
  const height = Math.round(y + 48);
  const rules = `text{font-family:${style.text};fill:${style.ink};font-size:13px}.sentence,.name{font-family:${style.serif};font-weight:600}.sentence{font-size:32px}.name{font-size:21px}.small{fill:${style.quiet};font-size:12.5px;font-weight:400}.head{font-weight:600;font-size:14px}.value{font-weight:650;font-size:19px}
.rule{stroke:${style.line};fill:none}.pale{fill:${style.expert};fill-opacity:.2}.pale.dense{fill:${style.act}}.lines{stroke:${style.expert};fill:none;stroke-width:.9}.lines.dense{stroke:${style.act}}.dots{fill:none;stroke:${style.expert};stroke-opacity:.55;stroke-width:1.9;stroke-linecap:round}.dots.here{stroke-opacity:1;stroke-width:5.4}.shared{fill:${style.shared}}
.track{fill:${style.act};fill-opacity:.1}.track.activated{fill:${style.expert}}.track.cache{fill:${style.cache}}.fill{fill:${style.act}}.fill.activated{fill:${style.expert}}.fill.cache{fill:${style.paper};stroke:${style.cache}}.hatch{stroke:${style.cache};stroke-width:1.8;fill:none}.dot{fill:${style.act}}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${PAGE}" height="${height}" viewBox="0 0 ${PAGE} ${height}"><style>${faces}${rules}</style><rect width="100%" height="100%" fill="${style.paper}"/>${out.join("")}</svg>`;
}
