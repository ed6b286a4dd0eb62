// A page is fetched once a pointer rests on its link, so that it is there when the link is pressed.
const REST = 80; // milliseconds
const fetched = new Set([location.pathname]);
let resting = 0;

document.addEventListener("pointerover", ({ target, pointerType }) => {
  clearTimeout(resting);
  const link = target instanceof Element ? target.closest("a[href]") : null;
  if (!link || pointerType === "touch" || link.origin !== location.origin || link.protocol === "file:" || link.hasAttribute("download")) return;
  if (fetched.has(link.pathname) || !link.pathname.endsWith("/") || navigator.connection?.saveData) return;
  resting = setTimeout(() => {
    fetched.add(link.pathname);
    fetch(link.pathname, { priority: "low" }).catch(() => {});
  }, REST);
});
