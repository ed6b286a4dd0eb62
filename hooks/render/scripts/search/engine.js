// Pages and sections that answer a query, best first. The index comes in pieces, as scripts, which a page on disk may load too.

let head;
const waiting = new Map();
const pieces = new Map();
const FILES = { head: () => "head", words: (n) => `w${n}`, texts: (n) => `t${n}`, spelling: () => "spelling", sounds: () => "sounds" };

// What each file of the index calls.
window.dsSearch = (kind, number, data) => waiting.get(kind + number)?.(data);

function piece(kind, number) {
  const key = kind + number;
  if (!pieces.has(key)) {
    pieces.set(
      key,
      new Promise((done, failed) => {
        waiting.set(key, done);
        const script = Object.assign(document.createElement("script"), { src: `${head.base}${FILES[kind](number)}.js`, onerror: failed });
        script.onload = () => script.remove();
        document.head.append(script);
      }),
    );
    pieces.get(key).catch(() => pieces.delete(key));
  }
  return pieces.get(key);
}

async function open(base) {
  if (head?.pages) return head;
  head = { base };
  Object.assign(head, await piece("head", 0));
  const stop = head.words.stop.split(" ");
  head.stop = new Set(stop.flatMap((word) => split(word).map(([key]) => key)));
  head.particles = new RegExp(stop.filter((word) => CHINESE.test(word)).sort((a, b) => b.length - a.length).join("|") || "$^", "g");
  const said = Object.keys(head.spoken).sort((a, b) => b.length - a.length);
  head.said = new RegExp(said.map((one) => (CHINESE.test(one) ? one : `\\b${one.replace("'", "['’]?")}\\b`)).join("|") || "$^", "gi");
  for (const one of said) head.spoken[one.replace("'", "")] = head.spoken[one];
  head.first = [];
  head.owner = [];
  for (const count of head.counts) {
    head.first.push(head.owner.length);
    for (let at = 0; at < count; at++) head.owner.push(head.first.length - 1);
  }
  head.parts = head.parts.split(" ");
  head.asks = head.asks.map((pattern) => new RegExp(pattern, "i"));
  head.asked[0] = head.asked[0].flatMap((count, question) => Array(count).fill(question));
  let from = 0;
  head.texts = head.texts.map((count) => (from += count) - count);
  return head;
}

