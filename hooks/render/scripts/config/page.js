// The page on a config.json of one's own. What is pasted stays here; texts of it are set as text, never as markup.

const { board: known, start, words, ...given } = JSON.parse(document.getElementById("config-data").textContent);
const forms = JSON.parse(given.forms);
const form = document.getElementById("config-form");
const [text, file, length] = ["config-text", "config-file", "config-length"].map((id) => document.getElementById(id));
const [problem, output] = ["[role=alert]", "output"].map((selector) => form.querySelector(selector));
const result = document.getElementById("config-result");
const place = document.getElementById("compare-board");
const local = (number, options) => number.toLocaleString(document.documentElement.lang, options);
const short = (number) => local(number, { notation: "compact", maximumSignificantDigits: 4 });
const exactly = ([a, b]) => (a % b ? local(Number(a) / Number(b), { maximumFractionDigits: 3 }) : local(a / b));
const power = (number) => number.toExponential(2).replace(/e\+(\d+)/, (_, exponent) => ` × 10${superscript(exponent)}`);
const own = "own";
const MOST_SAID = 20;
let data = known;
let ids = [...start];

function say(lines) {
  output.replaceChildren(...lines.filter(Boolean).flatMap((line) => [document.createTextNode(line), document.createElement("br")]));
}

// Experts at work, spread over all, so that the drawing shows how few they are.
const spread = (chosen, all) => range(chosen).map((i) => Math.floor(((i + ((i * 0.618) % 1)) * all) / chosen));

function column({ numbers: n, kind, longest }, sum, name) {
  const routed = n.moe_layers ? n.n_routed_experts : 0;
  const shared = n.n_shared_experts ?? 0;
  const experts = filled(words.board[!routed ? "dense" : shared ? "shared" : "experts"], { active: n.num_experts_per_tok, all: routed, shared });
  const value = (number, html) => ({ n: number, html, note: "" });
  return {
    name: plain(name),
    link: plain(name),
    day: "",
    said: plain(filled(words.said, { kind, layers: n.num_hidden_layers })),
    drawn: { layers: n.num_hidden_layers, hidden: n.hidden_size, routed, chosen: routed ? spread(n.num_experts_per_tok, routed) : [], shared },
    alternative: plain(filled(words.board.drawn_says, { name, layers: n.num_hidden_layers, experts })),
    experts: plain(experts),
    values: {
      total: value(Number(sum.total), short(Number(sum.total))),
      activated: value(Number(sum.activated), short(Number(sum.activated))),
      cache: value(float(sum.cache), exactly(sum.cache)),
      context: whole(longest, 1, 1e12) ? value(longest, local(longest)) : value(null, "–"),
      tokens: value(null, "–"),
    },
    family: own,
  };
}

function show(read, name) {
  const sum = sumConfig(forms, read);
  const tokens = BigInt(length.value.trim());
  const [{ numbers: n }, at] = [read, [tokens, 1n]];
  const kept = apply["+"](apply["*"](sum.cache, at), apply["*"](sum.window, apply.min(at, [BigInt(n.sliding_window ?? 0), 1n])));
  const bytes = (elements) => exactly(apply["*"](elements, [2n, 1n]));
  const matrix = 2 * Number(sum.activated);
  // A layer with a window looks back no further than that.
  const [windowed, heads] = [n.sliding_window_layers ?? 0, n.num_attention_heads];
  const seen = (n.num_hidden_layers - windowed) * Number(tokens) + windowed * Math.min(Number(tokens), n.sliding_window ?? 0);
  const attention = sum.scores && 2 * heads * float(sum.scores) * seen;
  const engram = sum.engram.reduce((all, part) => all + part.value, 0n);
  const left = [...read.beside, read.mtp && filled(words.mtp, { count: read.mtp }), engram && filled(words.engram, { count: local(engram) })].filter(Boolean);
  say([
    filled(words.answer, { total: local(sum.total), activated: local(sum.activated), cache: bytes(sum.cache) }),
    sum.window[0] && filled(words.answer_window, { window: bytes(sum.window) }),
    filled(words.at_length, { length: local(tokens), bytes: local((float(kept) * 2) / 1e9, { maximumSignificantDigits: 3 }) }),
    attention ? filled(words.flops, { flops: power(matrix + attention), matrix: power(matrix), attention: power(attention) }) : filled(words.flops_products, { matrix: power(matrix) }),
    left.length && filled(words.beside, { parts: left.join(words.listed) }),
  ]);
  const worked = (formula) => formula.replace(/[a-z_]{5,}/g, (key) => local(n[key]));
  result.querySelector("caption").textContent = filled(words.table, { name });
  result.querySelector("tbody").innerHTML = sum.parts.map((part) => `<tr><th scope="row">${plain(words.parts[part.name])}</th><td class="n"><data class="ds-r" value="${part.value}">${local(part.value)}</data></td><td><code>${part.formula.replaceAll(" * ", " × ").replaceAll("-", "−")}</code><br>${worked(part.formula).replaceAll(" * ", " × ").replaceAll("-", "−")}</td></tr>`).join("");
  data = { ...known, models: { ...known.models, [own]: column(read, sum, name) }, families: { ...known.families, [own]: { brought: [], more: "" } } };
  ids = [...start, own];
}

function update() {
  problem.textContent = "";
  [data, ids] = [known, [...start]];
  say([]);
  const read = text.value.trim() ? readConfig(forms, text.value) : null;
  const name = words.column;
  if (read && !read.problems && !/^[1-9]\d{0,9}$/.test(length.value.trim())) read.problems = [["number", { key: length.labels[0].textContent.trim(), found: length.value.slice(0, 20), least: 1, most: 9999999999 }]];
  if (read?.problems) problem.textContent = [...read.problems.slice(0, MOST_SAID).map(([key, values]) => filled(words.problem[key], values)), read.problems.length > MOST_SAID && filled(words.problem.more, { count: local(read.problems.length - MOST_SAID) })].filter(Boolean).join("\n");
  else if (read) show(read, name);
  result.hidden = !read || !!read.problems;
  place.innerHTML = board(data, ids);
}

async function take(given) {
  if (!given) return;
  text.value = given.size > 1e6 ? "" : await given.text();
  update();
  if (given.size > 1e6) problem.textContent = filled(words.problem.not_json, { found: `${given.name}, ${local(given.size)} B` });
}

form.addEventListener("submit", (event) => event.preventDefault());
for (const field of [text, length]) field.addEventListener("input", update);
file.addEventListener("change", () => take(file.files[0]));
for (const kind of ["dragover", "drop"]) {
  form.addEventListener(kind, (event) => {
    event.preventDefault();
    if (kind === "drop") take(event.dataTransfer.files[0]);
  });
}
result.addEventListener("click", ({ target }) => target.dataset.save && savePicture(data, ids, target.dataset.save));
if (text.value) update();
