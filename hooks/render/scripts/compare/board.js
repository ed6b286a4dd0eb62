// Models side by side: a sentence, drawings to one scale on one ground, bars with ratios, what each brought. The build runs this too.

const plainText = (html) => html.replace(/<[^>]*>/g, "");
const ROWS = ["total", "activated", "cache", "context", "tokens"];
const TOLD = ["total", "activated", "cache"]; // in the sentence
const WITH_KEY = ["total", "activated"]; // whose label has a swatch of the weights at work
const [LAYER, UNIT, PITCH, PER_ROW, GROUND, WIDE] = [1.5, 0.0095, 5.6, 16, 146, 230];

// How a number stands to the first one: the same, a whole part of it (one 22nd), or so many times.
function ratio(number, first) {
  const r = number / first;
  const parts = Math.round(1 / r);
  if (Math.abs(r - 1) < 0.005) return ["same", ""];
  if (r < 0.4 && Math.abs(1 / r / parts - 1) < 0.03) return ["part", `${parts}`];
  if (r >= 10) return ["times", `${Math.round(r)}`];
  return ["times", r >= 1.1 ? r.toFixed(1) : r >= 1 ? r.toFixed(2) : r.toPrecision(2)];
}

function ratioText(words, number, first) {
  const [kind, shown] = ratio(number, first);
  return kind === "same" ? words.same : kind === "part" ? `1/${shown}` : `× ${shown}`;
}

const chipItems = ({ models, words }, ids) =>
  ids.map((id) => `<li><span>${models[id].name}</span><button type="button" data-id="${id}" aria-label="${filled(words.remove, { name: models[id].name })}"${ids.length > 2 ? "" : " disabled"}>×</button></li>`).join("");

// A third, a quarter, one 22nd, as an English sentence says it; other languages have the number alone.
function ordinal({ names, endings }, parts) {
  const ending = Math.floor((parts % 100) / 10) === 1 ? 0 : parts % 10;
  return names[parts - 3] ?? parts + (endings[ending] ?? endings[0]);
}

// What became of weights, work and cache from the first model to the last, as parts of a sentence with the row of each.
function findings(data, ids) {
  const { words, models } = data;
  const [first, last] = [models[ids[0]], models[ids.at(-1)]];
  return TOLD.filter((row) => first.values[row].n && last.values[row].n).map((row) => {
    const [kind, shown] = ratio(last.values[row].n, first.values[row].n);
    const key = kind === "times" && Number(shown) < 1 ? "less" : kind;
    const note = last.values[row].note || first.values[row].note;
    return [row, filled(words[`told_${key}`], { what: words[`told_${row}`] + (note ? filled(words.counting, { note }) : ""), ratio: shown, nth: ordinal(words.nth, shown) })];
  });
}

function sentence(data, ids) {
  const { words, models } = data;
  const [first, last] = [models[ids[0]], models[ids.at(-1)]];
  const found = findings(data, ids);
  if (!found.length) return "";
  const [head, tail] = filled(first.day && last.day > first.day ? words.from_to : words.beside, { first: first.name, last: last.name, parts: "\n" }).split("\n");
  const parts = found.map(([row, text], i) => `${i ? (i === found.length - 1 ? words.and : words.comma) : ""}<span class="${row}">${text}</span>`);
  return `${head}${parts.join("")}${tail}`;
}

// Every model to one scale: a layer as high, a number as wide, an expert as large as in the others.
function networkShapes({ layers, hidden, routed, chosen, shared }) {
  if (!layers) return "";
  const [width, top] = [hidden * UNIT, GROUND - layers * LAYER];
  const kind = routed ? "expert" : "dense";
  const lines = range(layers).map((i) => `M0 ${at(GROUND - (i + 0.5) * LAYER)}h${at(width)}`);
  let shapes = `<rect class="${kind} pale" x="0" y="${at(top)}" width="${at(width)}" height="${at(layers * LAYER)}"/><path class="${kind} lines" d="${lines.join("")}"/>`;
  if (!routed) return shapes;
  const rows = Math.ceil(routed / PER_ROW);
  const place = (i) => `M${at(100 + (i % PER_ROW) * PITCH)} ${at(GROUND - 3 - (rows - 1 - Math.floor(i / PER_ROW)) * PITCH)}h.01`;
  const here = new Set(chosen);
  shapes += `<path class="dots" d="${range(routed).filter((i) => !here.has(i)).map(place).join("")}"/><path class="dots here" d="${chosen.map(place).join("")}"/>`;
  return shapes + range(shared).map((i) => `<rect class="shared" x="204" y="${GROUND - 9 - i * 12}" width="9" height="9"/>`).join("");
}

