// Two small helpers for pages that already say everything without them:
// the source of a value beside the value, and tables that sort.

const word = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

// ---- Sources -----------------------------------------------------------------------------------

let tip = null;
let owner = null;
let pinned = false;

function hide() {
  tip?.remove();
  owner?.removeAttribute("aria-describedby");
  tip = owner = null;
  pinned = false;
}

function show(value) {
  if (owner === value) return;
  hide();
  const entry = document.getElementById(`s${value.dataset.s}`);
  if (!entry) return;
  tip = document.createElement("div");
  tip.className = "ds-tip";
  tip.id = "ds-tip";
  tip.setAttribute("role", "tooltip");
  if (value.dataset.n) {
    value.removeAttribute("title"); // the tip says it; without a script the title does
    tip.append(Object.assign(document.createElement("p"), { textContent: value.dataset.n }));
  }
  tip.append(...[...entry.childNodes].map((node) => node.cloneNode(true)));
  (document.querySelector("main") ?? document.body).append(tip); // inside a landmark
  owner = value;
  owner.setAttribute("aria-describedby", tip.id);
  const box = value.getBoundingClientRect();
  const left = Math.max(12, Math.min(box.left, document.documentElement.clientWidth - tip.offsetWidth - 12));
  const above = box.top - tip.offsetHeight - 6;
  const top = above > 60 ? above : box.bottom + 6;
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${top + scrollY}px`;
}

const valueAt = (target) => (target instanceof Element ? target.closest("a[data-s]") : null);
const inside = (target) => Boolean(tip && target instanceof Node && (tip.contains(target) || owner.contains(target)));

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const value = valueAt(event.target);
  if (value && !pinned) show(value);
  else if (tip && !pinned && !inside(event.target)) hide();
});
document.addEventListener("focusin", (event) => {
  const value = valueAt(event.target);
  if (value) show(value);
  else if (tip && !inside(event.target)) hide();
});
document.addEventListener("click", (event) => {
  const value = valueAt(event.target);
  if (value && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    show(value);
    pinned = true;
  } else if (tip && !inside(event.target)) hide();
});
document.addEventListener("keydown", (event) => {
  if (!tip) return;
  if (event.key === "Escape") {
    hide();
  } else if (event.key === "Enter" && document.activeElement === owner) {
    event.preventDefault();
    pinned = true;
    tip.querySelector("a")?.focus();
  }
});

// ---- Sorting -----------------------------------------------------------------------------------

const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

function key(cell) {
  const raw = cell.dataset.k ?? cell.textContent.trim();
  if (raw === "") return null;
  const number = Number(raw);
  return Number.isNaN(number) ? raw : number;
}

function compare(a, b, direction) {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order = typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
  return order * direction;
}

function sort(table, column, head) {
  const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows].map((row) => [key(row.cells[column]), row]);
  rows.sort((a, b) => compare(a[0], b[0], direction));
  table.tBodies[0].append(...rows.map(([, row]) => row));
}

for (const table of document.querySelectorAll("table.ds-sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (head.querySelector("a")) return; // a head that is a link stays one
    const button = document.createElement("button");
    button.type = "button";
    button.className = "ds-sort";
    button.append(...head.childNodes);
    button.title = word("ds-sort").replace("{column}", button.textContent.trim());
    button.addEventListener("click", () => sort(table, column, head));
    head.append(button);
  });
}

// ---- Code --------------------------------------------------------------------------------------

// Long lines scroll with the keyboard too, and a button copies the whole. Material takes a `tabindex` from `code` away.
for (const pre of document.querySelectorAll("pre:has(> code)")) {
  pre.tabIndex = 0;
  if (!navigator.clipboard) continue;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "ds-copy", textContent: word("ds-copy") });
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(pre.textContent);
    button.textContent = word("ds-copied");
  });
  const frame = Object.assign(document.createElement("div"), { className: "ds-code" });
  pre.replaceWith(frame);
  frame.append(pre, button);
}

// ---- Workings ----------------------------------------------------------------------------------

// A link to a folded working opens it.
function unfold() {
  const target = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const details = target?.closest("details");
  if (details && !details.open) {
    details.open = true;
    target.scrollIntoView();
  }
}
addEventListener("hashchange", unfold);
unfold();

// ---- Search ------------------------------------------------------------------------------------

// Everything of it is loaded when it is first asked for: by a button, `/` or Ctrl-K.
let asked = false;
function openSearch() {
  if (window.dsOpenSearch) return window.dsOpenSearch();
  if (asked) return;
  asked = true;
  const script = document.createElement("script");
  script.src = word("ds-search");
  script.dataset.root = word("ds-root");
  script.onerror = () => (asked = false);
  document.head.append(script);
}
for (const button of document.querySelectorAll("[data-ds-search]")) button.addEventListener("click", openSearch);
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input, select, textarea, [contenteditable]");
  const plain = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!plain && !(event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey))) return;
  event.preventDefault();
  openSearch();
});
