// The two calculators. Formulas and coefficients come with the page as data; here they are only
// evaluated, in exact fractions of big integers, so that the digits are those of the build.

const form = document.querySelector(".ds-calculator");
const data = JSON.parse(document.getElementById("calculator-data").textContent);
const { words, formulas, lines, variants } = data;
const field = form.elements;
const memory = form.dataset.kind === "memory";
const find = (selector) => form.querySelector(selector);

// ---- Numbers -----------------------------------------------------------------------------------

const exact = (text) => {
  const [above, below = "1"] = text.split("/");
  return [BigInt(above), BigInt(below)];
};
const apply = {
  "+": ([a, b], [c, d]) => [a * d + c * b, b * d],
  "-": ([a, b], [c, d]) => [a * d - c * b, b * d],
  "*": ([a, b], [c, d]) => [a * c, b * d],
  "/": ([a, b], [c, d]) => [a * d, b * c],
  min: (x, y) => (x[0] * y[1] < y[0] * x[1] ? x : y),
  ceil: ([a, b]) => [(a + b - 1n) / b, 1n],
};
const evaluate = (tree, known) =>
  Array.isArray(tree)
    ? apply[tree[0]](...tree.slice(1).map((part) => evaluate(part, known)))
    : typeof tree === "number" ? [BigInt(tree), 1n] : known[tree];

// Half a unit goes to the even neighbour, as in the build.
function rounded([a, b]) {
  const whole = a / b, rest = 2n * (a % b);
  return rest > b || (rest === b && whole % 2n) ? whole + 1n : whole;
}

