// The filter of a long list in parts: an entry stays if its text holds every word typed, a part and a heading if they have such an entry.
const box = document.querySelector(".ds-filter");
const input = box.querySelector("input");
const said = box.querySelector("output");
const key = (text) => text.normalize("NFKC").toLowerCase().replaceAll("-", " ");

function heading(part) {
  while (part.localName !== "h2") part = part.previousElementSibling ?? part.parentElement;
  return part;
}
const lists = [...document.querySelectorAll("[data-filtered]")].map((list) => {
  const fold = list.closest("details");
  const items = [...list.children].map((item) => ({ item, text: key(item.textContent) }));
  return { fold, part: fold ?? list, heading: heading(fold ?? list), items };
});
const headings = new Set(lists.map((list) => list.heading));
const count = lists.reduce((sum, { items }) => sum + items.length, 0);

function filter(event) {
  const words = key(input.value).split(/\s+/).filter(Boolean);
  let all = 0;
  for (const one of headings) one.hidden = true;
  for (const { fold, part, heading, items } of lists) {
    let shown = 0;
    for (const { item, text } of items) {
      item.hidden = !words.every((word) => text.includes(word));
      shown += !item.hidden;
    }
    part.hidden = !shown;
    const group = part.previousElementSibling;
    if (group?.matches(".ds-list-group")) group.hidden = !shown;
    if (shown) heading.hidden = false;
    if (fold && event.type === "input") fold.open = words.length > 0 && shown > 0;
    all += shown;
  }
  said.value = words.length ? (all ? said.dataset.shown.replace("{shown}", all).replace("{count}", count) : said.dataset.none) : "";
}

input.addEventListener("input", filter);
// A link to an entry shows it whatever is typed.
addEventListener("hashchange", (event) => {
  if (!input.value) return;
  input.value = "";
  filter(event);
  document.querySelector(":target")?.scrollIntoView();
});
