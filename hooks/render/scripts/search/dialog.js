// The search as a dialog: what is typed, what is found, and the keys. Loaded when a reader first asks for it.

const EXCERPT = document.documentElement.lang === "zh" ? 90 : 175; // letters of two lines
const SHOWN = 5;
const QUESTIONS = "questions/";
const { root, query: ASKED } = document.currentScript.dataset;
const make = (tag, values = {}, ...children) => {
  const { data, ...own } = values;
  const made = Object.assign(document.createElement(tag), own);
  for (const [name, value] of Object.entries(data ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
};
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

let dialog, input, status, hits, rests, kinds, instead, answers;
let turn = 0;
let kind = "";
let limit = SHOWN;

function build({ words }) {
  input = make("input", { type: "text", placeholder: words.placeholder, autocomplete: "off", spellcheck: false, data: { "aria-label": words.label, enterkeyhint: "go", inputmode: "search" } });
  const close = make("button", { type: "button", className: "ds-search-close", textContent: words.close, onclick: () => dialog.close() });
  status = make("p", { data: { role: "status" } });
  kinds = make("div", { className: "ds-search-kinds", data: { role: "group", "aria-label": words.kinds } });
  instead = make("p", { className: "ds-search-instead" });
  answers = make("div", { className: "ds-answers", data: { "aria-live": "polite" } });
  hits = make("ol", { className: "ds-hits" });
  rests = make("div", { className: "ds-search-rest" });
  const keys = make("p", { className: "ds-search-keys", textContent: words.keys });
  dialog = make("dialog", { className: "ds-search", data: { "aria-label": words.label } }, make("form", { method: "dialog", data: { role: "search" } }, input, close), kinds, status, instead, answers, hits, rests, keys);
  document.body.append(dialog);
  input.addEventListener("input", () => {
    limit = SHOWN;
    kind = "";
    search();
  });
  dialog.addEventListener("keydown", move);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("a")) dialog.close();
  });
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    (answers.querySelector("a") ?? hits.querySelector("a"))?.click();
  });
  suggest(words.hint);
}

// What to try where nothing is asked for yet, or nothing was found.
function suggest(said) {
  status.textContent = said;
  hitsShown = new Map();
  rests.replaceChildren();
  const examples = head.words.examples.split("|").map((example) => example.trim());
  hits.replaceChildren(make("li", { className: "ds-search-examples" }, ...examples.map((example) => make("button", { type: "button", textContent: example, onclick: () => {
    input.value = example;
    limit = SHOWN;
    kind = "";
    search();
    input.focus();
  } })), ...(head.pages.some(([url]) => url === QUESTIONS) ? [make("a", { href: root + QUESTIONS, textContent: head.words.questions })] : [])));
}

const links = () => [...answers.querySelectorAll("a"), ...hits.querySelectorAll("a")];

// Arrows go through the hits; letters typed on a hit go on with the query.
function move(event) {
  const all = links();
  const at = all.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && (at >= 0 || document.activeElement === input)) {
    event.preventDefault();
    (all[at + step] ?? (at + step < 0 ? input : all[at]))?.focus();
  } else if (at >= 0 && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== " ") {
    input.focus();
  }
}

// ---- Hits ----

const PAUSE = 40; // who types on is not answered letter by letter
const REST = 220; // and lines of text are loaded once a query stands, since each hit needs a piece of its own
const pause = (time) => new Promise((still) => setTimeout(still, time));

async function search() {
  const mine = ++turn;
  const query = input.value.trim();
  const { words } = head;
  if (query) await pause(PAUSE);
  if (mine !== turn) return;
  if (!query) {
    kinds.replaceChildren();
    showAnswers([]);
    instead.textContent = "";
    suggest(words.hint);
    return;
  }
  try {
    const meant = await understood(input.value);
    const found = find(meant);
    const answered = kind ? [] : await answersTo(meant, found);
    if (mine !== turn) return;
    const pages = found.pages.filter(({ page }) => !kind || head.pages[page][2] === kind - 1).slice(0, limit);
    const shown = pages.map(({ page, sections }, rank) => ({ page, sections: sections().slice(0, rank ? 1 : 3) }));
    const wanted = [...new Set(shown.flatMap(({ sections }) => sections).map(pieceOf))].filter((number) => !texts.has(number));
    instead.textContent = meant.instead ? fill(words.instead, { query: meant.instead }) : "";
    showAnswers(answered);
    describe(found, query, answered.length);
    showHits(shown, found, wanted.length > 0);
    if (wanted.length || meant.waits) {
      await pause(REST);
      if (mine !== turn) return;
      meant.stands = true;
      if (meant.waits) showAnswers(await answersTo(meant, found));
      await Promise.all(wanted.map(async (number) => texts.set(number, await piece("texts", number))));
      if (mine !== turn) return;
      showHits(shown, found, false);
    }
    dialog.dataset.shows = query;
  } catch {
    status.textContent = words.failed;
  }
}

