// Which models are compared stands in the address; the tables of other models than those of the page are asked for once.

const data = JSON.parse(document.getElementById("compare-data").textContent);
const form = document.getElementById("compare-form");
const place = document.getElementById("compare-board");
const folding = document.getElementById("compare-folds");
const problem = form.querySelector("[role=alert]");
const status = form.querySelector("[role=status]");
const chips = form.querySelector("ul");
const add = document.getElementById("compare-add");
const preset = document.getElementById("compare-preset");
const fold = document.getElementById("compare-fold");
const list = document.querySelector("ol.ds-sources");
let ids = [...data.start];
let cells = null;

// Loads the tables of all models, then tells.
function learn(then) {
  if (cells) return then();
  const script = Object.assign(document.createElement("script"), { src: folding.dataset.script });
  window.dsCells = (found) => {
    cells = found;
    then();
  };
  script.onerror = () => script.remove();
  document.head.append(script);
}

function showChips() {
  chips.innerHTML = chipItems(data, ids);
  add.value = "";
  add.disabled = ids.length >= data.most;
  add.placeholder = add.disabled ? data.words.full : `＋ ${data.words.add}`;
  for (const option of add.list.options) option.disabled = ids.includes(option.dataset.id);
  preset.value = data.presets.findIndex((known) => known.join() === ids.join());
}

function showSources() {
  const known = { ...data.sources, ...cells?.sources };
  const used = new Set([...document.querySelectorAll(":is(#compare-board, #compare-folds) :is(a[data-s], .ds-mark)")].map((a) => Number(a.getAttribute("href").slice(2))));
  list.innerHTML = [...used].sort((a, b) => a - b).map((n) => `<li id="s${n}" value="${n}">${known[n]}</li>`).join("");
  // An address, which is for paper, stands where its source is named first.
  const given = new Set();
  for (const link of list.querySelectorAll("[data-url]")) {
    if (given.has(link.dataset.url)) delete link.dataset.url;
    else given.add(link.dataset.url);
  }
}

function showFolds() {
  for (const { id, state, tables } of folds(cells, ids, fold.checked)) {
    const details = document.getElementById(id);
    details.querySelector(".ds-state").textContent = state;
    details.lastElementChild.innerHTML = tables;
  }
  showSources();
}

function show() {
  showChips();
  place.innerHTML = board(data, ids);
  learn(showFolds);
}

const same = (a, b) => a.join() === b.join();
function choose(next) {
  ids = next;
  problem.textContent = "";
  const query = [...(same(ids, data.start) ? [] : [`v=${ids.join(",")}`]), ...(fold.checked ? ["fold=1"] : [])].join("&");
  history.replaceState(null, "", (query ? `?${query}` : location.pathname) + location.hash);
  show();
  status.textContent = plainText(sentence(data, ids));
}

function read() {
  const query = new URLSearchParams(location.search);
  const asked = [...new Set((query.get("v") ?? "").split(",").filter(Boolean))];
  const known = asked.filter((id) => Object.hasOwn(data.models, id));
  const bad = asked.filter((id) => !known.includes(id)).map((id) => filled(data.words.unknown, { id }));
  if (known.length > data.most) bad.push(data.words.many);
  if (known.length === 1) bad.push(data.words.few);
  fold.checked = query.has("fold");
  if (known.length) ids = (known.length > 1 ? known : [...new Set([...known, ...data.start])].slice(0, 2)).slice(0, data.most);
  if (asked.length || fold.checked) {
    learn(() => {
      // What stands above the part that was asked for has another height now.
      unfoldTarget();
      requestAnimationFrame(unfoldTarget);
    });
    show();
  } else showChips();
  problem.textContent = bad.join(" ");
  unfoldTarget();
}

function unfoldTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || !folding.contains(target)) return;
  target.closest("details").open = true;
  target.scrollIntoView();
}

// Browsers give the clipboard to secure pages alone; one that is served at home has the older command.
function copyLink() {
  const field = Object.assign(document.createElement("textarea"), { value: location.href });
  form.append(field);
  field.select();
  status.textContent = document.execCommand("copy") ? data.words.copied : data.words.not_copied;
  field.remove();
}

chips.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const gone = ids.indexOf(button.dataset.id);
  choose(ids.filter((id) => id !== button.dataset.id));
  (chips.querySelectorAll("button:not(:disabled)")[Math.min(gone, ids.length - 1)] ?? add).focus();
});
// A name is taken once it is picked from the list or sent; what is typed may be the beginning of a longer one.
function addNamed() {
  const wanted = add.value.trim().toLowerCase();
  const found = [...add.list.options].find(({ value }) => [wanted, `deepseek-${wanted}`].includes(value.toLowerCase()));
  if (found && !ids.includes(found.dataset.id)) choose([...ids, found.dataset.id]);
  else if (wanted && !found) problem.textContent = filled(data.words.unknown, { id: add.value });
}
add.addEventListener("input", ({ inputType }) => (!inputType || inputType === "insertReplacementText") && addNamed());
add.addEventListener("change", addNamed);
// WebKit keeps the key for its list of names, and sends no form.
add.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  addNamed();
});
preset.addEventListener("change", () => preset.value >= 0 && choose([...data.presets[preset.value]]));
fold.addEventListener("change", () => choose(ids));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  addNamed();
});
form.addEventListener("click", ({ target }) => {
  if (target.matches("[data-copy]")) copyLink(), target.focus();
  if (target.matches("[data-save]")) savePicture(data, ids, target.dataset.save);
});
addEventListener("hashchange", unfoldTarget);
read();