// How high the highest of some models is drawn; all stand on one ground.
const highest = (data, ids) => Math.max(0, ...ids.map((id) => data.models[id].drawn).map(({ layers, routed }) => Math.max(layers * LAYER, Math.ceil(routed / PER_ROW) * PITCH + 2)));

function barShapes(row, number, active, most) {
  const wide = (n) => Math.max(2, (WIDE * n) / most);
  const width = wide(number);
  let shapes = `<rect class="track ${row}" width="${WIDE}" height="9" rx="1"/><rect class="fill ${row}" width="${at(width)}" height="9" rx="1"/>`;
  if (row === "total" && active) shapes += `<rect class="fill activated" width="${at(wide(active))}" height="9" rx="1"/>`;
  if (row !== "cache") return shapes;
  const lines = range(Math.ceil((width + 9) / 5)).map((i) => [Math.max(0, i * 5 - 9), Math.min(width, i * 5), i * 5]);
  return `${shapes}<path class="hatch" d="${lines.filter(([a, b]) => b > a).map(([a, b, end]) => `M${at(a)} ${at(end - a)}L${at(b)} ${at(end - b)}`).join("")}"/>`;
}

// The most in each row, which its bars are drawn against.
const most = (data, ids, row) => Math.max(...ids.map((id) => data.models[id].values[row].n ?? 0));

function valueCell(data, ids, id, row) {
  const { words, models } = data;
  const { n, html, note } = models[id].values[row];
  const first = models[ids[0]].values[row].n;
  const told = n && first && id !== ids[0] ? ` <span class="ds-board-ratio">${ratioText(words, n, first)}</span>` : "";
  const bar = n ? `<svg class="ds-board-bar" viewBox="0 0 ${WIDE} 9" aria-hidden="true">${barShapes(row, n, models[id].values.activated.n, most(data, ids, row))}</svg>` : "";
  return `<td><b>${html}</b>${told}${note ? ` <small>${note}</small>` : ""}${bar}</td>`;
}

const broughtBy = ({ brought, more }, words) => `${brought.length ? `<ul>${brought.map(([aspect, what]) => `<li><b>${aspect}</b>${words.colon}${what}</li>`).join("")}</ul>` : ""}${more}</td>`;

function board(data, ids) {
  const { words, models } = data;
  const cells = (of) => ids.map((id) => of(models[id], id)).join("");
  const row = (name, head, of) => `<tr class="${name}"${name === "drawn" ? ' id="compare-drawings"' : ""}><th scope="row">${head}</th>${cells(of)}</tr>`;
  const key = (name) => (WITH_KEY.includes(name) ? '<i class="ds-board-key"></i>' : "");
  const label = (name) => `${words[name]}${words[`${name}_says`] ? `<small>${key(name)}${words[`${name}_says`]}</small>` : ""}`;
  const [told, high] = [sentence(data, ids), highest(data, ids)];
  return `<p class="ds-board-sentence">${told}</p>
<div class="ds-board-scroll" role="region" aria-label="${words.title}" tabindex="0"><table class="ds-board" data-of="${ids.length}"><caption class="ds-hidden">${words.title}</caption>
<thead><tr><td></td>${cells(({ link, said }) => `<th scope="col">${link}<small>${said}</small></th>`)}</tr></thead>
<tbody>${row("drawn", `<span>${words.drawn}</span>`, ({ drawn, experts, alternative }) =>
    `<td>${drawn.layers ? `<svg class="ds-board-drawing" role="img" aria-label="${alternative}" viewBox="0 ${at(GROUND - high)} ${WIDE} ${at(high + 1)}">${networkShapes(drawn)}</svg>` : ""}<small>${experts}</small></td>`)}
${ROWS.map((name) => row(name, label(name), (_, id) => valueCell(data, ids, id, name))).join("\n")}
${row("brought", label("brought"), ({ family }) => `<td>${broughtBy(data.families[family], words)}`)}</tbody></table></div>`;
}
