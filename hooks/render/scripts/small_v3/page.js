// The figure of a sentence: what is touched shows its sum, depth slides, and the model is loaded when somebody wants a sentence of their own.
// On the page of the small V3 the eighteen stops of a token stand behind it.

const figure = document.querySelector("[data-sentence]");
const given = JSON.parse(document.getElementById("small-v3-data").textContent);
const { words, labels, run: recorded } = given;
const [form, summed, brief, depth, play] = [".ds-small-form", ".ds-sentence-sum", ".ds-sentence-brief", "[data-depth]", "[data-run-depth]"].map((name) => figure.querySelector(name));
const drawings = [...figure.querySelectorAll(".ds-sentence-drawn svg")];
const [input, submit, writing, status] = [form.elements.text, form.querySelector("[type=submit]"), form.querySelector("[data-writing]"), form.querySelector("[role=status]")];
const behind = figure.querySelector("[data-stops]");
const address = new URLSearchParams(location.search);
let run = { ...recorded, reads: (place) => recorded.reads[place] };
let [model, trace, loading] = [null, null, null];
let state = { place: run.tokens.length - 1, pick: strongestLook(run, run.tokens.length - 1) };
let preview = null;
let lines = [];

// Shapes that are there are moved to where they belong; a style sheet says how fast.
function moved(old, fresh) {
  if (old.nodeName !== fresh.nodeName || old.childNodes.length !== fresh.childNodes.length) return old.replaceWith(fresh);
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return undefined;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !LIVING.includes(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const children = [...fresh.childNodes];
  return [...old.childNodes].forEach((child, i) => moved(child, children[i]));
}
const LIVING = ["opacity", "stroke-dasharray", "tabindex", "role", "aria-label", "aria-pressed"];

function setDepth() {
  const value = +depth.value;
  for (const svg of drawings) {
    for (const part of svg.querySelectorAll("[data-part]")) {
      const { kept, lines: grown, experts, read } = partsAt(value, +part.dataset.layer);
      const seen = { lines: grown, cells: kept, experts, read }[part.dataset.part];
      const whole = seen === 1;
      if (part.dataset.part === "lines") whole ? part.removeAttribute("stroke-dasharray") : part.setAttribute("stroke-dasharray", `${seen} 2`);
      if (whole) part.removeAttribute("opacity");
      else part.setAttribute("opacity", part.dataset.part === "lines" ? +(seen > 0) : seen);
    }
    svg.querySelector(".streams").setAttribute("stroke-dasharray", `${(value + 0.05) / run.layers.length} 2`);
  }
  depth.setAttribute("aria-valuetext", filled(words.depth_at, { layers: Math.round(value * 10) / 10, count: run.layers.length }));
}

// Of the two drawings the one that is seen; both where that may change.
function draw(all = false) {
  const shown = { ...state, pick: preview ?? state.pick };
  drawings.forEach((svg, i) => {
    if (!all && !svg.getClientRects().length) return;
    const drawn = drawSentence(run, shown, words, { tall: i === 1, live: true });
    const fresh = svg.cloneNode(false);
    svg.setAttribute("viewBox", `0 0 ${Math.round(drawn.width)} ${Math.round(drawn.height)}`);
    fresh.innerHTML = drawn.shapes;
    const shapes = [...fresh.childNodes];
    if (svg.childNodes.length === shapes.length) [...svg.childNodes].forEach((shape, at_) => moved(shape, shapes[at_]));
    else svg.replaceChildren(...shapes);
    if (i === 0) svg.style.minWidth = drawn.width > 960 ? `${Math.round(drawn.width)}px` : "";
    lines[i] = drawn.lines;
    svg.querySelectorAll(".token").forEach((word, at_) => {
      for (const [name, value] of Object.entries({ role: "button", tabindex: at_ === state.place ? 0 : -1, "aria-pressed": at_ === state.place, "aria-label": filled(words.word, { token: word.textContent, number: at_ + 1 }) })) word.setAttribute(name, value);
    });
  });
  const held = summed.contains(document.activeElement) && document.activeElement.matches("button") ? document.activeElement.dataset : null;
  summed.innerHTML = sumHtml(run, shown, words);
  brief.textContent = briefOf(run, shown, words);
  if (held) summed.querySelector("head" in held ? `[data-head="${held.head}"]` : `[data-expert="${held.expert}"]`)?.focus();
  setDepth();
}

matchMedia("(max-width: 44.9375em)").addEventListener("change", () => draw());
addEventListener("beforeprint", () => draw(true));

// What is touched, by the pointer: the nearest line, or a cell.
function touched({ target, clientX, clientY }, svg) {
  const cell = target.closest("[data-token]");
  const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());
  if (target.closest("[data-read]")) return { pick: { layer: +target.closest("[data-read]").dataset.read, read: true } };
  if (cell?.dataset.experts) {
    const layer = +cell.dataset.experts;
    const spots = [...cell.querySelectorAll("circle:not(.mark)")].map((spot) => Math.hypot(spot.getAttribute("cx") - x, spot.getAttribute("cy") - y));
    const chosen = routeAt(run, layer, +cell.dataset.token)?.chosen;
    return { place: +cell.dataset.token, pick: { layer, expert: chosen ? chosen[spots.indexOf(Math.min(...spots))] : 0 } };
  }
  if (cell?.dataset.of) {
    const [from, layer] = [+cell.dataset.token, +cell.dataset.of];
    return from <= state.place ? { pick: strongestHead(run, state.place, layer, from) } : { place: from, pick: strongestLook(run, from, layer) };
  }
  if (cell) return { place: +cell.dataset.token, pick: strongestLook(run, +cell.dataset.token) };
  let [nearest, best] = [9 * (svg.viewBox.baseVal.width / svg.clientWidth), null];
  for (const { points: [p0, p1, p2, p3], ...line } of lines[drawings.indexOf(svg)] ?? []) {
    for (let t = 0; t <= 1; t += 1 / 24) {
      const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
      const far = Math.hypot(a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0] - x, a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1] - y);
      if (far < nearest) [nearest, best] = [far, line];
    }
  }
  return best && { pick: best };
}