// The last of some beginnings that is not behind a place.
function lastAtMost(beginnings, place) {
  let [low, high] = [0, beginnings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (beginnings[middle] <= place) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}

// ---- Words ----

const LETTERS = [...Array(92)].map((_, at) => String.fromCharCode(35 + at)).filter((letter) => !"\\<".includes(letter)).join("");
const HALF = LETTERS.length / 2;
const DIGITS = [...Array(127)].map((_, code) => LETTERS.indexOf(String.fromCharCode(code)));
const LEVELS = 10;
const CHINESE = /[\u3400-\u9fff]/;
const HAN = /^[\u3400-\u9fff]$/; // the index has pairs of characters; one alone begins some of them
const TOGETHER = 1.2; // what the best section of a page counts beside the page
const ALONE = 0.1; // a section that has one of many words
const FEW = 5;
const IN_QUESTION = 0.6; // a technique in a question beside its name alone: another page may answer it
const WHOLE = 30; // a name with all words of a query but those that every question has
const SEAM = 0.5; // what a pair of characters counts in which one word ends and another begins
const TITLE = 3; // a page whose title is in the query, beside what its words count

// Postings: a section and the level in it, one after the other; of what has no levels, the section alone counts.
function unpacked(text, levels) {
  const found = [];
  let [section, number, place] = [-1, 0, 1];
  for (let at = 0; at < text.length; at++) {
    const digit = DIGITS[text.charCodeAt(at)];
    number += (digit % HALF) * place;
    place *= HALF;
    if (digit >= HALF) continue;
    section += Math.floor(number / levels) + 1;
    found.push(section, number % levels);
    number = 0;
    place = 1;
  }
  return found;
}

// A line for each word: its postings, the wordings of questions with it, and behind tabs the names that begin with it.
const parsed = new Map();
const names = new Map();
async function wordsOf(number) {
  if (!parsed.has(number)) {
    const text = await piece("words", number);
    const found = new Map();
    for (const line of text.split("\n")) {
      const [own, ...begun] = line.split("\t");
      const [word, packed, asked] = own.split(" ");
      found.set(word, { packed, asked });
      for (const name of begun) {
        const at = name.indexOf("=");
        names.set(at ? `${word} ${name.slice(0, at)}` : word, name.slice(at + 1).split(" "));
      }
    }
    parsed.set(number, found);
  }
  return parsed.get(number);
}

const BEGINNING = 3; // letters from which on a word is completed beyond the piece that it would stand in

// The words of the piece that would have a word, and of those behind that may continue it.
async function linesOf(word, unfinished) {
  const from = lastAtMost(head.parts, word);
  const to = unfinished && (word.length >= BEGINNING || CHINESE.test(word)) ? Math.min(lastAtMost(head.parts, `${word}\uffff`), from + 2) : from;
  const all = [];
  for (let at = from; at <= to; at++) all.push(wordsOf(at));
  return Promise.all(all);
}

// Where a word stands, as sections and levels; its weight, the wordings of questions that have it, and the words of the text that count as it.
const occurrences = new Map(); // for the next letter
async function occurrencesOf(word, unfinished) {
  const key = unfinished ? `${word}*` : word;
  if (!occurrences.has(key)) {
    const lines = await linesOf(word, unfinished);
    let exact, others = [];
    for (const line of lines) exact ??= line.get(word);
    if (exact && !exact.packed) exact = exact.asked ? { ...exact } : undefined;
    if (unfinished || !exact) for (const line of lines) for (const [found, line_] of line) if (found !== word && line_.packed && found.startsWith(word) && !/^\d+e/.test(found)) others.push([found, line_.packed]);
    const best = new Map();
    for (const [share, packed] of [...others.slice(0, word.length < 3 ? 20 : 60).map(([, packed]) => [exact ? 0.3 : 0.7, packed]), ...(exact ? [[1, exact.packed]] : [])]) {
      const all = unpacked(packed, LEVELS);
      for (let at = 0; at < all.length; at += 2) best.set(all[at], Math.max(best.get(all[at]) ?? 0, all[at + 1] * share));
    }
    const count = best.size;
    occurrences.set(key, {
      word,
      best,
      // A pair of characters that stands nowhere is mostly the end of one word and the beginning of another.
      weight: !count && CHINESE.test(word) ? 0 : Math.log(1 + (head.owner.length - count + 0.5) / (count + 0.5)),
      asked: exact?.asked ? unpacked(exact.asked, 1).filter((_, at) => at % 2 === 0) : [],
      shown: [word, ...others.map(([found]) => found)],
      begun: unfinished && lines.some((line) => [...line.keys()].some((known) => word.startsWith(known) && /^(?:i|in|e|a|at|iz|is)$/.test(word.slice(known.length)))), // “computin”
    });
  }
  return occurrences.get(key);
}

// ---- What a query means ----

// A query with its mistakes mended: its words, and where each stands in the index. What mends is loaded where something is wrong.
async function understood(query) {
  let text = query.normalize("NFKC").replace(head.said, (said) => head.spoken[said.toLowerCase().replace(/['’]/, "")]);
  let made = await looked(text);
  const wrong = made.terms.filter(({ best, asked, begun }) => !best.size && !asked.length && !begun).map(({ word }) => word).filter((word) => /^[a-z]{5,}$/.test(word));
  const odd = oddLetters(text, made);
  if (!wrong.length && !odd.length) return made;
  const spelling = wrong.length && (await loadSpelling());
  for (const [word, start, end] of split(text).reverse()) if (wrong.includes(word) && spelling(word)) text = text.slice(0, start) + spelling(word) + text.slice(end);
  const heard = head.hears && odd.length ? meantBySound(text, odd, await loadSounds()) : text;
  if (heard === made.text) return made;
  made = await looked(heard);
  if (odd.length) made.instead = heard;
  return made;
}

async function looked(text) {
  const tokens = split(text);
  const words = tokens.map(([word]) => word);
  const said = sized(split(text.replace(head.particles, (particle) => " ".repeat(particle.length)))).filter(([word]) => !head.stop.has(word));
  const meant = said.map(([word]) => word);
  const unfinished = /[\p{L}\p{N}]$/u.test(text) ? words.at(-1) : "";
  // One letter behind other words says nothing yet.
  // So does one Chinese letter that is left between particles.
  const single = (word) => (word === unfinished && /^[a-z]$/.test(word)) || (HAN.test(word) && meant.some((other) => other.length > 1 && CHINESE.test(other)));
  const told = meant.filter((word) => !single(word));
  const asked = [...new Set(told.length ? told : words)];
  const [terms] = await Promise.all([
    Promise.all(asked.map((word) => occurrencesOf(word, word === unfinished || HAN.test(word)))),
    // For the names in it: few begin with a word that every question has, but for what is asked as a whole, and some with the character before
    // Latin letters.
    ...[...new Set(words)].map((word, at) => (at && words.length > 2 && (head.stop.has(word) || word.length < 2) ? [] : linesOf(word, false))),
    ...tokens.flatMap(([word, , end], at) => (HAN.test(text[end - 1]) && tokens[at + 1] && !CHINESE.test(tokens[at + 1][0]) ? [linesOf(word.at(-1), false)] : [])),
  ]);
  return { text, tokens, words, asked, terms: withoutSeams(terms, said) };
}

// A pair of characters that is rarer than those on both its sides is where two words meet: “家坍” of 专家坍塌.
function withoutSeams(terms, said) {
  const weights = new Map(terms.map(({ word, weight }) => [word, weight]));
  const at = (place) => (said[place] && CHINESE.test(said[place][0]) ? said[place] : []);
  const seams = new Set(said.filter(([word, start], place) => at(place - 1)[1] === start - 1 && at(place + 1)[1] === start + 1 && weights.get(word) > Math.max(weights.get(at(place - 1)[0]), weights.get(at(place + 1)[0]))).map(([word]) => word));
  return terms.map((term) => (seams.has(term.word) ? { ...term, weight: term.weight * SEAM } : term));
}

// What of a query stands nowhere, in the reader's words.
function unknownIn(meant) {
  const { text, tokens, terms } = meant;
  const namesAt = tokens.flatMap((_, at) => tokens.slice(at, at + 6).map((_, more) => nameAt(tokens, at, more + 1)).filter(Boolean));
  const isNamed = (start) => namesAt.some((name) => name.owners[0] !== "!" && name.start <= start && start < name.end);
  const none = new Set(terms.filter(({ best, asked, begun }) => !best.size && !asked.length && !begun).map(({ word }) => word));
  const latin = tokens.filter(([word, start]) => none.has(word) && /^[a-z]/.test(word) && word.length > 1 && !isNamed(start)).map(([, start, end]) => text.slice(start, end));
  const odd = CHINESE.test(text) ? oddLetters(text, meant) : [];
  const runs = [];
  for (const at of odd) at - 1 === runs.at(-1)?.[1] ? (runs.at(-1)[1] = at) : runs.push([at, at]);
  const unsaid = namesAt.filter((name) => name.owners[0] === "!").map(({ start, end }) => text.slice(start, end));
  return [...new Set([...unsaid, ...latin, ...runs.filter(([start, end]) => end > start).map(([start, end]) => text.slice(start, end + 1))])];
}

const JOINS = /[会要用按是张不能跑真怎还花和与在比受里无起万]/;

// Characters that no pair of the index accounts for; of a query without Chinese, its letters if nothing has them.
function oddLetters(text, { terms }) {
  if (!CHINESE.test(text)) return terms.some(({ best }) => best.size) ? [] : [...text.matchAll(/[a-z]/gi)].map(({ index }) => index);
  const known = new Set(terms.filter(({ best }) => best.size).map(({ word }) => word));
  const plain = text.replace(head.particles, (particle) => " ".repeat(particle.length));
  const odd = [];
  // One alone is no part of a name, nor is one that only joins words.
  const joins = (at) => JOINS.test(plain[at]) || !(HAN.test(plain[at - 1] ?? "") || HAN.test(plain[at + 1] ?? ""));
  for (let at = 0; at < plain.length; at++) if (HAN.test(plain[at]) && !joins(at) && !known.has(plain.slice(at, at + 2)) && !known.has(plain.slice(at - 1, at + 1)) && !known.has(plain[at])) odd.push(at);
  return odd;
}

// One letter too many, too few, wrong or exchanged.
function near(a, b) {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [x, y] = [a.slice(at), b.slice(at)];
  return x.slice(1) === y.slice(1) || x.slice(1) === y || x === y.slice(1) || (x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2));
}

let spelling;
async function loadSpelling() {
  if (spelling) return spelling;
  const stems = (await piece("spelling", 0)).split(" ").map((word) => [stem(word), word]);
  const known = new Map();
  const all = new Set(stems.map(([found]) => found));
  const inTwo = (word) => {
    for (let at = word.length - 4; at > 3; at--) if (all.has(stem(word.slice(0, at))) && all.has(stem(word.slice(at)))) return `${word.slice(0, at)} ${word.slice(at)}`;
  };
  spelling = (word) => {
    if (!known.has(word)) known.set(word, stems.find(([found]) => near(found, word))?.[1] ?? inTwo(word));
    return known.get(word);
  };
  return spelling;
}

let sounds;
const loadSounds = async () => (sounds ??= readings(await piece("sounds", 0)));

// How characters are read, and the names of the field as they are read. The common characters are those of GB 2312, which are ordered by their sound.
function readings({ names, common, rare, otherwise }) {
  const codes = [];
  for (let row = 16; row < 56; row++) for (let place = 1; place < (row < 55 ? 95 : 90); place++) codes.push(row + 0xa0, place + 0xa0);
  const letters = new TextDecoder("gbk").decode(new Uint8Array(codes));
  const sounds = new Map();
  let at = 0;
  for (const run of common.split(" ")) {
    const [, sound, many] = run.match(/^([a-z]+)(\d*)$/);
    for (let left = Number(many || 1); left; left--) sounds.set(letters[at++], sound);
  }
  for (const one of rare.split(" ")) if (one) sounds.set(one[0], one.slice(1));
  const typed = new Map(); // without an input method
  const read = names.split(" ").map((name) => [name, [...name].map((letter) => sounds.get(letter) ?? letter)]);
  for (const [name, parts] of read) typed.set(parts.join(""), name);
  for (const one of otherwise.split(" ")) if (one) typed.set(one.split("=")[1], one.split("=")[0]);
  return { sounds, typed, read };
}

// A text with the longest name that sounds like a part of it in which characters are odd, and so on; of letters alone, the name that they spell. Half of
// the characters are right where it is a slip: that all sound the same is chance.
function meantBySound(text, odd, { sounds, typed, read }) {
  if (!odd.length) return text;
  if (!CHINESE.test(text)) return typed.get(text.toLowerCase().replace(/[^a-z\d]/g, "")) ?? text;
  const heard = [...text.toLowerCase()].map((letter) => sounds.get(letter) ?? letter);
  let best;
  for (const [name, parts] of read) {
    if (parts.length <= (best?.name.length ?? 1)) continue;
    for (let at = 0; at + parts.length <= heard.length; at++)
      if (parts.every((part, step) => part === heard[at + step]) && odd.some((place) => place >= at && place < at + parts.length) && 2 * [...name].filter((letter, step) => letter === text[at + step]).length >= parts.length) best = { name, at };
  }
  if (!best) return text;
  const end = best.at + best.name.length;
  const mended = text.slice(0, best.at) + best.name + text.slice(end);
  return meantBySound(mended, odd.filter((place) => place < best.at || place >= end), { sounds, typed, read });
}

// ---- Ranking ----

// A question is answered by text that explains, guides first; a name is not.
const QUESTION = /\b(?:why|how|explain|difference|what happens|when (?:do|should))\b|为什么|为何|怎么|怎样|如何|区别|差别|原理|什么时候用/i;
const HOW_MANY = /\bhow (?:many|much|big|large|long)\b/i;
const DEFINES = /^(?:what(?:'s| is| are| does)|define|meaning of)\b|是什么|什么是|什么意思/i;
const EXPLAINS = { guide: 1.4, technique: 1.25, tool: 1, comparison: 0.8, model: 0.75, about: 0.55 };
const REASON = /\b(?:why|explain|difference|what happens)\b|为什么|为何|区别|差别|原理/i; // and no way of doing it, which other pages say too
// Machines that serve are not those that trained.
const SERVES = /\b(?:serv\w*|deploy\w*|inference|vllm|sglang|ollama|run|vram|fits?|out of memory|throughput|latency)\b|部署|推理|显存|能跑|跑得动|吞吐|延迟/i;
const TRAINS = /\b(?:train\w*|pre-?train\w*)\b|训练/i;

// How much more a page or a section counts for what a query is about.
function leaning(query) {
  const asks = QUESTION.test(query) && !HOW_MANY.test(query);
  const reason = REASON.test(query);
  const serves = SERVES.test(query) && !TRAINS.test(query);
  const trains = TRAINS.test(query) && !SERVES.test(query);
  const names = head.kinds.map(([name]) => name);
  // Of no class, lists, what explains, machines that serve, machines that train, problems.
  const classes = [1, asks ? 0.6 : 1, asks ? 1.3 : 1, serves ? 1.8 : trains ? 0.5 : 1, serves ? 0.3 : trains ? 1.3 : 1, 0.8];
  return {
    asks,
    page: (page) => {
      const [url, , kind] = head.pages[page];
      const serving = /^(?:tools\/memory|guides\/serving|serving-in-practice|techniques\/(?:serving-systems|inference-system-overview))\//.test(url);
      return (asks && (reason || !/about|comparison/.test(names[kind])) ? EXPLAINS[names[kind]] : 1) * (serves ? (serving ? 1.5 : names[kind] === "about" ? 0.5 : 1) : 1);
    },
    section: (section) => classes[head.classes[section]],
  };
}

// What some tokens in a row name, and where: pages by number, or `d` and the number of a definition. As one word too, and where Chinese and Latin
// meet with the one character that belongs to the name: “了多 token” has “多 token”.
function nameAt(tokens, at, many) {
  const part = tokens.slice(at, at + many);
  let [start, end] = [part[0][1], part.at(-1)[2]];
  const words = part.map(([word]) => word);
  let owners = names.get(words.join(" ")) ?? names.get(words.join("").replaceAll(".", ""));
  const [first, last] = [words[0], words.at(-1)];
  const opens = many > 1 && first.length > 1 && CHINESE.test(first) && !CHINESE.test(words[1]);
  const closes = many > 1 && last.length > 1 && CHINESE.test(last) && !CHINESE.test(words.at(-2));
  for (const [cutFirst, cutLast] of [[opens, false], [false, closes], [opens, closes]]) {
    if (owners || !(cutFirst || cutLast)) continue;
    owners = names.get([cutFirst ? first.at(-1) : first, ...words.slice(1, -1), cutLast ? last[0] : last].join(" "));
    if (owners && cutFirst) start = part[0][2] - 1;
    if (owners && cutLast) end = part.at(-1)[1] + 1;
  }
  return owners && { owners, start, end };
}

// Pages that parts of the query name: the longest names first, each word used once.
function namedPages(tokens) {
  const found = [];
  for (let at = 0; at < tokens.length; at++)
    for (let many = Math.min(head.longest, tokens.length - at); many > 0; many--) {
      const owners = nameAt(tokens, at, many)?.owners.filter((owner) => /[^d!]/.test(owner[0]));
      if (!owners?.length) continue;
      owners.forEach((owner, rank) => {
        const [page, section] = owner.replace(/[~?]/, "").split("@");
        found.push({ page: Number(page), section: section && Number(section), at, many, rank, says: !/[~?]/.test(owner), isTerm: owner[0] === "?" });
      });
      at += many - 1;
      break;
    }
  return found;
}

// A number with a size is asked for as such: 6710 亿 is 671B, and not a text with 6710 in it.
const sized = (found) => found.filter(([, start], at) => found[at + 1]?.[1] !== start);

// The pages for a query that is understood; what is the best section of each is asked of those that are shown.
function find(meant) {
  const { text, tokens, words, terms } = meant;
  if (!words.length) return { pages: [], shown: new Set(), lacks: [] };
  const many = terms.length;
  const whole = terms.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const levels = new Float32Array(head.owner.length * many);
  const touched = new Set();
  terms.forEach(({ best }, term) => {
    for (const [section, level] of best) {
      levels[section * many + term] = level;
      touched.add(head.owner[section]);
    }
  });
  const named = new Map();
  const defines = DEFINES.test(text);
  const named_ = leaning(text).asks ? IN_QUESTION : 1;
  for (const name of namedPages(tokens)) {
    // A word is defined to who asks for it alone.
    if (name.isTerm && name.many < words.length && !(defines && terms.every(({ word }) => words.slice(name.at, name.at + name.many).includes(word)))) continue;
    touched.add(name.page);
    if (!named.has(name.page)) named.set(name.page, { bonus: 0, words: new Set(), top: false, sections: [] });
    const of = named.get(name.page);
    const part = words.slice(name.at, name.at + name.many);
    for (const word of part) of.words.add(word);
    if (name.section !== undefined) of.sections.push(name.section);
    if (name.many === words.length) {
      of.bonus += 1000 / (name.rank + 1);
      of.isName ||= name.isTerm ? "" : name.says ? "name" : "alias";
      if (name.says) of.top = true;
    }
    else if (!name.isTerm && terms.every(({ word }) => part.includes(word))) of.bonus += WHOLE / (name.rank + 1);
    const counts = !name.says || head.kinds[head.pages[name.page][2]][0] === "technique" ? named_ : 1;
    if (name.says && !name.rank) of.bonus += TITLE * counts;
    of.bonus += counts * terms.reduce((sum, { word, weight }) => sum + (part.includes(word) ? weight * (name.rank ? 0.4 : 1) : 0), 0) + (name.many - 1) * 0.8;
  }
  const leans = leaning(text);
  const ranked = [];
  for (const page of touched) {
    const name = named.get(page);
    const best = new Float32Array(many);
    const [first, end] = [head.first[page], head.first[page] + head.counts[page]];
    let [together, most] = [0, 0];
    for (let section = first; section < end; section++) {
      let [sum, held] = [0, 0];
      for (let term = 0; term < many; term++) {
        const level = levels[section * many + term];
        if (!level) continue;
        if (level > best[term]) best[term] = level;
        sum += terms[term].weight * level;
        held += terms[term].weight / whole;
      }
      if (sum) together = Math.max(together, (leans.section(section) * sum * (ALONE + (1 - ALONE) * held)) / LEVELS);
      most = Math.max(most, held);
    }
    let [sum, covered] = [0, 0];
    for (let term = 0; term < many; term++) {
      if (name?.words.has(terms[term].word)) best[term] = LEVELS;
      sum += (terms[term].weight * best[term]) / LEVELS;
      if (best[term]) covered += terms[term].weight / whole;
    }
    const held = name ? Math.max(covered, 0.75) : covered;
    const score = (sum + TOGETHER * together) * (0.15 + 0.85 * held ** 3) * head.pages[page][3] * leans.page(page) + (name?.bonus ?? 0);
    ranked.push({ page, isName: name?.isName, score, covered: name?.bonus ? 1 : covered, together: name?.bonus ? 1 : most, sections: () => sectionsOf(page, levels, terms, leans, name) });
  }
  ranked.sort((a, b) => b.score - a.score || a.page - b.page);
  // What holds less than half of the query is no hit, of a long one less than a third, unless few hold more.
  const least = many > 3 ? 0.34 : 0.5;
  const hits = ranked.filter(({ covered }) => covered >= least);
  const others = ranked.filter(({ covered }) => covered < least).slice(0, Math.max(0, FEW - hits.length));
  // What holds the rest of a query is near it at best.
  const lacks = unknownIn(meant);
  return { pages: lacks.length ? ranked.slice(0, FEW) : [...hits, ...others], lacks, shown: new Set(terms.flatMap(({ shown }) => shown)) };
}

// The sections of a page, best first: one that explains what is named, then by what stands in them. What the title says already does not lead to a section;
// an alias does not stand in the text above the first.
function sectionsOf(page, levels, terms, leans, name) {
  const first = head.first[page];
  const at = (section, term) => levels[section * terms.length + term];
  const found = [];
  for (let section = first; section < first + head.counts[page]; section++) {
    let [sum, held, whole] = [0, 0, 0];
    terms.forEach(({ weight }, term) => {
      const level = at(section, term);
      const worth = weight * (at(first, term) >= LEVELS - 1 ? 0.15 : 1);
      sum += worth * (section === first && level === LEVELS - 2 ? 2 : level);
      whole += worth;
      if (level) held += worth;
    });
    if (held) found.push([section, leans.section(section) * sum * (ALONE + ((1 - ALONE) * held) / whole)]);
  }
  found.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const explained = name?.sections ?? [];
  const sections = [...explained, ...found.map(([section]) => section)];
  if (name?.top || !sections.length) sections.unshift(first);
  return [...new Set(sections)];
}
