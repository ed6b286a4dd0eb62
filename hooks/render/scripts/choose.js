// Rows filtered by words and by one value of each of their attributes that has buttons; a list without any goes with its heading.
const controls = document.querySelector("[data-rows]");
const rows = [...document.querySelectorAll(controls.dataset.rows)];
const input = controls.querySelector("input");
const key = (text) => text.normalize("NFKC").toLowerCase().replaceAll("-", " ");
const texts = new Map(rows.map((row) => [row, key(row.textContent)]));
const lists = new Set(rows.map((row) => row.closest("ol")).filter(Boolean));
const chosen = {};

function apply() {
  const words = key(input.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const fits = Object.entries(chosen).every(([name, value]) => !value || row.dataset[name] === value);
    row.hidden = !fits || !words.every((word) => texts.get(row).includes(word));
    shown += !row.hidden;
  }
  for (const list of lists) list.hidden = list.previousElementSibling.hidden = !list.querySelector("li:not([hidden])");
  for (const button of controls.querySelectorAll("button")) {
    const [[name, value]] = Object.entries(button.dataset);
    button.setAttribute("aria-pressed", (chosen[name] ?? "") === value);
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
