() => {
  const found = [];
  for (const svg of document.querySelectorAll(".ds-frames svg, .ds-picture svg")) {
    const [box, scale] = [svg.viewBox.baseVal, svg.clientWidth / svg.viewBox.baseVal.width];
    const texts = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBBox(), parseFloat(getComputedStyle(text).fontSize) * scale]);
    texts.forEach(([text, a, size], index) => {
      if (size < 11.4) found.push(`${text}: ${size} px`);
      if (a.x < -2 || a.x + a.width > box.width + 2 || a.y + a.height > box.height + 3) found.push(`${text} leaves the canvas`);
      for (const [other, b] of texts.slice(index + 1)) {
        const [across, down] = [Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x), Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)];
        if (across > 1 && down > 4) found.push(`${text} lies on ${other}`);
      }
    });
  }
  for (const formula of document.querySelectorAll(".ds-frame-formula"))
    if (formula.scrollWidth > formula.clientWidth + 1) found.push(`${formula.textContent} is wider than its frame`);
  return found;
}