let answersShown = "";
function showAnswers(answered) {
  const all = JSON.stringify(answered);
  if (all === answersShown) return;
  answersShown = all;
  answers.replaceChildren(...answered.map(answerBox));
}

// The hits: what did not change stays as it is, and while lines of text are waited for, so does a page with those of the query before.
let hitsShown = new Map();
function showHits(shown, found, waits) {
  const marked = [...found.shown].join(" ");
  const before = document.activeElement;
  const kept = new Map();
  for (const one of shown) {
    const known = hitsShown.get(one.page);
    const key = `${one.sections}|${marked}`;
    const isKept = known && (waits || known.key === key);
    kept.set(one.page, isKept ? known : { key: waits ? "" : key, line: hit(one, found.shown) });
  }
  hitsShown = kept;
  const lines = [...kept.values()].map(({ line }) => line);
  const own = hits.children;
  if (lines.length && (own.length !== lines.length || lines.some((line, at) => line !== own[at]))) hits.replaceChildren(...lines);
  showMore(found);
  if (before !== document.activeElement) before.isConnected ? before.focus() : input.focus();
}

let countsShown = "";

// How many pages there are, and of which kinds.
function describe({ pages, lacks }, query, isAnswered) {
  const { words } = head;
  const count = pages.length;
  if (count && lacks.length && !isAnswered) status.textContent = fill(words.lacks, { query: lacks.join(words.and) });
  else if (count) status.textContent = fill(count === 1 ? words.one : words.many, { count });
  else suggest(fill(words.none, { query }));
  const counts = head.kinds.map((_, number) => pages.filter(({ page }) => head.pages[page][2] === number).length);
  const choice = (label, number, many) =>
    make("button", { type: "button", textContent: `${label} ${many}`, data: { "aria-pressed": kind === number || (!kind && !number) }, onclick: () => {
      kind = number;
      limit = SHOWN;
      search();
      input.focus();
    } });
  const present = head.kinds.flatMap(([, label], number) => (counts[number] ? [choice(label, number + 1, counts[number])] : []));
  const all = `${kind} ${counts}`;
  if (all === countsShown && kinds.hasChildNodes()) return;
  countsShown = all;
  kinds.replaceChildren(...(present.length > 1 ? [choice(words.all, 0, count), ...present] : []));
}

// A button for the pages that are not shown yet.
function showMore({ pages }) {
  const rest = pages.filter(({ page }) => !kind || head.pages[page][2] === kind - 1).length - limit;
  rests.replaceChildren(...(rest > 0 ? [make("button", { type: "button", className: "ds-search-more", textContent: fill(head.words.more, { count: rest }), onclick: async () => {
    const at = hits.querySelectorAll(":scope > li > a").length;
    limit += 2 * SHOWN;
    await search();
    hits.querySelectorAll(":scope > li > a")[at]?.focus();
  } })] : []));
}

// Whether a value is a sentence, which is not set in large type; a Chinese letter takes the place of two.
const isLong = (text) => text.length + (text.match(/[\u3000-\uffff]/g) ?? []).length > 34;

// A fact with its lines; each line leads to the place that shows it.
function answerBox({ title, lines, most = MOST_LINES }) {
  const rows = lines.slice(0, most).map(({ label, text, basis, source, href }) => {
    const beside = [basis, source].filter(Boolean).join(" · ");
    return make("li", {}, make("a", { href: root + href }, ...(label ? [make("span", { className: "ds-answer-label" }, label)] : []), make("span", { className: isLong(text) ? "ds-answer-text" : "ds-answer-value" }, text), ...(beside ? [make("span", { className: "ds-answer-source" }, beside)] : [])));
  });
  const rest = lines.length - most;
  if (rest > 0) rows.push(make("li", {}, make("a", { href: root + lines[most].href, className: "ds-answer-more" }, facts.words.more.replace("{count}", rest))));
  return make("section", {}, make("h2", { textContent: title }), make("ul", {}, ...rows));
}

// Anchor, heading and text of a section, where its piece is loaded.
const texts = new Map();
const pieceOf = (section) => lastAtMost(head.texts, section);
function told(section) {
  const number = pieceOf(section);
  const at = 3 * (section - head.texts[number]);
  return texts.get(number)?.slice(at, at + 3);
}

