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

// A figure as one picture: its panels where they stand, in the colours that are shown, and below them where it is from.
const DRAWN_BY = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "fill-opacity", "stroke-opacity", "paint-order", "text-anchor", "font-size", "font-weight"];

function copiedShape(shape) {
  const copy = shape.cloneNode(false);
  for (const name of ["class", "style", "href"]) copy.removeAttribute(name);
  const shown = getComputedStyle(shape);
  if (shape.localName !== "svg") for (const name of DRAWN_BY) copy.setAttribute(name, shown.getPropertyValue(name));
  for (const child of shape.childNodes) copy.append(child.nodeType === Node.ELEMENT_NODE ? copiedShape(child) : child.cloneNode());
  return copy;
}

function pictureOf(figure) {
  const shown = (one) => one.getClientRects().length && getComputedStyle(one).visibility !== "hidden";
  const parts = [...figure.querySelectorAll("svg, .ds-panel > p")].filter(shown);
  const boxes = parts.map((part) => part.getBoundingClientRect());
  const [left, top] = [Math.min(...boxes.map((box) => box.left)) - 16, Math.min(...boxes.map((box) => box.top)) - 16];
  const [width, height] = [Math.max(...boxes.map((box) => box.right)) - left + 16, Math.max(...boxes.map((box) => box.bottom)) - top + 44];
  const made = (name, attributes, text = "") => {
    const one = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    one.textContent = text;
    return one;
  };
  const { color, backgroundColor, fontFamily } = getComputedStyle(document.body);
  const picture = made("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "font-family": fontFamily });
  picture.append(made("rect", { width, height, fill: backgroundColor }));
  parts.forEach((part, i) => {
    const [x, y] = [boxes[i].left - left, boxes[i].top - top];
    if (part.localName === "p") {
      picture.append(made("text", { x, y: y + 15, fill: color, "font-size": 14, "font-weight": 650 }, part.textContent));
      return;
    }
    const copy = copiedShape(part);
    for (const [key, value] of Object.entries({ x, y, width: boxes[i].width, height: boxes[i].height, overflow: "visible" })) copy.setAttribute(key, value);
    picture.append(copy);
  });
  picture.append(made("text", { x: 16, y: height - 12, fill: color, "font-size": 12 }, `${document.title} · CC BY 4.0`));
  return picture;
}

function offerFile(href, name) {
  Object.assign(document.createElement("a"), { href, download: name }).click();
}

for (const choice of document.querySelectorAll("[data-save]")) {
  choice.hidden = false;
  choice.addEventListener("click", async ({ target }) => {
    const kind = target.dataset.as;
    const figure = choice.closest("figure");
    if (!kind) return;
    const picture = pictureOf(figure);
    const address = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(picture))}`;
    const name = `${figure.id || "figure"}.${kind}`;
    if (kind === "svg") return offerFile(address, name);
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.naturalWidth * 2, height: image.naturalHeight * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    offerFile(canvas.toDataURL("image/png"), name);
  });
}
