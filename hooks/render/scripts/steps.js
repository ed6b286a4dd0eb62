// What two states both have moves from its place in the one to that in the other.
const calmly = matchMedia("(prefers-reduced-motion: reduce)");
const placesOf = (shapes, kindOf) => {
  const found = {};
  for (const shape of shapes) (found[kindOf(shape)] ??= []).push([shape, shape.getBoundingClientRect()]);
  return found;
};
const moveFrom = (before, after, how, appear) => {
  for (const [kind, shapes] of Object.entries(after)) {
    shapes.forEach(([shape, now], i) => {
      const from = before[kind]?.at(Math.min(i, before[kind].length - 1))[1];
      if (!from?.width || !from.height || !now.width || !now.height) return appear && shape.animate([{ opacity: 0 }, {}], how);
      const { a, d } = shape.getScreenCTM();
      const there = `translate(${(from.x - now.x) / a}px, ${(from.y - now.y) / d}px) scale(${from.width / now.width}, ${from.height / now.height})`;
      shape.animate([{ transform: there, opacity: appear ? 0 : 1 }, { transform: there, opacity: 1, offset: appear ? 0.1 : 0 }, { transform: "none" }], how);
    });
  }
};

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

  const places = () => placesOf(figure.querySelectorAll("[data-current] > ol > [data-current] [class*=o-]"), (shape) => /\bo-\w+/.exec(shape.getAttribute("class"))[0]);

  const go = (to, other = model) => {
    const before = calmly.matches ? {} : places();
    [step, model] = [Math.min(count - 1, Math.max(0, to)), other];
    showStep();
    moveFrom(before, places(), { duration: 700, easing: "ease-in-out" });
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

// Frames of a technique that stand side by side: the shapes of each come from the one before it, when it is first seen and when it is pressed.
for (const frames of document.querySelectorAll(".ds-frames")) {
  const shapesOf = (frame) => placesOf(frame.querySelectorAll("svg > :is(rect, path)"), (shape) => shape.getAttribute("class"));
  const come = (frame, delay) => calmly.matches || moveFrom(shapesOf(frame.previousElementSibling), shapesOf(frame), { duration: 900, delay, easing: "ease-in-out", fill: "backwards" }, true);
  const later = [...frames.children].slice(1);
  const seen = new IntersectionObserver((all) => {
    for (const { isIntersecting, target } of all) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      come(target, 900 * later.indexOf(target));
    }
  }, { threshold: 0.5 });
  for (const frame of later) {
    seen.observe(frame);
    frame.querySelector("svg").addEventListener("click", () => come(frame, 0));
  }
}
