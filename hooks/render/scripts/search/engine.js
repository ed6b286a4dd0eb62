// Pages and sections that answer a query, best first. The index comes in pieces, as scripts, which a page on disk may load too.

let head;
const waiting = new Map();
const pieces = new Map();
const FILES = { head: () => "head", words: (n) => `w${n}`, texts: (n) => `t${n}` };

// What each file of the index calls.
window.dsSearch = (kind, number, data) => waiting.get(kind + number)?.(data);

function piece(kind, number, base) {
  const key = kind + number;
  if (!pieces.has(key)) {
    pieces.set(
      key,
      new Promise((done, failed) => {
        waiting.set(key, done);
        const script = Object.assign(document.createElement("script"), { src: `${base}${FILES[kind](number)}.js`, onerror: failed });
        script.onload = () => script.remove();
        document.head.append(script);
      }),
    );
    pieces.get(key).catch(() => pieces.delete(key));
  }
  return pieces.get(key);
}

async function open(base) {
  if (head) return head;
  head = await piece("head", 0, base);
  head.base = base;
  const stop = head.words.stop.split(" ");
  head.stop = new Set(stop.flatMap((word) => split(word).map(([key]) => key)));
  head.particles = new RegExp(stop.filter((word) => CHINESE.test(word)).sort((a, b) => b.length - a.length).join("|") || "$^", "g");
  head.joined = {}; // names in one word and without dots, as people type them
  for (const name in head.names) head.joined[name.replaceAll(" ", "").replaceAll(".", "")] ??= head.names[name];
  head.longest = Math.max(...Object.keys(head.names).map((name) => name.split(" ").length));
  head.owner = head.sections.flatMap((anchors, page) => Array(anchors.length / 2 + 1).fill(page));
  head.first = head.sections.map(() => 0);
  head.owner.forEach((page, at) => page && page !== head.owner[at - 1] && (head.first[page] = at));
  return head;
}

// ---- Words ----

const LETTERS = [...Array(92)].map((_, at) => String.fromCharCode(35 + at)).filter((letter) => !"\\<".includes(letter)).join("");
const HALF = LETTERS.length / 2;
const DIGITS = [...Array(127)].map((_, code) => LETTERS.indexOf(String.fromCharCode(code)));
const LEVELS = 10;
const CHINESE = /[\u3400-\u9fff]/;
const HAN = /^[\u3400-\u9fff]$/; // the index has pairs of characters; one alone begins some of them
const TITLE = 3; // a page whose title is in the query, beside what its words count

const lists = new Map(); // what was unpacked, for the next letter
function unpacked(text) {
  if (lists.has(text)) return lists.get(text);
  const found = [];
  let [section, number, place] = [-1, 0, 1];
  for (let at = 0; at < text.length; at++) {
    const digit = DIGITS[text.charCodeAt(at)];
    number += (digit % HALF) * place;
    place *= HALF;
    if (digit >= HALF) continue;
    section += Math.floor(number / LEVELS) + 1;
    found.push([section, number % LEVELS]);
    number = 0;
    place = 1;
  }
  lists.set(text, found);
  return found;
}

// The last piece that begins before a word.
function place(word) {
  let at = head.parts.findIndex((first) => first > word);
  if (at < 0) at = head.parts.length;
  return Math.max(at - 1, 0);
}

async function lines(from, to) {
  const parts = [];
  for (let at = place(from); at <= Math.min(place(to), place(from) + 2); at++) parts.push(piece("words", at, head.base));
  return (await Promise.all(parts)).flatMap((part) => (part.lines ? part.lines : split_part(part)));
}

const parsed = new Map();
function split_part(part) {
  if (!parsed.has(part)) parsed.set(part, part.split("\n").map((line) => line.split(" ")));
  return parsed.get(part);
}

// One letter too many, too few, wrong or exchanged.
function near(a, b) {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [x, y] = [a.slice(at), b.slice(at)];
  return x.slice(1) === y.slice(1) || x.slice(1) === y || x === y.slice(1) || (x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2));
}

