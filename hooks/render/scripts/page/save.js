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

// From a folder on disk a browser does not give a picture back that comes from a file.
for (const button of location.protocol === "file:" ? [] : document.querySelectorAll("button[data-png]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const file = button.previousElementSibling.href;
    download(await drawnAsPng(file), file.split("/").at(-1).replace(/svg$/, "png"));
  });
}

const PAINT = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "font-size", "font-weight"];
// Mixed colours as programs without `color()` read them.
const asRgb = (value) =>
  value.replace(/color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)/, (_, r, g, b, alpha = 1) => `rgba(${[r, g, b].map((part) => Math.round(part * 255))},${alpha})`);

function withAttributes(element, given) {
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  return element;
}

/** A drawing with its colours written in, its title above and the address of the page below. */
function drawingAlone(svg, title) {
  const [copy, shown, page] = [svg.cloneNode(true), svg.querySelectorAll("*"), getComputedStyle(document.body)];
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  copy.querySelectorAll("*").forEach((shape, i) => {
    const style = getComputedStyle(shown[i]);
    withAttributes(shape, Object.fromEntries(PAINT.map((name) => [name, asRgb(style.getPropertyValue(name))])));
  });
  const box = { x: -16, y: -36, width: width + 32, height: height + 76 };
  const add = (tag, given, text = "") => Object.assign(withAttributes(document.createElementNS(svg.namespaceURI, tag), given), { textContent: text });
  copy.prepend(
    add("rect", { ...box, fill: page.backgroundColor }),
    add("text", { x: 0, y: -12, fill: page.color, "font-size": 14, "font-weight": 650 }, title),
    add("text", { x: width, y: height + 26, fill: page.color, "font-size": 10, "text-anchor": "end" }, location.host + location.pathname),
  );
  withAttributes(copy, { xmlns: svg.namespaceURI, width: box.width, height: box.height, viewBox: Object.values(box).join(" "), "font-family": page.fontFamily });
  return `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
}

for (const button of document.querySelectorAll("button[data-picture]")) {
  const figure = button.closest("figure");
  const title = figure.querySelector("p").textContent;
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    const [drawing, kind] = [drawingAlone(figure.querySelector("svg"), title), button.dataset.picture];
    download(kind === "png" ? await drawnAsPng(drawing) : drawing, `${location.pathname.split("/").at(-2)}-${figure.id}.${kind}`);
  });
}
