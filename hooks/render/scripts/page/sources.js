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

function show(value) {
  if (owner === value) return;
  hide();
  const entry = document.getElementById(value.hash.slice(1));
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
