// Where one is on a page.

// A link to a folded working opens it, and one to a stage of training opens its constants.
function unfold() {
  const target = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const details = target?.matches(".ds-stage") ? target.querySelector(".ds-of-stage") : target?.closest("details");
  if (details && !details.open) {
    details.open = true;
    target.scrollIntoView();
  }
}
addEventListener("hashchange", unfold);
unfold();

// The strip of parts scrolls to the one that is open.
const openTab = document.querySelector(".ds-local [aria-current]");
const strip = openTab?.closest("ul");
if (strip) strip.scrollLeft += openTab.getBoundingClientRect().left - strip.getBoundingClientRect().left - strip.clientWidth / 3;

// The table of contents follows: the last heading above a fifth of the window is the one that is read.
const contents = [...document.querySelectorAll(".md-sidebar--secondary a[href^='#']")];
const headings = contents.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
let followed = null;
function follow() {
  const edge = innerHeight / 5;
  const at = headings.findLastIndex((heading) => heading && heading.getBoundingClientRect().top < edge);
  if (followed === (contents[at] ?? null)) return;
  followed?.classList.remove("md-nav__link--active");
  followed = contents[at] ?? null;
  followed?.classList.add("md-nav__link--active");
  followed?.scrollIntoView({ block: "nearest" });
}
if (contents.length && matchMedia("(min-width: 60em)").matches) {
  let due = false;
  addEventListener("scroll", () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      follow();
    });
  }, { passive: true });
}

// The drawer of a narrow screen closes with Escape and when a link in it leads to this page.
const drawer = document.getElementById("__drawer");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drawer?.checked) drawer.checked = false;
});
const side = document.querySelector(".md-sidebar--primary");
side?.addEventListener("click", (event) => {
  if (event.target.closest("a[href]")) drawer.checked = false;
});
// It holds all sections, three screens and more: it opens where one is.
drawer?.addEventListener("change", () => {
  const here = side?.querySelector("[aria-current]");
  if (drawer.checked && here) side.scrollTop += here.getBoundingClientRect().top - side.clientHeight / 3;
});
