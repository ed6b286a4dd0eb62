// Parameters, cache and computation of what `read.js` made of a file, part by part, with the catalogue's formulas.

const namesIn = (tree) => (Array.isArray(tree) ? tree.slice(1).flatMap(namesIn) : typeof tree === "string" ? [tree] : []);

// The formulas that hold: `when` names what has to be there, or must not behind `!`.
function heldParts(parts, names) {
  const has = (one) => (one[0] === "!" ? !names.has(one.slice(1)) : names.has(one));
  return parts.map(([name, formula, tree, when]) => ({ name, formula, tree, when })).filter(({ when }) => when.every(has));
}

// Lines that hold, in order, each a number for those below it; a number that is not 0 counts as a name.
function workLines(parts, known) {
  const holds = (one) => (one[0] === "!" ? !known[one.slice(1)]?.[0] : known[one]?.[0]);
  return parts.flatMap(([name, formula, tree, when]) => (when.every(holds) ? { name, formula, value: (known[name] = evaluate(tree, known)) } : []));
}

function sumConfig(forms, { numbers, names, kind, network }) {
  const known = Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== undefined).map(([name, number]) => [name, [BigInt(number), 1n]]));
  const present = new Set(names);
  const work = (parts) => heldParts(parts, present).map((part) => ({ ...part, value: rounded(evaluate(part.tree, known)) }));
  const add = (parts) => parts.reduce((sum, { value }) => sum + value, 0n);
  const { weights, cache, window, scores } = forms.kinds[kind];
  // Where a class has shared experts of a width of its own, its row takes the place of the common one.
  const named = new Map(work([...forms.embeddings, ...weights, ...forms.networks[network], ...forms.rest]).map((part) => [part.name, part]));
  const parts = [...named.values()].filter(({ value }) => value);
  const total = add(parts);
  const idle = network === "dense" ? 0n : add(work(forms.idle));
  const embedding = known.vocab_size[0] * known.hidden_size[0];
  const exactly = (part) => (part ? evaluate(part.tree, known) : [0n, 1n]);
  const [cacheFormula] = heldParts(cache, present);
  const [windowFormula] = heldParts(window, present);
  return {
    parts,
    total,
    activated: total - idle - (numbers.tie_word_embeddings ? 0n : embedding),
    engram: work(forms.engram),
    cache: exactly(cacheFormula),
    cacheFormula,
    window: exactly(windowFormula),
    windowFormula,
    scores: scores && !present.has("index_topk") ? evaluate(scores, known) : null,
    known,
  };
}

function workedLines(parts, numbers) {
  const known = Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, exact(text)]));
  return workLines(parts, known).map(({ name, value: [a, b] }) => [name, `${a}/${b}`]);
}

// The same as texts: tests and `make peers` ask for it.
function countedNumbers(forms, read) {
  const { parts, total, activated, cache, window } = sumConfig(forms, read);
  return { kind: read.kind, parts: parts.map(({ name, value }) => [name, `${value}`]), total: `${total}`, activated: `${activated}`, cache: cache.join("/"), window: window.join("/") };
}

function countedConfig(forms, text) {
  const read = readConfig(forms, text);
  return read.problems ? read : countedNumbers(forms, read);
}