// Where a word stands: [[section, level]], its weight, and the words of the text that count as it.
async function occurrences(word, unfinished) {
  const known = await lines(word, unfinished ? `${word}\uffff` : word);
  const exact = known.find(([found]) => found === word);
  let others = unfinished || !exact ? known.filter(([found]) => found !== word && found.startsWith(word) && !/^\d+e/.test(found)) : [];
  if (!exact && !others.length && word.length > 4 && /^[a-z]+$/.test(word)) others = known.filter(([found]) => near(found, word));
  const best = new Map();
  for (const [share, [, packed]] of [...others.slice(0, word.length < 3 ? 20 : 60).map((other) => [exact ? 0.3 : 0.7, other]), ...(exact ? [[1, exact]] : [])])
    for (const [section, level] of unpacked(packed)) best.set(section, Math.max(best.get(section) ?? 0, level * share));
  const count = best.size;
  return { word, best, weight: Math.log(1 + (head.owner.length - count + 0.5) / (count + 0.5)), shown: new Set([word, ...others.map(([found]) => found)]) };
}

// ---- Ranking ----

// A question is answered by text that explains, guides first; a name is not.
const QUESTION = /\b(?:why|how|explain|difference|what happens|when (?:do|should))\b|为什么|为何|怎么|怎样|如何|区别|差别|原理|什么时候用/i;
const HOW_MANY = /\bhow (?:many|much|big|large|long)\b/i;
const EXPLAINS = { guide: 1.6, technique: 1.25, tool: 1, comparison: 0.8, model: 0.75, about: 0.55 };
// Machines that serve are not those that trained.
const SERVES = /\b(?:serv\w*|deploy\w*|inference|vllm|sglang|run|vram|fits?|throughput|latency)\b|部署|推理|显存|能跑|跑得动|吞吐|延迟/i;
const TRAINS = /\b(?:train\w*|pre-?train\w*)\b|训练/i;

