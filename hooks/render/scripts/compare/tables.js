// What stands below the bars: tables by theme, folded, each with how much of it differs. The build runs this too.

// By the number of models. In full: styles that neither a page nor a script names are left out of the site.
const WIDTHS = { 2: "ds-of-2", 3: "ds-of-3", 4: "ds-of-4" };

function column(cells, id, theme) {
  const run = cells.runs[cells.variants[id][theme + 1]];
  const found = {};
  for (let i = 0; i < run.length; i += 3) found[run[i]] = [run[i + 1], run[i + 2]];
  return found;
}

// Whether two cells say different things; of scores, whether neither lies in the interval of the other.
function apart(cells, [one, first], [other, second]) {
  const [a, b] = [cells.intervals[one], cells.intervals[other]];
  const inside = a && b && ((a[0] >= b[1] && a[0] <= b[2]) || (b[0] >= a[1] && b[0] <= a[2]));
  return first !== second && !inside;
}

// The rows of a theme that enough models fill: their cells and how they compare.
function comparedRows(cells, ids, theme) {
  const columns = ids.map((id) => column(cells, id, cells.themes.indexOf(theme)));
  return theme.rows.flatMap(([group, label], row) => {
    const line = columns.map((found) => found[row] ?? [0, -1]);
    if (line.filter(([shown]) => shown).length < theme.least) return [];
    const known = line.filter(([, value]) => value >= 0);
    const differs = (one) => known.some((other) => apart(cells, one, other));
    const same = known.length === ids.length && new Set(known.map(([, value]) => value)).size === 1;
    const verdict = known.some(differs) ? "differs" : same ? "same" : "open";
    return [{ group, label, verdict, line: line.map((cell) => [cells.html[cell[0]], cell[1] >= 0 && apart(cells, cell, known[0])]) }];
  });
}

function themeTable(cells, ids, theme, rows, folded) {
  const { words, cues } = cells;
  const count = (kind) => rows.filter(({ verdict }) => verdict === kind).length;
  let [body, last] = ["", ""];
  for (const { group, label, verdict, line } of rows) {
    if (folded && verdict === "same") continue;
    if (group !== last) body += `<tr class="ds-group"><th scope="rowgroup" colspan="${ids.length + 1}">${group}</th></tr>`;
    last = group;
    body += `<tr class="${verdict}"><th scope="row">${cues[verdict]}${label}</th>${line.map(([html, marked]) => `<td${marked ? ' class="differs"' : ""}>${html}</td>`).join("")}</tr>`;
  }
  if (!body && !count("same")) body = `<tr><td colspan="${ids.length + 1}">${words.nothing}</td></tr>`;
  const heads = ids.map((id) => `<th scope="col">${cells.variants[id][0]}</th>`).join("");
  return `<div class="ds-scroll ds-compared" id="${theme.id}" role="region" aria-label="${theme.title}" tabindex="0"><table class="ds-table ${WIDTHS[ids.length]}" id="compare-${theme.id}"><caption>${theme.title} <small>${filled(words.counts, { differs: count("differs"), same: count("same") })}</small></caption><thead><tr><th scope="col">${words.field}</th>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}

// The folds in order: id, what is said of them while closed, and their tables.
function folds(cells, ids, folded) {
  return cells.folds.map(({ id, themes }) => {
    const inside = cells.themes.filter((theme) => themes.includes(theme.id)).map((theme) => [theme, comparedRows(cells, ids, theme)]);
    const rows = inside.flatMap(([, found]) => found);
    const count = (kind) => rows.filter(({ verdict }) => verdict === kind).length;
    const key = !rows.length ? "none" : !count("differs") ? "alike" : count("open") > rows.length / 2 ? "sparse" : "differ";
    return { id, state: filled(cells.words[`state_${key}`], { differs: count("differs"), all: rows.length }), tables: inside.map(([theme, found]) => themeTable(cells, ids, theme, found, folded)).join("") };
  });
}
