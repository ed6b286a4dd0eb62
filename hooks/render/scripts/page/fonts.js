// Fonts are asked for once the page is read, which they would hold up, and used when they are here, unless lines would then break
// elsewhere and move what is in sight; in that case from the next page on, where they come out of the cache.

const known = document.documentElement.classList;
const range = document.createRange();

// The texts in sight: where each begins, and the room it takes.
function inSight(node) {
  range.selectNodeContents(node);
  const [first] = range.getClientRects();
  const { top, bottom, width } = range.getBoundingClientRect();
  return { node, x: first?.left ?? 0, y: first?.top ?? 0, room: Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0)) * width };
}

// As browsers reckon it: the part of the window that moves, times how far.
function shift(before) {
  const moves = before.map(({ node, x, y, room }) => {
    const after = inSight(node);
    return [Math.max(Math.abs(after.x - x), Math.abs(after.y - y)), Math.max(room, after.room)];
  });
  const moved = moves.filter(([far]) => far >= 3);
  const room = moved.reduce((sum, [, part]) => sum + part, 0);
  const far = Math.max(0, ...moved.map(([distance]) => distance));
  return (Math.min(1, room / (innerWidth * innerHeight)) * far) / Math.max(innerWidth, innerHeight);
}

async function useFonts() {
  await Promise.all(["1em Inter", '600 1em "Source Serif"'].map((font) => document.fonts.load(font)));
  const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  const texts = [];
  for (let looked = 0; looked < 2000 && walker.nextNode(); looked++) {
    const text = walker.currentNode.data.trim() ? inSight(walker.currentNode) : null;
    if (text?.room) texts.push(text);
  }
  known.add("ds-fonts");
  if (shift(texts) > 0.005) known.remove("ds-fonts");
  try {
    localStorage.setItem("ds-fonts", "1");
  } catch {
    // looked at anew on the next page
  }
}
if (!known.contains("ds-fonts")) useFonts();
