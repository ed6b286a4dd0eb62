// Orders of pipelines and their run, those of labs/pipeline.py, zero_bubble.py and dualpipe.py.
// A slot is a list of operations that run together, an operation [kind, line, micro-batch].

const computed = (slot, times) => sum(slot.map(([kind]) => times[kind]));
// A pass exchanges tokens between experts, but for its part for the weights; a unit of `sends` each.
const sent = (slot, times) => (times.sends ?? 0) * slot.filter(([kind]) => kind !== "W").length;
// By itself a pass waits for what it sends; of two that run together one computes while the other sends.
const lasting = (slot, times) => (slot.length > 1 ? Math.max(computed(slot, times), sent(slot, times)) : computed(slot, times) + sent(slot, times));

function run(orders, place, times) {
  const last = Math.max(...orders.flatMap((_, device) => [place(device, 0)[1], place(device, 1)[1]]));
  const done = new Map();
  const rows = orders.map(() => []);
  function needs(device, [kind, line, batch]) {
    const [way, stage] = place(device, line);
    if (kind === "F") return stage ? [`F ${way} ${stage - 1} ${batch}`] : [];
    if (kind === "W") return [`I ${way} ${stage} ${batch}`];
    return [stage === last ? `F ${way} ${stage} ${batch}` : `I ${way} ${stage + 1} ${batch}`];
  }
  for (let moved = true; moved; ) {
    moved = false;
    orders.forEach((order, device) => {
      const row = rows[device];
      for (let slot; (slot = order[row.length]); moved = true) {
        const wanted = slot.flatMap((op) => needs(device, op));
        if (!wanted.every((key) => done.has(key))) break;
        const start = Math.max(row.at(-1)?.[1] ?? 0, ...wanted.map((key) => done.get(key)));
        const end = start + lasting(slot, times);
        for (const [kind, line, batch] of slot) done.set(`${kind === "B" ? "I" : kind} ${place(device, line).join(" ")} ${batch}`, end);
        row.push([start, end, slot]);
      }
    });
  }
  return rows;
}

const whole = (rows) => Math.max(...rows.map((row) => row.at(-1)[1]));
const idle = (rows, times) => rows.map((row) => whole(rows) - sum(row.map(([, , slot]) => computed(slot, times))));

const oneFOneB = (stages, batches) =>
  range(stages).map((stage) => {
    const warm = Math.min(stages - stage - 1, batches);
    const order = range(warm).map((i) => ["F", i]);
    for (const i of range(batches - warm)) order.push(["F", warm + i], ["B", i]);
    for (const i of range(warm)) order.push(["B", batches - warm + i]);
    return order.map(([kind, i]) => [[kind, 0, i]]);
  });

const zb1p = (stages, batches) =>
  range(stages).map((stage) => {
    const warm = Math.min(stages - stage, batches);
    const order = range(warm).map((i) => ["F", i]);
    for (const i of range(batches)) {
      order.push(["I", i]);
      if (i >= stage) order.push(["W", i - stage]);
      if (warm + i < batches) order.push(["F", warm + i]);
    }
    for (let i = Math.max(batches - stage, 0); i < batches; i++) order.push(["W", i]);
    return order.map(([kind, i]) => [[kind, 0, i]]);
  });

const dualpipe = (devices, batches) =>
  range(devices).map((device) => {
    const half = devices / 2;
    const rank = Math.min(device, devices - 1 - device);
    const rest = half - rank - 1;
    const near = device < half ? 0 : 1;
    const [seen, waiting, order] = [{}, [], []];
    function op([kind, side]) {
      if (kind === "W") return ["W", ...waiting.shift()];
      const line = near ^ side;
      const key = `${line}${"BI".includes(kind)}`;
      const batch = seen[key] ?? 0;
      seen[key] = batch + 1;
      if (kind === "I") waiting.push([line, batch]);
      return [kind, line, batch];
    }
    // Slots in a text: `F0 F0B1` is a forward pass of the near line, then one beside a backward pass of the far line.
    const add = (slots, times = 1) => range(times).forEach(() => slots.split(" ").forEach((slot) => order.push(slot.match(/../g).map(([kind, side]) => op([kind, +side])))));
    add("F0", 2 * rest);
    add("F0 F1", rank + 1);
    add("I1 W0 F1", rest);
    for (const i of range(batches - 2 * half + rank + 1)) add(i || rest ? "F0B1 F1B0" : "F0 B1 F1B0");
    add("B1 F1B0", rest);
    for (const i of range(2 * (rank + 1))) add(`${i < rank + 1 ? "B" : "I"}${1 - (i % 2)}`);
    add("W0 I0", rest);
    add("W0", waiting.length);
    return order;
  });

// By name; DualPipe needs two micro-batches for each stage, half of which enter at each end.
function raced(stages, batches, times) {
  const straight = (device) => [0, device];
  const found = { "1f1b": run(oneFOneB(stages, batches), straight, times), zb1p: run(zb1p(stages, batches), straight, times) };
  if (batches >= 2 * stages) found.dualpipe = run(dualpipe(stages, batches / 2), (device, line) => [line, line ? stages - 1 - device : device], times);
  return found;
}

