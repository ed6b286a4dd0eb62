// The families on the index, filtered by words, track and year.
const controls = document.getElementById("models-controls");
const rows = [...document.querySelectorAll(".ds-families tbody tr")];
const input = controls.querySelector("input");
const key = (text) => text.normalize("NFKC").toLowerCase().replaceAll("-", " ");
const texts = new Map(rows.map((row) => [row, key(row.textContent)]));
const chosen = { track: "", year: "" };

function apply() {
  const words = key(input.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const fits = (!chosen.track || row.dataset.track === chosen.track) && (!chosen.year || row.dataset.year === chosen.year);
    row.hidden = !fits || !words.every((word) => texts.get(row).includes(word));
    shown += !row.hidden;
  }
  for (const button of controls.querySelectorAll("button")) {
    const [[name, value]] = Object.entries(button.dataset);
    button.setAttribute("aria-pressed", chosen[name] === value);
  }
  const status = controls.querySelector("[role=status]");
  status.textContent = shown < rows.length ? controls.dataset.shown.replace("{shown}", shown).replace("{count}", rows.length) : "";
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
