// The workbench: what a model takes, part by part, what binds it, and which change helps most. Fields and formulas come with the page.

const two = (number) => local(number, { maximumSignificantDigits: 3 });
const worked = (formula, known) => formula.replace(/[a-z_][a-z_0-9]{2,}/g, (name) => (known[name] ? local(float(known[name]), { maximumSignificantDigits: 4 }) : name));
const signs = (formula) => formula.replaceAll(" * ", " × ").replaceAll(" / ", " ÷ ").replaceAll("-", "−");
const seconds = (number) => (number >= 1 ? `${two(number)} s` : number >= 1e-3 ? `${two(number * 1e3)} ms` : `${two(number * 1e6)} µs`);
const gigabytes = (number) => `${two(number / 1e9)} GB`;
const mode = () => field.t.value;

const SERVED = ["weight_bytes", "table_bytes", "cache_each"];
const MEMORY = { training: ["held_weights", "held_gradients", "held_states", "held_activations", "held_gathered"], serving: SERVED, prefill: SERVED, memory: ["weight_bytes", "cache_bytes"], run: [] };
const SENT = ["traffic_time", "reduce_time", "stages_time"];
const TIME = {
  training: ["arithmetic_time", "bubble_time", "exposed_time", "gradient_time"],
  serving: ["weights_time", "products_time", "cache_time", "scores_time", ...SENT],
  prefill: ["weights_time", "products_time", "scores_time", ...SENT],
  memory: [],
  run: [],
};
const share = (known) => float(known.share);
const goal = (known) => (mode() === "training" ? float(known.mfu) * float(known.peak_bf16) : float(known.gpu_speed));

// Reads the fields, with some of them changed, and works all lines out.
function run(changes = {}) {
  const problems = [];
  const before = Object.keys(changes).map((name) => [name, field[name].type === "checkbox" ? field[name].checked : field[name].value]);
  const put = ([name, value]) => (typeof value === "boolean" ? (field[name].checked = value) : (field[name].value = value));
  Object.entries(changes).forEach(put);
  const known = read(problems);
  before.forEach(put);
  if (problems.length) return { problems };
  // A line that says why there are no others comes before what it refuses.
  const rows = formulas[mode()];
  const lines = [];
  for (const row of rows) {
    lines.push(...workLines([row], known));
    if (words.refusals[row[0]] && known[row[0]]?.[0]) return { problems: [fill(words.refusals[row[0]], { name: chosen("v"), gpu: chosen("g"), heads: known.num_attention_heads?.[0], layers: known.num_hidden_layers?.[0] })] };
  }
  return { known, problems, lines };
}

// Changes that a reader could make, each as fields with other values, as far as it is none yet.
function changes(known) {
  const number = (name, by) => `${Math.max(1, Math.round(float(parse(field[name].value, field[name].dataset)) * by))}`;
  const tried = { gpu: { g: data.next[field.g.value] } };
  if (!field.ov.checked) tried.overlap = { ov: true };
  else if (mode() !== "training") tried.no_overlap = { ov: false };
  tried.network = { i: number("i", 2) };
  if (mode() === "training") {
    if (field.y.value !== "dualpipe") tried.dualpipe = { y: "dualpipe" };
    tried.batch = { q: number("q", 2) };
    if (known.pipeline[0] > 1n) tried.pipeline = { j: number("j", 0.5) };
    tried.tensor = { l: number("l", 2) };
    if (known.tensor[0] > 1n) tried.apart = { l: number("l", 0.5) };
    tried.context = { cp: number("cp", 2) };
  } else {
    tried.tensor = { tl: `${2 * float(known.tensor)}` };
    if (float(known.tensor) > 1) tried.apart = { tl: `${float(known.tensor) / 2}` };
    if (float(known.pipeline) > 1) tried.pipeline = { pp: number("pp", 0.5) };
    tried.users = { us: number("us", 2) };
    tried.more = { k: number("k", 2), us: number("us", 2) };
    if (field.c.value === "bf16") tried.cache = { c: "fp8" };
    if (field.w.value === "bf16") tried.weights = { w: "fp8" };
    else if (field.w.value === "fp8") tried.weights = { w: "mixed" };
  }
  if (mode() !== "serving") tried.nodes = { nd: number("nd", 0.5) };
  return Object.entries(tried).filter(([, change]) => Object.values(change).every((value) => value !== undefined));
}

