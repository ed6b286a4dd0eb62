// In the browser: puts the articles of finished pages together to a book, and hands its chapters over as XHTML.
// `made` = {words, address, redirects, chapters: [{id, part, path, html}]}; a path ends with `/`.

const DROPPED = `.headerlink, .ds-printed, .ds-play, .ds-save, .ds-try, .ds-steps-foot, .ds-steps-keys, .ds-jump, .ds-filter,
  .ds-progress, .ds-read-bar, .ds-labs, .ds-copy, .ds-tip, .ds-controls, .ds-users, .ds-route-count, .ds-lab > p, .ds-buttons, .ds-puzzle-moves,
  .ds-switch, noscript, script, input, output, select, textarea, button:not(th button, .ds-step-said button), [hidden]`;
const UNWRAPPED = "button, label, form, fieldset";
// Links that lead to what everybody finds anyway: terms, sources, sums.
const UNNUMBERED = ".ds-term, .ds-mark, [data-s], .ds-r, .ds-via, .ds-strip-of a, figure a";
const BASE = "http://book/";

const made = (tag, attributes = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
};
const unwrap = (element) => element.replaceWith(...element.childNodes);

window.makeBook = ({ words, address, redirects, chapters }) => {
  document.body.className = "md-typeset book";
  const byPath = new Map(chapters.map((chapter) => [chapter.path, chapter]));
  const key = [];
  for (const chapter of chapters) {
    const article = new DOMParser().parseFromString(chapter.html, "text/html").querySelector("article");
    chapter.title = article.querySelector("h1").firstChild.textContent;
    clean(article);
    for (const element of article.querySelectorAll("[id]")) element.id = `${chapter.id}--${element.id}`;
    for (const link of article.querySelectorAll("a[href]")) lead(link, chapter, byPath, redirects, address);
    for (const level of [4, 3, 2, 1])
      for (const head of article.querySelectorAll(`h${level}`)) {
        const lower = made(`h${level + 1}`, { id: head.id }, ...head.childNodes);
        head.replaceWith(lower);
      }
    key.push(...takeSolutions(article, chapter, words));
    chapter.section = made("section", { id: chapter.id, className: "book-chapter" }, ...article.childNodes);
  }
  const parts = [...new Set(chapters.map((chapter) => chapter.part))];
  const sections = chapters.map((chapter) => chapter.section);
  if (key.length) {
    const section = made("section", { id: "key", className: "book-chapter book-key" }, made("h2", {}, words.key), ...key);
    const at = chapters.findLastIndex((chapter) => chapter.part !== words.end) + 1;
    chapters.splice(at, 0, { id: "key", part: words.end, title: words.key, section });
  }
  const contents = made("nav", { id: "contents", className: "book-chapter" }, made("h2", {}, words.contents));
  const cover = made("section", { id: "cover" }, made("p", { className: "book-title" }, words.title), made("p", {}, words.about), made("p", {}, words.made));
  document.body.replaceChildren(cover, contents);
  for (const part of parts) {
    const of = chapters.filter((chapter) => chapter.part === part);
    contents.append(made("p", { className: "book-part-name" }, part));
    contents.append(made("ol", {}, ...of.map((chapter) => made("li", {}, toc(chapter)))));
    of[0].section.prepend(made("h1", { className: "book-part" }, part));
    document.body.append(...of.map((chapter) => chapter.section));
  }
  // Techniques are short: they follow one another on a sheet, under the name of their part.
  const named = chapters.map(({ id, title, part }, at) => {
    const runOn = part === words.techniques;
    document.getElementById(id).classList.toggle("book-run-on", runOn);
    const sheet = runOn ? "techniques" : `c${at}`;
    return `#${CSS.escape(id)} { page: ${sheet}; } @page ${sheet} { @top-left { content: ${JSON.stringify(words.title)}; } @top-right { content: ${JSON.stringify(runOn ? part : title)}; } }`;
  });
  document.head.append(made("style", {}, named.join("\n")));
  for (const link of document.querySelectorAll("a[href^='#']")) finish(link, words);
  return chapters.map(({ id, part, title }) => ({ id, part, title }));
};

function toc({ id, title }) {
  return made("a", { href: `#${id}`, className: "book-toc" }, made("span", {}, title), made("span", { className: "book-number" }));
}

function clean(article) {
  for (const element of article.querySelectorAll(DROPPED)) element.remove();
  for (const element of article.querySelectorAll(UNWRAPPED)) unwrap(element);
  for (const element of article.querySelectorAll("details")) element.open = true;
  for (const element of article.querySelectorAll("[tabindex]")) element.removeAttribute("tabindex");
  for (const element of article.querySelectorAll("p, div, span, figcaption, li")) if (!element.childNodes.length) element.remove();
}

// A link of the site leads to a place of the book, or else to the site; to nothing where it has no address.
function lead(link, chapter, byPath, redirects, address) {
  const url = new URL(link.getAttribute("href"), BASE + chapter.path);
  link.removeAttribute("title");
  if (url.origin !== new URL(BASE).origin) return;
  let path = url.pathname.slice(1), place = url.hash.slice(1);
  if (path in redirects) {
    const [to, first] = redirects[path].split("#");
    path = to;
    place = first && place ? `${first}-${place}` : first;
  }
  const target = byPath.get(path);
  if (target) link.href = `#${target.id}${place ? `--${decodeURIComponent(place)}` : ""}`;
  else if (address && !link.hasAttribute("download")) link.href = new URL(path + url.hash, address).href;
  else unwrap(link);
}

