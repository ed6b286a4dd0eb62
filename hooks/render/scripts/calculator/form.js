// Fields of a calculator: how they are read, and how numbers are written.

const form = document.querySelector(".ds-calculator");
const data = JSON.parse(document.getElementById("calculator-data").textContent);
const { words } = data;
const [formulas, gives, runs] = [data.formulas, data.gives, data.runs].map((text) => JSON.parse(text));
const field = form.elements;
const all = (selector) => [...form.querySelectorAll(selector)];
const find = (selector) => all(selector)[0];
const chosen = (name) => field[name].selectedOptions[0].text;
// What follows 万 or 亿 in Chinese characters stands close to it: 534.2 万美元. In English 1 user is no plural.
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]).replace(/(?<![\d.,])1 (user|prompt|token|day|GPU-hour|US dollar)s\b/g, "1 $1").replace(/([万亿]) (?=[\u3400-\u9fff])/g, "$1");

// ---- Numbers: fractions, and how they are written ----

const local = (number, options) => number.toLocaleString(document.documentElement.lang, options);
// A number with no more digits than its inputs bear, in words: 2.67 million, 267 万.
const few = (number, most) => local(number, { notation: "compact", compactDisplay: "long", maximumSignificantDigits: most }).replace(/\d(?=[万亿])/, "$& ");
const ten = (exponent) => `10${`${exponent}`.replace(/./g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])}`;

// What is typed: digits, and behind them K, M, B or T where the field takes letters.
function parse(text, { base = "" }) {
  const letters = { 1024: "KM", 1000: "KMBT" }[base] ?? "";
  const [, whole, part = "", letter] = /^(\d{1,20})(?:\.(\d{1,12}))?\s?(\w?)$/.exec(text.trim().replaceAll(",", "")) ?? [];
  const place = letters.indexOf(letter?.toUpperCase() || "-");
  return !whole || (letter && place < 0) ? null : [BigInt(whole + part) * BigInt(base) ** BigInt(place + 1), 10n ** BigInt(part.length)];
}

const exactly = (numbers) => Object.fromEntries(Object.entries(numbers ?? {}).map(([name, text]) => [name, exact(text)]));
const held = (input) => (input.type === "checkbox" ? `${input.checked ? 1 : ""}` : input.value);

// The numbers of all fields that are shown: what is typed, and what a choice stands for.
function read(problems) {
  const known = {};
  for (const input of all("[name]:enabled")) {
    const { feeds, least, most, whole, times, allowed } = input.dataset;
    if (!feeds) Object.assign(known, exactly(gives[input.name]?.[held(input)]));
    else if (!input.value.trim() && input.dataset.empty) input.setAttribute("aria-invalid", false);
    else {
      const found = parse(input.value, input.dataset);
      const wrong = !found || above(parse(least, input.dataset), found) || above(found, parse(most, input.dataset)) || (whole && found[0] % found[1]);
      input.setAttribute("aria-invalid", !!wrong);
      if (wrong) problems.push(fill(words.number, { label: input.labels[0].textContent, found: input.value, allowed }));
      else known[feeds] = apply["*"](found, exact(times));
    }
  }
  return known;
}

// A field takes what the address names, or says why not.
const problem = find("[role=alert]");
function setField([name, found]) {
  const input = field[name];
  const values = [...(input?.options ?? [])].map((option) => option.value);
  if (!input) return;
  if (input.type === "checkbox") input.checked = found === "1";
  else if (!input.options || values.includes(found)) input.value = found;
  else problem.textContent += fill(words.choice, { label: input.labels[0].textContent, found, allowed: name === "v" ? words.ids : values.filter(Boolean).join(", "), kept: chosen(name) });
}
const keepAddress = () => history.replaceState(null, "", `?${new URLSearchParams(new FormData(form))}`);
