// What a term means, beside its first use on the page and beside links to techniques. All meanings are one file, asked for once.

let terms = null;
const TERM = "a.ds-term, article :is(p, li, dd) > a[href*='techniques/']:not([data-s], .ds-r)";

function meaning(link) {
  const [path, place] = link.getAttribute("href").split("#");
  const name = path.replace(/(index)?\.html$/, "").split("/").filter(Boolean).at(-1);
  return terms?.[path.includes("glossary") ? place : name];
}

// Loads the meanings, then tells.
function learn(then) {
  if (terms) return then();
  const script = Object.assign(document.createElement("script"), { src: word("ds-terms") });
  window.dsTerms = (found) => {
    terms = found;
    then();
  };
  script.onerror = () => script.remove();
  document.head.append(script);
}
