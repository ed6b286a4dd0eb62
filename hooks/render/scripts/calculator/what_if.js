// The workbench: a training step or a pass of serving, part by part, what binds it, and which change helps most.

const formulas = JSON.parse(data.formulas);
const two = (number) => local(number, { maximumSignificantDigits: 3 });
const worked = (formula, known) => formula.replace(/[a-z_]{3,}/g, (name) => (known[name] ? local(float(known[name]), { maximumSignificantDigits: 4 }) : name));
const signs = (formula) => formula.replaceAll(" * ", " × ").replaceAll(" / ", " ÷ ").replaceAll("-", "−");
const seconds = (number) => (number >= 1 ? `${two(number)} s` : number >= 1e-3 ? `${two(number * 1e3)} ms` : `${two(number * 1e6)} µs`);
const gigabytes = (number) => `${two(number / 1e9)} GB`;
const hundredth = (number, percent) => apply["*"](number, apply["/"](percent, [100n, 1n]));
const times = (number, by) => apply["*"](number, [by, 1n]);
const whole = (number) => [rounded(number), 1n];
const mode = () => field.t.value;

// What stands in the fields and does not feed a formula by itself; numbers by name and the names of what is on.
function settings(known, names) {
  const gpu = Object.fromEntries(Object.entries(data.gpus[field.g.value]).map(([key, text]) => [key, text && exact(text)]));
  const wide = known.gpu_count && !above(known.gpu_count, gpu.fast_domain ?? [1n, 1n]);
  known.gpu_memory = gpu.gpu_memory;
  if (field.y.value === "dualpipe") Object.assign(known, { copies: [2n, 1n], in_flight: apply["+"](known.pipeline ?? [1n, 1n], [1n, 1n]) });
  else Object.assign(known, { copies: [1n, 1n], in_flight: known.pipeline ?? [1n, 1n] });
  if (field.ov.checked) names.add("overlap");
  if (mode() === "training") {
    names.add(`schedule_${field.y.value}`);
    for (const stage of ["1", "2"]) if (field.z.value >= stage) names.add(`zero_${stage}`);
    return Object.assign(known, { peak_flops: gpu.peak_bf16, moment_bytes: exact(field.mo.value), sequences: known.batch, gpus: gpu });
  }
  const weights = field.w.value;
  const format = { bf16: "peak_bf16", fp8: "peak_fp8", mixed: "peak_fp8", fp4: "peak_fp4" }[weights];
  const peak = gpu[format] ?? gpu.peak_fp8 ?? gpu.peak_bf16;
  const [weight, expert] = data.bits[weights].map(exact);
  if (field.c.value === "stored") names.add("stored");
  if (known.gpu_count[0] > known.gpu_count[1]) names.add("several");
  if (field.h.checked) names.add("on_host");
  const link = wide ? gpu.link ?? known.network_bandwidth : known.network_bandwidth;
  return Object.assign(known, {
    sequences: known.users, weight_bits: weight, expert_bits: expert, cache_bits: exact({ bf16: "16", fp8: "8", stored: "16" }[field.c.value]),
    memory_bandwidth: hundredth(gpu.bandwidth, known.bandwidth_percent), product_flops: hundredth(peak, known.peak_percent), score_peak: hundredth(gpu.peak_bf16, known.peak_percent),
    exchange_bandwidth: hundredth(link, known.bandwidth_percent), tokens_checked: apply.ceil(known.tokens_a_pass), gpus: gpu,
  });
}

const MEMORY = { training: ["held_weights", "held_gradients", "held_states", "held_activations"], serving: ["weight_bytes", "table_bytes", "cache_each"] };
const TIME = { training: ["arithmetic_time", "bubble_time", "exposed_time", "gradient_time"], serving: ["weights_time", "products_time", "cache_time", "scores_time", "traffic_time"] };
const share = (known) => (100 * float(known.memory)) / (float(known.gpu_memory) * 0.9);
const goal = (known) => (mode() === "training" ? float(known.mfu) * float(known.peak_flops) : float(known.gpu_speed));

