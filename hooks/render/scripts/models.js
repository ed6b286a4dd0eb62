// The families on the index: filtered by words, tracks and year, sorted by track or date; the table of their numbers with them.
const controls = document.getElementById("models-controls");
const list = document.querySelector(".ds-families");
const cards = [...list.children];
const rows = new Map([...document.querySelectorAll("#families ~ .ds-scroll tbody tr")].map((row) => [row.querySelector("a").href, row]));
const input = controls.querySelector("input");
const key = (text) => text.normalize("NFKC").toLowerCase().replaceAll("-", " ");
const texts = new Map(cards.map((card) => [card, key(`${card.textContent} ${rows.get(card.querySelector("a").href)?.textContent ?? ""}`)]));
const byTrack = [...cards];
const chosen = { track: "", year: "", order: "track" };

const SORTED = {
  track: () => byTrack,
  newest: () => [...cards].sort((one, other) => other.dataset.day.localeCompare(one.dataset.day)),
  oldest: () => [...cards].sort((one, other) => one.dataset.day.localeCompare(other.dataset.day)),
};

function apply() {
  const words = key(input.value).split(/\s+/).filter(Boolean);
  list.append(...SORTED[chosen.order]());
  list.classList.toggle("by-date", chosen.order !== "track");
  let shown = 0;
  let track = "";
  for (const card of list.children) {
    const { dataset } = card;
    const fits = (!chosen.track || dataset.track === chosen.track) && (!chosen.year || dataset.year === chosen.year);
    card.hidden = !fits || !words.every((word) => texts.get(card).includes(word));
    card.classList.toggle("first", !card.hidden && (chosen.order !== "track" || dataset.track !== track));
    if (!card.hidden) track = dataset.track;
    shown += !card.hidden;
    const row = rows.get(card.querySelector("a").href);
    if (row) row.hidden = card.hidden;
  }
  for (const button of controls.querySelectorAll("button")) {
    const [[name, value]] = Object.entries(button.dataset);
    button.setAttribute("aria-pressed", chosen[name] === value);
  }
  const status = controls.querySelector("[role=status]");
  status.textContent = shown < cards.length ? controls.dataset.shown.replace("{shown}", shown).replace("{count}", cards.length) : "";
}

controls.hidden = false;
controls.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  Object.assign(chosen, button.dataset);
  apply();
});
input.addEventListener("input", apply);

// The sheet alone is printed: A3.
const print = document.querySelector("[data-print-poster]");
print.hidden = false;
print.addEventListener("click", async () => {
  await Promise.allSettled([...document.querySelectorAll(".ds-poster img")].map((picture) => ((picture.loading = "eager"), picture.decode())));
  document.documentElement.classList.add("ds-sheet");
  addEventListener("afterprint", () => document.documentElement.classList.remove("ds-sheet"), { once: true });
  window.print();
});
