// Answers above the hits: a fact of a model, models side by side, who uses what, what a word means, or a question of the page of questions.
// A query is answered where all of it is understood: the names in it, the words that ask, and nothing left over. Better no answer than a wrong one.

Object.assign(FILES, { answers: () => "answers", kinds: () => "kinds", family: (n) => `f${n}`, defined: (n) => `d${n}`, questions: (n) => `q${n}`, api: () => "api" });

const MOST_LINES = 5;
const MOST_GROUPS = 3;
const ALIKE = 0.55; // of what the words of a query and of a question weigh, where both ask for the same
const ALIKE_NAMES = 0.6; // and where the query asks for nothing
// Longer ways of asking first, so that “是什么” leaves nothing of “是什么意思”.
const listed = (text) => text.split("|").sort((a, b) => b.length - a.length).map(parsedForm);
let facts;

async function loadFacts() {
  if (facts) return facts;
  const data = await piece("answers", 0);
  for (const name of ["fillers", "why", "comparing", "which", "others", "first", "define", "api", "pricing"]) data[name] = listed(data[name]);
  // Fillers of one word are most of them, and are looked up.
  data.plain = new Set(data.fillers.filter(({ latin, han }) => latin.length === 1 && !han.length).map(({ latin }) => latin[0]));
  data.fillers = data.fillers.filter(({ latin, han }) => latin.length !== 1 || han.length);
  for (const name of ["subjects", "apiNames"]) data[name] = withJoined(data[name]);
  data.longest = Math.max(...[data.subjects, data.apiNames].flatMap((names) => Object.keys(names).map((name) => name.split(" ").length)));
  facts = data;
  return facts;
}

// The kinds of facts, which are asked for where a model is named.
async function loadKinds() {
  if (facts.kinds) return;
  const { kinds, narrowing } = await piece("kinds", 0);
  for (const forms of Object.values(narrowing)) for (const form of forms) form[0] = parsedForm(form[0]);
  facts.narrowing = narrowing;
  facts.kinds = kinds.map(([id, label, group, forms, known]) => ({ id, label, group, forms: listed(forms), known }));
}

// Names also in one word and without dots, as people type them: “v32”, “r10528”.
function withJoined(names) {
  const joined = {};
  for (const name in names) joined[name.replaceAll(" ", "").replaceAll(".", "")] ??= names[name];
  return { ...joined, ...names };
}

// A way of asking: its Latin words and its runs of Chinese.
function parsedForm(text) {
  const parts = text.split(" ");
  return { latin: parts.filter((part) => part && !CHINESE.test(part)), han: parts.filter((part) => CHINESE.test(part)) };
}

// ---- What of a query is understood ----

// The query with a mark on every letter that something has explained.
const readQuery = ({ text, tokens, words }) => ({ text: text.toLowerCase(), tokens, words: new Set(words), known: new Uint8Array(text.length) });
const branch = (reading) => ({ ...reading, known: reading.known.slice() });
const explain = (reading, start, end) => reading.known.fill(1, start, end);
const open_ = (reading) => reading.tokens.filter(([, start]) => !reading.known[start]);

// Where the words of a form stand in what is not explained yet; null unless all of them do.
function spansOf(reading, { latin, han }) {
  if (!latin.every((word) => reading.words.has(word)) || !han.every((run) => reading.text.includes(run))) return null;
  const spans = [];
  for (const word of latin) {
    const all = reading.tokens.filter(([token, start]) => token === word && !reading.known[start]);
    if (!all.length) return null;
    spans.push(...all);
  }
  for (const run of han) {
    const at = places(reading, run);
    if (!at.length) return null;
    spans.push(...at.map((start) => [run, start, start + run.length]));
  }
  return spans;
}

const wordsIn = ({ latin, han }) => latin.length + han.reduce((sum, run) => sum + run.length / 2, 0);

// How many words of a form are found, which are explained by it; none unless all of them are.
function covers(reading, form) {
  const spans = spansOf(reading, form);
  for (const [, start, end] of spans ?? []) explain(reading, start, end);
  return spans ? wordsIn(form) : 0;
}

