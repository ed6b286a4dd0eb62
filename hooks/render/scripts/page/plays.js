// The script of a figure that can be played with is loaded when the figure comes into the window.
const seen = new IntersectionObserver((figures) => {
  for (const { isIntersecting, target } of figures) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    document.head.append(Object.assign(document.createElement("script"), { src: target.dataset.script }));
  }
});
for (const figure of document.querySelectorAll("[data-play]")) seen.observe(figure);
