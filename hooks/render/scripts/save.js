// A drawing as a picture. One that has a file is drawn from it; of others the shapes are taken with the colours that they have on the screen.

function download(address, name) {
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
}

/** A picture as PNG, twice as large. */
async function drawnAsPng(address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.naturalWidth * 2, height: picture.naturalHeight * 2 });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

const PAINT = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "paint-order", "text-anchor", "dominant-baseline", "font-size", "font-weight"];
// Mixed colours as programs without `color()` read them.
const asRgb = (value) =>
  value.replace(/color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)/, (_, r, g, b, alpha = 1) => `rgba(${[r, g, b].map((part) => Math.round(part * 255))},${alpha})`);

function withAttributes(element, given) {
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  return element;
}

/** A figure as one drawing: its panels where they stand, with the colours written in, and the address of the page below. */
function drawingAlone(figure) {
  const shown = (part) => part.getClientRects().length && getComputedStyle(part).visibility !== "hidden";
  const parts = [...figure.querySelectorAll("svg, .ds-panel > p")].filter(shown);
  const boxes = parts.map((part) => part.getBoundingClientRect());
  const [left, top] = [Math.min(...boxes.map((box) => box.left)) - 16, Math.min(...boxes.map((box) => box.top)) - 16];
  const [width, height] = [Math.max(...boxes.map((box) => box.right)) - left + 16, Math.max(...boxes.map((box) => box.bottom)) - top + 40];
  const page = getComputedStyle(document.body);
  const add = (tag, given, text = "") => Object.assign(withAttributes(document.createElementNS("http://www.w3.org/2000/svg", tag), given), { textContent: text });
  const whole = add("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "font-family": page.fontFamily });
  whole.append(add("rect", { width, height, fill: page.backgroundColor }));
  parts.forEach((part, i) => {
    const place = { x: boxes[i].left - left, y: boxes[i].top - top };
    if (part.localName === "p") return whole.append(add("text", { x: place.x, y: place.y + 15, fill: page.color, "font-size": 14, "font-weight": 650 }, part.textContent));
    const [copy, painted] = [part.cloneNode(true), part.querySelectorAll("*")];
    copy.querySelectorAll("*").forEach((shape, k) => {
      const style = getComputedStyle(painted[k]);
      withAttributes(shape, Object.fromEntries(PAINT.map((name) => [name, asRgb(style.getPropertyValue(name))])));
    });
    copy.removeAttribute("class");
    whole.append(withAttributes(copy, { ...place, width: boxes[i].width, height: boxes[i].height, overflow: "visible" }));
  });
  whole.append(add("text", { x: width - 16, y: height - 12, fill: page.color, "font-size": 10, "text-anchor": "end" }, `${location.host}${location.pathname} · CC BY 4.0`));
  return `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(whole))}`;
}

// What the buttons of a page call, which have asked for this script.
window.dsSave = async (button) => {
  if ("png" in button.dataset) {
    const file = button.previousElementSibling.href;
    return download(await drawnAsPng(file), file.split("/").at(-1).replace(/svg$/, "png"));
  }
  const [figure, kind] = [button.closest("figure"), button.dataset.picture];
  const drawing = drawingAlone(figure);
  download(kind === "png" ? await drawnAsPng(drawing) : drawing, `${location.pathname.split("/").at(-2)}-${figure.id}.${kind}`);
};