function places(reading, run) {
  const found = [];
  for (let at = reading.text.indexOf(run); at >= 0; at = reading.text.indexOf(run, at + 1)) if (!reading.known[at]) found.push(at);
  return found;
}

// Whether a form stands in the query with its words one after the other.
const follows = ({ tokens, text }, { latin, han }) =>
  latin.length ? tokens.some((_, at) => latin.every((word, step) => tokens[at + step]?.[0] === word)) : han.every((run) => text.includes(run));

const coversAny = (reading, forms) => forms.reduce((sum, form) => sum + covers(reading, form), 0);

// What is left: Latin words, and Chinese letters of which one may be a measure word.
function leftover(reading) {
  const rest = branch(reading);
  for (const form of facts.fillers) covers(rest, form);
  const latin = new Set(open_(rest).filter(([word]) => !CHINESE.test(word) && !head.stop.has(word) && !facts.plain.has(word)).map(([, start]) => start)).size;
  let han = 0;
  for (let at = 0; at < rest.text.length; at++) if (!rest.known[at] && CHINESE.test(rest.text[at])) han += /[率钱]/.test(rest.text[at]) ? 2 : 1; // of a hit another thing is asked than of its rate
  return latin + Math.max(0, han - 1);
}

// The names in a query, longest first; a name that is a common word counts where there is no other.
function takeNames(reading, names, longest) {
  const found = [];
  const { tokens, known } = reading;
  for (let at = 0; at < tokens.length; at++)
    for (let many = Math.min(longest, tokens.length - at); many > 0; many--) {
      const part = tokens.slice(at, at + many);
      if (part.some(([word, start]) => known[start] || CHINESE.test(word))) continue;
      const key = part.map(([word]) => word).join(" ");
      const value = names[key] ?? names[key.replaceAll(" ", "").replaceAll(".", "")];
      if (value === undefined) continue;
      found.push({ value, start: part[0][1], end: part.at(-1)[2] });
      at += many - 1;
      break;
    }
  return found;
}

// The names of techniques and terms in a query, the longest one first.
function takeDefined({ tokens, known }, isMeant = () => true) {
  const found = [];
  for (let at = 0; at < tokens.length; at++)
    for (let many = Math.min(head.longest, tokens.length - at); many > 0; many--) {
      const name = nameAt(tokens, at, many);
      const owner = name?.owners.find((owner) => owner[0] === "d" && isMeant(Number(owner.slice(1))));
      if (!owner || known.subarray(name.start, name.end).some(Boolean)) continue;
      found.push({ value: Number(owner.slice(1)), start: name.start, end: name.end });
      at += many - 1;
      break;
    }
  return found.sort((a, b) => b.end - b.start - (a.end - a.start));
}

const isTechnique = (number) => number < facts.techniques;
const definitionOf = async (number) => (await piece("defined", Math.floor(number / facts.together)))[number % facts.together];

// ---- Models ----

function takeSubjects(reading) {
  const all = takeNames(reading, facts.subjects, facts.longest).map((found) => ({ ...found, family: found.value[0], variant: found.value[1], weak: found.value[2] }));
  const strong = all.filter(({ weak }) => !weak);
  const kept = strong.length ? strong : all.slice(0, 1);
  for (const { start, end } of kept) explain(reading, start, end);
  return kept.filter((one, at) => kept.findIndex((other) => other.family === one.family && other.variant === one.variant) === at);
}

const GREEK = { α: "alpha", β: "beta", γ: "gamma", ε: "epsilon", λ: "lambda", τ: "tau" };
const STAGED = ["learning_rate", "batch_size", "optimizer", "sequence_length", "steps", "data.samples", "data.tokens", "data.epochs", "data.description"];
const OF_A_RUN = /\b(?:train\w*|used?|cluster|did)\b|训练|用了|用的|集群/i; // and not of who serves
const NUMBER = /^\d+(\.\d+)?(e\d+)?$/;
// Who asks for a day or a price is answered with nothing else, unless the way of asking for a kind says so.
const ONLY = [[/\bwhen\b|什么时候|何时|哪天/i, /^date$/], [/\b(?:cost|price)s?\b|多少钱|价格/i, /price|cost/]];

