// The timeline's tracks and year: chosen with buttons, kept in the address, applied to figure and list.
// Places come from the figure as it was built; a zoom stretches the axis and leaves the labels as they are.

const svg = document.querySelector("svg.ds-timeline");
const box = svg.parentElement;
const controls = document.getElementById("timeline-controls");
const buttons = [...controls.querySelectorAll("button")];
const status = controls.querySelector("[role=status]");
const lanes = [...svg.querySelectorAll(".lane")];
const moved = [...svg.querySelectorAll("a, .tick")].map((node) => [node, ...node.getAttribute("transform").match(/[\d.]+/g).map(Number)]);
const items = [...svg.querySelectorAll("a")];
const edges = [...svg.querySelectorAll(".edge")].map((node) => [node, node.getAttribute("d"), ...node.dataset.ends.split(" ").map((place) => items[place])]);
const entries = [...document.querySelectorAll(".ds-year li")];
const years = [...document.querySelectorAll(".ds-year")];
const left = Number(svg.dataset.left);
const width = svg.viewBox.baseVal.width;
const last = Math.max(...moved.map(([, x]) => x));

const address = new URL(location);
const tracks = new Set((address.searchParams.get("tracks") ?? "").split(",").filter((id) => lanes.some((lane) => lane.dataset.lane === id)));
let year = buttons.find((button) => button.dataset.year && button.dataset.year === address.searchParams.get("year"));

const shown = (node) => !tracks.size || tracks.has(node.dataset.lane);
const show = (node, visible) => (node.style.display = visible ? "" : "none");

function draw() {
  const { start, end } = year?.dataset ?? {};
  // Room is left for the name of what came in the last days of the year.
  const zoom = year ? Math.min(5, Math.max(2, (box.clientWidth - 180) / (end - start))) : 1;
  const across = (x) => Math.round((left + (x - left) * zoom) * 10) / 10;
  const down = {};
  let y = Number(svg.dataset.top);
  for (const lane of lanes) {
    show(lane, shown(lane));
    down[lane.dataset.lane] = y - lane.dataset.y;
    lane.setAttribute("transform", `translate(0 ${down[lane.dataset.lane]})`);
    if (shown(lane)) y += Number(lane.dataset.height);
  }
  for (const [node, x, top] of moved) {
    node.setAttribute("transform", `translate(${across(x)} ${top + (down[node.dataset.lane] ?? 0)})`);
    if (node.dataset.lane) show(node, shown(node));
  }
  for (const [node, path, older, younger] of edges) {
    let point = 0; // the first half of the points goes with the older end
    show(node, shown(older) && shown(younger));
    node.setAttribute("d", path.replace(/(-?[\d.]+) (-?[\d.]+)/g, (_, x, top) => `${across(x)} ${Number(top) + down[(point++ < 2 ? older : younger).dataset.lane]}`));
  }
  const wide = across(last) + width - last;
  svg.setAttribute("viewBox", `0 0 ${wide} ${y + 14}`);
  svg.style.minWidth = `${wide}px`;
  svg.classList.toggle("zoomed", Boolean(year));
  box.scrollLeft = year ? across(Number(start)) - 30 : 0;
  follow();
}

// The names of the lanes stay at the left edge of what is seen.
function follow() {
  const x = 12 + (box.scrollLeft * svg.viewBox.baseVal.width) / svg.clientWidth;
  for (const lane of lanes) lane.lastElementChild.setAttribute("x", x);
}

function apply() {
  for (const button of buttons) {
    const { lane } = button.dataset;
    const pressed = lane === undefined ? button.dataset.year === (year?.dataset.year ?? "") : lane ? tracks.has(lane) : !tracks.size;
    button.setAttribute("aria-pressed", pressed);
  }
  for (const entry of entries) entry.hidden = !shown(entry);
  for (const part of years) part.hidden = (year && part.dataset.year !== year.dataset.year) || !part.querySelector("li:not([hidden])");
  const count = entries.filter((entry) => !entry.hidden && !entry.closest(".ds-year").hidden).length;
  status.textContent = status.dataset.text.replace("{shown}", count).replace("{all}", entries.length);
  draw();
}

controls.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { lane } = button.dataset;
  if (lane === undefined) year = button.dataset.year ? button : undefined;
  else if (!lane) tracks.clear();
  else if (!tracks.delete(lane)) tracks.add(lane);
  for (const [name, value] of [["tracks", [...tracks].join(",")], ["year", year?.dataset.year]]) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  history.replaceState(null, "", address);
  apply();
});

// Pointing at an item, or moving to it with the keyboard, leaves its lineage and dims the rest.
function light(event) {
  const item = event.type === "pointerout" || event.type === "focusout" ? null : event.target.closest("a");
  const kin = new Set(item?.dataset.kin.split(" ").map((place) => items[place]));
  svg.classList.toggle("lit", Boolean(item));
  for (const node of items) node.classList.toggle("kin", kin.has(node));
  for (const [node, , older, younger] of edges) node.classList.toggle("kin", kin.has(older) && kin.has(younger));
}
for (const type of ["pointerover", "pointerout", "focusin", "focusout"]) svg.addEventListener(type, light);
box.addEventListener("scroll", follow, { passive: true });
// Paper does not scroll: the whole axis is printed.
let chosen;
addEventListener("beforeprint", () => {
  [chosen, year] = [year, undefined];
  draw();
});
addEventListener("afterprint", () => {
  year = chosen;
  draw();
});
apply();