// Reads the fields, with some of them changed, and works all lines out.
function run(variant, changes = {}) {
  const [known, names, problems] = [Object.fromEntries(Object.entries(variant.n).map(([key, text]) => [key, exact(text)])), new Set(), []];
  const before = Object.keys(changes).map((name) => [name, field[name].type === "checkbox" ? field[name].checked : field[name].value]);
  const put = ([name, value]) => (typeof value === "boolean" ? (field[name].checked = value) : (field[name].value = value));
  Object.entries(changes).forEach(put);
  read(known, problems);
  if (!problems.length) fits(known, problems);
  let lines = [];
  if (!problems.length) {
    settings(known, names);
    lines = workLines(formulas[mode()], known, names);
    if (known.cache_bytes) known.cache_each = apply["/"](known.cache_bytes, known.gpu_count);
  }
  before.forEach(put);
  return { known, names, problems, lines };
}

// What has to divide.
function fits(known, problems) {
  if (mode() === "serving") return;
  const split = apply["*"](known.pipeline, known.tensor);
  if ((known.gpu_count[0] * split[1]) % split[0]) problems.push(words.divides);
  if (above(known.expert_parallel, apply["/"](known.gpu_count, known.pipeline))) problems.push(words.experts_fit);
}

// Changes that a reader could make, each as fields with other values, as far as it is none yet.
function changes(known) {
  const number = (name, by) => `${Math.max(1, Math.round(Number(field[name].value.replace(/[KMBT]$/i, (letter) => "e" + { K: 3, M: 6, B: 9, T: 12 }[letter.toUpperCase()])) * by))}`;
  const tried = { gpu: { g: data.next[field.g.value] } };
  if (!field.ov.checked) tried.overlap = { ov: true };
  else if (mode() === "serving") tried.no_overlap = { ov: false };
  tried.network = { i: number("i", 2) };
  if (mode() === "training") {
    if (field.y.value !== "dualpipe") tried.dualpipe = { y: "dualpipe" };
    tried.batch = { q: number("q", 2) };
    if (known.pipeline[0] > 1n) tried.pipeline = { j: number("j", 0.5) };
    tried.nodes = { nd: number("nd", 0.5) };
  } else {
    tried.users = { us: number("us", 2) };
    tried.more = { k: number("k", 2), us: number("us", 2) };
    if (field.c.value === "bf16") tried.cache = { c: "fp8" };
    if (field.w.value === "bf16") tried.weights = { w: "fp8" };
    else if (field.w.value === "fp8") tried.weights = { w: "mixed" };
  }
  return Object.entries(tried).filter(([, change]) => Object.values(change).every((value) => value !== undefined));
}

function best(variant, known) {
  let found = null;
  for (const [name, change] of changes(known)) {
    const { known: then, problems } = run(variant, change);
    if (problems.length || (share(then) > 100 && share(known) <= 100)) continue;
    const gain = share(known) > 100 ? share(known) / share(then) : goal(then) / goal(known);
    if (!found || gain > found.gain) found = { name, gain, gpu: change.g };
  }
  return found;
}

function bar(name, parts, known) {
  const place = find(`[data-bar=${name}]`);
  const all = parts.reduce((sum, part) => sum + float(known[part]), 0);
  place.replaceChildren(...parts.map((part, i) => Object.assign(document.createElement("span"), { className: `ds-part-${i}`, title: words.lines[part] })));
  parts.forEach((part, i) => (place.children[i].style.width = `${(100 * float(known[part])) / all}%`));
  const list = find(`[data-key=${name}]`);
  const written = name === "time" ? seconds : gigabytes;
  list.innerHTML = parts.map((part, i) => `<li><i class="ds-part-${i}"></i>${words.lines[part]} ${written(float(known[part]))}</li>`).join("");
}

const written = (name, value) => {
  const number = float(value);
  if (name.endsWith("_time")) return seconds(number);
  if (name.startsWith("held") || name.endsWith("bytes") || name === "memory") return gigabytes(number);
  if (name.endsWith("flops")) return number.toExponential(2).replace(/e\+(\d+)/, (_, exponent) => ` × ${ten(exponent)}`);
  return name === "mfu" ? `${two(100 * number)}%` : local(number, { maximumSignificantDigits: 4 });
};