// What narrows a fact and is not asked for itself: a length, a kind of GPU, a format, a stage.
function takeNarrowing(reading, id) {
  const narrow = { words: [], lengths: [] };
  const lists = { serving: ["gpus", "formats", "engines"], speed: ["gpus"], cache_for: ["formats"], cache: ["formats"], total: ["formats"] };
  for (const name of lists[id] ?? (STAGED.includes(id) || id === "reinforcement" ? ["stages"] : []))
    for (const [form, label] of facts.narrowing[name]) if (covers(reading, form) || (name === "gpus" && (follows(reading, form) || [...reading.words].some((word) => word.endsWith(`x${form.latin[0]}`))))) narrow.words.push(label); // “8xh200”
  if (["serving", "cache_for"].includes(id)) {
    const sizes = [...reading.text.matchAll(/(\d+(?:\.\d+)?)\s?([km]|万)?(?![a-z\d])|(一百万)/g)];
    for (const match of sizes) {
      if (reading.known[match.index]) continue;
      const [, number, unit, million] = match;
      const size = million ? 1048576 : Number(number) * { k: 1024, m: 1048576, 万: 10485.76 }[unit];
      if (size) narrow.lengths.push(Math.round(size));
      explain(reading, match.index, match.index + match[0].length);
    }
    for (const [word, start, end] of reading.tokens) if (NUMBER.test(word) && !reading.known[start]) explain(reading, start, end);
  }
  return narrow;
}

// The kind of fact that explains the query best; nothing where something is left over.
function kindOf(reading) {
  let best = null;
  const counted = wantOf(reading.text) === MANY;
  for (const kind of facts.kinds) {
    if ((counted && WORDED.includes(kind.id)) || (kind.id === "date" && /[了的]什么(?!时)|哪些|\bwhat (?:did|was|were|got)\b/i.test(reading.text))) continue;
    const tried = branch(reading);
    const gpus = kind.id === "serving" && !OF_A_RUN.test(reading.text) ? facts.narrowing.gpus.map(([form]) => form) : [];
    const found = [...kind.forms, ...gpus].map((form) => [spansOf(reading, form), form]).filter(([spans]) => spans);
    const said = found.map(([, { latin, han }]) => [...latin, ...han].join(" ")).join(" ");
    if (!found.length || ONLY.some(([asks, ids]) => asks.test(reading.text) && !ids.test(kind.id) && !asks.test(said))) continue;
    for (const [spans] of found) for (const [, start, end] of spans) explain(tried, start, end);
    const narrow = takeNarrowing(tried, kind.id);
    const left = leftover(tried);
    const explained = tried.known.reduce((sum, one) => sum + one, 0) - reading.known.reduce((sum, one) => sum + one, 0);
    const weight = Math.max(...found.map(([, form]) => wordsIn(form))) + explained + (narrow.lengths.length && kind.id === "cache_for" ? 2 : 0);
    if (!left && (!best || weight > best.weight)) best = { kind, weight, said, told: tried.tokens.filter(([, start]) => tried.known[start]).length, narrow };
  }
  return best;
}

const wordsOfLabel = (label) => new Set(split(label.replace(/[αβγελτ]/g, (letter) => ` ${GREEK[letter]} `)).map(([word]) => word));

// The facts of a family in a group of kinds.
const families = new Map();
async function familyData(family, group) {
  const number = family * facts.groups + group;
  if (!families.has(number)) {
    const data = await piece("family", number);
    const line = ([label, text, basis, source, href]) => ({ label, text, basis: ["", facts.words.published, facts.words.recomputed][basis], source, href });
    families.set(number, {
      answers: Object.fromEntries(Object.entries(data.answers).map(([kind, groups]) => [kind, groups.map(([places, lines]) => ({ places, lines: lines.map(line) }))])),
      details: data.details.map(line).map((one) => ({ ...one, words: wordsOfLabel(one.label) })),
      scores: data.scores.map(([name, one]) => ({ ...line(one), words: wordsOfLabel(`${name} ${one[0]}`) })),
      lacks: new Set(data.lacks),
    });
  }
  return families.get(number);
}

