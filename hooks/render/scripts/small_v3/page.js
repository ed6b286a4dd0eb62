// The figure on its page: the model is loaded when asked for; then a sentence, one of its tokens and a stop decide what is drawn.

const figure = document.getElementById("small-v3");
const { config, words, labels } = JSON.parse(document.getElementById("small-v3-data").textContent);
const [form, live] = [figure.querySelector("form"), figure.querySelector("[data-live]")];
const [input, submit, writing, status] = [form.elements.text, form.querySelector("[type=submit]"), form.querySelector("[data-writing]"), form.querySelector("[role=status]")];
const [tokens, stage, said, slider] = [".ds-small-tokens", "[data-stage]", ".ds-small-said", ".ds-slider"].map((name) => live.querySelector(name));
const stopInputs = [...live.querySelectorAll(".ds-small-stops input")];
const stops = stopsOf(config);
const given = new URLSearchParams(location.search);
const picks = {};
let model = null;
let trace = null;
let written = 0;
let place = 0;
let stop = Math.min(stops.length - 1, Math.max(0, (+given.get("small-v3-stop") || 1) - 1));

if (given.get("small-v3-text")) input.value = given.get("small-v3-text");

function readSentence() {
  const read = [model.tokenizer.begin, ...model.tokenizer.encode(input.value.trim())];
  trace = readTokens(model, newTrace(model), read.slice(0, MOST_TOKENS));
  written = 0;
  status.textContent = read.length > MOST_TOKENS ? filled(labels.too_long, { count: MOST_TOKENS }) : filled(labels.read, { count: read.length });
  place = trace.tokens.length - 1;
}

function writeTokens(count) {
  for (let i = 0; i < count && trace.tokens.length < MOST_TOKENS; i += 1) {
    readTokens(model, trace, [drawToken(logitsOf(model, lastStream(trace)), +form.elements.temperature.value, Math.random())]);
    written += 1;
  }
  place = trace.tokens.length - 1;
}

function showTokens() {
  tokens.querySelectorAll("label").forEach((label) => label.remove());
  trace.tokens.forEach((token, i) => {
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "small-v3-token", value: i });
    const label = document.createElement("label");
    label.append(radio, Object.assign(document.createElement("span"), { textContent: model.tokenizer.label(token) }));
    label.classList.toggle("written", i >= trace.tokens.length - written);
    tokens.append(label);
  });
  for (const button of writing.querySelectorAll("button")) button.disabled = trace.tokens.length >= MOST_TOKENS;
}

function show() {
  const current = stops[stop];
  const drawn = drawStop(model, trace, { ...current, place, pick: picks[current.kind] }, words);
  const nameOf = (details) => details.parentNode.parentNode.querySelector("dt").textContent;
  const closed = stage.firstElementChild && !stage.querySelector(".ds-small-numbers").open;
  const open = new Set([...stage.querySelectorAll("dd > details[open]")].map(nameOf));
  said.replaceChildren(Object.assign(document.createElement("b"), { textContent: drawn.title }), ` ${drawn.sentence}`);
  stage.innerHTML = stageHtml(drawn, words);
  stage.querySelector(".ds-small-numbers").open = !closed;
  for (const details of stage.querySelectorAll("dd > details")) details.open = open.has(nameOf(details));
  const shares = current.kind === "look_back" ? trace.layers[current.layer][place].heads[drawn.pick.at].shares : [];
  [...tokens.querySelectorAll("label")].forEach((label, i) => {
    label.firstElementChild.checked = i === place;
    label.style.setProperty("--share", shares[i] ?? 0);
  });
  stopInputs.forEach((radio, i) => (radio.checked = i === stop));
  for (const button of live.querySelectorAll("[data-move]")) button.disabled = !(stop + +button.dataset.move in stops);
  slider.hidden = !drawn.pick;
  if (drawn.pick) {
    const { key, count, at, names } = drawn.pick;
    const range_ = slider.querySelector("input");
    const name = names?.[at] ?? `${at + 1}`;
    Object.assign(range_, { max: count - 1, value: at });
    range_.setAttribute("aria-valuetext", name);
    slider.querySelector("label").textContent = words[`picks.${key}`];
    slider.querySelector("span").textContent = name;
  }
}

function changed() {
  show();
  const address = new URL(location);
  address.searchParams.set("small-v3-text", input.value.trim());
  address.searchParams.set("small-v3-token", place);
  address.searchParams.set("small-v3-stop", stop + 1);
  address.hash = figure.id;
  history.replaceState(null, "", address);
}

function go(to) {
  stop = to;
  // Another layer, another part: what was picked there says nothing here. A head or a number of the latent stays.
  for (const kind of ["choose", "add"]) delete picks[kind];
  changed();
}

function load() {
  submit.disabled = true;
  status.textContent = labels.loading;
  const script = Object.assign(document.createElement("script"), { src: figure.dataset.script });
  window.dsSmallV3 = (header, text) => {
    model = loadedModel(header, text);
    delete window.dsSmallV3;
    readSentence();
    place = Math.min(place, +(given.get("small-v3-token") ?? place) || 0);
    showTokens();
    show();
    [submit.disabled, submit.textContent, writing.hidden, live.hidden] = [false, labels.show, false, false];
  };
  script.onerror = () => {
    script.remove();
    submit.disabled = false;
    status.textContent = labels.failed;
  };
  document.head.append(script);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!model) return load();
  readSentence();
  showTokens();
  changed();
});
writing.addEventListener("click", ({ target }) => {
  if (!target.dataset.write) return;
  writeTokens(+target.dataset.write);
  showTokens();
  changed();
});
tokens.addEventListener("change", ({ target }) => {
  place = +target.value;
  changed();
});
stopInputs.forEach((radio, i) => radio.addEventListener("change", () => go(i)));
for (const button of live.querySelectorAll("[data-move]")) button.addEventListener("click", () => go(stop + +button.dataset.move));
slider.querySelector("input").addEventListener("input", ({ target }) => {
  picks[stops[stop].kind] = +target.value;
  changed();
});
