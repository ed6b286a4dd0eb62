// The two calculators. Formulas and coefficients come with the page; here they are only evaluated.

const { formulas } = data;
const write = {
  gb: (number) => `${significant(float(number) / 1e9)} GB`,
  few: (number) => significant(float(number)),
  power: (number) => float(number).toExponential(2).replace(/e\+(\d+)/, (_, exponent) => ` × ${ten(exponent)}`),
  all: (number) => digits([rounded(number), 1n]),
};

// Which form each line takes; refusals that are no matter of a number.
const kinds = {
  memory(variant, known, problems, name) {
    const weights = field.w.value === "released" ? variant.released : field.w.value;
    const stored = field.c.value === "stored";
    if (!weights) problems.push(fill(words.no_format, { name }));
    if (stored && !variant.stored) problems.push(fill(words.no_stored, { name }));
    for (const part of ["h", "o"]) if (field[part].checked && !field[part].disabled) known.parameters = apply["-"](known.parameters, exact(variant[part]));
    for (const [bits, format] of [["weight_bits", weights], ["cache_bits", field.c.value]]) known[bits] = exact(data.bits[format] ?? "8");
    known.expert_bits = exact(data.bits.expert);
    return { weight_bytes: weights === "mixed" ? "mixed" : "", cache_bytes: [stored && "stored", known.window_elements[0] && "window", known.state_elements[0] && "state"].filter(Boolean).join(" ") };
  },
  training: (variant, known) => ({ flops_per_token: variant.n ? (known.attention_flops_per_position ? "attention" : "") : "own" }),
};

function workOut(forms, known) {
  return Object.entries(formulas).map(([line, options]) => {
    const [text, tree] = options[(forms[line] ?? "").trim()];
    const numbers = text.replace(/[a-z_]{5,}|\d{4}/g, (name) => digits(known[name] ?? exact(name)));
    const result = evaluate(tree, known);
    known[line] = [rounded(result), 1n];
    return [line, text, numbers, result];
  });
}

const remarks = {
  memory(variant, known, said) {
    const usable = (float(known.gpus) * float(known.gpu_memory) * float(known.usable_percent)) / 1e4;
    const parts = { weights: float(known.weight_bytes) / usable, cache: float(known.cache_bytes) / usable };
    said.share = significant(parts.weights + parts.cache);
    for (const part in parts) find(`[data-part=${part}]`).style.width = `${parts[part]}%`;
    const { context, published } = variant;
    return [
      context && above(known.context_length, exact(context[0])) && fill(words.beyond, { context: context[1], length: digits(known.context_length) }),
      published && fill(words.size, { recomputed: digits(known.parameters), published }),
      variant.parts,
      variant.format && fill(words.format, variant),
    ];
  },
  training(variant, known, said) {
    const bound = variant.n && !known.attention_flops_per_position ? words.at_least : "";
    const lent = borrowed(variant);
    const most = lent.length ? 2 : 4;
    for (const line of ["gpu_hours", "cost_usd"]) said[line] = few(float(known[line]), most);
    if (lent.length) said.days = few(float(known.days), most);
    if (lent.length) said.gpu_hours = fill(words.about, { value: said.gpu_hours });
    if (bound) said.gpu_hours = fill(bound, { value: said.gpu_hours });
    said.what = field.v.value === "own" ? said.name : fill(words.what, { name: variant.root ?? said.name });
    said.fields = lent.join(words.and);
    said.lender = data.lender;
    said.share = field.p.value;
    said.count = digits(known.gpu_count);
    const [hours, tokens] = variant.hours?.slice(0, 2).map(exact) ?? [];
    const scaled = hours && apply["/"](apply["*"](hours, known.tokens), tokens);
    return [
      variant.root && fill(words.root, { ...said, ...variant }),
      variant.n && !known.attention_flops_per_position && words.products,
      hours && fill(words.run, { name: variant.root ?? said.name, source: variant.hours[3], hours: digits(hours), tokens: variant.hours[2], scaled: write.all(scaled), ratio: significant((100 * float(known.gpu_hours)) / float(scaled)) }),
    ];
  },
};