function named_(subject) {
  const [name, , , variants] = facts.families[subject.family];
  return subject.variant < 0 ? name : variants[subject.variant][1];
}

// The groups of lines that hold for a subject: of a family the first for its flagship, of a variant its own.
function groupsFor(groups, subject) {
  if (subject.variant < 0) return groups;
  const own = `${facts.families[subject.family][3][subject.variant][4]}: `;
  if (groups.some(({ lines }) => lines.some(({ label }) => label.startsWith(own)))) return groups.map(({ places, lines }) => ({ places, lines: lines.filter(({ label }) => label.startsWith(own)) }));
  return groups.filter(({ places }) => !places.length || places.includes(subject.variant));
}

function narrowed(lines, kind, narrow) {
  let kept = lines;
  // A stage that is named and of which nothing is said is not answered with another.
  for (const labels of narrow.words) {
    const named = new RegExp(`(?<![a-z\\d])(?:${labels.replace(/[.()+]/g, "\\$&")})(?![a-z\\d])`, "i"); // H20 is no H200
    if (labels) kept = kept.filter((line) => named.test(line.label));
  }
  if (kind === "cache_for" || kind === "serving") {
    const some = kept.filter((line) => narrow.lengths.some((length) => line.label.includes(length.toLocaleString("en"))));
    if (some.length) kept = some;
    else if (kind === "cache_for") kept = kept.filter((line) => /\b(?:32K|128K|1M)\b/.test(line.label));
  }
  return kept;
}

async function factAnswers(subject, { kind, narrow }) {
  const data = await familyData(subject.family, kind.group);
  const variants = facts.families[subject.family][3];
  const title = (places) => {
    const names = [...new Set(places.map((place) => variants[place][4]))];
    if (!places.length || places.length === variants.length) return named_({ ...subject, variant: subject.variant });
    return subject.variant >= 0 ? named_(subject) : names.slice(0, 3).join(facts.words.and) + (names.length > 3 ? " …" : "");
  };
  const found = mergedGroups(groupsFor(data.answers[kind.id] ?? [], subject), kind.id, narrow);
  if (!found.length) {
    const text = data.lacks.has(kind.id) ? facts.words.no_such_part : facts.words.unstated.replace("{name}", named_(subject));
    return [{ title: `${named_(subject)} · ${kind.label}`, lines: [{ label: "", text, basis: "", source: "", href: facts.families[subject.family][1] }] }];
  }
  return found.slice(0, MOST_GROUPS).map(({ places, lines }) => ({ title: `${title(places)} · ${kind.label}`, lines }));
}

// Groups whose lines read the same as one, with the sources of the first; what is not published stands where nothing is.
function mergedGroups(groups, kind, narrow) {
  const merged = new Map();
  for (const { places, lines } of groups) {
    let kept = narrowed(lines, kind, narrow);
    if (!kept.length) continue;
    if (kept.some(({ basis }) => basis)) kept = kept.filter(({ basis }) => basis);
    const key = JSON.stringify(kept.map(({ label, text }) => [label, text]));
    if (merged.has(key)) merged.get(key).places.push(...places);
    else merged.set(key, { places: [...places], lines: kept });
  }
  // What another group says too, and more, is said by that one, which stands in its place.
  const said = (key) => new Set(JSON.parse(key).map(String));
  const found = [];
  for (const [key, group] of merged) {
    const lines = said(key);
    const whole = [...merged].find(([other]) => said(other).size > lines.size && [...lines].every((line) => said(other).has(line)));
    found.push(whole ? whole[1] : group);
  }
  return [...new Set(found)];
}

