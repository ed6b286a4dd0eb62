// The page for lost addresses suggests the pages that are called most like the one that was asked for.
const suggested = document.querySelector(".ds-suggested");
if (suggested) {
  const pairs = text => new Set([...text.toLowerCase().replace(/[^a-z0-9]/g, "")].map((letter, at, all) => letter + (all[at + 1] || "")));
  const asked = pairs(decodeURI(location.pathname).split("/").filter(Boolean).pop() || "");
  const likeness = link => {
    const own = pairs(new URL(link.href).pathname.split("/").filter(Boolean).pop() || "");
    const shared = [...asked].filter(pair => own.has(pair)).length;
    return (2 * shared) / (asked.size + own.size || 1);
  };
  const links = [...document.querySelectorAll(".ds-names a")].map(link => [likeness(link), link]);
  for (const [how, link] of links.sort((one, other) => other[0] - one[0]).slice(0, 4)) {
    if (how < 0.35) break;
    suggested.append(" ", link.cloneNode(true));
    suggested.hidden = false;
  }
}
