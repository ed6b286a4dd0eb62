// Before anything is painted: there is a script, and the scheme is the one that the reader chose, or the system has.
// It stands in the head of the page, whose policy knows it, above the sheets, so that it waits for none and the text is read meanwhile.
const kept = (name) => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};
const root = document.documentElement;
root.classList.replace("no-js", "js");
const scheme = kept("ds-scheme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "slate" : "default");
new MutationObserver((changes, watch) => {
  if (!document.body) return;
  watch.disconnect();
  document.body.dataset.mdColorScheme = scheme;
}).observe(root, { childList: true });

// The face of text comes with the sheets. On a first visit titles and formulas begin in faces of the reader's system; ours come once the page is
// painted, and stay in the browser.
if (!kept("ds-faces") && location.protocol !== "file:") root.classList.add("ds-stand-in");
const showFaces = () => {
  root.classList.remove("ds-stand-in");
  try {
    localStorage.setItem("ds-faces", "cached");
  } catch {
    // a page that may keep nothing begins so each time
  }
};

// Once the page has been painted these faces and scripts are asked for: nobody needs them to read it. Scripts run in the order of their names.
let painted = false;
const load = () => {
  if (painted) return;
  painted = true;
  document.fonts.load('600 1em "Source Serif"').then(showFaces, () => {});
  for (const asked of document.querySelectorAll("script[data-src]")) {
    const script = Object.assign(document.createElement("script"), { src: asked.dataset.src, async: false });
    script.addEventListener("load", () => asked.remove());
    document.head.append(script);
  }
};
addEventListener("DOMContentLoaded", () => new PerformanceObserver(load).observe({ type: "paint", buffered: true }));
// A page in the background is not painted, and a browser that guards its reader may not tell.
addEventListener("load", () => setTimeout(load, document.hidden ? 0 : 3000));

// A fade from page to page that the browser gives up is no fault of the page.
for (const name of ["pageswap", "pagereveal"]) addEventListener(name, ({ viewTransition: fade }) => [fade?.ready, fade?.finished, fade?.updateCallbackDone].forEach((promise) => promise?.catch(() => {})));

// A press on a button whose script has not come yet is kept, and answered once it listens; `/` and Ctrl-K press that of the search.
const pressed = new Set();
addEventListener("click", ({ target }) => pressed.add(target.closest?.("button")), true);
addEventListener("keydown", (event) => {
  const held = event.ctrlKey || event.metaKey;
  const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (!(event.key === "/" && !typing && !held && !event.altKey) && !(event.key?.toLowerCase() === "k" && held)) return;
  event.preventDefault();
  document.querySelector("[data-ds-search]")?.click();
});
window.dsOnPress = (button, answer) => {
  button.addEventListener("click", answer);
  if (pressed.delete(button)) answer();
};
