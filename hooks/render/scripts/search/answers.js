// Answers above the hits: a fact of a model, models side by side, who uses what, what a word means, or a question of the page of questions.
// A query is answered where all of it is understood: the names in it, the words that ask, and nothing left over. Better no answer than a wrong one.

Object.assign(FILES, { answers: () => "answers", family: (n) => `f${n}`, defined: () => "defined", asked: () => "asked", pinyin: () => "pinyin" });

const MOST_LINES = 5;
const MOST_GROUPS = 3;
let facts;

async function loadFacts() {
  if (facts) return facts;
  const data = await piece("answers", 0, head.base);
  const listed = (text) => text.split("|").map((form) => parsedForm(form.trim()));
  for (const name of ["fillers", "why", "comparing", "which", "first", "define", "api"]) data[name] = listed(data[name]);
  data.kinds = data.kinds.map(([id, label, forms]) => ({ id, label, forms: listed(forms) }));
  data.plain = new Set(data.fillers.flatMap(({ latin }) => latin));
  for (const name of ["subjects", "defined", "apiNames"]) data[name] = withJoined(data[name]);
  data.users = Object.fromEntries(Object.entries(data.defined).filter(([, number]) => number < data.techniques));
  data.longest = Math.max(...Object.keys(data.subjects).map((name) => name.split(" ").length));
  const forms = [...data.kinds.flatMap(({ forms }) => forms), ...data.fillers, ...data.why, ...data.comparing, ...data.which, ...data.first, ...data.define];
  data.vocabulary = new Set([...forms.flatMap(({ latin }) => latin), ...[data.subjects, data.defined].flatMap((names) => Object.keys(names).flatMap((name) => name.split(" ")))]);
  facts = data;
  return facts;
}

// Names also in one word and without dots, as people type them: “v32”, “flashattention”.
function withJoined(names) {
  const joined = {};
  for (const name in names) if (!CHINESE.test(name)) joined[name.replaceAll(" ", "").replaceAll(".", "")] ??= names[name];
  return { ...joined, ...names };
}

// A way of asking: its Latin words and its runs of Chinese.
function parsedForm(text) {
  const latin = split(text).map(([word]) => word).filter((word) => !CHINESE.test(word));
  return { latin, han: text.match(/[\u3400-\u9fff]+/g) ?? [] };
}

const contentWords = (text) => split(text.normalize("NFKC").replace(head.particles, " ")).map(([word]) => word).filter((word) => !head.stop.has(word));

// ---- What of a query is understood ----

// The query with a mark on every letter that something has explained.
function readQuery(query) {
  const text = query.normalize("NFKC").toLowerCase();
  const tokens = split(text).map(([word, start, end]) => [meantWord(word), start, end]);
  return { text, tokens, words: new Set(tokens.map(([word]) => word)), known: new Uint8Array(text.length) };
}

const meantWords = new Map(); // for the next letter

// The word that was meant where one is mistyped by a letter and nobody asks with it: “paramters”.
function meantWord(word) {
  if (word.length < 5 || !/^[a-z]+$/.test(word) || facts.vocabulary.has(word) || head.stop.has(word)) return word;
  if (!meantWords.has(word)) meantWords.set(word, [...facts.vocabulary].find((known) => known.length > 4 && Math.abs(known.length - word.length) < 2 && near(known, word)) ?? word);
  return meantWords.get(word);
}
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
  const latin = new Set(open_(rest).filter(([word]) => !CHINESE.test(word) && !head.stop.has(word)).map(([, start]) => start)).size;
  let han = 0;
  for (let at = 0; at < rest.text.length; at++) if (!rest.known[at] && CHINESE.test(rest.text[at])) han++;
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
  // A Chinese name that is longer, “KV 缓存”, is meant where a Latin one is a part of it.
  const [chinese] = chineseName(reading, names);
  const length = ({ start, end }) => end - start;
  return chinese && found.every((one) => length(one) < length(chinese)) ? [chinese] : found;
}

