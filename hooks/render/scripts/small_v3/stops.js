// The stops of the chosen token behind the figure: its answer to begin with, and whatever is touched in the figure, with every number.

function stopsBehind() {
  const [stage, said, slider] = ["[data-stage]", ".ds-small-said", ".ds-slider"].map((name) => behind.querySelector(name));
  const radios = [...behind.querySelectorAll("[name=small-v3-stop]")];
  const moves = [...behind.querySelectorAll("[data-move]")];
  const stops = stopsOf(run.config);
  const picks = {};
  let stop = stops.length - 1;
  let closed = false; // the numbers, by the reader

  function show() {
    radios.forEach((radio, i) => (radio.checked = i === stop));
    for (const button of moves) button.disabled = !(stop + +button.dataset.move in stops);
    behind.toggleAttribute("data-waits", !trace && (stop !== stops.length - 1 || state.place !== recorded.tokens.length - 1));
    if (!trace) return;
    const current = stops[stop];
    const drawn = drawStop(model, trace, { ...current, place: state.place, pick: picks[current.kind] }, given.stops);
    const nameOf = (details) => details.parentNode.parentNode.querySelector("dt").textContent;
    if (stage.dataset.stage) closed = !stage.querySelector(".ds-small-numbers").open;
    stage.dataset.stage = "live";
    const open = new Set([...stage.querySelectorAll("dd > details[open]")].map(nameOf));
    said.replaceChildren(Object.assign(document.createElement("b"), { textContent: drawn.title }), ` ${drawn.sentence}`);
    stage.innerHTML = stageHtml(drawn, given.stops);
    stage.querySelector(".ds-small-numbers").open = !closed;
    for (const details of stage.querySelectorAll("dd > details")) details.open = open.has(nameOf(details));
    slider.hidden = !drawn.pick;
    if (drawn.pick) {
      const { key, count, at: mark, names } = drawn.pick;
      const range_ = slider.querySelector("input");
      const name = names?.[mark] ?? `${mark + 1}`;
      Object.assign(range_, { max: count - 1, value: mark });
      range_.setAttribute("aria-valuetext", name);
      slider.querySelector("label").textContent = given.stops[`picks.${key}`];
      slider.querySelector("span").textContent = name;
    }
    const place = new URL(location);
    place.searchParams.set("small-v3-text", input.value.trim());
    place.searchParams.set("small-v3-token", state.place);
    place.searchParams.set("small-v3-stop", stop + 1);
    place.hash = figure.id;
    history.replaceState(null, "", place);
  }

  // What a stop is about is what the figure marks.
  function go(to) {
    stop = to;
    for (const kind of ["choose", "add"]) delete picks[kind];
    const { kind, layer } = stops[stop];
    if (kind === "look_back" || kind === "press") state.pick = strongestLook(run, state.place, layer);
    if (kind === "look_back") picks.look_back = state.pick.head;
    if (kind === "choose") state.pick = { layer, expert: routeAt(run, layer, state.place)?.chosen[0] ?? 0 };
    if (kind === "add") state.pick = { layer, read: true };
    if (kind === "answer") state.pick = { layer: run.layers.length - 1, read: true };
    draw();
    show();
  }
  function pickNumber(number) {
    const { kind, layer } = stops[stop];
    picks[kind] = number;
    if (kind === "look_back") state.pick = { ...strongestLook(run, state.place, layer), ...(state.pick.layer === layer ? { from: state.pick.from ?? 0 } : {}), head: number };
    if (kind === "choose" && routeAt(run, layer, state.place)) state.pick = { layer, expert: number };
    draw();
    show();
  }
  const withModel = (then) => whenLoaded(() => {
    if (!trace) readSentence(true);
    then();
  });

  radios.forEach((radio, i) => radio.addEventListener("change", () => withModel(() => go(i))));
  for (const button of moves) dsOnPress(button, () => withModel(() => go(stop + +button.dataset.move)));
  slider.querySelector("input").addEventListener("input", ({ target }) => pickNumber(+target.value));
  stage.addEventListener("click", ({ target }) => target.dataset.pick && pickNumber(+target.dataset.pick));
  const asked = +address.get("small-v3-stop");
  if (asked) stop = Math.min(stops.length - 1, Math.max(0, asked - 1));

  return ({ pick }, touched_) => {
    if (touched_) {
      const [kind, value] = pick.read ? [pick.layer === run.layers.length - 1 ? "answer" : "add"] : pick.expert !== undefined ? ["choose", pick.expert] : ["look_back", pick.head];
      stop = stops.findIndex((each) => each.kind === kind && (kind === "answer" || each.layer === pick.layer));
      if (value !== undefined) picks[kind] = value;
    }
    if (!trace && model) readSentence(true);
    else show();
  };
}