// An internal link leads to what is there, and says on which page where that is in another chapter.
function finish(link, words) {
  const id = link.getAttribute("href").slice(1);
  const target = document.getElementById(id) ?? document.getElementById(id.split("--")[0]);
  link.href = `#${target.id}`;
  if (link.matches(`${UNNUMBERED}, .book-toc`)) return;
  if (target.closest("section, nav") === link.closest("section, nav")) return;
  link.append(made("span", { className: "book-ref" }));
}

function takeSolutions(article, { id, title }, words) {
  const solved = [...article.querySelectorAll(".ds-exercise")].filter((exercise) => exercise.querySelector("details"));
  if (!solved.length) return [];
  const list = made("ol", {});
  for (const exercise of solved) {
    const name = `key-${exercise.id}`;
    const answer = made("li", { id: name });
    const heading = exercise.querySelector(".ds-title b").textContent;
    answer.append(made("p", {}, made("a", { href: `#${exercise.id}` }, made("b", {}, heading))));
    for (const details of exercise.querySelectorAll("details")) {
      const summary = details.querySelector("summary");
      summary.remove();
      if (details.matches(".ds-hint")) answer.append(made("p", { className: "book-hint" }, made("i", {}, summary.textContent)));
      answer.append(...details.childNodes);
      details.remove();
    }
    exercise.append(made("p", { className: "book-answer" }, made("a", { href: `#${name}` }, words.answer)));
    list.append(answer);
  }
  return [made("h3", { id: `key-${id}` }, title), list];
}

// Pages: {id: page number}. What has no number yet is as wide as one that has.
window.numberPages = (pages, template) => {
  for (const number of document.querySelectorAll(".book-number, .book-ref")) {
    const id = number.closest("a").getAttribute("href").slice(1);
    const page = String(pages[id] ?? 888);
    number.textContent = number.matches(".book-ref") ? template.replace("{page}", page) : page;
  }
};

window.tighten = (ids) => ids.forEach((id) => document.getElementById(id).classList.add("book-tight"));

// Leaves the problems of one evening of the routes to be printed, with the key if `solved`; the whole book again for number 0.
window.leaveSheet = (number, solved, words) => {
  document.querySelector(".book-sheet")?.remove();
  const list = document.querySelectorAll("#start details.ds-pages")[number - 1];
  document.body.classList.toggle("book-alone", Boolean(list));
  if (!list) return;
  let head = list;
  while (!head.matches("h4")) head = head.previousElementSibling;
  const asked = [...list.querySelectorAll("a")].map((link) => document.getElementById(link.getAttribute("href").slice(1))).filter((found) => found?.matches(".ds-exercise"));
  const copies = (elements) => elements.map((element) => element.cloneNode(true));
  const sheet = made("section", { className: `book-sheet${solved ? " book-solved" : ""}` }, made("h2", {}, head.firstChild.textContent), ...copies(asked));
  if (solved) sheet.append(made("h3", {}, words.key), made("ol", {}, ...copies(asked.map(({ id }) => document.getElementById(`key-${id}`)).filter(Boolean))));
  for (const element of sheet.querySelectorAll(".book-answer, .book-ref, .ds-mark")) element.remove();
  for (const link of sheet.querySelectorAll("a")) unwrap(link);
  for (const element of sheet.querySelectorAll("[id]")) element.removeAttribute("id");
  document.title = `${words.title} · ${head.firstChild.textContent.trim()}`;
  sheet.prepend(made("style", {}, `@page sheet { @top-left { content: ${JSON.stringify(document.title)}; } }`));
  document.body.append(sheet);
};

const INHERITED = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "fill-opacity", "stroke-opacity", "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline", "visibility"];
const OWN = { opacity: "1", display: "inline", "text-decoration-line": "none" };

// Each chapter as XHTML: drawings carry their styles, and links name the file of what they lead to.
window.asXhtml = () => {
  const pixels = document.createElement("canvas").getContext("2d");
  const plain = (value) => {
    if (!/^(color|ok|lab|lch|rgba)/.test(value)) return value;
    pixels.fillStyle = value;
    return pixels.fillStyle;
  };
  for (const svg of document.querySelectorAll("svg")) {
    const { width } = svg.getBoundingClientRect();
    const shown = [svg, ...svg.querySelectorAll("*")].map((element) => [element, styleOf(element, element === svg, plain)]);
    for (const [element, style] of shown) if (style) element.setAttribute("style", style);
    if (width) svg.setAttribute("style", `${svg.getAttribute("style") ?? ""};width:${Math.round(width)}px;max-width:100%;height:auto`);
  }
  for (const swatch of document.querySelectorAll(".ds-swatch")) swatch.setAttribute("style", `border-bottom:3px solid ${plain(getComputedStyle(swatch, "::before").backgroundColor)}`);
  for (const reference of document.querySelectorAll(".book-ref")) reference.remove();
  for (const link of document.querySelectorAll("a[href^='#']")) {
    const id = link.getAttribute("href").slice(1);
    link.setAttribute("href", `${document.getElementById(id).closest("section, nav").id}.xhtml#${id}`);
  }
  for (const element of document.body.querySelectorAll("*")) {
    for (const { name } of [...element.attributes]) if (name.startsWith("data-") && name !== "data-n" && name !== "data-s") element.removeAttribute(name);
    if (element.id === "") element.removeAttribute("id");
  }
  const serializer = new XMLSerializer();
  return [...document.querySelectorAll("#cover, .book-chapter:not(nav)")].map((section) => [section.id, serializer.serializeToString(section)]);
};

function styleOf(element, root, plain) {
  const style = getComputedStyle(element), above = getComputedStyle(element.parentNode);
  const said = INHERITED.filter((name) => root || style[name] !== above[name] || element.hasAttribute(name));
  const own = Object.keys(OWN).filter((name) => !root && style[name] !== OWN[name] && style[name] !== "block");
  return [...said, ...own].map((name) => `${name}:${plain(style[name])}`).join(";");
}