const chineseOf = new Map();
function chineseAmong(names) {
  if (!chineseOf.has(names)) chineseOf.set(names, Object.keys(names).filter((name) => CHINESE.test(name)));
  return chineseOf.get(names);
}

// The longest Chinese name in a query, which may have Latin words and spaces in it.
function chineseName({ text, known }, names) {
  const letters = [...text].map((letter, at) => [letter, at]).filter(([letter]) => letter.trim());
  const whole = letters.map(([letter]) => letter).join("");
  let best = null;
  for (const name of chineseAmong(names)) {
    if (name.length <= (best?.name.length ?? 1)) continue;
    const at = whole.indexOf(name);
    if (at < 0 || known[letters[at][1]]) continue;
    best = { name, value: names[name], start: letters[at][1], end: letters[at + name.length - 1][1] + 1 };
  }
  return best ? [best] : [];
}

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
const NUMBER = /^\d+(\.\d+)?(e\d+)?$/;

// What narrows a fact and is not asked for itself: a length, a kind of GPU, a format, a stage.
function takeNarrowing(reading, id) {
  const narrow = { words: [], lengths: [] };
  const lists = { serving: ["gpus", "formats", "engines"], cache_for: ["formats"], cache: ["formats"], total: ["formats"] };
  for (const name of lists[id] ?? (STAGED.includes(id) || id === "reinforcement" ? ["stages"] : []))
    for (const [form, label] of facts.narrowing[name]) if (covers(reading, parsedForm(form))) narrow.words.push(label);
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
  for (const kind of facts.kinds) {
    const tried = branch(reading);
    const found = kind.forms.map((form) => [spansOf(reading, form), form]).filter(([spans]) => spans);
    if (!found.length) continue;
    for (const [spans] of found) for (const [, start, end] of spans) explain(tried, start, end);
    const narrow = takeNarrowing(tried, kind.id);
    const left = leftover(tried);
    const explained = tried.known.reduce((sum, one) => sum + one, 0) - reading.known.reduce((sum, one) => sum + one, 0);
    const weight = Math.max(...found.map(([, form]) => wordsIn(form))) + explained + (narrow.lengths.length && kind.id === "cache_for" ? 2 : 0);
    if (!left && (!best || weight > best.weight)) best = { kind, weight, words: Math.max(...found.map(([, form]) => wordsIn(form))), narrow };
  }
  return best;
}

const familyData = async (number) => unpackedFamily(number, await piece("family", number, head.base));
const unpackedFamilies = new Map();
function unpackedFamily(number, data) {
  if (!unpackedFamilies.has(number)) {
    const line = (at) => {
      const [label, text, basis, source, address] = data.lines[at];
      return { label: data.texts[label], text: data.texts[text], basis: ["", facts.words.published, facts.words.recomputed][basis], source: data.texts[source], href: data.addresses[address] };
    };
    unpackedFamilies.set(number, {
      answers: Object.fromEntries(Object.entries(data.answers).map(([kind, groups]) => [kind, groups.map(([places, lines]) => ({ places, lines: lines.map(line) }))])),
      details: data.details.map(line),
      scores: data.scores.map(([name, at]) => ({ name, ...line(at) })),
      lacks: new Set(data.lacks),
    });
  }
  return unpackedFamilies.get(number);
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
  for (const label of narrow.words) kept = kept.filter((line) => line.label.toLowerCase().includes(label.toLowerCase()));
  if (kind === "cache_for" || kind === "serving") {
    const some = kept.filter((line) => narrow.lengths.some((length) => line.label.includes(length.toLocaleString("en"))));
    if (some.length) kept = some;
    else if (kind === "cache_for") kept = kept.filter((line) => /\b(?:32K|128K|1M)\b/.test(line.label));
  }
  return kept;
}

