// Before anything is painted: there is a script, and the scheme is the one that the reader chose, or the system has.
// It stands in the page, whose policy knows it.
const kept = (name) => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};
const root = document.documentElement.classList;
root.replace("no-js", "js");
// The style sheet holds the faces of text, which a browser decodes in some milliseconds: it shows no text until then.
root.add("ds-decoding");
Promise.allSettled(["1em Inter", '600 1em "Source Serif"'].map((face) => document.fonts.load(face))).then(() => root.remove("ds-decoding"));
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
