// Words of a text as the index knows them: `words` of `postbuild/search_index.py` in the browser.

const UNITS = { k: 3, thousand: 3, m: 6, million: 6, b: 9, billion: 9, t: 12, trillion: 12, 万: 4, 亿: 8, 万亿: 12 };
const WORD =
  /((?<![a-z\d.])\d+(?:,\d{3})*(?:\.\d+)?)(?:[ \u00a0\u202f]?((?:thousand|million|billion|trillion|[kmbt])(?![a-z\d])|万亿|[万亿])|(?![a-z\d]))|([a-z\d]+(?:\.\d+[a-z]*)*)|([\u3400-\u9fff]+)/g;
const ENDINGS = [
  [/([a-z]{3})is(ation|e|ed|er|ing)(s?)$/, "$1iz$2$3"],
  [/([a-z]{2})our/, "$1or"],
  [/ence(?=s?$)/, "ense"],
  [/([a-z]{3})tre(?=s?$)/, "$1ter"],
  [/ies$/, "y"],
  [/([^su])s$/, "$1"],
  [/([a-z]{3,})(?:ing|ed)$/, "$1"],
  [/([bdglmnprt])\1$/, "$1"],
  [/([a-z]{2,})e$/, "$1"],
];

function stem(word) {
  if (word.length < 4 || /\d|\./.test(word)) return word;
  return ENDINGS.reduce((text, [pattern, plain]) => text.replace(pattern, plain), word);
}

function numbers(digits, unit) {
  if (!unit && !digits.endsWith("000")) return [digits];
  const [whole, part = ""] = digits.split(".");
  const all = (whole + part).replace(/^0+(?=.)/, "");
  const kept = all.replace(/(?<=.)0+$/, "");
  return [digits, `${kept}e${(UNITS[unit] ?? 0) - part.length + all.length - kept.length}`];
}

// [word, beginning, end] of each.
function split(text) {
  const found = [];
  for (const match of text.toLowerCase().matchAll(WORD)) {
    const [whole, number, unit, latin, han] = match;
    const [start, end] = [match.index, match.index + whole.length];
    if (number) for (const word of numbers(number.replaceAll(",", ""), unit)) found.push([word, start, end]);
    else if (latin) found.push([stem(latin), start, end]);
    else for (let at = 0; at < Math.max(han.length - 1, 1); at++) found.push([han.slice(at, at + 2), start + at, Math.min(start + at + 2, end)]);
  }
  return found;
}