// `kept` leaves the stop where it is: another word, another sentence.
function choose(change, kept = false) {
  preview = null;
  state = { ...state, ...change };
  draw();
  chosen?.(state, !kept);
}

for (const svg of drawings) {
  svg.setAttribute("role", "group");
  svg.addEventListener("click", (event) => {
    const found = touched(event, svg);
    if (found) choose(found, Boolean(event.target.closest(".token")));
  });
  svg.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || event.buttons) return;
    const found = event.target.closest("[data-token], [data-read]") ? null : touched(event, svg);
    svg.classList.toggle("over", Boolean(found));
    const pick = found?.pick ?? null;
    if (JSON.stringify(pick) === JSON.stringify(preview)) return;
    preview = pick;
    draw();
  });
  svg.addEventListener("pointerleave", () => {
    if (!preview) return;
    preview = null;
    draw();
  });
  // Arrows go along the words and from layer to layer.
  svg.addEventListener("keydown", (event) => {
    const upright = drawings.indexOf(svg) === 1;
    const { ArrowLeft = 0, ArrowRight = 0, ArrowUp = 0, ArrowDown = 0 } = { [event.key]: 1 };
    const [side, up] = [ArrowRight - ArrowLeft, ArrowDown - ArrowUp];
    const [step, rise] = upright ? [up, side] : [side, -up];
    const word = event.target.closest(".token");
    if (!word || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") choose({ place: +word.dataset.token, pick: strongestLook(run, +word.dataset.token) }, true);
    else if (step) {
      const place = Math.min(run.tokens.length - 1, Math.max(0, state.place + step));
      choose({ place, pick: strongestLook(run, place, state.pick.layer) }, true);
      svg.querySelectorAll(".token")[place].focus();
    } else if (rise) choose({ pick: strongestLook(run, state.place, Math.min(run.layers.length - 1, Math.max(0, state.pick.layer + rise))) });
    else return;
    event.preventDefault();
  });
}
summed.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const { head, expert } = button.dataset;
  choose({ pick: head === undefined ? { layer: state.pick.layer, expert: +expert } : { ...state.pick, head: +head } });
});