// A change with which it fits, another GPU last; and twice, four times, … as many GPUs, up to the first number on which it fits: what a GPU
// has a copy of may be too large.
function findFit(known) {
  const suits = (change) => {
    const { known: then, problems } = run(change);
    return !problems.length && share(then) <= 100;
  };
  const [name, change] = changes(known).sort(([a], [b]) => (a === "gpu") - (b === "gpu")).find(([name, change]) => name !== "more" && suits(change)) ?? [];
  const by = name ? fill(words.fits_by, { change: changeText(name, change.g) }) + words.gap : "";
  for (let times = 2; times <= 4096; times *= 2) {
    const k = `${float(known.gpu_count) * times}`;
    if (suits({ k })) return { fits: by + fill(words.fits, { count: local(Number(k)) }) };
  }
  return { fits: by + words.fits_never };
}

const changeText = (name, gpu) => fill(words.changes[name], { gpu: field.g.querySelector(`[value="${gpu}"]`)?.text });

function best(known) {
  if (share(known) > 100) return findFit(known);
  let found = null;
  for (const [name, change] of changes(known)) {
    const { known: then, problems } = run(change);
    if (problems.length || share(then) > 100) continue;
    const gain = goal(then) / goal(known);
    if (!found || gain > found.gain) found = { name, gain, gpu: change.g };
  }
  return found;
}

function bar(name, parts, known) {
  const place = find(`[data-bar=${name}]`);
  place.parentNode.hidden = !parts.length;
  const all = parts.reduce((sum, part) => sum + float(known[part]), 0);
  place.replaceChildren(...parts.map((part, i) => Object.assign(document.createElement("span"), { className: `ds-part-${i}`, title: words.lines[part] })));
  parts.forEach((part, i) => (place.children[i].style.width = `${(100 * float(known[part])) / all}%`));
  find(`[data-key=${name}]`).innerHTML = parts.map((part, i) => `<li><i class="ds-part-${i}"></i>${words.lines[part]} ${written(part, known[part])}</li>`).join("");
}

const written = (name, value) => {
  const number = float(value);
  if (name.endsWith("_time")) return seconds(number);
  if (name.startsWith("held") || name.endsWith("bytes") || ["memory", "cache_each"].includes(name)) return gigabytes(number);
  if (name.includes("flops")) return number.toExponential(2).replace(/e\+(\d+)/, (_, exponent) => ` × ${ten(exponent)}`);
  if (name === "mfu") return `${two(100 * number)}%`;
  return local(number, { maximumSignificantDigits: name === "share" ? 3 : name.endsWith("parameters") ? 12 : 4 });
};

// The sentence of a mode, which names the lines that it says.
function answer(known, lines) {
  const said = Object.fromEntries(lines.map(({ name, value }) => [name, written(name, value)]));
  for (const name of ["gpu_hours", "days", "cost_usd", "all_speed", "tokens"]) if (known[name]) said[name] = few(float(known[name]), 3);
  for (const name of ["gpu_count", "sequences", "context_length", "new_tokens"]) if (known[name]) said[name] = local(float(known[name]));
  return (known.share && share(known) > 100 ? words.too_large : "") + fill(words[mode()], { ...said, name: chosen("v"), gpu: chosen("g"), utilisation: field.p.value });
}

function bound(known) {
  if (share(known) > 100) return "memory";
  // What overlaps stands against all work together; what does not is one part among others.
  const hidden = known.work_time && field.ov.checked;
  const longest = (parts) => parts.reduce((a, b) => (float(known[b]) > float(known[a]) ? b : a));
  const [covered, parts] = hidden ? [SENT.slice(0, 2), TIME[mode()].filter((part) => !SENT.slice(0, 2).includes(part))] : [[], TIME[mode()]];
  const sent = covered.reduce((sum, part) => sum + float(known[part]), 0);
  return longest(hidden && sent > float(known.work_time) ? [...covered, "stages_time"] : parts);
}