// How much more a page or a section counts for what a query is about.
function leaning(query) {
  const asks = QUESTION.test(query) && !HOW_MANY.test(query);
  const serves = SERVES.test(query) && !TRAINS.test(query);
  const trains = TRAINS.test(query) && !SERVES.test(query);
  const names = head.kinds.map(([name]) => name);
  return {
    page: (page) => {
      const [url, , kind] = head.pages[page];
      const serving = /^(?:tools\/memory|guides\/serving|techniques\/(?:serving-systems|inference-system-overview))\//.test(url);
      return (asks ? EXPLAINS[names[kind]] : 1) * (serves ? (serving ? 1.5 : names[kind] === "about" ? 0.5 : 1) : 1);
    },
    section: (anchor) => {
      if (/#?(?:disputes|models|facts|what-changed|techniques|record)$/.test(anchor) && asks) return 0.6;
      if (/(?:^|#)(?:why|how|cost)$/.test(anchor) && asks) return 1.3;
      if (/(?:^|#)serving/.test(anchor)) return serves ? 1.8 : trains ? 0.5 : 1;
      if (/(?:^|#)infrastructure/.test(anchor)) return serves ? 0.3 : trains ? 1.3 : 1;
      return 1;
    },
  };
}

// Pages that parts of the query name: the longest names first, each word used once. [page, first word, number of words, rank, whether the page says it]
function named(words) {
  const found = [];
  for (let at = 0; at < words.length; at++)
    for (let many = Math.min(head.longest, words.length - at); many > 0; many--) {
      const part = words.slice(at, at + many);
      const pages = head.names[part.join(" ")] ?? head.joined[part.join("").replaceAll(".", "")];
      if (!pages) continue;
      pages.forEach((page, rank) => found.push([page < 0 ? ~page : page, at, many, rank, page >= 0]));
      at += many - 1;
      break;
    }
  return found;
}

// Whether a heading says what is asked and nothing else: “KV cache”, and not “KV cache on disk”. The other language may stand behind it.
const headings = new Map();
function says(section, asked) {
  if (!headings.has(section)) {
    const page = head.owner[section];
    headings.set(section, split(head.sections[page][2 * (section - head.first[page]) - 1] ?? "").map(([word]) => word));
  }
  const words = headings.get(section);
  const han = asked.some((word) => CHINESE.test(word));
  return asked.every((word) => words.includes(word)) && words.every((word) => asked.includes(word) || CHINESE.test(word) !== han);
}

// A number with a size is asked for as such: 6710 亿 is 671B, and not a text with 6710 in it.
const sized = (found) => found.filter(([, start], at) => found[at + 1]?.[1] !== start);

async function find(query) {
  const words = split(query.normalize("NFKC")).map(([word]) => word);
  if (!words.length) return { pages: [], shown: new Set() };
  const names = named(words);
  const meant = sized(split(query.normalize("NFKC").replace(head.particles, " "))).flatMap(([word]) => (head.stop.has(word) ? [] : [word]));
  const asked = [...new Set(meant.length ? meant : words)];
  const unfinished = /[\p{L}\p{N}]$/u.test(query);
  const terms = await Promise.all(asked.map((word) => occurrences(word, (unfinished && word === words.at(-1)) || HAN.test(word))));
  const whole = terms.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const pages = new Map();
  const of = (page) => pages.get(page) ?? pages.set(page, { page, best: terms.map(() => 0), sections: new Map(), bonus: 0, named: new Set() }).get(page);
  terms.forEach(({ best }, term) => {
    for (const [section, level] of best) {
      const found = of(head.owner[section]);
      found.best[term] = Math.max(found.best[term], level);
      if (!found.sections.has(section)) found.sections.set(section, terms.map(() => 0));
      found.sections.get(section)[term] = level;
    }
  });
  for (const [page, at, many, rank, says] of names) {
    const found = of(page);
    const part = words.slice(at, at + many);
    for (const word of part) found.named.add(word);
    if (says && many === words.length) found.top = true;
    if (many === words.length) found.bonus += 1000 / (rank + 1);
    part.forEach((word) => asked.includes(word) && (found.best[asked.indexOf(word)] = LEVELS));
    if (says && !rank) found.bonus += TITLE;
    found.bonus += terms.reduce((sum, { word, weight }) => sum + (part.includes(word) ? weight * (rank ? 0.4 : 1) : 0), 0) + (many - 1) * 0.8;
  }
  const leans = leaning(query);
  const ranked = [...pages.values()].map((found) => {
    const sum = (levels, share = () => 1) => terms.reduce((total, { word, weight }, term) => total + (weight * levels[term] * share(word, term)) / LEVELS, 0);
    const covered = terms.reduce((total, { weight }, term) => total + (found.best[term] ? weight : 0), 0) / whole;
    const first = head.first[found.page];
    const title = found.sections.get(first) ?? [];
    // What the title says already does not lead to a section; an alias does not stand in the text above the first.
    const share = (word, term) => (title[term] >= LEVELS - 1 ? 0.15 : 1);
    const sections = [...found.sections].map(([section, levels]) => {
      const at = section - first;
      const lean = leans.section(at ? head.sections[found.page][2 * at - 2] : "");
      return [section, lean * sum(section === first ? levels.map((level) => (level === LEVELS - 2 ? 2 : level)) : levels, share), lean * sum(levels)];
    });
    const together = Math.max(0, ...sections.map(([, , all]) => all));
    const held = found.named.size ? Math.max(covered, 0.75) : covered;
    const score = (sum(found.best) + 0.5 * together) * (0.15 + 0.85 * held ** 2) * head.pages[found.page][3] * leans.page(found.page) + found.bonus;
    sections.sort((a, b) => says(b[0], asked) - says(a[0], asked) || b[1] - a[1] || a[0] - b[0]);
    if (found.top || !sections.length) sections.unshift([first, 0, 0]);
    return { page: found.page, score, covered: found.bonus ? 1 : covered, sections: [...new Set(sections.map(([section]) => section))] };
  });
  ranked.sort((a, b) => b.score - a.score || a.page - b.page);
  // What holds less than half of the query is no hit, unless nothing holds more.
  const hits = ranked.filter(({ covered }) => covered >= 0.5);
  return { pages: hits.length ? hits : ranked, shown: new Set(terms.flatMap((term) => [...term.shown])) };
}