// A published value without a field of its own, or a score, by the words of its label. There are many, which are loaded once a query stands:
// half a word is in no label.
async function labelledAnswers(subject, reading, meant) {
  const rest = branch(reading);
  for (const form of facts.fillers) covers(rest, form);
  const asked = [...new Set(open_(rest).filter(([, , end]) => !rest.known[end - 1]).map(([word]) => word))].filter((word) => !head.stop.has(word) && !facts.plain.has(word) && !HAN.test(word));
  if (!asked.length) return [];
  if (!meant.stands && !families.has(subject.family * facts.groups + facts.scored)) {
    meant.waits = true;
    return [];
  }
  const matching = (lines) =>
    lines
      .filter(({ words }) => asked.every((word) => words.has(word) || (word.length > 3 && [...words].some((other) => other.startsWith(word)))))
      .sort((a, b) => a.words.size - b.words.size);
  const own = subject.variant >= 0 ? facts.families[subject.family][3][subject.variant][1] : "";
  const scores = matching((await familyData(subject.family, facts.scored)).scores).filter((line) => !own || line.label.startsWith(`${own} ·`));
  if (scores.length) return [{ title: `${named_(subject)} · ${facts.words.scores}`, lines: scores }];
  // A label that says much more is of another thing: the learning rate of an encoder is not the encoder.
  const details = matching((await familyData(subject.family, facts.labelled)).details).filter(({ label }) => 3 * asked.length >= wordsOfLabel(label.split(/[,，]/)[0]).size);
  return details.length ? [{ title: named_(subject), lines: details }] : [];
}

// ---- Comparisons ----

const addressOf = (subjects) => `${facts.compare}?v=${subjects.map(({ family, variant }) => facts.families[family][3][variant < 0 ? facts.families[family][2] : variant][0]).join(",")}`;

function comparison(subjects) {
  const names = subjects.map(named_).join(facts.words.and);
  const answers = [{ title: facts.words.compare.replace("{names}", names), lines: [{ label: "", text: facts.words.compare_text, basis: "", source: "", href: addressOf(subjects) }] }];
  if (subjects.length === 2) {
    const [older, newer] = [...subjects].sort((a, b) => a.family - b.family);
    const [name, , , , before, changes] = facts.families[newer.family];
    if (changes && before === older.family) {
      const title = facts.words.changed.replace("{after}", name).replace("{before}", named_(older));
      answers.push({ title, lines: [{ label: "", text: facts.words.changed_text, basis: "", source: "", href: changes }] });
    }
  }
  return answers;
}

async function changeAnswers(subject, found) {
  const [, , flagship, variants, , changes] = facts.families[subject.family];
  if (subject.variant >= 0 && variants[subject.variant][2]) {
    const parent = variants[subject.variant][3] >= 0 ? variants[subject.variant][3] : flagship;
    return comparison([{ ...subject, variant: parent }, subject]);
  }
  const answers = await factAnswers(subject, found);
  for (const answer of answers) answer.href = changes;
  return answers;
}

// ---- Techniques, terms, questions ----

async function techniqueAnswers(meant) {
  const reading = readQuery(meant);
  const others = coversAny(reading, facts.others);
  const which = coversAny(reading, facts.which);
  const first = coversAny(reading, facts.first);
  if (!others && !which && !first) return [];
  let [named] = takeDefined(reading, isTechnique);
  if (named) explain(reading, named.start, named.end);
  if (!named || leftover(reading)) {
    // The words of a name in another order: “trained in FP8”.
    const asked = new Set(meant.asked.filter((word) => !facts.plain.has(word)));
    const technique = (owners) => owners.find((owner) => owner[0] === "d" && isTechnique(Number(owner.slice(1))));
    const [same] = [...names].map(([name, owners]) => [name.split(" "), technique(owners)]).filter(([name, owner]) => owner && name.every((word) => asked.has(word))).sort((a, b) => b[0].length - a[0].length);
    if (!same) return [];
    named = { value: Number(same[1].slice(1)) };
  }
  const defined = await definitionOf(named.value);
  if (others && defined.others) {
    const lines = defined.others.map(([label, text, source, href]) => ({ label, text, basis: "", source, href }));
    return [{ title: facts.words.others.replace("{name}", defined.title), lines, most: 12 }];
  }
  const users = (defined.models ?? []).filter(([, , , uses]) => uses);
  const lines = users.map(([name, how, date]) => ({ label: name, text: date, basis: how, source: "", href: `${defined.page}#models` }));
  return lines.length ? [{ title: facts.words.users.replace("{name}", defined.title), lines: first && !which ? lines.slice(0, 1) : lines, most: 12 }] : [];
}

