() => [...document.querySelectorAll("figure svg")].flatMap((svg) => {
  const texts = [...svg.querySelectorAll("text")].map((t) => [t.textContent, t.getBoundingClientRect()]).filter(([, b]) => b.width);
  const frame = svg.getBoundingClientRect();
  return texts.flatMap(([text, a], i) => [
    ...(a.right > frame.right + 2 || a.left < frame.left - 2 ? [`${text} leaves the figure`] : []),
    ...texts.slice(i + 1).filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4).map(([other]) => `${text} lies on ${other}`),
  ]);
})
