// What a reader has worked through, kept in this browser alone, under one key: boxes on the routes and at the end of each guide.
const KEY = "ds-read";
const words = JSON.parse(document.getElementById("ds-read-words").textContent);
let done = {};
try {
  done = JSON.parse(localStorage.getItem(KEY)) || {};
} catch {
  // A browser that keeps nothing shows the boxes all the same, for as long as the page is open.
}
const places = [...document.querySelectorAll("[data-done]")];
const boxes = places.map((place) => {
  const label = document.createElement("label"), box = document.createElement("input");
  label.className = "ds-done";
  box.type = "checkbox";
  label.append(box, ` ${place.dataset.doneLabel || words.done}`);
  (place.matches("li") ? place.querySelector("small") : place).append(label);
  place.hidden = false;
  return box;
});

function show() {
  places.forEach((place, i) => (boxes[i].checked = place.dataset.done in done));
  for (const list of document.querySelectorAll(".ds-route")) {
    const steps = [...list.querySelectorAll("[data-done]")], finished = steps.filter((step) => step.dataset.done in done).length;
    const count = list.previousElementSibling?.querySelector("[data-count]");
    if (count) count.textContent = finished === steps.length ? ` ${words.all}` : finished ? ` ${finished} / ${steps.length}` : "";
  }
  const bar = document.querySelector(".ds-read-bar");
  if (bar) bar.hidden = !Object.keys(done).length;
}

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(done));
  } catch {
    // See above.
  }
  show();
}

boxes.forEach((box, i) =>
  box.addEventListener("change", () => {
    if (box.checked) done[places[i].dataset.done] = 1;
    else delete done[places[i].dataset.done];
    keep();
  }),
);
document.querySelector(".ds-read-bar button")?.addEventListener("click", () => {
  done = {};
  keep();
  boxes[0].focus();
});
show();
