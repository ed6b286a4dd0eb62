// The search as a dialog: what is typed, what is found, and the keys. Loaded when a reader first asks for it.

const EXCERPT = document.documentElement.lang === "zh" ? 90 : 175; // letters of two lines
const SHOWN = 6;
const QUESTIONS = "questions/";
const { root } = document.currentScript.dataset;
const make = (tag, values = {}, ...children) => {
  const { data, ...own } = values;
  const made = Object.assign(document.createElement(tag), own);
  for (const [name, value] of Object.entries(data ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
};
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

let dialog, input, status, hits, kinds, answers;
let turn = 0;
let kind = "";
let limit = SHOWN;

function build({ words }) {
  input = make("input", { type: "text", placeholder: words.placeholder, autocomplete: "off", spellcheck: false, data: { "aria-label": words.label, enterkeyhint: "go", inputmode: "search" } });
  const close = make("button", { type: "button", className: "ds-search-close", textContent: words.close, onclick: () => dialog.close() });
  status = make("p", { data: { role: "status" } });
  kinds = make("div", { className: "ds-search-kinds", data: { role: "group", "aria-label": words.kinds } });
  answers = make("div", { className: "ds-answers", data: { "aria-live": "polite" } });
  hits = make("ol", { className: "ds-hits" });
  const keys = make("p", { className: "ds-search-keys", textContent: words.keys });
  dialog = make("dialog", { className: "ds-search", data: { "aria-label": words.label } }, make("form", { method: "dialog", data: { role: "search" } }, input, close), kinds, status, answers, hits, keys);
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
  const examples = head.words.examples.split("|").map((example) => example.trim());
  hits.replaceChildren(make("li", { className: "ds-search-examples" }, ...examples.map((example) => make("button", { type: "button", textContent: example, onclick: () => {
    input.value = example;
    limit = SHOWN;
    kind = "";
    search();
    input.focus();
  } })), ...(head.pages.some(([url]) => url === QUESTIONS) ? [make("a", { href: root + QUESTIONS, textContent: head.words.questions })] : [])));
}

// Arrows go through the hits; letters typed on a hit go on with the query.
function move(event) {
  const links = [...answers.querySelectorAll("a"), ...hits.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && (at >= 0 || document.activeElement === input)) {
    event.preventDefault();
    (links[at + step] ?? (at + step < 0 ? input : links[at]))?.focus();
  } else if (at >= 0 && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== " ") {
    input.focus();
  }
}

// ---- Hits ----

async function search() {
  const mine = ++turn;
  const query = input.value.trim();
  const { words } = head;
  if (query) await new Promise((still) => setTimeout(still, 40)); // who types on is not answered letter by letter
  if (mine !== turn) return;
  if (!query) {
    kinds.replaceChildren();
    answers.replaceChildren();
    suggest(words.hint);
    return;
  }
  let found, texts;
  try {
    found = await find(input.value);
    let meant = query;
    if (!found.pages.length) {
      meant = (await fromPinyin(query)) ?? query;
      if (meant !== query) found = await find(meant);
    }
    const answered = kind ? [] : await answersTo(meant);
    if (mine !== turn) return;
    answers.replaceChildren(...answered.map(answerBox));
    const pages = found.pages.filter(({ page }) => !kind || head.pages[page][2] === kind - 1).slice(0, limit);
    if (mine !== turn) return;
    const wanted = pages.flatMap(({ sections }, rank) => sections.slice(0, rank < 2 ? 3 : 1));
    texts = new Map(await Promise.all(wanted.map(async (section) => [section, await text(section)])));
    if (mine !== turn) return;
    hits.replaceChildren(...pages.map(({ page, sections }) => hit(page, sections.filter((section) => texts.has(section)), texts, found.shown)));
  } catch {
    status.textContent = words.failed;
    return;
  }
  const count = found.pages.length;
  if (count) status.textContent = fill(count === 1 ? words.one : words.many, { count });
  else suggest(fill(words.none, { query }));
  const counts = head.kinds.map((_, number) => found.pages.filter(({ page }) => head.pages[page][2] === number).length);
  const choice = (label, number, many) =>
    make("button", { type: "button", textContent: `${label} ${many}`, data: { "aria-pressed": kind === number || (!kind && !number) }, onclick: () => {
      kind = number;
      limit = SHOWN;
      search();
      input.focus();
    } });
  const present = head.kinds.flatMap(([, label], number) => (counts[number] ? [choice(label, number + 1, counts[number])] : []));
  kinds.replaceChildren(...(present.length > 1 ? [choice(words.all, 0, count), ...present] : []));
  dialog.dataset.shows = query;
  const rest = (kind ? counts[kind - 1] : count) - limit;
  if (rest > 0)
    hits.append(make("li", {}, make("button", { type: "button", className: "ds-search-more", textContent: fill(words.more, { count: rest }), onclick: async () => {
      const at = hits.querySelectorAll(":scope > li > a").length;
      limit += 2 * SHOWN;
      await search();
      hits.querySelectorAll(":scope > li > a")[at]?.focus();
    } })));
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

// The text of a section: its piece is the last that begins at or before it.
async function text(section) {
  let at = head.texts.findIndex((first) => first > section);
  if (at < 0) at = head.texts.length;
  return (await piece("texts", at - 1, head.base))[section - head.texts[at - 1]];
}

function hit(page, sections, texts, shown) {
  const [url, title, number] = head.pages[page];
  const [first, ...others] = sections.map((section, rank) => {
    const at = section - head.first[page];
    const [anchor, name] = at ? head.sections[page].slice(2 * at - 2, 2 * at) : ["", ""];
    const own = url || (location.protocol === "file:" ? "index.html" : "");
    return { href: root + (anchor.includes("/") ? anchor : own + (anchor && `#${anchor}`)), name, lines: excerpt(texts.get(section), shown, rank ? EXCERPT / 2 : EXCERPT) };
  });
  const where = first.name ? [make("span", { className: "ds-hit-section" }, ` › ${first.name}`)] : [];
  const more = others.map(({ href, name, lines }) => make("li", {}, make("a", { href }, make("b", {}, `› ${name || title}`), " ", make("span", { className: "ds-hit-line" }, ...lines))));
  return make("li", {},
    make("a", { href: first.href }, make("b", {}, title), ...where, make("small", {}, head.kinds[number][1]), make("span", { className: "ds-hit-text" }, ...first.lines)),
    ...(more.length ? [make("ul", {}, ...more)] : []),
  );
}

const taken = new Map(); // the words of a text, for the next letter
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

// The part of a text that holds most of the words, with these marked.
function excerpt(text, shown, length) {
  let words = taken.get(text);
  if (!words) taken.set(text, (words = split(text.slice(0, 30000))));
  const places = words.filter(([word]) => shown.has(word));
  let best = [0, 0];
  places.forEach(([, start], at) => {
    const inside = places.slice(at, at + 40).filter(([, , end]) => end <= start + length * 0.8);
    const worth = new Set(inside.map(([word]) => word)).size * 100 + inside.length;
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

window.dsOpenSearch = async () => {
  await open(`${root}${FOLDER}`);
  if (!dialog) build(head);
  if (!dialog.open) dialog.showModal();
  input.focus();
  input.select();
};
window.dsOpenSearch();