// Depth, by hand or by itself.
let frame = 0;
const stop = () => {
  frame = cancelAnimationFrame(frame);
  play.textContent = play.dataset.idle;
};
depth.addEventListener("input", () => {
  stop();
  setDepth();
});
play.dataset.idle = play.textContent;
dsOnPress(play, () => {
  if (frame) return stop();
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    depth.value = +depth.value >= run.layers.length ? 1 : Math.floor(+depth.value) + 1;
    return setDepth();
  }
  if (+depth.value >= run.layers.length) depth.value = 0;
  play.textContent = play.dataset.pause;
  let [before, value] = [performance.now(), +depth.value];
  const go = (now) => {
    value += Math.min(now - before, 100) / 1800;
    [before, depth.value] = [now, value];
    setDepth();
    if (value < run.layers.length) frame = requestAnimationFrame(go);
    else stop();
  };
  frame = requestAnimationFrame(go);
  return undefined;
});

// The model: with the first touch on its own page and on a fast line, otherwise when a sentence is sent.
function load() {
  loading ??= new Promise((ready, failed) => {
    const script = Object.assign(document.createElement("script"), { src: figure.dataset.script });
    window.dsSmallV3 = (header, text) => {
      delete window.dsSmallV3;
      ready((model = loadedModel(header, atob(text))));
    };
    script.onerror = () => {
      script.remove();
      loading = null;
      failed(new Error(script.src));
    };
    document.head.append(script);
  });
  return loading;
}
const line = navigator.connection;
const isFast = line?.effectiveType === "4g" && !line.saveData && line.downlink >= 5;
if (behind || isFast) for (const kind of ["pointerdown", "focusin"]) figure.addEventListener(kind, () => load().then(() => behind && !trace && readSentence(true), () => {}), { once: true });

function readSentence(kept = false) {
  const read = [model.tokenizer.begin, ...model.tokenizer.encode(input.value.trim())];
  trace = readTokens(model, newTrace(model), read.slice(0, MOST_TOKENS));
  status.textContent = read.length > MOST_TOKENS ? filled(labels.too_long, { count: MOST_TOKENS }) : filled(labels.read, { count: read.length });
  showTrace(kept && input.value === input.defaultValue ? state : undefined);
}

function showTrace({ place, pick } = { place: trace.tokens.length - 1 }) {
  run = runOf(model, trace);
  const reads = [];
  const { reads: readAt } = run;
  run.reads = (at_) => (reads[at_] ??= readAt(at_));
  writing.hidden = false;
  for (const button of writing.querySelectorAll("button")) button.disabled = trace.tokens.length >= MOST_TOKENS;
  choose({ place, pick: pick ?? strongestLook(run, place) }, true);
  const box = drawings[0].parentElement;
  box.scrollLeft = box.scrollWidth;
}

function whenLoaded(then) {
  if (model) return then();
  submit.disabled = true;
  status.textContent = labels.loading;
  return load().then(
    () => {
      [submit.disabled, status.textContent] = [false, ""];
      then();
    },
    () => ([submit.disabled, status.textContent] = [false, labels.failed]),
  );
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  whenLoaded(readSentence);
});
writing.addEventListener("click", ({ target }) => {
  for (let i = 0; i < +(target.dataset.write ?? 0) && trace.tokens.length < MOST_TOKENS; i += 1) {
    readTokens(model, trace, [drawToken(logitsOf(model, lastStream(trace)), +form.elements.temperature.value, Math.random())]);
  }
  if (target.dataset.write) showTrace();
});
let chosen = behind && stopsBehind();
if (address.get("small-v3-text")) {
  input.value = address.get("small-v3-text");
  whenLoaded(() => {
    readSentence();
    const place = Math.min(run.tokens.length - 1, +(address.get("small-v3-token") ?? run.tokens.length - 1) || 0);
    choose({ place, pick: strongestLook(run, place) }, true);
  });
} else draw();
