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

const dualpipe = (devices, batches, vShape = false) =>
  range(devices).map((device) => {
    const half = vShape ? devices : devices / 2;
    const rank = vShape ? device : Math.min(device, devices - 1 - device);
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

// Four pipeline schedules, one line a device, time to the right, what is sent below what is computed; idle time stays empty.

figure("pipelines", {
  page: "guides/framework.md", technique: "dualpipe", also: ["pipeline-parallelism", "zero-bubble", "dualpipev"], runs: "batches",
  // Units of a forward pass, as in the report's table: a backward pass is twice as long, half of it for the weights.
  data: () => ({ times: { F: 1, B: 2, I: 1, W: 1 } }),
  inputs: ({ slider, say }) => [slider("stages", 4, from(4, 16, 2)), slider("batches", 8, from(4, 40, 2)), slider("sends", 100, from(0, 100, 25), say("percent"))],
}, ({ say, titled, kinds, times: computing }, { stages, batches, sends }) => {
  const times = { ...computing, sends: sends / 100 };
  const units = (number) => `${+number.toFixed(2)}`;
  const ways = { F: "forward", B: "backward", I: "backward", W: "weights" };
  const back = (device, line) => (line ? stages - 1 - device : device);
  const enough = batches >= 2 * stages;
  const found = [oneFOneB(stages, batches), zb1p(stages, batches)].map((orders) => run(orders, (device) => [0, device], times));
  if (enough) found.push(run(dualpipe(stages, batches / 2), (device, line) => [line, back(device, line)], times), run(dualpipe(stages / 2, batches / 2, true), (device, line) => [0, back(device, line)], times));
  const scale = 356 / Math.max(...found.map(whole));
  const said = { stages, batches, sends, least: 2 * stages };
  const panels = ["1f1b", "zb1p", "dualpipe", "dualpipev"].map((name, number) => {
    const one = titled(name, 120, {}, "panel_says");
    const rows = found[number];
    if (!rows) one.text(0, 52, say("needs", { least: 2 * stages }));
    else {
      const [height, paths] = [96 / rows.length, {}];
      const upper = (height - 1.5) * (sends ? 0.62 : 1);
      rows.forEach((row, device) => {
        one.bar(0, device * height, 356, height - 1.5, "faint");
        for (const [start, end, slot] of row) {
          const [tall, over] = [upper / slot.length, start + computed(slot, times)];
          let from = slot.length > 1 ? start : over;
          slot.forEach((operation, part) => {
            const [way, long] = [ways[operation[0]], sent([operation], times)];
            (paths[kinds[way]] ??= []).push([start * scale, device * height + part * tall, (over - start) * scale - 0.5, tall]);
            if (long) (paths[kinds[`${way}_sent`]] ??= []).push([from * scale, device * height + upper, long * scale - 0.5, height - 1.5 - upper]);
            from += long;
          });
        }
      });
      for (const [kind, cells] of Object.entries(paths)) one.path(barsPath(cells), kind);
      const [unused] = idle(rows, times);
      const share = (said[`share${number}`] = fixed((100 * unused) / whole(rows)));
      one.text(0, 114, say("idle", { idle: units(unused), all: units(whole(rows)), share }), "strong");
    }
    return one;
  });
  return { panels, said, says: enough ? "says" : "few" };
});