// Whether a model has a technique, and since when.
async function useAnswers(subject, reading) {
  const tried = branch(reading);
  const [named] = takeDefined(tried, isTechnique);
  if (!named) return [];
  explain(tried, named.start, named.end);
  if (leftover(tried)) return [];
  const { title, page, address, models } = await definitionOf(named.value);
  const use = (models ?? []).find(([, , , , family]) => family === subject.family);
  const [name] = facts.families[subject.family];
  const line = use ? { text: use[1], basis: use[2], href: `${page}#models` } : { text: facts.words.not_used, basis: "", href: address };
  return [{ title: `${name} · ${title}`, lines: [{ label: "", source: "", ...line }] }];
}

async function definition(meant) {
  const reading = readQuery(meant);
  const asks = coversAny(reading, facts.define);
  const [named] = takeDefined(reading);
  if (!named) return [];
  explain(reading, named.start, named.end);
  const rest = branch(reading);
  if (asks ? leftover(rest) : [...rest.text].some((letter, at) => !rest.known[at] && /[\p{L}\p{N}]/u.test(letter))) return [];
  const { title, text, address } = await definitionOf(named.value);
  return [{ title, lines: [{ label: "", text, basis: "", source: "", href: address }] }];
}

// A question of the page of questions that is worded nearly so and asks for the same: a reason, a number, a way. That it names the same model
// alone is not enough.
async function questionAnswers({ text, asked, terms }, names = new Set()) {
  if (asked.length < 2 || /会不会|要不要|该不该/.test(text)) return []; // how it works says nothing of whether
  const [questions, weights, asks] = head.asked;
  const wants = wantOf(text);
  const many = questions.at(-1) + 1;
  let whole = 0;
  const shared = new Map(); // wordings with words of the query, how much these weigh, and whether one is no name
  for (const { word, weight, asked: wordings } of terms) {
    if (!weight && !wordings.length) continue;
    const rarity = 10 * Math.log(1 + many / (0.5 + wordings.length));
    whole += rarity;
    for (const wording of wordings) {
      if (wants >= 0 && !(asks[wording] === "-" && wants > HOW) && Number(asks[wording]) !== wants) continue;
      const [weight, own] = shared.get(wording) ?? [0, false];
      shared.set(wording, [weight + rarity, own || !names.has(word)]);
    }
  }
  const best = new Map();
  for (const [wording, [weight, own]] of shared) {
    const alike = (2 * weight) / (whole + weights[wording]);
    const least = wants < 0 ? ALIKE_NAMES : ALIKE;
    if (own && alike >= least && weight >= least * weights[wording] && weight >= least * whole) best.set(questions[wording], Math.max(alike, best.get(questions[wording]) ?? 0));
  }
  const ranked = [...best].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 2);
  const near = ranked.filter(([, worth]) => worth >= ranked[0][1] - 0.12);
  return Promise.all(near.map(async ([number]) => {
    const [title, text, href] = (await piece("questions", Math.floor(number / facts.together)))[number % facts.together];
    return { title, lines: [{ label: "", text, basis: "", source: "", href }] };
  }));
}

// ---- Without a model ----

// What is asked for, as the index tells it of stored questions.
const [WHY, MANY, HOW] = [1, 2, 3];
const wantOf = (text) => head.asks.findIndex((pattern) => pattern.test(text));
const WORDED = ["paper", "licence", "starts_from", "data.description", "framework", "tokenizer.algorithm"]; // no number is their value
const COUNTS = /\bhow (?:many|much|big|large|long|fast|deep|wide|high|often)\b|\b(?:number|size|value|count|amount|rate)\b|\bused?\b|_|用(?:的)?什么|哪种|多少|几|多大|多长|多久|多快|多高|多宽|数量|大小|数值/i;
const SIZE = /\b(?:size|number)s?\b|大小|数量/i;
const SCORE = /\bscores?\b|\baccuracy\b|多少分|得分|分数|成绩|跑分/i;
const HOLDS = /\b(?:run|fit|serv|deploy|hold|host|need|enough|many)|部署|跑|[装放]|够|推理|需要|[几多少][张块台卡]/i; // a model, and is not asked for itself
const MEMORY = /memory|vram|显存|内存|带宽/i; // of a GPU that is named
const JUDGED = /\b(?:should|must|do) (?:i|we|you) (?:need|have|want)?|\bworth\b|\bnecessary\b|必要|要不要|会不会|该不该|值得|好不好|行不行|可不可以|吗[?？]?$/i; // a value is no judgement
const OWN = /\b(?:my|own|mine)\b|自己|我/i; // what others have says nothing of it
const QUANTITY = /[数率度值]$/;

