// An interactive figure in a page: its inputs, whose state stands in the address, draw it anew.

// `draw` takes data and state and gives panels and what the sentence says; what else is said of a figure, the build has read.
function figure(name, about, draw) {
  const figure = document.querySelector(`[data-play="${name}"]`);
  if (!figure || figure.dataset.ready) return;
  figure.dataset.ready = "1";
  const data = JSON.parse(document.getElementById(`play-${name}`).textContent);
  const given = withWords(data, (key) => data.words[key]);
  const form = figure.querySelector("form");
  const status = figure.querySelector("[role=status]");
  const inputs = [...form.querySelectorAll("[data-control]")];
  const key = (input) => `${name}-${input.dataset.control}`;
  const boxes = (input) => [...input.querySelectorAll("input")];
  const steps = ({ dataset }) => FINE[data.steps[dataset.control]] ?? data.steps[dataset.control];
  const read = (input) => (input.localName === "fieldset" ? boxes(input).map((box) => +box.checked).join("") : steps(input)[0][input.value]);
  // What the page was built with; somebody may have been quicker than the script.
  const begun = inputs.map((input) =>
    input.localName === "fieldset" ? boxes(input).map((box) => +box.defaultChecked).join("") : steps(input)[0][input.defaultValue],
  );

  function write(input, text) {
    if (text === null) return;
    if (input.localName === "fieldset") boxes(input).forEach((box, i) => (box.checked = text[i] === "1"));
    else {
      const place = steps(input)[0].findIndex((value) => `${value}` === text);
      if (place >= 0) input.value = place;
    }
  }

  function show() {
    const state = Object.fromEntries(inputs.map((input) => [input.dataset.control, read(input)]));
    for (const input of inputs.filter(({ type }) => type === "range")) {
      const shown = steps(input)[1][input.value];
      input.setAttribute("aria-valuetext", shown);
      input.parentNode.querySelector("span").textContent = shown;
    }
    const { panels, said, says = "says", after } = draw(given, state);
    panels.forEach(({ title, height, width, says, shapes }, i) => {
      const place = figure.querySelectorAll(".ds-panel")[i];
      const svg = place.querySelector("svg");
      place.firstElementChild.textContent = title;
      svg.setAttribute("viewBox", `0 0 ${width} ${Math.round(height)}`);
      svg.setAttribute("aria-label", says);
      const anew = svg.cloneNode();
      anew.innerHTML = shapes.join("");
      const pairs = [...anew.children].map((shape, i) => [svg.children[i], shape]);
      // The same shapes as before move; others take their place.
      const alike = svg.children.length === pairs.length && pairs.every(([old, shape]) => old.localName === shape.localName && old.getAttribute("class") === shape.getAttribute("class"));
      if (!alike) return svg.replaceChildren(...anew.childNodes);
      for (const node of [...svg.childNodes]) if (!node.tagName) node.remove(); // line breaks of the build
      for (const [old, shape] of pairs) {
        for (const { name, value } of shape.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
        if (old.innerHTML !== shape.innerHTML) old.innerHTML = shape.innerHTML;
      }
    });
    status.textContent = given.say(says, said);
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
    status.ariaLive = null;
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
    status.ariaLive = "off"; // while it runs; the state at which it stops is spoken
    running = setInterval(() => move(+slider.value + 1), 10000 / (slider.max || 1));
    move(matchMedia("(prefers-reduced-motion: reduce)").matches ? slider.max : begins ? 0 : +slider.value + 1);
  }
  form.addEventListener("pointerdown", ({ target }) => target !== runner && stop());
  form.addEventListener("input", changed);
  form.addEventListener("reset", () => (stop(), setTimeout(changed)));
  form.addEventListener("submit", (event) => event.preventDefault());
  const moved = () => inputs.some((input, i) => read(input) !== begun[i]);
  const quicker = moved();
  const asked = new URLSearchParams(location.search);
  for (const input of inputs) write(input, asked.get(key(input)));
  if (quicker) changed();
  else if (moved()) show();
  if (runner) dsOnPress(runner, run);
}
