// The place of each value beside it, as the list of sources at the end of the page has it. Without a script a value links there.
const placesButton = document.querySelector("[data-places]");

function addPlaces() {
  for (const value of document.querySelectorAll("article :is(a[data-s], .ds-mark):not(svg *, .ds-hero *, .ds-recipe *)")) {
    const entry = document.getElementById(value.hash.slice(1));
    const before = value.parentElement.querySelector(`.ds-place[data-of="${value.hash}"]`);
    if (!entry || before) continue; // one place stands for all values beside it
    const place = Object.assign(document.createElement("small"), { className: "ds-place", textContent: ` [${placesOf(entry).map(wholePlace).map((said) => said.textContent ?? said).join("; ")}]` });
    place.dataset.of = value.hash;
    place.title = entry.closest("li").firstElementChild.textContent;
    value.after(place);
  }
}

if (placesButton) {
  placesButton.addEventListener("click", () => {
    const shown = placesButton.getAttribute("aria-pressed") !== "true";
    placesButton.setAttribute("aria-pressed", shown);
    if (shown) addPlaces();
    else for (const place of document.querySelectorAll(".ds-place")) place.remove();
  });
}
