// Checks answers and keeps what was solved in this browser alone, under one key.
const KEY = "ds-problems", GUESSES = "ds-foretold", SAVED = [KEY, GUESSES, "ds-read"];
const words = JSON.parse(document.getElementById("ds-exercise-words").textContent);
const FACTORS = { k: 1e3, m: 1e6, b: 1e9, t: 1e12, "万": 1e4, "亿": 1e8 };

const read = (key = KEY) => {
  try {
    return JSON.parse(localStorage.getItem(key)) || {};
  } catch {
    return {};
  }
};
const write = (solved, key = KEY) => {
  try {
    localStorage.setItem(key, JSON.stringify(solved));
  } catch {
    // A browser that keeps nothing still checks answers.
  }
};
let solved = read();
const guesses = read(GUESSES);

// 671B, 35,136, 1.2e9, 12.5 万, and sums of such numbers: 2*102400*4096, (512 + 64) * 61.
const NUMBER = /^(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?([kmbt万亿]?)%?/i;
function parse(text) {
  let rest = text.replace(/[,，\s_]/g, "").replace(/[×·]/g, "*").replace(/÷/g, "/").replace(/[−–]/g, "-").replace(/\*\*/g, "^").replace(/（/g, "(").replace(/）/g, ")");
  const take = (sign) => rest.startsWith(sign) && ((rest = rest.slice(sign.length)), true);
  function atom() {
    if (take("-")) return -atom();
    if (take("(")) {
      const inside = added();
      return take(")") ? inside : NaN;
    }
    const found = rest.match(NUMBER);
    if (!found) return NaN;
    rest = rest.slice(found[0].length);
    return parseFloat(found[0]) * (FACTORS[found[1].toLowerCase()] || 1);
  }
  function raised() {
    const base = atom();
    return take("^") ? base ** raised() : base;
  }
  function multiplied() {
    let value = raised();
    for (;;) {
      if (take("*")) value *= raised();
      else if (take("/")) value /= raised();
      else return value;
    }
  }
  function added() {
    take("+");
    let value = multiplied();
    for (;;) {
      if (take("+")) value += multiplied();
      else if (take("-")) value -= multiplied();
      else return value;
    }
  }
  const value = added();
  return rest ? NaN : value;
}
const near = (given, wanted, percent) => Math.abs(given - wanted) <= (Math.abs(wanted) * percent) / 100 + 1e-9;

const mark = (problem, done) => {
  problem.classList.toggle("ds-solved", done);
  if (done) solved[problem.dataset.problem] = 1;
  else delete solved[problem.dataset.problem];
  write(solved);
  count();
};
const problems = [...document.querySelectorAll("[data-problem]")];
const check = (problem, box, output) => {
  if (!box.value.trim()) {
    output.textContent = "";
    return;
  }
  const given = parse(box.value), wanted = Number(problem.dataset.answer), percent = Number(problem.dataset.tolerance);
  const slip = JSON.parse(problem.dataset.wrong).find(([number]) => near(given, number, 0.5));
  const right = near(given, wanted, percent);
  if (Number.isNaN(given)) output.textContent = words.not_a_number;
  else if (right) output.textContent = words.right;
  else if (slip) output.textContent = slip[1];
  else output.textContent = near(given, wanted, 10 * percent) ? words.close : words.wrong;
  if (right) mark(problem, true);
};
for (const problem of problems) {
  problem.classList.toggle("ds-solved", problem.dataset.problem in solved);
  if (!problem.matches(".ds-exercise")) continue; // a link to it
  for (const [i, hint] of [...problem.querySelectorAll(".ds-hint")].entries()) {
    hint.hidden = i > 0;
    hint.addEventListener("toggle", () => hint.open && hint.nextElementSibling?.matches(".ds-hint") && (hint.nextElementSibling.hidden = false));
  }
  const choices = [...problem.querySelectorAll(".ds-choice input")];
  if (choices.length) {
    for (const choice of choices) {
      choice.addEventListener("change", () => {
        const right = "right" in choice.dataset;
        for (const each of choices) each.parentNode.classList.remove("ds-wrong", "ds-right");
        choice.parentNode.classList.add(right ? "ds-right" : "ds-wrong");
        if (right) mark(problem, true);
      });
    }
    continue;
  }
  const measured = problem.querySelector("[data-low]");
  if (measured) {
    // A number to foretell, which is kept, and one that the reader's own run has printed.
    const foretold = problem.querySelector("[data-foretold]"), output = measured.closest("p").querySelector("output");
    foretold.value = guesses[problem.dataset.problem] || "";
    foretold.addEventListener("change", () => {
      guesses[problem.dataset.problem] = foretold.value;
      write(guesses, GUESSES);
    });
    measured.addEventListener("change", () => {
      const given = parse(measured.value), guess = parse(foretold.value);
      const within = Number(measured.dataset.low) <= given && given <= Number(measured.dataset.high);
      output.textContent = Number.isNaN(given) ? words.not_a_number : within ? words.within : words.beyond;
      if (Number.isFinite(given) && Number.isFinite(guess)) output.textContent += ` ${words.foretold} ${foretold.value}.`;
      if (within) mark(problem, true);
    });
    continue;
  }
  if (problem.querySelector("[data-puzzle]")) {
    problem.addEventListener("solved", () => mark(problem, true));
    continue;
  }
  const line = problem.querySelector(".ds-try"), box = line.querySelector("input"), output = line.querySelector("output");
  if (output) box.addEventListener("change", () => check(problem, box, output));
  else {
    box.checked = problem.dataset.problem in solved;
    box.addEventListener("change", () => mark(problem, box.checked));
  }
}

// The page of all problems: how many are solved, and the list to take along, bring back or delete.
const bar = document.querySelector(".ds-progress");
const count = () => {
  if (bar) bar.querySelector("output").textContent = `${problems.filter((p) => p.dataset.problem in solved).length} / ${problems.length}`;
};
if (bar) {
  const show = () => {
    write(solved);
    for (const p of problems) {
      p.classList.toggle("ds-solved", p.dataset.problem in solved);
      const box = p.querySelector('input[type="checkbox"]');
      if (box) box.checked = p.dataset.problem in solved;
    }
    count();
  };
  bar.querySelector("[data-do=export]").addEventListener("click", () => {
    const link = document.createElement("a");
    const kept = Object.fromEntries(SAVED.map((key) => [key, key === KEY ? solved : read(key)]));
    link.href = URL.createObjectURL(new Blob([JSON.stringify(kept)], { type: "application/json" }));
    link.download = "ds-series-progress.json";
    link.click();
  });
  bar.querySelector("input[type=file]").addEventListener("change", async (event) => {
    try {
      let brought = JSON.parse(await event.target.files[0].text());
      if (!(KEY in brought)) brought = { [KEY]: brought }; // as it was saved before December 2026
      if (Object.values(brought[KEY]).some((one) => one !== 1)) throw new TypeError();
      for (const key of SAVED) write({ ...read(key), ...brought[key] }, key);
      Object.assign(solved, brought[KEY]);
      Object.assign(guesses, brought[GUESSES]);
      show();
    } catch {
      bar.querySelector("output").textContent = words.not_saved;
    }
    event.target.value = "";
  });
  bar.querySelector("[data-do=delete]").addEventListener("click", () => {
    solved = {};
    show();
  });
}
count();
