// Fields of a calculator: how they are read, and how numbers are written.

const form = document.querySelector(".ds-calculator");
const data = JSON.parse(document.getElementById("calculator-data").textContent);
const { words, variants } = data;
const field = form.elements;
const all = (selector) => [...form.querySelectorAll(selector)];
const find = (selector) => all(selector)[0];
const chosen = (name) => field[name].selectedOptions[0].text;
// What follows 万 or 亿 in Chinese characters stands close to it: 534.2 万美元.
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]).replace(/([万亿]) (?=[\u3400-\u9fff])/g, "$1");

// ---- Numbers: fractions, and how they are written ----

const local = (number, options) => number.toLocaleString(document.documentElement.lang, options);
const significant = (number) => local(number, number < 100 ? { minimumSignificantDigits: 3, maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 });
// A number with no more digits than its inputs bear, in words: 2.67 million, 267 万.
const few = (number, most) => local(number, { notation: "compact", compactDisplay: "long", maximumSignificantDigits: most }).replace(/\d(?=[万亿])/, "$& ");
const ten = (exponent) => `10${`${exponent}`.replace(/./g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])}`;

// All digits; a number that ends in many zeros as digits times a power of ten.
function digits([a, b]) {
  if (a % b) return local(float([a, b]), { maximumFractionDigits: 20 });
  const [, first, more] = /^(\d)(\d*?)0{9,}$/.exec(a / b) ?? [];
  const power = ten(`${a / b}`.length - 1);
  return first ? (first + more === "1" ? power : `${first}${more && "."}${more} × ${power}`) : local(a / b);
}

// What is typed: digits, and behind them K, M, B or T where the field takes letters.
function parse(text, { base = "" }) {
  const letters = { 1024: "KM", 1000: "KMBT" }[base] ?? "";
  const [, whole, part = "", letter] = /^(\d{1,20})(?:\.(\d{1,12}))?\s?(\w?)$/.exec(text.trim().replaceAll(",", "")) ?? [];
  const place = letters.indexOf(letter?.toUpperCase() || "-");
  return !whole || (letter && place < 0) ? null : [BigInt(whole + part) * BigInt(base) ** BigInt(place + 1), 10n ** BigInt(part.length)];
}

function read(known, problems) {
  for (const input of all("[data-feeds]:enabled")) {
    const { feeds, least, most, whole, times, allowed } = input.dataset;
    const found = parse(input.value, input.dataset);
    const wrong = !found || above(parse(least, input.dataset), found) || above(found, parse(most, input.dataset)) || (whole && found[0] % found[1]);
    input.setAttribute("aria-invalid", !!wrong);
    if (wrong) problems.push(fill(words.number, { label: input.labels[0].textContent, found: input.value, allowed }));
    else known[feeds] = apply["*"](found, exact(times));
  }
}

// A field takes what the address names, or says why not.
const problem = find("[role=alert]");
function setField([name, found]) {
  const input = field[name];
  const values = [...(input?.options ?? [])].map((option) => option.value);
  if (!input) return;
  if (input.type === "checkbox") input.checked = found === "1";
  else if (!input.options || values.includes(found)) input.value = found;
  else problem.textContent += fill(words.choice, { label: input.labels[0].textContent, found, allowed: name === "v" ? words.ids : values.join(", "), kept: chosen(name) });
}
const keepAddress = () => history.replaceState(null, "", `?${new URLSearchParams(new FormData(form))}`);
