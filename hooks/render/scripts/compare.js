// Any models side by side: the choice is in the address, the cells come with the page.

const data = JSON.parse(document.getElementById("compare-data").textContent);
const { themes, variants, html, cells, cues, words } = data;
const form = document.getElementById("compare-form");
const [problem, result] = [form.querySelector("[role=alert]"), form.querySelector("[role=status]")];
const fold = form.querySelector("input");
const selects = [...form.querySelectorAll("select")];
const list = document.querySelector("ol.ds-sources");
// By the number of models. In full: styles that neither a page nor a script names are left out of the site.
const WIDTHS = { 2: "ds-of-2", 3: "ds-of-3", 4: "ds-of-4" };

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const address = (ids) => `?v=${ids.join(",")}${fold.checked ? "&fold=1" : ""}`;
const plain = (id) => variants[id][0].replace(/<[^>]*>/g, "");

function column(id, theme) {
  const run = cells[variants[id][theme + 1]];
  const found = {};
  for (let i = 0; i < run.length; i += 3) found[run[i]] = [run[i + 1], run[i + 2]];
  return found;
}

// Each architecture once; a number that the first drawing labels otherwise, or not at all, is marked.
function draw(ids) {
  const owners = new Set(ids.map((id) => data.owners[id]).filter(Boolean));
  const place = document.getElementById("compare-drawings");
  place.innerHTML = [...owners].map((id) => `<div>${data.drawings[id]}</div>`).join("");
  const [first, ...others] = [...place.children].map((one) => [...one.querySelectorAll("[data-k]")]);
  const known = new Map(first?.map((label) => [label.dataset.k, label.dataset.v]));
  for (const label of others.flat().filter((one) => known.get(one.dataset.k) !== one.dataset.v)) {
    const cue = document.createElementNS(label.namespaceURI, label.namespaceURI.endsWith("svg") ? "tspan" : "b");
    cue.setAttribute("class", "cue");
    cue.textContent = "≠ ";
    label.before(cue);
    label.classList.add("differs");
  }
}

function show(ids) {
  draw(ids);
  const total = { differs: 0, same: 0, open: 0 };
  themes.forEach((theme, number) => {
    const table = document.getElementById(`compare-${theme.id}`);
    const columns = ids.map((id) => column(id, number));
    const count = { differs: 0, same: 0, open: 0 };
    let body = "";
    let last = "";
    theme.rows.forEach(([group, label], row) => {
      const line = columns.map((found) => found[row] ?? [0, -1]);
      if (line.filter(([shown]) => shown).length < theme.least) return;
      const known = line.map(([, value]) => value).filter((value) => value >= 0);
      const differ = new Set(known).size > 1;
      const verdict = differ ? "differs" : known.length === ids.length ? "same" : "open";
      count[verdict]++;
      total[verdict]++;
      if (fold.checked && verdict === "same") return;
      if (group !== last) body += `<tr class="ds-group"><th scope="rowgroup" colspan="${ids.length + 1}">${group}</th></tr>`;
      last = group;
      const shown = line.map(
        ([text, value]) => `<td${differ && value >= 0 && value !== known[0] ? ' class="differs"' : ""}>${html[text]}</td>`,
      );
      body += `<tr class="${verdict}"><th scope="row">${cues[verdict]}${label}</th>${shown.join("")}</tr>`;
    });
    table.className = `ds-table ${WIDTHS[ids.length]}`;
    table.caption.lastChild.data = ` ${fill(words.counts, count)}`;
    const heads = table.tHead.rows[0];
    heads.innerHTML = heads.cells[0].outerHTML + ids.map((id) => `<th scope="col">${variants[id][0]}</th>`).join("");
    table.tBodies[0].innerHTML = body || (count.same ? "" : `<tr><td colspan="${ids.length + 1}">${words.nothing}</td></tr>`);
  });
  const used = new Set([...document.querySelectorAll(":is(.ds-compared, .ds-drawn) :is(a[data-s], .ds-mark)")].map((a) => Number(a.getAttribute("href").slice(2))));
  list.innerHTML = [...used]
    .sort((a, b) => a - b)
    .map((n) => `<li id="s${n}" value="${n}">${data.sources[n - 1]}</li>`)
    .join("");
  // An address, which is for paper, stands where its source is named first.
  const given = new Set();
  for (const link of list.querySelectorAll("[data-url]")) {
    if (given.has(link.dataset.url)) delete link.dataset.url;
    else given.add(link.dataset.url);
  }
  result.textContent = fill(words.result, { names: ids.map(plain).join(words.and), ...total });
}

function choose() {
  const ids = [...new Set(selects.map((select) => select.value).filter(Boolean))];
  problem.textContent = ids.length < 2 ? words.few : "";
  if (ids.length < 2) return;
  history.replaceState(null, "", address(ids) + location.hash);
  show(ids);
}

function read() {
  const query = new URLSearchParams(location.search);
  const asked = [...new Set((query.get("v") ?? "").split(",").filter(Boolean))];
  const known = asked.filter((id) => Object.hasOwn(variants, id));
  const bad = asked.filter((id) => !known.includes(id)).map((id) => fill(words.unknown, { id }));
  if (known.length > selects.length) bad.push(words.many);
  if (known.length === 1) bad.push(words.few);
  fold.checked = query.has("fold");
  const ids = (known.length > 1 ? known : [...new Set([...known, ...form.dataset.ready.split(",")])].slice(0, 2)).slice(0, selects.length);
  selects.forEach((select, i) => (select.value = ids[i] ?? ""));
  if (asked.length || fold.checked) {
    show(ids);
    // What stands above the part that was asked for has another height now, and gets one more once boxes know what fits them.
    const there = () => document.querySelector(":target")?.scrollIntoView();
    there();
    requestAnimationFrame(() => requestAnimationFrame(there));
  }
  problem.textContent = bad.join(" ");
}

// Browsers give the clipboard to secure pages alone; one that is served at home has the older command.
function copy() {
  const field = Object.assign(document.createElement("textarea"), { value: location.href });
  form.append(field);
  field.select();
  result.textContent = document.execCommand("copy") ? words.copied : words.not_copied;
  field.remove();
}

form.addEventListener("change", choose);
form.addEventListener("submit", (event) => event.preventDefault());
form.querySelector("button").addEventListener("click", (event) => {
  copy();
  event.target.focus();
});
for (const pair of document.querySelectorAll(".ds-pairs a")) pair.href = `?v=${pair.dataset.v}`;
read();