function answer(known, name) {
  const said = { name, gpu: chosen("g"), count: local(float(known.gpu_count)), memory: gigabytes(float(known.memory)), share: two(share(known)) };
  if (mode() === "training") return fill(words.training, { ...said, step: seconds(float(known.step_time)), mfu: two(100 * float(known.mfu)), hours: few(float(known.gpu_hours), 3), days: few(float(known.days), 3), cost: few(float(known.cost_usd), 3) });
  return fill(words.serving, { ...said, users: local(float(known.users)), pass: seconds(float(known.pass_time)), speed: two(float(known.user_speed)), all: few(float(known.gpu_speed) * float(known.gpu_count), 3), cost: two(float(known.token_cost)) });
}

function bound(known) {
  const [work, traffic] = mode() === "serving" ? [float(known.work_time), float(known.traffic_time)] : [0, 0];
  if (share(known) > 100) return "memory";
  if (mode() === "training") return TIME.training.reduce((a, b) => (float(known[b]) > float(known[a]) ? b : a));
  if (traffic > work) return "traffic_time";
  return ["weights_time", "products_time", "cache_time", "scores_time"].reduce((a, b) => (float(known[b]) > float(known[a]) ? b : a));
}

function update() {
  for (const box of all("[data-with]")) {
    const [name, wanted] = box.dataset.with.split("=");
    box.hidden = field[name].value !== wanted;
    for (const input of box.querySelectorAll("input, select")) input.disabled = box.hidden;
  }
  const variant = variants[field.v.value];
  field.h.disabled = !(variant.n?.table_parameters > "0");
  const name = chosen("v");
  const result = variant.why ? { problems: [fill(words.refused, { name, why: variant.why })] } : run(variant);
  const { problems, known, lines } = result;
  find("[data-result]").hidden = problems.length;
  find("strong").className = problems.length ? "ds-off" : "";
  find("strong").textContent = problems.length ? problems.join("\n") : answer(known, name);
  find("output span").textContent = "";
  if (problems.length) return;
  const binds = bound(known);
  const help = best(variant, known);
  find("output span").textContent = fill(words.binds, { what: words.lines[binds] }) + (help && help.gain > 1.005 ? words.gap + fill(words.helps, { change: fill(words.changes[help.name], { gpu: field.g.querySelector(`[value="${help.gpu}"]`)?.text }), times: two(help.gain) }) : "");
  bar("memory", MEMORY[mode()], known);
  bar("time", TIME[mode()], known);
  find("tbody").innerHTML = lines.map(({ name: line, formula, value }) => `<tr><th scope="row">${words.lines[line]}</th><td class="n"><data class="ds-r" data-line="${line}" value="${float(value)}">${written(line, value)}</data></td><td><code>${signs(formula)}</code><br>${signs(worked(formula, known))}</td></tr>`).join("");
  find("ul.ds-remarks").innerHTML = [mode() === "serving" && !known.score_flops && words.no_scores, known.gpus.link ? "" : words.no_link].filter(Boolean).map((text) => `<li>${text}</li>`).join("");
}

// A preset sets every field that it names; the others begin as the page does.
function preset() {
  const name = field.x.value;
  const wanted = data.presets[name];
  if (!wanted) return;
  form.reset();
  field.x.value = name;
  Object.entries(wanted).forEach(([key, value]) => setField([key, `${value}`]));
}

form.addEventListener("input", ({ target }) => {
  problem.textContent = "";
  if (target.name === "x") preset();
  else field.x.value = "";
  update();
  keepAddress();
});
const given = [...new URLSearchParams(location.search)];
if (given.length === 1 && given[0][0] === "x") setField(given[0]);
preset();
if (given.length > 1) {
  for (const box of all("input[type=checkbox]")) box.checked = false;
  given.forEach(setField);
}
update();
