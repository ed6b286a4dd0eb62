// A comparison as a picture to save, as it stands in the page.

// The faces of letters, which a picture by itself would not have; a page from a folder may not read its own sheet.
async function faceRules() {
  try {
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule.type === CSSRule.FONT_FACE_RULE);
    const faces = rules.flatMap((rule) => [...rule.cssText.matchAll(/fonts\/(?:inter|source-serif)\.[\w.]+/g)].map(([file]) => ({ rule, file })));
    return (await Promise.all(faces.map(withFile))).join("");
  } catch {
    return "";
  }
}

async function withFile({ rule, file }) {
  const face = await (await fetch(new URL(file, rule.parentStyleSheet.href))).blob();
  const reader = new FileReader();
  await new Promise((read) => {
    reader.addEventListener("load", read);
    reader.readAsDataURL(face);
  });
  return rule.cssText.replace(file, reader.result);
}

async function currentPicture(data, ids) {
  const style = getComputedStyle(document.body);
  const value = (name) => style.getPropertyValue(name).trim();
  const colours = { paper: "--md-default-bg-color", ink: "--md-default-fg-color", quiet: "--md-default-fg-color--light", line: "--ds-line", act: "--ds-c1", expert: "--ds-expert", cache: "--ds-cache", shared: "--ds-off", text: "--md-text-font", serif: "--ds-serif" };
  return picture(data, ids, Object.fromEntries(Object.entries(colours).map(([name, token]) => [name, value(token).replaceAll('"', "'")])), await faceRules());
}

async function savePicture(data, ids, ending) {
  const save = (href) => Object.assign(document.createElement("a"), { href, download: `${ids.join("-")}.${ending}` }).click();
  const svg = await currentPicture(data, ids);
  if (ending === "svg") return save(URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" })));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.naturalWidth * 2, height: image.naturalHeight * 2 });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  save(canvas.toDataURL("image/png"));
}
