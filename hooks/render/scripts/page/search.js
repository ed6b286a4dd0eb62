// Everything of it is loaded when it is first asked for: by its button, which `early.js` presses for `/` and Ctrl-K, or by `?q=` in the address.
let asked = false;
function openSearch(query = "") {
  if (window.dsOpenSearch) return window.dsOpenSearch();
  if (asked) return;
  asked = true;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: word("ds-search-styles") }));
  const script = document.createElement("script");
  script.src = word("ds-search");
  script.dataset.root = word("ds-root");
  script.dataset.query = query;
  script.onerror = () => (asked = false);
  document.head.append(script);
}
for (const button of document.querySelectorAll("[data-ds-search]")) dsOnPress(button, () => openSearch());
// A calculator's own `q` is a number.
const inAddress = new URLSearchParams(location.search).get("q");
if (inAddress && !/^[\d.,]+[kmbt]?$/i.test(inAddress) && document.querySelector("[data-ds-search]")) openSearch(inAddress);
