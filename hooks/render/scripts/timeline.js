// The timeline's tracks and year: chosen with buttons, kept in the address. What is not chosen fades; the line back to
// the first model stays at half, so that nothing stands without its parents. Pointing at an item leaves its lineage.

const kin = JSON.parse(document.getElementById("timeline-kin").textContent);
const figure = document.querySelector(".ds-history");
const controls = document.getElementById("timeline-controls");
const buttons = [...controls.querySelectorAll("button")];
const status = controls.querySelector("[role=status]");
const found = controls.querySelector(".ds-found");
const FEW = 8; // what is chosen is named beside the buttons too, for on a phone it may stand far below
const items = [...figure.querySelectorAll("a[data-i]")];
const lines = [...figure.querySelectorAll("[data-younger]")];
const parent = new Map([...figure.querySelectorAll(".way")].map((way) => [way.dataset.younger, way.dataset.older]));
const lanes = buttons.map((button) => button.dataset.lane).filter(Boolean);

const address = new URL(location);
const tracks = new Set((address.searchParams.get("tracks") ?? "").split(",").filter((id) => lanes.includes(id)));
let year = buttons.find((button) => button.dataset.year && button.dataset.year === address.searchParams.get("year"))?.dataset.year ?? "";

function apply() {
  const wanted = (item) => (!tracks.size || tracks.has(item.dataset.lane)) && (!year || item.dataset.year === year);
  const chosen = new Set(items.filter(wanted).map((item) => item.dataset.i));
  const ghosts = new Set();
  for (const one of chosen) for (let older = parent.get(one); older; older = parent.get(older)) if (!chosen.has(older)) ghosts.add(older);
  for (const item of items) {
    const { i } = item.dataset;
    item.classList.toggle("ghost", ghosts.has(i));
    item.classList.toggle("off", !chosen.has(i) && !ghosts.has(i));
  }
  for (const line of lines) {
    const { older, younger } = line.dataset;
    line.classList.toggle("off", !(chosen.has(younger) || ghosts.has(younger)));
    line.classList.toggle("ghost", !chosen.has(older) || !chosen.has(younger));
  }
  for (const button of buttons) {
    const { lane } = button.dataset;
    const pressed = lane === undefined ? button.dataset.year === year : lane ? tracks.has(lane) : !tracks.size;
    button.setAttribute("aria-pressed", pressed);
  }
  const few = new Map(items.filter(({ dataset }) => chosen.has(dataset.i)).map((item) => [item.dataset.i, item]));
  found.hidden = few.size > FEW || !few.size;
  found.replaceChildren(
    ...(found.hidden ? [] : [...few.values()]).flatMap((item, place) => {
      const name = (item.querySelector("text") ?? item).firstChild.textContent;
      const link = Object.assign(document.createElement("a"), { href: item.href.baseVal, textContent: name });
      return place ? [" · ", link] : [link];
    }),
  );
  status.textContent = status.dataset.text.replace("{shown}", chosen.size).replace("{all}", Object.keys(kin).length);
}

controls.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { lane } = button.dataset;
  if (lane === undefined) year = button.dataset.year;
  else if (!lane) tracks.clear();
  else if (!tracks.delete(lane)) tracks.add(lane);
  for (const [name, value] of [["tracks", [...tracks].join(",")], ["year", year]]) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  history.replaceState(null, "", address);
  apply();
});

function light(event) {
  const item = event.type === "pointerout" || event.type === "focusout" ? null : event.target.closest("a[data-i]");
  const lit = new Set(item ? kin[item.dataset.i].map(String) : []);
  figure.classList.toggle("lit", Boolean(item));
  for (const node of items) node.classList.toggle("kin", lit.has(node.dataset.i));
  for (const line of lines) {
    const { older, younger } = line.dataset;
    const touches = line.matches(".way") || [older, younger].includes(item?.dataset.i);
    line.classList.toggle("kin", touches && lit.has(older) && lit.has(younger));
  }
}
for (const type of ["pointerover", "pointerout", "focusin", "focusout"]) figure.addEventListener(type, light);
apply();
