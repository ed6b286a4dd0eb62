// Before anything is painted: there is a script, the scheme is the one that the reader chose, or the system has,
// and fonts are used at once where they have been loaded before or stand in the style sheet. It stands in the page, whose policy knows it.
const kept = (name) => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};
const root = document.documentElement.classList;
root.replace("no-js", "js");
if (kept("ds-fonts") || location.protocol === "file:") root.add("ds-fonts");
document.body.dataset.mdColorScheme = kept("ds-scheme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "slate" : "default");

// Scripts are asked for once the page has been painted: nobody needs them to read it. They run in the order in which they are named.
const load = () => {
  for (const asked of document.querySelectorAll("script[data-src]")) {
    const script = Object.assign(document.createElement("script"), { src: asked.dataset.src, async: false });
    script.addEventListener("load", () => asked.remove());
    document.head.append(script);
  }
};
addEventListener("DOMContentLoaded", () => (document.hidden ? load() : requestAnimationFrame(() => setTimeout(load))));
