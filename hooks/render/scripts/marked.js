// A dimension that is pointed at is marked in the drawing beside it, and the other way round; the drawing scrolls there.
const withDrawing = document.querySelector(".ds-with-drawing");
for (const turned of ["pointerover", "focusin"]) {
  withDrawing?.addEventListener(turned, ({ target }) => {
    const key = target.closest("[data-k]")?.dataset.k ?? target.closest(".ds-constants > div, tr")?.querySelector("code")?.textContent;
    for (const marked of withDrawing.querySelectorAll(".lit")) marked.classList.remove("lit");
    for (const one of withDrawing.querySelectorAll(".dim[data-k]")) one.classList.toggle("lit", one.dataset.k === key);
    for (const row of withDrawing.querySelectorAll(".ds-constants > div")) row.classList.toggle("lit", row.querySelector("code")?.textContent === key);
    const first = target.closest(".ds-drawing") ? null : withDrawing.querySelector(".dim.lit");
    const sheet = first?.closest(".ds-drawing");
    if (!sheet) return;
    const { top, bottom } = sheet.getBoundingClientRect();
    sheet.scrollTop += first.getBoundingClientRect().top - (top + Math.min(bottom, innerHeight)) / 2;
  });
}