function update() {
  form.dataset.kind = mode();
  for (const box of all("[data-with]")) {
    const [name, wanted] = box.dataset.with.split("=");
    box.hidden = !wanted.split(" ").includes(field[name].value);
    for (const input of box.querySelectorAll("input, select")) input.disabled = box.hidden;
  }
  const why = data.why[field.v.value];
  const { problems, known, lines } = why ? { problems: [fill(words.refused, { name: chosen("v"), why })] } : run();
  find("[data-result]").hidden = problems.length;
  find("strong").className = problems.length ? "ds-off" : "";
  find("strong").textContent = problems.length ? problems.join("\n") : answer(known, lines);
  find("output span").textContent = "";
  if (problems.length) return;
  if (TIME[mode()].length) {
    const help = best(known);
    const said = help?.fits ?? (help?.gain > 1.005 && fill(words.helps, { change: changeText(help.name, help.gpu), times: two(help.gain) }));
    find("output span").textContent = [fill(words.binds, { what: words.lines[bound(known)] }), said].filter(Boolean).join(words.gap);
  }
  bar("memory", MEMORY[mode()], known);
  bar("time", TIME[mode()], known);
  find("tbody").innerHTML = lines.filter(({ name }) => words.lines[name]).map(({ name, formula, value }) => `<tr><th scope="row">${words.lines[name]}</th><td class="n"><data class="ds-r" data-line="${name}" value="${float(value)}">${written(name, value)}</data></td><td><code>${signs(formula)}</code><br>${signs(worked(formula, known))}</td></tr>`).join("");
  const remarks = [
    known.work_time && known.index_flops && words.chosen,
    known.new_tokens && known.reading_chosen_flops?.[0] && words.masked,
    known.new_tokens && above(known.active_parameters, known.reading_parameters) && words.encoder,
    known.utilisation_percent && words.left_out,
    known.flops_per_token && !known.matrix_parameters && !known.attention_flops_per_position?.[0] && words.products,
    known.network_bandwidth && !known.link && words.no_link,
    known.batch && above(known.tensor, known.cache_heads) && fill(words.copied, { times: local(float(known.tensor) / float(known.cache_heads), { maximumSignificantDigits: 3 }) }),
    known.batch && above(known.pipeline, known.under_way) && fill(words.waits, { percent: two(100 - (100 * float(known.under_way)) / float(known.pipeline)) }),
    known.absorbed_time && words[above(known.absorbed_time, known.unabsorbed_time) ? "unabsorbed" : "absorbed"],
    known.context_length && known.longest && above(known.context_length, known.longest) && fill(words.beyond, { context: local(float(known.longest)) }),
  ];
  find("ul.ds-remarks").innerHTML = remarks.filter(Boolean).map((text) => `<li>${text}</li>`).join("");
}

const set = (values) => Object.entries(values ?? {}).forEach(([key, value]) => setField([key, `${value}`]));

// A preset sets every field that it names; the others begin as the page does.
function preset() {
  const name = field.x.value;
  if (!data.presets[name]) return;
  form.reset();
  field.x.value = name;
  set(data.presets[name]);
}

form.addEventListener("input", ({ target }) => {
  problem.textContent = "";
  if (target.name === "x") preset();
  else field.x.value = "";
  if (target.name === "v") set(runs[target.value]);
  update();
  keepAddress();
});
// An address of the calculator of memory called the users `b`.
const given = [...new URLSearchParams(location.search)].map(([name, value]) => [name === "b" ? "us" : name, value]);
const { x, v } = Object.fromEntries(given);
if (x) setField(["x", x]);
preset();
if (!x && given.length) {
  for (const box of all("input[type=checkbox]")) box.checked = false;
  setField(["x", ""]);
  set(runs[v]);
  given.forEach(setField);
}
update();
