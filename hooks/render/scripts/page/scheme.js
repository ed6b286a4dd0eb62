// Light or dark: as the system has it, until a reader chooses; `early.js` applies it before anything is painted.

const system = matchMedia("(prefers-color-scheme: dark)");
const apply = (dark) => (document.body.dataset.mdColorScheme = dark ? "slate" : "default");
const chosen = () => {
  try {
    return localStorage.getItem("ds-scheme");
  } catch {
    return null;
  }
};
document.querySelector("[data-ds-scheme]")?.addEventListener("click", () => {
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
