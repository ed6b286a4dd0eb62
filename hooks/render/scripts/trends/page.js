// One chart at a time: a preset by its anchor, or any two quantities, which stand in the address.

const data = JSON.parse(document.getElementById("trends-data").textContent);
const form = document.getElementById("trends-form");
const [up, across] = form.querySelectorAll("select");
const blocks = [...document.querySelectorAll("[data-trend]")];
const own = document.querySelector("[data-trend='own']");

function show(block) {
  for (const other of blocks) other.toggleAttribute("data-current", other === block);
  for (const link of document.querySelectorAll(".ds-trend-presets a")) {
    if (link.hash === `#${block.dataset.trend}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  [across.value, up.value] = [block.dataset.x, block.dataset.y];
}

function showOwn(x, y) {
  const preset = blocks.find((block) => block !== own && block.dataset.x === x && block.dataset.y === y);
  if (preset) return show(preset);
  const said = filled(data.words.own, { x: data.quantities[x].label, y: data.quantities[y].label });
  const title = said[0].toUpperCase() + said.slice(1);
  [own.dataset.x, own.dataset.y] = [x, y];
  own.innerHTML = `<h2 id="own">${title}</h2><div class="ds-trend-pair">${trend(data, x, y, title)}</div>`;
  show(own);
}

function read() {
  const query = new URLSearchParams(location.search);
  const [x, y] = [query.get("x"), query.get("y")];
  const asked = blocks.find((block) => block !== own && `#${block.dataset.trend}` === location.hash);
  if (asked) return show(asked);
  if (x in data.quantities && y in data.quantities && y !== "date" && x !== y) showOwn(x, y);
  else show(blocks[0]);
}

form.addEventListener("change", () => {
  if (across.value === up.value) across.value = "date";
  const preset = blocks.find((block) => block !== own && block.dataset.x === across.value && block.dataset.y === up.value);
  history.replaceState(null, "", preset ? `${location.pathname}#${preset.dataset.trend}` : `?x=${across.value}&y=${up.value}`);
  showOwn(across.value, up.value);
});
form.addEventListener("submit", (event) => event.preventDefault());
document.querySelector(".ds-trend-presets").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault(); // the page stays where it is; the chart changes
  history.replaceState(null, "", location.pathname + link.hash);
  read();
});
addEventListener("hashchange", read);

// A point and its row name each other, under the pointer and with the focus.
function name({ type, target }) {
  const one = target.closest?.("[data-trend] [data-id]");
  const block = (one ?? target).closest?.("[data-trend]");
  if (!block) return;
  for (const other of block.querySelectorAll(".on")) other.classList.remove("on");
  const caption = block.querySelector("figcaption");
  if (!one || type === "pointerleave") return void (caption.textContent = "");
  for (const other of block.querySelectorAll(`[data-id="${one.dataset.id}"]`)) other.classList.add("on");
  caption.textContent = block.querySelector(`svg [data-id="${one.dataset.id}"] title`).textContent;
}
for (const type of ["pointerover", "focusin"]) document.querySelector("article").addEventListener(type, name);
read();
