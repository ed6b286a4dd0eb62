// The filter of the bibliography: an entry stays if its line holds every word typed.
const box = document.querySelector(".ds-filter");
const input = box.querySelector("input");
const said = box.querySelector("output");
const items = [...document.querySelectorAll(".ds-references > li")].map((item) => ({ item, text: item.textContent.toLowerCase() }));
input.addEventListener("input", () => {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { item, text } of items) {
    item.hidden = !words.every((word) => text.includes(word));
    shown += !item.hidden;
  }
  said.value = words.length ? said.dataset.shown.replace("{shown}", shown).replace("{count}", items.length) : "";
});