async function factAnswers(subject, { kind, narrow }) {
  const data = await familyData(subject.family);
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

// A published value without a field of its own, or a score, by the words of its label.
async function labelledAnswers(subject, reading) {
  const rest = branch(reading);
  for (const form of facts.fillers) covers(rest, form);
  const asked = [...new Set(open_(rest).map(([word]) => word))].filter((word) => !head.stop.has(word) && !HAN.test(word));
  if (!asked.length) return [];
  const data = await familyData(subject.family);
  const spelt = (text) => text.replace(/[αβγελτ]/g, (letter) => ` ${GREEK[letter]} `);
  const matching = (lines, text) =>
    lines
      .map((line) => [line, new Set(split(spelt(text(line))).map(([word]) => word))])
      .filter(([, words]) => asked.every((word) => words.has(word) || [...words].some((other) => word.length > 3 && other.startsWith(word))))
      .sort((a, b) => a[1].size - b[1].size)
      .map(([line]) => line);
  const own = subject.variant >= 0 ? facts.families[subject.family][3][subject.variant][1] : "";
  const scores = matching(data.scores, (line) => `${line.name} ${line.label}`).filter((line) => !own || line.label.startsWith(`${own} ·`));
  if (scores.length) return [{ title: `${named_(subject)} · ${facts.words.scores}`, lines: scores }];
  const details = matching(data.details, (line) => line.label);
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

async function techniqueAnswers(query) {
  const reading = readQuery(query);
  const which = coversAny(reading, facts.which);
  const first = coversAny(reading, facts.first);
  if (!which && !first) return [];
  let [named] = takeNames(reading, facts.users, facts.longest);
  if (named) explain(reading, named.start, named.end);
  if (!named || leftover(reading)) {
    const asked = new Set(contentWords(query).filter((word) => !facts.plain.has(word)));
    const names = Object.entries(facts.users).map(([name, value]) => [name.split(" "), value]);
    const [same] = names.filter(([name]) => name.every((word) => asked.has(word))).sort((a, b) => b[0].length - a[0].length);
    if (!same) return [];
    named = { value: same[1] };
  }
  const { title, address, models } = (await piece("defined", 0, head.base)).techniques[named.value];
  const users = models.filter(([, , , uses]) => uses);
  const lines = users.map(([name, how, date]) => ({ label: name, text: date, basis: how, source: "", href: `${address}#models` }));
  return lines.length ? [{ title: facts.words.users.replace("{name}", title), lines: first && !which ? lines.slice(0, 1) : lines, most: 12 }] : [];
}

// Whether a model has a technique, and since when.
async function useAnswers(subject, reading) {
  const tried = branch(reading);
  const [named] = takeNames(tried, facts.users, facts.longest);
  if (!named) return [];
  explain(tried, named.start, named.end);
  if (leftover(tried)) return [];
  const { title, address, models } = (await piece("defined", 0, head.base)).techniques[named.value];
  const use = models.find(([, , , , family]) => family === subject.family);
  const [name] = facts.families[subject.family];
  const line = use ? { text: use[1], basis: use[2] } : { text: facts.words.not_used, basis: "" };
  return [{ title: `${name} · ${title}`, lines: [{ label: "", source: "", href: `${address}#models`, ...line }] }];
}

async function definition(query) {
  const reading = readQuery(query);
  const asks = coversAny(reading, facts.define);
  const [named] = takeNames(reading, facts.defined, facts.longest);
  if (!named) return [];
  explain(reading, named.start, named.end);
  const rest = branch(reading);
  if (asks ? leftover(rest) : open_(rest).length) return [];
  const defined = (await piece("defined", 0, head.base)).definitions[named.value];
  return [{ title: defined.title, lines: [{ label: "", text: defined.text, basis: "", source: "", href: defined.address }] }];
}

// The questions with the words of each of their wordings, and how telling a word is among them.
let questions;
async function loadQuestions() {
  if (questions) return questions;
  const listed = await piece("asked", 0, head.base);
  const wordings = listed.map(([ask, , , otherwise]) => [ask, ...otherwise].map((text) => new Set(contentWords(text))));
  const spread = new Map();
  for (const texts of wordings) for (const word of new Set(texts.flatMap((text) => [...text]))) spread.set(word, (spread.get(word) ?? 0) + 1);
  questions = { listed, wordings, rarity: (word) => Math.log(1 + listed.length / (0.5 + (spread.get(word) ?? 0))) };
  return questions;
}

// A question that is worded nearly so. That it names the same model alone is not enough.
async function questionAnswers(query, names = new Set()) {
  const asked = [...new Set(contentWords(query))];
  if (asked.length < 2) return [];
  const { listed, wordings, rarity } = await loadQuestions();
  const sum = (words) => words.reduce((total, word) => total + rarity(word), 0);
  const whole = sum(asked);
  const alike = (words) => (2 * sum(asked.filter((word) => words.has(word)))) / (whole + sum([...words]));
  const ranked = wordings
    .map((texts, at) => [Math.max(...texts.map(alike)), at])
    .filter(([worth, at]) => worth >= 0.5 && wordings[at].some((words) => asked.some((word) => words.has(word) && !names.has(word))))
    .sort((a, b) => b[0] - a[0])
    .slice(0, 2);
  return ranked.filter(([worth]) => worth >= ranked[0][0] - 0.12).map(([, at]) => {
    const [title, text, href] = listed[at];
    return { title, lines: [{ label: "", text, basis: "", source: "", href }] };
  });
}

// What was typed without an input method as the Chinese name that it spells; null where it spells none.
async function fromPinyin(query) {
  const letters = query.toLowerCase().replace(/[\s'’]/g, "");
  if (document.documentElement.lang !== "zh" || !/^[a-z]{4,}$/.test(letters)) return null;
  return (await piece("pinyin", 0, head.base))[letters] ?? null;
}

// ---- A query ----

async function answersTo(query) {
  await loadFacts();
  const reading = readQuery(query);
  const why = facts.why.some((form) => follows(reading, form));
  const [apiName] = takeNames(branch(reading), facts.apiNames, facts.longest);
  const subjects = takeSubjects(reading);
  const apiAsked = apiName && (!subjects.length || coversAny(readQuery(query), facts.api));
  if (apiAsked) {
    const { title, lines } = (await piece("defined", 0, head.base)).api[apiName.value];
    const text = readQuery(query);
    explain(text, apiName.start, apiName.end);
    coversAny(text, facts.api);
    if (leftover(text) <= 1) return [{ title, lines: lines.map(([label, text_, basis, source, href]) => ({ label: "", text: text_, basis: facts.words.published, source, href, _: [label, basis] })) }];
  }
  if (subjects.length > 1) {
    const rest = branch(reading);
    coversAny(rest, facts.comparing);
    const found = why ? null : kindOf(reading);
    const only = !leftover(rest);
    if (only) return comparison(subjects.slice(0, 4));
    const compared = branch(reading);
    coversAny(compared, facts.comparing);
    const fact = found ?? kindOf(compared);
    if (fact) return [...(await Promise.all(subjects.slice(0, 3).map((subject) => factAnswers(subject, fact)))).map(([first]) => first), ...comparison(subjects.slice(0, 4))];
    return [];
  }
  if (subjects.length === 1) {
    const [subject] = subjects;
    if (!open_(reading).length) return [];
    const found = kindOf(reading);
    if (found?.kind.id === "changes") return changeAnswers(subject, found);
    if (found && !(why && found.words < 2)) return factAnswers(subject, found);
    if (!why) {
      const used = await useAnswers(subject, reading);
      if (used.length) return used;
      const answers = await labelledAnswers(subject, reading);
      if (answers.length) return answers;
    }
  } else {
    const found = kindOf(reading);
    if (found?.kind.id === "price") {
      const answers = await factAnswers({ family: facts.newestPriced, variant: -1 }, found);
      return answers;
    }
  }
  const users = await techniqueAnswers(query);
  if (users.length) return users;
  if (subjects.length) return questionAnswers(query, new Set(contentWords(subjects.map(({ start, end }) => reading.text.slice(start, end)).join(" "))));
  const meant = await definition(query);
  return meant.length ? meant : questionAnswers(query);
}
