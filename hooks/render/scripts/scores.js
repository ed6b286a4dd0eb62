// Leaves only the scores of the families that are chosen; what is left without two of them goes too.
const choice = document.getElementById("scores-choice");
const buttons = [...choice.querySelectorAll("button")];
const status = choice.querySelector("[role=status]");
const benchmarks = [...document.querySelectorAll(".ds-score-list > li")];
const subjects = [...document.querySelectorAll(".ds-subject")];

function update() {
  const chosen = new Set(buttons.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.m));
  let shown = 0;
  for (const benchmark of benchmarks) {
    const families = new Set();
    for (const row of benchmark.querySelectorAll("[data-m]")) {
      row.hidden = chosen.size > 0 && !chosen.has(row.dataset.m);
      if (!row.hidden) families.add(row.dataset.m);
    }
    benchmark.hidden = families.size < Math.min(2, chosen.size || 2);
    shown += !benchmark.hidden;
  }
  for (const subject of subjects) {
    const left = subject.querySelectorAll("li:not([hidden])").length;
    subject.hidden = !left;
    subject.querySelector("summary small").textContent = left;
  }
  status.textContent = chosen.size ? status.dataset.some.replace("{shown}", shown).replace("{all}", benchmarks.length) : status.dataset.all;
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    update();
  });
}