const float = ([a, b]) => (b > 1n && a > 9n ** 18n ? Number(a / b) : Number(a) / Number(b));
const local = (number, options) => number.toLocaleString(document.documentElement.lang, options);
const significant = (number) =>
  local(number, number >= 100 || !number ? { maximumFractionDigits: 0 } : { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const superscript = (number) => String(number).replace(/./g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
const power = (number) => {
  const [mantissa, exponent] = number.toExponential(2).split("e+");
  return `${mantissa} × 10${superscript(exponent)}`;
};

// All digits; a number that ends in many zeros as digits times a power of ten.
function digits(fraction) {
  const whole = fraction[0] / fraction[1];
  if (whole * fraction[1] !== fraction[0]) return local(float(fraction), { maximumFractionDigits: 20 });
  const [, first, more] = /^(\d)(\d*?)0{9,}$/.exec(whole) ?? [];
  if (!first) return local(whole);
  const ten = `10${superscript(String(whole).length - 1)}`;
  return first + more === "1" ? ten : `${first}${more && "."}${more} × ${ten}`;
}

// What is typed: digits, a point, and behind them K, M, B or T where the field takes letters.
function typed(input) {
  const text = input.value.trim().replaceAll(",", "");
  return value(text, input) ?? null;
}
function value(text, { dataset }) {
  const letters = dataset.base === "1024" ? "KM" : dataset.base ? "KMBT" : "";
  const [, whole, part = "", letter = ""] = /^(\d{1,20})(?:\.(\d{1,12}))?\s?([a-z]?)$/i.exec(text) ?? [];
  if (!whole || (letter && !letters.includes(letter.toUpperCase()))) return null;
  const times = BigInt(dataset.base ?? 1) ** BigInt("KMBT".indexOf(letter.toUpperCase()) + (letter ? 1 : 0));
  return [BigInt(whole + part) * times, 10n ** BigInt(part.length)];
}
const more = (x, y) => x[0] * y[1] > y[0] * x[1];

// ---- Reading the form --------------------------------------------------------------------------

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const label = (input) => input.labels[0].textContent.trim();
const shown = (input) => !input.closest("[hidden].ds-field");
const chosen = (name) => field[name].selectedOptions[0].textContent;

function number(name, problems) {
  const input = field[name], found = typed(input);
  const { least, most, whole, base } = input.dataset;
  const wrong = !found || more(value(least, input), found) || more(found, value(most, input)) || (whole !== undefined && found[0] % found[1]);
  input.toggleAttribute("aria-invalid", Boolean(wrong));
  if (wrong) input.setAttribute("aria-invalid", "true");
  if (wrong && shown(input)) {
    problems.push(
      fill(words.number, { label: label(input), found: input.value, kind: words[whole === undefined ? "decimal" : "whole"], least, most }) +
        (base ? fill(words.letters, { letters: base === "1024" ? "K, M" : "K, M, B, T" }) : ""),
    );
  }
  return wrong ? null : found;
}

// The lines in their order; a line that lacks a number is left out, as are those that need it.
function workOut(forms, known) {
  const found = [];
  for (const line of Object.keys(formulas)) {
    const [text, tree] = formulas[line][forms[line] ?? ""];
    if ([...text.matchAll(/[a-z_]{5,}/g)].some(([name]) => !known[name])) continue;
    const result = evaluate(tree, known);
    const numbers = text.replace(/\b(?!min\b|ceil\b)[a-z_]+/g, (name) => digits(known[name])).replace("3600", digits([3600n, 1n]));
    found.push({ line, text, numbers, result });
    known[line] = [rounded(result), 1n];
  }
  return found;
}

// ---- Memory ------------------------------------------------------------------------------------

function readMemory(variant, problems) {
  const known = Object.fromEntries(Object.entries(variant.n).map(([name, text]) => [name, exact(text)]));
  const bits = (format) => [BigInt(data.bits[format] ?? 0), 1n];
  const weights = field.w.value === "released" ? variant.released : field.w.value;
  if (!weights) problems.push(fill(words.no_format, { name: chosen("v") }));
  if (field.c.value === "stored" && !variant.stored) problems.push(fill(words.no_stored, { name: chosen("v") }));
  if (field.x.checked) known.parameters = apply["+"](known.parameters, exact(variant.beside));
  const own = number("m", problems);
  Object.assign(known, {
    weight_bits: bits(weights === "mixed" ? "fp8" : weights),
    expert_bits: bits("fp4"),
    cache_bits: bits(field.c.value),
    context_length: number("n", problems),
    sequences: number("b", problems),
    gpu_memory: field.g.value === "custom" ? own && apply["*"](own, [10n ** 9n, 1n]) : exact(data.gpus[field.g.value]),
    usable_percent: number("u", problems),
  });
  const cache = [field.c.value === "stored" && "stored", known.sliding_window[0] && "window"].filter(Boolean).join(" ");
  return [{ weight_bytes: weights === "mixed" ? "mixed" : "", cache_bytes: cache }, known];
}

function sayMemory(variant, known, found) {
  const gb = (line) => significant(float(known[line]) / 1e9);
  const gpus = float(known.gpus), usable = (gpus * float(known.gpu_memory) * float(known.usable_percent)) / 100;
  const part = (bytes) => (100 * bytes) / usable;
  const shares = [part(float(known.weight_bytes)), part(float(known.cache_bytes))];
  for (const [name, share] of [["experts", shares[0]], ["cache", shares[1]], ["free", 100 - shares[0] - shares[1]]]) {
    find(`[data-part=${name}]`).style.flexBasis = `${share}%`;
  }
  const [working, numbers] = data.workings[variant.owner];
  const elements = { line: "cache_elements", text: working, numbers, result: exact(variant.n.cache_elements) };
  const length = known.context_length;
  return {
    answer: [{ name: chosen("v"), gpus: local(gpus), gpu: chosen("g") }, { weights: gb("weight_bytes"), cache: gb("cache_bytes"), share: significant(shares[0] + shares[1]) }],
    facts: { gpus: local(gpus), weight_bytes: `${gb("weight_bytes")} GB`, cache_bytes: `${gb("cache_bytes")} GB` },
    rows: [elements, ...found],
    remarks: [
      variant.context && more(length, [BigInt(variant.context[0]), 1n]) && fill(words.beyond, { context: variant.context[1], length: digits(length) }),
      variant.published && fill(words.size, { recomputed: digits(known.parameters), published: variant.published }),
    ],
  };
}

// ---- Training ----------------------------------------------------------------------------------

function readTraining(variant, problems) {
  const known = Object.fromEntries(Object.entries(variant.n ?? {}).map(([name, text]) => [name, exact(text)]));
  if (!field.d.value && variant.n) problems.push(fill(words.no_tokens, { name: chosen("v") }));
  const names = { d: "tokens", s: "sequence_length", k: "gpu_count", p: "utilisation_percent", r: "price_per_gpu_hour", a: "matrix_parameters", f: "peak_flops" };
  for (const [name, long] of Object.entries(names)) {
    if (shown(field[name]) && (name !== "d" || field.d.value || !variant.n)) known[long] = number(name, problems);
  }
  known.peak_flops = field.g.value === "custom" ? known.peak_flops && apply["*"](known.peak_flops, [10n ** 12n, 1n]) : exact(data.gpus[field.g.value]);
  return [{ flops_per_token: variant.n ? (known.attention_flops_per_position ? "attention" : "") : "own" }, known];
}

function sayTraining(variant, known, found) {
  const days = significant(float(found.find(({ line }) => line === "days").result));
  const facts = { gpu_hours: local(known.gpu_hours[0]), days, cost_usd: local(known.cost_usd[0]) };
  const remarks = [variant.n && !known.attention_flops_per_position && words.products];
  if (variant.hours) {
    const [hours, tokens] = variant.hours.map(exact);
    const scaled = apply["/"](apply["*"](hours, known.tokens), tokens);
    const ratio = float(known.gpu_hours) / float(scaled);
    remarks.push(fill(words.published, { hours: digits(hours), tokens: digits(tokens), scaled: local(rounded(scaled)), ratio: significant(100 * ratio) }));
  }
  return {
    answer: [{ name: chosen("v"), hours: facts.gpu_hours, days, cost: facts.cost_usd }, { flops: power(float(known.training_flops)), count: digits(known.gpu_count), gpu: chosen("g"), share: field.p.value }],
    facts,
    rows: found,
    remarks,
  };
}

// The fields begin with the run of the variant, and say whose number they hold.
function begin() {
  const { run = {} } = variants[field.v.value] ?? variants[data.start];
  for (const name of "dsgkpr") field[name].value = run[name]?.[0] ?? "";
}
function hints() {
  const own = field.v.value === "own", variant = variants[own ? data.start : field.v.value];
  for (const small of form.querySelectorAll("[data-hint]")) {
    const [value, basis] = variant.run?.[small.dataset.hint] ?? ["", "none"];
    const kind = field[small.dataset.hint].value !== value ? "own" : own && value ? "borrowed" : basis;
    const start = field.v.querySelector(`[value="${data.start}"]`).textContent;
    small.textContent = fill(words[kind], { name: kind === "borrowed" ? start : variant.root });
  }
}

// ---- Showing -----------------------------------------------------------------------------------

function cells({ line, text, numbers, result }) {
  const row = document.createElement("tr"), head = document.createElement("th");
  head.scope = "row";
  head.textContent = lines[line];
  const working = document.createElement("td"), code = document.createElement("code");
  code.textContent = text;
  working.append(code, document.createElement("br"), numbers);
  const cell = document.createElement("td"), shownValue = document.createElement("data");
  cell.className = "n";
  shownValue.className = "ds-r";
  shownValue.value = `${rounded(result)}`;
  shownValue.dataset.line = line;
  shownValue.textContent = line === "training_flops" ? power(float(result)) : line === "days" ? significant(float(result)) : digits([rounded(result), 1n]);
  cell.append(shownValue);
  row.append(head, working, cell);
  return row;
}

function update() {
  const own = field.v.value === "own", variant = own ? {} : variants[field.v.value], problems = [];
  for (const box of form.querySelectorAll("[data-with]")) {
    const [name, wanted] = box.dataset.with.split("=");
    box.hidden = field[name].value !== wanted;
  }
  if (memory) {
    const option = field.w.options[0];
    const format = variant.released && field.w.querySelector(`[value=${variant.released}]`).textContent;
    option.textContent = format ? fill(words.as, { format }) : words.released;
    field.x.disabled = !variant.n || variant.beside === "0";
  } else {
    field.s.closest(".ds-field").hidden = !variant.n?.attention_flops_per_position;
    hints();
  }
  let said;
  if (variant.why) problems.push(fill(words[memory ? "no_memory" : "no_training"], { name: chosen("v"), why: variant.why }));
  else {
    const [forms, known] = (memory ? readMemory : readTraining)(variant, problems);
    if (!problems.length) said = (memory ? sayMemory : sayTraining)(variant, known, workOut(forms, known));
  }
  const output = find("output");
  find("[data-result]").hidden = !said;
  output.className = said ? "" : "ds-off";
  if (!said) return void output.replaceChildren(...problems.flatMap((problem) => [problem, document.createElement("br")]));
  const small = Object.assign(document.createElement("small"), { textContent: fill(words.answer_detail, said.answer[1]) });
  output.replaceChildren(fill(words.answer, said.answer[0]), document.createElement("br"), small);
  for (const [fact, text] of Object.entries(said.facts)) find(`[data-fact=${fact}]`).textContent = text;
  find("tbody").replaceChildren(...said.rows.map(cells));
  find(".ds-remarks").replaceChildren(...said.remarks.filter(Boolean).map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

// ---- The address -------------------------------------------------------------------------------

function keep() {
  const state = new URLSearchParams([...form.querySelectorAll("[name]")].filter((input) => shown(input) && (input.type !== "checkbox" || input.checked)).map((input) => [input.name, input.value]));
  history.replaceState(null, "", `?${state}${location.hash}`);
}

function restore() {
  const problems = [];
  const given = new URLSearchParams(location.search);
  const set = (name) => {
    const input = field[name], found = given.get(name);
    if (found === null || !input) return;
    if (input.type === "checkbox") input.checked = found === "1";
    else if (input.options && ![...input.options].some((option) => option.value === found)) {
      const allowed = name === "v" ? words.ids : [...input.options].map((option) => option.value).join(", ");
      problems.push(fill(words.choice, { label: label(input), found, allowed, kept: chosen(name) }));
    } else input.value = found;
  };
  set("v");
  if (!memory) begin();
  for (const name of given.keys()) if (name !== "v") set(name);
  const box = find(".ds-problem");
  box.hidden = !problems.length;
  box.replaceChildren(...problems.flatMap((problem) => [problem, document.createElement("br")]));
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", (event) => {
  if (event.target.name === "v" && !memory) begin();
  find(".ds-problem").hidden = true;
  update();
  keep();
});
form.hidden = false;
restore();
update();
