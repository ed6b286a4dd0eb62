// A figure in steps: one frame at a time, by buttons, arrow keys and the address; of several models the same step.
for (const figure of document.querySelectorAll("[data-steps]")) {
  const [name, ones] = [figure.id, [...figure.querySelectorAll(".ds-steps-one")]];
  const models = [...figure.querySelectorAll(".ds-steps-models button")];
  const framesOf = (one) => [...one.querySelectorAll(":scope > ol > li")];
  const given = new URLSearchParams(location.search);
  const count = framesOf(ones[0]).length;
  let model = Math.max(0, ones.findIndex((one) => one.dataset.variant === given.get(`${name}-model`)));
  let step = Math.min(count - 1, Math.max(0, (+given.get(`${name}-step`) || 1) - 1));

  // Arrows: a function that is declared in a block takes the place of one of the same name outside it.
  const showStep = () => {
    ones.forEach((one, i) => {
      one.toggleAttribute("data-current", i === model);
      framesOf(one).forEach((frame, k) => {
        frame.toggleAttribute("data-current", k === step);
        const button = frame.querySelector("button");
        if (k === step) button.setAttribute("aria-current", "step");
        else button.removeAttribute("aria-current");
      });
    });
    models.forEach((button, i) => button.setAttribute("aria-pressed", i === model));
    for (const button of figure.querySelectorAll("[data-move]")) button.disabled = !(step + +button.dataset.move in framesOf(ones[model]));
  };

  // What two frames both have moves from its place in the one to that in the other.
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const places = () => {
    const found = {};
    for (const shape of figure.querySelectorAll("[data-current] > ol > [data-current] [class*=o-]")) {
      const kind = /\bo-\w+/.exec(shape.getAttribute("class"))[0];
      (found[kind] ??= []).push([shape, shape.getBoundingClientRect()]);
    }
    return found;
  };
  const move = (before) => {
    for (const [kind, shapes] of Object.entries(places())) {
      shapes.forEach(([shape, now], i) => {
        const from = before[kind]?.at(Math.min(i, before[kind].length - 1))[1];
        if (!from?.width || !now.width) return;
        const { a, d } = shape.getScreenCTM();
        const there = `translate(${(from.x - now.x) / a}px, ${(from.y - now.y) / d}px) scale(${from.width / now.width}, ${from.height / now.height})`;
        shape.animate([{ transform: there }, { transform: "none" }], { duration: 700, easing: "ease-in-out" });
      });
    }
  };

  const go = (to, other = model) => {
    const before = calm.matches ? {} : places();
    [step, model] = [Math.min(count - 1, Math.max(0, to)), other];
    showStep();
    move(before);
    const address = new URL(location);
    address.searchParams.set(`${name}-step`, step + 1);
    if (model) address.searchParams.set(`${name}-model`, ones[model].dataset.variant);
    else address.searchParams.delete(`${name}-model`);
    address.hash = name;
    history.replaceState(null, "", address);
  };

  ones.forEach((one) => framesOf(one).forEach((frame, k) => dsOnPress(frame.querySelector("button"), () => go(k))));
  models.forEach((button, i) => dsOnPress(button, () => go(step, i)));
  for (const button of figure.querySelectorAll("[data-move]")) dsOnPress(button, () => go(step + +button.dataset.move));
  figure.addEventListener("keydown", ({ key, altKey, ctrlKey, metaKey }) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (move && !altKey && !ctrlKey && !metaKey) go(step + move);
  });
  showStep();
}
