// Light or dark: as the system has it, until a reader chooses; `early.js` applies it before anything is painted.

const system = matchMedia("(prefers-color-scheme: dark)");
const bars = document.querySelectorAll("meta[name=theme-color]"); // of a light and of a dark system
const colour = (dark) => bars.forEach((bar, place) => (bar.media = (place === 1) === dark ? "all" : "not all"));
const apply = (dark) => {
  document.body.dataset.mdColorScheme = dark ? "slate" : "default";
  colour(dark);
};
const chosen = () => {
  try {
    return localStorage.getItem("ds-scheme");
  } catch {
    return null;
  }
};
if (chosen()) colour(chosen() === "slate");
dsOnPress(document.querySelector("[data-ds-scheme]"), () => {
  const dark = document.body.dataset.mdColorScheme !== "slate";
  apply(dark);
  try {
    if (dark === system.matches) localStorage.removeItem("ds-scheme");
    else localStorage.setItem("ds-scheme", dark ? "slate" : "default");
  } catch {
    // a page that may keep nothing forgets the choice
  }
});
system.addEventListener("change", () => chosen() || apply(system.matches));
