// Tables that sort by a column, and heads that stay in sight.

// A table as broad as its box does without the box, so that its head can stick to the window. Either can change its size later:
// by turning a telephone, opening a fold, a calculator's result.
const boxes = [...document.querySelectorAll(".ds-scroll:not(.ds-both-ways):has(> table:not(.ds-wide))")];
const sizes = new ResizeObserver(() => {
  // To measure one that is not laid out yet would lay it out; its size changes once it is.
  const drawn = boxes.filter((box) => box.firstElementChild.checkVisibility({ contentVisibilityAuto: true }));
  const fits = drawn.map((box) => box.firstElementChild.offsetWidth <= box.clientWidth);
  drawn.forEach((box, at) => {
    box.classList.toggle("ds-fits", fits[at]);
    // One that does not, is long and has many columns, scrolls within the window, under its head.
    const { tHead, tBodies } = box.firstElementChild;
    box.classList.toggle("ds-tall", !fits[at] && tBodies[0]?.rows.length > 12 && tHead?.rows[0].cells.length > 4);
  });
});
for (const box of boxes) {
  sizes.observe(box);
  sizes.observe(box.firstElementChild);
}

const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

function key(cell) {
  const text = cell.textContent.trim();
  const raw = cell.dataset.k ?? (/^[\d,]+(\.\d+)?$/.test(text) ? text.replaceAll(",", "") : text);
  if (raw === "" || raw === "–") return null;
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
    const name = head.querySelector(".ds-sort");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "ds-sort";
    button.append(...(name ?? head).childNodes);
    button.title = word("ds-sort").replace("{column}", button.textContent.trim());
    button.addEventListener("click", () => sort(table, column, head));
    name?.remove();
    head.append(button);
  });
}
