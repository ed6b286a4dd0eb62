// The source of a value beside the value, on hover, focus or tap. Without a script a value links to its source below.

const word = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
let tip = null;
let owner = null;
let pinned = false;

function hide() {
  tip?.remove();
  owner?.removeAttribute("aria-describedby");
  tip = owner = null;
  pinned = false;
}

// A value with what it is of: the model or the head of its row, and where it stands in a comparison its column.
function saidOfValue(value) {
  const head = value.closest("tr")?.querySelector("th[scope=row]") ?? (value.closest("div:has(> dt)") ?? value.closest("div, dd, li, p"))?.querySelector("dt, strong");
  const cell = value.closest("td");
  const column = cell?.closest("table").tHead?.rows[0].cells[cell.cellIndex]; // in a comparison, the model
  // A number in a drawing says itself what it is of; the lists around the drawing are of something else.
  const drawn = value.closest("svg") && (value.getAttribute("aria-label") ?? value.textContent);
  const around = drawn ? [drawn] : [column?.textContent, head?.textContent, value.textContent];
  return around.filter(Boolean).map((text) => text.trim().replace(/\s+/g, " ")).join(": ");
}

// A link to the form for a wrong fact, filled in with the page, the value, what stands around it and the source it cites.
function report(value, cited) {
  const form = document.querySelector('meta[name="ds-report"]');
  if (!form) return;
  const query = new URLSearchParams({ page: location.href.split("#")[0], value: saidOfValue(value).slice(0, 200) });
  if (cited) query.set("cited", cited.slice(0, 200));
  const link = Object.assign(document.createElement("a"), { href: `${form.content}&${query}`, textContent: form.dataset.word });
  link.className = "ds-report";
  tip.append(link);
}

// Copies the value with its source and the line that cites the page, at the section it stands in.
function citeValue(value, cited) {
  const line = document.querySelector(".ds-cite p")?.textContent.trim();
  if (!line || !navigator.clipboard) return;
  const before = [...document.querySelectorAll("article :is(h2, h3)[id]")].filter((head) => head.compareDocumentPosition(value) & Node.DOCUMENT_POSITION_FOLLOWING);
  const place = before.length ? `${line}#${before.at(-1).id}` : line;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "ds-cite-value", textContent: word("ds-cite") });
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(`${saidOfValue(value)}${cited ? ` (${cited})` : ""}. ${place}`);
    button.textContent = word("ds-copied");
  });
  tip.append(button);
}

// Every place that a list by document has for a source, by its number; what the number leads to first.
function placesOf(number) {
  const places = [...document.querySelectorAll(`.ds-sources [data-n~="${number.id.slice(1)}"]`)];
  const first = number.closest("[data-n]");
  return [first, ...places.filter((place) => place !== first)];
}

// A place as the tip says it: a file with its folders, and no number or sign of the list.
function wholePlace(place) {
  const said = place.cloneNode(true);
  for (const number of said.querySelectorAll("b, i")) number.remove();
  const link = said.querySelector("a") ?? said;
  link.textContent = (place.title || link.textContent).trim().replace(/[;；]$/, "");
  return link === said ? link.textContent : link;
}

// The documents of a source, each by its whole title with its place.
function saidOf(entry) {
  if (entry.localName === "li") return [...entry.childNodes].map((node) => node.cloneNode(true));
  return placesOf(entry).flatMap((place, index) => {
    const title = place.parentElement.firstElementChild.cloneNode(true);
    title.textContent = title.title || title.textContent;
    const said = wholePlace(place);
    return [index ? "; " : "", title, said ? ", " : "", said];
  });
}

function show(value) {
  if (owner === value) return;
  hide();
  // A source of this page, or the formula of a recomputed number.
  const entry = value.matches("a[data-s], .ds-mark") ? document.getElementById(value.getAttribute("href").split("#")[1]) : null;
  const working = value.dataset.w ?? (entry ? null : value.getAttribute("title"));
  const term = value.matches(TERM);
  if (term && !terms) {
    owner = value;
    learn(() => owner === value && !tip && ((owner = null), show(value)));
    return;
  }
  const meant = term ? meaning(value) : null;
  if (!entry && !working && !meant) return;
  tip = document.createElement("div");
  tip.className = "ds-tip";
  tip.id = "ds-tip";
  tip.setAttribute("role", "tooltip");
  const say = (text) => tip.append(Object.assign(document.createElement("p"), { textContent: text }));
  if ("n" in value.dataset) {
    value.dataset.n ||= value.title;
    value.removeAttribute("title"); // the tip says it; without a script the title does
    say(value.dataset.n);
  }
  if (working) {
    value.dataset.w = working;
    value.removeAttribute("title");
    say(working.replace(/\([^()]*\)/g, (bracket) => bracket.replaceAll(" ", "\u00a0"))); // no line ends inside a bracket
    if (value.href) tip.append(Object.assign(document.createElement("a"), { href: value.href, textContent: word("ds-working") }));
  }
  const before = tip.textContent.length;
  if (entry) {
    tip.append(...saidOf(entry));
    for (const copy of tip.querySelectorAll(".ds-via")) copy.after(` (${copy.title})`); // in the list the place alone is the link
  }
  if (meant) {
    say(meant);
    tip.append(Object.assign(document.createElement("a"), { href: value.href, textContent: word("ds-more") }));
  } else {
    const cited = tip.textContent.slice(before).trim().replace(/\s+/g, " ");
    citeValue(value, cited);
    report(value, cited);
  }
  (document.querySelector("main") ?? document.body).append(tip); // inside a landmark
  owner = value;
  owner.setAttribute("aria-describedby", tip.id);
  const box = value.getBoundingClientRect();
  const left = Math.max(12, Math.min(box.left, document.documentElement.clientWidth - tip.offsetWidth - 12));
  // Below, where the label of a value never stands; above at the end of the window.
  const above = box.bottom + tip.offsetHeight + 12 > innerHeight && box.top - tip.offsetHeight > 70;
  tip.classList.toggle("above", above);
  tip.style.setProperty("--at", `${Math.max(8, Math.min(box.left + box.width / 2 - left - 5, tip.offsetWidth - 24))}px`);
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${(above ? box.top - tip.offsetHeight - 8 : box.bottom + 8) + scrollY}px`;
}

const valueAt = (target) => (target instanceof Element ? target.closest(`a[data-s], .ds-mark, .ds-r[title], .ds-r[data-w], ${TERM}`) : null);
const inside = (target) => Boolean(owner && target instanceof Node && (tip?.contains(target) || owner.contains(target)));

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const value = valueAt(event.target);
  if (value && !pinned) show(value);
  else if (owner && !pinned && !inside(event.target)) hide();
});
document.addEventListener("focusin", (event) => {
  const value = valueAt(event.target);
  if (value) show(value);
  else if (owner && !inside(event.target)) hide();
});
document.addEventListener("click", (event) => {
  const value = valueAt(event.target);
  // A recomputed number leads to its working; a finger sees the tip first, which has the link.
  const leads = value?.matches("a.ds-r, a.ds-term") ? event.pointerType !== "touch" : value?.matches(TERM);
  if (value && !leads && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    show(value);
    pinned = true;
  } else if (owner && !inside(event.target)) hide();
});
document.addEventListener("keydown", (event) => {
  if (!tip) return;
  if (event.key === "Escape") {
    hide();
  } else if (event.key === "Enter" && document.activeElement === owner && !owner.matches(TERM)) {
    event.preventDefault();
    pinned = true;
    tip.querySelector("a")?.focus();
  }
});