// A page with its best sections; until their texts are there, its title alone leads to it.
function hit({ page, sections }, shown) {
  const [url, title, number] = head.pages[page];
  const own = url || (location.protocol === "file:" ? "index.html" : "");
  const [first, ...others] = sections.map((section, rank) => {
    const [anchor, name, text] = told(section) ?? ["", "", null];
    return { href: root + (anchor.includes("/") ? anchor : own + (anchor && `#${anchor}`)), name, lines: text === null ? null : excerpt(text, shown, rank ? EXCERPT / 2 : EXCERPT) };
  });
  const where = first.name ? [make("span", { className: "ds-hit-section" }, ` › ${first.name}`)] : [];
  const more = others.filter(({ lines }) => lines).map(({ href, name, lines }) => make("li", {}, make("a", { href }, make("b", {}, `› ${name || title}`), " ", make("span", { className: "ds-hit-line" }, ...lines))));
  return make("li", {},
    make("a", { href: first.href }, make("b", {}, title), ...where, make("small", {}, head.kinds[number][1]), make("span", { className: first.lines ? "ds-hit-text" : "ds-hit-text ds-hit-waits" }, ...(first.lines ?? []))),
    ...(more.length ? [make("ul", {}, ...more)] : []),
  );
}

const ENDS = /[.!?](?= )|[。！？；](?![”」）])| ·(?= )/g;

// From the beginning of the sentence in which a place is, as much as fits: whole sentences where they do.
function sentences(text, place, length) {
  const ends = [...text.matchAll(ENDS)].map(({ index, 0: sign }) => index + sign.length);
  let from = ends.findLast((end) => end <= place) ?? 0;
  while (text[from] === " ") from++;
  if (place - from > length * 0.6) from = text.indexOf(" ", place - Math.round(length * 0.4)) + 1 || from;
  if (from > place) from = place;
  const most = Math.min(text.length, from + length);
  const whole = ends.findLast((end) => end <= most && end > place + 1 && end > from + length * 0.5);
  if (whole) return [from, whole];
  const space = text.lastIndexOf(" ", most);
  return [from, most < text.length && space > most - 15 ? space : most];
}

// Where words stand in a text. Only what begins as one of them does is taken apart, since to take a whole text apart takes long.
const MOST_LETTERS = 20000;
let patternOf = ["", /$^/g];
function placesOf(text, shown) {
  const key = [...shown].join(" ");
  if (patternOf[0] !== key) {
    // Endings change at most the last two letters; a number may be written in several ways.
    const beginnings = [...shown].map((word) => (CHINESE.test(word) ? word : /^\d/.test(word) ? "\\d" : word.slice(0, Math.max(2, word.length - 2)).replaceAll(".", "\\.")));
    patternOf = [key, new RegExp(`(?=(${[...new Set(beginnings)].map((one) => (CHINESE.test(one) ? one : `(?<![a-z\\d])${one}`)).join("|") || "$^"}))`, "gi")];
  }
  const found = [];
  let last = 0;
  const part = text.slice(0, MOST_LETTERS);
  for (const { index, 1: begun } of part.matchAll(patternOf[1])) {
    if (index < last) continue;
    if (CHINESE.test(begun)) {
      found.push([begun, index, index + begun.length]);
      continue;
    }
    const end = /[^\w.,]|$/g;
    end.lastIndex = index;
    const length = end.exec(part).index - index + 10; // a unit may follow a number
    for (const [word, start, stop] of split(part.slice(index, index + length)).slice(0, 2)) if (!start && shown.has(word)) found.push([word, index, index + stop]);
    last = index + begun.length;
  }
  return found;
}

// The part of a text that holds most of the words, with these marked.
function excerpt(text, shown, length) {
  const places = placesOf(text, shown);
  let best = [0, 0];
  places.forEach(([, start], from) => {
    const words = new Set();
    let at = from;
    for (; at < Math.min(from + 40, places.length) && places[at][2] <= start + length * 0.8; at++) words.add(places[at][0]);
    const worth = words.size * 100 + at - from;
    if (worth > best[1]) best = [start, worth];
  });
  const [from, to] = sentences(text, best[0], length);
  const parts = [];
  let last = from;
  for (const [, start, end] of places) {
    if (start < last || end > to) {
      if (start >= to || end <= last) continue;
      if (end > to) continue;
    }
    parts.push(text.slice(last, Math.max(start, last)), make("mark", {}, text.slice(Math.max(start, last), end)));
    last = end;
  }
  return [...parts, text.slice(last, to), to < text.length && !/[.!?。！？]$/.test(text.slice(0, to)) ? " …" : ""];
}

// ---- Opening ----

window.dsOpenSearch = async (query) => {
  await open(`${root}${FOLDER}`);
  if (!dialog) build(head);
  if (!dialog.open) dialog.showModal();
  input.focus();
  if (query) {
    input.value = query;
    search();
  } else input.select();
  loadFacts(); // which the first letter needs
};
window.dsOpenSearch(ASKED);
