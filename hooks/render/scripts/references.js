// The filter of a long list in parts: an entry stays if its text holds every word typed, a part if it has such an entry.
const box = document.querySelector(".ds-filter");
const input = box.querySelector("input");
const said = box.querySelector("output");
const lists = [...document.querySelectorAll("[data-filtered]")].map((list) => ({
  list,
  fold: list.closest("details"),
  items: [...list.children].map((item) => ({ item, text: item.textContent.toLowerCase() })),
}));
const count = lists.reduce((sum, { items }) => sum + items.length, 0);
input.addEventListener("input", () => {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { list, fold, items } of lists) {
    let some = 0;
    for (const { item, text } of items) {
      item.hidden = !words.every((word) => text.includes(word));
      some += !item.hidden;
    }
    const part = fold ?? list;
    part.hidden = !some;
    if (part.previousElementSibling?.localName === "h2") part.previousElementSibling.hidden = !some;
    if (fold && words.length) fold.open = some > 0;
    shown += some;
  }
  said.value = words.length ? said.dataset.shown.replace("{shown}", shown).replace("{count}", count) : "";
});