// The labels of the inputs that still hold another model's number.
const borrowed = (variant) =>
  all("[data-hint]")
    .map(({ dataset }) => field[dataset.hint])
    .filter((input) => {
      const [value, , lent] = (variant.run ?? {})[input.name] ?? [];
      return lent && !input.disabled && input.value === value;
    })
    .map((input) => input.labels[0].textContent.replace(/, .*|，.*/, "").replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()));

// ---- Showing ----

function say(first, second = "") {
  find("strong").className = second ? "" : "ds-off";
  find("strong").textContent = first;
  find("output span").textContent = second;
}

// Why there are no tokens: the field was cleared, the model goes on from other weights, or nobody published them.
function noTokens({ run, continues, root }, name) {
  const published = run?.d?.[0];
  if (published) return fill(words.empty_tokens, { name: root ?? name, tokens: published });
  return continues ? fill(words.continues, { name, base: continues }) : fill(words.no_tokens, { name: root ?? name });
}

function update() {
  const { kind } = form.dataset;
  const variant = variants[field.v.value] ?? {};
  const problems = [];
  for (const box of all("[data-with]")) {
    const [name, wanted] = box.dataset.with.split("=");
    box.hidden = box.querySelector("input").disabled = field[name].value !== wanted;
  }
  if (kind === "memory") {
    field.w.options[0].text = variant.released ? fill(words.as, { format: field.w.querySelector(`[value=${variant.released}]`).text }) : words.released;
    for (const part of ["h", "o"]) field[part].disabled = !(variant[part] > "0");
  } else {
    field.s.parentNode.hidden = field.s.disabled = !variant.n?.attention_flops_per_position;
    const run = variant.run ?? data.run;
    for (const small of all("[data-hint]")) {
      const [value, from] = run[small.dataset.hint] ?? ["", words.none];
      small.innerHTML = field[small.dataset.hint].value === value ? from : words.own;
    }
  }
  const name = chosen("v");
  const known = Object.fromEntries(Object.entries(variant.n ?? {}).map(([key, text]) => [key, exact(text)]));
  const said = { name, gpu: chosen("g") };
  if (variant.why) problems.push(fill(words.refused, { name, why: variant.why }));
  else {
    if (data.gpus[field.g.value]) known[data.fact] = exact(data.gpus[field.g.value]);
    if (variant.n && field.d && !field.d.value) problems.push(noTokens(variant, name));
    else read(known, problems);
  }
  const forms = variant.why ? {} : kinds[kind](variant, known, problems, name);
  find("[data-result]").hidden = problems.length;
  say(problems.join("\n"));
  if (problems.length) return;
  const rows = workOut(forms, known);
  if (data.workings) rows.unshift(["cache_elements", ...data.workings[variant.owner], known.cache_elements]);
  for (const [line, , , result] of rows) said[line] = write[data.lines[line][1]](result);
  find("tbody").innerHTML = rows
    .map(([line, text, numbers, result]) => `<tr><th scope="row">${data.lines[line][0]}</th><td class="n"><data class="ds-r" data-line="${line}" value="${rounded(result)}">${line.includes("bytes") ? write.all(result) : said[line]}</data></td><td><code>${text}</code><br>${numbers}</td></tr>`)
    .join("");
  find("ul").innerHTML = remarks[kind](variant, known, said).filter(Boolean).map((text) => `<li>${text}</li>`).join("");
  say(fill(said.fields ? words.answer_borrowed : words.answer, said), fill(words.answer_detail, said));
  for (const fact of all("[data-fact]")) fact.textContent = said[fact.dataset.fact];
}

// ---- The address ----

// The fields of the training begin with the run of the variant.
function begin() {
  const run = variants[field.v.value]?.run ?? data.run;
  for (const { dataset } of all("[data-hint]")) field[dataset.hint].value = run[dataset.hint]?.[0] ?? "";
}

function restore() {
  const given = [...new URLSearchParams(location.search)];
  given.filter(([name]) => name === "v").forEach(setField);
  begin();
  given.filter(([name]) => name !== "v").forEach(setField);
}

form.addEventListener("input", ({ target }) => {
  if (target.name === "v") begin();
  problem.textContent = "";
  update();
  keepAddress();
});
restore();
update();