// What the newest flagship and the one before that is known best say, where a field is asked for and no model is named.
async function factsOfFlagships(meant, isName) {
  const counts = COUNTS.test(meant.text);
  if (isName === "name" && !counts) return [];
  await loadKinds();
  const reading = readQuery(meant);
  let found = kindOf(reading);
  if (!found) {
    const [named] = takeDefined(reading, isTechnique); // “MLA latent size”
    if (named) explain(reading, named.start, named.end);
    if (named) found = kindOf(reading);
    if (WORDED.includes(found?.kind.id)) return []; // the licence of a technique is no model's
  }
  // Half a word asks for nothing; nor does a size answer for models of another, or the paper of one for that of a technique.
  if (!found?.kind.known.length || found.kind.id === "paper" || (!counts && found.kind.id !== "licence" && JUDGED.test(meant.text)) || (found.kind.id === "serving" ? MEMORY.test(meant.text) && !HOLDS.test(meant.text) && found.narrow.words.length : OWN.test(meant.text)) || (found.told < 2 && !counts && !QUANTITY.test(meant.text)) || (found.kind.id === "serving" && (TRAINS.test(meant.text) || /\d\s*b\b/i.test(meant.text)))) return [];
  const answers = await Promise.all(found.kind.known.map((family) => factAnswers({ family, variant: -1 }, found)));
  const says = ({ lines }) => (["optimizer", "reinforcement"].includes(found.kind.id) ? found.said.split(" ").filter((word) => lines.some(({ label }) => label.toLowerCase().includes(word))).length : 0);
  const most = Math.max(...answers.map(([first]) => says(first))); // who has no clip norm says nothing of clipping
  return answers.map(([first]) => first).filter((answer) => says(answer) === most && answer.lines.some(({ basis, text }) => basis && (isName !== "alias" || counts || /^\W*\d/.test(text))));
}

// A published value of a technique among the first pages: its label and the names of the technique hold all words of the query.
async function technicalAnswers(meant, { pages }) {
  const asked = meant.asked.filter((word) => !facts.plain.has(word));
  for (const { page } of pages.slice(0, 2)) {
    const [url, name] = head.pages[page];
    for (const number of facts.techniquesOn[url.split("/")[1]] ?? []) {
      const { title, facts: lines = [] } = await definitionOf(number);
      const named = wordsOfLabel(`${name} ${title}`);
      const own = wordsOfLabel(title);
      const rest = asked.filter((word) => !named.has(word));
      const matching = rest.length && asked.some((word) => own.has(word)) ? lines.map(([label, text, source, href]) => ({ label, text, basis: facts.words.published, source, href, words: wordsOfLabel(`${label} ${text}`) })).filter(({ words }) => rest.every((word) => words.has(word))) : [];
      if (matching.length) return [{ title, lines: matching }];
    }
  }
  return [];
}

// ---- A query ----

