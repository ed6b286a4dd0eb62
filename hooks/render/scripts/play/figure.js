// What all interactive figures share: panels to draw in, numbers as text, inputs whose state stands in the address.

const at = (number) => number.toFixed(1).replace(/\.0$/, "");
const plain = (text) => `${text}`.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt()};`);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const fixed = (number, decimals = 0) => number.toFixed(decimals).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const figures = (number) => (number >= 100 || !number ? fixed(number) : number.toPrecision(3));
const superscript = (number) => `${number}`.replace(/[-0-9]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const range = (count) => [...Array(count).keys()];

// Moves from each place to the next, which in a grid are all alike and compress well.
const movesTo = (places) => {
  const near = (number) => Math.round(number * 100) / 100 + 0;
  let [left, top] = [0, 0];
  return places.map(([x, y], i) => {
    const [dx, dy] = i ? [near(x - left), near(y - top)] : [+at(x), +at(y)];
    [left, top] = [left + dx, top + dy];
    return `${i ? "m" : "M"}${dx} ${dy}`;
  });
};
const barsPath = (bars) => movesTo(bars).map((move, i) => `${move}h${at(bars[i][2])}v${at(bars[i][3])}h-${at(bars[i][2])}z`).join("");

// 360 units wide, a class for each meaning.
function panel(title, height, says) {
  const shapes = [];
  const path = (d, kind) => d && shapes.push(`<path${kind && ` class="${kind}"`} d="${d}"/>`);
  const through = (points) => `M${points.map(([x, y]) => `${at(x)} ${at(y)}`).join("L")}`;
  return {
    title, height, says, shapes, path,
    bar: (x, y, width, tall, kind = "") => shapes.push(`<rect${kind && ` class="${kind}"`} x="${at(x)}" y="${at(y)}" width="${at(Math.max(width, 0.5))}" height="${at(Math.max(tall, 0.5))}"/>`),
    text: (x, y, words, kind = "", anchor = "start") => shapes.push(`<text${kind && ` class="${kind}"`} x="${at(x)}" y="${at(y)}"${anchor === "start" ? "" : ` text-anchor="${anchor}"`}>${plain(words)}</text>`),
    key: (x, y, kind, words) => shapes.push(`<rect${kind && ` class="${kind}"`} x="${at(x)}" y="${at(y - 10)}" width="10" height="10"/><text x="${at(x + 15)}" y="${at(y)}">${plain(words)}</text>`),
    line: (points, kind = "") => path(through(points), `line ${kind}`.trim()),
    cells: (places, width, tall, kind = "") => path(barsPath(places.map(([x, y]) => [x, y, width, tall])), kind),
    dots: (places, kind = "") => path(movesTo(places).map((move) => `${move}h0`).join(""), `dots ${kind}`.trim()),
  };
}

function columns(count, left, right, gap = 3) {
  const width = (right - left - gap * (count - 1)) / count;
  return range(count).map((i) => [left + i * (width + gap), width]);
}

// Give the figure of a name its inputs; `draw` takes data and state and gives panels and what the sentence says.
function play(name, draw) {
  const figure = document.querySelector(`[data-play="${name}"]`);
  if (!figure || figure.dataset.ready) return;
  figure.dataset.ready = "1";
  const data = JSON.parse(document.getElementById(`play-${name}`).textContent);
  const form = figure.querySelector("form");
  const inputs = [...form.querySelectorAll("[data-control]")];
  const key = (input) => `${name}-${input.dataset.control}`;
  const boxes = (input) => [...input.querySelectorAll("input")];
  const steps = (input) => data.steps[input.dataset.control];
  const read = (input) =>
    input.localName === "fieldset" ? boxes(input).map((box) => +box.checked).join("") : input.type === "range" ? steps(input)[0][input.value] : input.value;
  // What the page was built with; somebody may have been quicker than the script.
  const begun = inputs.map((input) => {
    if (input.localName === "fieldset") return boxes(input).map((box) => +box.defaultChecked).join("");
    return input.type === "range" ? steps(input)[0][input.defaultValue] : [...input.options].find((option) => option.defaultSelected).value;
  });

  function write(input, text) {
    if (text === null) return;
    if (input.localName === "fieldset") boxes(input).forEach((box, i) => (box.checked = text[i] === "1"));
    else {
      const values = input.type === "range" ? steps(input)[0] : [...input.options].map((option) => option.value);
      const place = values.findIndex((value) => `${value}` === text);
      if (place >= 0) input.value = input.type === "range" ? place : text;
    }
  }

  function show() {
    const state = Object.fromEntries(inputs.map((input) => [input.dataset.control, read(input)]));
    for (const input of inputs.filter(({ type }) => type === "range")) {
      const shown = steps(input)[1][input.value];
      input.setAttribute("aria-valuetext", shown);
      input.parentNode.querySelector("span").textContent = shown;
    }
    const { panels, said, says = "says", after } = draw(data, state);
    panels.forEach(({ title, height, says, shapes }, i) => {
      const place = figure.querySelectorAll(".ds-panel")[i];
      const svg = place.querySelector("svg");
      place.firstElementChild.textContent = title;
      svg.setAttribute("viewBox", `0 0 360 ${Math.round(height)}`);
      svg.setAttribute("aria-label", says);
      svg.innerHTML = shapes.join("");
    });
    figure.querySelector("[role=status]").textContent = filled(data.words[says], said);
    after?.(form);
  }

  let due = false;
  function changed() {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      show();
      const address = new URL(location);
      inputs.forEach((input, i) => (read(input) === begun[i] ? address.searchParams.delete(key(input)) : address.searchParams.set(key(input), read(input))));
      address.hash = figure.id;
      history.replaceState(null, "", address);
    });
  }
  // A Play button walks a slider from where a reader has put it, or from its first step, to the last in about ten seconds; the first step is taken at once.
  const runner = form.querySelector("[data-runs]");
  const idle = runner?.textContent;
  let running;
  function stop() {
    running = clearInterval(running);
    if (runner) runner.textContent = idle;
  }
  function run() {
    if (running) return stop();
    const slider = inputs.find((input) => input.dataset.control === runner.dataset.runs);
    const begins = slider.value === slider.max || (+slider.value && slider.value === slider.defaultValue);
    const move = (to) => {
      slider.value = to;
      changed();
      if (slider.value === slider.max) stop();
    };
    runner.textContent = runner.dataset.pause;
    running = setInterval(() => move(+slider.value + 1), 10000 / (slider.max || 1));
    move(matchMedia("(prefers-reduced-motion: reduce)").matches ? slider.max : begins ? 0 : +slider.value + 1);
  }
  form.addEventListener("pointerdown", ({ target }) => target !== runner && stop());
  form.addEventListener("input", changed);
  form.addEventListener("reset", () => (stop(), setTimeout(changed)));
  form.addEventListener("submit", (event) => event.preventDefault());
  const moved = () => inputs.some((input, i) => read(input) !== begun[i]);
  const quicker = moved();
  const given = new URLSearchParams(location.search);
  for (const input of inputs) write(input, given.get(key(input)));
  if (quicker) changed();
  else if (moved()) show();
  if (runner) dsOnPress(runner, run);
}
