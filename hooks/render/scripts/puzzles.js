// Puzzles that tell at each move what has been reached: the chunks of labs/overlap.py, and experts under a limit on nodes.
const put = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const dataOf = (name) => JSON.parse(document.getElementById(`puzzle-${name}`).textContent);
const solved = (place) => place.dispatchEvent(new Event("solved", { bubbles: true }));

// Start and end of each part and exchange that has been placed, as `run` of labs/overlap.py.
function spansOf(order, given) {
  const spans = {}, ready = {};
  let free = 0, link = 0;
  for (const [name, after] of Object.entries(given.sent)) if (!after) ready[name] = 0;
  for (const part of [...order, null]) {
    while (Object.keys(ready).length) {
      const [name] = Object.keys(ready).sort((a, b) => ready[a] - ready[b] || (a < b ? -1 : 1));
      const start = Math.max(link, ready[name]);
      delete ready[name];
      link = start + given.send;
      spans[name] = [start, link];
    }
    if (part === null) break;
    const start = Math.max(free, ...given.needs[part].map((needed) => spans[needed][1]));
    free = start + given.compute;
    spans[part] = [start, free];
    for (const [name, after] of Object.entries(given.sent)) if (after === part) ready[name] = free;
  }
  return spans;
}

function chunks(place) {
  const given = dataOf("chunks"), { said } = given;
  const buttons = [...place.querySelectorAll("[data-part]")], undo = place.querySelector("[data-undo]");
  const picture = place.querySelector("svg"), status = place.querySelector("[role=status]");
  const order = [];
  picture.parentNode.hidden = status.hidden = false;

  function draw(spans) {
    const shapes = ["computes", "sends"].map((lane, i) => `<rect class="faint" x="0" y="${18 + i * 56}" width="360" height="34"/><text class="small" x="0" y="${13 + i * 56}">${said[lane]}</text>`);
    const step = 360 / Math.max(18, ...Object.values(spans).map(([, end]) => end));
    for (const [name, [start, end]] of Object.entries(spans)) {
      const sends = name in given.sent, forward = name.endsWith("F");
      const [x, y, width] = [start * step, sends ? 74 : 18, (end - start) * step - 1.5];
      const kind = `${forward ? "attention" : "other"}${sends ? " soft" : ""}`; // as in the drawings of DualPipe
      shapes.push(`<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="34"/>`);
      shapes.push(`<text class="${sends ? "strong" : "on"}" x="${x + width / 2}" y="${y + 21}" text-anchor="middle">${given.short[name]}</text>`);
    }
    picture.innerHTML = shapes.join("");
  }

  function show() {
    const spans = spansOf(order, given);
    for (const button of buttons) {
      const part = button.dataset.part;
      button.disabled = order.includes(part) || !given.needs[part].every((needed) => needed in spans);
    }
    undo.disabled = !order.length;
    const end = Math.max(0, ...Object.values(spans).map(([, last]) => last)), all = order.length === buttons.length;
    const text = !all ? said.status : end === given.best ? said.solved : said.longer;
    status.textContent = put(text, { placed: order.length, of: buttons.length, time: end, best: given.best });
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", Object.entries(spans).map(([name, [from, to]]) => `${given.names[name]} ${from}–${to}`).join(said.separated));
    draw(spans);
    if (all && end === given.best) solved(place);
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      order.push(button.dataset.part);
      show();
      if (button.disabled) (buttons.find((other) => !other.disabled) || undo).focus();
    });
  }
  undo.addEventListener("click", () => {
    order.pop();
    show();
    if (undo.disabled) buttons.find((other) => !other.disabled).focus();
  });
  show();
}

function routing(place) {
  const given = dataOf("routing"), { said } = given;
  const boxes = [...place.querySelectorAll("input")], status = place.querySelector("[role=status]");
  status.hidden = false;
  function show() {
    const chosen = boxes.filter((box) => box.checked), nodes = new Set(chosen.map((box) => box.dataset.node)).size;
    const sum = Math.round(100 * chosen.reduce((total, box) => total + Number(box.dataset.score), 0)) / 100;
    const values = { chosen: chosen.length, nodes, sum: sum.toFixed(2), rule: given.rule.toFixed(2) };
    let text = said.status;
    if (nodes > given.nodes) text = said.nodes;
    else if (chosen.length > given.experts) text = said.experts;
    else if (chosen.length === given.experts && sum >= given.best) text = said.solved;
    else if (chosen.length === given.experts && sum > given.rule) text = said.better;
    status.textContent = put(text, values);
    if (text === said.solved) solved(place);
  }
  for (const box of boxes) {
    box.disabled = false;
    box.checked = false; // a browser that comes back would keep the choice
    box.addEventListener("change", show);
  }
  show();
}

const PUZZLES = { chunks, routing };
for (const place of document.querySelectorAll("[data-puzzle]")) PUZZLES[place.dataset.puzzle](place);