async function answersTo(meant, found) {
  await loadFacts();
  const reading = readQuery(meant);
  const want = wantOf(meant.text);
  const why = [WHY, HOW].includes(want) || facts.why.some((form) => follows(reading, form));
  const [apiName] = takeNames(branch(reading), facts.apiNames, facts.longest);
  let subjects = takeSubjects(reading);
  if (subjects.length === 1 && subjects[0].weak && open_(reading).length) {
    await loadKinds();
    const whole = kindOf(readQuery(meant));
    if (whole?.kind.known.length && whole.said.split(" ").includes(meant.tokens.find(([, start]) => start === subjects[0].start)[0])) subjects = []; // “moe_intermediate_size”
  }
  // A price is that of a name, whatever model it is called after.
  const priced = apiName && facts.pricing.some((form) => spansOf(reading, form));
  if (apiName && (!subjects.length || priced || coversAny(readQuery(meant), facts.api))) {
    const { title, lines, prices } = (await piece("api", 0))[apiName.value];
    const text = readQuery(meant);
    explain(text, apiName.start, apiName.end);
    coversAny(text, facts.api);
    const shown = priced && coversAny(text, facts.pricing) && prices.length ? [lines[0], ...prices] : lines;
    if (leftover(text) <= (priced && subjects.length ? 0 : 1)) return [{ title, lines: shown.map(([label, text_, source, href]) => ({ label, text: text_, basis: facts.words.published, source, href })) }];
  }
  if (subjects.length > 1) {
    const rest = branch(reading);
    coversAny(rest, facts.comparing);
    // One Chinese letter may be a measure word, or the end of a field: 层数.
    if (!leftover(rest) && !open_(rest).some(([word]) => CHINESE.test(word))) return comparison(subjects.slice(0, 4));
    await loadKinds();
    const fact = (why ? null : kindOf(reading)) ?? kindOf(rest);
    if (!fact && !leftover(rest)) return comparison(subjects.slice(0, 4));
    if (fact) return [...(await Promise.all(subjects.slice(0, 3).map((subject) => factAnswers(subject, fact)))).map(([first]) => first), ...comparison(subjects.slice(0, 4))];
    return [];
  }
  if (subjects.length === 1) {
    const [subject] = subjects;
    if (!open_(reading).length) return [];
    await loadKinds();
    const found = kindOf(reading);
    if (subject.weak && found && ["definition", "users"].includes(found.kind.id)) return definition(meant);
    if (found?.kind.id === "changes") return changeAnswers(subject, found);
    // A speed is that on some GPU.
    if (found && (!why || wantOf(found.said) === want) && (found.kind.id !== "speed" || found.narrow.words.length)) {
      const answers = await factAnswers(subject, found);
      // A common word that is a model's name too says nothing of what that model lacks.
      if (!subject.weak || answers.some(({ lines }) => lines.some(({ basis }) => basis))) return answers;
    }
    if (!why) {
      const counted = want === MANY || SIZE.test(meant.text); // a number answers
      const used = counted ? [] : await useAnswers(subject, reading);
      if (used.length) return used;
      const answers = await labelledAnswers(subject, reading, meant);
      if (answers.some(({ lines }) => !counted || /\d/.test(lines[0].text))) return answers;
    }
  }
  const users = await techniqueAnswers(meant);
  if (users.length) return users;
  if (subjects.length) return questionAnswers(meant, new Set(meant.tokens.filter(([, start, end]) => subjects.some((one) => start >= one.start && end <= one.end)).map(([word]) => word)));
  const said = await definition(meant);
  if (said.length && want !== MANY && coversAny(readQuery(meant), facts.define)) return said;
  // What more is loaded for is asked once a query stands.
  if (!meant.stands && !why) meant.waits = true;
  const values = why || !meant.stands ? [] : await factsOfFlagships(meant, found.pages[0]?.isName);
  if (values.length || said.length) return want === MANY || COUNTS.test(meant.text) ? [...values, ...said] : [...said, ...values];
  if (SCORE.test(meant.text) && !why && meant.stands) {
    await loadKinds();
    const [newest] = facts.kinds.find(({ id }) => id === "total").known;
    const scores = await labelledAnswers({ family: newest, variant: -1 }, readQuery(meant), meant);
    if (scores.length) return scores;
  }
  const published = why || !meant.stands || ONLY[0][0].test(meant.text) ? [] : await technicalAnswers(meant, found);
  // What a page is called leads to that page; what the site does not speak of, no stored question answers.
  return published.length || found.lacks.length || found.pages[0]?.isName === "name" ? published : questionAnswers(meant);
}