// Shares of a turn as slices of a disc, from the top on.
function dial(panel, x, y, radius, parts) {
  const all = sum(parts.map(([, much]) => much)) || 1;
  const rim = (turn) => `${at(x + radius * Math.sin(2 * Math.PI * turn))} ${at(y - radius * Math.cos(2 * Math.PI * turn))}`;
  let from = 0;
  for (const [kind, much] of parts) {
    const to = from + Math.min(much / all, 0.9999);
    if (much > 0) panel.path(`M${at(x)} ${at(y)}L${rim(from)}A${at(radius)} ${at(radius)} 0 ${+(to - from > 0.5)} 1 ${rim(to)}z`, kind);
    from = to;
  }
}

// Three schedules of the same work against one clock: a line a device, time to the right, what is sent below what is computed.

// Units of a forward pass, as in the report's table: a backward pass is twice as long, half of it for the weights.
const UNITS = { F: 1, B: 2, I: 1, W: 1 };

figure("pipelines", {
  page: "guides/framework.md", technique: "dualpipe", also: ["pipeline-parallelism", "zero-bubble", "dualpipev"], runs: "time",
  inputs({ slider, say, fine }) {
    const [all, won] = [raced(4, 8, { ...UNITS, sends: 1 })].flatMap((found) => [whole(found["1f1b"]), whole(found.dualpipe)]);
    return [fine("time", "shares", Math.ceil((400 * won) / all) / 4), slider("sends", 100, from(0, 100, 25), say("percent")), slider("stages", 4, from(4, 16, 2)), slider("batches", 8, from(4, 40, 2))];
  },
}, ({ say, kinds }, { time, stages, batches, sends }) => {
  const times = { ...UNITS, sends: sends / 100 };
  const ways = { F: "forward", B: "backward", I: "backward", W: "weights" };
  const units = (number) => `${+number.toFixed(2)}`;
  const found = raced(stages, batches, times);
  const longest = Math.max(...Object.values(found).map(whole));
  const now = Math.floor((4 * time * longest) / 100 + 1e-9) / 4; // passes and what they send last whole quarters
  const [left, right, high] = [42, 332, Math.max(7, 84 / stages)];
  const unit = (right - left) / longest;
  const upper = (high - 2) * (sends ? 0.66 : 1);
  const place = (moment) => left + moment * unit;
  const panels = ["1f1b", "zb1p", "dualpipe"].map((name) => {
    const rows = found[name];
    if (!rows) {
      const none = panel(say(name), high * stages, say("panel_says"));
      none.text(left, high, say("needs", { least: 2 * stages }));
      return none;
    }
    const [unused] = idle(rows, times);
    const end = whole(rows);
    const one = panel(say("step", { name: say(name), all: units(end), share: fixed((100 * unused) / end) }), high * stages, say("panel_says"));
    const passes = range(batches).map(() => ({ paths: {}, numbers: [] }));
    rows.forEach((row, device) => {
      const y = device * high;
      one.bar(left, y, right - left, high - 2, "faint");
      if (stages <= 6 || [0, stages - 1].includes(device)) one.text(left - 4, y + (high - 2) / 2, `GPU ${device + 1}`, "", "end");
      let [computes, waits] = [0, 0];
      for (const [start, stop, slot] of row) {
        if (start >= now) break;
        const [tall, over] = [upper / slot.length, start + computed(slot, times)];
        computes += Math.min(now, over) - start;
        waits += Math.max(0, Math.min(now, stop) - over);
        let begins = slot.length > 1 ? start : over;
        slot.forEach((operation, part) => {
          const [kind, line, batch] = operation;
          const { paths, numbers } = passes[(line * batches) / 2 + batch];
          const cell = (way, begin, stops, top, deep) => now > begin && (paths[kinds[way]] ??= []).push([place(begin), top, (Math.min(now, stops) - begin) * unit - 0.4, deep]);
          const ends = begins + sent([operation], times);
          cell(ways[kind], start, over, y + part * tall, tall - 0.2);
          if (ends > begins) cell(`${ways[kind]}_sent`, begins, ends, y + upper, high - 2 - upper);
          begins = ends;
          if (over <= now) numbers.push([place((start + over) / 2), y + (part + 0.5) * tall]);
        });
      }
      dial(one, 348, y + (high - 2) / 2, Math.min(8, (high - 2) / 2), [["computing", computes], ["waiting", waits], ["idle", Math.min(now, end) - computes - waits]].map(([what, much]) => [kinds[what], much]));
    });
    passes.forEach(({ paths, numbers }, batch) => {
      one.shapes.push("<g>");
      for (const [kind, cells] of Object.entries(paths)) one.path(barsPath(cells), kind);
      if (unit > 4.2) for (const [x, y] of numbers) one.text(x, y, batch + 1, "on pass", "middle");
      one.shapes.push("</g>");
    });
    one.line([[place(now), 0], [place(now), high * stages - 2]], "dashed");
    if (now >= end) {
      one.line([[place(end), 0], [place(end), high * stages - 2]]);
      if (place(end) < 260) one.text(place(end) + 5, (high * stages) / 2 - 1, say("done", { end: units(end) }), "strong");
    }
    return one;
  });
  const order = Object.entries(found).sort(([, a], [, b]) => whole(a) - whole(b));
  const places = order.map(([name, rows]) => (now >= whole(rows) ? say("is_done", { name: say(name), end: units(whole(rows)) }) : say("to_go", { name: say(name), left: units(whole(rows) - now) })));
  const more = !found.dualpipe ? say("few", { least: 2 * stages }) : now >= longest ? say("won", { times: (whole(found["1f1b"]) / whole(found.dualpipe)).toFixed(2) }) : "";
  return { panels, said: { now: units(now), places: places.join(say("between")), more } };
});
