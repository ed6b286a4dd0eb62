// The filter of the glossary: an entry stays if its names, other names or definition hold every word typed.

const box = document.querySelector(".ds-glossary-filter");
const input = box.querySelector("input");
const said = box.querySelector("output");
const key = (text) => text.normalize("NFKC").toLowerCase().replaceAll("-", " ");
const lists = [...document.querySelectorAll("dl.ds-glossary")].map((list) => ({
  list,
  heading: list.previousElementSibling,
  items: [...list.children].map((item) => ({ item, text: key(item.textContent) })),
}));

function filter() {
  const words = key(input.value).split(/\s+/).filter(Boolean);
  let all = 0;
  for (const { list, heading, items } of lists) {
    let shown = 0;
    for (const { item, text } of items) {
      item.hidden = !words.every((word) => text.includes(word));
      shown += !item.hidden;
    }
    list.hidden = heading.hidden = !shown;
    all += shown;
  }
  const count = lists.reduce((sum, { items }) => sum + items.length, 0);
  said.value = words.length ? (all ? said.dataset.shown.replace("{shown}", all).replace("{count}", count) : said.dataset.none) : "";
}

input.addEventListener("input", filter);
// A link to an entry shows it whatever is typed.
window.addEventListener("hashchange", () => {
  input.value = "";
  filter();
});
