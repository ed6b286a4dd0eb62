// Everything of it is loaded when it is first asked for: by a button, `/` or Ctrl-K.
let asked = false;
function openSearch() {
  if (window.dsOpenSearch) return window.dsOpenSearch();
  if (asked) return;
  asked = true;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: word("ds-search-styles") }));
  const script = document.createElement("script");
  script.src = word("ds-search");
  script.dataset.root = word("ds-root");
  script.onerror = () => (asked = false);
  document.head.append(script);
}
for (const button of document.querySelectorAll("[data-ds-search]")) button.addEventListener("click", openSearch);
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input, select, textarea, [contenteditable]");
  const plain = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!plain && !(event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey))) return;
  event.preventDefault();
  openSearch();
});
