// The switch to the other edition keeps what the address says (a comparison, the inputs of a calculator) and the place on the page.

const PLACE = "ds-place";
const anchors = () => [...document.querySelectorAll("article :is(h2, h3, h4)[id]")];
const top = (node) => node.getBoundingClientRect().top;

// The heading above the edge of the window, and which share of the way to the next one is scrolled.
function here() {
  const all = anchors();
  const edge = 80;
  const at = all.findLastIndex((node) => top(node) < edge + 1);
  if (at < 0) return null;
  const end = all[at + 1] ? top(all[at + 1]) : document.querySelector("article").getBoundingClientRect().bottom;
  return [all[at].id, (edge - top(all[at])) / Math.max(end - top(all[at]), 1)];
}

const other = document.querySelector("a.ds-language");
if (other) {
  const bare = other.href;
  const update = () => {
    const target = new URL(bare);
    const place = here();
    target.search = location.search;
    target.hash = place ? place[0] : location.hash;
    other.href = target;
    try {
      sessionStorage.setItem(PLACE, JSON.stringify([...(place ?? []), Date.now()]));
    } catch {
      // the heading alone has to do
    }
  };
  for (const event of ["pointerdown", "focus", "click"]) other.addEventListener(event, update);
}

try {
  const [id, share, when] = JSON.parse(sessionStorage.getItem(PLACE) ?? "[]");
  sessionStorage.removeItem(PLACE);
  const all = anchors();
  const at = all.findIndex((node) => node.id === id);
  if (at >= 0 && Date.now() - when < 20000 && location.hash.slice(1) === id) {
    const goOn = () => {
      const end = all[at + 1] ? top(all[at + 1]) : document.querySelector("article").getBoundingClientRect().bottom;
      scrollBy(0, top(all[at]) + share * (end - top(all[at])) - 80);
    };
    if (document.readyState === "complete") goOn();
    else addEventListener("load", goOn);
  }
} catch {
  // a page that may keep nothing opens at the heading
}
